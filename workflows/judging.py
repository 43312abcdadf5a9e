"""What markers and panels need of a bid: enough of them, every mark locked, every score agreed, and room in the pot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.actors import Actor
from workflows.errors import Refusal

if TYPE_CHECKING:
    from workflows.application import ApplicationFacts


def enough_markers(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    if facts.on_paper or facts.markers_ready >= facts.markers_needed:
        return None
    return Refusal("too-few-markers", {"have": facts.markers_ready, "need": facts.markers_needed})


def all_markers_locked(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    if facts.on_paper:
        return None
    if facts.markers_unlocked:
        return Refusal("markers-not-locked", {"count": facts.markers_unlocked})
    return enough_markers(facts, actor)


def marks_missing(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # Marks that are void count no more: the bid is not judged on fewer than the round promises.
    if facts.on_paper or not facts.marks_are_void or facts.markers_ready >= facts.markers_needed:
        return Refusal("enough-markers")
    return None


def panel_sits(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return None if facts.panel_in_session or facts.on_paper else Refusal("panel-not-in-session")


def chair_has_no_direct_interest(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return Refusal("direct-interest") if facts.has_direct_interest else None


def every_score_agreed(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    if facts.criteria_not_agreed:
        return Refusal("criteria-not-agreed", {"criteria": facts.criteria_not_agreed})
    if facts.agreed_without_reason and not facts.on_paper:
        return Refusal("agreed-score-needs-reason", {"criteria": facts.agreed_without_reason})
    return None


def reaches_the_line(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # A logged exception is allowed by practice: a bid below the line needs the panel's reason.
    return None if facts.at_or_above_line or facts.reason.strip() else Refusal("below-line-needs-reason")


def group_did_not_fail(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # Two people found that the group can't be trusted with a grant now. What is on paper was settled there.
    return Refusal("diligence-failed") if facts.failed_diligence and not facts.on_paper else None


def open_check_is_covered(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # Our default: the panel need not wait for a check, and says on what condition, or why, it recommends without.
    if facts.on_paper or not facts.diligence_open or facts.conditions.strip() or facts.reason.strip():
        return None
    return Refusal("diligence-open")


def part_can_be_done(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # Published practice: a part only where the project can go ahead with it, and with what it leaves out named.
    amount, least = facts.award_pence or 0, facts.minimum_pence or facts.ask_pence
    if not least <= amount < facts.ask_pence:
        return Refusal("part-out-of-range", {"least_pence": least, "ask_pence": facts.ask_pence})
    return None if facts.lines_removed.strip() else Refusal("lines-removed-needed")


def fits_the_pot(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    amount = facts.ask_pence if facts.award_pence is None else facts.award_pence
    if amount > facts.pot_left_pence:
        if facts.hides_pot:
            return Refusal("over-the-pot-unshown")
        return Refusal("over-the-pot", {"ask": amount, "left": facts.pot_left_pence})
    return None
