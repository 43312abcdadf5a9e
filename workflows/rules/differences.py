"""What changed between two texts, word by word, so that a person sees at a glance what somebody else did.

Nothing is left out: the kept and the added pieces joined are the later text, the kept and the removed the earlier.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import StrEnum

# Comparing words takes the square of their number; beyond this whole lines are compared, and then whole texts.
MOST_PIECES = 4_000


class Piece(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


def differences(before: str, after: str) -> list[tuple[Piece, str]]:
    """The pieces of both texts in reading order, each kept, added or removed."""
    if before == after:
        return [(Piece.KEPT, after)] if after else []
    for pattern in (r"\s+|[^\s]+", r"[^\n]*\n|[^\n]+"):
        old, new = re.findall(pattern, before), re.findall(pattern, after)
        if len(old) + len(new) <= MOST_PIECES:
            return _compared(old, new)
    return _pieces("", before, after)


def _compared(old: list[str], new: list[str]) -> list[tuple[Piece, str]]:
    found: list[tuple[Piece, str]] = []
    for _, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before, after = "".join(old[start:end]), "".join(new[first:last])
        found += _pieces(after, "", "") if before == after else _pieces("", before, after)
    return found


def _pieces(kept: str, removed: str, added: str) -> list[tuple[Piece, str]]:
    pieces = ((Piece.KEPT, kept), (Piece.REMOVED, removed), (Piece.ADDED, added))
    return [(piece, text) for piece, text in pieces if text]
