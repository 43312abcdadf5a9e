"""A marker's pages: the queue, the declaration that comes first, the marks of one bid, the lock and what follows."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from grants.applications.queries import states_in
from grants.assessment import queries, services
from grants.assessment.forms.interests import InterestForm
from grants.assessment.forms.marking import LATER, LockForm, marks_form
from grants.assessment.models import Assignment
from grants.assessment.queries.facts import missing_marks
from grants.assessment.services.locking import marks_version
from grants.assessment.services.marking import Mark
from grants.assessment.views import saving
from grants.assessment.views.blueprint import bp
from grants.assessment.views.declaring import found_of
from grants.assessment.views.preparing import preparing
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.models import Round
from grants.web import labels, refused
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.labels.marking import LEANS, SCALES
from workflows.actors import Role
from workflows.application import ApplicationState
from workflows.assignment import DECLARED, LOCKED_STATES, WORKING, AssignmentState, Interest, InterestKind
from workflows.errors import Stale
from workflows.rules.scoring import EXTREME_MINIMUM_WORDS

STALE = "You saved this in another window since you opened this page. What was saved there is shown below it."
NEXT, LOCK = "next", "lock"


@bp.get("/office/marking")
@allows(Role.MARKER)
def queue() -> Any:
    actor = current_actor()
    items = queries.list_queue(db.session, actor)
    first = [item for item in items if item.assignment.state is AssignmentState.ASSIGNED]
    return render_template(
        "assessment/queue.html",
        undeclared=[item for item in first if not queries.hides(item.assignment.application)],
        unnamed={each.round_id: each.application.round for each in _hidden(first)},
        items=[item for item in items if item not in first],
        preparing=preparing(),
        reader=queries.reader_for(db.session, [item.assignment.application for item in items]),
        locked=LOCKED_STATES,
        labels=labels,
    )


def _hidden(items: list[Any]) -> list[Assignment]:
    """The bids of which nothing may be said before interests in all groups of their round are declared."""
    return [item.assignment for item in items if queries.hides(item.assignment.application)]


@bp.route("/office/marking/<int:assignment_id>/interest", methods=["GET", "POST"])
@allows(Role.MARKER, on=queries.get_assignment)
def interest(assignment: Assignment) -> Any:
    if assignment.state is AssignmentState.ASSIGNED and queries.hides(assignment.application):
        return redirect(url_for("assessment.round_interests", round_id=assignment.round_id), 303)
    bid_id, me = assignment.application_id, current_actor().person_id or 0
    found = found_of([bid_id], me).get(bid_id, [])
    form = open_form(InterestForm)
    form.is_proposed = bool(found)
    if form.validate_on_submit():
        declared = Interest(form.interest.data)
        services.declare_interest(
            db.session,
            assignment.application,
            declared,
            form.detail.data or "",
            kind=InterestKind(form.kind.data) if form.kind.data else None,
            actor=current_actor(),
            now=utc_now(),
        )
        return _after_declaring(assignment, declared)
    is_told = assignment.application_id in queries.interest_alerts(db.session, [assignment.application_id])
    reader = queries.reader_for(db.session, [assignment.application])
    page = render_template(
        "assessment/interest.html", form=form, assignment=assignment, is_told=is_told, reader=reader, found=found
    )
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
    if queries.must_declare(db.session, assignment):
        return redirect(url_for("assessment.interest", assignment_id=assignment.id), 303)
    rubric = queries.rubric_of(db.session, assignment.round_id)
    form = open_form(marks_form(rubric), data=_saved(assignment, rubric))
    if request.method == "POST" and refused.wants_json():
        return saving.save_as_typed(assignment, form)
    if form.validate_on_submit():
        try:
            services.save_marks(db.session, assignment, _typed(form), actor=current_actor(), now=utc_now())
        except Stale as error:
            return _stale_page(assignment.id, form, error)
        services.come_back(db.session, assignment, bool(form.come_back.data), actor=current_actor())
        return _go_on(assignment)
    return _mark_page(assignment, rubric, form), 422 if form.errors else 200


def _go_on(assignment: Assignment) -> Any:
    """To where the button says: the next bid, the lock, or this page again."""
    go = request.form.get("go")
    if go == NEXT:
        following = _walk(assignment).next_unmarked
        if following is not None:
            flash(f"Your marks on {assignment.application.reference} are saved.", "success")
            return redirect(url_for("assessment.mark", assignment_id=following), 303)
        flash("Your marks are saved. There is no other bid left to mark.", "success")
        return redirect(url_for("assessment.queue"), 303)
    if go == LOCK:
        return redirect(url_for("assessment.lock", assignment_id=assignment.id), 303)
    flash("Your marks are saved.", "success")
    return redirect(url_for("assessment.mark", assignment_id=assignment.id), 303)


def _walk(assignment: Assignment) -> queries.Walk:
    return queries.walk_of(db.session, current_actor(), assignment.round_id, here=assignment.id)


def _saved(assignment: Assignment, rubric: queries.Rubric) -> dict[str, Any]:
    rows = {row.criterion_id: row for row in assignment.scores if row.voided_at is None}
    data: dict[str, Any] = {"come_back": assignment.comes_back}
    for criterion in rubric.criteria:
        row = rows.get(criterion.id)
        data[f"score_{criterion.id}"] = "" if row is None or row.score is None else str(row.score)
        data[f"words_{criterion.id}"] = row.justification if row else ""
        data[f"seen_{criterion.id}"] = row.version if row else 0
    data["seen"] = saving.seen_words(assignment, rubric)
    return data


def _typed(form: Any) -> dict[str, Mark]:
    newer = form.seen_by_script()
    return {
        criterion.code: Mark(
            int(score.data) if score.data else None, words.data or "", newer.get(criterion.code, seen.data)
        )
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
    form.seen.raw_data, form.seen.data = None, saving.seen_words(assignment, rubric)
    return _mark_page(assignment, rubric, form, elsewhere), 409


def _mark_page(
    assignment: Assignment, rubric: queries.Rubric, form: Any, elsewhere: dict[int, Any] | None = None
) -> str:
    unscored, unjustified = missing_marks(assignment, rubric)
    application = assignment.application
    reader = queries.reader_for(db.session, [application])
    sections = reader.sections(application, queries.shown_answers(db.session, application))
    in_scoring = application.state is ApplicationState.SCORING
    is_locked = assignment.state in LOCKED_STATES
    earlier = (
        queries.earlier_marks(db.session, [application.id]) if assignment.state is AssignmentState.REOPENED else {}
    )
    return render_template(
        "assessment/mark.html",
        assignment=assignment,
        application=application,
        reader=reader,
        sections=sections,
        read_for=_read_for(sections, rubric),
        file_states=states_in(db.session, sections),
        rubric=rubric,
        scale=SCALES.get((rubric.min_score, rubric.max_score), ()),
        least_words=EXTREME_MINIMUM_WORDS,
        form=form,
        elsewhere=elsewhere or {},
        unscored=unscored,
        unjustified=unjustified,
        may_mark=in_scoring and assignment.state in WORKING | DECLARED,
        saved={row.criterion_id: row for row in assignment.scores if row.voided_at is None},
        walk=_walk(assignment),
        reopened=next(iter(earlier.get(assignment.id, [])[-1:]), None),
        later=LATER,
        beside=queries.beside(db.session, assignment, rubric) if is_locked else None,
        labels=labels,
    )


def _read_for(sections: Any, rubric: queries.Rubric) -> dict[str, list[tuple[str, str]]]:
    """By criterion: the (code, label) of each answer that it reads; none where it is judged on the whole bid."""
    return {
        criterion.code: [
            (item["code"], item["label"])
            for _, items in sections
            for item in items
            if criterion.code in item.get("criteria", ())
        ]
        for criterion in rubric.criteria
    }


@bp.route("/office/marking/<int:assignment_id>/lock", methods=["GET", "POST"])
@allows(Role.MARKER, on=queries.get_assignment)
def lock(assignment: Assignment) -> Any:
    if queries.must_declare(db.session, assignment):
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
        return _after_lock(assignment)
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
        least_words=EXTREME_MINIMUM_WORDS,
        walk=_walk(assignment),
    )


def _after_lock(assignment: Assignment) -> Any:
    following = _walk(assignment).next_unmarked if request.form.get("go") == NEXT else None
    if following is not None:
        return redirect(url_for("assessment.mark", assignment_id=following), 303)
    return redirect(url_for("assessment.queue"), 303)


@bp.get("/office/marking/rounds/<int:round_id>/standing")
@allows(Role.MARKER, on=queries.get_marked_round)
def standing(round_: Round) -> Any:
    """Where the marker stands beside the others, on the bids that they have locked."""
    found = queries.standing_of(db.session, current_actor(), round_.id)
    return render_template(
        "assessment/standing.html",
        round=round_,
        standing=found,
        reader=queries.reader_for(db.session, [each.assignment.application for each in found.bids]),
        walk=queries.walk_of(db.session, current_actor(), round_.id),
        leans=LEANS,
    )
