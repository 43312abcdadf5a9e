"""The office's e-mails: what could not be sent comes first, and an officer sends it again; nothing is written here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from grants.clock import utc_now
from grants.core.outbox import Delivery, Message
from grants.extensions import db
from grants.notifications import queries, services
from grants.notifications.words import DELIVERIES, SECRET_TEMPLATES, TITLES
from grants.web.access import allows, current_actor
from workflows.actors import Role

bp = Blueprint("notifications", __name__)

READERS = (Role.OFFICER, Role.MANAGER)


@bp.get("/office/messages")
@allows(*READERS)
def list_messages() -> Any:
    before = _before(request.args.get("before", ""))
    recent, has_more = queries.list_recent(db.session(), current_actor(), before=before)
    return render_template(
        "notifications/list.html",
        dead=queries.list_dead(db.session(), current_actor()) if before is None else [],
        dead_shown=queries.DEAD_SHOWN,
        recent=recent,
        before=before,
        next_before=recent[-1].id if has_more else None,
        **_words(),
    )


@bp.get("/office/messages/<int:message_id>")
@allows(*READERS, on=queries.get_message)
def show(message: Message) -> Any:
    can_go_again = message.delivery == Delivery.DEAD and message.template not in SECRET_TEMPLATES
    return render_template("notifications/show.html", message=message, can_go_again=can_go_again, **_words())


@bp.post("/office/messages/<int:message_id>/send-again")
@allows(*READERS, on=queries.get_message)
def send_again(message: Message) -> Any:
    services.send_again(db.session(), message, actor=current_actor(), now=utc_now())
    flash("The message goes out again. If it can't be sent this time either, it comes back to this list.", "success")
    return redirect(url_for("notifications.show", message_id=message.id), 303)


def _words() -> dict[str, Any]:
    return {"titles": TITLES, "deliveries": DELIVERIES}


def _before(text: str) -> int | None:
    # A key that was tampered with would be a number that no database can hold.
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        abort(400)
    return int(text)
