"""Drawing the line: one walk down from the best bid proposes every outcome, and the chair may change each after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment import queries
from grants.assessment.models import Panel
from grants.assessment.queries.facts import UNMODERATED, is_sitting, member_of, states_of
from grants.assessment.queries.placing import as_bids, funding_to_date
from grants.assessment.queries.table import BidRow, panel_bids
from grants.assessment.services.gates import lock_row
from grants.assessment.services.moderation import ask_gates, require_chair
from grants.assessment.services.outcomes import ACTION, diligence_facts, keep_recommendation, outcome_facts
from grants.core import audit, transitions
from grants.core.transitions import Move
from grants.diligence.queries import Weighed, weigh
from grants.funds.models import Round
from workflows.actors import Actor, Role
from workflows.errors import Invalid, NotAllowed, Stale, TransitionRefused
from workflows.rules import scoring
from workflows.rules.allocation import Allocation, Placed, Placing, recommend

HUNDRED_PERCENT = 10_000


def draw_the_line(
    session: Session, round_: Round, *, actor: Actor, now: datetime, seen_version: int | None = None
) -> Allocation:
    """Place every moderated bid by the rule of the round; replaces what was placed before, also by hand.

    A chair with a direct interest in any of the bids is refused (stands-aside-from-a-bid): where the line falls among
    the others tells what that bid asks for. A group that failed due diligence is never recommended; one whose check is
    open is, on that condition. Raises UnresolvedTie with the references of equal bids that the rule
    can't tell apart, and Stale when any bid moved since the page that carried `seen_version` (see `outcomes_version`).
    """
    panel = queries.find_panel(session, round_.id)
    require_chair(panel, actor)
    ask_gates(session, panel, None, actor, now)
    lock_row(session, round_)
    bids = panel_bids(session, round_.id)
    if seen_version is not None and seen_version != outcomes_version([each.application for each in bids]):
        raise Stale(subject="round", id=round_.id)
    waiting = sum(states_of(session, round_.id)[each] for each in UNMODERATED)
    if waiting:
        raise TransitionRefused("bids-still-moderating", count=waiting)
    require_whole_view(session, round_, actor)
    line = queries.line_of(round_, panel)
    weighed = weigh(session, [each.application for each in bids], now=now)
    allocation = recommend(as_bids(session, round_, bids), round_.pot_pence, line, funding_to_date(session, round_))
    _record(session, panel, bids, allocation, line, weighed, actor, now)
    return allocation


def require_whole_view(session: Session, round_: Round, actor: Actor) -> None:
    """Refused for a chair who may not see every bid: what concerns all of them is another chair's to do."""
    if queries.barred_in(session, round_.id, actor):
        raise TransitionRefused("stands-aside-from-a-bid")


def outcomes_version(applications: Sequence[Application]) -> int:
    """A number that every move of any of these bids raises."""
    return sum(each.version for each in applications)


def _record(
    session: Session,
    panel: Panel | None,
    rows: Sequence[BidRow],
    allocation: Allocation,
    line: Fraction,
    weighed: Mapping[int, Weighed],
    actor: Actor,
    now: datetime,
) -> None:
    by_reference = {row.application.reference: row for row in rows}
    ranks = {reference: rank for rank, reference in enumerate(allocation.reserve, start=1)}
    moves: dict[Placing, list[Move]] = {placing: [] for placing in ACTION}
    left = allocation.pot_pence
    for placed in allocation.placed:
        row = by_reference[placed.bid.reference]
        keep_recommendation(
            session,
            row.application,
            placed.placing,
            row.recommendation,
            reason_code=placed.reason or "",
            reserve_rank=ranks.get(placed.bid.reference),
            conditions=weighed[row.application.id].conditions,
            actor=actor,
            now=now,
        )
        moves[placed.placing].append(_move(session, row, panel, placed, line, left, weighed, actor, now))
        left -= placed.bid.ask_pence if placed.placing is Placing.RECOMMENDED else 0
    for placing, some in moves.items():
        transitions.apply_many(session, ACTION[placing], some, actor=actor, now=now)


def _move(
    session: Session,
    row: BidRow,
    panel: Panel | None,
    placed: Placed,
    line: Fraction,
    left_pence: int,
    weighed: Mapping[int, Weighed],
    actor: Actor,
    now: datetime,
) -> Move:
    facts = outcome_facts(
        session,
        row.application,
        panel,
        actor=actor,
        now=now,
        reason=placed.reason or "",
        at_or_above_line=scoring.at_or_above_line(placed.bid.percent, line),
        pot_left_pence=left_pence,
        **diligence_facts(weighed[row.application.id]),
    )
    amount = placed.bid.ask_pence if placed.placing is Placing.RECOMMENDED else 0
    detail: Mapping[str, object] = {"rank": placed.rank, "amount_pence": amount, "by": "line"}
    return Move(row.application, facts, reason=placed.reason or "", detail=detail)


def move_line(
    session: Session, panel: Panel, line_hundredths: int, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Move the line, once and for every bid of the round, with a reason; in hundredths of a percent.

    Only after moderation, so that nobody moves it for one bid. Outcomes stay until the line is drawn again.
    """
    if Role.CHAIR not in actor.roles_in(panel.scope) or not _chairs(panel, actor):
        raise NotAllowed(needs=["chair"])
    require_whole_view(session, panel.round, actor)
    if not reason.strip():
        raise Invalid(problems={"reason": "reason-needed"})
    if not 0 <= line_hundredths <= HUNDRED_PERCENT:
        raise Invalid(problems={"line": "line-out-of-range"})
    waiting = sum(states_of(session, panel.round_id)[each] for each in UNMODERATED)
    if not is_sitting(panel) or waiting:
        raise TransitionRefused(*(["bids-still-moderating"] if waiting else ["panel-not-in-session"]), count=waiting)
    ask_gates(session, panel, None, actor, now)
    moved = session.execute(
        sa.update(Panel)
        .where(Panel.id == panel.id, Panel.line_moved_to_hundredths.is_(None))
        .values(line_moved_to_hundredths=line_hundredths, line_reason=reason.strip())
        .returning(Panel.id)
    )
    if moved.first() is None:
        raise TransitionRefused("line-already-moved")
    session.refresh(panel)
    audit.record(
        session,
        subject_type="panel",
        subject_id=panel.id,
        action="move-line",
        actor=actor,
        at=now,
        office_id=panel.office_id,
        reason=reason.strip(),
        detail={"from_hundredths": panel.round.line_hundredths, "to_hundredths": line_hundredths},
    )


def _chairs(panel: Panel, actor: Actor) -> bool:
    seat = member_of(panel, actor.person_id)
    return actor.on_paper or (seat is not None and seat.is_chair)
