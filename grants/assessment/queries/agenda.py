"""A panel's agenda for one reader: the bids to discuss, why and how much is at stake, and those to agree together."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from grants.assessment.models import Panel
from grants.assessment.queries.scored import Scored, scored_bids
from grants.assessment.queries.table import BidRow
from workflows.actors import Actor
from workflows.money import Pence
from workflows.rules import agenda
from workflows.rules.scoring import must_discuss


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One bid on the agenda. `reasons` are codes of must_discuss, `weight_pence` the money in doubt.

    `chance` is that of belonging above the line; None where the marks cannot be adjusted.
    """

    application_id: int
    reference: str
    title: str
    organisation_name: str
    ask_pence: Pence
    reasons: tuple[str, ...]
    weight_pence: Pence
    chance: float | None


@dataclass(frozen=True, slots=True)
class Agenda:
    """`items` in the order to discuss them, `en_bloc` by reference; bids whose marks are not all locked are on neither.

    `hidden` counts the bids from which the reader stands aside.
    """

    items: tuple[AgendaItem, ...]
    en_bloc: tuple[AgendaItem, ...]
    hidden: int
    unscored: int


def agenda_of(session: Session, panel: Panel, actor: Actor) -> Agenda:
    """The agenda as this reader may see it; five queries however many bids."""
    return agenda_from(scored_bids(session, panel, actor), panel)


def agenda_from(scored: Scored, panel: Panel) -> Agenda:
    """The same, from marks that are read already."""
    standings = {each.application.reference: _standing(each, scored, panel) for each in scored.bids}
    order = agenda.ordered(standings.values())
    rows = {each.application.reference: each for each in scored.bids}

    def item(reference: str) -> AgendaItem:
        application, standing = rows[reference].application, standings[reference]
        known = scored.adjusted.bids.get(reference)
        return AgendaItem(
            application_id=application.id,
            reference=reference,
            title=scored.reader.title(application),
            organisation_name=scored.reader.name(application),
            ask_pence=standing.ask_pence,
            reasons=standing.reasons,
            weight_pence=order.weights[reference],
            chance=known.chance if known else None,
        )

    return Agenda(
        items=tuple(item(each) for each in order.discuss),
        en_bloc=tuple(item(each) for each in order.en_bloc),
        hidden=scored.hidden,
        unscored=scored.unscored,
    )


def _standing(bid: BidRow, scored: Scored, panel: Panel) -> agenda.Standing:
    application = bid.application
    marks = scored.sets_of(application)
    ask = Pence(application.ask_pence or 0)
    reasons = must_discuss(
        marks,
        scored.rubric.weights,
        line=scored.line,
        ask_pence=ask,
        pot_pence=panel.round.pot_pence,
        first_time=not bid.applied_before,
        max_score=scored.rubric.max_score,
    )
    known = scored.adjusted.bids.get(application.reference)
    chance = known.chance if known else None
    if chance is None and known is not None and known.raw is not None:
        chance = agenda.rough_chance(known.raw, len(marks), scored.line)
    return agenda.Standing(application.reference, tuple(reasons), ask, chance)
