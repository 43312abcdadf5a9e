"""The words of an e-mail: a text template over facts, with its subject as a block; what is missing is an error.

Plain text for a reader of nine: names, references, what to do, where to sign in, and nothing that is sensitive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any

import jinja2
from sqlalchemy.orm import Session

from config import ROOT
from grants.accounts.services import Site
from grants.core.attachments import Attachment, find_attachment
from grants.core.outbox import Message
from grants.notifications.facts import facts_for
from grants.web import filters

FOLDER = ROOT / "templates" / "emails"
LONGEST_SUBJECT = 200
# An address in a header must stay one word: a shorter line would have it broken or encoded, and no program reads that.
WIDE = policy.default.clone(max_line_length=500)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What e-mails carry: the address they are sent from, where people reach the service, and the key of links."""

    sender: str
    base_url: str
    # Makes the links of people who have no account.
    key: str = field(repr=False)

    @property
    def site(self) -> Site:
        return Site(self.base_url, self.key)


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail in words, with the address that an answer goes to (empty: to the sender).

    `headers` are those of this message alone. `attachment` is made when the e-mail itself is.
    """

    subject: str
    body: str
    reply_to: str
    headers: Mapping[str, str] = field(default_factory=dict)
    attachment: Attachment | None = None


def render(session: Session, message: Message, letterhead: Letterhead) -> Letter:
    """Put the message in words, from the thing as it is now."""
    facts = facts_for(session, message, letterhead.site)
    words = in_words(message.template, facts)
    return Letter(
        *words,
        reply_to=facts["office_contact"],
        headers=_stopping(facts),
        attachment=find_attachment(session, message),
    )


def _stopping(facts: Mapping[str, Any]) -> dict[str, str]:
    # What a mail program needs for a button of its own that stops the e-mails with one press (RFC 2369, RFC 8058).
    if not facts["one_press"]:
        return {}
    return {"List-Unsubscribe": f"<{facts['stop_link']}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def compose(message: Message, letter: Letter, letterhead: Letterhead, *, now: datetime) -> EmailMessage:
    """The e-mail itself. Raises ValueError for an address that can't be one, or what making its attachment raises."""
    mail = EmailMessage(policy=WIDE) if letter.headers else EmailMessage()
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
    for name, value in letter.headers.items():
        mail[name] = value
    mail.set_content(letter.body, charset="utf-8")
    if letter.attachment is not None:
        main, _, sub = letter.attachment.media_type.partition("/")
        mail.add_attachment(letter.attachment.make(), main, sub, filename=letter.attachment.name)
    return mail


def in_words(name: str, facts: dict[str, Any]) -> tuple[str, str]:
    """Subject and body of a letter with these facts."""
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
