"""The funnel of a round, computed from its bids and never typed: how many came, how far they got, for how much.

Percentages are rounded half up from the exact value to one decimal; money is pence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment.models import Recommendation
from grants.funds.models import Round
from workflows.application import PANEL_OUTCOMES
from workflows.application import ApplicationState as S
from workflows.deadlines import to_london
from workflows.money import format_pounds_exact, mean_half_up, percent_half_up
from workflows.rules.scoring import bands

NOT_RECEIVED = frozenset({S.DRAFT, S.LAPSED, S.WITHDRAWN})
MODERATED = frozenset({S.MODERATED, S.APPROVED, S.DECLINED, S.AWARDED, S.OFFER_LAPSED}) | PANEL_OUTCOMES
MILLIONTHS = 1_000_000
HUNDREDTHS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """What a round came to. `by_area` maps an area to (bids recommended, pence), in the round's order, zeros too."""

    round_: Round
    states: dict[str, int]
    received: int
    disqualified: int
    moderated: int
    recommended: int
    recommended_pence: int
    asked_pence: int
    by_area: dict[str, tuple[int, int]]
    bands: dict[str, int]
    # The bids that are left out of every figure, as they are shut to the reader.
    left_out: tuple[int, ...] = ()

    @property
    def left_pence(self) -> int:
        return self.round_.pot_pence - self.recommended_pence

    @property
    def mean_recommended_pence(self) -> int | None:
        return mean_half_up(self.recommended_pence, self.recommended)

    @property
    def percent_of_pot(self) -> Decimal | None:
        return percent_half_up(self.recommended_pence, self.round_.pot_pence)

    @property
    def disqualified_of_received(self) -> Decimal | None:
        return percent_half_up(self.disqualified, self.received)

    @property
    def success_of_received(self) -> Decimal | None:
        return percent_half_up(self.recommended, self.received)

    @property
    def success_of_eligible(self) -> Decimal | None:
        """Recommended of those that were not disqualified, as the sources count it."""
        return percent_half_up(self.recommended, self.received - self.disqualified)


def funnel_of(session: Session, round_: Round, left_out: Sequence[int] = ()) -> Funnel:
    """Count the round in three queries, however many bids it has; the bids in `left_out` count nowhere."""
    counted = session.execute(
        sa.select(Application.state, sa.func.count(), sa.func.coalesce(sa.func.sum(Application.ask_pence), 0))
        .where(Application.round_id == round_.id, *_but(left_out))
        .group_by(Application.state)
    ).all()
    states = {str(state): count for state, count, _ in counted}
    received = {state: count for state, count in states.items() if state not in NOT_RECEIVED}
    recommended = _recommended(session, round_, left_out)
    return Funnel(
        round_=round_,
        states={state: states[state] for state in S if state in states},
        received=sum(received.values()),
        disqualified=received.get(S.DISQUALIFIED, 0),
        moderated=sum(count for state, count in received.items() if state in MODERATED),
        recommended=len(recommended),
        recommended_pence=sum(pence for _, pence in recommended),
        asked_pence=sum(int(asked) for state, _, asked in counted if state not in NOT_RECEIVED),
        by_area=_by_area(round_, recommended),
        bands=_bands(session, round_, left_out),
        left_out=tuple(left_out),
    )


def _but(left_out: Sequence[int]) -> list[sa.ColumnElement[bool]]:
    return [Application.id.not_in(left_out)] if left_out else []


def _recommended(session: Session, round_: Round, left_out: Sequence[int]) -> Sequence[Any]:
    return session.execute(
        sa.select(Application.area_id, Recommendation.amount_pence)
        .join(Recommendation, Recommendation.application_id == Application.id)
        .where(Application.round_id == round_.id, Application.was_recommended.is_(True), *_but(left_out))
    ).all()


def _by_area(round_: Round, recommended: Sequence[Any]) -> dict[str, tuple[int, int]]:
    counts: Counter[int] = Counter(area_id for area_id, _ in recommended)
    pence: Counter[int] = Counter()
    for area_id, amount in recommended:
        pence[area_id] += amount
    return {area.name: (counts[area.id], pence[area.id]) for area in round_.areas}


def _bands(session: Session, round_: Round, left_out: Sequence[int]) -> dict[str, int]:
    percents = session.scalars(
        sa.select(Application.percent_millionths).where(
            Application.round_id == round_.id,
            Application.state.in_(sorted(MODERATED)),
            Application.percent_millionths.is_not(None),
            *_but(left_out),
        )
    )
    edges = round_.band_edges or [round_.line_hundredths]
    # Millionths are cut off, never rounded up, so comparing them with an edge is comparing the exact percent.
    return bands([Fraction(value, MILLIONTHS) for value in percents], [Fraction(edge, HUNDREDTHS) for edge in edges])


def as_text(funnel: Funnel) -> str:
    """The funnel in one line, as it is read out; areas without a recommendation are left out."""
    areas = ", ".join(f"{name} {count}" for name, (count, _) in funnel.by_area.items() if count)
    mean = funnel.mean_recommended_pence
    parts = [
        f"Received {funnel.received}",
        f"Disqualified {funnel.disqualified} ({_percent(funnel.disqualified_of_received)})",
        f"Moderated {funnel.moderated}",
        f"Recommended {funnel.recommended} ({_percent(funnel.success_of_received)} of received, "
        f"{_percent(funnel.success_of_eligible)} of eligible)",
        f"{format_pounds_exact(funnel.recommended_pence)} of {format_pounds_exact(funnel.round_.pot_pence)} "
        f"({_percent(funnel.percent_of_pot)})",
        f"{format_pounds_exact(funnel.left_pence)} unallocated",
        areas or "no area",
        f"mean {'none' if mean is None else format_pounds_exact(mean)}",
    ]
    return " · ".join(parts)


def as_json(funnel: Funnel) -> dict[str, Any]:
    """The funnel as plain values: percentages 0-100 with one decimal, null where there is nothing to divide."""
    round_ = funnel.round_
    return {
        "code": round_.code,
        "title": round_.title,
        "opens_at": _london(round_.opens_at),
        "closes_at": _london(round_.closes_at),
        "pot_pence": round_.pot_pence,
        "line": _whole_or_not(Decimal(round_.line_hundredths) / HUNDREDTHS),
        "received": funnel.received,
        "disqualified": funnel.disqualified,
        "moderated": funnel.moderated,
        "recommended": funnel.recommended,
        "recommended_pence": funnel.recommended_pence,
        "left_pence": funnel.left_pence,
        "mean_recommended_pence": funnel.mean_recommended_pence,
        "percent_of_pot": _number(funnel.percent_of_pot),
        "success_of_received": _number(funnel.success_of_received),
        "success_of_eligible": _number(funnel.success_of_eligible),
        "by_area": {name: {"count": count, "pence": pence} for name, (count, pence) in funnel.by_area.items()},
        "bands": funnel.bands,
        "states": funnel.states,
    }


def _percent(value: Decimal | None) -> str:
    return "none" if value is None else f"{value}%"


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _whole_or_not(value: Decimal) -> float | int:
    return int(value) if value == value.to_integral_value() else float(value)


def _london(instant: Any) -> str | None:
    return None if instant is None else to_london(instant).isoformat()
