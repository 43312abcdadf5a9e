"""Reading checks: what is begun for a bid, what stands for its group, and which tier the bid needs.

The checklist and its evidence are for officers and managers; everybody else who weighs a bid gets `risk_of` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from grants.applications.models import Application, Submission
from grants.core.scoping import offices_of, visible
from grants.diligence.models import DiligenceItem, DueDiligence, FraudSignal, RegisterEntry
from grants.diligence.queries.rules import rules_of
from workflows.actors import Actor, Role, Scope
from workflows.application import IN_ASSESSMENT, IN_CHECKS
from workflows.application import ApplicationState as A
from workflows.deadlines import london_date
from workflows.diligence import OPEN, DiligenceFacts, DiligenceState
from workflows.errors import NotFound
from workflows.rules.diligence import Found, Result, Subject, Tier, is_new_group, tier_of

HANDLERS = frozenset({Role.OFFICER, Role.MANAGER})
PAGE = 25
TIERS = tuple(Tier)
RAISES = ("watched", "concern")
# Bids whose group is looked at before anybody recommends them.
LOOKED_AT = frozenset(IN_CHECKS | IN_ASSESSMENT | {A.ELIGIBLE}) - {A.DISQUALIFIED}
AT_RISK, INCOME = "S1", "O9a"


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the checklist with what was recorded last; None while nothing was."""

    code: str
    item: DiligenceItem | None


def get_bid(session: Session, actor: Actor, application_id: int) -> Application:
    """A sent bid of the actor's office, for officers and managers to whom it is not shut; NotFound else."""
    found = session.scalars(
        sa.select(Application)
        .where(Application.id == application_id, readable(actor))
        .options(joinedload(Application.round), joinedload(Application.organisation))
    ).one_or_none()
    if found is None:
        raise NotFound(subject="application")
    return found


def readable(actor: Actor) -> sa.ColumnElement[bool]:
    # As staff only: whoever belongs to the group reads nothing of what the office found.
    as_staff = replace(actor, organisation_roles=frozenset())
    return visible(Application, as_staff, HANDLERS) & Application.office_id.in_(offices_of(actor, HANDLERS))


def find_open(session: Session, application: Application) -> DueDiligence | None:
    """The check of this bid that somebody has begun and not finished."""
    return session.scalars(
        _whole().where(DueDiligence.application_id == application.id, DueDiligence.state.in_(sorted(OPEN))).limit(1)
    ).one_or_none()


def find_standing(session: Session, application: Application) -> DueDiligence | None:
    """The group's newest finished check in this office that holds now, whichever of its bids it was begun for."""
    return session.scalars(
        _whole()
        .where(
            DueDiligence.organisation_id == application.organisation_id,
            DueDiligence.office_id == application.office_id,
            DueDiligence.state == DiligenceState.FINISHED,
        )
        .order_by(DueDiligence.finished_at.desc(), DueDiligence.id.desc())
        .limit(1)
    ).one_or_none()


def may_read(session: Session, actor: Actor, check: DueDiligence | None) -> bool:
    """Whether the bid that the check was begun for is the reader's to read; what is not there hides nothing."""
    if check is None:
        return True
    of_bid = sa.select(Application.id).where(Application.id == check.application_id, readable(actor))
    return session.scalar(of_bid) is not None


def _whole() -> sa.Select[Any]:
    return sa.select(DueDiligence).options(
        selectinload(DueDiligence.items).joinedload(DiligenceItem.person),
        selectinload(DueDiligence.items).joinedload(DiligenceItem.document),
        selectinload(DueDiligence.entries).joinedload(RegisterEntry.person),
        joinedload(DueDiligence.finished_by),
        joinedload(DueDiligence.application),
    )


def covers(standing: DueDiligence | None, tier: Tier) -> bool:
    """Whether a check that stands was as strict as this bid needs; a fail stands whatever its tier."""
    if standing is None:
        return False
    return standing.result is Result.FAIL or TIERS.index(standing.tier) >= TIERS.index(tier)


def lines_of(check: DueDiligence) -> list[Line]:
    """The checklist in its order, each item with what holds for it."""
    latest = {item.code: item for item in check.items}
    return [Line(code, latest.get(code)) for code in check.items_wanted]


def sent_answers(session: Session, application: Application) -> list[dict[str, Any]]:
    """What the group sent last, beside which the office looks; empty for a bid that came on paper."""
    content = session.scalars(
        sa.select(Submission.content)
        .where(Submission.application_id == application.id)
        .order_by(Submission.number.desc())
        .limit(1)
    ).one_or_none()
    return list(content or [])


def subject_of(session: Session, application: Application, sent: Sequence[dict[str, Any]], *, now: datetime) -> Subject:
    """What decides the tier of a bid."""
    given = {item.get("code"): item.get("value") for item in sent}
    group = application.organisation
    income = given.get(INCOME)
    return Subject(
        ask_pence=application.ask_pence,
        kind=group.kind,
        works_with_people_at_risk=None if given.get(AT_RISK) in (None, "") else given[AT_RISK] == "yes",
        is_new=is_new_group(_began(group.founded_on, given.get("O7a")), london_date(now)),
        is_flagged=is_flagged(session, application.id),
        income_pence=income if isinstance(income, int) else None,
    )


def _began(founded_on: date | None, year: Any) -> date | None:
    if founded_on is not None:
        return founded_on
    return date(int(year), 1, 1) if str(year or "").isdigit() and 1000 < int(year) < 3000 else None


def is_flagged(session: Session, application_id: int) -> bool:
    """Whether an officer said of a signal about the bid that it is to be watched or is a concern."""
    about = sa.or_(FraudSignal.application_id == application_id, FraudSignal.other_id == application_id)
    return bool(session.scalar(sa.select(sa.exists().where(about, FraudSignal.settled.in_(RAISES)))))


def needed_tier(session: Session, application: Application, *, now: datetime) -> tuple[Tier, tuple[str, ...], Subject]:
    """The tier of a bid by its fund's amounts, why, and what that was worked out from."""
    subject = subject_of(session, application, sent_answers(session, application), now=now)
    tier, why = tier_of(subject, rules_of(session, application.round.fund_id).limits)
    return tier, tuple(str(each) for each in why), subject


def facts_for(check: DueDiligence, *, now: datetime, **more: Any) -> DiligenceFacts:
    """What the machine asks of a check."""
    lines = lines_of(check)
    known: dict[str, Any] = {
        "scope": Scope(check.office_id),
        "now": now,
        "unsettled": tuple(line.code for line in lines if line.item is None),
        "concerns": sum(line.item is not None and line.item.outcome is Found.CONCERN for line in lines),
        "large_for_income": check.large_for_income,
        "proposed_by": check.proposed_by_id,
        "expires_at": check.expires_at,
    }
    return DiligenceFacts(**{**known, **more})


def list_to_do(
    session: Session, actor: Actor, *, after: int = 0, limit: int = PAGE
) -> list[tuple[Application, DueDiligence | None]]:
    """Bids on their way to a panel whose group has no finished check in force, each with the one that is begun."""
    held = aliased(DueDiligence)
    standing = sa.exists().where(
        held.organisation_id == Application.organisation_id,
        held.office_id == Application.office_id,
        held.state == DiligenceState.FINISHED,
    )
    begun = sa.and_(DueDiligence.application_id == Application.id, DueDiligence.state.in_(sorted(OPEN)))
    rows = session.execute(
        sa.select(Application, DueDiligence)
        .outerjoin(DueDiligence, begun)
        .where(
            Application.state.in_(sorted(LOOKED_AT)),
            readable(actor),
            sa.or_(~standing, DueDiligence.id.is_not(None)),
            Application.id > after,
        )
        .options(joinedload(Application.round))
        .order_by(Application.id)
        .limit(limit)
    )
    return [(bid, check) for bid, check in rows]
