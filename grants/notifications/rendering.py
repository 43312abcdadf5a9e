"""The words of an e-mail: a text template over facts, with its subject as a block; what is missing is an error.

Plain text for a reader of nine: names, references, what to do, where to sign in, and nothing that is sensitive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any

import jinja2
from sqlalchemy.orm import Session

from config import ROOT
from grants.core.outbox import Message
from grants.notifications.facts import facts_for
from grants.web import filters

FOLDER = ROOT / "templates" / "emails"
LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every e-mail carries: the address it is sent from and where people reach the service."""

    sender: str
    base_url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail in words, with the address that an answer goes to (empty: to the sender)."""

    subject: str
    body: str
    reply_to: str


def render(session: Session, message: Message, letterhead: Letterhead) -> Letter:
    """Put the message in words, from the thing as it is now."""
    facts = facts_for(session, message, letterhead.base_url)
    return Letter(*_in_words(message.template, facts), reply_to=facts["office_contact"])


def compose(message: Message, letter: Letter, letterhead: Letterhead, *, now: datetime) -> EmailMessage:
    """The e-mail itself. Raises ValueError for an address that can't be one."""
    mail = EmailMessage()
    mail["From"] = _address(letterhead.sender)
    mail["To"] = _address(message.address)
    if letter.reply_to:
        mail["Reply-To"] = _address(letter.reply_to)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(now)
    # Made when the row was made: a resend is recognised as the same message.
    mail["Message-ID"] = message.message_id
    # So that no out-of-office note answers, and no answer loops (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.body, charset="utf-8")
    return mail


def _in_words(name: str, facts: dict[str, Any]) -> tuple[str, str]:
    template = _environment().get_template(f"{name}.txt")
    # Taken by itself and put on one line: a line break in a name would be a header of its own.
    subject = " ".join("".join(template.blocks["subject"](template.new_context(facts))).split())
    # What a template leaves out leaves its blank lines behind.
    body = re.sub(r"\n{3,}", "\n\n", template.render(facts).strip()) + "\n"
    return subject[:LONGEST_SUBJECT], body


def _address(text: str) -> Address:
    # A line break would begin a header of its own; a display name is kept ("Grants <grants@...>").
    if set(text) & set("\r\n"):
        raise ValueError("an address has no line break")
    name, address = parseaddr(text)
    return Address(display_name=name, addr_spec=address)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        undefined=jinja2.StrictUndefined,
        # Plain text: nothing here is ever read as HTML.
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "london": filters.london,
        "day": filters.day,
        "pounds": filters.pounds,
        "plural": filters.plural,
    }
    return environment
