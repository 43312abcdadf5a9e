"""What a fund asks of due diligence: its own rules, or the defaults where its office set none."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from grants.diligence.models import DiligenceRules
from grants.funds.models import Fund
from grants.funds.queries import get_fund
from workflows.actors import Actor, Scope
from workflows.rules.diligence import HOLDS_MONTHS, LOW_UP_TO_PENCE, STANDARD_UP_TO_PENCE, Limits


@dataclass(frozen=True, slots=True)
class Asked:
    """The rules of a fund; `version` is 0 while they are the defaults."""

    is_needed: bool = False
    low_pence: int = LOW_UP_TO_PENCE
    standard_pence: int = STANDARD_UP_TO_PENCE
    holds_months: int = HOLDS_MONTHS
    version: int = 0

    @property
    def limits(self) -> Limits:
        return Limits(self.low_pence, self.standard_pence)


DEFAULTS = Asked()


def rules_of(session: Session, fund_id: int) -> Asked:
    """What the fund asks for now."""
    row = session.get(DiligenceRules, fund_id)
    if row is None:
        return DEFAULTS
    return Asked(row.is_needed, row.low_pence, row.standard_pence, row.holds_months, row.version)


@dataclass(frozen=True, slots=True)
class RulesDesk:
    """A fund before somebody of its office who sets its rules."""

    fund: Fund

    @property
    def scope(self) -> Scope:
        return Scope(office_id=self.fund.office_id)


def get_rules_desk(session: Session, actor: Actor, fund_id: int) -> RulesDesk:
    """The fund, for the staff of its office; NotFound else."""
    return RulesDesk(get_fund(session, actor, fund_id))
