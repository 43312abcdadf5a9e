"""Reading bids: scoped to the actor, with the facts that their machine and the rules ask for."""

from grants.applications.queries.content import content_of, hash_of
from grants.applications.queries.facts import (
    Problem,
    QuizFinding,
    QuizResult,
    base_facts,
    eligibility_facts,
    form_problems,
    judge_quiz,
    judge_rule,
    question_problem,
)
from grants.applications.queries.progress import PartProgress, PartStatus, progress_of
from grants.applications.queries.reading import (
    Paper,
    Part,
    answers_of,
    find_live,
    find_submission,
    get_application,
    list_groups_led,
    list_mine,
    list_submissions,
    paper_of,
)

__all__ = [
    "Paper",
    "Part",
    "PartProgress",
    "PartStatus",
    "Problem",
    "QuizFinding",
    "QuizResult",
    "answers_of",
    "base_facts",
    "content_of",
    "eligibility_facts",
    "find_live",
    "find_submission",
    "form_problems",
    "get_application",
    "hash_of",
    "judge_quiz",
    "judge_rule",
    "list_groups_led",
    "list_mine",
    "list_submissions",
    "paper_of",
    "progress_of",
    "question_problem",
]
