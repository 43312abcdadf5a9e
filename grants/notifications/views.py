"""The office's e-mails: what could not be sent comes first, and an officer sends it again; nothing is written here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for

from grants.accounts.models import Office
from grants.clock import utc_now
from grants.core.attachments import attachment_title
from grants.core.outbox import Delivery, Message
from grants.extensions import db
from grants.funds import queries as funds
from grants.funds.models import Round
from grants.notifications import queries, services
from grants.notifications.samples import sample_letter
from grants.notifications.words import DELIVERIES, SECRET_TEMPLATES, TITLES
from grants.web.access import allows, current_actor
from grants.web.shedding import can_wait
from workflows.actors import Role
from workflows.errors import NotFound
from workflows.rules.letters import LETTERS

bp = Blueprint("notifications", __name__)

READERS = (Role.OFFICER, Role.MANAGER)
ROUND_READERS = (*READERS, Role.CHAIR, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE)


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
    return render_template(
        "notifications/show.html",
        message=message,
        can_go_again=can_go_again,
        attached=attachment_title(message.template),
        **_words(),
    )


@bp.post("/office/messages/<int:message_id>/send-again")
@allows(*READERS, on=queries.get_message)
def send_again(message: Message) -> Any:
    services.send_again(db.session(), message, actor=current_actor(), now=utc_now())
    flash("The message goes out again. If it can't be sent this time either, it comes back to this list.", "success")
    return redirect(url_for("notifications.show", message_id=message.id), 303)


@bp.get("/office/rounds/<int:round_id>/form/letters/<kind>/preview")
@can_wait
@allows(*ROUND_READERS, on=lambda session, actor, round_id, kind: funds.get_round(session, actor, round_id))
def preview_letter(round_: Round) -> Any:
    """One letter of a round, whole, with sample facts and the words that its editor has saved."""
    kind = str((request.view_args or {})["kind"])
    if kind not in LETTERS:
        raise NotFound(subject="letter")
    session = db.session()
    definition = funds.editable(session, round_).definition
    office = session.get_one(Office, round_.office_id)
    base_url = current_app.config["BASE_URL"]
    subject, body = sample_letter(kind, definition, office, base_url=base_url, now=utc_now())
    may_change = Role.MANAGER in current_actor().roles_in(round_.scope)
    return render_template(
        "notifications/preview.html",
        round=round_,
        kind=kind,
        title=TITLES[kind],
        subject=subject,
        body=body,
        may_change=may_change,
    )


def _words() -> dict[str, Any]:
    return {"titles": TITLES, "deliveries": DELIVERIES}


def _before(text: str) -> int | None:
    # A key that was tampered with would be a number that no database can hold.
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        abort(400)
    return int(text)
