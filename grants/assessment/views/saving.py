"""Marks saved as typed, for the page's script: all is kept that no other window changed, nothing is judged yet."""

from __future__ import annotations

from typing import Any

from flask import request

from grants.assessment import queries, services
from grants.assessment.forms.marking import LATER, LONG
from grants.assessment.models import Assignment, Score
from grants.assessment.services.marking import Mark
from grants.clock import utc_now
from grants.extensions import db
from grants.web import labels
from grants.web.access import current_actor
from grants.web.filters import clock_time, london_short

NO_SCORE = "No score"


def seen_words(assignment: Assignment, rubric: queries.Rubric) -> str:
    """The version of each criterion's mark as the page shows it, in the words that the script reads and sends back."""
    rows = {row.criterion_id: row for row in assignment.scores}
    pairs = [f"{each.code}:{rows[each.id].version if each.id in rows else 0}" for each in rubric.criteria]
    return " ".join([*pairs, f"{LATER}:"])


def save_as_typed(assignment: Assignment, form: Any) -> dict[str, Any]:
    """Keep what the script sent, of the criteria that it names, and say what became of each."""
    only = set(request.form.get("only", "").split())
    marks, refused = _read(form, only)
    now, actor = utc_now(), current_actor()
    stale = services.keep_marks(db.session, assignment, marks, actor=actor, now=now) if marks else []
    if LATER in only:
        services.come_back(db.session, assignment, bool(form.come_back.data), actor=actor)
    rubric = form.rubric
    rows = {rubric.codes[row.criterion_id]: row for row in assignment.scores if row.criterion_id in rubric.codes}
    kept = {code: str(rows[code].version) if code in rows else "0" for code in marks if code not in stale}
    return {
        "saved": clock_time(now),
        "fingerprints": kept | ({LATER: ""} if LATER in only else {}),
        "newer": [],
        "conflicts": [_conflict(code, rows[code], rubric) for code in stale],
        "refused": refused,
    }


def _read(form: Any, only: set[str]) -> tuple[dict[str, Mark], list[dict[str, str]]]:
    """The marks that can be kept, and a sentence for each that can't."""
    seen = form.seen_by_script()
    marks, refused = {}, []
    for criterion, score, words, _ in form.rows():
        if criterion.code not in only:
            continue
        number = _score_of(score.data, criterion)
        if score.data and number is None:
            detail = {"score": score.data, "max_score": criterion.max_score}
            refused.append(_refused(criterion.code, "score-out-of-range", detail))
        elif len(words.data or "") > LONG:
            refused.append(_refused(criterion.code, "too-many-characters", {"limit": LONG, "have": "more"}))
        else:
            marks[criterion.code] = Mark(number, words.data or "", seen.get(criterion.code, 0))
    return marks, refused


def _score_of(typed: str | None, criterion: Any) -> int | None:
    scale = range(criterion.min_score, criterion.max_score + 1)
    return next((score for score in scale if str(score) == typed), None)


def _refused(code: str, reason: str, detail: dict[str, Any]) -> dict[str, str]:
    return {"code": code, "sentence": labels.sentence_for(reason, detail)}


def _conflict(code: str, row: Score, rubric: queries.Rubric) -> dict[str, str]:
    criterion = rubric.find(code)
    score = NO_SCORE if row.score is None else f"Score {row.score}"
    return {
        "code": code,
        "label": criterion.title if criterion else code,
        "who": "Another window of yours",
        "when": london_short(row.saved_at),
        "theirs": f"{score}\n{row.justification}",
        "fingerprint": str(row.version),
    }
