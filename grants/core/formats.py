"""Formats that take a library to judge: phones by their numbering plan, mail by its own grammar; nothing is looked up.

A rule of the plain check stands; what a library adds is a warning where plans change faster than libraries do.
"""

from __future__ import annotations

from dataclasses import replace

from workflows.errors import Refusal
from workflows.rules import formats
from workflows.rules.formats import Checked

HOME_COUNTRY = "GB"


def check(kind: str, text: str) -> Checked:
    """As `workflows.rules.formats.check`, and closer for phone and email."""
    found = formats.check(kind, text)
    if found.error is not None or not found.value:
        return found
    if kind == "phone":
        return _phone(found)
    return _email(found) if kind == "email" else found


def _phone(plain: Checked) -> Checked:
    # The tables of numbers take 30 ms to read, and most processes never ask.
    import phonenumbers

    try:
        number = phonenumbers.parse(plain.value, HOME_COUNTRY)
    except phonenumbers.NumberParseException:
        return replace(plain, warning=Refusal("phone-unlikely"))
    if not phonenumbers.is_possible_number(number):
        return replace(plain, warning=Refusal("phone-unlikely"))
    at_home = number.country_code == phonenumbers.country_code_for_region(HOME_COUNTRY)
    style = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return Checked(phonenumbers.format_number(number, style))


def _email(plain: Checked) -> Checked:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(plain.value, check_deliverability=False)
    except EmailNotValidError:
        return replace(plain, error=Refusal("email-unreadable"))
    return Checked(found.normalized)
