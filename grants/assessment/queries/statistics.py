"""What the scores of a panel say, for one reader: raw and adjusted side by side, how far markers agree, and the agenda.

Nothing of it is kept: it is worked out from the marks that stand whenever it is read. Markers go by name only to the
panel's chair and to the managers who choose them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment.models import Panel
from grants.assessment.queries.agenda import Agenda, AgendaItem, agenda_from
from grants.assessment.queries.facts import member_of
from grants.assessment.queries.scored import Scored, marker_key, scored_bids
from workflows.actors import Actor, Role
from workflows.rules.adjusting import AdjustedBid, MarkerPart, PlainMarker, plain_markers
from workflows.rules.agreement import Agreement, agreement, consistency_of, severity_of
from workflows.rules.mixed_model import Spreads
from workflows.rules.scoring import at_or_above_line, marker_percent

LOWEST, HIGHEST = 0.0, 100.0


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One bid: its markers' percents from the lowest, their exact mean, and what stands beside it.

    `stands` is the percent with the panel's own scores in it. Adjusted figures are None where the marks cannot tell;
    ranks are 1 for the best, equal percents share one.
    """

    application: Application
    name: str
    title: str
    marks: tuple[Fraction, ...]
    raw: Fraction | None
    stands: Fraction | None
    raw_rank: int | None
    value: Fraction | None
    low: Fraction | None
    high: Fraction | None
    adjusted_rank: int | None
    chance: float | None
    item: AgendaItem


@dataclass(frozen=True, slots=True)
class MarkerLine:
    """One marker, for the chair: own figures, what the model says, and the codes of the words for both."""

    name: str
    plain: PlainMarker
    part: MarkerPart | None
    severity: str
    consistency: str


@dataclass(frozen=True, slots=True)
class Statistics:
    """All of it. `markers` is empty for who may not read them by name; `code` says why nothing is adjusted.

    `considered` are the panel's bids about which its members declare, scored or not.
    """

    code: str | None
    line: Fraction
    lines: tuple[ScoreLine, ...]
    markers: tuple[MarkerLine, ...]
    may_see_markers: bool
    agreement: Agreement
    criteria: Mapping[str, str]
    agenda: Agenda
    spreads: Spreads | None
    apart: tuple[str, ...]
    considered: tuple[int, ...]

    @property
    def moved(self) -> int:
        """How many bids stand on the other side of the line when severity is allowed for."""
        return sum(
            at_or_above_line(each.raw, self.line) != at_or_above_line(each.value, self.line)
            for each in self.lines
            if each.raw is not None and each.value is not None
        )


def statistics_of(session: Session, panel: Panel, actor: Actor) -> Statistics:
    """What the scores say, as this reader may see it; seven queries at most however many bids."""
    scored = scored_bids(session, panel, actor)
    agenda = agenda_from(scored, panel)
    may = may_see_markers(panel, actor)
    adjusted = scored.adjusted
    return Statistics(
        code=adjusted.code,
        line=scored.line,
        lines=_lines(scored, agenda),
        markers=_markers(scored) if may else (),
        may_see_markers=may,
        agreement=agreement(scored.given, scored.rubric.weights, scored.rubric.max_score),
        criteria={each.code: each.title for each in scored.rubric.criteria},
        agenda=agenda,
        spreads=adjusted.spreads,
        apart=adjusted.apart,
        considered=scored.considered,
    )


def may_see_markers(panel: Panel, actor: Actor) -> bool:
    """The chair is shown each marker's mean and spread; so are managers, who choose the markers."""
    seat = member_of(panel, actor.person_id)
    return (seat is not None and seat.is_chair) or Role.MANAGER in actor.roles_in(panel.scope)


def _lines(scored: Scored, agenda: Agenda) -> tuple[ScoreLine, ...]:
    items = {each.reference: each for each in (*agenda.items, *agenda.en_bloc)}
    known = scored.adjusted.bids
    raw = _ranks({key: each.raw for key, each in known.items()})
    values = _ranks({key: None if each.value is None else Fraction(each.value) for key, each in known.items()})
    lines = []
    for bid in scored.bids:
        application, reference = bid.application, bid.application.reference
        each = known.get(reference, AdjustedBid(reference, 0, None))
        rubric = scored.rubric
        percents = [marker_percent(marks, rubric.weights, rubric.max_score) for marks in scored.sets_of(application)]
        lines.append(
            ScoreLine(
                application=application,
                name=scored.reader.name(application),
                title=scored.reader.title(application),
                marks=tuple(sorted(percents)),
                raw=each.raw,
                stands=scored.percents[application.id],
                raw_rank=raw.get(reference),
                value=_exactly(each.value),
                low=_exactly(each.low),
                high=_exactly(each.high),
                adjusted_rank=values.get(reference),
                chance=each.chance,
                item=items[reference],
            )
        )
    return tuple(sorted(lines, key=_best_first))


def _best_first(line: ScoreLine) -> tuple[bool, Fraction, str]:
    best = line.raw if line.value is None else line.value
    return best is None, -(best or Fraction(0)), line.application.reference


def _exactly(value: float | None) -> Fraction | None:
    return None if value is None else Fraction(min(HIGHEST, max(LOWEST, value)))


def _ranks(percents: Mapping[str, Fraction | None]) -> dict[str, int]:
    known = {key: percent for key, percent in percents.items() if percent is not None}
    return {key: 1 + sum(other > percent for other in known.values()) for key, percent in known.items()}


def _markers(scored: Scored) -> tuple[MarkerLine, ...]:
    names = {marker_key(one): one.name for work in scored.work.values() for one in work}
    plain = plain_markers(scored.given, scored.rubric.weights, scored.rubric.max_score)
    lines = []
    for key, own in plain.items():
        part, spreads = scored.adjusted.markers.get(key), scored.adjusted.spreads
        severity = consistency = "unknown"
        if part is not None and spreads is not None:
            severity, consistency = severity_of(part), consistency_of(part, spreads.chance)
        lines.append(MarkerLine(names[key], own, part, severity, consistency))
    return tuple(sorted(lines, key=lambda each: (each.name, each.plain.marker)))
