"""The marks of a paper round, for all its bids at once: each step through the one door, a batch for each step.

What the table asks of a marker and a panel is answered by the files, which were read and checked before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from math import floor

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import base_facts
from grants.assessment import services as assessment
from grants.assessment.models import Assignment, ModeratedScore, Score
from grants.assessment.queries import panel_facts, round_facts, rubric_of
from grants.core import transitions
from grants.core.transitions import Move
from grants.funds.definition import FileProblem
from grants.funds.models import Round
from grants.importing.files import FilesRefused, RoundFiles
from grants.importing.rows import Bid, Mark
from grants.importing.services.hands import PAPER_TIMER, Dates, Hands
from workflows.actors import Actor, Scope
from workflows.application import ApplicationState
from workflows.assignment import AssignmentFacts, Interest
from workflows.rules.allocation import UnresolvedTie
from workflows.rules.scoring import agreed_percent

MILLIONTHS = 1_000_000
Pair = tuple[Bid, Application]


def assess(
    session: Session,
    round_: Round,
    files: RoundFiles,
    bids: Sequence[Application],
    hands: Hands,
    dates: Dates,
) -> None:
    """Mark, moderate and place the eligible bids, and close the panel; a round with none stays in its checks."""
    if not any(bid.state is ApplicationState.ELIGIBLE for bid in bids):
        return
    assessment.start_scoring(session, round_, actor=hands.officer, now=dates.closed)
    pairs = [(row, bid) for row, bid in zip(files.bids, bids, strict=True) if row.is_eligible]
    _record_marks(session, round_, pairs, hands.chair, dates)
    panel = assessment.convene_panel(session, round_, [], actor=hands.chair, now=dates.panel)
    ready = panel_facts(session, panel, actor=hands.chair, now=dates.panel)
    transitions.apply(session, panel, "interests-complete", ready, actor=PAPER_TIMER, now=dates.panel)
    assessment.open_panel(session, panel, [], actor=hands.chair, now=dates.panel)
    try:
        assessment.draw_the_line(session, round_, actor=hands.chair, now=dates.panel)
    except UnresolvedTie as tie:
        raise _tie_refused(files, tie) from tie
    assessment.close_panel(session, panel, actor=hands.chair, now=dates.panel)


def _tie_refused(files: RoundFiles, tie: UnresolvedTie) -> FilesRefused:
    message = (
        f"{', '.join(tie.references)} are equal in all that the rule compares, and the line falls between them: "
        "add moderated scores that tell them apart"
    )
    problems = [
        FileProblem(files.applications_file, str(bid.row), "reference", message)
        for bid in files.bids
        if bid.reference in tie.references
    ]
    return FilesRefused(problems, list(files.warnings))


def _record_marks(session: Session, round_: Round, pairs: Sequence[Pair], chair: Actor, dates: Dates) -> None:
    """Lock every marker's marks at the end of scoring and agree every bid's scores on the day of the panel."""
    criteria = {each.code: each.id for each in rubric_of(session, round_.id).criteria}
    _lock_markers(session, round_, pairs, criteria, chair, dates.scored)
    _store_percents(session, round_, pairs)
    _move(session, "finish-scoring", pairs, actor=PAPER_TIMER, now=dates.scored)
    gate = round_facts(session, round_, now=dates.scored)
    transitions.apply(session, round_, "start-moderating", gate, actor=PAPER_TIMER, now=dates.scored)
    _agree(session, pairs, criteria, chair, dates.panel)
    gate = round_facts(session, round_, now=dates.panel)
    transitions.apply(session, round_, "start-recommending", gate, actor=chair, now=dates.panel)


def _lock_markers(
    session: Session, round_: Round, pairs: Sequence[Pair], criteria: Mapping[str, int], actor: Actor, now: datetime
) -> None:
    made = [
        (_assignment(application, name, now), marks)
        for bid, application in pairs
        for name, marks in bid.markers.items()
    ]
    if not made:
        return
    # Nothing stood in a marker's way, or they would not have signed; the files say no more than that.
    facts = AssignmentFacts(
        scope=Scope(round_.office_id),
        now=now,
        marker_id=0,
        marker_declared=Interest.NONE,
        marker_belongs_to_group=False,
        unscored=(),
        bid_in_scoring=True,
        on_paper=True,
    )
    assignments = [assignment for assignment, _ in made]
    transitions.create(session, assignments, "assign", facts, actor=actor, now=now)
    session.execute(
        sa.insert(Score),
        [
            {"assignment_id": assignment.id, "criterion_id": criteria[code], "version": 1, **_words(mark, now)}
            for assignment, marks in made
            for code, mark in marks.items()
        ],
    )
    for action in ("declare", "begin", "lock"):
        moves = [Move(assignment, facts) for assignment in assignments]
        transitions.apply_many(session, action, moves, actor=actor, now=now)


def _assignment(application: Application, name: str, now: datetime) -> Assignment:
    return Assignment(
        office_id=application.office_id,
        round_id=application.round_id,
        application=application,
        paper_marker=name,
        locked_at=now,
        created_at=now,
    )


def _words(mark: Mark, now: datetime) -> dict[str, object]:
    return {"score": mark.score, "justification": mark.justification, "saved_at": now}


def _store_percents(session: Session, round_: Round, pairs: Sequence[Pair]) -> None:
    rubric = rubric_of(session, round_.id)
    for bid, application in pairs:
        moderated = {code: mark.score for code, mark in bid.moderated.items()}
        markers = [{code: mark.score for code, mark in marks.items()} for marks in bid.markers.values()]
        percent: Fraction = agreed_percent(moderated, markers, rubric.weights, rubric.max_score)
        application.percent_millionths = floor(percent * MILLIONTHS)


def _agree(session: Session, pairs: Sequence[Pair], criteria: Mapping[str, int], chair: Actor, now: datetime) -> None:
    rows = [
        {
            "application_id": application.id,
            "criterion_id": criteria[code],
            "score": mark.score,
            "reason": mark.justification,
            "person_id": None,
            "saved_at": now,
        }
        for bid, application in pairs
        for code, mark in bid.moderated.items()
    ]
    if rows:
        session.execute(sa.insert(ModeratedScore), rows)
    _move(session, "moderate", pairs, actor=chair, now=now, criteria_not_agreed=())


def _move(
    session: Session, action: str, pairs: Sequence[Pair], *, actor: Actor, now: datetime, **facts: object
) -> None:
    moves = [
        Move(application, base_facts(session, application, now=now, on_paper=True, **facts)) for _, application in pairs
    ]
    transitions.apply_many(session, action, moves, actor=actor, now=now)
