"""The Safer Places Fund of the sample: how each of its rounds is set up, applied to, checked and marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from grants.applications import services as applications
from grants.applications.models import Application
from grants.assessment import services as assessment
from grants.eligibility import services as eligibility
from grants.funds import services as funds
from grants.funds.models import Round
from grants.sample.dates import round_definition
from grants.sample.live import publish, send_bid
from grants.sample.people import Cast
from grants.sample.words import own_words
from workflows.actors import Actor
from workflows.assignment import Interest
from workflows.rules.eligibility import Outcome

NUMBERS = {1: "One", 2: "Two", 3: "Three"}
Scores = tuple[int, int, int, int, int, int]
Bids = dict[int, Application]
SAID = {
    2: "Thin: it is said and hardly shown.",
    3: "Fair, with gaps that a question would close.",
    4: "Good: clear, local and shown with figures.",
    5: (
        "Among the best that we read: it names its evidence, says what will be done and for whom, and has people who "
        "have done it well before."
    ),
}


def open_round(
    session: Session, cast: Cast, number: int, dates: Mapping[str, datetime], *, made: datetime, **changed: Any
) -> Round:
    """The fund's round of this number, open since its day; `changed` replaces parts of its definition."""
    definition = round_definition("spf", dates)
    title = f"Safer Places Fund: Round {NUMBERS[number]}"
    round_ = publish(session, cast, replace(definition, code=f"SPF-R{number}", title=title, **changed), made=made)
    funds.open_due_rounds(session, dates["opens_at"])
    return round_


def receive(
    session: Session,
    cast: Cast,
    round_: Round,
    places: Mapping[int, str],
    sent: datetime,
    *,
    more: Mapping[int, Mapping[str, Any]] | None = None,
) -> Bids:
    """A bid of each of these groups in its area; then the round closes and its checks begin."""
    given = more or {}
    bids = {
        group: send_bid(session, cast, round_, group, sent, [area], more=own_words(group) | dict(given.get(group, {})))
        for group, area in places.items()
    }
    closed = round_.closes_at or sent
    funds.close_due_rounds(session, closed)
    while applications.start_due_checks(session, closed):
        pass
    return bids


def judge(session: Session, bid: Application, *, actor: Actor, now: datetime, broken: str = "") -> None:
    """Every rule of a bid, by the computer and what is left by the actor; `broken` is the one that fails."""
    for line in eligibility.run_rules(session, bid, actor=actor, now=now):
        code = line.rule.code
        if code == broken:
            note = "The money would pay for work that the council has to do anyway."
            eligibility.settle_rule(session, bid, code, Outcome.FAIL, note, actor=actor, now=now)
        elif line.outcome in {None, Outcome.REFER}:
            eligibility.settle_rule(session, bid, code, Outcome.PASS, "Seen in the papers.", actor=actor, now=now)


def mark_all(
    session: Session, cast: Cast, round_: Round, bids: Bids, scores: Mapping[int, Mapping[int, Scores]], now: datetime
) -> None:
    """The bids go to their markers, who declare, score and lock: marker -> group -> scores."""
    manager = cast.actor("llr.manager-1")
    pairs = [(group, marker) for marker, given in scores.items() for group in given]
    given_out = assessment.assign_markers(
        session,
        [(bids[group], cast.people[f"llr.marker-{marker}"]) for group, marker in pairs],
        actor=manager,
        now=now,
    )
    for group, marker in pairs:
        actor = cast.actor(f"llr.marker-{marker}")
        assessment.declare_interest(session, bids[group], Interest.NONE, "", actor=actor, now=now)
    assessment.start_scoring(session, round_, actor=manager, now=now)
    codes = [each.code for each in round_.criteria]
    for (group, marker), work in zip(pairs, given_out, strict=True):
        actor = cast.actor(f"llr.marker-{marker}")
        marks = {
            code: assessment.Mark(score, SAID[score]) for code, score in zip(codes, scores[marker][group], strict=True)
        }
        assessment.save_marks(session, work, marks, actor=actor, now=now)
        assessment.lock_assignment(session, work, actor=actor, now=now)
