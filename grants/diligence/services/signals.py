"""Looking for signals across a round's bids, and an officer's word on one. A signal never moves a bid.

Looking again finds the same signals under the same marks, so what was settled stays settled.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application, Submission
from grants.core import audit
from grants.diligence.models import FraudSignal, SignalSearch
from grants.diligence.queries import HANDLERS, find_open, needed_tier
from grants.funds.models import QuestionKind, Round, Section
from workflows.actors import SYSTEM, Actor, Scope
from workflows.application import ApplicationState as A
from workflows.errors import Invalid, NotAllowed, TransitionRefused
from workflows.round import RoundState
from workflows.rules.diligence import checklist
from workflows.rules.fraud_signals import Detail, Passage, Price, Signal, copied, outliers, shared

SETTLED = ("explained", "watched", "concern")
LONG = frozenset({QuestionKind.LONG_TEXT})
ADDRESS, POSTCODE, NAMES, BUDGET = "O5", "O5a", ("C1", "C2"), "B2"
# Many a group writes who somebody is, not what they are called.
ROLES = re.compile(
    r"\b(chair|manager|secretary|treasurer|officer|lead|trustee|clerk|director|worker|coordinator)", re.I
)
Found = tuple[Signal, int, int | None, dict[str, Any]]


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
    """Compare the round's bids and keep what is new; returns how much that was."""
    if not actor.is_system and not actor.roles_in(Scope(round_.office_id)) & HANDLERS:
        raise NotAllowed(action="find-signals")
    bids = _sent(session, round_)
    known = set(session.scalars(sa.select(FraudSignal.mark).where(FraudSignal.round_id == round_.id)))
    new = {_mark(found): found for found in _all(session, round_, bids)}
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
        detail={"bids": len(bids), "new": len(rows)},
    )
    return len(rows)


def _sent(session: Session, round_: Round) -> list[tuple[Application, list[dict[str, Any]]]]:
    last = (
        sa.select(Submission.application_id, sa.func.max(Submission.number).label("number"))
        .group_by(Submission.application_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Application, Submission.content)
        .join(last, last.c.application_id == Application.id)
        .join(
            Submission,
            sa.and_(Submission.application_id == Application.id, Submission.number == last.c.number),
        )
        .where(
            Application.round_id == round_.id,
            Application.state.not_in([A.DRAFT, A.LAPSED, A.WITHDRAWN]),
            ~Application.is_trial,
        )
        .order_by(Application.id)
    )
    return [(bid, list(content)) for bid, content in rows]


def _all(session: Session, round_: Round, bids: Sequence[tuple[Application, list[dict[str, Any]]]]) -> Iterable[Found]:
    passages = [
        Passage(bid.id, bid.organisation_id, item["code"], item["value"])
        for bid, content in bids
        for item in content
        if item.get("kind") in LONG and isinstance(item.get("value"), str)
    ]
    labels = {item["code"]: item["label"] for _, content in bids for item in content}
    for same in copied(passages, _supplied(session, round_)):
        evidence = {
            "words": same.words,
            "question": labels[same.first.code],
            "other_question": labels[same.second.code],
            "passage": same.first_words,
            "other_passage": same.second_words,
        }
        yield Signal.COPIED, same.first.bid, same.second.bid, evidence
    for one, other in shared(_details(bids)):
        yield Signal.SHARED, one.bid, other.bid, {"kind": one.kind, "shown": one.shown, "other_shown": other.shown}
    for price, middle in outliers(_prices(bids)):
        evidence = {"heading": price.heading, "pence": price.pence, "median_pence": middle}
        yield Signal.PRICE, price.bid, None, evidence


def _supplied(session: Session, round_: Round) -> list[str]:
    """What the office wrote itself: a group may say it back."""
    guidance = session.scalars(sa.select(Section.guidance).where(Section.round_id == round_.id))
    asked = (words for question in round_.questions for words in (question.label, question.help_text))
    criteria = (words for each in round_.criteria for words in (each.title, each.guidance))
    return [words for words in (round_.purpose, round_.guidance, round_.theme, *guidance, *asked, *criteria) if words]


def _details(bids: Iterable[tuple[Application, Iterable[Mapping[str, Any]]]]) -> Iterable[Detail]:
    for bid, content in bids:
        group = bid.organisation_id
        if bid.lead_person_id is not None and bid.assisted_by is None:
            yield Detail(bid.id, group, "person", str(bid.lead_person_id), "The same account leads both bids")
        for item in content:
            value = item.get("value")
            if isinstance(value, str) and (kind := _kind_of(item, value)):
                yield Detail(bid.id, group, kind, _compared(kind, value), value)


def _kind_of(item: Mapping[str, Any], value: str) -> str:
    code = item["code"]
    if item.get("kind") in (QuestionKind.EMAIL, QuestionKind.PHONE):
        return str(item["kind"])
    if code in (ADDRESS, POSTCODE):
        return "address" if code == ADDRESS else "postcode"
    return "name" if code in NAMES and len(value.split()) > 1 and not ROLES.search(value) else ""


def _compared(kind: str, value: str) -> str:
    if kind == "phone":
        # With or without a country's code, the last ten figures are the line.
        return "".join(each for each in value if each.isdigit())[-10:]
    return "".join(each for each in value.casefold() if each.isalnum() or each in "@+")


def _prices(bids: Iterable[tuple[Application, Iterable[Mapping[str, Any]]]]) -> Iterable[Price]:
    for bid, content in bids:
        rows = next((item.get("value") for item in content if item["code"] == BUDGET), None)
        for row in rows if isinstance(rows, list) else ():
            heading = row.get("what") or row.get("description")
            pence = row.get("unit", row.get("amount_pence"))
            if isinstance(heading, str) and isinstance(pence, int):
                yield Price(bid.id, heading, pence)


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
