"""The room on every screen: the members' page, the big screen, the chair's desk, and what each of them asks for."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from grants.assessment.queries.facts import is_sitting, member_of
from grants.clock import utc_now
from grants.extensions import db
from grants.meetings import queries, services
from grants.meetings.forms import ChairForm
from grants.meetings.queries import Room, Sitting, Watch
from grants.meetings.queries.room import seat_words
from grants.meetings.views.blueprint import MINUTERS, SITTERS, bp
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.errors import NotFound
from workflows.rules.scoring import show_percent

PHASES = {
    "discuss": ("Discussing", "blue"),
    "rescore": ("Agreeing the scores", "yellow"),
    "agreed": ("Agreed", "green"),
}
ROOM, SCREEN, DESK, STRIP = "room", "screen", "desk", "strip"
FRAGMENTS = {each: f"meetings/_{each}.html" for each in (ROOM, SCREEN, DESK, STRIP)}


@bp.get("/office/panels/<int:panel_id>/meeting")
@allows(*SITTERS, on=queries.get_sitting)
def room(sitting: Sitting) -> Any:
    return _page(sitting, ROOM, "meetings/room.html")


@bp.get("/office/panels/<int:panel_id>/meeting/screen")
@allows(*SITTERS, on=queries.get_sitting)
def screen(sitting: Sitting) -> Any:
    return _page(sitting, SCREEN, "meetings/screen.html")


@bp.get("/office/panels/<int:panel_id>/meeting/desk")
@allows(*MINUTERS, on=queries.get_sitting)
def desk(sitting: Sitting) -> Any:
    return _page(sitting, DESK, "meetings/desk.html", chair_form=open_form(ChairForm))


def _page(sitting: Sitting, kind: str, template: str, **more: Any) -> str:
    found = queries.watch(db.session, current_actor(), sitting.panel.id)
    return render_template(template, **context_of(sitting, kind), etag=etag_of(found, kind), **more)


def context_of(sitting: Sitting, kind: str) -> dict[str, Any]:
    """What the fragment of this kind draws."""
    actor = current_actor()
    seen = queries.look_in(db.session, sitting, actor, utc_now())
    seat = member_of(sitting.panel, actor.person_id)
    return {
        "room": seen,
        "panel": sitting.panel,
        "meeting": sitting.meeting,
        "seat": seat,
        "is_chair": seat is not None and seat.is_chair,
        "may_desk": bool(set(MINUTERS) & actor.roles_in(sitting.scope)),
        "may_rule": bool({Role.CHAIR, Role.MANAGER} & actor.roles_in(sitting.scope)),
        "in_session": is_sitting(sitting.panel),
        "agenda": queries.agenda_for(db.session, sitting.panel, sitting.meeting, actor) if kind == DESK else None,
        "phase": PHASES.get(sitting.meeting.phase if sitting.meeting else "", ("", "grey")),
        "seat_words": seat_words,
        "kind": kind,
        "labels": labels,
        "show_percent": show_percent,
    }


def etag_of(found: Watch, kind: str) -> str:
    return f'"{kind}-{found.words_mark if kind == STRIP else found.mark}"'


@bp.get("/office/panels/<int:panel_id>/meeting/now")
@allows(*SITTERS, on=queries.watch)
def now(found: Watch) -> Any:
    kind = request.args.get("as", ROOM)
    if kind not in FRAGMENTS:
        raise NotFound(subject="fragment")
    etag = etag_of(found, kind)
    if request.headers.get("If-None-Match") == etag:
        response: Response = make_response("", 304)
    else:
        sitting = queries.get_sitting(db.session, current_actor(), found.panel_id)
        context = context_of(sitting, kind)
        response = make_response({"html": render_template(FRAGMENTS[kind], **context), "say": say(context["room"])})
    response.headers["ETag"] = etag
    return response


def say(seen: Room) -> str:
    """What a screen reader hears when the room has changed: one sentence."""
    meeting = seen.meeting
    if meeting is None or meeting.ended_at is not None:
        return "The meeting is not in session."
    if seen.has_left:
        return "You have left the room for this item."
    table = "Nothing is on the table."
    if seen.on_table is not None:
        table = f"On the table: {seen.on_table.application.organisation_name}. {PHASES[meeting.phase][0]}."
    return table if seen.quorum.is_met else f"{table} There is no quorum."


def _back(panel_id: int) -> Any:
    # Only to pages of ours that are named here.
    places = {ROOM: "meetings.room", DESK: "meetings.desk"}
    return redirect(url_for(places.get(request.form.get("back", ""), "meetings.desk"), panel_id=panel_id), 303)


@bp.post("/office/panels/<int:panel_id>/meeting/start")
@allows(Role.CHAIR, on=queries.get_sitting)
def start(sitting: Sitting) -> Any:
    services.require_chair(sitting.panel, current_actor())
    services.begin_meeting(db.session, sitting.panel, actor=current_actor(), now=utc_now())
    return _back(sitting.panel.id)


@bp.post("/office/panels/<int:panel_id>/meeting/presence")
@allows(*SITTERS, on=queries.get_sitting)
def presence(sitting: Sitting) -> Any:
    services.record_presence(
        db.session,
        sitting.meeting,
        request.form.get("person", 0, type=int),
        request.form.get("go") == "in",
        actor=current_actor(),
        now=utc_now(),
    )
    return _back(sitting.panel.id)


@bp.post("/office/panels/<int:panel_id>/meeting/chair")
@allows(Role.CHAIR, on=queries.get_sitting)
def take_chair(sitting: Sitting) -> Any:
    reason = request.form.get("reason", "")[:500]
    services.take_chair(db.session, sitting.meeting, reason, actor=current_actor(), now=utc_now())
    flash("You are in the chair. It is in the minutes.", "success")
    return _back(sitting.panel.id)


@bp.post("/office/panels/<int:panel_id>/meeting/marks")
@allows(Role.CHAIR, on=queries.get_sitting)
def marks(sitting: Sitting) -> Any:
    shows = request.form.get("show") == "yes"
    services.show_marks(db.session, sitting.meeting, shows, actor=current_actor(), now=utc_now())
    return _back(sitting.panel.id)


@bp.post("/office/panels/<int:panel_id>/meeting/clear")
@allows(Role.CHAIR, on=queries.get_sitting)
def clear(sitting: Sitting) -> Any:
    services.put_away(db.session, sitting.meeting, actor=current_actor(), now=utc_now())
    return _back(sitting.panel.id)
