"""Following rounds from elsewhere: a feed and a calendar of all that fit a search, and a calendar of one round."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from flask import Response, current_app, request, url_for
from sqlalchemy.orm import Session

from grants.accounts.models import Office
from grants.clock import utc_now
from grants.extensions import db
from grants.funds import queries
from grants.funds.forms import FindForm
from grants.funds.models import DeadlineChange, Round, SupportEvent
from grants.funds.queries.dates import (
    Happened,
    News,
    deadline_changes,
    list_followed,
    list_news,
    support_events,
    uuid_of,
)
from grants.funds.views.blueprint import bp
from grants.web import atom, filters, ical
from grants.web.access import PUBLIC, allows
from grants.web.atom import Entry
from grants.web.ical import Occasion
from grants.web.shedding import can_wait
from workflows.event import CALLED_OFF
from workflows.round import RoundState

# Readers ask every few minutes; what they get may be this old.
MAX_AGE_SECONDS = 300
# E-mails stand to the right of this feature.
NEWS = "subscriptions.ask"
TITLES = {
    Happened.ANNOUNCED: "Opens soon",
    Happened.OPENED: "Open now",
    Happened.DEADLINE_MOVED: "More time",
    Happened.CLOSED: "Closed",
    Happened.CANCELLED: "Cancelled",
}


@bp.get("/rounds.atom")
@can_wait
@allows(PUBLIC)
def feed() -> Response:
    asked, found = _asked()
    self_url = _absolute(url_for("funds.feed"), asked)
    written = atom.feed(
        id=f"urn:uuid:{uuid5(NAMESPACE_URL, self_url)}",
        title=_name(asked, found),
        self_url=self_url,
        page_url=_absolute(url_for("funds.public_rounds"), asked),
        author="Safer Grants",
        entries=[_entry(each) for each in list_news(db.session, found)],
    )
    return _sent(written, atom.MIME, "")


@bp.get("/rounds.ics")
@can_wait
@allows(PUBLIC)
def calendar() -> Response:
    asked, found = _asked()
    occasions = [each for pair in _with_dates(db.session, found) for each in _occasions(*pair)]
    return _sent(ical.calendar(_name(asked, found), occasions), ical.MIME, "grant-rounds.ics")


@bp.get("/rounds/<int:round_id>/dates.ics")
@can_wait
@allows(PUBLIC, on=queries.get_public_round)
def round_calendar(round_: Round) -> Response:
    office = db.session.get_one(Office, round_.office_id)
    occasions = [each for pair in _with_dates(db.session, [(round_, office)]) for each in _occasions(*pair)]
    return _sent(ical.calendar(round_.title, occasions), ical.MIME, f"round-{round_.id}.ics")


def follow_urls(asked: dict[str, str]) -> dict[str, str]:
    """Where the feed, the calendar and the e-mails of a search are, for the pages that say so."""
    parts = f"?{urlencode(asked)}" if asked else ""
    news = url_for(NEWS) + parts if NEWS in current_app.view_functions else ""
    return {"feed": url_for("funds.feed") + parts, "calendar": url_for("funds.calendar") + parts, "news": news}


def _asked() -> tuple[dict[str, str], list[tuple[Round, Office]]]:
    everything = list_followed(db.session, now=utc_now())
    form = FindForm.of(request.args, everything)
    return form.asked(), queries.fitting(everything, form.wanted())


def _name(asked: dict[str, str], found: list[tuple[Round, Office]]) -> str:
    named = {office.name for _, office in found}
    return f"Grant rounds of {named.pop()}" if "office" in asked and len(named) == 1 else "Grant rounds"


def _absolute(path: str, asked: dict[str, str] | None = None) -> str:
    parts = f"?{urlencode(asked)}" if asked else ""
    return f"{current_app.config['BASE_URL']}{path}{parts}"


def _sent(content: bytes, mime: str, name: str) -> Response:
    response = Response(content, content_type=f"{mime}; charset=utf-8")
    # Kept by whoever asked, and by nothing in between: a session's cookie may travel with it.
    response.headers["Cache-Control"] = f"private, max-age={MAX_AGE_SECONDS}"
    if name:
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.add_etag()
    return response.make_conditional(request)


def _entry(news: News) -> Entry:
    return Entry(
        id=news.id,
        title=f"{TITLES[news.what]}: {news.round.title}",
        summary=_said(news),
        url=_absolute(url_for("funds.public_round", round_id=news.round.id)),
        author=news.office.name,
        updated=news.at,
    )


def _said(news: News) -> str:
    round_, change = news.round, news.change
    closes = filters.london(round_.closes_at)
    if change is not None:
        was, now = filters.london(change.old_closes_at), filters.london(change.new_closes_at)
        return f"It now closes on {now}. It was to close on {was}."
    said = {
        Happened.ANNOUNCED: f"It opens on {filters.london(round_.opens_at)}.",
        Happened.OPENED: f"It closes on {closes}." if closes else "You can apply at any time.",
        Happened.CLOSED: "It takes no more bids.",
        Happened.CANCELLED: f"This round was cancelled. {round_.cancelled_reason}",
    }[news.what]
    return f"{said} {round_.theme}".strip() if news.what in {Happened.ANNOUNCED, Happened.OPENED} else said.strip()


Dated = tuple[Round, Office, list[DeadlineChange], list[SupportEvent]]


def _with_dates(session: Session, found: list[tuple[Round, Office]]) -> Iterator[Dated]:
    rounds = [round_ for round_, _ in found]
    changes, events = deadline_changes(session, rounds), support_events(session, rounds)
    return ((round_, office, changes.get(round_.id, []), events.get(round_.id, [])) for round_, office in found)


def _occasions(
    round_: Round, office: Office, changes: list[DeadlineChange], events: list[SupportEvent]
) -> Iterator[Occasion]:
    is_off = round_.state is RoundState.CANCELLED
    first = round_.published_at or round_.state_entered_at
    changed = round_.state_entered_at if is_off else first
    moved = changed if is_off or not changes else changes[-1].at
    page = _absolute(url_for("funds.public_round", round_id=round_.id))

    def occasion(what: str, title: str, starts: Any, at: datetime, sequence: int) -> Occasion:
        return Occasion(
            uid=f"{uuid_of(round_, what)}@safer-grants",
            title=f"{title}: {round_.title}",
            starts=starts,
            changed_at=at,
            about=f"{office.name}\n{page}",
            url=page,
            sequence=sequence + is_off,
            is_cancelled=is_off,
        )

    if round_.opens_at is not None:
        yield occasion("opens", "Opens", round_.opens_at, changed, 0)
    if round_.closes_at is not None:
        yield occasion("closes", "Closes", round_.closes_at, moved, len(changes))
    if round_.announce_on is not None:
        yield occasion("told", "Groups are told by today", round_.announce_on, changed, 0)
    yield from (_support(each, round_, office, page) for each in events)


def _support(event: SupportEvent, round_: Round, office: Office, page: str) -> Occasion:
    return Occasion(
        uid=f"{uuid_of(round_, f'event:{event.id}')}@safer-grants",
        title=f"{event.title}: {round_.title}",
        starts=event.starts_at,
        ends=event.ends_at,
        changed_at=event.state_entered_at,
        about="\n".join(part for part in (event.about, office.name, page) if part),
        place=event.place,
        url=page,
        # Each change counts the version up, and the first version is the first sequence.
        sequence=event.version - 1,
        is_cancelled=event.state in CALLED_OFF,
    )
