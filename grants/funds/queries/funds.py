"""Funds with their money: what is set aside from which source, what rounds have taken, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from grants.core.audit import AuditEntry
from grants.core.scoping import get_visible, visible
from grants.funding.models import MoneySource
from grants.funds.models import Fund, FundMoney, Round
from workflows.actors import Actor
from workflows.round import RoundState

Column = InstrumentedAttribute[int]


@dataclass(frozen=True, slots=True)
class FundSum:
    """A fund and its money, in pence: set aside for it, and taken by rounds that were approved."""

    fund: Fund
    given_pence: int
    taken_pence: int

    @property
    def free_pence(self) -> int:
        return self.given_pence - self.taken_pence


def get_fund(session: Session, actor: Actor, fund_id: int) -> Fund:
    """A fund of the actor's own office."""
    return get_visible(session, Fund, fund_id, actor)


def list_funds(session: Session, actor: Actor) -> list[Fund]:
    """The funds of the actor's offices, by code."""
    return list(session.scalars(sa.select(Fund).where(visible(Fund, actor)).order_by(Fund.code, Fund.id)))


def find_fund(session: Session, office_id: int, code: str) -> Fund | None:
    """The office's fund of this code, however its letters are cased."""
    statement = sa.select(Fund).where(Fund.office_id == office_id, sa.func.lower(Fund.code) == code.strip().lower())
    return session.scalars(statement).one_or_none()


def version_of(session: Session, fund: Fund) -> int:
    """Grows with each change of the fund that is on the record, so that the second of two editors is told."""
    own = AuditEntry.subject_type == "fund", AuditEntry.subject_id == fund.id
    return int(session.scalar(sa.select(sa.func.coalesce(sa.func.max(AuditEntry.id), 0)).where(*own)) or 0)


def sums_of(session: Session, funds: Sequence[Fund]) -> list[FundSum]:
    """Each fund with its money, two queries for all."""
    ids = [fund.id for fund in funds]
    given = dict(_sums(session, FundMoney.fund_id, FundMoney.amount_pence, FundMoney.fund_id.in_(ids)))
    counts = Round.state.not_in([RoundState.DRAFT, RoundState.CANCELLED]), ~Round.is_trial
    taken = dict(_sums(session, Round.fund_id, Round.pot_pence, Round.fund_id.in_(ids), *counts))
    return [FundSum(fund, given.get(fund.id, 0), taken.get(fund.id, 0)) for fund in funds]


def _sums(session: Session, key: Column, amount: Column, *where: sa.ColumnElement[bool]) -> list[tuple[int, int]]:
    rows = session.execute(sa.select(key, sa.func.sum(amount)).where(*where).group_by(key))
    return [(number, int(total)) for number, total in rows]


def list_money(session: Session, fund: Fund) -> list[tuple[FundMoney, MoneySource]]:
    """What is set aside for the fund, with its source, in the order in which it came."""
    statement = (
        sa.select(FundMoney, MoneySource)
        .join(MoneySource, MoneySource.id == FundMoney.money_source_id)
        .where(FundMoney.fund_id == fund.id)
        .order_by(FundMoney.id)
    )
    return [(money, source) for money, source in session.execute(statement)]


def list_rounds_of(session: Session, fund: Fund) -> Sequence[Round]:
    """The rounds of the fund, newest first, without try-outs."""
    own = Round.fund_id == fund.id, ~Round.is_trial
    return session.scalars(sa.select(Round).where(*own).order_by(Round.id.desc())).all()


def sources_with_money(session: Session, office_id: int) -> list[tuple[MoneySource, int]]:
    """The office's sources of which some is not set aside yet, each with how much, in pence."""
    promised = (
        sa.select(FundMoney.money_source_id, sa.func.sum(FundMoney.amount_pence).label("promised"))
        .group_by(FundMoney.money_source_id)
        .subquery()
    )
    left = MoneySource.amount_pence - sa.func.coalesce(promised.c.promised, 0)
    statement = (
        sa.select(MoneySource, left)
        .outerjoin(promised, promised.c.money_source_id == MoneySource.id)
        .where(MoneySource.office_id == office_id, left > 0)
        .order_by(MoneySource.name, MoneySource.id)
    )
    return [(source, int(free)) for source, free in session.execute(statement)]
