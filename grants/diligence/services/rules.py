"""Setting what a fund asks of due diligence. A check that is begun keeps the tier that it began with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grants.core import audit
from grants.diligence.models import DiligenceRules
from grants.diligence.queries import rules_of
from grants.funds.models import Fund
from workflows.actors import Actor, Role, Scope
from workflows.errors import Invalid, NotAllowed, Stale
from workflows.rules.diligence import MOST_MONTHS


def set_rules(
    session: Session,
    fund: Fund,
    *,
    is_needed: bool,
    low_pence: int,
    standard_pence: int,
    holds_months: int,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> DiligenceRules:
    """A manager sets whether checks are needed, where tiers end, and how long a check holds.

    Raises NotAllowed, Invalid (low, standard, months), and Stale when a colleague set them since the page was drawn.
    """
    if Role.MANAGER not in actor.roles_in(Scope(fund.office_id)):
        raise NotAllowed(needs=["manager"])
    problems = {}
    if low_pence <= 0:
        problems["low"] = "tier-amount-needed"
    if standard_pence <= low_pence:
        problems["standard"] = "tiers-must-rise"
    if not 1 <= holds_months <= MOST_MONTHS:
        problems["months"] = "months-out-of-range"
    if problems:
        raise Invalid(problems=problems)
    row = session.get(DiligenceRules, fund.id, with_for_update=True, populate_existing=True)
    if seen_version is not None and seen_version != (row.version if row else 0):
        raise Stale(subject="fund", id=fund.id)
    before = rules_of(session, fund.id)
    if row is None:
        row = DiligenceRules(fund_id=fund.id, version=0)
        session.add(row)
    row.is_needed, row.holds_months = is_needed, holds_months
    row.low_pence, row.standard_pence = low_pence, standard_pence
    row.version, row.person_id, row.saved_at = row.version + 1, actor.person_id, now
    session.flush()
    detail = {
        "needed": is_needed,
        "low_pence": low_pence,
        "standard_pence": standard_pence,
        "months": holds_months,
        "before": [before.is_needed, before.low_pence, before.standard_pence, before.holds_months],
    }
    audit.record(
        session,
        subject_type="fund",
        subject_id=fund.id,
        action="set-diligence-rules",
        actor=actor,
        at=now,
        office_id=fund.office_id,
        detail=detail,
    )
    return row
