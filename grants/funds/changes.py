"""What differs between two definitions of a round, part by part, so that people can read it before and after.

A change is named by its part and code and holds plain values, old and new; a view gives them their words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from grants.funds.parts import QuestionDef, RoundDefinition


class Part(StrEnum):
    """What a change is about, in the order in which it is read."""

    QUESTION = "question"
    SECTION = "section"
    CRITERION = "criterion"
    RULE = "rule"
    AREA = "area"
    LETTER = "letter"
    ROUND = "round"


class What(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, as it was and as it is."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One part that was added, removed or changed; `title` is what people know it by."""

    part: Part
    what: What
    code: str
    title: str
    differences: tuple[Difference, ...] = ()


# What the page of a round tells of it besides its parts; the parts have their own changes.
ROUND_FIELDS: Final = (
    *("title", "theme", "purpose", "guidance", "privacy_notice", "pot_pence", "min_ask_pence", "max_ask_pence"),
    *("max_project_cost_pence", "max_months", "scoring_ends_at", "panel_on", "decide_by_on", "announce_on"),
    *("line_hundredths", "band_edges", "markers_needed", "panel_quorum", "needs_community_rep"),
    *("needs_prepared_reps", "tells_disqualified_at_once", "is_anonymous", "acceptance_working_days", "endorsement"),
)
# What a group need not read: it changes nothing of what it writes or how it is judged.
STAFF_ONLY: Final = frozenset(
    (
        *("band_edges", "markers_needed", "panel_quorum", "needs_community_rep", "needs_prepared_reps"),
        *("criterion_code", "is_private", "title_of"),
    )
)


def changes_between(before: RoundDefinition, after: RoundDefinition) -> tuple[Change, ...]:
    """Every change, by part; nothing for two that are equal but for support events."""
    rounds = [Difference(name, getattr(before, name), getattr(after, name)) for name in ROUND_FIELDS]
    told = tuple(each for each in rounds if each.before != each.after)
    whole = (Change(Part.ROUND, What.CHANGED, "", after.title, told),) if told else ()
    return (
        *_compared(Part.QUESTION, _questions(before), _questions(after)),
        *_compared(Part.SECTION, _by_code(before.sections, "questions"), _by_code(after.sections, "questions")),
        *_compared(Part.CRITERION, _by_code(before.criteria, "reads"), _by_code(after.criteria, "reads")),
        *_compared(Part.RULE, _by_code(before.rules), _by_code(after.rules)),
        *_compared(Part.AREA, _areas(before), _areas(after)),
        *_compared(Part.LETTER, _letters(before), _letters(after)),
        *whole,
    )


def changes_for_groups(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Those that a group reads: of what it is asked and by what it is judged."""
    kept = []
    for change in changes:
        told = tuple(each for each in change.differences if each.name not in STAFF_ONLY)
        if change.part is not Part.LETTER and (change.what is not What.CHANGED or told):
            kept.append(Change(change.part, change.what, change.code, change.title, told))
    return tuple(kept)


def question_codes(changes: Iterable[Change], *kinds: What) -> tuple[str, ...]:
    """The codes of the questions that were changed so."""
    return tuple(each.code for each in changes if each.part is Part.QUESTION and each.what in kinds)


def touches_rubric(changes: Iterable[Change]) -> bool:
    """Whether bids would be judged otherwise: by other criteria, weights or rules."""
    return any(each.part in {Part.CRITERION, Part.RULE} for each in changes)


Parts = Mapping[str, Mapping[str, Any]]


def _compared(part: Part, before: Parts, after: Parts) -> list[Change]:
    changes = []
    for code, values in after.items():
        if code not in before:
            changes.append(Change(part, What.ADDED, code, values["title_of"]))
            continue
        was = before[code]
        told = tuple(Difference(name, was[name], values[name]) for name in values if was[name] != values[name])
        told = tuple(each for each in told if each.name != "title_of")
        if told:
            changes.append(Change(part, What.CHANGED, code, values["title_of"], told))
    gone = [Change(part, What.REMOVED, code, was["title_of"]) for code, was in before.items() if code not in after]
    return changes + gone


def _questions(definition: RoundDefinition) -> Parts:
    """The questions that are asked; a hidden one is, to everybody who answers, not there."""
    return {
        question.code: {**_values(question), "section": section.title, "title_of": question.label}
        for section in definition.sections
        for question in section.questions
        if not question.is_hidden
    }


def _values(question: QuestionDef) -> dict[str, Any]:
    left_out = {"code", "is_hidden"}
    return {each.name: getattr(question, each.name) for each in fields(question) if each.name not in left_out}


def _by_code(parts: Iterable[Any], *left_out: str) -> Parts:
    return {
        part.code: {
            **{e.name: getattr(part, e.name) for e in fields(part) if e.name != "code" and e.name not in left_out},
            "title_of": part.title,
        }
        for part in parts
    }


def _areas(definition: RoundDefinition) -> Parts:
    return {area.name: {"aliases": area.aliases, "title_of": area.name} for area in definition.areas}


def _letters(definition: RoundDefinition) -> Parts:
    return {kind: {"words": words, "title_of": kind} for kind, words in definition.letters.items()}
