"""Ruling on indirect interests, and recording one that was found late: by the chair or a manager, never on oneself."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.assessment import queries
from grants.assessment.models import Assignment, InterestRuling, Panel, Ruling
from grants.assessment.queries.facts import member_of
from grants.assessment.queries.rulings import InterestLine
from grants.assessment.services.gates import lock_row
from grants.assessment.services.interests import close_bid_to
from grants.core import audit
from workflows.actors import Actor, Role
from workflows.assignment import Interest
from workflows.errors import Invalid, NotAllowed, NotFound, TransitionRefused


def rule_on_interest(
    session: Session, panel: Panel, line: InterestLine, ruling: str, reason: str, *, actor: Actor, now: datetime
) -> InterestRuling:
    """Say whether somebody with an indirect interest takes part in a bid; "leaves" shuts it as a direct interest does.

    Raises Invalid (ruling, reason), NotAllowed for who is neither a chair of the panel nor a manager, and refuses a
    ruling on oneself (own-interest) or on what does not stand any more (interest-not-indirect).
    """
    _require_ruler(panel, actor, line.person.id)
    problems = {} if ruling in set(Ruling) else {"ruling": "ruling-needed"}
    if not reason.strip():
        problems["reason"] = "reason-needed"
    if problems:
        raise Invalid(problems=problems)
    lock_row(session, line.application)
    standing = queries.interests_of(session, [line.application.id], [line.person.id])
    newest = standing.get((line.application.id, line.person.id))
    if newest is None or newest.id != line.declaration.id or newest.interest is not Interest.INDIRECT:
        raise TransitionRefused("interest-not-indirect")
    row = InterestRuling(
        declaration_id=newest.id,
        ruling=Ruling(ruling),
        reason=reason.strip(),
        ruled_by_id=actor.person_id,
        ruled_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, line.application, "rule-on-interest", line.person, reason, actor, now, ruling=ruling)
    if row.ruling is Ruling.LEAVES:
        close_bid_to(
            session, line.application, line.person.id, f"Ruled to leave: {reason.strip()}", actor=actor, now=now
        )
    return row


def record_found_interest(
    session: Session,
    panel: Panel,
    application: Application,
    person: Person,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Record a direct interest that came to light: the bid is shut to the person, and what they scored is void.

    Raises Invalid (person, reason), NotAllowed, NotFound for a bid that is shut to the actor, and refuses what is
    known already (interest-known).
    """
    _require_ruler(panel, actor, person.id)
    problems = {} if _has_part(session, panel, application, person) else {"person": "person-has-no-part"}
    if not reason.strip():
        problems["reason"] = "reason-needed"
    if problems:
        raise Invalid(problems=problems)
    if queries.barred_from(session, actor.person_id, [application.id]):
        raise NotFound(subject="application")
    lock_row(session, application)
    if queries.barred_from(session, person.id, [application.id]):
        raise TransitionRefused("interest-known")
    _record(session, application, "interest-found", person, reason, actor, now, interest=Interest.DIRECT)
    close_bid_to(session, application, person.id, f"Found late: {reason.strip()}", actor=actor, now=now)


def _require_ruler(panel: Panel, actor: Actor, about: int) -> None:
    seat = member_of(panel, actor.person_id)
    is_chair = seat is not None and seat.is_chair and Role.CHAIR in actor.roles_in(panel.scope)
    if not is_chair and Role.MANAGER not in actor.roles_in(panel.scope):
        raise NotAllowed(needs=["chair", "manager"])
    if about == actor.person_id:
        raise TransitionRefused("own-interest")


def _has_part(session: Session, panel: Panel, application: Application, person: Person) -> bool:
    marks = sa.select(Assignment.id).where(
        Assignment.application_id == application.id, Assignment.person_id == person.id
    )
    return member_of(panel, person.id) is not None or session.scalar(marks) is not None


def _record(
    session: Session,
    application: Application,
    action: str,
    person: Person,
    reason: str,
    actor: Actor,
    now: datetime,
    **detail: str,
) -> None:
    audit.record(
        session,
        subject_type="application",
        subject_id=application.id,
        action=action,
        actor=actor,
        at=now,
        office_id=application.office_id,
        reason=reason.strip(),
        detail={"person_id": person.id, **detail},
    )
