"""More time for one group: the office finds the draft by its group, and sees nothing of what is in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for

from grants.applications import queries, services
from grants.applications.forms.extending import LateTimeForm, MoreTimeForm, SettleForm
from grants.applications.models import Application
from grants.applications.queries.drafts import (
    DraftOfOffice,
    get_draft_of_office,
    get_unsent_of_office,
    list_drafts,
    list_lately_lapsed,
)
from grants.applications.views.blueprint import bp
from grants.applications.views.starting import why_closed
from grants.clock import utc_now
from grants.core import transitions
from grants.extensions import db
from grants.funds.forms import moment_data
from grants.funds.models import Round
from grants.funds.queries import deadline_for, get_round
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.errors import Invalid


@bp.get("/office/rounds/<int:round_id>/drafts")
@allows(Role.OFFICER, Role.MANAGER, on=get_round)
def drafts(round_: Round) -> Any:
    """Who has begun and not sent."""
    now = utc_now()
    found = [(draft, deadline_for(draft)) for draft in list_drafts(db.session, round_)]
    lapsed = list_lately_lapsed(db.session, round_, now=now, late_for=late_for())
    may_give = Role.MANAGER in current_actor().roles_in(round_.scope)
    return render_template(
        "applications/drafts.html",
        round=round_,
        drafts=found,
        may_give=may_give,
        may_enter=why_closed(round_) is None and not round_.is_trial,
        lapsed=lapsed,
        now=now,
    )


@bp.route("/office/drafts/<int:application_id>/more-time", methods=["GET", "POST"])
@allows(Role.MANAGER, on=get_draft_of_office)
def more_time(draft: DraftOfOffice) -> Any:
    """A later deadline for this group alone, with the reason."""
    application = draft.application
    deadline = deadline_for(application)
    form = open_form(MoreTimeForm, data=moment_data("until", deadline))
    if form.validate_on_submit():
        try:
            services.give_more_time(
                db.session,
                application,
                form.moment("until"),  # type: ignore[arg-type]  # the date is required
                form.reason.data or "",
                seen_version=form.seen_version.data,
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid:
            words = labels.sentence_for("deadline-only-later", {"closes_at": deadline})
            form.refuse(Invalid(problems={"until_on": words}))
        else:
            flash("The group has more time, and is told.", "success")
            return redirect(url_for("applications.drafts", round_id=application.round_id), 303)
    page = render_template("applications/more_time.html", application=application, form=form, deadline=deadline)
    return (page, 422) if form.is_submitted() else page


def late_for() -> timedelta:
    """How long after its deadline a bid may still be given time."""
    return timedelta(hours=current_app.extensions["settings"].late_hours)


@bp.route("/office/drafts/<int:application_id>/late-time", methods=["GET", "POST"])
@allows(Role.OFFICER, Role.MANAGER, on=get_unsent_of_office)
def late_time(draft: DraftOfOffice) -> Any:
    """Time after the deadline: propose it, or read what was proposed."""
    application = draft.application
    form = open_form(LateTimeForm)
    if form.validate_on_submit():
        try:
            services.propose_late_time(
                db.session,
                application,
                form.moment("until"),  # type: ignore[arg-type]  # the date is required
                form.reason.data or "",
                late_for=late_for(),
                seen_version=form.seen_version.data,
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid:
            form.refuse(Invalid(problems={"until_on": labels.sentence_for("time-not-to-come")}))
        else:
            flash("The managers are asked. One of them, who is not you, gives the time or refuses it.", "success")
            return redirect(url_for("applications.late_time", application_id=application.id), 303)
    page = _late_page(application, form)
    return (page, 422) if form.is_submitted() else page


@bp.post("/office/drafts/<int:application_id>/late-time/settle")
@allows(Role.MANAGER, on=get_unsent_of_office)
def settle_late_time(draft: DraftOfOffice) -> Any:
    """The second person's answer."""
    is_given = request.form.get("go") == "give"
    services.settle_late_time(
        db.session,
        draft.application,
        is_given=is_given,
        late_for=late_for(),
        seen_version=SettleForm().seen_version.data,
        actor=current_actor(),
        now=utc_now(),
    )
    flash("The group has more time, and is told." if is_given else "The time is not given.", "success")
    return redirect(url_for("applications.drafts", round_id=draft.application.round_id), 303)


def _late_page(application: Application, form: LateTimeForm) -> str:
    proposed, now = queries.find_late_time(db.session, application), utc_now()
    asked = {"new_deadline": now + timedelta(hours=1), "reason": "asked below"} if proposed is None else {}
    facts = queries.late_facts(db.session, application, proposed, now=now, late_for=late_for(), **asked)
    options = {each.action: each.refusal for each in transitions.options(application, facts, current_actor())}
    wanted = "propose-late-time" if proposed is None else "give-late-time"
    refusal = options.get(wanted)
    return render_template(
        "applications/late_time.html",
        application=application,
        form=form,
        proposed=proposed,
        deadline=deadline_for(application),
        is_offered=wanted in options,
        why_not=labels.sentence_for(refusal.code, refusal.detail) if refusal else "",
        may_refuse="refuse-late-time" in options,
    )
