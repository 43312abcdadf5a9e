"""The sample's rounds that are running now: one to apply to, one with its markers, one to come, one without an end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from grants.applications import services as applications
from grants.applications.models import Application
from grants.applications.queries import paper_of
from grants.funds import services as funds
from grants.funds.definition import RoundDefinition
from grants.funds.models import Round
from grants.sample.answers import FULL, PROJECTS, QUIZ, WHOLE
from grants.sample.dates import at, round_definition
from grants.sample.help import offer_help
from grants.sample.papers import keep_papers
from grants.sample.people import Cast
from workflows.deadlines import london_date
from workflows.document import DocumentKind


def set_up(session: Session, cast: Cast, name: str, dates: Mapping[str, datetime], *, made: datetime) -> Round:
    """Make, approve and publish a round from its file, with these dates."""
    return publish(session, cast, round_definition(name, dates), made=made)


def publish(session: Session, cast: Cast, definition: RoundDefinition, *, made: datetime) -> Round:
    """Make, approve and publish this round; it opens when its time has come."""
    office = cast.offices[definition.office]
    manager = cast.actor(f"{office.code}.manager-1")
    when = {"actor": manager, "now": made}
    round_ = funds.create_round(session, office, definition, create_missing=True, **when)
    funds.approve_round(session, round_, **when)
    funds.publish_round(session, round_, **when)
    return round_


def load_open_round(session: Session, cast: Cast, *, now: datetime) -> None:
    """A round open for three more weeks, with a bid that came in and one that was begun this morning."""
    dates = {"opens_at": at(now, -10, 9), "closes_at": at(now, 21, 17)}
    round_ = set_up(session, cast, "csf-r4", dates, made=at(now, -25))
    funds.open_due_rounds(session, at(now, -10, 9))
    papers = keep_papers(session, cast, 5, now=at(now, -9, 18))
    keep_papers(session, cast, 1, now=at(now, -1, 18))
    constitution = papers[DocumentKind.GOVERNING_DOCUMENT]
    file = {"document_id": constitution.id, "name": constitution.file_name, "sha256": constitution.sha256}
    send_bid(session, cast, round_, 5, at(now, -3, 15), ["East Leicester"], more={"D1": [file]})
    _begin_draft(session, cast, round_, now)
    offer_help(session, cast, round_, now=now)


def _begin_draft(session: Session, cast: Cast, round_: Round, now: datetime) -> None:
    moment = now - timedelta(hours=2)
    when: dict[str, Any] = {"actor": cast.actor("group-1.lead"), "now": moment, "received_at": moment}
    draft = applications.start_application(session, round_, cast.groups[1], QUIZ, **when)
    begun = {code: WHOLE[code] for code in ("O7", "O8", "O9", "P1", "P2")}
    applications.save_answers(session, draft, {**begun, "P1": "Music in the park"}, **when)


def load_coming_rounds(session: Session, cast: Cast, *, now: datetime) -> None:
    """A round that opens in two weeks, and a fund that takes bids at any time."""
    set_up(session, cast, "caf-w2", {"opens_at": at(now, 14, 9), "closes_at": at(now, 56, 17)}, made=at(now, -5))
    set_up(session, cast, "caf-open", {"opens_at": at(now, -60, 9)}, made=at(now, -65))
    funds.open_due_rounds(session, at(now, -60, 9))


def send_bid(
    session: Session,
    cast: Cast,
    round_: Round,
    group: int,
    sent: datetime,
    areas: list[str],
    *,
    more: Mapping[str, Any] | None = None,
) -> Application:
    """A whole bid of this group, begun three days before it was sent."""
    begun = max(sent - timedelta(days=3), round_.opens_at or sent)
    lead = cast.actor(f"group-{group}.lead")
    organisation = cast.groups[group]
    quiz = QUIZ | {"E1": organisation.kind}
    application = applications.start_application(
        session, round_, organisation, quiz, actor=lead, now=begun, received_at=begun
    )
    title, summary = PROJECTS[group]
    starts_on = london_date(sent) + timedelta(days=120)
    dates = {"P9a": starts_on.isoformat(), "P9b": (starts_on + timedelta(days=300)).isoformat()}
    own = {"O1": organisation.name, "P1": title, "P2": summary, "P7": areas}
    answers = _asked(session, round_, quiz | dates | own | _plan(starts_on) | dict(more or {}))
    applications.save_answers(session, application, answers, actor=lead, now=begun, received_at=begun)
    applications.submit_application(session, application, actor=lead, now=sent, received_at=sent)
    return application


def _asked(session: Session, round_: Round, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that the round's form has questions for: those of the short form, or of the full one."""
    kinds = {question.code: str(question.kind) for question in paper_of(session, round_).questions}
    whole = {**WHOLE, **FULL} if kinds.get("B2") == "table" else WHOLE
    return {code: value for code, value in {**whole, **answers}.items() if code in kinds}


def _plan(starts_on: date) -> dict[str, Any]:
    """What hangs on the day on which the work starts."""
    by = [(starts_on + timedelta(days=days)).isoformat() for days in (0, 90, 290)]
    steps = ("The first evening", "Volunteers trained", "What changed, written up")
    return {"P10": [{"what": what, "by": day} for what, day in zip(steps, by, strict=True)], "X2b": by[0]} | {
        "S2b": (starts_on - timedelta(days=200)).isoformat(),
        "S5b": (starts_on + timedelta(days=365)).isoformat(),
        "O9c": (starts_on - timedelta(days=250)).isoformat(),
    }
