"""What is wrong with a set-up as links, each to the field in which it is put right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask import url_for

from grants.funds.models import Round
from grants.web import labels
from workflows.round import SETTING_UP
from workflows.rules.round_setup import SetupProblem

# The page of each field of the round, and its box there.
FIELDS: Final = {
    "opens_at": ("funds.edit", "opens_at_on"),
    "closes_at": ("funds.edit", "closes_at_on"),
    "scoring_ends_at": ("funds.edit", "scoring_ends_at_on"),
    "panel_on": ("funds.edit", "panel_on"),
    "decide_by_on": ("funds.edit", "decide_by_on"),
    "announce_on": ("funds.edit", "announce_on"),
    "pot": ("funds.edit", "pot_pence"),
    "is_money_confirmed": ("funds.edit", "is_money_confirmed"),
    "min_ask": ("funds.words", "min_ask_pence"),
    "max_ask": ("funds.words", "max_ask_pence"),
    "guidance": ("funds.words", "guidance"),
    "privacy_notice": ("funds.words", "privacy_notice"),
    "criteria": ("funds.criteria", ""),
    "rules": ("funds.rules", ""),
    "areas": ("funds.areas", "areas"),
    "questions": ("funds.structure", ""),
}
# The box of a question's page in which each fault is put right.
BOXES: Final = {
    "choice-without-options": "options",
    "table-without-columns": "columns",
    "table-settings-wrong": "columns",
    "word-limit-zero": "word_limit",
    "scored-by-no-criterion": "criterion_code",
    "files-in-quiz": "section",
}
# A condition has a page of its own.
CONDITIONS: Final = frozenset({"condition-not-asked-before", "condition-no-such-answer"})


def problem_links(round_: Round, problems: Iterable[SetupProblem]) -> list[tuple[str, str]]:
    """(address, sentence) of each problem."""
    return [(_where(round_, problem), labels.sentence_for(problem.code, problem.detail)) for problem in problems]


def _where(round_: Round, problem: SetupProblem) -> str:
    own, question = {"round_id": round_.id}, problem.detail.get("question")
    if problem.code == "pot-not-covered":
        return url_for("funds.fund_money", fund_id=round_.fund_id)
    if problem.code in CONDITIONS:
        return url_for("funds.edit_condition", **own, code=question)
    if problem.code in BOXES:
        return url_for("funds.edit_question", **own, code=question, _anchor=BOXES[problem.code])
    if problem.code in {"form-question-needed", "rule-question-missing"}:
        return url_for("funds.model_questions", **own)
    if problem.field != "areas" and (question or "section" in problem.detail):
        anchor = f"question-{question}" if question else f"section-{problem.detail['section']}"
        return url_for("funds.structure", **own, _anchor=anchor)
    endpoint, box = FIELDS[problem.field]
    # Once the public has seen the round its basics are no page of their own any more.
    if endpoint == "funds.edit" and round_.state not in SETTING_UP:
        endpoint, box = "funds.setup", ""
    return url_for(endpoint, **own, _anchor=box or None)
