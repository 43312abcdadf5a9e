"""Endorsements: the group asks and sees what came, the endorser answers by a link without an account.

Looking at the link changes nothing, and shows the project's name and summary and the group: nothing else of the bid.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from grants.applications.models import Application
from grants.applications.queries import get_application
from grants.clock import utc_now
from grants.endorsements import queries, services
from grants.endorsements.forms import AskForm, EndorseForm, PressForm
from grants.endorsements.models import Endorsement
from grants.extensions import db
from grants.funds.models import Endorsement as Wanted
from grants.web import identity, labels
from grants.web.access import PUBLIC, allows, current_actor
from grants.web.actions import Place, offered
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.application import ApplicationState
from workflows.endorsement import MOST_ASKED, MOST_WORDS
from workflows.errors import Invalid

bp = Blueprint("endorsements", __name__)

WRITERS = (Role.LEAD, Role.CONTRIBUTOR)


@bp.route("/applications/<int:application_id>/endorsements", methods=["GET", "POST"])
@allows(*WRITERS, on=get_application)
def mine(application: Application) -> Any:
    form = open_form(AskForm)
    if form.validate_on_submit():
        try:
            services.ask_for_endorsement(
                db.session,
                application,
                form.email.data or "",
                form.asked_name.data or "",
                site=identity.site(),
                actor=current_actor(),
                now=utc_now(),
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash("The link is on its way to them. What they write will be on this page.", "success")
            return redirect(url_for("endorsements.mine", application_id=application.id), 303)
    asked = queries.list_for(db.session, application)
    is_open = application.state in queries.TAKES_WORDS and application.round.endorsement is not Wanted.NONE
    page = render_template(
        "endorsements/mine.html",
        application=application,
        form=form,
        asked=[(each, _offers(each)) for each in asked],
        can_ask=is_open and len(asked) < MOST_ASKED,
        is_needed=application.round.endorsement is Wanted.NEEDED,
        is_sent=application.state is ApplicationState.SUBMITTED,
        labels=labels,
    )
    return (page, 422) if form.is_submitted() else page


@bp.post("/endorsements/<int:endorsement_id>/resend")
@allows(*WRITERS, on=queries.get_endorsement)
def resend(endorsement: Endorsement) -> Any:
    seen = PressForm().seen_version.data
    services.resend(db.session, endorsement, seen_version=seen, actor=current_actor(), now=utc_now())
    flash("The link goes out again.", "success")
    return redirect(url_for("endorsements.mine", application_id=endorsement.application_id), 303)


@bp.post("/endorsements/<int:endorsement_id>/withdraw")
@allows(*WRITERS, on=queries.get_endorsement)
def withdraw(endorsement: Endorsement) -> Any:
    seen = PressForm().seen_version.data
    services.withdraw(db.session, endorsement, seen_version=seen, actor=current_actor(), now=utc_now())
    flash("You ask them no more. Their link has ended.", "success")
    return redirect(url_for("endorsements.mine", application_id=endorsement.application_id), 303)


@bp.get("/endorse/<int:endorsement_id>/<token>")
@allows(PUBLIC)
def show_link(endorsement_id: int, token: str) -> Any:
    return _link_page(_by_link(endorsement_id, token), EndorseForm())


@bp.post("/endorse/<int:endorsement_id>/<token>")
@allows(PUBLIC)
def answer(endorsement_id: int, token: str) -> Any:
    asked, form, now = _by_link(endorsement_id, token), EndorseForm(), utc_now()
    if request.form.get("go") == "decline":
        services.decline(db.session, asked, now=now)
        return redirect(url_for("endorsements.thanks"), 303)
    if form.validate():
        typed = (form.words.data or "", form.name.data or "", form.position.data or "")
        try:
            services.give(db.session, asked, *typed, now=now)
            return redirect(url_for("endorsements.thanks"), 303)
        except Invalid as error:
            sentence = labels.sentence_for(error.detail["problems"]["words"], error.detail.get("detail", {}))
            form.refuse(Invalid(problems={"words": sentence}))
    return _link_page(asked, form), 422


@bp.get("/endorse/thanks")
@allows(PUBLIC)
def thanks() -> Any:
    return render_template("endorsements/thanks.html")


def _by_link(endorsement_id: int, token: str) -> Endorsement:
    return queries.get_by_link(db.session, endorsement_id, token, identity.site(), now=utc_now())


def _link_page(asked: Endorsement, form: EndorseForm) -> str:
    bid = asked.application
    return render_template(
        "endorsements/answer.html",
        form=form,
        group=bid.organisation_name,
        project=bid.project_title or bid.round.title,
        summary=bid.summary,
        round=bid.round,
        closes_at=queries.closes_at(asked),
        is_sent=bid.state is ApplicationState.SUBMITTED,
        most_words=MOST_WORDS,
    )


def _offers(asked: Endorsement) -> Any:
    where = {"endorsement_id": asked.id}
    places = {
        "resend": Place("endorsements.resend", where),
        "withdraw": Place("endorsements.withdraw", where, kind="warning"),
    }
    return offered(asked, queries.facts_for(asked, now=utc_now()), current_actor(), places)
