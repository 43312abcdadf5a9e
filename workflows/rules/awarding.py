"""The best set of awards: which bids, and how much of each, make the most of a pot under the rules of a round.

The worth of a set is the sum of percent x pounds: each pound counts by the moderated percent of the bid that it goes
to. So a stronger bid is worth more per pound, a larger one is not worth less for being large, and part of an ask is
worth that part. People decide; this only says what could be had, what each rule costs, and what would change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from itertools import combinations
from typing import Final

from workflows.errors import Invalid
from workflows.money import Pence
from workflows.rules.programme import Answer, Ending, Limit, Programme, Unknown
from workflows.rules.scoring import Exact, Percent, at_or_above_line

Solve = Callable[[Programme], Answer]

# The rule names that are no name of an area.
POT: Final = "pot"
CAP: Final = "cap"
HUNDRED: Final = 100
# Sets of conflicting rules are tried by size up to this many rules; beyond, one that can't be made smaller is found.
MOST_TRIED: Final = 12


class Must(StrEnum):
    """What the panel said of a bid beforehand, always with a reason."""

    FUND = "fund"
    NOT = "not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One moderated bid. `minimum_pence` is the least with which its project can go ahead; the ask where unknown.

    `earlier_pence` is what the organisation was given in this financial year already.
    """

    reference: str
    organisation: str
    area: str
    ask_pence: Pence
    percent: Percent
    minimum_pence: Pence
    first_criterion: Fraction = Fraction(0)
    second_criterion: Fraction = Fraction(0)
    funded_before: bool = False
    earlier_pence: Pence = 0
    # What the area was given so far, for the order of equals.
    area_earlier_pence: Pence = 0
    must: Must | None = None
    # Why nobody can fund it, as a code; stronger than what the panel says of it.
    ruled_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRule:
    """What an area gets at least and at most; None is no bound. The share is a percent of what may be spent."""

    area: str
    least_count: int | None = None
    most_count: int | None = None
    least_pence: Pence | None = None
    most_pence: Pence | None = None
    most_share: int | None = None

    @property
    def is_empty(self) -> bool:
        bounds = (self.least_count, self.most_count, self.least_pence, self.most_pence, self.most_share)
        return all(bound is None for bound in bounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one choice. `over_hundredths` is over-programming that finance authorised, in hundredths of a percent.

    Below the line a bid is funded only where the panel says that it must be.
    """

    pot_pence: Pence
    line: Exact
    over_hundredths: int = 0
    areas: tuple[AreaRule, ...] = ()
    organisation_cap_pence: Pence | None = None
    allows_parts: bool = False

    @property
    def ceiling_pence(self) -> Pence:
        """What may be promised: the pot and the over-programming, cut to whole pence."""
        return self.pot_pence + self.pot_pence * self.over_hundredths // (HUNDRED * HUNDRED)


@dataclass(frozen=True, slots=True)
class Choice:
    """What came out: the award of each bid that gets one, in pence, and what that is worth.

    `bound` is what no choice can pass; where it is the worth itself the choice is proved to be the best. `conflict`
    names the rules that cannot be kept together, and then nothing is chosen. `ties` are bids that everything compared
    finds equal and that end differently: the chair says why.
    """

    awards: Mapping[str, Pence] = field(default_factory=dict)
    worth: Fraction = Fraction(0)
    bound: Fraction | None = None
    conflict: tuple[str, ...] = ()
    ties: tuple[tuple[str, ...], ...] = ()

    @property
    def spent_pence(self) -> Pence:
        return sum(self.awards.values())

    @property
    def is_proved(self) -> bool:
        return not self.conflict and self.bound == self.worth


def best_choice(candidates: Sequence[Candidate], rules: Rules, solve: Solve) -> Choice:
    """The awards worth the most under the rules. Equal worths are parted by the tie order (see tie_order).

    Raises Invalid: pot-negative, ask-not-positive, duplicate-reference, minimum-above-ask.
    """
    _check(candidates, rules)
    programme = programme_of(candidates, rules)
    answer = solve(programme)
    if answer.ending is Ending.IMPOSSIBLE:
        return Choice(conflict=conflict_of(candidates, rules, solve))
    parted = _part_ties(candidates, programme, answer, solve)
    awards = awards_of(candidates, rules, parted)
    worth = worth_of_awards(candidates, awards)
    bound = worth if answer.ending is Ending.OPTIMAL else max(worth, answer.bound or worth)
    return Choice(awards, worth, bound, ties=ties_of(candidates, awards))


def worth_of_awards(candidates: Iterable[Candidate], awards: Mapping[str, Pence]) -> Fraction:
    """The sum of percent x pounds, exact."""
    return sum((each.percent * awards.get(each.reference, 0) for each in candidates), Fraction(0)) / HUNDRED


def programme_of(candidates: Sequence[Candidate], rules: Rules) -> Programme:
    """The choice as data for a solver: for each bid whether, and above its minimum how many pence."""
    unknowns: list[Unknown] = []
    limits: list[Limit] = []
    for each in candidates:
        base, spare = _base(each, rules), each.ask_pence - _base(each, rules)
        may = is_fundable(each, rules)
        least = 1 if each.must is Must.FUND else 0
        unknowns.append(Unknown(_yes(each), least, 1 if may else 0, each.percent * base / HUNDRED))
        if spare:
            unknowns.append(Unknown(_more(each), 0, spare, each.percent / HUNDRED))
            limits.append(Limit(_more(each), {_more(each): 1, _yes(each): -spare}, most=0))
    limits.append(Limit(POT, _pence(candidates, rules), most=rules.ceiling_pence))
    limits += _area_limits(candidates, rules)
    limits += _cap_limits(candidates, rules)
    return Programme(tuple(unknowns), tuple(limits))


def is_fundable(candidate: Candidate, rules: Rules) -> bool:
    """Whether the bid may get anything: not ruled out, and at the line or said to be funded all the same."""
    if candidate.ruled_out or candidate.must is Must.NOT:
        return False
    return candidate.must is Must.FUND or at_or_above_line(candidate.percent, rules.line)


def _base(each: Candidate, rules: Rules) -> Pence:
    return each.minimum_pence if rules.allows_parts else each.ask_pence


def _yes(each: Candidate) -> str:
    return f"fund {each.reference}"


def _more(each: Candidate) -> str:
    return f"more {each.reference}"


def _pence(candidates: Iterable[Candidate], rules: Rules) -> dict[str, int]:
    terms: dict[str, int] = {}
    for each in candidates:
        base = _base(each, rules)
        terms[_yes(each)] = base
        if each.ask_pence > base:
            terms[_more(each)] = 1
    return terms


def _area_limits(candidates: Sequence[Candidate], rules: Rules) -> list[Limit]:
    limits = []
    for rule in rules.areas:
        own = [each for each in candidates if each.area == rule.area]
        counts, pence = {_yes(each): 1 for each in own}, _pence(own, rules)
        share = None if rule.most_share is None else rules.ceiling_pence * rule.most_share // HUNDRED
        most = min((bound for bound in (rule.most_pence, share) if bound is not None), default=None)
        if rule.least_count is not None or rule.most_count is not None:
            limits.append(Limit(f"count {rule.area}", counts, rule.least_count, rule.most_count))
        if rule.least_pence is not None or most is not None:
            limits.append(Limit(f"pence {rule.area}", pence, rule.least_pence, most))
    return limits


def _cap_limits(candidates: Sequence[Candidate], rules: Rules) -> list[Limit]:
    if rules.organisation_cap_pence is None:
        return []
    groups: dict[str, list[Candidate]] = {}
    for each in candidates:
        groups.setdefault(each.organisation, []).append(each)
    return [
        # A group that has had more than the cap already gets nothing more, and is no contradiction.
        Limit(f"{CAP} {name}", _pence(own, rules), most=max(0, rules.organisation_cap_pence - own[0].earlier_pence))
        for name, own in groups.items()
    ]


def awards_of(candidates: Sequence[Candidate], rules: Rules, answer: Answer) -> dict[str, Pence]:
    """The awards that an answer stands for, by reference; bids without one are left out."""
    awards = {}
    for each in candidates:
        if answer.values[_yes(each)]:
            awards[each.reference] = _base(each, rules) + int(answer.values.get(_more(each), 0))
    return awards


def tie_order(each: Candidate) -> tuple[Percent, Fraction, Fraction, bool, Pence, Pence]:
    """Percent, second criterion, first, never funded before, the area with less to date, smaller ask (our default)."""
    scores = (-each.percent, -each.second_criterion, -each.first_criterion)
    return (*scores, each.funded_before, each.area_earlier_pence, each.ask_pence)


def _part_ties(candidates: Sequence[Candidate], programme: Programme, best: Answer, solve: Solve) -> Answer:
    """Of all answers with this worth, one that takes the bids first in the tie order; points by place in it."""
    ranked = sorted(candidates, key=lambda each: (tie_order(each), each.reference))
    points = {_yes(each): len(ranked) - place for place, each in enumerate(ranked)}
    worths = {each.name: each.worth for each in programme.unknowns if each.worth}
    second = Programme(
        tuple(replace(each, worth=points.get(each.name, 0)) for each in programme.unknowns),
        # In whole millionths, so that what is kept is the worth and not a rounding of it.
        (*programme.limits, Limit("worth", worths, least=_just_below(best.worth))),
    )
    answer = solve(second)
    values = answer.values
    if answer.ending not in {Ending.OPTIMAL, Ending.CUT_SHORT}:
        return best
    worth = sum((Fraction(factor) * Fraction(values[name]) for name, factor in worths.items()), Fraction(0))
    return replace(best, values=values) if worth >= best.worth else best


def _just_below(worth: Fraction) -> Fraction:
    return Fraction(worth.numerator * 10**6 // worth.denominator - 1, 10**6)


def ties_of(candidates: Sequence[Candidate], awards: Mapping[str, Pence]) -> tuple[tuple[str, ...], ...]:
    """Bids that the tie order finds equal, in one area, of which some are funded in full and some are not at all."""
    groups: dict[tuple[object, ...], list[Candidate]] = {}
    for each in candidates:
        groups.setdefault((tie_order(each), each.area, each.minimum_pence, each.must, each.ruled_out), []).append(each)
    return tuple(
        tuple(sorted(each.reference for each in group))
        for group in groups.values()
        if len({awards.get(each.reference, 0) for each in group}) > 1
    )


# What cannot be kept together


def rule_names(rules: Rules, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Every rule by a name that it can be left out by: pot, cap, an area's, and the bids that must be funded."""
    names = [POT] + ([CAP] if rules.organisation_cap_pence is not None else [])
    names += [f"area {rule.area}" for rule in rules.areas if not rule.is_empty]
    return (*names, *(f"must {each.reference}" for each in candidates if each.must is Must.FUND))


def without(
    candidates: Sequence[Candidate], rules: Rules, dropped: Iterable[str]
) -> tuple[tuple[Candidate, ...], Rules]:
    """The same choice without some of its rules."""
    gone = set(dropped)
    fewer = replace(
        rules,
        pot_pence=sum(each.ask_pence for each in candidates) + rules.pot_pence if POT in gone else rules.pot_pence,
        organisation_cap_pence=None if CAP in gone else rules.organisation_cap_pence,
        areas=tuple(rule for rule in rules.areas if f"area {rule.area}" not in gone),
    )
    kept = tuple(replace(each, must=None) if f"must {each.reference}" in gone else each for each in candidates)
    return kept, fewer


def conflict_of(candidates: Sequence[Candidate], rules: Rules, solve: Solve) -> tuple[str, ...]:
    """The smallest set of rules that cannot be kept together; of several as small the first by name.

    With many rules it is one from which none can be taken away.
    """
    names = rule_names(rules, candidates)

    def clashes(kept: Sequence[str]) -> bool:
        some, fewer = without(candidates, rules, set(names) - set(kept))
        return solve(programme_of(some, fewer)).ending is Ending.IMPOSSIBLE

    needed = list(names)
    for name in names:
        fewer_names = [each for each in needed if each != name]
        if clashes(fewer_names):
            needed = fewer_names
    if len(names) > MOST_TRIED:
        return tuple(needed)
    for size in range(1, len(needed)):
        for some in combinations(names, size):
            if clashes(some):
                return some
    return tuple(needed)


def _check(candidates: Sequence[Candidate], rules: Rules) -> None:
    if rules.pot_pence < 0:
        raise Invalid("pot-negative")
    seen = set()
    for each in candidates:
        if each.ask_pence <= 0:
            raise Invalid("ask-not-positive", reference=each.reference)
        if not 0 < each.minimum_pence <= each.ask_pence:
            raise Invalid("minimum-above-ask", reference=each.reference)
        if each.reference in seen:
            raise Invalid("duplicate-reference", references=(each.reference,))
        seen.add(each.reference)
