"""The minutes on the screen: read, corrected section by section, signed, noted, and handed out as a file."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from grants.accounts.models import Office
from grants.clock import utc_now
from grants.extensions import db
from grants.meetings import services
from grants.meetings.forms import NoteForm, SectionForm
from grants.meetings.queries.documents import blocks_of, minutes_docx, minutes_pdf, status_of, title_of
from grants.meetings.queries.minutes import Copy, Part, get_minutes, get_section
from grants.meetings.services.minutes import facts_of
from grants.meetings.views.blueprint import MINUTERS, SITTERS, bp
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.actions import Place, offered
from grants.web.filters import london, london_short
from grants.web.forms import open_form
from grants.web.handouts import hand_out
from workflows.actors import Role
from workflows.errors import NotFound, Stale, TransitionRefused
from workflows.minutes import OPEN

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/office/panels/<int:panel_id>/minutes/<int:number>")
@allows(*SITTERS, on=get_minutes)
def minutes(copy: Copy) -> Any:
    return _page(copy, open_form(NoteForm))


def _page(copy: Copy, form: NoteForm) -> Any:
    actor, stored = current_actor(), copy.minutes
    may_write = bool(set(MINUTERS) & actor.roles_in(copy.scope))
    where = {"panel_id": copy.sitting.panel.id, "number": copy.meeting.number}
    places = {"sign": Place("meetings.sign", where, kind="")}
    facts = facts_of(stored, actor=actor, now=utc_now(), words="later") if stored else None
    page = render_template(
        "meetings/minutes.html",
        copy=copy,
        panel=copy.sitting.panel,
        where=where,
        title=title_of(copy),
        status=_status(copy),
        blocks_of=blocks_of,
        may_correct=stored is not None and stored.state in OPEN and may_write,
        may_note=stored is not None and stored.state not in OPEN and may_write,
        offers=offered(stored, facts, actor, places) if stored is not None and facts is not None else [],
        form=form,
        labels=labels,
    )
    return page, 422 if form.errors else 200


def _status(copy: Copy) -> str:
    signed = copy.minutes.signed_at if copy.minutes else None
    return status_of(copy, london(signed) if signed else "")


@bp.get("/office/panels/<int:panel_id>/minutes/<int:number>/file/<kind>")
@allows(*SITTERS, on=lambda session, actor, panel_id, number, kind: get_minutes(session, actor, panel_id, number))
def minutes_file(copy: Copy) -> Any:
    kind = (request.view_args or {}).get("kind")
    office = db.session.get_one(Office, copy.sitting.panel.office_id).name
    minutes = copy.minutes
    made_at = (minutes.signed_at or minutes.state_entered_at) if minutes else copy.meeting.began_at
    noted = [(f"{each.person.name}, {london_short(each.at)}", each.text) for each in copy.notes]
    about: dict[str, Any] = {"office": office, "status": _status(copy), "made_at": made_at, "noted": noted}
    name = f"Minutes {copy.sitting.panel.round.code} {copy.meeting.number}"
    if kind == "pdf":
        return hand_out(minutes_pdf(copy, **about), "application/pdf", f"{name}.pdf")
    if kind == "docx":
        return hand_out(minutes_docx(copy, **about), DOCX, f"{name}.docx")
    if kind == "html":
        html = render_template("documents/minutes.html", copy=copy, title=title_of(copy), blocks_of=blocks_of, **about)
        return hand_out(html.encode(), "text/html; charset=utf-8", f"{name}.html")
    raise NotFound(subject="file")


@bp.route("/office/panels/<int:panel_id>/minutes/<int:number>/sections/<int:section_id>", methods=["GET", "POST"])
@allows(*MINUTERS, on=get_section)
def section(part: Part) -> Any:
    form = open_form(SectionForm, data={"text": part.section.text})
    overtaken = None
    # Words that waited over a sign-in are shown with what the section says by now.
    shown = part.section if request.method == "GET" and form.text.raw_data else None
    if form.validate_on_submit():
        try:
            services.correct_section(
                db.session,
                part.minutes,
                part.section,
                form.text.data or "",
                actor=current_actor(),
                now=utc_now(),
                seen_version=form.seen_version.data,
            )
        except Stale:
            db.session.rollback()
            db.session.refresh(part.section)
            overtaken = part.section
        else:
            flash("The correction is kept, with what the minutes said before beside it.", "success")
            return redirect(_url(part.copy), 303)
    page = render_template(
        "meetings/section.html",
        part=part,
        panel=part.copy.sitting.panel,
        section=part.section,
        form=form,
        overtaken=overtaken or shown,
        back=_url(part.copy),
    )
    return page, 409 if overtaken else 422 if form.errors else 200


def _url(copy: Copy) -> str:
    return url_for("meetings.minutes", panel_id=copy.sitting.panel.id, number=copy.meeting.number)


@bp.post("/office/panels/<int:panel_id>/minutes/<int:number>/sign")
@allows(Role.CHAIR, on=get_minutes)
def sign(copy: Copy) -> Any:
    if copy.minutes is None:
        raise TransitionRefused("meeting-not-over")
    seen = request.form.get("seen_version", type=int)
    services.sign_minutes(db.session, copy.minutes, actor=current_actor(), now=utc_now(), seen_version=seen)
    flash("The minutes are signed.", "success")
    return redirect(_url(copy), 303)


@bp.post("/office/panels/<int:panel_id>/minutes/<int:number>/notes")
@allows(*MINUTERS, on=get_minutes)
def note(copy: Copy) -> Any:
    if copy.minutes is None:
        raise TransitionRefused("meeting-not-over")
    form = open_form(NoteForm)
    if not form.validate_on_submit():
        return _page(copy, form)
    services.add_note(db.session, copy.minutes, form.text.data or "", actor=current_actor(), now=utc_now())
    flash("The note is under the minutes.", "success")
    return redirect(_url(copy), 303)
