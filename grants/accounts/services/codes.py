"""The second factor of staff: six digits from an app (RFC 6238), each usable once, and not to be guessed."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Person, TotpFailure
from grants.accounts.services.people import record
from workflows.actors import Actor
from workflows.errors import Invalid, TooMany

STEP_SECONDS = 30
# A phone's clock may be a step off either way (RFC 6238, 5.2).
DRIFT_STEPS = 1
GUESSES_ALLOWED = 5
GUESSES_WITHIN = timedelta(minutes=15)


def prepare_code(person: Person) -> None:
    """Give somebody who has not yet confirmed a code a new secret to set up."""
    if person.totp_confirmed_at is None:
        person.totp_secret = pyotp.random_base32()


def confirm_code(session: Session, person_id: int, code: str, *, actor: Actor, now: datetime) -> None:
    """Accept a code, and with the first one the secret itself.

    Raises TooMany after five wrong codes in 15 minutes, and Invalid for a wrong or used one; the caller must keep
    the failure that this counts although it refuses.
    """
    # Locked, so that guesses sent at once are counted one after the other.
    person = session.get_one(Person, person_id, with_for_update=True, populate_existing=True)
    failures = sa.select(sa.func.count(TotpFailure.id)).where(
        TotpFailure.person_id == person.id, TotpFailure.at > now - GUESSES_WITHIN
    )
    if (session.scalar(failures) or 0) >= GUESSES_ALLOWED:
        raise TooMany
    step = _matching_step(person, code, now)
    if step is None:
        session.add(TotpFailure(person_id=person.id, at=now))
        session.flush()
        raise Invalid(problems={"code": "wrong-code"})
    person.totp_last_step = step
    if person.totp_confirmed_at is None:
        person.totp_confirmed_at = now
        record(session, person, None, "confirm-second-factor", actor=actor, now=now)
    session.flush()


def _matching_step(person: Person, code: str, now: datetime) -> int | None:
    digits = "".join(code.split())
    if person.totp_secret is None or not (digits.isascii() and digits.isdecimal()):
        return None
    totp = pyotp.TOTP(person.totp_secret, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    used = -1 if person.totp_last_step is None else person.totp_last_step
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if step > used and hmac.compare_digest(totp.at(step * STEP_SECONDS), digits):
            return step
    return None
