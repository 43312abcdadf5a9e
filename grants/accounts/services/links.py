"""One-time links by e-mail: only a hash is kept, a link works once and not for long, and nobody learns who has one.

The table of links is also the ledger by which requests are limited; it knows addresses only as keyed hashes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Person, SignInLink
from grants.accounts.services.people import normal_email, record
from grants.core.outbox import Message, new_message_id
from workflows.actors import Actor
from workflows.errors import Gone, TooMany

LINK_LASTS = timedelta(minutes=15)
# Our default: an invitation is read when the person is next at their desk.
INVITATION_LASTS = timedelta(days=7)
# Our default: as many requests for each address, and for each client, in this time.
REQUESTS_ALLOWED = 5
REQUESTS_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Site:
    """What links are made of: where people reach the service, and the key of the hashes."""

    base_url: str
    key: str

    def digest(self, kind: str, value: str) -> str:
        """A keyed hash, so that the table of requests gives no addresses away."""
        return hmac.new(self.key.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()

    def token(self, kind: str, address: str, at: datetime) -> str:
        """160 bits of a link that can be written again into a later e-mail, although only its hash is kept."""
        return self.digest(kind, f"{address}:{at.astimezone(UTC).isoformat()}")[:40]

    def url(self, path: str) -> str:
        return f"{self.base_url}{path}"


def hash_of(token: str) -> str:
    """What is kept of a link. The token is 256 random bits, so a plain hash can't be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_own(token: str, stored_hash: str, expected: str) -> bool:
    """Whether a link is the one that was sent: by the hash that was stored, or by the key of today.

    So one in an old e-mail outlives a change of the key, and so does the next e-mail.
    """
    return hmac.compare_digest(hash_of(token), stored_hash) or hmac.compare_digest(token.encode(), expected.encode())


def new_token() -> str:
    return secrets.token_urlsafe(32)


def request_link(session: Session, email: str, next_path: str, *, client: str, site: Site, now: datetime) -> None:
    """Queue a sign-in link if somebody has this address; to the asker it looks the same if nobody has.

    Raises TooMany by address and by client, counted over all addresses, known or not.
    """
    address = normal_email(email)
    count_request(session, address, client=client, site=site, now=now)
    person = session.scalars(sa.select(Person).where(Person.email == address)).one_or_none()
    token = new_token()
    link = _link(session, person, address, token, next_path, LINK_LASTS, client=client, site=site, now=now)
    if person is not None:
        queue(
            session,
            "sign-in-link",
            address,
            ("person", person.id),
            {"url": site.url(f"/sign-in/link/{token}"), "minutes": LINK_LASTS // timedelta(minutes=1)},
            key=f"sign-in-link:{link.id}",
            person=person,
            now=now,
        )


def issue_invitation(
    session: Session, person: Person, *, site: Site, now: datetime, next_path: str = ""
) -> tuple[SignInLink, str]:
    """A link for somebody who was invited, with its address; the caller queues the mail that carries it."""
    token = new_token()
    link = _link(session, person, person.email, token, next_path, INVITATION_LASTS, client="", site=site, now=now)
    return link, site.url(f"/sign-in/link/{token}")


def count_request(session: Session, address: str, *, client: str, site: Site, now: datetime) -> None:
    """Raise TooMany when this address or this client has asked too often of late."""
    for column, value in (
        (SignInLink.address_hash, site.digest("address", address)),
        (SignInLink.client_hash, site.digest("client", client)),
    ):
        _wait_for_others(session, value)
        asked = sa.select(sa.func.count(SignInLink.id)).where(
            column == value, SignInLink.created_at > now - REQUESTS_WITHIN
        )
        if (session.scalar(asked) or 0) >= REQUESTS_ALLOWED:
            raise TooMany


def _wait_for_others(session: Session, digest: str) -> None:
    """Let requests that are counted together come one after the other; on SQLite every writer does so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(int(digest[:15], 16))))


def write_request(session: Session, address: str, *, client: str, site: Site, now: datetime) -> None:
    """Count a request that is answered by some other kind of link."""
    _link(session, None, address, None, "", LINK_LASTS, client=client, site=site, now=now)


def spend_link(session: Session, token: str, *, now: datetime) -> tuple[Person, str]:
    """Use a link up; returns whose it was and where they were going. Raises Gone when spent, expired or unknown."""
    spent = session.execute(
        sa.update(SignInLink)
        .where(
            SignInLink.token_hash == hash_of(token),
            SignInLink.spent_at.is_(None),
            SignInLink.expires_at > now,
            SignInLink.person_id.is_not(None),
        )
        .values(spent_at=now)
        .returning(SignInLink.person_id, SignInLink.next_path)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if spent is None:
        raise Gone
    return session.get_one(Person, spent.person_id), spent.next_path


def record_sign_in(session: Session, person: Person, *, actor: Actor, now: datetime, how: str) -> None:
    """Write to the trail that the person signed in, and by what."""
    record(session, person, None, "sign-in", actor=actor, now=now, how=how)


def queue(
    session: Session,
    template: str,
    address: str,
    subject: tuple[str, int],
    detail: dict[str, Any],
    *,
    key: str,
    now: datetime,
    person: Person | None = None,
    office_id: int | None = None,
) -> None:
    """Queue one e-mail to one address; it goes out after the commit."""
    message = Message(
        office_id=office_id,
        template=template,
        person_id=None if person is None else person.id,
        address=address,
        subject_type=subject[0],
        subject_id=subject[1],
        detail=detail,
        dedupe_key=key,
        message_id=new_message_id(),
        next_attempt_at=now,
        created_at=now,
    )
    session.add(message)
    session.flush()


def _link(
    session: Session,
    person: Person | None,
    address: str,
    token: str | None,
    next_path: str,
    lasts: timedelta,
    *,
    client: str,
    site: Site,
    now: datetime,
) -> SignInLink:
    link = SignInLink(
        person_id=None if person is None else person.id,
        address_hash=site.digest("address", address),
        client_hash=site.digest("client", client),
        token_hash=None if token is None else hash_of(token),
        next_path=next_path,
        created_at=now,
        expires_at=now + lasts,
    )
    session.add(link)
    session.flush()
    return link
