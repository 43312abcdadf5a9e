"""A round's life after its set-up: approved with its money, published, its deadline moved later, or cancelled."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core import transitions
from grants.funds import queries
from grants.funds.models import DeadlineChange, Fund, Round
from grants.funds.services.versions import freeze_form
from workflows.actors import Actor
from workflows.errors import Invalid
from workflows.round import RoundState
from workflows.rules.round_setup import follows


def approve_round(
    session: Session, round_: Round, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Agree the set-up, which takes the pot out of the fund's money.

    Raises TransitionRefused round-not-ready; `queries.problems_of` says what to put right.
    """
    # The fund's row is locked first, so that two rounds can't both be approved on the same last money.
    session.execute(sa.select(Fund.id).where(Fund.id == round_.fund_id).with_for_update())
    facts = queries.facts_for_round(session, round_, now=now)
    transitions.apply(session, round_, "approve", facts, actor=actor, now=now, seen_version=seen_version)


def take_back_approval(
    session: Session, round_: Round, reason: str, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Make an approved round that nobody has seen a draft again, for a reason; its pot is free in the fund again."""
    facts = queries.facts_for_round(session, round_, now=now, reason=reason)
    transitions.apply(
        session, round_, "take-back", facts, actor=actor, now=now, seen_version=seen_version, reason=reason.strip()
    )


def publish_round(
    session: Session, round_: Round, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Show the round to the public; it opens by itself at its opening time."""
    facts = queries.facts_for_round(session, round_, now=now)
    transitions.apply(session, round_, "schedule", facts, actor=actor, now=now, seen_version=seen_version)
    round_.published_at = now
    freeze_form(session, round_, actor=actor, now=now)


def move_deadline(
    session: Session,
    round_: Round,
    closes_at: datetime,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Move a published deadline later, for a reason that everyone who has started a bid is told."""
    before, reason = round_.closes_at, reason.strip()
    is_open = round_.state != RoundState.SCHEDULED
    action = "extend-deadline" if is_open else "move-deadline"
    facts = queries.facts_for_round(session, round_, now=now, new_closes_at=closes_at, reason=reason)
    detail = {"old": before.isoformat() if before else None, "new": closes_at.isoformat()}
    transitions.apply(
        session, round_, action, facts, actor=actor, now=now, seen_version=seen_version, reason=reason, detail=detail
    )
    for later in (round_.scoring_ends_at, round_.panel_on, round_.decide_by_on):
        if later is not None and not follows(closes_at, later):
            raise Invalid(problems={"closes_at": "deadline-after-what-follows"})
    session.add(
        DeadlineChange(
            round_id=round_.id,
            old_closes_at=before,
            new_closes_at=closes_at,
            reason=reason,
            person_id=actor.person_id,
            at=now,
        )
    )
    round_.closes_at = closes_at
    session.flush()


def cancel_round(
    session: Session,
    round_: Round,
    reason: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Stop the round for a reason; its pot goes back to the fund, and everyone with a live bid is told."""
    facts = queries.facts_for_round(session, round_, now=now, reason=reason)
    transitions.apply(
        session, round_, "cancel", facts, actor=actor, now=now, seen_version=seen_version, reason=reason.strip()
    )
    round_.cancelled_reason = reason.strip()
    session.flush()
