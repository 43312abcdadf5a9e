"""Bids without their group's name, as those who judge read them in a round that hides it until its marks are locked.

`reader_for` is asked wherever markers and panels read bids. Interests are declared on a page of their own, by the
groups' names alone: see `hides`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Organisation, Person
from grants.applications.models import Answer, Application
from grants.assessment.queries.walk import MARKERS
from grants.core.scoping import visible
from grants.funds.models import Question, QuestionKind, RoundArea
from workflows.actors import Actor
from workflows.application import PASSED_CHECKS, ApplicationState
from workflows.round import RoundState
from workflows.rules.anonymity import Mask, Names, people_in, written_names

A_GROUP = "A group"
HIDDEN = "Hidden, because it says whose bid this is."
# Codes of the model form; `settings["identifies"]` says the same of an office's own question.
ALSO_KNOWN_AS = "O2"
NAME_CODES = frozenset({"O1", ALSO_KNOWN_AS})
NUMBER_CODES = frozenset({"O3", "O4"})
PEOPLE_CODES = frozenset({"C1", "C2", "X2"})
ADDRESS_CODES = frozenset({"O5", "O5a"})
IDENTIFYING_CODES = NAME_CODES | NUMBER_CODES | PEOPLE_CODES | ADDRESS_CODES | {"O6"}
IDENTIFYING_KINDS = frozenset(
    {
        *(QuestionKind.EMAIL, QuestionKind.PHONE, QuestionKind.URL),
        *(QuestionKind.CHARITY_NUMBER, QuestionKind.COMPANY_NUMBER),
    }
)
ENDORSEMENT = "endorsement"
# While a bid is in one of these its marks are not all locked.
UNLOCKED_BIDS = frozenset(
    {ApplicationState.SUBMITTED, ApplicationState.CHECKING, ApplicationState.ELIGIBLE, ApplicationState.SCORING}
)
# A name that is shown for one bid narrows down the others, so a round's bids are named together.
UNLOCKED_ROUNDS = frozenset({RoundState.OPEN, RoundState.CLOSED, RoundState.CHECKING, RoundState.SCORING})


def hides(application: Application) -> bool:
    """Whether those who judge the bid may not know whose it is: until its marks, and its round's, are locked."""
    round_ = application.round
    if not round_.is_anonymous:
        return False
    return application.state in UNLOCKED_BIDS or (not round_.is_rolling and round_.state in UNLOCKED_ROUNDS)


@dataclass(frozen=True, slots=True)
class Reader:
    """What somebody who judges may read of these bids; of a bid that hides nothing, everything as it is."""

    masks: Mapping[int, Mask] = field(default_factory=dict)

    def hides(self, application: Application) -> bool:
        return application.id in self.masks

    def name(self, application: Application) -> str:
        """The group's name, or words in its place."""
        return A_GROUP if self.hides(application) else application.organisation_name

    def text(self, application: Application, text: str) -> str:
        mask = self.masks.get(application.id)
        return mask.text(text) if mask else text

    def title(self, application: Application) -> str:
        """The project's title, or the bid's reference where it has none."""
        return self.text(application, application.project_title) or application.reference

    def bid(self, application: Application) -> str:
        """One line for a list: the group and its project; where the group is hidden, the reference and the project."""
        first = application.reference if self.hides(application) else application.organisation_name
        title = self.title(application)
        return first if title == first else f"{first}: {title}"

    def sections(
        self, application: Application, sections: Sequence[tuple[str, Sequence[Mapping[str, Any]]]]
    ) -> list[tuple[str, list[dict[str, Any]]]]:
        """What was sent, in the shape of `shown_answers`; nothing of the original is changed."""
        mask = self.masks.get(application.id)
        if mask is None:
            return [(title, [dict(item) for item in items]) for title, items in sections]
        count = _Count()
        return [(title, [self._item(mask, item, count) for item in items]) for title, items in sections]

    def _item(self, mask: Mask, item: Mapping[str, Any], count: _Count) -> dict[str, Any]:
        if _identifies(item):
            return {**item, "value": None, "table": None, "shown": HIDDEN if item.get("shown") else ""}
        if item.get("kind") == QuestionKind.FILES:
            return _files(item, count)
        if item.get("kind") == ENDORSEMENT:
            count.endorsements += 1
            shown = mask.text(str(item.get("shown") or ""))
            return {**item, "label": f"Endorsement {count.endorsements}", "value": None, "shown": shown}
        return {**item, **{key: _masked(mask, item.get(key)) for key in ("value", "shown", "table")}}


@dataclass(slots=True)
class _Count:
    """How many documents and endorsements of a bid were numbered so far."""

    documents: int = 0
    endorsements: int = 0


def _identifies(item: Mapping[str, Any]) -> bool:
    codes, kinds = IDENTIFYING_CODES, IDENTIFYING_KINDS
    return bool(item.get("code") in codes or item.get("kind") in kinds or item.get("identifies"))


def _files(item: Mapping[str, Any], count: _Count) -> dict[str, Any]:
    lines, label = [], str(item.get("label", "")).strip(" .?")
    for line in item.get("value") or ():
        if "document_id" not in line:
            lines.append(line)
            continue
        count.documents += 1
        lines.append({**line, "name": f"Document {count.documents} ({label}){PurePath(line['name']).suffix.lower()}"})
    names = ", ".join(line.get("name", "") for line in lines)
    return {**item, "value": lines, "shown": names or item.get("shown")}


def _masked(mask: Mask, value: Any) -> Any:
    if isinstance(value, str):
        return mask.text(value)
    if isinstance(value, Mapping):
        return {key: _masked(mask, each) for key, each in value.items()}
    return [_masked(mask, each) for each in value] if isinstance(value, (list, tuple)) else value


def reader_for(session: Session, applications: Collection[Application]) -> Reader:
    """How these bids, of any rounds, are read by those who judge them; no query where none hides its group."""
    hidden = [each for each in applications if hides(each)]
    if not hidden:
        return Reader()
    names = _known(session, hidden)
    return Reader({each.id: Mask(names[each.id]) for each in hidden})


def groups_of(session: Session, actor: Actor, round_id: int) -> list[Application]:
    """Every bid of the round that markers may be given, by its group's name: what interests are declared by."""
    bids = sa.select(Application).where(
        Application.round_id == round_id,
        Application.state.in_(sorted(PASSED_CHECKS)),
        visible(Application, actor, MARKERS),
    )
    return sorted(session.scalars(bids), key=lambda each: (each.organisation_name.casefold(), each.organisation_id))


def _known(session: Session, hidden: Sequence[Application]) -> dict[int, Names]:
    names = {each.id: Names(groups=frozenset({each.organisation_name})) for each in hidden}
    # With a row for each area of the round: their names are everybody's, and stay.
    people = (
        sa.select(Application.id, Organisation, Person.name, RoundArea.name)
        .join(Application.organisation)
        .outerjoin(Application.lead)
        .outerjoin(RoundArea, RoundArea.round_id == Application.round_id)
        .where(Application.id.in_(sorted(names)))
    )
    for key, organisation, lead, area in session.execute(people):
        names[key] |= Names(
            groups=frozenset({organisation.name}),
            people=people_in(lead or ""),
            numbers=frozenset({organisation.charity_number, organisation.company_number}),
            addresses=frozenset({organisation.postcode}),
            places=frozenset({area} if area else ()),
        )
    for key, code, value in session.execute(_said(sorted(names))):
        if isinstance(value, str):
            names[key] |= _names_in(code, value)
    return names


def _said(application_ids: Sequence[int]) -> sa.Select[Any]:
    """What the answers tell of each group."""
    return (
        sa.select(Answer.application_id, Question.code, Answer.value)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.application_id.in_(application_ids), Question.code.in_(sorted(IDENTIFYING_CODES)))
    )


def _names_in(code: str, value: str) -> Names:
    if code in NUMBER_CODES:
        return Names(numbers=frozenset({value}))
    if code in PEOPLE_CODES:
        return Names(people=people_in(value))
    if code in ADDRESS_CODES:
        return Names(addresses=frozenset({value}))
    if code in NAME_CODES:
        return Names(groups=written_names(value) if code == ALSO_KNOWN_AS else frozenset({value}))
    return Names()
