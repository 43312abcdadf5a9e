"""Asked again at the moment of sending: is this still true, and is this person still one to be told?

Nobody is reminded of what they have done, told that an offer waits which has ended, or written to after they left.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, OfficeRole
from grants.applications.models import Application
from grants.applications.queries import find_late_time, tells_at_once
from grants.assessment.models import Assignment, Panel
from grants.awards.models import Award
from grants.core.outbox import Message
from grants.decisions.models import Decision
from grants.documents.models import Document
from grants.eligibility.models import Clarification, Disqualification
from grants.endorsements.models import Endorsement
from grants.funds.models import Round, SupportEvent
from grants.monitoring.models import MonitoringReturn
from grants.notifications.strangers import still_wanted
from workflows import application, assignment, decision, document, event, monitoring, panel, round
from workflows.application import ApplicationState
from workflows.award import AwardState
from workflows.deadlines import london_date
from workflows.endorsement import EndorsementState
from workflows.monitoring import ReturnState

MODELS: Mapping[str, Any] = {
    "application": Application,
    "assignment": Assignment,
    "award": Award,
    "clarification": Clarification,
    "decision": Decision,
    "endorsement": Endorsement,
    "event": SupportEvent,
    "document": Document,
    "panel": Panel,
    "return": MonitoringReturn,
    "round": Round,
}

# How a link's mail says how long the link lasts.
_UNITS = ("minutes", "hours", "days")
_AFTER_CHECKS = frozenset(ApplicationState) - {ApplicationState.WITHDRAWN, ApplicationState.DISQUALIFIED}

# The states of the thing in which an e-mail is still true. One that is not here is a fact that stays true: a
# receipt is owed for what was received, whatever became of it since.
OWED_IN: Mapping[str, frozenset[Any]] = {
    "application-disqualified": frozenset({ApplicationState.DISQUALIFIED}),
    "application-lapsed": frozenset({ApplicationState.LAPSED}),
    "application-reinstated": _AFTER_CHECKS,
    "clarification-answered": frozenset({ApplicationState.CHECKING}),
    "clarification-asked": frozenset({ApplicationState.CLARIFICATION}),
    "clarification-overdue": frozenset({ApplicationState.CHECKING}),
    "deadline-moved": round.PUBLISHED,
    "form-changed": round.PUBLISHED,
    "decision-awaiting": decision.WAITING,
    "decision-returned": frozenset({decision.DecisionState.RETURNED}),
    "disqualification-to-confirm": frozenset({ApplicationState.CHECKING}),
    "document-expiring": document.HELD,
    "draft-reminder": application.DRAFTING,
    "file-infected": frozenset({document.DocumentState.INFECTED}),
    "draft-saved": application.DRAFTING,
    "event-cancelled": event.CALLED_OFF,
    "event-moved": event.COMING,
    "event-place": event.COMING,
    "event-recording": frozenset({event.EventState.RECORDING_PUBLISHED}),
    "event-reminder": event.COMING,
    "endorsement-declined": frozenset({EndorsementState.DECLINED}),
    "endorsement-given": frozenset({EndorsementState.GIVEN}),
    "endorsement-reminder": frozenset({EndorsementState.REQUESTED}),
    "endorsement-request": frozenset({EndorsementState.REQUESTED}),
    "late-time-to-confirm": application.DRAFTING | {ApplicationState.LAPSED},
    "marking-assigned": assignment.UNDECLARED | assignment.DECLARED | assignment.WORKING,
    "marking-reminder": assignment.UNDECLARED | assignment.DECLARED | assignment.WORKING,
    "marking-round": frozenset({round.RoundState.OPEN, round.RoundState.CHECKING, round.RoundState.SCORING}),
    "marking-reopened": assignment.WORKING,
    "moderation-ready": frozenset({round.RoundState.MODERATING, round.RoundState.RECOMMENDING}),
    "more-time-given": application.DRAFTING,
    "offer": frozenset({AwardState.OFFERED}),
    "offer-lapsed": frozenset({AwardState.LAPSED}),
    "offer-reminder": frozenset({AwardState.OFFERED}),
    "outcome-declined": frozenset({ApplicationState.DECLINED}),
    "outcome-reserve": frozenset({ApplicationState.RESERVE}),
    "reserve-ended": frozenset({ApplicationState.RESERVE}),
    "progressed-to-assessment": _AFTER_CHECKS,
    "recommendation-recorded": frozenset({panel.PanelState.CLOSED}),
    "return-queried": monitoring.ASKED_BACK,
    "return-received": monitoring.WITH_OFFICE,
    "return-reminder": monitoring.OWED,
    "return-reopened": monitoring.OWED,
    "return-to-sign": frozenset({ReturnState.AWAITING_SIGN_OFF}),
    "return-waived": frozenset({ReturnState.WAIVED}),
    "round-opened": frozenset({round.RoundState.OPEN}),
    "submission-taken-back": application.DRAFTING,
}


def is_owed(session: Session, message: Message, *, now: datetime) -> bool:
    """Whether the message is still to be sent to this person."""
    model = MODELS.get(message.subject_type)
    if model is None:
        return not _has_expired(message, now) and still_wanted(session, message)
    thing = session.get(model, message.subject_id, populate_existing=True)
    if thing is None or not _still_belongs(session, message, thing):
        return False
    states = OWED_IN.get(message.template)
    if states is not None and thing.state not in states:
        return False
    further = FURTHER.get(message.template)
    return further is None or further(session, thing, now)


def _has_expired(message: Message, now: datetime) -> bool:
    # A link that is over by the time it could go would only puzzle whoever gets it.
    lasts = timedelta(**{unit: message.detail[unit] for unit in _UNITS if unit in message.detail})
    return bool(lasts) and now >= message.created_at + lasts


def _still_belongs(session: Session, message: Message, thing: Any) -> bool:
    if message.person_id is None:
        return still_wanted(session, message)
    office = sa.select(OfficeRole.id).where(
        OfficeRole.person_id == message.person_id,
        OfficeRole.office_id == thing.scope.office_id,
        OfficeRole.ended_at.is_(None),
    )
    # A round is told to its applicants, who belong to it by their bid; anything else has its own organisation.
    group = sa.select(Membership.id).where(Membership.person_id == message.person_id, Membership.ended_at.is_(None))
    if thing.scope.organisation_id is not None:
        group = group.where(Membership.organisation_id == thing.scope.organisation_id)
    return bool(session.scalar(sa.select(sa.or_(office.exists(), group.exists()))))


def _before_deadline(session: Session, bid: Application, now: datetime) -> bool:
    if bid.round.state is round.RoundState.CANCELLED:
        return False
    closes_at = bid.deadline_extended_to or bid.round.closes_at
    return closes_at is None or now < closes_at


def _scoring_is_on(session: Session, work: Assignment, now: datetime) -> bool:
    running = {round.RoundState.CHECKING, round.RoundState.SCORING}
    bid, round_ = session.execute(
        sa.select(Application.state, Round.state)
        .join(Round, Round.id == Application.round_id)
        .where(Application.id == work.application_id)
    ).one()
    return round_ in running and bid in application.IN_ASSESSMENT | application.IN_CHECKS


def _proposal_waits(session: Session, bid: Application, now: datetime) -> bool:
    waiting = sa.select(Disqualification.id).where(
        Disqualification.application_id == bid.id, Disqualification.settled_at.is_(None)
    )
    return session.scalar(waiting) is not None


def _time_is_proposed(session: Session, bid: Application, now: datetime) -> bool:
    return find_late_time(session, bid) is not None


def _silence_tells_nothing(session: Session, bid: Application, now: datetime) -> bool:
    # Where the disqualified hear nothing until the announcement, this letter would tell them by not coming.
    return tells_at_once(bid)


def _can_still_accept(session: Session, award: Award, now: datetime) -> bool:
    return award.accept_by_on is None or london_date(now) <= award.accept_by_on


def _runs_out_soon(session: Session, kept: Document, now: datetime) -> bool:
    today = london_date(now)
    return kept.expires_on is not None and today <= kept.expires_on <= today + timedelta(days=61)


def _question_waits(session: Session, asked: Clarification, now: datetime) -> bool:
    return asked.ended_at is None and now < asked.due_at


def _has_not_begun(session: Session, thing: SupportEvent, now: datetime) -> bool:
    return now < thing.starts_at


FURTHER: Mapping[str, Any] = {
    "event-moved": _has_not_begun,
    "event-place": _has_not_begun,
    "event-reminder": _has_not_begun,
    "clarification-reminder": _question_waits,
    "disqualification-to-confirm": _proposal_waits,
    "document-expiring": _runs_out_soon,
    "draft-reminder": _before_deadline,
    "draft-saved": _before_deadline,
    "late-time-to-confirm": _time_is_proposed,
    "marking-reminder": _scoring_is_on,
    "more-time-given": _before_deadline,
    "offer-reminder": _can_still_accept,
    "progressed-to-assessment": _silence_tells_nothing,
    "submission-taken-back": _before_deadline,
}
