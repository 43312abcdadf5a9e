"""The panel: convened by a manager, opened and closed by its chair, ready by itself when all interests are declared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment import queries
from grants.assessment.models import Assignment, Panel, PanelMember, Recommendation
from grants.assessment.queries.facts import member_of, panel_facts
from grants.assessment.queries.panels import list_seats
from grants.assessment.services.gates import complete_interests, facts_of_panel, timer_for
from grants.assessment.services.interests import declare_for_members
from grants.assessment.services.moderation import require_chair
from grants.assessment.services.proposing import propose_interests
from grants.core import audit, transitions
from grants.core.transitions import Move
from grants.funds.models import Round
from grants.representatives.queries import reach_round, representatives_among
from workflows.actors import Actor, Role
from workflows.application import TO_FUND
from workflows.assignment import AssignmentFacts, AssignmentState
from workflows.errors import Invalid, NotAllowed, TransitionRefused
from workflows.panel import PREPARING, PanelFacts, PanelState
from workflows.rules.scoring import at_or_above_line

OFFICERS = frozenset({Role.OFFICER, Role.MANAGER})


@dataclass(frozen=True, slots=True)
class Seat:
    """One member to be: who, and as what."""

    person_id: int
    is_chair: bool = False
    is_officer: bool = False


def convene_panel(session: Session, round_: Round, members: Sequence[Seat], *, actor: Actor, now: datetime) -> Panel:
    """Call the round's panel together. Raises Invalid with `members`: who may not sit, or that a chair is missing."""
    _check_seats(session, round_, members, actor)
    if queries.find_panel(session, round_.id) is not None:
        raise TransitionRefused("panel-convened-already")
    panel = Panel(
        office_id=round_.office_id,
        round=round_,
        created_at=now,
        line_reason="",
        members=_members(session, round_, members),
    )
    facts = PanelFacts(scope=round_.scope, now=now, round_state=round_.state, on_paper=actor.on_paper)
    detail = {"members": [seat.person_id for seat in members]}
    transitions.create(session, [panel], "convene", facts, actor=actor, now=now, detail=detail)
    _settle_interests(session, panel, actor, now)
    return panel


def _members(session: Session, round_: Round, seats: Sequence[Seat]) -> list[PanelMember]:
    reps = representatives_among(session, round_.office_id, [seat.person_id for seat in seats])
    return [
        PanelMember(
            person_id=seat.person_id,
            is_chair=seat.is_chair,
            is_officer=seat.is_officer,
            is_community_rep=seat.person_id in reps,
        )
        for seat in seats
    ]


def _check_seats(session: Session, round_: Round, members: Sequence[Seat], actor: Actor) -> None:
    if len({seat.person_id for seat in members}) != len(members):
        raise Invalid(problems={"members": "member-twice"})
    if actor.on_paper:
        return
    roles = {person.id: held for person, held in list_seats(session, round_.office_id)}
    for seat in members:
        held = roles.get(seat.person_id, frozenset())
        if not held or (seat.is_chair and Role.CHAIR not in held) or (seat.is_officer and not held & OFFICERS):
            raise Invalid(problems={"members": "member-without-role"})
    if not any(seat.is_chair for seat in members):
        raise Invalid(problems={"members": "panel-needs-chair"})
    reps = {person_id for person_id, held in roles.items() if Role.COMMUNITY_REP in held}
    seated = reps & {seat.person_id for seat in members}
    if seated - reach_round(session, round_, seated):
        raise Invalid(problems={"members": "member-out-of-scope"})


def _settle_interests(session: Session, panel: Panel, actor: Actor, now: datetime) -> None:
    session.flush()
    declare_for_members(session, panel, actor=actor, now=now)
    bids = queries.bids_of_panel(session, panel)
    beyond = queries.beyond_members(session, panel, [bid.id for bid in bids])
    pairs = [(bid, each.person_id) for bid in bids for each in panel.members if (bid.id, each.person_id) not in beyond]
    propose_interests(session, pairs, actor=actor, now=now)
    complete_interests(session, panel, actor=actor, now=now)


def change_members(
    session: Session,
    panel: Panel,
    members: Sequence[Seat],
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> None:
    """Change who sits, until the panel opens; a member who joins late has to declare before it can."""
    if Role.MANAGER not in actor.roles_in(panel.scope):
        raise NotAllowed(needs=["manager"])
    if panel.state not in PREPARING:
        raise TransitionRefused("panel-opened-already")
    _check_seats(session, panel.round, members, actor)
    facts = panel_facts(session, panel, actor=actor, now=now)
    detail = {"members": [seat.person_id for seat in members]}
    if panel.state is PanelState.INTERESTS_DECLARED:
        transitions.apply(
            session,
            panel,
            "interests-reopened",
            facts,
            actor=actor,
            now=now,
            seen_version=seen_version,
            detail=detail,
        )
    else:
        audit.record(
            session,
            subject_type="panel",
            subject_id=panel.id,
            action="change-members",
            actor=actor,
            at=now,
            office_id=panel.office_id,
            detail=detail,
        )
    _reseat(session, panel, members)
    _settle_interests(session, panel, actor, now)


def _reseat(session: Session, panel: Panel, members: Sequence[Seat]) -> None:
    kept = {seat.person_id: seat for seat in members}
    for member in list(panel.members):
        if member.person_id not in kept:
            panel.members.remove(member)
            session.delete(member)
    session.flush()
    for new in _members(session, panel.round, members):
        member = member_of(panel, new.person_id)
        if member is None:
            panel.members.append(new)
        else:
            member.is_chair, member.is_officer = new.is_chair, new.is_officer
            member.is_community_rep = new.is_community_rep


def open_panel(
    session: Session,
    panel: Panel,
    present: Collection[int],
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> None:
    """Open the session with the people present, by person id; refused: interests-undeclared, not-quorate,
    reps-unprepared.
    """
    require_chair(panel, actor)
    for member in panel.members:
        member.is_present = member.person_id in present
    facts = facts_of_panel(session, panel, actor=actor, now=now)
    transitions.apply(
        session,
        panel,
        "open",
        facts,
        actor=actor,
        now=now,
        seen_version=seen_version,
        detail={"present": sorted(each.person_id for each in panel.members if each.is_present)},
    )


def close_panel(
    session: Session, panel: Panel, *, actor: Actor, now: datetime, seen_version: int | None = None
) -> None:
    """Close with an outcome for every bid, within the pot; the markers' locks become final.

    Refused besides what the table refuses: a bid that is recommended below the line with no reason written, as
    after a line that was moved and not drawn again.
    """
    require_chair(panel, actor)
    _require_reasons_below_line(session, panel)
    facts = panel_facts(session, panel, actor=actor, now=now)
    transitions.apply(session, panel, "close", facts, actor=actor, now=now, seen_version=seen_version)
    _finalise(session, panel, actor, now)


def _require_reasons_below_line(session: Session, panel: Panel) -> None:
    rows = session.execute(
        sa.select(Application.id, Application.reference, Recommendation.reason)
        .join(Recommendation, Recommendation.application_id == Application.id)
        .where(Application.round_id == panel.round_id, Application.state.in_(sorted(TO_FUND)))
    ).all()
    percents = queries.percents_of(session, panel.round_id, [row.id for row in rows])
    line = queries.line_of(panel.round, panel)
    below = [
        row.reference for row in rows if not row.reason.strip() and not at_or_above_line(percents[row.id] or 0, line)
    ]
    if below:
        raise TransitionRefused("recommended-below-line", references=tuple(below))


def _finalise(session: Session, panel: Panel, actor: Actor, now: datetime) -> None:
    locked = session.scalars(
        sa.select(Assignment).where(Assignment.round_id == panel.round_id, Assignment.state == AssignmentState.LOCKED)
    ).all()
    # The panel has just passed its own gate: every bid has its outcome, so moderation is over for all of them.
    facts = AssignmentFacts(scope=panel.scope, now=now, marker_id=0, moderation_closed=True)
    moves = [Move(each, facts) for each in locked]
    transitions.apply_many(session, "finalise", moves, actor=timer_for(actor), now=now)


def reopen_panel(
    session: Session,
    panel: Panel,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> None:
    """Open a closed panel again with a reason, until the round is decided; for its chair or the decision maker."""
    if Role.DECISION_MAKER not in actor.roles_in(panel.scope):
        require_chair(panel, actor)
    facts = panel_facts(session, panel, actor=actor, now=now, reason=reason)
    transitions.apply(session, panel, "reopen", facts, actor=actor, now=now, seen_version=seen_version, reason=reason)
