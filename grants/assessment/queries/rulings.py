"""Rulings on indirect interests: who leaves the room for a bid, and each interest as a line of the minutes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.assessment.models import InterestDeclaration, InterestRuling, Panel, Ruling
from grants.assessment.queries.interests import interests_of, representatives_on
from grants.core.scoping import visible
from grants.representatives.queries import shut_pairs
from workflows.actors import Actor
from workflows.assignment import Interest, InterestKind
from workflows.errors import NotFound

# As the minutes and those who rule read the kinds.
TOLD_KINDS: dict[InterestKind, str] = {
    InterestKind.RUNS: "runs, works or volunteers for the group",
    InterestKind.FAMILY: "family or a close friend",
    InterestKind.HELPED_WRITE: "helped to write the bid",
    InterestKind.PAID: "would be paid from it, or supply it",
    InterestKind.SAME_BODY: "a member of the same body",
    InterestKind.COMPETITOR: "competes with it",
    InterestKind.OTHER: "something else",
}


@dataclass(frozen=True, slots=True)
class InterestLine:
    """One declaration about a bid of the panel: by whom, of what kind, and what was ruled, the newest ruling."""

    declaration: InterestDeclaration
    person: Person
    application: Application
    ruling: InterestRuling | None
    # A later declaration of the same person about the same bid holds instead.
    is_standing: bool

    @property
    def waits(self) -> bool:
        """Whether a chair still has to rule on it."""
        return self.is_standing and self.declaration.interest is Interest.INDIRECT and self.ruling is None

    @property
    def kind_words(self) -> str:
        """What kind of interest it is; empty where nobody was asked."""
        return TOLD_KINDS[self.declaration.kind] if self.declaration.kind else ""

    @property
    def declared_at(self) -> datetime:
        return self.declaration.declared_at


def rulings_of(session: Session, declaration_ids: Collection[int]) -> dict[int, InterestRuling]:
    """The newest ruling of each of these declarations."""
    rows = session.scalars(
        sa.select(InterestRuling)
        .where(InterestRuling.declaration_id.in_(sorted(declaration_ids)))
        .options(joinedload(InterestRuling.ruled_by))
        .order_by(InterestRuling.id)
    )
    return {row.declaration_id: row for row in rows}


def leaves_for(session: Session, panel: Panel, application_id: int) -> frozenset[int]:
    """The panel's members who leave the room while this bid is talked about, by person id.

    A direct interest always, an indirect one until a chair has ruled that the member takes part; a representative for
    what is not theirs to judge.
    """
    people = [member.person_id for member in panel.members]
    standing = interests_of(session, [application_id], people)
    ruled = rulings_of(session, [row.id for row in standing.values()])
    shut = shut_pairs(session, [application_id], representatives_on(panel))
    return frozenset(person_id for _, person_id in shut) | frozenset(
        person_id
        for (_, person_id), row in standing.items()
        if row.interest is Interest.DIRECT or (row.interest is Interest.INDIRECT and not _takes_part(ruled.get(row.id)))
    )


def _takes_part(ruling: InterestRuling | None) -> bool:
    return ruling is not None and ruling.ruling is Ruling.TAKES_PART


def interests_for_minutes(session: Session, panel: Panel, actor: Actor | None = None) -> Sequence[InterestLine]:
    """Every interest declared about the panel's bids, each a line by itself, oldest first; "none" is no line.

    With an `actor`, without the bids that are shut to them.
    """
    rows = session.execute(
        sa.select(InterestDeclaration, Person, Application)
        .join(Person, Person.id == InterestDeclaration.person_id)
        .join(Application, Application.id == InterestDeclaration.application_id)
        .where(Application.round_id == panel.round_id, visible(Application, actor) if actor else sa.true())
        .order_by(InterestDeclaration.declared_at, InterestDeclaration.id)
    ).all()
    newest = {(bid.id, person.id): declared.id for declared, person, bid in rows}
    ruled = rulings_of(session, [declared.id for declared, _, _ in rows])
    return [
        InterestLine(declared, person, bid, ruled.get(declared.id), newest[bid.id, person.id] == declared.id)
        for declared, person, bid in rows
        if declared.interest is not Interest.NONE
    ]


def get_interest_line(session: Session, actor: Actor, panel: Panel, declaration_id: int) -> InterestLine:
    """One line that the actor may read; NotFound otherwise."""
    for line in interests_for_minutes(session, panel, actor):
        if line.declaration.id == declaration_id:
            return line
    raise NotFound(subject="interest")


def needs_ruling(session: Session, application_id: int, person_id: int | None) -> bool:
    """Whether this person's indirect interest in the bid waits for a ruling."""
    standing = interests_of(session, [application_id], [person_id or 0]).get((application_id, person_id or 0))
    if standing is None or standing.interest is not Interest.INDIRECT:
        return False
    return standing.id not in rulings_of(session, [standing.id])
