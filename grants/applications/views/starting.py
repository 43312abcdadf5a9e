"""Beginning a bid: the eligibility questions first, then one draft, however often the button is pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session

from grants.accounts.models import Organisation
from grants.applications import queries, services
from grants.applications.forms import GROUP, QuestionForm, open_section
from grants.applications.queries import Paper, Part, QuizResult
from grants.applications.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.model_form import ORG_TYPE
from grants.funds.models import Round, Section
from grants.funds.queries import deadline_of, get_public_round
from grants.web import carried, labels
from grants.web.access import SIGNED_IN, allows, current_actor
from grants.web.answer_labels import rule_reason
from workflows.actors import Actor
from workflows.application import ApplicationFacts, on_time, round_running
from workflows.errors import NotAllowed, Refusal
from workflows.rules.eligibility import Outcome

# The quiz itself says what a "no" means, so that the page can name the rule.
FILLED_IN = "Your organisation's details are filled in already. Read them once more: they may have changed."
QUIZ_SAYS = frozenset({"answer-must-be"})


def load_round(session: Session, actor: Actor, round_id: int) -> Round:
    return get_public_round(session, actor, round_id)


@bp.get("/rounds/<int:round_id>/apply")
@allows(SIGNED_IN, on=load_round)
def start(round_: Round) -> Any:
    """The eligibility questions, or the bid that the group has already."""
    groups = queries.list_groups_led(db.session, current_actor(), is_trial=round_.is_trial)
    if not groups:
        return _without_group(round_)
    if len(groups) == 1 and (standing := queries.find_live(db.session, round_.id, groups[0].id)):
        return redirect(url_for("applications.show", application_id=standing.id))
    if refusal := why_closed(round_):
        sentence = labels.sentence_for(refusal.code, refusal.detail)
        return render_template("applications/not_open.html", round=round_, sentence=sentence)
    paper = queries.paper_of(db.session, round_)
    brought = carried.answers(round_.id)
    return _page(round_, paper, _quiz_form(paper, groups, brought), is_brought=bool(brought))


@bp.post("/rounds/<int:round_id>/apply")
@allows(SIGNED_IN, on=load_round)
def answer_quiz(round_: Round) -> Any:
    """Judge the quiz: a pass or a referral opens the draft, a fail says which rule and what to do."""
    groups = queries.list_groups_led(db.session, current_actor(), is_trial=round_.is_trial)
    if not groups:
        raise NotAllowed()
    paper = queries.paper_of(db.session, round_)
    form = _quiz_form(paper, groups)
    part = quiz_of(paper)
    given = form.read(part.questions)
    is_good = form.check(round_, part.questions, paper.area_names, given, but_not=QUIZ_SAYS)
    group = _chosen(form, groups)
    if not is_good or group is None:
        return _page(round_, paper, form), 422
    result = queries.judge_quiz(db.session, round_, paper, given)
    if result.outcome is Outcome.FAIL:
        return _page(round_, paper, form, told(result, Outcome.FAIL))
    now = utc_now()
    application = services.start_application(
        db.session, round_, group, given, actor=current_actor(), now=now, received_at=g.received_at
    )
    if application.created_at == now and queries.answers_of(db.session, application).keys() - given.keys():
        flash(FILLED_IN, "info")
    for title, reason in told(result, Outcome.REFER):
        flash(f"You can apply. Somebody at the office will look at this first: {title}. {reason}", "info")
    carried.drop()
    return redirect(url_for("applications.show", application_id=application.id), 303)


def _page(
    round_: Round,
    paper: Paper,
    form: QuestionForm,
    failed: Sequence[tuple[str, str]] = (),
    *,
    is_brought: bool = False,
) -> str:
    part = quiz_of(paper)
    return render_template(
        "applications/quiz_failed.html" if failed else "applications/start.html",
        findings=failed,
        round=round_,
        form=form,
        part=part,
        group_field=form._fields.get(GROUP),
        deadline=deadline_of(round_),
        is_brought=is_brought,
    )


def quiz_of(paper: Paper) -> Part:
    """The eligibility questions of the form."""
    # A round without eligibility questions still has its start button.
    return paper.quiz or Part(Section(code="eligibility", title="Can you apply?", guidance=""), ())


def _quiz_form(paper: Paper, groups: list[Organisation], brought: Mapping[str, Any] | None = None) -> QuestionForm:
    names = {group.id: group.name for group in groups}
    # What kind of organisation it is was said at its sign-up; it is shown as answered, and can be changed.
    known = {ORG_TYPE: groups[0].kind} if len(groups) == 1 else {}
    return open_section(quiz_of(paper), paper.area_names, known | dict(brought or {}), groups=names)


def _chosen(form: QuestionForm, groups: list[Organisation]) -> Organisation | None:
    if len(groups) == 1:
        return groups[0]
    field = form[GROUP]
    chosen = next((group for group in groups if str(group.id) == field.data), None)
    if chosen is None:
        field.errors = ["Choose one."]
    return chosen


def why_closed(round_: Round) -> Refusal | None:
    """Why the round takes no new bid now; None while it does."""
    facts = ApplicationFacts(
        scope=round_.scope,
        now=g.received_at,
        received_at=g.received_at,
        round_state=round_.state,
        opens_at=round_.opens_at,
        deadline=deadline_of(round_),
        is_rolling=round_.is_rolling,
    )
    return round_running(facts, current_actor()) or on_time(facts, current_actor())


def _without_group(round_: Round) -> str:
    return render_template(
        "applications/no_group.html",
        round=round_,
        is_member=bool(current_actor().organisation_roles),
        new_group_url=url_for("accounts.new_group", next=url_for("applications.start", round_id=round_.id)),
    )


def told(result: QuizResult, outcome: Outcome) -> list[tuple[str, str]]:
    """The rules of this outcome with why, as the page says them."""
    found = [finding for finding in result.findings if finding.outcome is outcome]
    return [(finding.title.rstrip("."), rule_reason(finding.reason_code, finding.evidence)) for finding in found]
