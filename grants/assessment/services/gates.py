"""The gates that open by themselves: each asks the table whether its time has come, and if not does nothing.

The row that a gate counts under is locked first, so that of two people who finish at once the second sees the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import floor
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment import queries
from grants.assessment.models import Panel
from grants.assessment.queries.facts import application_facts, panel_facts, round_facts
from grants.core import news, transitions
from grants.core.columns import Stateful
from grants.funds.models import Round
from workflows.actors import SYSTEM, Actor
from workflows.engine import Facts
from workflows.panel import PanelState
from workflows.round import RoundState

MILLIONTHS = 1_000_000


def timer_for(actor: Actor) -> Actor:
    """The timer, acting on paper when the person who set it off does: then nothing that follows is mailed."""
    return replace(SYSTEM, on_paper=actor.on_paper)


def lock_row(session: Session, thing: Stateful) -> None:
    """Hold the row until the transaction ends, and read it as it is now."""
    session.flush()
    model = type(thing)
    # In a statement of its own: a refresh repeats the joins that the thing was read with, which can't all be held.
    session.execute(sa.select(model.id).where(model.id == thing.id).with_for_update())
    session.refresh(thing)


def is_allowed(thing: Stateful, action: str, facts: Facts, actor: Actor) -> bool:
    return any(each.action == action and each.is_allowed for each in transitions.options(thing, facts, actor))


def store_percent(session: Session, application: Application) -> None:
    """Keep the column that lists sort by; what is compared is always computed from the scores."""
    session.flush()
    percent = queries.percent_of(session, application)
    application.percent_millionths = None if percent is None else floor(percent * MILLIONTHS)


def finish_scoring(session: Session, application: Application, *, actor: Actor, now: datetime) -> None:
    """The bid is scored when its last marker has locked; the round moves on when no bid is left to score."""
    facts = application_facts(session, application, actor=actor, now=now)
    timer = timer_for(actor)
    if not is_allowed(application, "finish-scoring", facts, timer):
        return
    store_percent(session, application)
    transitions.apply(session, application, "finish-scoring", facts, actor=timer, now=now)
    start_moderating_when_due(session, application.round, actor=actor, now=now)


def start_moderating_when_due(session: Session, round_: Round, *, actor: Actor, now: datetime) -> None:
    lock_row(session, round_)
    if round_.state is not RoundState.SCORING:
        return
    facts = round_facts(session, round_, now=now)
    if is_allowed(round_, "start-moderating", facts, timer_for(actor)):
        transitions.apply(session, round_, "start-moderating", facts, actor=timer_for(actor), now=now)


@news.on("application.withdrawn")
def follow_withdrawal(session: Session, things: Sequence[Application], actor: Actor, now: datetime) -> None:
    """A bid that a group takes back may have been the last that its round was waiting for."""
    for round_ in {each.round_id: each.round for each in things}.values():
        if round_.state is RoundState.SCORING:
            start_moderating_when_due(session, round_, actor=actor, now=now)


def start_recommending_when_due(session: Session, round_: Round, *, actor: Actor, now: datetime) -> None:
    """The chair who agrees the last bid's scores moves the round on."""
    facts = round_facts(session, round_, now=now)
    if round_.state is RoundState.MODERATING and is_allowed(round_, "start-recommending", facts, actor):
        transitions.apply(session, round_, "start-recommending", facts, actor=actor, now=now)


def undeclared_pairs(session: Session, panel: Panel) -> Sequence[tuple[int, int]]:
    """The (bid, person) pairs of a panel about which nothing, or not all that is asked, has been declared."""
    ids = [each.id for each in queries.bids_of_panel(session, panel)]
    people = [each.person_id for each in panel.members]
    said = queries.interests_of(session, ids, people)
    asked = queries.proposed_to(session, ids, people)
    left = [(bid, each) for bid in ids for each in people if (bid, each) not in said or (bid, each) in asked]
    beyond = queries.beyond_members(session, panel, ids)
    return [pair for pair in left if pair not in beyond]


def facts_of_panel(session: Session, panel: Panel, *, actor: Actor, now: datetime, **more: Any) -> Any:
    """The panel's facts with the declarations that are missing now."""
    missing = len(undeclared_pairs(session, panel))
    return panel_facts(session, panel, actor=actor, now=now, undeclared=missing, **more)


def complete_interests(session: Session, panel: Panel, *, actor: Actor, now: datetime) -> None:
    """The panel is ready once every member has declared on every bid, and it is known which bids those are."""
    running = {RoundState.SCORING, RoundState.MODERATING, RoundState.RECOMMENDING}
    if panel.state is not PanelState.CONVENED or panel.round.state not in running or not panel.members:
        return
    facts = facts_of_panel(session, panel, actor=actor, now=now)
    if is_allowed(panel, "interests-complete", facts, timer_for(actor)):
        transitions.apply(session, panel, "interests-complete", facts, actor=timer_for(actor), now=now)
