"""What is known of a bid: the facts that its machine asks, what is missing from its form, what its quiz says.

Only what was answered counts: a rule that needs more than is known so far stays silent here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries.after import is_embargoed
from grants.applications.queries.assisting import writers_of
from grants.applications.queries.reading import Paper
from grants.core import formats
from grants.funds import model_form as form
from grants.funds.models import Question, Round, RoundRule
from grants.funds.queries import deadline_for
from workflows.application import ApplicationFacts
from workflows.errors import Refusal
from workflows.money import format_pounds
from workflows.rules import answers
from workflows.rules.eligibility import ON_FAIL, EligibilityFacts, Outcome, RuleResult, check, judge
from workflows.rules.eligibility_checks import NOT_KNOWN


def base_facts(
    session: Session, application: Application, *, now: datetime, received_at: datetime | None = None, **more: Any
) -> ApplicationFacts:
    """What this feature knows of a bid, with what features to the right know laid over it."""
    round_ = application.round
    known: dict[str, Any] = {
        "scope": application.scope,
        "now": now,
        "received_at": received_at or now,
        "round_state": round_.state,
        "opens_at": round_.opens_at,
        "deadline": deadline_for(application),
        "is_rolling": round_.is_rolling,
        "quiz_outcome": application.quiz_outcome,
        "ask_pence": application.ask_pence or 0,
        "on_paper": round_.is_on_paper,
        "markers_needed": round_.markers_needed,
        "is_held_back": is_embargoed(application),
        "needs_read_back": application.is_helped,
        "entered_by": writers_of(session, application) if application.assisted_by else frozenset(),
    }
    return ApplicationFacts(**{**known, **more})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a form: where, and what."""

    question: Question
    refusal: Refusal


def form_problems(round_: Round, paper: Paper, given: Mapping[str, Any]) -> list[Problem]:
    """Everything that stops the form from being sent, in the order of the form."""
    counted = answers.in_force(paper.questions, given)
    return [
        Problem(question, refusal)
        for question in paper.questions
        if (refusal := question_problem(round_, question, counted, paper.area_names))
    ]


def question_problem(
    round_: Round, question: Question, given: Mapping[str, Any], areas: tuple[str, ...]
) -> Refusal | None:
    """The first thing that is wrong with the answer to this question; see `question_problems`."""
    return next(iter(question_problems(round_, question, given, areas)), None)


def question_problems(
    round_: Round, question: Question, given: Mapping[str, Any], areas: tuple[str, ...]
) -> list[Refusal]:
    """What is wrong with the answer to this question, also in the light of the other answers that count."""
    value = given.get(question.code)
    found = answers.problems(question, value, areas=areas, given=given)
    if found or answers.is_blank(value):
        return found
    limit = _limit_problem(round_, question.code, value) or _closer_problem(question, value)
    return [limit] if limit else []


def question_doubts(
    question: Question, given: Mapping[str, Any], districts: frozenset[str] = frozenset()
) -> list[Refusal]:
    """What is worth a second look in the answer to this question; it stops nothing."""
    value = given.get(question.code)
    found = answers.doubts(question, value, given=given, districts=districts)
    if not found and question.kind == "phone" and isinstance(value, str):
        closer = formats.check("phone", value)
        found = [closer.warning] if closer.warning and not closer.error else []
    return found


def _closer_problem(question: Question, value: Any) -> Refusal | None:
    """What takes a library to see: a rule of the plain check holds already."""
    if question.kind != "email":
        return None
    texts = value if isinstance(value, list) else [value]
    return next((found.error for text in texts if (found := formats.check("email", text)).error), None)


def _limit_problem(round_: Round, code: str, value: Any) -> Refusal | None:
    if code == form.ASK and round_.min_ask_pence is not None and value < round_.min_ask_pence:
        return Refusal("amount-too-small", {"least": format_pounds(round_.min_ask_pence)})
    if code == form.ASK and round_.max_ask_pence is not None and value > round_.max_ask_pence:
        return Refusal("amount-too-large", {"most": format_pounds(round_.max_ask_pence)})
    cap = round_.max_project_cost_pence
    if code == form.PROJECT_COST and cap is not None and value > cap:
        return Refusal("amount-too-large", {"most": format_pounds(cap)})
    return None


def eligibility_facts(round_: Round, areas: tuple[str, ...], given: Mapping[str, Any], **more: Any) -> EligibilityFacts:
    """A bid as the eligibility rules see it, from its answers; `more` is what other features know."""
    known: dict[str, Any] = {
        "org_type": _text(given.get(form.ORG_TYPE)),
        "area_codes": _areas(given),
        "priorities": _names(given.get(form.PRIORITIES)),
        "ask_pence": _whole(given.get(form.ASK)),
        "project_cost_pence": _whole(given.get(form.PROJECT_COST)),
        "reserves_pence": _whole(given.get(form.RESERVES)),
        "unrelated_members": _whole(given.get(form.UNRELATED_MEMBERS)),
        "starts_on": answers.as_date(given.get(form.STARTS_ON)),
        "ends_on": answers.as_date(given.get(form.ENDS_ON)),
        "bank_account": _text(given.get(form.BANK_ACCOUNT)),
        "is_retrospective": _opposite(given.get(form.NOT_RETROSPECTIVE)),
        "has_overdue_returns": _opposite(given.get(form.NO_OVERDUE_RETURNS)),
        "works_with_at_risk": _said_yes(given.get(form.WORKS_WITH_AT_RISK)),
        "has_safeguarding_policy": _said_yes(given.get(form.HAS_SAFEGUARDING_POLICY)),
        "round_area_codes": frozenset(areas),
        "min_ask_pence": round_.min_ask_pence,
        "max_ask_pence": round_.max_ask_pence,
        "max_project_cost_pence": round_.max_project_cost_pence,
        "max_months": round_.max_months,
        "decide_by_on": round_.decide_by_on,
    }
    return EligibilityFacts(**{**known, **more})


@dataclass(frozen=True, slots=True)
class QuizFinding:
    """One rule that the quiz did not pass, as the page names it."""

    title: str
    outcome: Outcome
    reason_code: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QuizResult:
    """What the eligibility questions add up to, and every rule that failed or refers.

    `passed` and `later` are the titles of the rules that are met, and of those that only the whole bid can show.
    """

    outcome: Outcome
    findings: tuple[QuizFinding, ...]
    passed: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


def judge_quiz(session: Session, round_: Round, paper: Paper, given: Mapping[str, Any]) -> QuizResult:
    """Judge what is known before the form: the round's automatic rules, and questions with only one good answer."""
    rows = session.scalars(
        sa.select(RoundRule).where(RoundRule.round_id == round_.id).order_by(RoundRule.position, RoundRule.id)
    ).all()
    facts = eligibility_facts(round_, paper.area_names, given)
    results = [(rule, judge_rule(rule, facts)) for rule in rows if rule.is_automatic]
    findings = [
        QuizFinding(rule.title, result.outcome, result.reason_code or "", result.evidence)
        for rule, result in results
        if result.outcome is not Outcome.PASS and result.reason_code != NOT_KNOWN
    ]
    told = {FINDS.get(finding.reason_code) for finding in findings}
    findings += [each for each in _one_answer_findings(paper, given) if each.evidence["code"] not in told]
    known = {rule.code for rule, result in results if result.reason_code != NOT_KNOWN}
    return QuizResult(
        judge([_as_result(each) for each in findings]),
        tuple(findings),
        tuple(rule.title for rule, result in results if result.outcome is Outcome.PASS and rule.code in known),
        tuple(rule.title for rule in rows if rule.code not in known),
    )


# Which question a reason is about, so that a rule and its question never both complain of one answer.
FINDS = {
    "retrospective": form.NOT_RETROSPECTIVE,
    "no-bank-account": form.BANK_ACCOUNT,
    "overdue-returns": form.NO_OVERDUE_RETURNS,
    "outside-area": form.HELPS_OUR_AREA,
}


def judge_rule(rule: RoundRule, facts: EligibilityFacts) -> RuleResult:
    """One rule of a round on one bid, with the round's own settings for it."""
    return check(rule.code, facts, {ON_FAIL: rule.on_breach, **rule.settings})


def _one_answer_findings(paper: Paper, given: Mapping[str, Any]) -> list[QuizFinding]:
    questions = paper.quiz.questions if paper.quiz else ()
    return [
        QuizFinding(question.label, Outcome.FAIL, "answer-must-be", {"code": question.code, **refusal.detail})
        for question in questions
        if (refusal := answers.must_be_problem(question, given.get(question.code)))
    ]


def _as_result(finding: QuizFinding) -> RuleResult:
    return RuleResult("", finding.outcome, {}, finding.reason_code)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _names(value: Any) -> frozenset[str] | None:
    return frozenset(str(item) for item in value) if isinstance(value, list) and value else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _areas(given: Mapping[str, Any]) -> frozenset[str] | None:
    # Before the areas are chosen, a "no" to the quiz's own question is all that is known, and enough.
    named = _names(given.get(form.AREAS))
    return frozenset() if named is None and given.get(form.HELPS_OUR_AREA) == "no" else named


def _said_yes(value: Any) -> bool | None:
    return {"yes": True, "no": False}.get(value) if isinstance(value, str) else None


def _opposite(value: Any) -> bool | None:
    said = _said_yes(value)
    return None if said is None else not said
