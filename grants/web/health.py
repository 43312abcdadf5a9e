"""Health: `/healthz` says the process lives; `/readyz` fails only for the database or waiting migrations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, current_app, jsonify
from flask_migrate import Config

from config import ROOT
from grants.clock import utc_now
from grants.core.outbox import Delivery, Message, OutboxEntry, Progress
from grants.extensions import db
from grants.web.access import PUBLIC, allows

bp = Blueprint("health", __name__)
# Longer than this and letters are not going out; the pages still work.
LAG = timedelta(minutes=5)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/healthz")
@allows(PUBLIC)
def alive() -> Any:
    return jsonify(status="ok")


@bp.get("/readyz")
@allows(PUBLIC)
def ready() -> Any:
    try:
        revision = db.session.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return jsonify(status="unavailable", database="no answer or no tables"), 503
    if revision != newest_revision():
        return jsonify(status="unavailable", database="migrations are pending"), 503
    oldest = _oldest_waiting()
    lagging = oldest is not None and utc_now() - oldest > LAG
    return jsonify(status="degraded" if lagging else "ok", outbox="lagging" if lagging else "ok")


def newest_revision() -> str | None:
    """The revision that this code needs; read once."""
    if "newest_revision" not in current_app.extensions:
        settings = Config()
        settings.set_main_option("script_location", str(ROOT / "grants" / "migrations"))
        current_app.extensions["newest_revision"] = ScriptDirectory.from_config(settings).get_current_head()
    return current_app.extensions["newest_revision"]


def _oldest_waiting() -> Any:
    waiting = sa.select(sa.func.min(OutboxEntry.created_at)).where(OutboxEntry.progress == Progress.WAITING)
    queued = sa.select(sa.func.min(Message.next_attempt_at)).where(Message.delivery == Delivery.QUEUED)
    found = [at for at in (db.session.scalar(waiting), db.session.scalar(queued)) if at is not None]
    return min(found, default=None)
