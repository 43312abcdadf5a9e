"""What bears on who marks which bid of a round, as the rule asks it, and a proposal as a page shows it.

Bids that a direct interest closes to the manager are no part of it: another manager gives those out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.assessment.models import Assignment, Ruling
from grants.assessment.queries.facts import READY, UNLOCKED
from grants.assessment.queries.interests import barred_in, interests_of
from grants.assessment.queries.panels import find_panel
from grants.assessment.queries.rulings import rulings_of
from grants.assessment.queries.work import assignments_of, bids_in, list_markers
from grants.core.solver import solve
from grants.funds.models import Round
from grants.representatives.queries import representatives_among
from workflows.actors import Actor
from workflows.application import ApplicationState
from workflows.assignment import LOCKED_STATES, WORKING, Interest
from workflows.rules import assigning, comparing
from workflows.rules.assigning import Aim, Bid, Marker, Pair, Question, Shortage
from workflows.rules.comparing import Overlap

# A marker may be added while the bid waits for its markers or is with them.
ASSIGNABLE = frozenset({ApplicationState.ELIGIBLE, ApplicationState.SCORING})
BEGUN = WORKING | LOCKED_STATES
STANDING = READY | UNLOCKED


@dataclass(frozen=True, slots=True)
class Settings:
    """How the manager wants a round shared out: who takes part, each with the most bids that they take."""

    caps: Mapping[int, int]
    residents: frozenset[int] = frozenset()
    needs: int = assigning.LEAST_MARKERS
    needs_of_large: int = assigning.MARKERS_OF_LARGE
    large_pence: int = assigning.LARGE_ASK_PENCE
    is_mixed: bool = False

    def needed(self, bid: Application) -> int:
        is_large = (bid.ask_pence or 0) > self.large_pence
        return max(self.needs, self.needs_of_large) if is_large else self.needs


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that stood when the question was asked; `seen` changes whenever any of it does."""

    bids: Mapping[int, Application]
    people: Mapping[int, Person]
    standing: Sequence[Assignment]
    question: Question
    doubtful: frozenset[Pair]
    seen: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who would mark what: `new` pairs of (bid, marker), and `ended` ones that stand now."""

    ground: Ground
    pairs: frozenset[Pair]
    overlap: Overlap
    shortages: Sequence[Shortage]
    leaver: int = 0
    left: Sequence[Assignment] = field(default=())

    @property
    def new(self) -> list[Pair]:
        return sorted(self.pairs - self.ground.question.fixed - self.ground.question.loose)

    @property
    def ended(self) -> list[Pair]:
        return sorted(self.ground.question.loose - self.pairs)

    @property
    def loads(self) -> dict[int, int]:
        return assigning.loads(self.ground.question, self.pairs)

    @property
    def before(self) -> dict[int, int]:
        held = Counter(each.person_id for each in self.ground.standing)
        return {each.key: held[each.key] for each in self.ground.question.markers}

    @property
    def unmixed(self) -> list[Application]:
        """Bids that lack a resident, or have nobody else, where the round asks for both."""
        if not self.ground.question.is_mixed:
            return []
        kind = {each.key: each.is_resident for each in self.ground.question.markers}
        kinds = Counter((bid, kind[marker]) for bid, marker in self.pairs if marker in kind)
        return [bid for key, bid in self.ground.bids.items() if not (kinds[key, True] and kinds[key, False])]

    @property
    def doubtful(self) -> list[Pair]:
        """New pairs where an indirect interest waits for a ruling."""
        return [pair for pair in self.new if pair in self.ground.doubtful]


def usual_settings(session: Session, round_: Round, people: Sequence[Person], bids: int) -> Settings:
    """What a round starts with: all its markers, each with room for one and a half even shares."""
    needs = max(round_.markers_needed, assigning.LEAST_MARKERS)
    share = -(-bids * max(needs, assigning.MARKERS_OF_LARGE) * 3 // (2 * max(len(people), 1)))
    panel = find_panel(session, round_.id)
    residents = {each.person_id for each in panel.members if each.is_community_rep} if panel else set()
    residents |= representatives_among(session, round_.office_id, [each.id for each in people])
    return Settings(
        caps={each.id: max(min(share, bids), 1) for each in people},
        residents=frozenset(each.id for each in people if each.id in residents),
        needs=needs,
        needs_of_large=max(needs, assigning.MARKERS_OF_LARGE),
        is_mixed=round_.needs_community_rep,
    )


def assignable(session: Session, round_: Round, actor: Actor) -> list[Application]:
    shut = set(barred_in(session, round_.id, actor))
    return [bid for bid in bids_in(session, round_.id, ASSIGNABLE) if bid.id not in shut]


def ground_of(
    session: Session, round_: Round, settings: Settings, blocked_of: Any, *, actor: Actor, leaver: int = 0
) -> Ground:
    """`blocked_of(pairs)` answers why somebody may not mark a bid; with a `leaver` theirs are open and little moves."""
    bids = assignable(session, round_, actor)
    by_id = {bid.id: bid for bid in bids}
    people = {
        each.id: each
        for each in list_markers(session, round_.office_id)
        if each.id in settings.caps and each.id != leaver
    }
    every = [row for rows in assignments_of(session, list(by_id)).values() for row in rows]
    standing = [row for row in every if row.state in STANDING]
    loose = {row for row in standing if leaver and row.state not in BEGUN and row.person_id in people}
    gone = {row for row in standing if row.person_id == leaver and row.state not in LOCKED_STATES}
    # Marks from paper hold a place too; no person has their number.
    fixed = frozenset((row.application_id, row.person_id or -row.id) for row in standing if row not in loose | gone)
    pairs = [(bid, person) for bid in bids for person in people.values()]
    may_stay = frozenset((row.application_id, row.person_id or 0) for row in loose)
    blocked = blocked_of(pairs)
    barred = frozenset(
        (bid.id, person.id)
        for bid, person in pairs
        # Who was taken off gets the bid back by hand only.
        if (bid.id, person.id) in blocked.taken_off
        or ((code := blocked.why(bid, person)) and not (code == "already-assigned" and (bid.id, person.id) in may_stay))
    )
    doubtful, unanswered = _interests(session, by_id, people)
    needs = _needs(round_, settings, bids, standing if leaver else [])
    question = Question(
        bids=tuple(Bid(bid.id, needs[bid.id]) for bid in bids),
        markers=tuple(Marker(each, settings.caps[each], each in settings.residents) for each in sorted(people)),
        fixed=fixed,
        loose=may_stay,
        barred=barred,
        avoided=doubtful,
        unanswered=unanswered,
        is_mixed=settings.is_mixed,
    )
    seen = assigning.fingerprint(
        [
            sorted((bid.id, bid.state, bid.ask_pence) for bid in bids),
            sorted((row.id, row.state) for row in every),
            *(sorted(part) for part in (barred, doubtful, unanswered, people)),
            (leaver, needs, sorted(settings.caps.items()), sorted(settings.residents), settings.is_mixed),
        ]
    )
    return Ground(by_id, people, standing, question, doubtful, seen)


def _needs(
    round_: Round, settings: Settings, bids: Sequence[Application], standing: Iterable[Assignment]
) -> dict[int, int]:
    # After a drop-out each bid gets back what it had, and no more: the fewest people hear of a change.
    had = Counter(row.application_id for row in standing)
    return {bid.id: had.get(bid.id) or max(settings.needed(bid), round_.markers_needed) for bid in bids}


def _interests(
    session: Session, bids: Mapping[int, Application], people: Mapping[int, Person]
) -> tuple[frozenset[Pair], frozenset[Pair]]:
    """Pairs with an indirect interest that no chair has cleared, and pairs where nothing has been said."""
    said = interests_of(session, list(bids), list(people))
    indirect = {key: row for key, row in said.items() if row.interest is Interest.INDIRECT}
    ruled = rulings_of(session, [row.id for row in indirect.values()])
    waiting = frozenset(
        key for key, row in indirect.items() if row.id not in ruled or ruled[row.id].ruling is not Ruling.TAKES_PART
    )
    return waiting, frozenset((bid, person) for bid in bids for person in people if (bid, person) not in said)


def propose(ground: Ground, *, leaver: int = 0) -> Proposal:
    """The best answer, worked out step by step; the same for the same ground."""
    question = ground.question
    settled: dict[Aim, int] = {}
    pairs = question.fixed
    if question.open_pairs:
        for aim in question.aims:
            answer = solve(assigning.programme(question, aim, settled))
            settled[aim] = int(answer.worth)
            pairs = assigning.chosen(question, answer)
        pairs = comparing.interleaved(question, pairs)
    return shown_again(ground, pairs, leaver=leaver)


def shown_again(ground: Ground, pairs: frozenset[Pair], *, leaver: int = 0) -> Proposal:
    """The proposal with these pairs."""
    question = ground.question
    left = [row for row in ground.standing if row.person_id == leaver and row.state not in LOCKED_STATES]
    return Proposal(
        ground,
        pairs,
        comparing.overlap(question, pairs),
        assigning.shortages(question, pairs),
        leaver,
        left if leaver else (),
    )
