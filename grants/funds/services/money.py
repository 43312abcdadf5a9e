"""Funds and the money set aside for them: a source is never promised twice."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office
from grants.core import audit
from grants.funding import services as funding
from grants.funding.models import MoneySource
from grants.funds import queries
from grants.funds.models import Fund, FundMoney
from workflows.actors import Actor
from workflows.errors import Invalid, Stale

SECTION_9: Final = "Police Reform and Social Responsibility Act 2011, section 9"


def create_fund(
    session: Session,
    office: Office,
    code: str,
    title: str,
    *,
    actor: Actor,
    now: datetime,
    purpose: str = "",
    legal_power: str = SECTION_9,
) -> Fund:
    """Make a programme of grants. Raises Invalid: fund-code-taken, title-needed, legal-power-needed."""
    problems = {}
    if queries.find_fund(session, office.id, code):
        problems["code"] = "fund-code-taken"
    if not title.strip():
        problems["title"] = "title-needed"
    if not legal_power.strip():
        problems["legal_power"] = "legal-power-needed"
    if problems:
        raise Invalid(problems=problems)
    fund = Fund(
        office_id=office.id,
        code=code.strip(),
        title=title.strip(),
        purpose=purpose,
        legal_power=legal_power.strip(),
    )
    session.add(fund)
    session.flush()
    audit.record(
        session,
        subject_type="fund",
        subject_id=fund.id,
        action="create",
        actor=actor,
        at=now,
        office_id=office.id,
        detail={"code": fund.code},
    )
    return fund


def edit_fund(
    session: Session,
    fund: Fund,
    title: str,
    purpose: str,
    legal_power: str,
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Another title, purpose or legal power; the code stays, for rounds and files name it.

    `seen_version` is `queries.version_of`. Raises Invalid: title-needed, legal-power-needed; Stale.
    """
    session.execute(sa.select(Fund.id).where(Fund.id == fund.id).with_for_update())
    if seen_version is not None and seen_version != queries.version_of(session, fund):
        raise Stale(subject="fund", id=fund.id)
    wanted = {"title": title.strip(), "purpose": purpose.strip(), "legal_power": legal_power.strip()}
    lacking = {"title": "title-needed", "legal_power": "legal-power-needed"}
    problems = {name: code for name, code in lacking.items() if not wanted[name]}
    if problems:
        raise Invalid(problems=problems)
    changed = sorted(name for name, value in wanted.items() if getattr(fund, name) != value)
    for name in changed:
        setattr(fund, name, wanted[name])
    session.flush()
    audit.record(
        session,
        subject_type="fund",
        subject_id=fund.id,
        action="edit",
        actor=actor,
        at=now,
        office_id=fund.office_id,
        detail={"changed": changed},
    )


def add_money(
    session: Session, fund: Fund, source: MoneySource, amount_pence: int, *, actor: Actor, now: datetime
) -> None:
    """Set money of a source aside for the fund. Raises Invalid when the source has not that much left."""
    if amount_pence <= 0:
        raise Invalid(problems={"amount": "amount-needed"})
    # The source's row is locked first, so that two managers who promise the same money come one after the other.
    session.execute(sa.select(MoneySource.id).where(MoneySource.id == source.id).with_for_update())
    promised = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(FundMoney.amount_pence), 0)).where(
            FundMoney.money_source_id == source.id
        )
    )
    free = source.amount_pence - int(promised or 0)
    if amount_pence > free:
        raise Invalid(problems={"amount": "more-than-the-source"}, free_pence=free)
    held = session.scalars(
        sa.select(FundMoney).where(FundMoney.fund_id == fund.id, FundMoney.money_source_id == source.id)
    ).one_or_none()
    if held is None:
        session.add(FundMoney(fund_id=fund.id, money_source_id=source.id, amount_pence=amount_pence))
    else:
        held.amount_pence += amount_pence
    session.flush()
    audit.record(
        session,
        subject_type="fund",
        subject_id=fund.id,
        action="add-money",
        actor=actor,
        at=now,
        office_id=fund.office_id,
        detail={"money_source_id": source.id, "amount_pence": amount_pence},
    )


def give_money(
    session: Session,
    fund: Fund,
    name: str,
    amount_pence: int,
    *,
    kind: str = "core",
    restriction: str = "",
    spend_by_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> MoneySource:
    """Record new money of the office and set all of it aside for the fund."""
    office = session.get_one(Office, fund.office_id)
    source = funding.create_money_source(
        session,
        office,
        name,
        amount_pence,
        kind=kind,
        restriction=restriction,
        spend_by_on=spend_by_on,
        actor=actor,
        now=now,
    )
    add_money(session, fund, source, amount_pence, actor=actor, now=now)
    return source


def ensure_fund(
    session: Session, office: Office, code: str, title: str, *, create: bool, actor: Actor, now: datetime
) -> Fund:
    """The office's fund of this code; made when it is missing and may be. Raises Invalid: fund-unknown."""
    fund = queries.find_fund(session, office.id, code)
    if fund is None and not create:
        raise Invalid(problems={"fund": "fund-unknown"})
    return fund or create_fund(session, office, code, title or code, actor=actor, now=now)


def ensure_money(session: Session, fund: Fund, pot_pence: int, name: str, *, actor: Actor, now: datetime) -> None:
    """See that the fund has the pot free: where it has not, a source of the size of the pot is recorded for it."""
    if queries.unallocated_pence(session, fund.id) < pot_pence:
        give_money(session, fund, name, pot_pence, actor=actor, now=now)
