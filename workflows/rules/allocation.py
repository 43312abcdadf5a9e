"""Sharing out a pot: walk down from the best bid and recommend each that reaches the line and still fits.

Nobody is given part of an ask, the pot is never passed, and the answer does not hang on the order of input.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import groupby

from workflows.deadlines import financial_year
from workflows.errors import Invalid, TransitionRefused
from workflows.money import Pence
from workflows.rules.scoring import Exact, Percent, at_or_above_line


class Placing(StrEnum):
    RECOMMENDED = "recommended"
    RESERVE = "reserve"
    NOT_RECOMMENDED = "not_recommended"


# Our default.
RESERVE_LASTS = timedelta(days=90)
DOES_NOT_FIT = "does-not-fit"
BELOW_LINE = "below-line"


class UnresolvedTie(TransitionRefused):
    """Bids equal in all that the tie order asks would get different outcomes; `references` lists them."""

    code = "unresolved-tie"

    def __init__(self, references: Sequence[str]) -> None:
        self.references = tuple(references)
        super().__init__(references=self.references)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """A moderated bid: its exact percent, and its agreed scores in the round's first two criteria."""

    reference: str
    area: str
    ask_pence: Pence
    percent: Percent
    first_criterion: Fraction
    second_criterion: Fraction
    funded_before: bool
    # Why it can't be recommended whatever its marks, as a code; empty where nothing stands in the way.
    ruled_out: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where one bid came: `rank` from 1, and a reason code unless it is recommended."""

    rank: int
    bid: Bid
    placing: Placing
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """The whole walk, best bid first."""

    pot_pence: Pence
    placed: tuple[Placed, ...]

    @property
    def recommended(self) -> tuple[str, ...]:
        return self._references(Placing.RECOMMENDED)

    @property
    def reserve(self) -> tuple[str, ...]:
        return self._references(Placing.RESERVE)

    @property
    def not_recommended(self) -> tuple[str, ...]:
        return self._references(Placing.NOT_RECOMMENDED)

    @property
    def recommended_pence(self) -> Pence:
        return sum(each.bid.ask_pence for each in self.placed if each.placing is Placing.RECOMMENDED)

    @property
    def left_pence(self) -> Pence:
        return self.pot_pence - self.recommended_pence

    def _references(self, placing: Placing) -> tuple[str, ...]:
        return tuple(each.bid.reference for each in self.placed if each.placing is placing)


def recommend(
    bids: Sequence[Bid],
    pot_pence: Pence,
    line: Exact,
    area_funding_to_date: Mapping[str, Pence] | None = None,
) -> Allocation:
    """Place every bid.

    Ruled out: not recommended, with its own reason. At or above the line and fitting what is left: recommended. Not fitting: reserve, and the walk goes on.
    Below the line: not recommended. Equal percents are ordered by the second criterion, the first, not
    funded before, the area with less funding to date, the smaller ask (our default order; an area that is
    not in `area_funding_to_date` has had nothing). Raises UnresolvedTie where equals would still be parted,
    and Invalid: ask-not-positive, duplicate-reference, pot-negative.
    """
    _check(bids, pot_pence)
    funding = area_funding_to_date or {}
    # The reference comes last only to make the list repeatable; it never decides who is funded.
    in_order = sorted(bids, key=lambda bid: (_tie_order(bid, funding), bid.reference))
    placed: list[Placed] = []
    left = pot_pence
    for _, group in groupby(in_order, key=lambda bid: _tie_order(bid, funding)):
        equals = list(group)
        outcomes: list[Placed] = []
        for bid in equals:
            placing, reason = _place(bid, left, line)
            left -= bid.ask_pence if placing is Placing.RECOMMENDED else 0
            outcomes.append(Placed(len(placed) + len(outcomes) + 1, bid, placing, reason))
        if len({each.placing for each in outcomes if not each.bid.ruled_out}) > 1:
            raise UnresolvedTie([bid.reference for bid in equals])
        placed += outcomes
    return Allocation(pot_pence, tuple(placed))


def reserve_ends(today: date) -> date:
    """The last day of a reserve list begun today: 90 days on, or the financial year's end if that is sooner."""
    return min(today + RESERVE_LASTS, financial_year(today).ends_on)


def within_pot(recommended_pence: Iterable[Pence], pot_pence: Pence) -> bool:
    """Whether these amounts together stay inside the pot; exactly all of it is inside."""
    return sum(recommended_pence) <= pot_pence


def _place(bid: Bid, left_pence: Pence, line: Exact) -> tuple[Placing, str | None]:
    if bid.ruled_out:
        return Placing.NOT_RECOMMENDED, bid.ruled_out
    if not at_or_above_line(bid.percent, line):
        return Placing.NOT_RECOMMENDED, BELOW_LINE
    if bid.ask_pence > left_pence:
        return Placing.RESERVE, DOES_NOT_FIT
    return Placing.RECOMMENDED, None


def _tie_order(bid: Bid, funding: Mapping[str, Pence]) -> tuple[Percent, Fraction, Fraction, bool, Pence, Pence]:
    return (
        -bid.percent,
        -bid.second_criterion,
        -bid.first_criterion,
        bid.funded_before,
        funding.get(bid.area, 0),
        bid.ask_pence,
    )


def _check(bids: Sequence[Bid], pot_pence: Pence) -> None:
    if pot_pence < 0:
        raise Invalid("pot-negative")
    for bid in bids:
        if bid.ask_pence <= 0:
            raise Invalid("ask-not-positive", reference=bid.reference)
    counts = Counter(bid.reference for bid in bids)
    if repeated := sorted(reference for reference, count in counts.items() if count > 1):
        raise Invalid("duplicate-reference", references=tuple(repeated))
