"""Pages of a review: the group asks and reads the outcome; the office takes it up, decides it and follows it up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for

from grants.clock import utc_now
from grants.core.installed import settings_of
from grants.extensions import db
from grants.reviews import queries, services
from grants.reviews.forms import PressForm, RecordForm, RequestForm, WordsForm
from grants.reviews.models import Review
from grants.reviews.queries import Refusal
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.actions import Place, offered
from grants.web.forms import open_form
from grants.web.labels.checks import CAME_BY, GROUNDS, RETURNS
from grants.web.numbers import row_argument
from grants.web.shedding import can_wait
from workflows.actors import GROUP_ROLES, Role
from workflows.application import ApplicationState
from workflows.deadlines import london_date
from workflows.errors import Invalid, TransitionRefused

bp = Blueprint("reviews", __name__)

REVIEWERS = (Role.OFFICER, Role.MANAGER, Role.CHIEF_EXECUTIVE)
READERS = (*REVIEWERS, Role.CHAIR)
FOLLOWERS = (Role.MANAGER, Role.CHAIR)
ASKED_LATER = "asked on the next page"


@bp.route("/applications/<int:application_id>/review", methods=["GET", "POST"])
@allows(*sorted(GROUP_ROLES), on=queries.get_refusal)
def ask(refusal: Refusal) -> Any:
    """The group says what went wrong; once it has, it reads here where its request stands."""
    form = open_form(RequestForm)
    if form.validate_on_submit():
        try:
            services.request_review(
                db.session,
                refusal,
                form.ground.data or "",
                form.words.data or "",
                actor=current_actor(),
                now=utc_now(),
                received_at=g.received_at,
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash("Your request is with us.", "success")
            return redirect(url_for("reviews.ask", application_id=refusal.application.id), 303)
    application, roles = refusal.application, current_actor().roles_in(refusal.scope)
    is_over = g.received_at >= refusal.late_from
    page = render_template(
        "reviews/ask.html",
        application=application,
        refusal=refusal,
        review=refusal.review,
        is_over=is_over,
        may_ask=Role.LEAD in roles and refusal.review is None and not is_over,
        last_day=london_date(refusal.late_from - timedelta(microseconds=1)),
        days=settings_of(db.session()).review_days,
        form=form,
        grounds=GROUNDS,
        returns=RETURNS,
        labels=labels,
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/office/applications/<int:application_id>/review", methods=["GET", "POST"])
@allows(*sorted(queries.RECORDERS), on=queries.get_refusal_to_record)
def record(refusal: Refusal) -> Any:
    """The office writes down a request that came by letter, by telephone or in person."""
    form = open_form(RecordForm)
    if form.validate_on_submit():
        came = services.Came(form.asker.data or "", form.came_on.data, form.came_by.data or "")
        try:
            review = services.record_request(
                db.session,
                refusal,
                form.ground.data or "",
                form.words.data or "",
                came,
                actor=current_actor(),
                now=utc_now(),
            )
        except (Invalid, TransitionRefused) as error:
            if not _belongs_to_form(error, form):
                raise
        else:
            flash("The request is written down. Somebody else reviews it.", "success")
            return redirect(url_for("reviews.show", review_id=review.id), 303)
    page = render_template(
        "reviews/record.html",
        application=refusal.application,
        refusal=refusal,
        review=refusal.review,
        last_day=london_date(refusal.late_from - timedelta(microseconds=1)),
        form=form,
        labels=labels,
    )
    return page, 422 if form.is_submitted() else 200


def _belongs_to_form(error: Invalid | TransitionRefused, form: RecordForm) -> bool:
    if isinstance(error, Invalid):
        form.refuse(error)
        return True
    if error.code == "review-too-late":
        form.came_on.errors = [labels.sentence_for(error.code, error.detail)]
    return error.code == "review-too-late"


@bp.get("/office/reviews")
@can_wait
@allows(*READERS)
def list_reviews() -> Any:
    actor = current_actor()
    before = row_argument("before")
    waiting, _ = queries.list_reviews(db.session, actor, is_open=True, limit=queries.PAGE * 4)
    over, after = queries.list_reviews(db.session, actor, is_open=False, before=before)
    return render_template(
        "reviews/list.html", waiting=[] if before else waiting, over=over, after=after, labels=labels
    )


@bp.get("/office/reviews/<int:review_id>")
@can_wait
@allows(*READERS, on=queries.get_review)
def show(review: Review) -> Any:
    actor = current_actor()
    facts = queries.facts_for_review(db.session, review, actor=actor, now=utc_now(), reason=ASKED_LATER)
    where = {"review_id": review.id}
    places = {
        "take-up": Place("reviews.take_up", where, kind=""),
        "uphold": Place("reviews.uphold", where, is_link=True),
        "reopen": Place("reviews.reopen", where, is_link=True),
        "hand-back": Place("reviews.hand_back", where, is_link=True),
        "follow-up": Place("reviews.follow_up", where, is_link=True),
    }
    return render_template(
        "reviews/show.html",
        review=review,
        application=review.application,
        is_out=review.application.state is ApplicationState.DISQUALIFIED,
        options=offered(review, facts, actor, places),
        came_by=CAME_BY,
        grounds=GROUNDS,
        returns=RETURNS,
        labels=labels,
    )


@bp.post("/office/reviews/<int:review_id>/take-up")
@allows(*REVIEWERS, on=queries.get_review)
def take_up(review: Review) -> Any:
    services.take_up(
        db.session, review, seen_version=PressForm().seen_version.data, actor=current_actor(), now=utc_now()
    )
    flash("The review is yours. Read the bid and its history, then say what you find.", "success")
    return redirect(url_for("reviews.show", review_id=review.id), 303)


@bp.route("/office/reviews/<int:review_id>/uphold", methods=["GET", "POST"])
@allows(*REVIEWERS, on=queries.get_review)
def uphold(review: Review) -> Any:
    return _words_page(review, "uphold", services.uphold, "The decision stands, and the group is told.")


@bp.route("/office/reviews/<int:review_id>/reopen", methods=["GET", "POST"])
@allows(*REVIEWERS, on=queries.get_review)
def reopen(review: Review) -> Any:
    return _words_page(review, "reopen", services.reopen, "It is reopened, and the group is told.")


@bp.route("/office/reviews/<int:review_id>/hand-back", methods=["GET", "POST"])
@allows(*REVIEWERS, on=queries.get_review)
def hand_back(review: Review) -> Any:
    return _words_page(review, "hand-back", services.hand_back, "Somebody else can take the review up.")


@bp.route("/office/reviews/<int:review_id>/follow-up", methods=["GET", "POST"])
@allows(*FOLLOWERS, on=queries.get_review)
def follow_up(review: Review) -> Any:
    return _words_page(review, "follow-up", services.follow_up, "What came of it is recorded, and the group is told.")


def _words_page(review: Review, action: str, service: Any, done: str) -> Any:
    form = open_form(WordsForm, data={"seen_version": review.version})
    if form.validate_on_submit():
        service(
            db.session,
            review,
            form.reason.data or "",
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
        flash(done, "success")
        return redirect(url_for("reviews.show", review_id=review.id), 303)
    page = render_template(
        "reviews/words.html", review=review, application=review.application, action=action, form=form, labels=labels
    )
    return page, 422 if form.is_submitted() else 200
