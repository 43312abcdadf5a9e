"""The data under measurement, all of it fictional: a few things made by the services, and thousands laid down in bulk.

Bulk rows stand in for history that the services would take hours to walk; what is measured then goes through them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office, Organisation, Person
from grants.applications import services as applications
from grants.applications.models import Application, Submission
from grants.assessment.models import Assignment, InterestDeclaration, Panel, Recommendation
from grants.extensions import db
from grants.funds.models import Question, Round
from tests.builders import a_draft, a_group, a_round, actor_of, an_office, answers_to_all, staff
from workflows.actors import Role

NOW = datetime.now(UTC)
TODAY = NOW.date()
SIZES = (100, 1_000, 10_000, 100_000)
BATCH = 5_000
# Six of ten in the state that is filtered by, so that the smallest list fills a page of hits, too.
STATES = ("checking", "eligible", "disqualified", "scoring", "submitted") + ("eligible",) * 5
QUESTIONS = 40
HITS = 200
DECISIONS = 3
# Commits to take the median of.
DURABLE = 50


@dataclass(slots=True)
class Scene:
    """What the measurements need to find again, by id."""

    officer: Person
    decider: Person
    marker: Person
    lead: Person
    round_id: int
    draft_id: int
    ready: list[tuple[int, Person]]
    assignment_ids: list[int]
    lists: dict[int, int]
    bid_id: int
    decision_round_ids: list[int]


def make_scene(session: Session, *, sizes: tuple[int, ...] = SIZES, ready: int = 120) -> Scene:
    """Lay everything down and commit."""
    now = datetime.now(UTC)
    office = an_office(session, "bench", now=now)
    officer = staff(session, office, Role.OFFICER, Role.MANAGER)
    decider = staff(session, office, Role.DECISION_MAKER)
    marker = staff(session, office, Role.MARKER)
    round_ = a_round(session, office, now=now)
    organisation, lead = a_group(session, now=now)
    draft = a_draft(session, round_, organisation, lead, answers=_answers(), now=now)
    drafts = []
    for _ in range(ready):
        group, person = a_group(session, now=now)
        drafts.append((a_draft(session, round_, group, person, answers=_answers(), now=now).id, person))
    session.commit()
    lists = {size: _round_of(session, office, size, now) for size in sizes}
    scene = Scene(
        officer=officer,
        decider=decider,
        marker=marker,
        lead=lead,
        round_id=round_.id,
        draft_id=draft.id,
        ready=drafts,
        assignment_ids=_assignments(session, office, marker, lists[sizes[0]], now),
        lists=lists,
        bid_id=_first_bid(session, lists[sizes[0]]),
        decision_round_ids=[_round_to_decide(session, office, now) for _ in range(DECISIONS)],
    )
    session.commit()
    know_the_data(session)
    return scene


def know_the_data(session: Session) -> None:
    """What PostgreSQL does by itself after a while; the embedded database is never told, so it isn't here."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("ANALYZE"))
    session.commit()


def _answers() -> dict[str, Any]:
    starts_on, ends_on = TODAY + timedelta(days=60), TODAY + timedelta(days=300)
    return answers_to_all(P9a=starts_on.isoformat(), P9b=ends_on.isoformat())


def _organisations(session: Session, count: int, label: str, now: datetime) -> list[int]:
    ids: list[int] = []
    for start in range(0, count, BATCH):
        rows = [
            {
                "name": f"Example {label} group {n} (fictional)",
                "kind": "registered_charity",
                "charity_number": "",
                "company_number": "",
                "postcode": "",
                "is_fictional": True,
                "created_at": now,
            }
            for n in range(start, min(start + BATCH, count))
        ]
        ids += session.scalars(sa.insert(Organisation).returning(Organisation.id), rows).all()
    return ids


def _round_of(session: Session, office: Office, size: int, now: datetime) -> int:
    """A round of its own with this many bids, as the officer's list shows them."""
    round_ = _ask_forty(a_round(session, office, now=now))
    areas = [area.id for area in round_.areas]
    organisations = _organisations(session, size, f"list{size}", now)
    for start in range(0, size, BATCH):
        rows = [
            _bid(round_, areas, n, organisations[n], STATES[n % len(STATES)], now, hit_every=max(2, size // HITS))
            for n in range(start, min(start + BATCH, size))
        ]
        session.execute(sa.insert(Application), rows)
        session.commit()
    return round_.id


def _ask_forty(round_: Round) -> Round:
    """The round with questions added to the model form until there are forty."""
    section = round_.sections[-1]
    for number in range(len(round_.questions) + 1, QUESTIONS + 1):
        question = Question(
            code=f"X{number}", section=section, kind="long_text", label=f"Question {number}", position=number
        )
        round_.questions.append(question)
    return round_


def _bid(
    round_: Round,
    areas: list[int],
    n: int,
    organisation_id: int,
    state: str,
    now: datetime,
    *,
    hit_every: int = HITS,
) -> dict[str, Any]:
    # Some words share a beginning, so that a search fills a page in the smallest list and finds 200 in the largest.
    word = f"lantern{n // hit_every:03d}" if n % hit_every == 0 else f"evening{n % 9973:04d}"
    return {
        "office_id": round_.office_id,
        "round_id": round_.id,
        "organisation_id": organisation_id,
        "reference": f"{round_.code}-{n:06d}",
        "organisation_name": f"Example group {n:06d} (fictional)",
        "project_title": f"Project {word}",
        "summary": "Sessions on two evenings a week.",
        "crime_reduction_reason": "",
        "area_id": areas[n % len(areas)],
        "ask_pence": 100_000 + (n * 7919) % 900_000,
        "quiz_outcome": "pass",
        "submitted_at": now - timedelta(minutes=n % 10_000),
        "percent_millionths": (n * 7919) % 100_000_000,
        "was_recommended": False,
        "search_text": f"example group {n:06d} project {word}",
        "is_fictional": True,
        "created_at": now,
        "state": state,
        "state_entered_at": now,
        "version": 1,
    }


def _first_bid(session: Session, round_id: int) -> int:
    bid = session.scalar(sa.select(sa.func.min(Application.id)).where(Application.round_id == round_id))
    session.execute(sa.insert(Submission), [_submission(bid, _content(session, round_id))])
    return int(bid or 0)


def _content(session: Session, round_id: int) -> list[dict[str, Any]]:
    """Forty answers to the round's own questions, as a bid that was sent keeps them."""
    text = "We run sessions for young people on two evenings a week, with a hall and two workers."
    asked = session.execute(
        sa.select(Question.code, Question.label)
        .where(Question.round_id == round_id)
        .order_by(Question.position)
        .limit(QUESTIONS)
    )
    fixed = {"section": "Project", "kind": "long_text", "value": text, "shown": text}
    return [{"code": code, "label": label, **fixed} for code, label in asked]


def _submission(bid_id: int | None, content: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "application_id": bid_id,
        "number": 1,
        "receipt_number": f"R-{bid_id}",
        "received_at": NOW,
        "content": content,
        "content_hash": "0" * 64,
    }


def add_submissions(session: Session, round_id: int) -> int:
    """Forty answers for each bid of the round, as they were sent; returns how many bids."""
    bids = session.scalars(
        sa.select(Application.id)
        .outerjoin(Submission, Submission.application_id == Application.id)
        .where(Application.round_id == round_id, Submission.id.is_(None))
        .order_by(Application.id)
    ).all()
    content = _content(session, round_id)
    for start in range(0, len(bids), 1_000):
        session.execute(sa.insert(Submission), [_submission(bid, content) for bid in bids[start : start + 1_000]])
        session.commit()
    return len(bids)


def _assignments(session: Session, office: Office, marker: Person, round_id: int, now: datetime) -> list[int]:
    bids = session.scalars(
        sa.select(Application.id).where(Application.round_id == round_id, Application.state == "scoring").limit(20)
    ).all()
    session.execute(sa.update(Round).where(Round.id == round_id).values(state="scoring", version=Round.version + 1))
    session.execute(
        sa.insert(InterestDeclaration),
        [
            {"application_id": bid, "person_id": marker.id, "interest": "none", "detail": "", "declared_at": now}
            for bid in bids
        ],
    )
    rows = [
        {
            "office_id": office.id,
            "round_id": round_id,
            "application_id": bid,
            "person_id": marker.id,
            "paper_marker": "",
            "created_at": now,
            "state": "marking",
            "state_entered_at": now,
            "version": 1,
        }
        for bid in bids
    ]
    return list(session.scalars(sa.insert(Assignment).returning(Assignment.id), rows))


def _round_to_decide(session: Session, office: Office, now: datetime, count: int = 100) -> int:
    """A round whose panel recommended a hundred bids, all within the pot."""
    round_ = a_round(session, office, now=now, pot_pence=100_000_000)
    areas = [area.id for area in round_.areas]
    organisations = _organisations(session, count, f"decide{round_.id}", now)
    rows = [_bid(round_, areas, n, organisations[n], "recommended", now) for n in range(count)]
    bids = session.execute(sa.insert(Application).returning(Application.id, Application.ask_pence), rows).all()
    recommendations = [
        {
            "office_id": office.id,
            "round_id": round_.id,
            "application_id": bid,
            "outcome": "recommended",
            "amount_pence": ask,
            "reason_code": "",
            "reason": "",
            "crime_reduction_reason": "Young people who are busy are less often drawn into violence.",
            "feedback": "",
            "saved_at": now,
        }
        for bid, ask in bids
    ]
    session.execute(sa.insert(Recommendation), recommendations)
    panel = {
        "office_id": office.id,
        "round_id": round_.id,
        "line_reason": "",
        "created_at": now,
        "state": "closed",
        "state_entered_at": now,
        "version": 1,
    }
    session.execute(sa.insert(Panel), [panel])
    session.execute(
        sa.update(Round).where(Round.id == round_.id).values(state="recommending", version=Round.version + 1)
    )
    session.commit()
    return round_.id


def actor(session: Session, person: Person) -> Any:
    """The person as services take them."""
    return actor_of(session, person)


__all__ = ["Scene", "actor", "add_submissions", "applications", "db", "make_scene"]
