"""What a change of a form does to the answers that were given: which stay with their question, and which are kept apart.

Our default: an answer is never read as an answer to a question of another kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# Kinds whose stored answers are the same thing, so that one may become the other.
CHOSEN: Final = frozenset({"yes_no", "radio"})
ALIKE: Final = (frozenset({"text", "long_text"}), CHOSEN)
YES_NO: Final = frozenset({"yes", "no"})


def keeps_answers(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether answers to the question as it was can be answers to the question as it is.

    Both by kind, settings and, where the kind changes, options: `[{"value": ..., "label": ...}]`.
    """
    kinds = {str(before["kind"]), str(after["kind"])}
    if len(kinds) > 1 and (kinds not in ALIKE or (kinds == CHOSEN and not _values(before) <= _values(after))):
        return False
    return columns_kept(before["settings"], after["settings"])


def _values(question: Mapping[str, Any]) -> frozenset[str]:
    """The values that an answer of this question may hold."""
    own = frozenset(str(each["value"]) for each in question.get("options") or ())
    return own or (YES_NO if str(question["kind"]) == "yes_no" else own)


def columns_kept(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether every column of a table is there still, as it was; columns may be added."""
    new = _columns(after)
    return all(new.get(code) == kind for code, kind in _columns(before).items())


def _columns(settings: Mapping[str, Any]) -> dict[str, str]:
    columns = settings.get("columns") or ()
    return {str(each.get("code")): str(each.get("kind")) for each in columns if isinstance(each, Mapping)}
