"""An item in the meeting: put on the table, written down as it is said, scored again, agreed; the rest together."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms.fields.choices import SelectChoice

from grants.applications.models import Application
from grants.assessment import queries as assessment
from grants.assessment.forms import LineForm
from grants.assessment.queries.facts import is_sitting
from grants.assessment.queries.marks import agreed_of
from grants.assessment.queries.table import ModerationLine, moderation_line
from grants.clock import utc_now
from grants.extensions import db
from grants.meetings import queries, services
from grants.meetings.forms import TogetherForm, item_form
from grants.meetings.queries import Sitting, SittingBid
from grants.meetings.queries.items import CONDITIONS, NOTES
from grants.meetings.services import Dispute
from grants.meetings.views.blueprint import bp
from grants.meetings.views.room import STRIP, context_of, etag_of
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.commit import keep_although_refused
from grants.web.filters import clock_time, london_short
from grants.web.forms import open_form
from grants.web.refused import wants_json
from workflows.actors import Role
from workflows.errors import Invalid, Stale, TransitionRefused
from workflows.rules.scoring import show_percent

MENDABLE = {
    "agreed-score-needs-reason": "Write the reason: this score is outside the markers' own.",
    "criteria-not-agreed": "Agree a score: no marker gave one.",
}


@bp.post("/office/panels/<int:panel_id>/meeting/items/<int:application_id>/open")
@allows(Role.CHAIR, on=queries.get_sitting_bid)
def open_item(found: SittingBid) -> Any:
    line = moderation_line(db.session, found.panel, found.application, current_actor())
    seen = request.form.get("seen_version", type=int)
    services.open_item(
        db.session,
        found.meeting,
        found.application,
        why=line.discuss,
        actor=current_actor(),
        now=utc_now(),
        seen_version=seen,
    )
    return _to_item(found)


def _to_item(found: SittingBid) -> Any:
    where = {"panel_id": found.panel.id, "application_id": found.application.id}
    return redirect(url_for("meetings.item", **where), 303)


@bp.post("/office/panels/<int:panel_id>/meeting/items/<int:application_id>/phase")
@allows(Role.CHAIR, on=queries.get_sitting_bid)
def phase(found: SittingBid) -> Any:
    services.set_phase(
        db.session,
        found.meeting,
        found.application,
        request.form.get("phase", ""),
        actor=current_actor(),
        now=utc_now(),
    )
    return _to_item(found)


@bp.route("/office/panels/<int:panel_id>/meeting/items/<int:application_id>", methods=["GET", "POST"])
@allows(Role.CHAIR, on=queries.get_sitting_bid)
def item(found: SittingBid) -> Any:
    rubric = assessment.rubric_of(db.session, found.panel.round_id)
    line = moderation_line(db.session, found.panel, found.application, current_actor())
    means = _means(line)
    form = open_form(item_form(rubric, means), data=_standing(found, rubric))
    if _came_with_words(form) and not form.seen.raw_data:
        # Nothing stood in any box when this person began to write, so nothing may be taken for seen.
        form.seen.data = ""
    if request.method == "GET":
        return _item_page(found, line, form)
    if wants_json():
        return _save_as_typed(found, form)
    if not form.validate():
        return _item_page(found, line, form), 422
    if request.form.get("do") == "agree":
        return _agree(found, line, form)
    disputes = _save(found, form, _codes(form))
    if disputes:
        return _both(found, line, form, disputes)
    flash("What you wrote is kept.", "success")
    return _to_item(found)


def _came_with_words(form: Any) -> bool:
    """Whether the words are what somebody sent, now or before their session ended, and not what is kept."""
    return any(field.raw_data for field in form)


def _agree(found: SittingBid, line: ModerationLine, form: Any) -> Any:
    try:
        disputes = _save(found, form, _codes(form))
        if disputes:
            return _both(found, line, form, disputes)
        services.agree_item(
            db.session,
            found.meeting,
            found.application,
            form.agreed,
            actor=current_actor(),
            now=utc_now(),
            seen_version=form.seen_version.data,
        )
    except Stale:
        db.session.rollback()
        return _item_page(found, _line_now(found), form, overtaken=True), 409
    except TransitionRefused as error:
        db.session.rollback()
        if error.code not in MENDABLE:
            return _item_page(found, line, form, refusal=labels.sentence_for(error.code, error.detail)), 409
        form.say_missing(error.detail["criteria"], MENDABLE[error.code])
        return _item_page(found, line, form), 422
    flash(f"{found.application.reference} is agreed.", "success")
    return redirect(url_for("meetings.desk", panel_id=found.panel.id), 303)


def _line_now(found: SittingBid) -> ModerationLine:
    db.session.refresh(found.application)
    return moderation_line(db.session, found.panel, found.application, current_actor())


def _codes(form: Any) -> list[str]:
    """The boxes that are kept as typed: everything that somebody writes or chooses."""
    return [NOTES, CONDITIONS, *(field.name for _, score, reason in form.rows() for field in (score, reason))]


def _save(found: SittingBid, form: Any, codes: list[str]) -> list[Dispute]:
    given = {code: str(form[code].data or "") for code in codes}
    seen = dict(pair.split(":", 1) for pair in (form.seen.data or "").split() if ":" in pair)
    return services.save_words(
        db.session, found.meeting, found.application, given, seen, actor=current_actor(), now=utc_now()
    )


def _save_as_typed(found: SittingBid, form: Any) -> dict[str, Any]:
    """What the page's script sent, box by box, and what became of each."""
    only = set(request.form.get("only", "").split())
    sent = [code for code in _codes(form) if code in only]
    long = [code for code in sent if len(str(form[code].data or "")) > services.LONGEST_WORDS]
    disputes = _save(found, form, [code for code in sent if code not in long])
    disputed = {each.code for each in disputes} | set(long)
    too_long = labels.sentence_for("too-many-characters", {"limit": f"{services.LONGEST_WORDS:,}", "have": "more"})
    standing = _words(found)
    return {
        "saved": clock_time(utc_now()),
        "fingerprints": {
            code: queries.mark_of(standing[code].text if code in standing else "")
            for code in sent
            if code not in disputed
        },
        "newer": [],
        "conflicts": [
            {
                "code": each.code,
                "label": form[each.code].label.text,
                "who": each.theirs.person.name,
                "when": london_short(each.theirs.saved_at),
                "theirs": each.theirs.text,
                "fingerprint": queries.mark_of(each.theirs.text),
            }
            for each in disputes
        ],
        "refused": [{"code": code, "sentence": too_long} for code in long],
    }


def _both(found: SittingBid, line: ModerationLine, form: Any, disputes: list[Dispute]) -> tuple[str, int]:
    """The page again with both texts; what was not disputed is kept."""
    page = _item_page(found, line, form, disputes=disputes)
    keep_although_refused()
    return page, 409


def _means(line: ModerationLine) -> dict[str, str]:
    if line.spreads is None:
        return {}
    return {code: f"{int(mean * 100) / 100:g}" for code, mean in line.spreads.mean_scores.items()}


def _words(found: SittingBid) -> dict[str, Any]:
    row = queries.find_item(db.session, found.meeting, found.application.id)
    if row is None:
        return {}
    return {code: words for (_, code), words in queries.words_of(db.session, [row.id]).items()}


def _standing(found: SittingBid, rubric: assessment.Rubric) -> dict[str, Any]:
    """What the boxes say: what was typed in this meeting, or else what the panel agreed before."""
    agreed = _agreed_rows(found, rubric)
    data: dict[str, Any] = {}
    for each in rubric.criteria:
        row = agreed.get(each.code)
        data[f"agreed_{each.id}"] = "" if row is None else str(row.score)
        data[f"reason_{each.id}"] = row.reason if row else ""
    typed = {code: words.text for code, words in _words(found).items()}
    return data | typed | {"seen": _marks(typed)}


def _agreed_rows(found: SittingBid, rubric: assessment.Rubric) -> dict[str, Any]:
    return agreed_of(db.session, [found.application.id], rubric).get(found.application.id, {})


def _marks(typed: dict[str, str]) -> str:
    return " ".join(f"{code}:{queries.mark_of(text)}" for code, text in sorted(typed.items()) if text)


def _item_page(found: SittingBid, line: ModerationLine, form: Any, **more: Any) -> str:
    row = queries.find_item(db.session, found.meeting, found.application.id)
    if more.get("disputes"):
        # The marks of what stands now: sending the page again is a choice that was made with both texts in sight.
        # Everywhere else the marks stay those of what this person saw, also over a sign-in.
        form.seen.data = _marks({code: words.text for code, words in _words(found).items()})
    watched = queries.watch(db.session, current_actor(), found.panel.id)
    context = context_of(found.sitting, STRIP)
    return render_template(
        "meetings/item.html",
        **context,
        application=found.application,
        line=line,
        form=form,
        item=row,
        history=assessment.history_of(db.session, found.application, current_actor()),
        agreed={code: each.score for code, each in _agreed_rows(found, form.rubric).items()},
        is_current=found.meeting.current_id == found.application.id,
        may_write=is_sitting(found.panel) and found.meeting.ended_at is None and row is not None,
        earlier=queries.earlier_words(db.session, row.id) if row else [],
        etag=etag_of(watched, STRIP),
        # Where two texts wait for a choice, the script must not make it.
        is_unsaved=_came_with_words(form) and not more.get("disputes"),
        **more,
    )


@bp.route("/office/panels/<int:panel_id>/meeting/together", methods=["GET", "POST"])
@allows(Role.CHAIR, on=queries.get_sitting)
def together(sitting: Sitting) -> Any:
    agenda = queries.agenda_for(db.session, sitting.panel, sitting.meeting, current_actor())
    lines = {each.line.application.id: each.line for each in agenda.waiting if each.line.application}
    form = open_form(TogetherForm)
    form.bids.choices = [SelectChoice(key, _named(each)) for key, each in lines.items()]
    if form.validate_on_submit() and form.bids.data:
        bids = [each.application for key, each in lines.items() if key in form.bids.data and each.application]
        count = services.agree_en_bloc(
            db.session,
            sitting.meeting,
            bids,
            lines,
            actor=current_actor(),
            now=utc_now(),
            seen_version=form.seen_version.data,
        )
        flash(f"Agreed together: {count}. The list is in the minutes.", "success")
        return redirect(url_for("meetings.desk", panel_id=sitting.panel.id), 303)
    if request.method == "POST" and not form.bids.data:
        form.bids.errors = ["Choose at least one bid."]
    elif request.method == "GET":
        form.bids.data = list(lines)
    page = render_template("meetings/together.html", **context_of(sitting, STRIP), form=form, lines=lines)
    return page, 422 if form.errors else 200


def _named(line: ModerationLine) -> str:
    bid = line.application
    return f"{bid.reference}, {bid.organisation_name}: {show_percent(line.percent or 0)}%" if bid else ""


@bp.route("/office/panels/<int:panel_id>/meeting/line", methods=["GET", "POST"])
@allows(Role.CHAIR, on=queries.get_sitting)
def line(sitting: Sitting) -> Any:
    form = open_form(LineForm)
    is_confirmed = request.form.get("do") == "move"
    change, hidden = None, False
    if form.validate_on_submit():
        if is_confirmed:
            try:
                services.move_line(
                    db.session,
                    sitting.meeting,
                    form.hundredths,
                    form.reason.data or "",
                    actor=current_actor(),
                    now=utc_now(),
                    seen_version=form.seen_version.data,
                )
            except Invalid as error:
                db.session.rollback()
                form.refuse(error)
            else:
                flash("The line has moved for every bid. Draw it to place the bids by it.", "success")
                return redirect(url_for("meetings.desk", panel_id=sitting.panel.id), 303)
        change = services.sides(db.session, sitting.panel, form.hundredths)
        rose, hid = _seen(sitting, change.rose)
        fell, hid_too = _seen(sitting, change.fell)
        change, hidden = services.SideChange(rose, fell), hid or hid_too
    page = render_template(
        "meetings/line.html",
        **context_of(sitting, STRIP),
        form=form,
        change=change,
        hides_some=hidden,
        line_now=show_percent(assessment.line_of(sitting.panel.round, sitting.panel)),
    )
    return page, 422 if form.errors else 200


def _seen(sitting: Sitting, bids: tuple[Application, ...]) -> tuple[tuple[Application, ...], bool]:
    """Those that this person may see, and whether there are others."""
    shown = tuple(each for each in bids if not queries.leaves(db.session, sitting.panel, each.id, current_actor()))
    return shown, len(shown) < len(bids)
