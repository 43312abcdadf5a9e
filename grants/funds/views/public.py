"""What anyone may read of rounds: which are open or coming and fit their work, and everything about one."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request, url_for

from grants.clock import utc_now
from grants.extensions import db
from grants.funds import queries
from grants.funds.forms import FindForm
from grants.funds.models import Round
from grants.funds.queries import RoundPage
from grants.funds.queries.dates import support_events
from grants.funds.views.blueprint import bp
from grants.funds.views.feeds import follow_urls
from grants.funds.views.linked_data import described
from grants.web import filters
from grants.web.access import PUBLIC, allows
from grants.web.rule_words import rule_words
from workflows.event import COMING
from workflows.round import PUBLISHED, RoundState
from workflows.rules.burden import burden_of

START = "applications.start"
EVENT = "events.show"
NEWS = "subscriptions.ask_for_round"
CHECK = "applications.could_we_apply"


@bp.get("/")
@allows(PUBLIC)
def home() -> Any:
    return _list()


@bp.get("/rounds")
@allows(PUBLIC)
def public_rounds() -> Any:
    return _list()


def _list() -> Any:
    everything = queries.list_public_rounds(db.session, now=utc_now())
    form = FindForm.of(request.args, everything)
    is_good = form.validate()
    wanted = form.wanted()
    found = queries.fitting(everything, wanted)
    groups = (
        (
            "Open now",
            _in(found, RoundState.OPEN),
            "" if form.is_asked else "No round is open just now. Come back soon.",
        ),
        ("Opening soon", _in(found, RoundState.SCHEDULED), ""),
        ("Closed lately", [x for x in found if x[0].state not in {RoundState.OPEN, RoundState.SCHEDULED}], ""),
    )
    page = render_template(
        "funds/public_rounds.html", groups=groups, form=form, count=len(found), follow=follow_urls(form.asked())
    )
    return page, 200 if is_good else 422


def _in(found: list[Any], state: RoundState) -> list[Any]:
    return [pair for pair in found if pair[0].state == state]


@bp.get("/rounds/<int:round_id>")
@allows(PUBLIC, on=queries.get_public_round)
def public_round(round_: Round) -> Any:
    page = queries.public_page(db.session, round_)
    return draw_round(
        page, start_url=_start_url(round_), check_url=_check_url(page), news_url=_news_url(round_), is_preview=False
    )


def draw_round(page: RoundPage, *, start_url: str, check_url: str, news_url: str, is_preview: bool) -> str:
    """The page of a round; a preview of it leads nowhere."""
    round_ = page.round
    sentences = (rule_words(r.code, r.title, r.settings, max_months=round_.max_months) for r in page.rules)
    return render_template(
        "funds/public_round.html",
        page=page,
        current_office=page.office,
        facts=_facts(page),
        rules=[sentence for sentence in sentences if sentence],
        marks={criterion.code: criterion.title for criterion in page.criteria},
        start_url=start_url,
        linked_data=described(page, start_url),
        follow=follow_urls({"office": page.office.code}),
        check_url=check_url,
        news_url=news_url,
        events=[] if is_preview else _events(round_),
        is_preview=is_preview,
    )


def _start_url(round_: Round) -> str:
    if round_.state != RoundState.OPEN or START not in current_app.view_functions:
        return ""
    return url_for(START, round_id=round_.id)


def _events(round_: Round) -> list[tuple[Any, str]]:
    """The round's events that take place or have a recording, each with the page to sign up on."""
    found = support_events(db.session, [round_]).get(round_.id, [])
    shown = [event for event in found if event.state in COMING or event.recording_link]
    known = EVENT in current_app.view_functions
    return [(event, url_for(EVENT, event_id=event.id) if known else "") for event in shown]


def _news_url(round_: Round) -> str:
    is_wanted = round_.state == RoundState.SCHEDULED and NEWS in current_app.view_functions
    return url_for(NEWS, round_id=round_.id) if is_wanted else ""


def _check_url(page: RoundPage) -> str:
    asks_first = any(part.is_eligibility for part in page.form)
    if page.round.state not in PUBLISHED or not asks_first or CHECK not in current_app.view_functions:
        return ""
    return url_for(CHECK, round_id=page.round.id)


def _time_needed(page: RoundPage) -> str:
    """In plain words, for somebody who has not applied before."""
    asked = [question for part in page.form for question in part.questions]
    found = burden_of(asked, max_ask_pence=page.round.max_ask_pence, pot_pence=page.round.pot_pence)
    hours = max(1, (found.half_hours + 1) // 2)
    return f"About {filters.plural(hours, 'hour')}, the first time" if asked else ""


def _facts(page: RoundPage) -> list[tuple[str, str]]:
    """The round in figures and dates, without what it does not have."""
    round_ = page.round
    pairs = [
        ("Money to give", filters.pounds(round_.pot_pence)),
        ("The least you can ask for", filters.pounds(round_.min_ask_pence)),
        ("The most you can ask for", filters.pounds(round_.max_ask_pence)),
        ("The most that the whole project may cost", filters.pounds(round_.max_project_cost_pence)),
        ("How long the work may take", f"Up to {filters.plural(round_.max_months, 'month')}"),
        ("How long it takes to apply", _time_needed(page)),
        ("Areas", ", ".join(page.areas)),
        ("Opens", filters.london(round_.opens_at)),
        ("Closes", filters.london(round_.closes_at) or "No closing date"),
        ("Panel meets", filters.day(round_.panel_on)),
        ("Decision by", filters.day(round_.decide_by_on)),
        ("Groups are told by", filters.day(round_.announce_on)),
    ]
    return [(key, value) for key, value in pairs if value]
