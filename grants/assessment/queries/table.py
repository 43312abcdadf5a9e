"""The moderation table: every bid of a panel with its marks, spread, agreed percent and outcome, in seven queries.

A bid in which the reader has a direct interest is a blank line, and its figures never leave this module.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from grants.applications.models import Application
from grants.assessment.models import InterestDeclaration, Panel, Recommendation
from grants.assessment.queries.facts import UNSCORED
from grants.assessment.queries.interests import barred_from, beyond_members, interests_of
from grants.assessment.queries.marks import (
    MarkerMarks,
    Rubric,
    agreed_of,
    locked_marks,
    marks_of,
    percent_from,
    rubric_of,
    spreads_from,
)
from grants.assessment.queries.panels import CONSIDERED, line_of
from grants.diligence.queries import rating_of_bid
from workflows.actors import Actor, Role
from workflows.application import IN_ASSESSMENT, PASSED_CHECKS, ApplicationState
from workflows.assignment import Interest
from workflows.panel import PanelState
from workflows.rules.diligence import Rating
from workflows.rules.moderation import ModerationRow
from workflows.rules.scoring import at_or_above_line, must_discuss

A = ApplicationState


@dataclass(frozen=True, slots=True)
class BidRow:
    """A bid as it is read for a panel: with its outcome and what is known of the group's past in this office."""

    application: Application
    recommendation: Recommendation | None
    applied_before: bool
    funded_before: bool
    is_red: bool


@dataclass(frozen=True, slots=True)
class ModerationLine:
    """One bid of the table. When `stands_aside`, everything else about the bid is left empty."""

    stands_aside: bool
    application: Application | None = None
    recommendation: Recommendation | None = None
    markers: tuple[MarkerMarks, ...] = ()
    spreads: ModerationRow | None = None
    percent: Fraction | None = None
    discuss: tuple[str, ...] = ()
    reaches_line: bool = False
    indirect: tuple[InterestDeclaration, ...] = ()
    funded_before: bool = False

    @property
    def has_page(self) -> bool:
        """Whether the panel still has a page for the bid; one that was decided is only on record."""
        return self.application is not None and self.application.state in CONSIDERED


@dataclass(frozen=True, slots=True)
class ModerationTable:
    """The panel's bids, best percent first, and the money of those that the reader may see.

    `version` is raised by every move of any bid, also of those that the reader may not see; `undeclared` are the
    (bid, person) pairs of the panel's members about which nothing has been declared.
    """

    rubric: Rubric
    lines: tuple[ModerationLine, ...]
    line: Fraction
    pot_pence: int
    recommended_pence: int
    version: int
    without_outcome: int
    undeclared: frozenset[tuple[int, int]]

    @property
    def left_pence(self) -> int:
        return self.pot_pence - self.recommended_pence

    @property
    def stands_aside(self) -> int:
        """How many of the bids are shut to the reader; no figure here holds anything of them."""
        return sum(each.stands_aside for each in self.lines)

    @property
    def has_outcomes(self) -> bool:
        return any(each.application and each.application.state not in IN_ASSESSMENT for each in self.lines)


def panel_bids(
    session: Session, round_id: int, states: Collection[A] = CONSIDERED, *, only: int | None = None
) -> list[BidRow]:
    """The bids that a panel of this round considers, in one query; `states` widens it to what became of them.

    `only` names a single bid.
    """
    other = aliased(Application)
    earlier = sa.select(other.id).where(
        other.organisation_id == Application.organisation_id,
        other.office_id == Application.office_id,
        other.round_id != Application.round_id,
        other.submitted_at.is_not(None),
    )
    rows = session.execute(
        sa.select(
            Application,
            Recommendation,
            earlier.exists().label("applied_before"),
            earlier.where(other.state == A.AWARDED).exists().label("funded_before"),
            rating_of_bid() == Rating.RED,
        )
        .outerjoin(Recommendation, Recommendation.application_id == Application.id)
        .options(joinedload(Application.area))
        .where(
            Application.round_id == round_id,
            Application.state.in_(sorted(states)),
            sa.true() if only is None else Application.id == only,
        )
        .order_by(Application.reference)
    )
    return [BidRow(*row) for row in rows]


def moderation_table(session: Session, panel: Panel, actor: Actor) -> ModerationTable:
    """The table as this actor may see it."""
    bids = panel_bids(session, panel.round_id, _states_of(panel))
    ids = [each.application.id for each in bids]
    rubric = rubric_of(session, panel.round_id)
    reading = _read(session, panel, rubric, ids, actor)
    beyond = beyond_members(session, panel, ids)
    lines = [reading.line_for(each, actor.person_id) for each in bids]
    seen = [bid for bid, line in zip(bids, lines, strict=True) if not line.stands_aside]
    return ModerationTable(
        rubric=rubric,
        lines=tuple(sorted(lines, key=_best_first)),
        line=reading.line,
        pot_pence=panel.round.pot_pence,
        # Were a bid counted here that the reader may not see, its amount could be had by subtraction.
        recommended_pence=sum(_recommended(each) for each in seen),
        version=sum(each.application.version for each in bids),
        without_outcome=sum(each.application.state in IN_ASSESSMENT for each in bids),
        undeclared=frozenset(
            (bid, member.person_id)
            for bid in ids
            for member in panel.members
            if (bid, member.person_id) not in reading.interests and (bid, member.person_id) not in beyond
        ),
    )


def moderation_line(session: Session, panel: Panel, application: Application, actor: Actor) -> ModerationLine:
    """The line of one bid, for its own page; empty when the actor stands aside, or the panel considers it no more."""
    bids = panel_bids(session, panel.round_id, _states_of(panel), only=application.id)
    if not bids:
        return ModerationLine(stands_aside=True)
    reading = _read(session, panel, rubric_of(session, panel.round_id), [application.id], actor)
    return reading.line_for(bids[0], actor.person_id)


def _states_of(panel: Panel) -> Collection[A]:
    # A closed panel's page is its record, so it keeps the bids that were decided since.
    return PASSED_CHECKS if panel.state is PanelState.CLOSED else CONSIDERED


def _read(session: Session, panel: Panel, rubric: Rubric, ids: Collection[int], actor: Actor) -> _Reading:
    is_rep = Role.COMMUNITY_REP in actor.all_roles
    return _Reading(
        rubric=rubric,
        line=line_of(panel.round, panel),
        pot_pence=panel.round.pot_pence,
        work=marks_of(session, ids, rubric),
        agreed=agreed_of(session, ids, rubric),
        interests=interests_of(session, ids),
        shut=barred_from(session, actor.person_id, ids) if is_rep else frozenset(),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    rubric: Rubric
    line: Fraction
    pot_pence: int
    work: dict[int, list[MarkerMarks]]
    agreed: dict[int, dict[str, Any]]
    interests: dict[tuple[int, int], InterestDeclaration]
    # What a representative may not judge, or not yet.
    shut: frozenset[int]

    def line_for(self, bid: BidRow, person_id: int | None) -> ModerationLine:
        application = bid.application
        own = self.interests.get((application.id, person_id or 0))
        if application.id in self.shut or (own is not None and own.interest is Interest.DIRECT):
            return ModerationLine(stands_aside=True)
        indirect = [
            row
            for (application_id, _), row in self.interests.items()
            if application_id == application.id and row.interest is Interest.INDIRECT
        ]
        if application.state in UNSCORED:
            # Marks are nobody's but the marker's until every marker of the bid has locked.
            return ModerationLine(stands_aside=False, application=application, indirect=tuple(indirect))
        return self._scored(bid, tuple(indirect))

    def _scored(self, bid: BidRow, indirect: tuple[InterestDeclaration, ...]) -> ModerationLine:
        application = bid.application
        work = self.work.get(application.id, [])
        percent = percent_from(self.agreed.get(application.id, {}), work, self.rubric)
        return ModerationLine(
            stands_aside=False,
            application=application,
            recommendation=None if application.state in IN_ASSESSMENT else bid.recommendation,
            markers=tuple(each for each in work if each.is_locked),
            spreads=spreads_from(work, self.rubric),
            percent=percent,
            discuss=self._discuss(bid, work),
            reaches_line=percent is not None and at_or_above_line(percent, self.line),
            indirect=indirect,
            funded_before=bid.funded_before,
        )

    def _discuss(self, bid: BidRow, work: Sequence[MarkerMarks]) -> tuple[str, ...]:
        return tuple(
            must_discuss(
                locked_marks(work, self.rubric),
                self.rubric.weights,
                line=self.line,
                ask_pence=bid.application.ask_pence or 0,
                pot_pence=self.pot_pence,
                first_time=not bid.applied_before,
                max_score=self.rubric.max_score,
                red_due_diligence=bool(bid.is_red),
            )
        )


def _recommended(bid: BidRow) -> int:
    if not bid.application.was_recommended or bid.recommendation is None:
        return 0
    return bid.recommendation.amount_pence


def _best_first(line: ModerationLine) -> tuple[bool, Fraction, str]:
    reference = line.application.reference if line.application else ""
    return line.percent is None, -(line.percent or Fraction(0)), reference
