"""Could we apply? Anybody answers the round's eligibility questions and is told at once; nothing is stored.

Only "Start your application" takes the answers along, in the browser's own cookie.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from grants.applications import queries
from grants.applications.forms import QuestionForm, open_section
from grants.applications.queries import Paper
from grants.applications.views.blueprint import bp
from grants.applications.views.starting import QUIZ_SAYS, load_round, quiz_of, told, why_closed
from grants.extensions import db
from grants.funds.models import Round
from grants.web import carried, labels
from grants.web.access import PUBLIC, allows
from workflows.round import PUBLISHED, RoundState
from workflows.rules.eligibility import Outcome

HEADINGS = {
    Outcome.PASS: "You can apply to this round",
    Outcome.REFER: "You can apply, and we will look at something first",
    Outcome.FAIL: "You can't apply to this round",
}
START = "start"


@bp.get("/rounds/<int:round_id>/could-we-apply")
@allows(PUBLIC, on=load_round)
def could_we_apply(round_: Round) -> Any:
    if round_.state not in PUBLISHED:
        return _over(round_)
    paper = queries.paper_of(db.session, round_)
    form = open_section(quiz_of(paper), paper.area_names, carried.answers(round_.id))
    return _questions(round_, paper, form)


@bp.post("/rounds/<int:round_id>/could-we-apply")
@allows(PUBLIC, on=load_round)
def judge_answers(round_: Round) -> Any:
    """Say which rules are met, which are not and why; or go on to the bid with the same answers."""
    if round_.state not in PUBLISHED:
        return _over(round_), 409
    paper = queries.paper_of(db.session, round_)
    part = quiz_of(paper)
    form = open_section(part, paper.area_names, {})
    given = form.read(part.questions)
    if not form.check(round_, part.questions, paper.area_names, given, but_not=QUIZ_SAYS):
        return _questions(round_, paper, form), 422
    result = queries.judge_quiz(db.session, round_, paper, given)
    if request.form.get("go") == START and result.outcome is not Outcome.FAIL:
        carried.carry(round_.id, given)
        return redirect(url_for("applications.start", round_id=round_.id), 303)
    return render_template(
        "applications/could_apply.html",
        round=round_,
        heading=HEADINGS[result.outcome],
        is_open=round_.state is RoundState.OPEN,
        can_apply=result.outcome is not Outcome.FAIL,
        broken=told(result, Outcome.FAIL),
        referred=told(result, Outcome.REFER),
        passed=result.passed,
        later=result.later,
        form=form,
        part=part,
        start=START,
        taken=_taken(form),
    )


def _questions(round_: Round, paper: Paper, form: QuestionForm) -> str:
    return render_template("applications/could_we_apply.html", round=round_, form=form, part=quiz_of(paper))


def _taken(form: QuestionForm) -> list[tuple[str, str]]:
    """The answers as they came, for the button that goes on with them."""
    mine = {field.name for field in form} - {"csrf_token", "seen_version"}
    return [
        (name, value)
        for name, values in request.form.lists()
        if any(name == each or name.startswith(f"{each}-") for each in mine)
        for value in values
    ]


def _over(round_: Round) -> str:
    refusal = why_closed(round_)
    sentence = labels.sentence_for(refusal.code, refusal.detail) if refusal else ""
    return render_template("applications/not_open.html", round=round_, sentence=sentence)
