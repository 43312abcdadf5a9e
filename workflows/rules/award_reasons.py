"""Why a set of awards is what it is: against funding down the list, what each rule costs, and what lets one more in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from workflows.money import Pence
from workflows.rules.awarding import (
    CAP,
    HUNDRED,
    POT,
    Candidate,
    Choice,
    Rules,
    Solve,
    best_choice,
    is_fundable,
    rule_names,
    tie_order,
    without,
    worth_of_awards,
)


@dataclass(frozen=True, slots=True)
class RuleCost:
    """What one rule costs: the worth that is had without it, and which bids come in and go out then."""

    rule: str
    worth: Fraction
    comes_in: tuple[str, ...]
    goes_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WayIn:
    """The cheapest change that lets one more bid in.

    `more_pence` is what the pot lacks for its whole ask, `part_more_pence` for its minimum (None where that is the
    ask, or parts are not allowed). `stands_in_the_way` names rules that money alone does not mend.
    """

    reference: str
    more_pence: Pence
    part_more_pence: Pence | None
    stands_in_the_way: tuple[str, ...]


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Best first, in the order of equals; the reference comes last only to make the list repeatable."""
    return sorted(candidates, key=lambda each: (tie_order(each), each.reference))


def down_the_list(candidates: Sequence[Candidate], rules: Rules) -> dict[str, Pence]:
    """What funding down the list gives: each that reaches the line and still fits, whole, with no rule besides the pot."""
    left, awards = rules.ceiling_pence, {}
    for each in ranked(candidates):
        if is_fundable(each, rules) and each.ask_pence <= left:
            awards[each.reference] = each.ask_pence
            left -= each.ask_pence
    return awards


def departures(candidates: Sequence[Candidate], awards: Mapping[str, Pence], line: Fraction | int) -> tuple[str, ...]:
    """The bids that did not get what their rank would give them, by rank: each needs the panel's reason.

    A bid that is ruled out departs from nothing. A bid at the line that gets less than its ask while one below it in rank gets something, and any bid below the
    line that gets something.
    """
    order = ranked(candidates)
    last = max((place for place, each in enumerate(order) if awards.get(each.reference)), default=-1)
    return tuple(
        each.reference
        for place, each in enumerate(order)
        if (
            each.percent >= line
            and not each.ruled_out
            and place < last
            and awards.get(each.reference, 0) < each.ask_pence
        )
        or (each.percent < line and awards.get(each.reference, 0))
    )


def costs_of_rules(candidates: Sequence[Candidate], rules: Rules, choice: Choice, solve: Solve) -> tuple[RuleCost, ...]:
    """What each rule costs by itself: the same choice without it. Rules that cost nothing are left out."""
    costs = []
    for name in rule_names(rules, candidates):
        if name == POT:
            continue
        some, fewer = without(candidates, rules, [name])
        other = best_choice(some, fewer, solve)
        gained = other.worth - choice.worth
        if gained > 0:
            comes, goes = set(other.awards) - set(choice.awards), set(choice.awards) - set(other.awards)
            costs.append(RuleCost(name, gained, tuple(sorted(comes)), tuple(sorted(goes))))
    return tuple(sorted(costs, key=lambda cost: (-cost.worth, cost.rule)))


def way_in(candidates: Sequence[Candidate], rules: Rules, choice: Choice) -> WayIn | None:
    """What would let in the best-ranked bid that may be funded and is not, beside all that are; None where none waits."""
    waiting = [each for each in ranked(candidates) if is_fundable(each, rules) and each.reference not in choice.awards]
    if not waiting or choice.conflict:
        return None
    each, left = waiting[0], rules.ceiling_pence - choice.spent_pence
    has_part = rules.allows_parts and each.minimum_pence < each.ask_pence
    return WayIn(
        each.reference,
        max(0, each.ask_pence - left),
        max(0, each.minimum_pence - left) if has_part else None,
        tuple(_in_the_way(candidates, rules, choice.awards, each)),
    )


def _in_the_way(
    candidates: Sequence[Candidate], rules: Rules, awards: Mapping[str, Pence], new: Candidate
) -> Iterable[str]:
    least = new.minimum_pence if rules.allows_parts else new.ask_pence
    by_area = [each for each in candidates if each.area == new.area and each.reference in awards]
    spent = sum(awards[each.reference] for each in by_area) + least
    for rule in rules.areas:
        if rule.area != new.area:
            continue
        share = None if rule.most_share is None else rules.ceiling_pence * rule.most_share // HUNDRED
        is_over = any(bound is not None and spent > bound for bound in (rule.most_pence, share))
        if is_over or (rule.most_count is not None and len(by_area) + 1 > rule.most_count):
            yield f"area {rule.area}"
    if rules.organisation_cap_pence is not None:
        had = sum(awards.get(each.reference, 0) for each in candidates if each.organisation == new.organisation)
        if new.earlier_pence + had + least > rules.organisation_cap_pence:
            yield CAP


def areas_without_bids(candidates: Sequence[Candidate], rules: Rules, areas: Iterable[str]) -> tuple[str, ...]:
    """The areas of the round that have no bid which may be funded (published practice: show them)."""
    with_bids = {each.area for each in candidates if is_fundable(each, rules)}
    return tuple(area for area in areas if area not in with_bids)


def gain_over_the_list(candidates: Sequence[Candidate], rules: Rules, choice: Choice) -> Fraction:
    """How much more the choice is worth than the list; below zero where rules of the round cost more than it gains."""
    return choice.worth - worth_of_awards(candidates, down_the_list(candidates, rules))
