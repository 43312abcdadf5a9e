"""What is wrong with a set-up as links, each to the place where it is put right."""

from __future__ import annotations

from collections.abc import Iterable

from flask import url_for

from grants.funds.models import Round
from grants.web import labels
from workflows.rules.round_setup import SetupProblem

# Where the edit page keeps what a problem is about; what it does not keep is shown on the set-up page itself.
ANCHORS = {
    "opens_at": "opens_at_on",
    "closes_at": "closes_at_on",
    "scoring_ends_at": "scoring_ends_at_on",
    "pot": "pot_pence",
    "min_ask": "min_ask_pence",
    "max_ask": "max_ask_pence",
}
ON_SETUP_PAGE = frozenset({"criteria", "questions", "rules"})


def problem_links(round_: Round, problems: Iterable[SetupProblem]) -> list[tuple[str, str]]:
    """(address, sentence) of each problem."""
    return [(_where(round_, problem), labels.sentence_for(problem.code, problem.detail)) for problem in problems]


def _where(round_: Round, problem: SetupProblem) -> str:
    if problem.code == "pot-not-covered":
        return url_for("funds.money", round_id=round_.id)
    if problem.field in ON_SETUP_PAGE:
        return url_for("funds.setup", round_id=round_.id, _anchor=_anchor(problem))
    return url_for("funds.edit", round_id=round_.id, _anchor=ANCHORS.get(problem.field, problem.field))


def _anchor(problem: SetupProblem) -> str:
    for part in ("question", "section"):
        if part in problem.detail:
            return f"{part}-{problem.detail[part]}"
    return problem.field
