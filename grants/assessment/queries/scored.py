"""A panel's marks as one reader may use them: what they may not see is left out before anything is reckoned.

A mean, an interval or a rank that had been reckoned with a bid in it would tell of that bid by subtraction.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment.models import Panel
from grants.assessment.queries.anonymous import Reader, reader_for
from grants.assessment.queries.facts import UNSCORED
from grants.assessment.queries.interests import barred_from
from grants.assessment.queries.marks import (
    MarkerMarks,
    Rubric,
    agreed_of,
    locked_marks,
    marks_of,
    percent_from,
    rubric_of,
)
from grants.assessment.queries.panels import CONSIDERED, line_of
from grants.assessment.queries.table import BidRow, panel_bids
from workflows.actors import Actor
from workflows.application import PASSED_CHECKS
from workflows.panel import PanelState
from workflows.rules.adjusting import Adjusted, Given, adjust


@dataclass(frozen=True, slots=True)
class Scored:
    """The scored bids that a reader may see, their locked marks, and what the marks come to when adjusted.

    `hidden` counts the bids from which the reader stands aside; `unscored` those whose marks are still being made.
    """

    rubric: Rubric
    line: Fraction
    bids: tuple[BidRow, ...]
    work: dict[int, list[MarkerMarks]]
    percents: dict[int, Fraction | None]
    adjusted: Adjusted
    reader: Reader
    hidden: int
    unscored: int
    considered: tuple[int, ...]

    @property
    def given(self) -> list[Given]:
        """Every set of marks that counts here."""
        return _given(self.bids, self.work)

    def sets_of(self, application: Application) -> list[dict[str, int]]:
        """The complete sets of marks of one bid."""
        return locked_marks(self.work[application.id], self.rubric)


def scored_bids(session: Session, panel: Panel, actor: Actor) -> Scored:
    """The bids of the panel with the marks that stand, for this reader; five queries however many."""
    states = PASSED_CHECKS if panel.state is PanelState.CLOSED else CONSIDERED
    found = panel_bids(session, panel.round_id, states)
    barred = barred_from(session, actor.person_id, [each.application.id for each in found])
    seen = [each for each in found if each.application.id not in barred]
    # Marks are nobody's but the marker's until every marker of the bid has locked.
    bids = tuple(each for each in seen if each.application.state not in UNSCORED)
    rubric = rubric_of(session, panel.round_id)
    ids = [each.application.id for each in bids]
    marks = marks_of(session, ids, rubric)
    work = {each: [one for one in marks.get(each, []) if _stands(one, rubric)] for each in ids}
    agreed = agreed_of(session, ids, rubric)
    line = line_of(panel.round, panel)
    return Scored(
        rubric=rubric,
        line=line,
        bids=bids,
        work=work,
        percents={each: percent_from(agreed.get(each, {}), work[each], rubric) for each in ids},
        adjusted=_adjusted(_keys(bids, work), tuple(rubric.weights.items()), rubric.max_score, line),
        reader=reader_for(session, [each.application for each in bids]),
        hidden=len(barred),
        unscored=len(seen) - len(bids),
        considered=tuple(each.application.id for each in found),
    )


def marker_key(work: MarkerMarks) -> str:
    """Who marked: a person by their number, as two may share a name; one from paper by the name there."""
    return f"person-{work.person_id}" if work.person_id is not None else f"paper-{work.name}"


def _stands(work: MarkerMarks, rubric: Rubric) -> bool:
    return work.is_locked and set(work.marks) == set(rubric.weights)


def _given(bids: tuple[BidRow, ...], work: dict[int, list[MarkerMarks]]) -> list[Given]:
    return [Given(*key[:2], dict(key[2])) for key in _keys(bids, work)]


Key = tuple[str, str, tuple[tuple[str, int], ...]]


def _keys(bids: tuple[BidRow, ...], work: dict[int, list[MarkerMarks]]) -> tuple[Key, ...]:
    return tuple(
        (each.application.reference, marker_key(one), tuple(sorted(one.marks.items())))
        for each in bids
        for one in work[each.application.id]
    )


# A meeting asks again every few seconds, of the same marks; what is kept is found by the whole of what goes in.
@lru_cache(maxsize=64)
def _adjusted(marks: tuple[Key, ...], weights: tuple[tuple[str, int], ...], max_score: int, line: Fraction) -> Adjusted:
    given = [Given(bid, marker, dict(scores)) for bid, marker, scores in marks]
    return adjust(given, dict(weights), max_score, line=line)
