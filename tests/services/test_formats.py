"""Formats that a library judges: the plain rule stands, and a plan that is not known is only a warning."""

import pytest

from grants.core import formats


def found(checked):
    return checked.value, checked.error and checked.error.code, checked.warning and checked.warning.code


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("01164960000", ("0116 496 0000", None, None)),
        ("+44 (0)116 496 0000", ("0116 496 0000", None, None)),
        ("+33 1 23 45 67 89", ("+33 1 23 45 67 89", None, None)),
        ("07700900123", ("07700 900123", None, None)),
        ("0116 496 0000000", ("0116 496 0000000", None, "phone-unlikely")),
        ("+999 1234567", ("+999 1234567", None, "phone-unlikely")),
        ("no phone", ("no phone", "phone-unreadable", None)),
        ("", ("", None, None)),
    ],
)
def test_a_phone_is_written_as_its_country_writes_it(typed, expected):
    assert found(formats.check("phone", typed)) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Hall@Example.ORG", ("Hall@example.org", None, None)),
        ("hall@bücher.example.org", ("hall@bücher.example.org", None, None)),
        ("a..b@example.org", ("a..b@example.org", "email-unreadable", None)),
        ("a@-example.org", ("a@-example.org", "email-unreadable", None)),
    ],
)
def test_a_mail_address_is_read_by_its_grammar(typed, expected):
    assert found(formats.check("email", typed)) == expected


def test_the_other_kinds_are_the_plain_checks():
    assert found(formats.check("postcode", "le11aa")) == ("LE1 1AA", None, None)
