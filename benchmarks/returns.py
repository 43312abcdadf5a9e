"""Grants that run and the returns that they owe, laid down in bulk for the reminders that are measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.data import BATCH, TODAY
from grants.accounts.models import Membership, Person
from grants.applications.models import Application
from grants.awards.models import Award
from grants.decisions.models import Decision, DecisionItem
from grants.funds.models import Round
from grants.monitoring.models import MonitoringReturn


def add_due_returns(session: Session, round_id: int, count: int) -> None:
    """Running awards, each with a return that is due, for the bids of a large round."""
    now = datetime.now(UTC)
    round_ = session.get_one(Round, round_id)
    bids = session.execute(
        sa.select(Application.id, Application.organisation_id, Application.ask_pence)
        .where(Application.round_id == round_id)
        .order_by(Application.id)
        .limit(count)
    ).all()
    decision = Decision(
        office_id=round_.office_id,
        round_id=round_.id,
        reference=f"BENCH-{round_.id}",
        title="Benchmark",
        decided_at=now,
        created_at=now,
    )
    values = {"state": "published", "state_entered_at": now, "version": 1}
    decision_id = session.scalar(
        sa.insert(Decision).returning(Decision.id),
        [
            {
                "office_id": decision.office_id,
                "round_id": decision.round_id,
                "reference": decision.reference,
                "title": decision.title,
                "declarations": {},
                "decided_by_name": "Decision maker",
                "decided_at": now,
                "interests_statement": "",
                "note": "",
                "is_fictional": True,
                "created_at": now,
                **values,
            }
        ],
    )
    emails = [
        {"email": f"bench-{bid.id}@group.example.org", "name": "Lead", "session_epoch": 1, "created_at": now}
        for bid in bids
    ]
    people: list[int] = []
    for start in range(0, len(emails), BATCH):
        people += session.scalars(sa.insert(Person).returning(Person.id), emails[start : start + BATCH]).all()
    _insert(
        session,
        Membership,
        [
            {"person_id": person, "organisation_id": bid.organisation_id, "role": "lead", "started_at": now}
            for person, bid in zip(people, bids, strict=True)
        ],
    )
    _insert(
        session,
        DecisionItem,
        [
            {
                "decision_id": decision_id,
                "application_id": bid.id,
                "outcome": "grant",
                "amount_pence": bid.ask_pence,
                "reason": "Because",
            }
            for bid in bids
        ],
    )
    items = dict(
        session.execute(
            sa.select(DecisionItem.application_id, DecisionItem.id).where(DecisionItem.decision_id == decision_id)
        ).all()
    )
    _insert(session, Award, [_award(round_, bid, items[bid.id], now) for bid in bids])
    awards = session.execute(
        sa.select(Award.id, Award.organisation_id).where(Award.fund_id == round_.fund_id).order_by(Award.id)
    ).all()
    _insert(session, MonitoringReturn, [_return(round_, award, now) for award in awards])
    session.commit()


def _award(round_: Round, bid: Any, item_id: int, now: datetime) -> dict[str, Any]:
    return {
        "office_id": round_.office_id,
        "organisation_id": bid.organisation_id,
        "application_id": bid.id,
        "decision_item_id": item_id,
        "fund_id": round_.fund_id,
        "reference": f"BENCH-{bid.id}",
        "organisation_name": "Example group (fictional)",
        "project_title": "Project",
        "amount_pence": bid.ask_pence,
        "purpose": "",
        "conditions": "",
        "conditions_met_note": "",
        "accept_by_on": TODAY,
        "accepted_at": now,
        "signed_name": "Signatory",
        "signed_role": "Chair",
        "declined_reason": "",
        "starts_on": TODAY - timedelta(days=200),
        "ends_on": TODAY + timedelta(days=100),
        "is_fictional": True,
        "created_at": now,
        "state": "active",
        "state_entered_at": now,
        "version": 1,
    }


def _return(round_: Round, award: Any, now: datetime) -> dict[str, Any]:
    today = TODAY
    return {
        "office_id": round_.office_id,
        "organisation_id": award.organisation_id,
        "award_id": award.id,
        "number": 1,
        "period_start_on": today - timedelta(days=100),
        "period_end_on": today - timedelta(days=20),
        "opens_at": now - timedelta(days=27),
        "due_on": today,
        "is_final": False,
        "own_rag": "",
        "own_rag_note": "",
        "narrative": "",
        "lessons": "",
        "spend_note": "",
        "certified_name": "",
        "officer_rag": "",
        "feedback": "",
        "created_at": now - timedelta(days=100),
        "state": "open",
        "state_entered_at": now,
        "version": 1,
    }


def _insert(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), BATCH):
        session.execute(sa.insert(model), rows[start : start + BATCH])
