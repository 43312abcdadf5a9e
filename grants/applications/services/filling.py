"""Answers that were written before: a new bid starts with what its group keeps, and may take over an earlier bid's.

Nothing is overwritten that nobody ticked, and what a bid says reaches the group's details only when its lead says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from grants.accounts.services import save_details
from grants.applications.models import Application
from grants.applications.queries import answers_of, copyable_answers, differing_details, paper_of
from grants.applications.services.saving import save_answers
from grants.core import audit
from workflows.actors import Actor
from workflows.errors import Stale


def copy_answers(
    session: Session,
    application: Application,
    source: Application,
    codes: Collection[str],
    *,
    seen: Mapping[str, str],
    actor: Actor,
    now: datetime,
    received_at: datetime,
) -> list[str]:
    """Put these answers of `source`, another bid of the same group, into the draft; returns the codes written.

    `seen` are the fingerprints of this bid's answers as the page showed them: one that changed since raises Stale,
    and nothing is copied. What can't be copied, or was not there to copy, is left out.
    """
    offered = {each.question.code: each.value for each in copyable_answers(session, application, source)}
    given = {code: offered[code] for code in codes if code in offered}
    times = {"now": now, "received_at": received_at}
    # Inside a savepoint: all of it, or nothing.
    with session.begin_nested():
        saved = save_answers(session, application, given, actor=actor, seen=seen, is_typing=False, **times)
        if saved.conflicts:
            raise Stale(subject="application", id=application.id, codes=[each.code for each in saved.conflicts])
    written = list(saved.written)
    if written:
        audit.record(
            session,
            subject_type="application",
            subject_id=application.id,
            action="copy-answers",
            actor=actor,
            at=now,
            office_id=application.office_id,
            # The other bid may be another office's, which this one's staff know nothing of: no reference here.
            detail={"codes": written},
        )
    return written


def keep_details(
    session: Session, application: Application, codes: Collection[str], *, actor: Actor, now: datetime
) -> list[str]:
    """Have the group keep these answers of the bid for its next ones; returns the codes written."""
    paper = paper_of(session, application.round)
    differing = differing_details(session, application, paper, answers_of(session, application))
    given = {each.question.code: each.value for each in differing if each.question.code in codes}
    return save_details(session, application.organisation, given, actor=actor, now=now, source=application.reference)
