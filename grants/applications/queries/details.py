"""What a group keeps of itself, beside what its bids say: the parts of its page, what fits a bid, where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from grants.accounts.models import Organisation
from grants.accounts.queries import Detail, details_of
from grants.applications.models import Application
from grants.applications.queries.reading import Paper, Part
from grants.funds import group_form
from grants.funds.models import Question, Section
from grants.funds.parts import SectionDef
from workflows.errors import NotFound
from workflows.rules import answers


@dataclass(frozen=True, slots=True)
class DetailsPart:
    """One part of a group's details: its questions, what is kept, and how many that a bid needs are still empty."""

    part: Part
    kept: Mapping[str, Detail]
    missing_count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One question of a bid whose answer is not what the group keeps; `kept` is None where it keeps none."""

    question: Question
    value: Any
    kept: Any


def _part(section: SectionDef) -> Part:
    row = Section(code=section.code, title=section.title, guidance=section.guidance)
    return Part(row, tuple(group_form.as_row(question) for question in section.questions))


DETAILS = tuple(_part(section) for section in group_form.SECTIONS)


def details_part(code: str) -> Part:
    """One part of the group's details; NotFound when there is none of this code."""
    found = next((part for part in DETAILS if part.section.code == code), None)
    if found is None:
        raise NotFound(subject="section")
    return found


def details_parts(session: Session, organisation: Organisation) -> list[DetailsPart]:
    """The group's details, part by part."""
    kept = details_of(session, organisation)
    return [
        DetailsPart(part, kept, sum(each.is_required and each.code not in kept for each in part.questions))
        for part in DETAILS
    ]


def fitting_details(paper: Paper, kept: Mapping[str, Detail]) -> dict[str, Any]:
    """What the group keeps that answers a question of this form as it is asked here."""
    own = [each for each in _of_the_group(paper) if each.code in kept]
    return {each.code: kept[each.code].value for each in own if _fits(each, kept[each.code].value)}


def differing_details(
    session: Session, application: Application, paper: Paper, given: Mapping[str, Any]
) -> list[Difference]:
    """Sound answers of this bid about the group that are not what the group keeps."""
    own = [each for each in _of_the_group(paper) if _fits(each, given.get(each.code))]
    if not own:
        return []
    kept = details_of(session, application.organisation)
    found = [(each, kept[each.code].value if each.code in kept else None) for each in own]
    return [
        Difference(each, given[each.code], was)
        for each, was in found
        if answers.fingerprint(was) != answers.fingerprint(given[each.code])
    ]


def _of_the_group(paper: Paper) -> list[Question]:
    # A round may ask something else under the same id, in another kind: then it is another question.
    return [
        each
        for each in paper.questions
        if group_form.is_of_the_group(each.code) and each.kind == group_form.QUESTIONS[each.code].kind
    ]


def _fits(question: Question, value: Any) -> bool:
    return not answers.is_blank(value) and answers.problem(question, value, given={}) is None
