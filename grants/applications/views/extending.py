"""More time for one group: the office finds the draft by its group, and sees nothing of what is in it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from grants.applications import services
from grants.applications.forms.extending import MoreTimeForm
from grants.applications.queries.drafts import DraftOfOffice, get_draft_of_office, list_drafts
from grants.applications.views.blueprint import bp
from grants.clock import utc_now
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
    found = [(draft, deadline_for(draft)) for draft in list_drafts(db.session, round_)]
    may_give = Role.MANAGER in current_actor().roles_in(round_.scope)
    return render_template("applications/drafts.html", round=round_, drafts=found, may_give=may_give)


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
