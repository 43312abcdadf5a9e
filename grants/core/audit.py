"""The audit trail: one entry for each change, written in the change's own transaction and never altered.

The database itself refuses UPDATE and DELETE here, by trigger, on both engines.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from grants.core.base import Base
from grants.core.columns import Id, Instant
from workflows.actors import Actor


class AuditEntry(Base):
    """Who did what to which thing, when, from which state to which, and why."""

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_subject", "subject_type", "subject_id", "id"),)

    id: Mapped[Id]
    at: Mapped[Instant]
    office_id: Mapped[int | None] = mapped_column(sa.Integer, index=True)
    subject_type: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int] = mapped_column(sa.Integer)
    action: Mapped[str] = mapped_column(sa.String(60))
    from_state: Mapped[str | None] = mapped_column(sa.String(40))
    to_state: Mapped[str | None] = mapped_column(sa.String(40))
    actor_person_id: Mapped[int | None] = mapped_column(sa.Integer)
    actor_name: Mapped[str] = mapped_column(sa.String(200))
    is_on_paper: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


def entry_values(
    *,
    subject_type: str,
    subject_id: int,
    action: str,
    actor: Actor,
    at: datetime,
    office_id: int | None,
    from_state: str | None = None,
    to_state: str | None = None,
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """One row's values, for a bulk insert."""
    return {
        "at": at,
        "office_id": office_id,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "action": action,
        "from_state": from_state,
        "to_state": to_state,
        "actor_person_id": actor.person_id,
        "actor_name": actor.name,
        "is_on_paper": actor.on_paper,
        "reason": reason,
        "detail": dict(detail or {}),
    }


# Into the table, as nobody asks for the entry back as an object.
INSERT = sa.insert(AuditEntry.__table__)


def record(session: Session, **values: Any) -> None:
    """Write one entry for a change that is not a transition (a role given, a role ended, a score saved)."""
    session.execute(INSERT, [entry_values(**values)])


REFUSE_SQLITE = [
    f"CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON audit_entry "
    "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END"
    for verb in ("UPDATE", "DELETE")
]
REFUSE_POSTGRES = [
    "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$",
    "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry "
    "FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()",
]
for _statement in REFUSE_SQLITE:
    sa.event.listen(AuditEntry.__table__, "after_create", sa.DDL(_statement).execute_if(dialect="sqlite"))
for _statement in REFUSE_POSTGRES:
    sa.event.listen(AuditEntry.__table__, "after_create", sa.DDL(_statement).execute_if(dialect="postgresql"))
