"""An office's own words: what it is called, who decides there, where to write to, and its two notices."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from grants.accounts.models import Office
from grants.core import audit
from workflows.actors import Actor, Role, Scope
from workflows.errors import NotAllowed, Stale

# What a screen may change; the code stands in references and addresses, so it stays.
OFFICE_FIELDS = (
    *("name", "decision_maker_title", "contact_email"),
    *("privacy_notice", "accessibility_statement", "confidentiality_statement"),
)
KEEPERS = frozenset({Role.ADMIN, Role.MANAGER})


def fingerprint(office: Office) -> str:
    """What an office says now, in short: two people who edit at once are told apart by it."""
    return sha256("\x00".join(getattr(office, name) or "" for name in OFFICE_FIELDS).encode()).hexdigest()[:16]


def update_office(
    session: Session, office: Office, values: dict[str, str], *, seen: str, actor: Actor, now: datetime
) -> list[str]:
    """Change what differs and record it; returns the names of what changed.

    Raises NotAllowed for anybody but an administrator or manager of the office, and Stale when a colleague changed
    it since the page with `seen` was drawn.
    """
    if not actor.roles_in(Scope(office.id)) & KEEPERS:
        raise NotAllowed(needs=sorted(KEEPERS))
    if seen != fingerprint(office):
        raise Stale(subject="office", id=office.id)
    changed = [name for name in OFFICE_FIELDS if values[name] != getattr(office, name)]
    before = {name: getattr(office, name) for name in changed}
    for name in changed:
        setattr(office, name, values[name])
    if changed:
        audit.record(
            session,
            subject_type="office",
            subject_id=office.id,
            action="update",
            actor=actor,
            at=now,
            office_id=office.id,
            detail={"before": before},
        )
        session.flush()
    return changed
