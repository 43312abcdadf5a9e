"""Whose bid it is, taken out of what a marker reads: names, numbers and addresses become words that name nobody.

What is taken out is what the service knows of the group. Whoever writes a bid can always name themselves otherwise;
so the pages say that a text may still tell, and nothing here promises more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from workflows.rules.formats import normal_name

THE_GROUP: Final = "[the group]"
A_PERSON: Final = "[a person]"
AN_ADDRESS: Final = "[an address]"
A_NUMBER: Final = "[a number]"
# A shorter name, or one of fewer letters, is a word of the language too often to be taken out (our default).
SHORTEST_NAME: Final = 4
SHORTEST_INITIALS: Final = 3
# The words that a group's name ends with; the name without one of them is a name still, where two words are left.
_ENDINGS: Final = frozenset(
    (
        *("association", "centre", "centres", "charity", "club", "community", "foundation", "forum", "group"),
        *("network", "partnership", "project", "projects", "service", "services", "society", "trust", "union"),
    )
)
_SMALL: Final = frozenset({"a", "an", "and", "at", "by", "for", "in", "of", "on", "the", "to", "with"})
# Letters that everybody in the field writes for something else.
_COMMON: Final = frozenset(
    (
        *("ASB", "BAME", "CCTV", "CEO", "CIC", "CIO", "CSP", "CYP", "DBS", "GDPR", "HMP", "HMPPS", "HMRC", "LGBT"),
        *("MOJ", "NHS", "NPT", "OPCC", "PCC", "PCSO", "SEN", "SEND", "USA", "VAT", "VCS", "VCSE", "YOS", "YOT"),
    )
)
_TITLES: Final = "Mr|Mrs|Ms|Miss|Mx|Dr|Rev|Cllr|Sir|Dame|PC|Sgt"
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"']+", re.I)
_DOMAIN = re.compile(
    r"\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:org|com|net|info|uk|wales|cymru|charity|community|social|ngo)(?:\.uk)?\b"
    r"(?:/[^\s<>\"']*)?",
    re.I,
)
_HANDLE = re.compile(r"(?<![\w/])@[A-Za-z]\w{2,}")
_PHONE = re.compile(r"(?<![\w.,£])(?:\+44|0)(?:[\s().-]{0,3}\d){9,11}(?!\w)")


@dataclass(frozen=True, slots=True)
class Names:
    """What is known of a group that would name it; `places` are names that stay, as everybody's areas do."""

    groups: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    places: frozenset[str] = field(default=frozenset())

    def __or__(self, other: Names) -> Names:
        return Names(
            self.groups | other.groups,
            self.people | other.people,
            self.numbers | other.numbers,
            self.addresses | other.addresses,
            self.places | other.places,
        )


class Mask:
    """Takes what is known of one group out of any text about its bid."""

    def __init__(self, names: Names) -> None:
        # Without regard to case letter by letter: a name of one word is one only where it begins large.
        self._groups = _any_of(_forms(names.groups, names.places), 0)
        self._initials = _whole(initials for name in names.groups for initials in _initials(name))
        self._people = [each for name in names.people for each in _person(name)]
        self._numbers = _any_of(_spelled(each) for each in names.numbers if len(each.strip()) >= SHORTEST_NAME)
        self._addresses = _any_of(_spelled(line) for each in names.addresses for line in _lines(each))

    def text(self, text: str) -> str:
        """The text with everything that is known taken out; characters that nobody sees go, too."""
        plain = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
        for pattern in (_EMAIL, _ADDRESS, _DOMAIN, _HANDLE, self._addresses):
            plain = pattern.sub(AN_ADDRESS, plain) if pattern else plain
        for pattern in (_PHONE, self._numbers):
            plain = pattern.sub(A_NUMBER, plain) if pattern else plain
        for pattern in (self._groups, self._initials):
            plain = pattern.sub(THE_GROUP, plain) if pattern else plain
        for pattern in self._people:
            plain = pattern.sub(A_PERSON, plain)
        return plain


def written_names(text: str) -> frozenset[str]:
    """The names in an answer that may hold several, such as "HYC, Hill Youth; The Hub"."""
    parts = re.split(r"[,;\n/|]|\bor\b|\balso\b", text)
    return frozenset(part.strip(" .\"'") for part in (*parts, text) if part.strip(" .\"'"))


def people_in(text: str) -> frozenset[str]:
    """The people in an answer such as "First Last, youth worker": two words or more that all begin large."""
    first = re.split(r"[,;(\n]|\s[-\u2013\u2014]\s", text)[0].strip()
    words = re.sub(rf"^(?:{_TITLES})\.?\s+", "", first).split()
    is_name = 2 <= len(words) <= 4 and all(word[:1].isupper() for word in words)
    return frozenset({" ".join(words)}) if is_name else frozenset()


def _forms(names: Iterable[str], places: Collection[str]) -> list[str]:
    kept = {normal_name(place) for place in places}
    found: set[str] = set()
    for name in names:
        # What stands in brackets is said of the group and is no part of its name.
        for form in (name, re.sub(r"\([^)]*\)", " ", name)):
            words = normal_name(form).split()
            found.add(" ".join(words))
            if len(words) > 2 and words[-1] in _ENDINGS:
                found.add(" ".join(words[:-1]))
    long = (form for form in found if len(form) >= SHORTEST_NAME and form not in kept)
    return [_words(form) for form in sorted(long, key=len, reverse=True)]


def _words(form: str) -> str:
    # Whatever stands between the words: a line's end, a hyphen, an ampersand for "and", or nothing, as in a handle.
    # Between letters, an apostrophe or a full stop: a normal name has dropped them.
    between = r"(?:[\W_]|\b[Aa][Nn][Dd]\b)*"
    words = [word for word in form.split() if word != "and"]
    spelled = [[_accented(sign) for sign in word] for word in words]
    if len(words) == 1:
        spelled[0][0] = _accented(form[0].upper())
    joined = between.join(r"['\u2019.]?".join(word) for word in spelled)
    return rf"(?:\b[Tt][Hh][Ee]\s+)?(?<![^\W_]){joined}(?:['\u2019]s?)?(?![^\W_])"


def _accented(sign: str) -> str:
    found = {sign, *_ACCENTS.get(sign, ())} if sign.isupper() else {sign, sign.upper(), *_ACCENTS.get(sign, ())}
    return f"[{re.escape(''.join(sorted(found)))}]" + r"[\u0300-\u036f]*"


def _accents() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code in range(0xC0, 0x250):
        base = unicodedata.normalize("NFKD", chr(code))[0]
        if base.isascii() and base.isalpha():
            for each in {base, base.casefold()}:
                found.setdefault(each, set()).add(chr(code))
    return found


_ACCENTS: Final = _accents()


def _initials(name: str) -> set[str]:
    """The initials of a name of three words or more, with and without its small words."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"\([^)]*\)|['\u2019]", "", name.replace("&", " and ")))
    spoken = [word for word in words if word.casefold() not in {"the", "ltd", "limited", "cic", "cio"}]
    all_of_them = "".join(word[0] for word in spoken).upper()
    large = "".join(word[0] for word in spoken if word.casefold() not in _SMALL).upper()
    given = {name.strip()} if name.strip().isalpha() and name.strip().isupper() else set()
    return {each for each in {all_of_them, large} | given if len(each) >= SHORTEST_INITIALS and each not in _COMMON}


def _person(name: str) -> list[re.Pattern[str]]:
    words = name.split()
    joined = r"[\W_]+".join(re.escape(word) for word in words)
    whole = re.compile(rf"(?<!\w){joined}(?:['\u2019]s)?(?!\w)", re.I)
    titled = re.compile(rf"\b(?:{_TITLES})\.?\s+{re.escape(words[-1])}(?:['\u2019]s)?(?!\w)", re.I)
    return [whole, titled]


def _spelled(text: str) -> str:
    """The signs of a number or address with any blanks between them."""
    signs = [re.escape(sign) for sign in text if not sign.isspace() and sign not in ".,-"]
    return r"(?<!\w)" + r"[\s.,-]*".join(signs) + r"(?!\w)"


def _lines(address: str) -> list[str]:
    # A line with a figure is a house or a postcode; one without may be the town, which stays.
    parts = re.split(r"[\n,]", address)
    return [part.strip() for part in parts if len(part.strip()) >= SHORTEST_NAME and any(s.isdigit() for s in part)]


def _any_of(patterns: Iterable[str], flags: int = re.I) -> re.Pattern[str] | None:
    found = [each for each in patterns if each]
    return re.compile("|".join(found), flags) if found else None


def _whole(words: Iterable[str]) -> re.Pattern[str] | None:
    found = sorted({re.escape(each) for each in words}, key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(found)})(?:['\u2019]?s)?(?![^\W_])") if found else None
