"""Declaring interests: before anything opens, and again whenever one is found late; a direct one shuts the bid."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment import queries
from grants.assessment.models import Assignment, InterestDeclaration, Panel, Score
from grants.assessment.queries.facts import assignment_facts, member_of
from grants.assessment.queries.proposals import open_proposals
from grants.assessment.services.gates import (
    complete_interests,
    finish_scoring,
    is_allowed,
    lock_row,
    store_percent,
    timer_for,
)
from grants.core import audit, transitions
from workflows.actors import Actor
from workflows.application import ApplicationState
from workflows.assignment import Interest, InterestKind
from workflows.errors import Invalid, NotFound

LONGEST_DETAIL = 2000


def declare_interest(
    session: Session,
    application: Application,
    interest: Interest,
    detail: str = "",
    *,
    kind: InterestKind | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Record what the actor, as a marker of this bid or a member of its panel, has to do with it.

    A direct or indirect interest needs words (Invalid: detail). Direct: the marker stands aside, what they
    scored is void but kept, and managers are told. A direct interest is never taken back here: what was seen
    can't be unseen, and the bid is closed to the person (NotFound).
    """
    detail = detail.strip()
    if interest is not Interest.NONE and not detail:
        raise Invalid(problems={"detail": "interest-detail-needed"})
    lock_row(session, application)
    assignment = _assignment_of(session, application, actor)
    panel = queries.find_panel(session, application.round_id)
    sits = panel is not None and member_of(panel, actor.person_id) is not None
    is_asked = assignment is not None or sits or _marks_unnamed(session, application, actor)
    if not is_asked or queries.barred_from(session, actor.person_id, [application.id]):
        raise NotFound(subject="application")
    _answer_proposals(session, application, interest, detail, actor, now)
    kind = None if interest is Interest.NONE else kind
    said = InterestDeclaration(interest=interest, kind=kind, detail=detail[:LONGEST_DETAIL])
    _record(session, application, said, actor, now)
    if assignment is not None:
        _settle_assignment(session, assignment, interest, actor, now)
    if panel is not None:
        complete_interests(session, panel, actor=actor, now=now)


def _answer_proposals(
    session: Session, application: Application, interest: Interest, detail: str, actor: Actor, now: datetime
) -> None:
    """Every sign that the person was asked about is answered by what they declare; "none" says why."""
    asked = open_proposals(session, [application.id], [actor.person_id or 0])
    if asked and interest is Interest.NONE and not detail:
        raise Invalid(problems={"detail": "proposal-needs-why"})
    for row in asked.get((application.id, actor.person_id or 0), []):
        row.answered_at = now


def _assignment_of(session: Session, application: Application, actor: Actor) -> Assignment | None:
    return session.scalars(
        sa.select(Assignment).where(
            Assignment.application_id == application.id, Assignment.person_id == (actor.person_id or 0)
        )
    ).one_or_none()


def _marks_unnamed(session: Session, application: Application, actor: Actor) -> bool:
    """Whether the actor marks in a round that hides its groups: there they are asked about every group at once."""
    if not application.round.is_anonymous:
        return False
    mine = sa.select(Assignment.id).where(
        Assignment.round_id == application.round_id, Assignment.person_id == (actor.person_id or 0)
    )
    return session.scalar(mine.limit(1)) is not None


def _record(session: Session, application: Application, said: InterestDeclaration, actor: Actor, now: datetime) -> None:
    said.application_id, said.person_id, said.declared_at = application.id, actor.person_id or 0, now
    session.add(said)
    session.flush()
    audit.record(
        session,
        subject_type="application",
        subject_id=application.id,
        action="declare-interest",
        actor=actor,
        at=now,
        office_id=application.office_id,
        reason=said.detail,
        detail={"interest": said.interest} | ({"kind": said.kind} if said.kind else {}),
    )


def _settle_assignment(
    session: Session, assignment: Assignment, interest: Interest, actor: Actor, now: datetime
) -> None:
    facts = assignment_facts(session, assignment, actor=actor, now=now)
    if is_allowed(assignment, "declare", facts, actor):
        transitions.apply(session, assignment, "declare", facts, actor=actor, now=now, detail={"interest": interest})
    # Once the panel has placed the bid the marks stand, and the declaration alone shuts the bid.
    if is_allowed(assignment, "recuse", facts, actor):
        _void_scores(session, assignment, now)
        transitions.apply(session, assignment, "recuse", facts, actor=actor, now=now)
        _settle_bid(session, assignment.application, actor, now)


def close_bid_to(
    session: Session, application: Application, person_id: int, detail: str, *, actor: Actor, now: datetime
) -> None:
    """Shut the bid to somebody as a direct interest of their own would; their marks of it are void and kept."""
    session.add(
        InterestDeclaration(
            application_id=application.id,
            person_id=person_id,
            interest=Interest.DIRECT,
            detail=detail[:LONGEST_DETAIL],
            declared_at=now,
        )
    )
    session.flush()
    own = sa.select(Assignment).where(Assignment.application_id == application.id, Assignment.person_id == person_id)
    assignment = session.scalars(own).one_or_none()
    if assignment is None:
        return
    timer = timer_for(actor)
    facts = assignment_facts(session, assignment, actor=timer, now=now)
    if is_allowed(assignment, "set-aside", facts, timer):
        _void_scores(session, assignment, now)
        transitions.apply(session, assignment, "set-aside", facts, actor=timer, now=now, reason=detail)
        _settle_bid(session, application, actor, now)


def _void_scores(session: Session, assignment: Assignment, now: datetime) -> None:
    session.execute(
        sa.update(Score).where(Score.assignment_id == assignment.id, Score.voided_at.is_(None)).values(voided_at=now)
    )


def _settle_bid(session: Session, application: Application, actor: Actor, now: datetime) -> None:
    # The others may all have locked already; and a bid that was scored stands on fewer marks from now on.
    if application.state is ApplicationState.SCORING:
        finish_scoring(session, application, actor=actor, now=now)
    elif application.state in {ApplicationState.SCORED, ApplicationState.MODERATED}:
        _return_to_markers(session, application, actor, now)
        store_percent(session, application)


def _return_to_markers(session: Session, application: Application, actor: Actor, now: datetime) -> None:
    """A bid that is left with too few markers goes back for another one; a manager is told who stood aside."""
    timer = timer_for(actor)
    facts = queries.application_facts(session, application, actor=timer, now=now, marks_are_void=True)
    if is_allowed(application, "return-to-markers", facts, timer):
        transitions.apply(session, application, "return-to-markers", facts, actor=timer, now=now)


def declare_for_members(session: Session, panel: Panel, *, actor: Actor, now: datetime) -> None:
    """A panel member who belongs to a group that applied has a direct interest, whether they say so or not."""
    bids = queries.bids_of_panel(session, panel)
    people = [each.person_id for each in panel.members]
    members = queries.belonging(session, people, {bid.organisation_id for bid in bids})
    standing = queries.interests_of(session, [bid.id for bid in bids], people)
    for bid in bids:
        for person_id in people:
            known = standing.get((bid.id, person_id))
            if (person_id, bid.organisation_id) in members and (known is None or known.interest is not Interest.DIRECT):
                _declare_direct(session, bid, person_id, actor, now)


def _declare_direct(session: Session, bid: Application, person_id: int, actor: Actor, now: datetime) -> None:
    session.add(
        InterestDeclaration(
            application_id=bid.id,
            person_id=person_id,
            interest=Interest.DIRECT,
            detail="Belongs to the group that applied (found by the service)",
            declared_at=now,
        )
    )
    session.flush()
    audit.record(
        session,
        subject_type="application",
        subject_id=bid.id,
        action="interest-found",
        actor=actor,
        at=now,
        office_id=bid.office_id,
        detail={"interest": Interest.DIRECT, "person_id": person_id},
    )
