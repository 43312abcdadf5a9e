"""The lease that keeps a slow duty from being started again while it still runs."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from grants.core.base import Base
from grants.core.columns import Instant


class DutyLease(Base):
    """Who runs a duty now, and until when that is believed if nothing more is heard."""

    __tablename__ = "duty_lease"

    duty: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    owner: Mapped[str] = mapped_column(sa.String(60))
    until: Mapped[Instant]
