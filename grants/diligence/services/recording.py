"""What people find for a check: each item with its evidence, and what a public register said.

What was recorded is never rewritten: a second word on an item is a second row.
"""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core import audit
from grants.core.registers import KINDS, Answer, Record, Unavailable
from grants.diligence.models import DiligenceItem, DueDiligence, RegisterEntry
from grants.diligence.queries import sent_answers, sent_files
from workflows.actors import Actor, Scope
from workflows.diligence import STAFF, DiligenceState
from workflows.errors import Invalid, NotAllowed, Stale, TransitionRefused
from workflows.rules.diligence import Found, Item

BANK = frozenset({Item.BANK, Item.CALL_BACK})


def record_item(
    session: Session,
    check: DueDiligence,
    code: str,
    outcome: str,
    evidence: str,
    *,
    document_id: int | None = None,
    seen_item: int = 0,
    actor: Actor,
    now: datetime,
) -> DiligenceItem:
    """Record what was found for one item, and in which file of the bid (`document_id`) it was seen.

    Stale when a colleague recorded it since the page was drawn (`seen_item`).
    """
    _may_record(check, actor)
    problems = {}
    if code not in check.items_wanted or outcome not in set(Found):
        problems["outcome"] = "diligence-outcome-needed"
    if not evidence.strip():
        problems["evidence"] = "diligence-evidence-needed"
    elif code in BANK and looks_like_bank_number(evidence):
        problems["evidence"] = "diligence-no-bank-numbers"
    if document_id is not None and document_id not in _files_of(session, check):
        problems["document"] = "diligence-file-unknown"
    if problems:
        raise Invalid(problems=problems)
    latest = session.scalar(
        sa.select(sa.func.max(DiligenceItem.id)).where(
            DiligenceItem.diligence_id == check.id, DiligenceItem.code == code
        )
    )
    if (latest or 0) != seen_item:
        raise Stale(subject="diligence", id=check.id)
    item = DiligenceItem(
        diligence_id=check.id,
        code=code,
        outcome=Found(outcome),
        evidence=evidence.strip(),
        document_id=document_id,
        person_id=actor.person_id,
        recorded_at=now,
    )
    check.items.append(item)
    session.flush()
    audit.record(
        session,
        subject_type="diligence",
        subject_id=check.id,
        action="record-item",
        actor=actor,
        at=now,
        office_id=check.office_id,
        detail={"item": code, "outcome": outcome, "application_id": check.application_id},
    )
    return item


def _files_of(session: Session, check: DueDiligence) -> set[int]:
    sent = sent_answers(session, check.application)
    return {each.id for each in sent_files(session, check.application, sent)}


def keep_entry(
    session: Session, check: DueDiligence, kind: str, number: str, said: Answer, *, actor: Actor, now: datetime
) -> RegisterEntry | None:
    """Keep what a register said of the group's number, or that it knows none; None when it could not be asked."""
    _may_record(check, actor)
    if kind not in KINDS or isinstance(said, Unavailable):
        return None
    entry = RegisterEntry(
        diligence_id=check.id, kind=kind, number=number, name="", address="", person_id=actor.person_id, asked_at=now
    )
    if isinstance(said, Record):
        entry.name, entry.address = said.name, "\n".join(each for each in (said.address, said.postcode) if each)
    check.entries.append(entry)
    session.flush()
    audit.record(
        session,
        subject_type="diligence",
        subject_id=check.id,
        action="ask-register",
        actor=actor,
        at=now,
        office_id=check.office_id,
        detail={"kind": kind, "number": number, "known": bool(entry.name), "application_id": check.application_id},
    )
    return entry


def looks_like_bank_number(words: str) -> bool:
    """Whether an account number or a sort code stands in the words: those are kept nowhere."""
    return re.search(r"(?<!\d)(\d{8}|\d{2}[- ]\d{2}[- ]\d{2})(?!\d)", words) is not None


def _may_record(check: DueDiligence, actor: Actor) -> None:
    if not actor.roles_in(Scope(check.office_id)) & STAFF:
        raise NotAllowed(action="record-item")
    if check.state is not DiligenceState.BEGUN:
        raise TransitionRefused("not-in-this-state", action="record-item", state=str(check.state))
