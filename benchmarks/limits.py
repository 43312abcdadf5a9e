"""The limits: L1 a bare Flask view, L2 one indexed query and a 50-row table, served by the very same application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Flask, render_template
from jinja2 import ChoiceLoader, FileSystemLoader
from sqlalchemy.orm import Mapped, mapped_column

from config import Settings
from grants import create_app
from grants.core.base import Base
from grants.core.columns import Id
from grants.extensions import db
from grants.web.access import PUBLIC, allows

ROWS = 5000
SHOWN = 50
bp = Blueprint("limits", __name__)


class LimitRow(Base):
    """A plain row, as a table of a plain page has them."""

    __tablename__ = "benchmark_row"
    __table_args__ = (sa.Index("ix_benchmark_row_group", "group_number", "id"),)

    id: Mapped[Id]
    group_number: Mapped[int] = mapped_column(sa.Integer)
    name: Mapped[str] = mapped_column(sa.String(100))
    place: Mapped[str] = mapped_column(sa.String(100))
    amount_pence: Mapped[int] = mapped_column(sa.BigInteger)


@bp.get("/limits/1")
@allows(PUBLIC)
def bare() -> Any:
    return "<!doctype html><title>Limit</title><p>Nothing but a view."


@bp.get("/limits/2")
@allows(PUBLIC)
def table() -> Any:
    rows = db.session.scalars(
        sa.select(LimitRow).where(LimitRow.group_number == 7).order_by(LimitRow.id).limit(SHOWN)
    ).all()
    return render_template("limit.html", rows=rows)


def make_app(settings: Settings | None = None) -> Flask:
    """The application with the two limits beside it."""
    app = create_app(settings)
    app.register_blueprint(bp)
    own = FileSystemLoader(str(Path(__file__).parent / "templates"))
    app.jinja_env.loader = ChoiceLoader([own, app.jinja_loader])
    return app


def fill() -> None:
    """Make the table of L2 and its rows."""
    Base.metadata.tables["benchmark_row"].create(db.engine, checkfirst=True)
    rows = [
        {"group_number": n % 10, "name": f"Row {n}", "place": f"Place {n % 37}", "amount_pence": n * 100}
        for n in range(ROWS)
    ]
    db.session.execute(sa.insert(LimitRow), rows)
    db.session.commit()


def commit_once() -> None:
    """Write one row as a page would, and have it survive a power cut: no page that saves is faster than this."""
    db.session.execute(sa.insert(LimitRow), [{"group_number": 0, "name": "Row", "place": "Place", "amount_pence": 1}])
    db.session.commit()
