"""The help that the sample's open round offers: a workshop that was held, with its recording, and a call to come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grants.accounts.services import Site
from grants.events import services as events
from grants.events.services import Plan
from grants.funds.models import EventKind, Round
from grants.sample.dates import at
from grants.sample.people import Cast

# Hashes what is stored of the links; the links themselves are made with the installation's own key.
SITE = Site("", "sample")
VISITORS = (
    ("Club secretary", "secretary@group-5.example.org"),
    ("Chair of a residents' group", "chair@homes.example.org"),
)


def offer_help(session: Session, cast: Cast, round_: Round, *, now: datetime) -> None:
    """A workshop five days ago that people came to, and a call in six days that somebody has a place in."""
    officer = cast.actor("llr.officer-1")
    begins, planned = at(now, -5, 18), at(now, -12, 10)
    workshop = Plan(
        title="Workshop: your first application",
        starts_at=begins,
        ends_at=at(now, -5, 20),
        about="We read the questions together, and say what makes a good answer.",
        place="Example Community Hall, Leicester (fictional)",
        capacity=30,
    )
    held = events.plan_event(session, round_, workshop, actor=officer, now=planned)
    places = [
        events.sign_up(session, held, email, name, client=email, site=SITE, now=at(now, -11, 12))
        for name, email in VISITORS
    ]
    events.hold_event(session, held, actor=officer, now=at(now, -5, 20))
    events.mark_attendance(session, held, {places[0].id}, actor=officer, now=at(now, -5, 20))
    events.publish_recording(
        session, held, "https://video.example.org/first-application", actor=officer, now=at(now, -4)
    )
    call = Plan(
        title="Call: questions and answers",
        starts_at=at(now, 6, 18),
        ends_at=at(now, 6, 19),
        kind=EventKind.ONLINE,
        about="Ask anything about the round. Come for as long as you like.",
        link="https://call.example.org/questions",
        capacity=12,
    )
    coming = events.plan_event(session, round_, call, actor=officer, now=planned)
    events.sign_up(
        session, coming, "youth@group-7.example.org", "Youth worker", client="sample", site=SITE, now=at(now, -1)
    )
