"""An office's own words in the letters of a round: which letters take them, and the places that each letter can fill.

A place is a name in braces, such as `{group}`; one that a letter does not know is refused before anybody reads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_BID: Final = ("group", "reference", "project", "round")
_GRANT: Final = (*_BID, "amount")
_RETURN: Final = (*_GRANT, "period")
# Every letter to a group in the order in which it may get them, by the template's name, with the places it knows.
LETTERS: Final[Mapping[str, tuple[str, ...]]] = {
    "draft-saved": (*_BID, "closes"),
    "draft-reminder": (*_BID, "closes"),
    "form-changed": ("round", "closes"),
    "deadline-moved": ("round", "closes"),
    "more-time-given": (*_BID, "closes"),
    "round-cancelled": ("round",),
    "application-lapsed": _BID,
    "submission-receipt": (*_BID, "receipt"),
    "submission-taken-back": (*_BID, "closes"),
    "clarification-asked": _BID,
    "clarification-reminder": (*_BID, "answer by"),
    "clarification-taken-back": _BID,
    "application-disqualified": _BID,
    "application-reinstated": _BID,
    "progressed-to-assessment": _BID,
    "outcome-declined": _BID,
    "outcome-reserve": (*_BID, "reserve until"),
    "reserve-ended": (*_BID, "reserve until"),
    "offer": (*_GRANT, "accept by"),
    "offer-reminder": (*_GRANT, "accept by"),
    "offer-lapsed": _GRANT,
    "offer-accepted-copy": _GRANT,
    "award-active": (*_GRANT, "starts", "ends"),
    "return-reminder": (*_RETURN, "due"),
    "return-to-sign": (*_RETURN, "due"),
    "return-receipt": _RETURN,
    "return-queried": _RETURN,
    "return-reopened": _RETURN,
    "return-accepted": _RETURN,
    "return-waived": _RETURN,
}
LONGEST_WORDS: Final = 5_000
_PLACE: Final = re.compile(r"\{([^{}]*)\}")


def unknown_places(letter: str, words: str) -> list[str]:
    """What stands in braces, or is half a brace, and is no place of this letter; each as it is written, once."""
    known = LETTERS[letter]
    found = [match[0] for match in _PLACE.finditer(words) if match[1] not in known]
    found += re.findall(r"[{}]", _PLACE.sub("", words))
    return list(dict.fromkeys(found))


def filled(words: str, values: Mapping[str, str]) -> str:
    """The words with each place filled; one without a value stays as it is written, so that nothing is made up."""
    return _PLACE.sub(lambda match: values.get(match[1], match[0]), words)
