"""Formats that the field knows: registers' numbers, postcodes, phones, addresses of mail and web, years.

Each check gives the one spelling to keep, and tells an error (the register's own rule, or nothing that can be reached)
from a warning (a guess of ours, which may be wrong and so never stops anybody).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from workflows.errors import Refusal

# Longer than any of these ever is: what goes on after it is not read, so that no text is too long to check.
LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Checked:
    """What was typed, in the spelling to keep; `error` stops, `warning` is said and stops nothing."""

    value: str
    error: Refusal | None = None
    warning: Refusal | None = None


_DASHES = re.compile(r"[\u2010-\u2015\u2212\u00ad_]")
_SEPARATORS = re.compile(r"[\s.,/-]+")
_CHARITY = re.compile(r"[0-9]{6,8}|SC[0-9]{6}|NIC[0-9]{6}")
_CHARITY_TAX = re.compile(r"X[A-Z]?[0-9]{4,6}")
_CHARITY_CIO = re.compile(r"C[ES][0-9]{6}")
_COMPANY = re.compile(r"[0-9]{8}|[A-Z]{2}[0-9]{6}|R[0-9]{7}")
_SOCIETY = re.compile(r"(?:IP|SP|NP)[0-9]{4,5}R?S?|[0-9]{2,5}(?:R|RS|S)")
# The beginnings that Companies House gives to its own companies, partnerships and societies.
_PREFIXES = (
    "AC CE CS CH ES FC FE GE GN GS IC IP LP NA NC NF NI NL NO NP NR NV NZ OC OE PC RC RS SA SC SE SF SG SI SL SO "
    "SP SR SZ ZC"
)
_COMPANY_PREFIXES: Final = frozenset(_PREFIXES.split())
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})")
_POSTCODE_O = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)O([A-Z]{2})")
_DISTRICT = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?")
# Letters that no postcode has in those places (Royal Mail's address file), so a slip of the finger is likely.
_POSTCODE_LIKELY = re.compile(r"[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-Z]?[0-9][ABD-HJLNP-UW-Z]{2}")
_AREAS = (
    "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX "
    "FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN "
    "NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW "
    "UB W WA WC WD WF WN WR WS WV XX YO ZE"
)
_POSTCODE_AREAS: Final = frozenset(_AREAS.split())
_PHONE = re.compile(r"\+?[0-9]+(?:[x#][0-9]{1,6})?")
_PHONE_LEAST, _PHONE_MOST = 7, 15
_MAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+\.[^\s@<>()\[\],;:\\\".]{2,}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST = re.compile(r"(?=.{4,253}$)(?:(?!-)[\w-]{1,63}(?<!-)\.)+(?!-)[\w-]{2,63}(?<!-)")


def check_charity_number(text: str) -> Checked:
    """England and Wales 6 or 7 digits (8 is taken too), Scotland SC and 6, Northern Ireland NIC and 6.

    Source: the registers' own forms. Errors: charity-number-unreadable, charity-number-is-tax-reference (HMRC's),
    charity-number-is-company (a CIO's number at Companies House). Warnings: charity-number-long,
    letter-read-as-digit.
    """
    value = _compact(text)
    if _CHARITY_TAX.fullmatch(value):
        return Checked(value, error=Refusal("charity-number-is-tax-reference"))
    if _CHARITY_CIO.fullmatch(value):
        return Checked(value, error=Refusal("charity-number-is-company"))
    mended = re.sub(r"^(SC|NIC)([0-9O]{6})$", lambda found: found[1] + found[2].replace("O", "0"), value)
    if not _CHARITY.fullmatch(mended):
        return Checked(value, error=Refusal("charity-number-unreadable"))
    if mended != value:
        return Checked(mended, warning=Refusal("letter-read-as-digit", {"value": mended}))
    return Checked(mended, warning=Refusal("charity-number-long") if re.fullmatch(r"[0-9]{8}", mended) else None)


def check_company_number(text: str) -> Checked:
    """8 characters: 8 digits, 2 letters and 6 digits, or R and 7 digits; 7 digits get the nought that they lost.

    Source: Companies House. Error: company-number-unreadable. Warnings: company-number-society (a society's own form,
    such as IP12345R or 1234RS), company-number-is-charity (CE and CS: a CIO is known by its charity number),
    company-number-padded, company-number-prefix.
    """
    value = _compact(text)
    if re.fullmatch(r"[0-9]{7}", value):
        return Checked(f"0{value}", warning=Refusal("company-number-padded", {"value": f"0{value}"}))
    if _COMPANY.fullmatch(value):
        return Checked(value, warning=_company_doubt(value))
    if _SOCIETY.fullmatch(value):
        return Checked(value, warning=Refusal("company-number-society"))
    return Checked(value, error=Refusal("company-number-unreadable"))


def _company_doubt(value: str) -> Refusal | None:
    prefix = value[:2]
    if prefix in {"CE", "CS"}:
        return Refusal("company-number-is-charity")
    if prefix.isalpha() and prefix not in _COMPANY_PREFIXES:
        return Refusal("company-number-prefix", {"prefix": prefix})
    return None


def check_postcode(text: str) -> Checked:
    """A UK postcode in capitals with its one space. Error: postcode-unreadable; the rest are warnings.

    Source of the shape: BS 7666. Warnings: postcode-unlikely (letters or an area that no postcode is known to have),
    letter-read-as-digit (the letter O where only a nought can stand).
    """
    value = _compact(text)
    if value == "GIR0AA":
        return Checked("GIR 0AA")
    doubt = None
    if swapped := _POSTCODE_O.fullmatch(value):
        value = f"{swapped[1]}0{swapped[2]}"
        doubt = Refusal("letter-read-as-digit", {"value": f"{swapped[1]} 0{swapped[2]}"})
    found = _POSTCODE.fullmatch(value)
    if found is None:
        return Checked(_one_line(text), error=Refusal("postcode-unreadable"))
    area = re.match(r"[A-Z]+", value)
    if not _POSTCODE_LIKELY.fullmatch(value) or area is None or area[0] not in _POSTCODE_AREAS:
        doubt = Refusal("postcode-unlikely")
    return Checked(f"{found[1]} {found[2]}", warning=doubt)


def is_district(text: str) -> bool:
    """Whether the text is the first half of a UK postcode, such as LE3 or EC1A."""
    return _DISTRICT.fullmatch(text.strip().upper()) is not None


def district_of(text: str) -> str:
    """The first half of a postcode, by which places are told apart without a map; empty when it can't be read."""
    found = check_postcode(text)
    return "" if found.error else found.value.partition(" ")[0]


def check_phone(text: str) -> Checked:
    """A number that a phone could ring: 7 to 15 digits (ITU E.164), spaces and brackets as people like them.

    Error: phone-unreadable. Warning: phone-unlikely (written for the UK, it has 10 or 11 digits and begins with 0).
    What a numbering plan says of it needs a library: `grants.core.formats`.
    """
    line = _one_line(text)
    value = re.sub(r"[\s().\u00b7/-]", "", re.sub(r"^\s*(?:\+|00)\s*44\s*\(0\)", "+44", _DASHES.sub("-", line)))
    value = re.sub(r"(?i)(?:ext\.?|x|#)(?=[0-9]{1,6}$)", "x", value)
    digits = value.partition("x")[0].lstrip("+")
    if not _PHONE.fullmatch(value) or not _PHONE_LEAST <= len(digits) <= _PHONE_MOST:
        return Checked(line, error=Refusal("phone-unreadable"))
    odd = not value.startswith(("+", "00")) and not (digits.startswith("0") and len(digits) in {10, 11})
    return Checked(line, warning=Refusal("phone-unlikely") if odd else None)


def check_email(text: str) -> Checked:
    """Something with one @ and a domain with a dot. Error: email-unreadable. A library reads it closer, elsewhere."""
    value = _one_line(text)
    local, _, domain = value.rpartition("@")
    kept = f"{local}@{domain.lower()}"
    if not _MAIL.fullmatch(value) or len(value) > 254 or ".." in value or local.startswith(".") or local.endswith("."):
        return Checked(value, error=Refusal("email-unreadable"))
    return Checked(kept)


def check_web_address(text: str) -> Checked:
    """A page that a browser can open; `https://` is put before a bare name. Errors: web-address-unreadable.

    A name and password in it, a script, and a file of somebody's own computer are no web address.
    """
    line = _one_line(text)
    value = line if _SCHEME.match(line) and "://" in line else f"https://{line}"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return Checked(line, error=Refusal("web-address-unreadable"))
    host = parts.hostname or ""
    sound = parts.scheme.lower() in {"http", "https"} and "@" not in parts.netloc and _HOST.fullmatch(host)
    if not sound or port == 0 or re.search(r"[\s<>\"\\^`{|}]", value) or host.rpartition(".")[2].isdecimal():
        return Checked(line, error=Refusal("web-address-unreadable"))
    start = len(parts.scheme) + len("://") + len(parts.netloc)
    return Checked(f"{parts.scheme.lower()}://{parts.netloc.lower()}{value[start:]}".removesuffix("/"))


def check_year(text: str, *, latest: int) -> Checked:
    """A year in four figures that is not after `latest`. Errors: year-unreadable, year-too-late. Warning: year-early.

    The warning is ours: few groups are older than 1700, and most who write so meant another year.
    """
    value = _compact(text)
    if not re.fullmatch(r"[1-9][0-9]{3}", value):
        return Checked(_one_line(text), error=Refusal("year-unreadable"))
    if int(value) > latest:
        return Checked(value, error=Refusal("year-too-late", {"latest": str(latest)}))
    return Checked(value, warning=Refusal("year-early") if int(value) < 1700 else None)


CHECKS: Final[dict[str, Callable[[str], Checked]]] = {
    "charity_number": check_charity_number,
    "company_number": check_company_number,
    "postcode": check_postcode,
    "phone": check_phone,
    "email": check_email,
    "url": check_web_address,
}


def check(kind: str, text: str) -> Checked:
    """The check of a question's kind; a text that is not there at all is no mistake."""
    return CHECKS[kind](text) if text.strip() else Checked("")


def org_ids(charity_number: str, company_number: str) -> list[str]:
    """The organisation's identifiers for open data, the one to use first; empty when it is in no register.

    Source: org-id.guide, in the order that the 360Giving standard advises: charity registers, then companies, then
    mutuals. Numbers that do not hold to their register's form give none.
    """
    found = []
    charity, company = check("charity_number", charity_number), check("company_number", company_number)
    if charity.value and charity.error is None:
        found.append(_charity_id(charity.value))
    if company.value and company.error is None and company.value[:2] not in {"CE", "CS"}:
        register = "COH" if len(company.value) == 8 else "MPR"
        found.append(f"GB-{register}-{company.value}")
    return found


def _charity_id(number: str) -> str:
    if number.startswith("SC"):
        return f"GB-SC-{number}"
    return f"GB-NIC-{number[3:]}" if number.startswith("NIC") else f"GB-CHC-{number}"


def normal_name(name: str) -> str:
    """A name as duplicates are looked for by it: no case, accents, punctuation, "the", nor the words of a legal form."""
    plain = unicodedata.normalize("NFKD", visible(name)).casefold().replace("&", " and ")
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    words = re.findall(r"[^\W_]+", re.sub(r"['\u2019.]", "", plain))
    kept = [word for word in words if word not in _NAME_FILLERS]
    return " ".join(kept or words)[:200]


_NAME_FILLERS: Final = frozenset({"the", "ltd", "limited", "cic", "cio", "charity"})


def visible(text: str) -> str:
    """The text without the characters that nobody sees (zero width, changes of direction, controls)."""
    # A text is cut first: nothing that is checked here is ever so long.
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text[: LONGEST * 4])
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )


def _one_line(text: str) -> str:
    return " ".join(visible(text).split())[:LONGEST]


def _compact(text: str) -> str:
    """Capitals and figures alone, as registers write them, whatever was put between them."""
    return _SEPARATORS.sub("", _DASHES.sub("-", visible(text))).upper()[:LONGEST]
