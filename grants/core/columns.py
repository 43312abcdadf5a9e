"""Column types that keep the house rules: instants in UTC, money in whole pence, states only from their machine."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from workflows.actors import Scope
from workflows.engine import Workflow


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC with microseconds; a naive one is refused, whichever the database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        value = value.astimezone(UTC)
        # SQLite keeps text: the same zone for all, so that the order of the text is the order of time.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def text_enum(enum: type[StrEnum]) -> sa.Enum:
    """Store the enum's value as text; the values allowed are a CHECK written beside it."""
    return sa.Enum(
        enum,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def one_of(column: str, enum: type[StrEnum], *, name: str | None = None) -> sa.CheckConstraint:
    """A CHECK that the column holds one of the enum's values."""
    values = ", ".join(f"'{member.value}'" for member in enum)
    return sa.CheckConstraint(f"{column} IN ({values})", name=name or f"{column}_known")


def state_check(workflow: Workflow[Any]) -> sa.CheckConstraint:
    """The CHECK of a lifecycle's `state` column, generated from its machine."""
    return one_of("state", workflow.states, name="state_known")


Id = Annotated[int, mapped_column(sa.Integer, primary_key=True)]
Pence = Annotated[int, mapped_column(sa.BigInteger)]
Instant = Annotated[datetime, mapped_column(UtcDateTime)]
ShortText = Annotated[str, mapped_column(sa.String(200))]
LongText = Annotated[str, mapped_column(sa.Text)]


def references(column: str, **options: Any) -> Any:
    """A foreign key that keeps what it points to, with an index, for it is how lists are read."""
    return mapped_column(sa.ForeignKey(column, ondelete="RESTRICT"), index=options.pop("index", True), **options)


class Stateful:
    """A thing with a lifecycle. `state` and `version` are written by `grants.core.transitions` and by nobody else."""

    __workflow__: Workflow[Any]

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    state_entered_at: Mapped[Instant]

    @declared_attr
    def state(cls) -> Mapped[Any]:
        return mapped_column(text_enum(cls.__workflow__.states))

    @property
    def scope(self) -> Scope:
        """Where the thing belongs, as the engine asks it."""
        return Scope(getattr(self, "office_id", None), getattr(self, "organisation_id", None))
