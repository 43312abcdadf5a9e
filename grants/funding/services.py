"""Money sources: recorded with what they may be spent on, in whole pence, and never without saying who did it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from grants.accounts.models import Office
from grants.core import audit
from grants.funding.models import MoneySource
from workflows.actors import Actor
from workflows.errors import Invalid


def create_money_source(
    session: Session,
    office: Office,
    name: str,
    amount_pence: int,
    *,
    actor: Actor,
    now: datetime,
    kind: str = "core",
    restriction: str = "",
    spend_by_on: date | None = None,
) -> MoneySource:
    """Record money that the office may give away. Raises Invalid: source-name-needed, amount-needed."""
    problems = {}
    if not name.strip():
        problems["name"] = "source-name-needed"
    if amount_pence <= 0:
        problems["amount"] = "amount-needed"
    if problems:
        raise Invalid(problems=problems)
    source = MoneySource(
        office_id=office.id,
        name=name.strip()[:200],
        kind=kind,
        amount_pence=amount_pence,
        restriction=restriction,
        spend_by_on=spend_by_on,
    )
    session.add(source)
    session.flush()
    audit.record(
        session,
        subject_type="money_source",
        subject_id=source.id,
        action="create",
        actor=actor,
        at=now,
        office_id=office.id,
        detail={"name": source.name, "amount_pence": amount_pence},
    )
    return source
