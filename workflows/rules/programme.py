"""A whole choice as data: unknowns, limits on their sums, and what is to be as large as it can be.

The rules write their question like this and read the answer; who works it out is not theirs to know. Values are whole
numbers, or hundredths and pence made whole, so that an answer can be checked exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

Amount = int | Fraction


class Ending(StrEnum):
    OPTIMAL = "optimal"
    # A valid answer, and how far it can be from the best; the time was over.
    CUT_SHORT = "cut_short"
    IMPOSSIBLE = "impossible"
    # Nothing stops the worth from growing: a limit is missing.
    UNBOUNDED = "unbounded"


@dataclass(frozen=True, slots=True)
class Unknown:
    """One number that is to be found, from `least` to `most`; `worth` is what each unit of it adds."""

    name: str
    least: Amount = 0
    most: Amount = 1
    worth: Amount = 0
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Limit:
    """The sum of factor x unknown stays between `least` and `most`; None is no bound on that side."""

    name: str
    terms: Mapping[str, Amount]
    least: Amount | None = None
    most: Amount | None = None


@dataclass(frozen=True, slots=True)
class Programme:
    """The whole question. Raises ValueError for a limit that names what is not asked, or a name used twice."""

    unknowns: tuple[Unknown, ...]
    limits: tuple[Limit, ...] = ()

    def __post_init__(self) -> None:
        names = {each.name for each in self.unknowns}
        if len(names) != len(self.unknowns):
            raise ValueError("an unknown stands twice")
        if strange := {name for limit in self.limits for name in limit.terms} - names:
            raise ValueError(f"limits on what is not asked: {sorted(strange)}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out. `bound` is what no answer can pass; at the best it is the worth itself."""

    ending: Ending
    values: Mapping[str, Amount] = field(default_factory=dict)
    worth: Fraction = Fraction(0)
    bound: Fraction | None = None

    @property
    def gap(self) -> Fraction | None:
        """How much better an answer could be at the most, as a share of the bound; 0 where none can be."""
        if self.bound is None:
            return None
        if self.bound <= self.worth:
            return Fraction(0)
        return (self.bound - self.worth) / abs(self.bound) if self.bound else None


def worth_of(programme: Programme, values: Mapping[str, Amount]) -> Fraction:
    """The exact worth of these values."""
    return sum((Fraction(each.worth) * Fraction(values[each.name]) for each in programme.unknowns), Fraction(0))


def broken(programme: Programme, values: Mapping[str, Amount]) -> tuple[str, ...]:
    """The names of unknowns and limits that these values break, counted exactly; empty when they keep all."""
    outside = [
        each.name
        for each in programme.unknowns
        if not each.least <= values[each.name] <= each.most or (each.is_whole and Fraction(values[each.name]) % 1)
    ]
    for limit in programme.limits:
        total = sum((Fraction(factor) * Fraction(values[name]) for name, factor in limit.terms.items()), Fraction(0))
        below = limit.least is not None and total < limit.least
        if below or (limit.most is not None and total > limit.most):
            outside.append(limit.name)
    return tuple(outside)
