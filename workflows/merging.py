"""Merging two records of one group: an office proposes, the group's own people agree, and an undo puts it all back.

An office alone never gives anybody sight of another office's bids, nor one group's people sight of another's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class MergeState(StrEnum):
    PROPOSED = "proposed"
    MERGED = "merged"
    DROPPED = "dropped"
    UNDONE = "undone"


S = MergeState
OPEN = frozenset({S.PROPOSED, S.MERGED})
CLOSED = frozenset({S.DROPPED, S.UNDONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeFacts:
    """What the guards of a merge may ask; defaults refuse.

    `clash` names a round in which both hold a live bid, `waits_for_count` counts the groups with people whose lead
    has not agreed, and `opens_other_offices` is true where somebody would come to see bids of another office to a
    group that has no people to ask.
    """

    scope: Scope
    now: datetime
    reason: str = ""
    are_two: bool = False
    is_known_here: bool = False
    both_stand: bool = False
    clash: str = "unknown"
    waits_for_count: int = 1
    opens_other_offices: bool = True
    is_last: bool = False


def reason_given(facts: MergeFacts, actor: Actor) -> Refusal | None:
    return None if facts.reason.strip() else Refusal("reason-needed")


def two_that_stand(facts: MergeFacts, actor: Actor) -> Refusal | None:
    if not facts.are_two:
        return Refusal("merge-with-itself")
    return None if facts.both_stand else Refusal("merged-already")


def one_known_here(facts: MergeFacts, actor: Actor) -> Refusal | None:
    return None if facts.is_known_here else Refusal("no-bids-here")


def no_two_live_bids(facts: MergeFacts, actor: Actor) -> Refusal | None:
    # One live bid for each group and round: after the merge there would be two.
    return Refusal("both-hold-a-live-bid", {"round": facts.clash}) if facts.clash else None


def people_agreed(facts: MergeFacts, actor: Actor) -> Refusal | None:
    return Refusal("group-has-not-agreed") if facts.waits_for_count else None


def opens_nothing_of_others(facts: MergeFacts, actor: Actor) -> Refusal | None:
    return Refusal("other-office-holds-bids") if facts.opens_other_offices else None


def last_of_its_chain(facts: MergeFacts, actor: Actor) -> Refusal | None:
    return None if facts.is_last else Refusal("merged-further")


HANDLERS = {Role.OFFICER, Role.MANAGER}

# fmt: off
MERGE = Workflow(
    "merge",
    MergeState,
    initial=S.PROPOSED,
    terminal={S.DROPPED, S.UNDONE},
    rows=[
        # action    from        to          who                     provided that                                               then
        ("propose", NEW,        S.PROPOSED, HANDLERS,               [reason_given, two_that_stand, one_known_here,
                                                                     no_two_live_bids, opens_nothing_of_others],                []),
        ("merge",   S.PROPOSED, S.MERGED,   HANDLERS | {Role.LEAD}, [people_agreed, two_that_stand, no_two_live_bids,
                                                                     opens_nothing_of_others],                                  []),
        ("drop",    S.PROPOSED, S.DROPPED,  HANDLERS | {Role.LEAD}, [],                                                         []),
        ("undo",    S.MERGED,   S.UNDONE,   HANDLERS,               [reason_given, last_of_its_chain],                          []),
    ],
)
# fmt: on
