"""A marker's pages: the queue, the declaration that comes first, the marks of one bid, and the lock."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from grants.applications.queries import states_in
from grants.assessment import queries, services
from grants.assessment.forms import InterestForm, LockForm, marks_form
from grants.assessment.models import Assignment
from grants.assessment.queries.facts import assignment_facts, missing_marks
from grants.assessment.services.marking import Mark, marks_version
from grants.assessment.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.actions import Place, offered
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.application import ApplicationState
from workflows.assignment import DECLARED, WORKING, AssignmentState, Interest
from workflows.errors import Stale

STALE = "You saved this in another window since you opened this page. What was saved there is shown below it."


@bp.get("/office/marking")
@allows(Role.MARKER)
def queue() -> Any:
    items = queries.list_queue(db.session, current_actor())
    first = [item for item in items if item.assignment.state is AssignmentState.ASSIGNED]
    return render_template(
        "assessment/queue.html",
        undeclared=first,
        items=[item for item in items if item not in first],
        labels=labels,
    )


@bp.route("/office/marking/<int:assignment_id>/interest", methods=["GET", "POST"])
@allows(Role.MARKER, on=queries.get_assignment)
def interest(assignment: Assignment) -> Any:
    form = open_form(InterestForm)
    if form.validate_on_submit():
        declared = Interest(form.interest.data)
        services.declare_interest(
            db.session,
            assignment.application,
            declared,
            form.detail.data or "",
            actor=current_actor(),
            now=utc_now(),
        )
        return _after_declaring(assignment, declared)
    is_told = assignment.application_id in queries.interest_alerts(db.session, [assignment.application_id])
    page = render_template("assessment/interest.html", form=form, assignment=assignment, is_told=is_told)
    return page, 422 if form.errors else 200


def _after_declaring(assignment: Assignment, declared: Interest) -> Any:
    if declared is Interest.DIRECT:
        flash("Thank you. You stand aside from that bid, and the office has been told.", "success")
        return redirect(url_for("assessment.queue"), 303)
    flash("Thank you. Your declaration is on the record.", "success")
    return redirect(url_for("assessment.mark", assignment_id=assignment.id), 303)


@bp.route("/office/marking/<int:assignment_id>", methods=["GET", "POST"])
@allows(Role.MARKER, on=queries.get_assignment)
def mark(assignment: Assignment) -> Any:
    if assignment.state is AssignmentState.ASSIGNED:
        return redirect(url_for("assessment.interest", assignment_id=assignment.id), 303)
    rubric = queries.rubric_of(db.session, assignment.round_id)
    form = open_form(marks_form(rubric), data=_saved(assignment, rubric))
    if form.validate_on_submit():
        try:
            services.save_marks(db.session, assignment, _typed(form), actor=current_actor(), now=utc_now())
        except Stale as error:
            return _stale_page(assignment.id, form, error)
        flash("Saved.", "success")
        return redirect(url_for("assessment.mark", assignment_id=assignment.id), 303)
    return _mark_page(assignment, rubric, form), 422 if form.errors else 200


def _saved(assignment: Assignment, rubric: queries.Rubric) -> dict[str, Any]:
    rows = {row.criterion_id: row for row in assignment.scores if row.voided_at is None}
    data: dict[str, Any] = {}
    for criterion in rubric.criteria:
        row = rows.get(criterion.id)
        data[f"score_{criterion.id}"] = None if row is None or row.score is None else str(row.score)
        data[f"words_{criterion.id}"] = row.justification if row else ""
        data[f"seen_{criterion.id}"] = row.version if row else 0
    return data


def _typed(form: Any) -> dict[str, Mark]:
    return {
        criterion.code: Mark(int(score.data) if score.data else None, words.data or "", seen.data)
        for criterion, score, words, seen in form.rows()
    }


def _stale_page(assignment_id: int, form: Any, error: Stale) -> Any:
    # What is saved now is read afresh: the transaction that was refused may hold half of this page.
    db.session.rollback()
    assignment = queries.get_assignment(db.session, current_actor(), assignment_id)
    rubric = queries.rubric_of(db.session, assignment.round_id)
    saved = {row.criterion_id: row for row in assignment.scores}
    elsewhere = {}
    for criterion, _, words, seen in form.rows():
        if criterion.code in error.detail["criteria"]:
            if criterion.id in saved:
                elsewhere[criterion.id] = saved[criterion.id]
            words.errors = [*words.errors, STALE]
        # The page now shows what is saved, so saving it again is a choice and not an accident.
        seen.raw_data, seen.data = None, saved[criterion.id].version if criterion.id in saved else 0
    return _mark_page(assignment, rubric, form, elsewhere), 409


def _mark_page(
    assignment: Assignment, rubric: queries.Rubric, form: Any, elsewhere: dict[int, Any] | None = None
) -> str:
    unscored, unjustified = missing_marks(assignment, rubric)
    actor = current_actor()
    facts = assignment_facts(db.session, assignment, actor=actor, now=utc_now(), rubric=rubric)
    places = {"lock": Place("assessment.lock", {"assignment_id": assignment.id}, is_link=True, kind="")}
    in_scoring = assignment.application.state is ApplicationState.SCORING
    sections = queries.shown_answers(db.session, assignment.application)
    return render_template(
        "assessment/mark.html",
        assignment=assignment,
        application=assignment.application,
        sections=sections,
        file_states=states_in(db.session, sections),
        rubric=rubric,
        form=form,
        elsewhere=elsewhere or {},
        titles={each.code: each.title for each in rubric.criteria},
        unscored=unscored,
        unjustified=unjustified,
        may_mark=in_scoring and assignment.state in WORKING | DECLARED,
        saved={row.criterion_id: row for row in assignment.scores if row.voided_at is None},
        offers=offered(assignment, facts, actor, places),
        labels=labels,
    )


@bp.route("/office/marking/<int:assignment_id>/lock", methods=["GET", "POST"])
@allows(Role.MARKER, on=queries.get_assignment)
def lock(assignment: Assignment) -> Any:
    if assignment.state is AssignmentState.ASSIGNED:
        return redirect(url_for("assessment.interest", assignment_id=assignment.id), 303)
    form = open_form(LockForm)
    if form.validate_on_submit():
        services.lock_assignment(
            db.session,
            assignment,
            actor=current_actor(),
            now=utc_now(),
            seen_version=form.seen_version.data,
            seen_marks=form.seen_marks.data,
        )
        flash(f"Your marks on {assignment.application.reference} are locked.", "success")
        return redirect(url_for("assessment.queue"), 303)
    rubric = queries.rubric_of(db.session, assignment.round_id)
    unscored, unjustified = missing_marks(assignment, rubric)
    return render_template(
        "assessment/lock.html",
        form=form,
        assignment=assignment,
        rubric=rubric,
        saved={row.criterion_id: row for row in assignment.scores if row.voided_at is None},
        seen_marks=marks_version(assignment),
        missing=set(unscored) | set(unjustified),
        unscored=unscored,
    )
