"""What those who weigh a bid may know of due diligence, and what it makes of recommending the bid."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.diligence.models import DueDiligence
from grants.diligence.queries.checks import TIERS, needed_tier
from grants.diligence.queries.rules import rules_of
from workflows.diligence import DiligenceState
from workflows.rules.diligence import OPEN_CONDITION, Rating, Result, Tier


@dataclass(frozen=True, slots=True)
class Risk:
    """What those who weigh a bid may know of its group's due diligence."""

    rating: Rating
    result: Result
    conditions: str
    is_expired: bool

    @property
    def is_red(self) -> bool:
        return self.rating is Rating.RED


def risk_of(session: Session, application_ids: Collection[int]) -> dict[int, Risk]:
    """The rating that stands for each of these bids' groups in the bid's office; none where nothing was finished."""
    if not application_ids:
        return {}
    rows = session.execute(_FINISHED, {"application_ids": sorted(application_ids)})
    return {row.id: Risk(row.rating, row.result, row.conditions, row.state is DiligenceState.EXPIRED) for row in rows}


_FINISHED = (
    sa.select(Application.id, DueDiligence.state, DueDiligence.rating, DueDiligence.result, DueDiligence.conditions)
    .join(
        DueDiligence,
        sa.and_(
            DueDiligence.organisation_id == Application.organisation_id,
            DueDiligence.office_id == Application.office_id,
        ),
    )
    .where(
        Application.id.in_(sa.bindparam("application_ids", expanding=True)),
        DueDiligence.state.in_([DiligenceState.FINISHED, DiligenceState.EXPIRED]),
    )
    .order_by(DueDiligence.finished_at, DueDiligence.id)
)


def rating_of_bid() -> sa.ScalarSelect[Any]:
    """The rating that `risk_of` gives, as a column of a list of bids."""
    return (
        sa.select(DueDiligence.rating)
        .where(
            DueDiligence.organisation_id == Application.organisation_id,
            DueDiligence.office_id == Application.office_id,
            DueDiligence.state.in_([DiligenceState.FINISHED, DiligenceState.EXPIRED]),
        )
        .order_by(DueDiligence.finished_at.desc(), DueDiligence.id.desc())
        .limit(1)
        .correlate(Application)
        .scalar_subquery()
    )


def is_red(session: Session, application_id: int) -> bool:
    """Whether the rating that stands is red."""
    found = risk_of(session, [application_id]).get(application_id)
    return found is not None and found.is_red


@dataclass(frozen=True, slots=True)
class Weighed:
    """What due diligence makes of recommending a bid: nobody can, or on which conditions, which the offer carries."""

    failed: bool = False
    is_open: bool = False
    conditions: str = ""


def weigh(session: Session, applications: Sequence[Application], *, now: datetime) -> dict[int, Weighed]:
    """Each bid by what stands for its group now: two queries, and three for each bid that a low check stands for."""
    standing = _standing(session, [each.id for each in applications])
    needing = {
        number for number in {each.round.fund_id for each in applications} if rules_of(session, number).is_needed
    }
    return {
        each.id: _weighed(session, each, standing.get(each.id), each.round.fund_id in needing, now)
        for each in applications
    }


def failed_of(session: Session, application_ids: Collection[int]) -> frozenset[int]:
    """Those of these bids whose group failed, while that holds: nobody may recommend them."""
    standing = _standing(session, application_ids)
    return frozenset(number for number, check in standing.items() if check.result is Result.FAIL)


def _weighed(session: Session, application: Application, check: Any, is_needed: bool, now: datetime) -> Weighed:
    if check is not None and check.result is Result.FAIL:
        return Weighed(failed=True)
    is_open = is_needed and not _is_enough(session, application, check, now)
    conditions = [OPEN_CONDITION] if is_open else []
    if check is not None and check.result is Result.CONDITIONS:
        conditions.append(check.conditions)
    return Weighed(is_open=is_open, conditions="\n".join(conditions))


def _is_enough(session: Session, application: Application, check: Any, now: datetime) -> bool:
    if check is None or check.tier is Tier.ENHANCED:
        return check is not None
    return TIERS.index(check.tier) >= TIERS.index(needed_tier(session, application, now=now)[0])


def _standing(session: Session, application_ids: Collection[int]) -> dict[int, Any]:
    """The newest check of each bid's group that holds."""
    if not application_ids:
        return {}
    rows = session.execute(
        sa.select(Application.id, DueDiligence.tier, DueDiligence.result, DueDiligence.conditions)
        .join(DueDiligence, _same_group())
        .where(
            Application.id.in_(sorted(application_ids)),
            DueDiligence.state == DiligenceState.FINISHED,
        )
        .order_by(DueDiligence.finished_at, DueDiligence.id)
    )
    return {row.id: row for row in rows}


def _same_group() -> sa.ColumnElement[bool]:
    return sa.and_(
        DueDiligence.organisation_id == Application.organisation_id,
        DueDiligence.office_id == Application.office_id,
    )
