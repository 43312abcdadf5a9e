"""What the bids of a round have in common, with each other and with the fund's bids of the months before.

Nothing is kept here and nobody is judged: each finding says what was seen, in the words of the bids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application, Submission
from grants.funds.models import QuestionKind, Round, Section
from workflows.application import ApplicationState as A
from workflows.deadlines import add_months, end_of_day, london_date
from workflows.rules.fraud_signals import (
    EARLIER_MONTHS,
    MOST_EARLIER,
    Detail,
    Passage,
    Price,
    Signal,
    copied,
    outliers,
    shared,
)

LONG = frozenset({QuestionKind.LONG_TEXT})
ADDRESS, POSTCODE, NAMES, BUDGET = "O5", "O5a", ("C1", "C2"), "B2"
# In the short form a phone number is any text.
PHONES = ("C1a", "C2a")
LEAST_DIGITS = 7
# Many a group writes who somebody is, not what they are called.
ROLES = re.compile(
    r"\b(chair|manager|secretary|treasurer|officer|lead|trustee|clerk|director|worker|coordinator)", re.I
)
Found = tuple[Signal, int, int | None, dict[str, Any]]
Sent = tuple[Application, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found, and among how many bids of the round and of earlier ones."""

    found: tuple[Found, ...]
    bids: int
    earlier: int


def compare(session: Session, round_: Round) -> Compared:
    """Every signal of the round's bids as they are now."""
    earlier = earlier_rounds(session, round_)
    bids, old = _sent(session, [round_]), _sent(session, earlier, most=MOST_EARLIER)
    return Compared(tuple(_all(session, [round_, *earlier], bids, old)), len(bids), len(old))


def earlier_rounds(session: Session, round_: Round) -> list[Round]:
    """The fund's rounds that closed in the months before this one did, newest first."""
    if round_.closes_at is None:
        return []
    since = end_of_day(add_months(london_date(round_.closes_at), -EARLIER_MONTHS))
    return list(
        session.scalars(
            sa.select(Round)
            .where(
                Round.fund_id == round_.fund_id,
                Round.id != round_.id,
                ~Round.is_trial,
                Round.closes_at >= since,
                Round.closes_at <= round_.closes_at,
                # Of two that closed together the later one looks back at the other.
                sa.or_(Round.closes_at < round_.closes_at, Round.id < round_.id),
            )
            .order_by(Round.closes_at.desc(), Round.id.desc())
        )
    )


def _sent(session: Session, rounds: Sequence[Round], most: int | None = None) -> list[Sent]:
    if not rounds:
        return []
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
            Application.round_id.in_([each.id for each in rounds]),
            Application.state.not_in([A.DRAFT, A.LAPSED, A.WITHDRAWN]),
            ~Application.is_trial,
        )
        .order_by(Application.id.desc())
        .limit(most)
    )
    return [(bid, list(content)) for bid, content in rows][::-1]


def _all(session: Session, rounds: Sequence[Round], bids: Sequence[Sent], old: Sequence[Sent]) -> Iterable[Found]:
    # What two earlier bids have in common was their own round's to find.
    new, every = {bid.id for bid, _ in bids}, [*old, *bids]
    passages = [
        Passage(bid.id, bid.organisation_id, item["code"], item["value"])
        for bid, content in every
        for item in content
        if item.get("kind") in LONG and isinstance(item.get("value"), str)
    ]
    labels = {(bid.id, item["code"]): item["label"] for bid, content in every for item in content}
    for same in copied(passages, _supplied(session, rounds)):
        if not {same.first.bid, same.second.bid} & new:
            continue
        evidence = {
            "words": same.words,
            "question": labels[same.first.bid, same.first.code],
            "other_question": labels[same.second.bid, same.second.code],
            "passage": same.first_words,
            "other_passage": same.second_words,
        }
        yield Signal.COPIED, same.first.bid, same.second.bid, evidence
    for one, other in shared(_details(every)):
        if {one.bid, other.bid} & new:
            yield Signal.SHARED, one.bid, other.bid, {"kind": one.kind, "shown": one.shown, "other_shown": other.shown}
    for price, middle in outliers(_prices(bids)):
        evidence = {"heading": price.heading, "pence": price.pence, "median_pence": middle}
        yield Signal.PRICE, price.bid, None, evidence


def _supplied(session: Session, rounds: Sequence[Round]) -> list[str]:
    """What the office wrote itself: a group may say it back."""
    return [words for round_ in rounds for words in _written_for(session, round_) if words]


def _written_for(session: Session, round_: Round) -> Iterable[str]:
    guidance = session.scalars(sa.select(Section.guidance).where(Section.round_id == round_.id))
    asked = (words for question in round_.questions for words in (question.label, question.help_text))
    criteria = (words for each in round_.criteria for words in (each.title, each.guidance))
    return (round_.purpose, round_.guidance, round_.theme, *guidance, *asked, *criteria)


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
    if code in PHONES or item.get("kind") == QuestionKind.PHONE:
        return "phone"
    if item.get("kind") == QuestionKind.EMAIL:
        return "email"
    if code in (ADDRESS, POSTCODE):
        return "address" if code == ADDRESS else "postcode"
    return "name" if code in NAMES and len(value.split()) > 1 and not ROLES.search(value) else ""


def _compared(kind: str, value: str) -> str:
    if kind == "phone":
        # With or without a country's code, the last ten figures are the line.
        digits = "".join(each for each in value if each.isdigit())
        return digits[-10:] if len(digits) >= LEAST_DIGITS else ""
    return "".join(each for each in value.casefold() if each.isalnum() or each in "@+")


def _prices(bids: Iterable[tuple[Application, Iterable[Mapping[str, Any]]]]) -> Iterable[Price]:
    for bid, content in bids:
        rows = next((item.get("value") for item in content if item["code"] == BUDGET), None)
        for row in rows if isinstance(rows, list) else ():
            heading = row.get("what") or row.get("description")
            pence = row.get("unit", row.get("amount_pence"))
            if isinstance(heading, str) and isinstance(pence, int):
                yield Price(bid.id, heading, pence)
