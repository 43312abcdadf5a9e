"""What the guards of marking, panels and bids under assessment ask, read from the database as it is now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import base_facts
from grants.assessment.models import Assignment, Panel, PanelMember, Recommendation
from grants.assessment.queries.interests import barred_in, belonging, interests_of, proposed_to
from grants.assessment.queries.marks import Rubric
from grants.funding.queries import ceiling_pence
from grants.funds.models import Round
from grants.representatives.queries import is_beyond, unprepared_among
from workflows.actors import Actor, Role, Scope
from workflows.application import IN_CHECKS, TO_FUND, ApplicationFacts, ApplicationState
from workflows.assignment import DECLARED, LOCKED_STATES, UNDECLARED, WORKING, AssignmentFacts
from workflows.panel import SITTING, PanelFacts
from workflows.round import FINISHED, RoundFacts
from workflows.rules.scoring import justification_problem

A = ApplicationState
# Declared that nothing direct stands in the way.
READY = DECLARED | WORKING | LOCKED_STATES
UNLOCKED = UNDECLARED | DECLARED | WORKING
UNSCORED = frozenset({A.ELIGIBLE, A.SCORING})
UNMODERATED = UNSCORED | {A.SCORED}
# Bids that a panel still has to place.
WITHOUT_OUTCOME = UNMODERATED | {A.MODERATED}
# Marks may be opened again only while the panel has not placed the bid.
REOPENABLE = frozenset({A.SCORING, A.SCORED, A.MODERATED})


def assignment_counts(session: Session, application_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """For each bid: markers who declared and may mark, and markers who have not locked."""
    ready: Counter[int] = Counter()
    unlocked: Counter[int] = Counter()
    rows = session.execute(
        sa.select(Assignment.application_id, Assignment.state, sa.func.count())
        .where(Assignment.application_id.in_(sorted(application_ids)))
        .group_by(Assignment.application_id, Assignment.state)
    )
    for application_id, state, count in rows:
        ready[application_id] += count if state in READY else 0
        unlocked[application_id] += count if state in UNLOCKED else 0
    return {each: (ready[each], unlocked[each]) for each in application_ids}


def marker_facts(assignments: Collection[Assignment]) -> dict[str, int]:
    """The same for one bid whose assignments a page has read already, as facts."""
    states = [each.state for each in assignments]
    return {
        "markers_ready": sum(state in READY for state in states),
        "markers_unlocked": sum(state in UNLOCKED for state in states),
    }


def application_facts(
    session: Session, application: Application, *, actor: Actor, now: datetime, **more: Any
) -> ApplicationFacts:
    """The bid's facts with what assessment knows; `more` adds or overrides."""
    if "markers_ready" not in more:
        ready, unlocked = assignment_counts(session, [application.id])[application.id]
        more |= {"markers_ready": ready, "markers_unlocked": unlocked}
    more.setdefault("markers_needed", application.round.markers_needed)
    return base_facts(session, application, now=now, on_paper=actor.on_paper, **more)


def assignment_facts(
    session: Session,
    assignment: Assignment,
    *,
    actor: Actor,
    now: datetime,
    rubric: Rubric | None = None,
    reason: str = "",
) -> AssignmentFacts:
    """One marker's facts. `rubric` is given when the marks matter, to say what is missing from them."""
    application = assignment.application
    person_id = assignment.person_id
    standing = (
        interests_of(session, [application.id], [person_id]).get((application.id, person_id)) if person_id else None
    )
    unscored, unjustified = missing_marks(assignment, rubric) if rubric else (("not-checked",), ())
    return AssignmentFacts(
        scope=Scope(assignment.office_id, application.organisation_id),
        now=now,
        marker_id=person_id or 0,
        marker_declared=standing.interest if standing else None,
        is_proposed=bool(person_id and proposed_to(session, [application.id], [person_id])),
        marker_belongs_to_group=bool(person_id and belonging(session, [person_id], [application.organisation_id])),
        is_beyond_reach=_is_beyond(session, assignment, actor),
        unscored=unscored,
        unjustified=unjustified,
        bid_in_scoring=application.state is A.SCORING,
        moderation_closed=application.state not in REOPENABLE | {A.ELIGIBLE, A.CHECKING},
        reason=reason,
        on_paper=actor.on_paper,
        actor_marks_bid=actor.person_id == person_id or bool(marks_any(session, actor, [application.id])),
    )


def marks_any(session: Session, actor: Actor, application_ids: Collection[int]) -> frozenset[int]:
    """Which of these bids are, or once were, the actor's own to mark."""
    mine = sa.select(Assignment.application_id).where(
        Assignment.person_id == (actor.person_id or 0), Assignment.application_id.in_(sorted(application_ids))
    )
    return frozenset(session.scalars(mine))


def _is_beyond(session: Session, assignment: Assignment, actor: Actor) -> bool:
    # Most people are no representatives, and of those who act their roles are known.
    if assignment.person_id is None or (
        actor.person_id == assignment.person_id and Role.COMMUNITY_REP not in actor.all_roles
    ):
        return False
    return is_beyond(session, assignment.person_id, assignment.application_id)


def missing_marks(assignment: Assignment, rubric: Rubric) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes of the criteria without a score, and of those whose words are missing or too few."""
    rows = {row.criterion_id: row for row in assignment.scores if row.voided_at is None}
    unscored, unjustified = [], []
    for criterion in rubric.criteria:
        row = rows.get(criterion.id)
        if row is None or row.score is None:
            unscored.append(criterion.code)
        elif justification_problem(row.score, row.justification, extremes=rubric.extremes):
            unjustified.append(criterion.code)
    return tuple(unscored), tuple(unjustified)


def round_facts(session: Session, round_: Round, *, now: datetime) -> RoundFacts:
    """The counts that the gates of scoring, moderation and recommendation ask for."""
    states = states_of(session, round_.id)
    return RoundFacts(
        scope=round_.scope,
        now=now,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        is_rolling=round_.is_rolling,
        # A draft that was given time after the closing is waited for.
        bids_to_lapse=states[A.DRAFT],
        bids_unchecked=sum(states[each] for each in IN_CHECKS),
        bids_eligible=states[A.ELIGIBLE] + states[A.SCORING],
        bids_unscored=sum(states[each] for each in UNSCORED),
        bids_unmoderated=sum(states[each] for each in UNMODERATED),
    )


def states_of(session: Session, round_id: int) -> Counter[ApplicationState]:
    """How many bids of the round are in each state."""
    rows = session.execute(
        sa.select(Application.state, sa.func.count())
        .where(Application.round_id == round_id)
        .group_by(Application.state)
    )
    return Counter(dict(rows.all()))


def recommended_pence(session: Session, round_id: int, *, besides: int | None = None) -> int:
    """What the panel recommends now in this round, leaving out one bid."""
    statement = (
        sa.select(sa.func.coalesce(sa.func.sum(Recommendation.amount_pence), 0))
        .join(Application, Application.id == Recommendation.application_id)
        .where(Application.round_id == round_id, Application.state.in_([*sorted(TO_FUND), A.APPROVED, A.AWARDED]))
    )
    if besides is not None:
        statement = statement.where(Application.id != besides)
    return int(session.scalar(statement) or 0)


@dataclass(frozen=True, slots=True)
class PanelTally:
    """What a panel's gates count, for a page that has read its bids already."""

    without_outcome: int
    recommended_pence: int


def panel_tally(session: Session, round_id: int) -> PanelTally:
    """The same, counted by the database."""
    states = states_of(session, round_id)
    return PanelTally(sum(states[each] for each in WITHOUT_OUTCOME), recommended_pence(session, round_id))


def panel_facts(
    session: Session,
    panel: Panel,
    *,
    actor: Actor,
    now: datetime,
    undeclared: int = 0,
    reason: str = "",
    tally: PanelTally | None = None,
    hides_pot: bool | None = None,
) -> PanelFacts:
    """The panel's facts; who is present is read from its members."""
    present = [each for each in panel.members if each.is_present]
    tally = tally or panel_tally(session, panel.round_id)
    return PanelFacts(
        scope=panel.scope,
        now=now,
        round_state=panel.round.state,
        undeclared=undeclared,
        unprepared=_unprepared(session, panel.round, present),
        members_present=len(present),
        quorum=panel.round.panel_quorum,
        has_officer=any(each.is_officer for each in present),
        has_community_rep=any(each.is_community_rep for each in present),
        needs_community_rep=panel.round.needs_community_rep,
        chair_present=any(each.is_chair for each in present),
        without_outcome=tally.without_outcome,
        recommended_pence=tally.recommended_pence,
        pot_pence=ceiling_pence(session, panel.round_id, panel.round.pot_pence),
        decision_is_settled=panel.round.state in FINISHED,
        reason=reason,
        on_paper=actor.on_paper,
        hides_pot=bool(barred_in(session, panel.round_id, actor)) if hides_pot is None else hides_pot,
    )


def _unprepared(session: Session, round_: Round, present: Collection[PanelMember]) -> tuple[str, ...]:
    reps = {each.person_id: each.person.name for each in present if each.is_community_rep}
    return tuple(sorted(reps[each] for each in unprepared_among(session, round_, list(reps))))


def is_sitting(panel: Panel | None) -> bool:
    return panel is not None and panel.state in SITTING


def member_of(panel: Panel, person_id: int | None) -> PanelMember | None:
    return next((each for each in panel.members if each.person_id == person_id), None)
