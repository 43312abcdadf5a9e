"""Finding a round: which rounds fit what somebody looks for. The list and the e-mail subscriptions ask the same.

Names are compared as people type them: without regard to capitals, spaces or accents. Nothing asked for fits all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from workflows.money import Pence


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; what is empty does not matter to them. `amount_pence` is what they need."""

    office: str = ""
    area: str = ""
    theme: str = ""
    amount_pence: Pence | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A round as it is looked for. `areas` are its names with their aliases; `words` is all that says what it is for."""

    office: str
    areas: tuple[str, ...]
    words: str
    min_ask_pence: Pence | None
    max_ask_pence: Pence | None


def fits(wanted: Wanted, found: Found) -> bool:
    """Whether the round is one of those looked for."""
    return (
        wanted.office in {"", found.office}
        and _has_area(wanted.area, found.areas)
        and _has_words(wanted.theme, found.words)
        and holds(wanted.amount_pence, found.min_ask_pence, found.max_ask_pence)
    )


def holds(amount: Pence | None, least: Pence | None, most: Pence | None) -> bool:
    """Whether this much may be asked for; a limit that is not set holds everything."""
    return amount is None or ((least is None or amount >= least) and (most is None or amount <= most))


def folded(text: str) -> str:
    """The text as it is compared: one case, no accents, single spaces."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).casefold().split())


def _has_area(area: str, names: Iterable[str]) -> bool:
    # A round that names no areas is for the whole of its office's, so it is for this one, too.
    known = {folded(name) for name in names}
    return not folded(area) or not known or folded(area) in known


def _has_words(theme: str, words: str) -> bool:
    # Every word must begin a word of the round: "park" finds "parks", and "art" does not find "start".
    heard = "".join(sign if sign.isalnum() else " " for sign in folded(words)).split()
    asked = "".join(sign if sign.isalnum() else " " for sign in folded(theme)).split()
    return all(any(word.startswith(each) for word in heard) for each in asked)
