"""Looking for signals across a round's bids, and an officer's word on one. A signal never moves a bid.

Looking again finds the same signals under the same marks, so what was settled stays settled.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.core import audit
from grants.diligence.models import FraudSignal, SignalSearch
from grants.diligence.queries import HANDLERS, find_open, needed_tier
from grants.diligence.queries.comparing import Found, compare
from grants.funds.models import Round
from workflows.actors import SYSTEM, Actor, Scope
from workflows.errors import Invalid, NotAllowed, TransitionRefused
from workflows.round import RoundState
from workflows.rules.diligence import checklist
from workflows.rules.fraud_signals import Signal

SETTLED = ("explained", "watched", "concern")


def search_due_rounds(session: Session, now: datetime) -> int:
    """The duty: one round whose bids entered checking and were not compared yet."""
    round_ = session.scalars(
        sa.select(Round)
        .outerjoin(SignalSearch, SignalSearch.round_id == Round.id)
        .where(Round.state == RoundState.CHECKING, SignalSearch.round_id.is_(None), ~Round.is_trial)
        .order_by(Round.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Round)
    ).one_or_none()
    if round_ is None:
        return 0
    find_signals(session, round_, actor=SYSTEM, now=now)
    return 1


def find_signals(session: Session, round_: Round, *, actor: Actor, now: datetime) -> int:
    """Compare the round's bids, also with the fund's earlier ones, and keep what is new; returns how much that was."""
    if not actor.is_system and not actor.roles_in(Scope(round_.office_id)) & HANDLERS:
        raise NotAllowed(action="find-signals")
    compared = compare(session, round_)
    known = set(session.scalars(sa.select(FraudSignal.mark).where(FraudSignal.round_id == round_.id)))
    new = {_mark(found): found for found in compared.found}
    rows = [_row(round_, mark, found, now) for mark, found in new.items() if mark not in known]
    if rows:
        session.execute(sa.insert(FraudSignal), rows)
    search = session.get(SignalSearch, round_.id)
    if search is None:
        session.add(SignalSearch(round_id=round_.id, searched_at=now))
    else:
        search.searched_at = now
    session.flush()
    audit.record(
        session,
        subject_type="round",
        subject_id=round_.id,
        action="find-signals",
        actor=actor,
        at=now,
        office_id=round_.office_id,
        detail={"bids": compared.bids, "earlier": compared.earlier, "new": len(rows)},
    )
    return len(rows)


def _mark(found: Found) -> str:
    kind, bid, other, evidence = found
    # Two runs of one pair are one signal, whichever is the longer today; a detail and a price are what they are.
    what = "" if kind is Signal.COPIED else json.dumps(evidence, sort_keys=True)
    return hashlib.sha256(f"{kind}|{bid}|{other}|{what}".encode()).hexdigest()


def _row(round_: Round, mark: str, found: Found, now: datetime) -> dict[str, Any]:
    kind, bid, other, evidence = found
    return {
        "round_id": round_.id,
        "application_id": bid,
        "other_id": other,
        "kind": kind,
        "mark": mark,
        "evidence": evidence,
        "found_at": now,
        "note": "",
    }


def settle_signal(
    session: Session,
    application: Application,
    signal: FraudSignal,
    settled: str,
    note: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """An officer's word on a signal, once. Watched and concern raise the tier of the bids; nothing else moves."""
    if not actor.roles_in(Scope(application.office_id)) & HANDLERS:
        raise NotAllowed(action="settle-signal")
    session.refresh(signal, with_for_update={"of": FraudSignal})
    if signal.settled is not None:
        raise TransitionRefused("signal-settled")
    problems = {}
    if settled not in SETTLED:
        problems["settled"] = "signal-choose"
    if not note.strip():
        problems["note"] = "signal-note-needed"
    if problems:
        raise Invalid(problems=problems)
    signal.settled, signal.note = settled, note.strip()
    signal.settled_by_id, signal.settled_at = actor.person_id, now
    session.flush()
    audit.record(
        session,
        subject_type="application",
        subject_id=application.id,
        action="settle-signal",
        actor=actor,
        at=now,
        office_id=application.office_id,
        reason=note.strip(),
        detail={"signal": signal.id, "kind": str(signal.kind), "settled": settled},
    )
    for bid_id in (signal.application_id, signal.other_id):
        if bid_id is not None:
            _raise_tier(session, session.get_one(Application, bid_id), now)


def _raise_tier(session: Session, application: Application, now: datetime) -> None:
    check = find_open(session, application)
    if check is None:
        return
    tier, why, subject = needed_tier(session, application, now=now)
    if tier is not check.tier:
        check.tier, check.tier_reasons = tier, list(why)
        check.items_wanted = [str(item) for item in checklist(tier, subject)]
        session.flush()
