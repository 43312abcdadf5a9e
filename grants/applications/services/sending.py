"""Sending: a bid goes in once, in time by the server's clock, and what was sent is copied out of reach of edits."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application, Submission
from grants.applications.queries import Paper, answers_of, base_facts, needs_read_back, paper_of, problems_of
from grants.applications.queries.content import content_of, enclosed_with, hash_of, receipt_number
from grants.applications.queries.receipts import about
from grants.applications.services.drafting import lock, speaking_for
from grants.applications.services.files import sent_ids
from grants.core import transitions
from grants.documents.services import mark_sent
from workflows.actors import Actor
from workflows.errors import Stale

# What a receipt's number leaves of its column for the bid's own name.
LONGEST_NAME = 35


def submit_application(
    session: Session,
    application: Application,
    *,
    seen_version: int | None = None,
    seen_hash: str = "",
    actor: Actor,
    now: datetime,
    received_at: datetime,
    paper: Paper | None = None,
) -> Submission:
    """Send the bid as it stands and give its receipt.

    `seen_hash` is that of the answers which the person checked; Stale when somebody has changed one since. Raises
    TransitionRefused form-not-complete with the codes of the questions, and TooLate at or after the deadline.
    """
    lock(session, application)
    paper, given = paper or paper_of(session, application.round), answers_of(session, application)
    content = content_of(paper, given)
    # The person checked the answers; what others say of the bid may come in until the last moment.
    checked_hash = hash_of(content)
    content += enclosed_with(session, application)
    content_hash = hash_of(content)
    problems = () if actor.on_paper else problems_of(session, application, paper, given)
    facts = base_facts(
        session,
        application,
        now=now,
        received_at=received_at,
        problems=tuple(problem.question.code for problem in problems),
        needs_read_back=needs_read_back(session, application, checked_hash),
    )
    if actor.on_paper:
        actor = speaking_for(actor, application.scope)
    # Inside a savepoint: a refusal leaves neither a receipt nor a time of sending behind.
    with session.begin_nested():
        submission = _receipt(session, application, actor, received_at, content, content_hash)
        detail = {"submission_id": submission.id, "receipt_number": submission.receipt_number}
        application.submitted_at, application.form_version = received_at, application.round.form_version
        transitions.apply(
            session, application, "submit", facts, actor=actor, now=now, seen_version=seen_version, detail=detail
        )
        mark_sent(session, sent_ids(content), now=now)
        if seen_hash and seen_hash != checked_hash:
            raise Stale(subject="application", id=application.id)
    return submission


def _receipt(
    session: Session, application: Application, actor: Actor, received_at: datetime, content: list, content_hash: str
) -> Submission:
    sent_before = sa.select(sa.func.count()).where(Submission.application_id == application.id)
    number = session.scalars(sent_before).one() + 1
    submission = Submission(
        application_id=application.id,
        number=number,
        receipt_number=receipt_number(_name_on_receipt(application), number, received_at, content_hash),
        received_at=received_at,
        person_id=actor.person_id,
        content=content,
        content_hash=content_hash,
        about=about(session, application),
    )
    session.add(submission)
    session.flush()
    return submission


def _name_on_receipt(application: Application) -> str:
    # A reference from paper, such as "7", may come again in another round; with the round's code it does not.
    reference, code = application.reference, application.round.code
    return reference if reference.startswith(code) else f"{code}-{reference}"[:LONGEST_NAME]


def unsubmit_application(
    session: Session,
    application: Application,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
    received_at: datetime,
) -> None:
    """Take a sent bid back to change it, while the round still takes bids; it must be sent again to count."""
    lock(session, application)
    facts = base_facts(session, application, now=now, received_at=received_at)
    transitions.apply(session, application, "unsubmit", facts, actor=actor, now=now, seen_version=seen_version)


def withdraw_application(
    session: Session,
    application: Application,
    *,
    seen_version: int | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> None:
    """End the bid at the group's own wish, from any state before an award; it can't be undone."""
    lock(session, application)
    facts = base_facts(session, application, now=now)
    transitions.apply(
        session, application, "withdraw", facts, actor=actor, now=now, seen_version=seen_version, reason=reason
    )
