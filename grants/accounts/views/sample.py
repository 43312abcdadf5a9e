"""The sample's front door: its people, each with a button, and the mailbox; none of it exists outside sample mode."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import current_app, jsonify, render_template, request, url_for
from markupsafe import Markup, escape

from grants.accounts import queries
from grants.accounts.models import Person
from grants.accounts.views.blueprint import bp
from grants.accounts.views.sign_in import finish
from grants.core.attachments import attachment_title, find_attachment
from grants.core.outbox import Message
from grants.extensions import db
from grants.web.access import PUBLIC, allows
from grants.web.handouts import hand_out
from grants.web.labels import role_label
from workflows.errors import NotFound


def in_sample(view: Callable[..., Any]) -> Callable[..., Any]:
    """Answer as if there were nothing here, unless the installation is a sample."""

    @wraps(view)
    def guarded(**arguments: Any) -> Any:
        if not current_app.config["SAMPLE"]:
            raise NotFound(subject="Sample")
        return view(**arguments)

    return guarded


@bp.get("/sample")
@allows(PUBLIC)
@in_sample
def sample() -> Any:
    people = [_card(person, places) for person, places in queries.list_sample_people(db.session)]
    if request.args.get("format") == "json":
        return jsonify([{key: card[key] for key in ("person", "name", "role", "office")} for card in people])
    return render_template("sample/people.html", people=people)


def _card(person: Person, places: list[tuple[Any, str]]) -> dict[str, str]:
    return {
        "person": person.sample_key or "",
        "name": person.name,
        "role": ", ".join(dict.fromkeys(role_label(role) for role, _ in places)),
        "office": ", ".join(dict.fromkeys(place for _, place in places)),
    }


@bp.post("/sample/sign-in")
@allows(PUBLIC)
@in_sample
def sample_sign_in() -> Any:
    key = request.form.get("person", "")
    return finish(queries.get_sample_person(db.session, key), "", how="sample button")


@bp.get("/sample/mailbox")
@allows(PUBLIC)
@in_sample
def mailbox() -> Any:
    messages = queries.list_mailbox(db.session)
    if request.args.get("format") == "json":
        return jsonify([_as_json(message) for message in messages])
    letters = [(message, _with_links(message.body), _attached(message)) for message in messages]
    return render_template("sample/mailbox.html", letters=letters)


def _as_json(message: Message) -> dict[str, Any]:
    attached = _attached(message)
    return {
        "to": message.address,
        "subject": message.subject_line,
        "message_id": message.message_id,
        "sent_at": message.sent_at.isoformat() if message.sent_at else None,
        "text": message.body,
        **({"attachment": attached["url"]} if attached["title"] else {}),
    }


def _attached(message: Message) -> dict[str, str]:
    url = url_for("accounts.mailbox_attachment", message_id=message.id)
    return {"title": attachment_title(message.template), "url": url}


@bp.get("/sample/mailbox/<int:message_id>/attachment")
@allows(PUBLIC)
@in_sample
def mailbox_attachment(message_id: int) -> Any:
    """What went with one of the mails, made again."""
    message = queries.find_sent(db.session, message_id)
    attachment = find_attachment(db.session, message) if message else None
    if attachment is None:
        raise NotFound(subject="attachment")
    return hand_out(attachment.make(), attachment.media_type, attachment.name)


def _with_links(text: str) -> Markup:
    """The text, with the addresses of this service as links; everything else stays plain text."""
    base = current_app.config["BASE_URL"]
    link = Markup('<a class="govuk-link" href="{0}">{0}</a>')
    # Cut at the blanks and keep them, so that nothing of the text is lost.
    words = re.split(r"(\s+)", text)
    return Markup("").join(link.format(word) if word.startswith(f"{base}/") else escape(word) for word in words)
