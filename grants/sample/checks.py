"""The sample's round that is being checked: a bid at each step of eligibility and due diligence, and signals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from grants.bulk import services as bulk
from grants.bulk.models import BulkKind
from grants.core.installed import settings_of
from grants.diligence import services as diligence
from grants.eligibility import services as eligibility
from grants.funds.models import Round
from grants.notifications.rendering import Letterhead
from grants.sample.dates import at
from grants.sample.people import Cast
from grants.sample.places import Bids, judge, open_round, receive
from grants.sample.words import WORDS
from workflows.deadlines import london_date
from workflows.rules.diligence import Found, Item, Rating, Result

AREAS = {
    1: "West Leicester",
    2: "East Leicester",
    3: "East Leicester",
    4: "Charnwood",
    5: "West Leicester",
    6: "Charnwood",
}
QUESTION = (
    "Your form says that the hall is yours for five years. Please say until when, and who let it to you. This is about "
    "the facts alone; the bid stays as it is."
)
SEEN = {
    Item.IDENTITY: "Found in the register under the same name and address.",
    Item.GOVERNING: "Constitution of 2019, signed by three.",
    Item.RECORD: "One earlier grant, all returns in time.",
}


def load_checked_round(session: Session, cast: Cast, *, now: datetime) -> None:
    """Round Three: two asked a question, a disqualification proposed, one bid passed, two to be judged."""
    closes = at(now, -6, 17)
    dates = {
        "opens_at": at(now, -34, 9),
        "closes_at": closes,
        "scoring_ends_at": at(now, 20, 17),
        "panel_on": at(now, 26),
        "decide_by_on": at(now, 40),
    }
    round_ = open_round(session, cast, 3, dates, made=at(now, -40))
    # Two groups say the same about their need.
    bids = receive(session, cast, round_, AREAS, at(now, -8), more={3: {"P4": WORDS[2][2]}})
    diligence.find_signals(session, round_, actor=cast.actor("llr.officer-1"), now=at(now, -5))
    _check(session, cast, bids, now)
    _look_into(session, cast, bids, now)
    _keep_views(session, cast, round_, now)


def _check(session: Session, cast: Cast, bids: Bids, now: datetime) -> None:
    officer: dict[str, Any] = {"actor": cast.actor("llr.officer-2"), "now": at(now, -4)}
    for bid in bids.values():
        eligibility.run_rules(session, bid, **officer)
    _ask_two(session, cast, bids, now)
    judge(session, bids[4], broken="ER12", **officer)
    reason = "The benches and the path are work that the council has to do anyway."
    eligibility.propose_disqualification(session, bids[4], ["ER12"], reason, **officer)
    judge(session, bids[5], **officer)
    eligibility.pass_checks(session, bids[5], **officer)
    judge(session, bids[6], **officer)


def _ask_two(session: Session, cast: Cast, bids: Bids, now: datetime) -> None:
    """One question to two groups at once, from the list of bids."""
    officer: dict[str, Any] = {"actor": cast.actor("llr.officer-2"), "now": at(now, -4)}
    settings = settings_of(session)
    letterhead = Letterhead(settings.sender, settings.public_url, "sample")
    words = {"question": QUESTION, "due_on": london_date(now + timedelta(days=6)).isoformat()}
    job = bulk.plan(session, bids[1].round, [bids[1], bids[3]], BulkKind.ASK, words, letterhead=letterhead, **officer)
    bulk.confirm(session, job, **officer)
    bulk.carry_out_due(session, at(now, -4, 13))


def _look_into(session: Session, cast: Cast, bids: Bids, now: datetime) -> None:
    """One check of a group is finished, one is begun."""
    officer: dict[str, Any] = {"actor": cast.actor("llr.officer-1"), "now": at(now, -3)}
    begun = diligence.begin(session, bids[2], **officer)
    for item, words in SEEN.items():
        diligence.record_item(session, begun, item, Found.DONE, words, **officer)
    diligence.record_item(
        session, begun, Item.BANK, Found.CONCERN, "The name on the statement is not the group's whole name.", **officer
    )
    done = diligence.begin(session, bids[5], **officer)
    for item in done.items_wanted:
        words = SEEN.get(Item(item), "Seen, and as it should be.")
        diligence.record_item(session, done, item, Found.DONE, words, **officer)
    conditions = "A second signature on the account before the first payment."
    diligence.finish(session, done, Result.CONDITIONS, Rating.AMBER, conditions, "One person signs alone.", **officer)


def _keep_views(session: Session, cast: Cast, round_: Round, now: datetime) -> None:
    """What an officer looks at each morning, for the whole office."""
    officer: dict[str, Any] = {"actor": cast.actor("llr.officer-1"), "now": at(now, -3)}
    bulk.keep_view(session, round_, "Still to be checked", {"state": "checking"}, is_shared=True, **officer)
    bulk.keep_view(session, round_, "By amount", {"sort": "ask", "order": "desc"}, **officer)
