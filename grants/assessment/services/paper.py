"""Marks that were made on paper: brought in whole, through the same table, with the words "on paper" in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment import queries
from grants.assessment.models import Assignment, Score
from grants.assessment.queries.facts import missing_marks
from grants.assessment.services.gates import finish_scoring
from grants.assessment.services.moderation import save_agreed_scores
from grants.core import transitions
from grants.core.transitions import Move
from workflows.actors import Actor, Scope
from workflows.application import ApplicationState
from workflows.assignment import AssignmentFacts, Interest
from workflows.errors import Invalid, NotAllowed

# Criterion code -> score and the words written for it.
PaperMarks = Mapping[str, tuple[int, str]]


def record_paper_marks(
    session: Session,
    application: Application,
    markers: Mapping[str, PaperMarks],
    moderated: PaperMarks | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Record the marks of each named marker as locked, then the panel's scores; the bid ends moderated.

    The criteria that `moderated` leaves out keep the markers' mean. Raises NotAllowed unless the actor acts on
    paper, and Invalid for a criterion or a score that the round does not have.
    """
    if not actor.on_paper:
        raise NotAllowed(needs=["on-paper"])
    rubric = queries.rubric_of(session, application.round_id)
    if application.state is ApplicationState.ELIGIBLE:
        facts = queries.application_facts(session, application, actor=actor, now=now)
        transitions.apply(session, application, "start-scoring", facts, actor=actor, now=now)
    if markers:
        _record_markers(session, application, rubric, markers, actor, now)
    finish_scoring(session, application, actor=actor, now=now)
    save_agreed_scores(session, application, dict(moderated or {}), actor=actor, now=now)


def _record_markers(
    session: Session,
    application: Application,
    rubric: queries.Rubric,
    markers: Mapping[str, PaperMarks],
    actor: Actor,
    now: datetime,
) -> None:
    made = [_assignment(application, rubric, name, marks, now) for name, marks in markers.items()]
    base = _facts(application, now)
    transitions.create(session, made, "assign", base, actor=actor, now=now)
    for action in ("declare", "begin"):
        transitions.apply_many(session, action, [Move(each, base) for each in made], actor=actor, now=now)
    for each in made:
        each.locked_at = now
    moves = [Move(each, _facts(application, now, *missing_marks(each, rubric))) for each in made]
    transitions.apply_many(session, "lock", moves, actor=actor, now=now)


def _assignment(
    application: Application, rubric: queries.Rubric, name: str, marks: PaperMarks, now: datetime
) -> Assignment:
    return Assignment(
        office_id=application.office_id,
        round_id=application.round_id,
        application=application,
        paper_marker=name,
        created_at=now,
        scores=[_score(rubric, code, score, words, now) for code, (score, words) in marks.items()],
    )


def _score(rubric: queries.Rubric, code: str, score: int, words: str, now: datetime) -> Score:
    criterion = rubric.find(code)
    if criterion is None:
        raise Invalid("unknown-criterion", criterion=code)
    if not criterion.min_score <= score <= criterion.max_score:
        raise Invalid("score-out-of-range", criterion=code, score=score, max_score=criterion.max_score)
    return Score(criterion_id=criterion.id, score=score, justification=words.strip(), version=1, saved_at=now)


def _facts(
    application: Application,
    now: datetime,
    unscored: tuple[str, ...] = ("not-checked",),
    unjustified: tuple[str, ...] = (),
) -> AssignmentFacts:
    # On paper the markers had signed that nothing stood in their way; the file says no more than that.
    return AssignmentFacts(
        scope=Scope(application.office_id, application.organisation_id),
        now=now,
        marker_id=0,
        marker_declared=Interest.NONE,
        marker_belongs_to_group=False,
        unscored=unscored,
        unjustified=unjustified,
        bid_in_scoring=application.state is ApplicationState.SCORING,
        on_paper=True,
    )
