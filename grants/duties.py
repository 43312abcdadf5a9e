"""Every timed duty in one place, in the order in which a day's work falls: the tasks and `flask run-due` call these.

A duty does one bounded batch in the caller's transaction and returns how much that was; 0 means that nothing is left.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from config import Settings
from grants.applications.services import lapse_due_drafts, start_due_checks
from grants.assessment.services import remind_due_markers
from grants.assessment.services.reserve import end_due_reserves
from grants.awards.services import lapse_due_offers
from grants.bulk.services import carry_out_due, drop_old_plans
from grants.core.database import reading_only
from grants.core.installed import settings_of
from grants.diligence.services import expire_due, search_due_rounds
from grants.documents.scanner import scanner_at
from grants.documents.services import ScanRoom, forget_uploads, remind_expiring, scan_due, sweep_orphans
from grants.documents.storage import StorageDown, store_of
from grants.eligibility.services import check_new_bids, end_due_clarifications, remind_clarifications
from grants.endorsements.services import expire_endorsements, remind_endorsers
from grants.events.services import run_events
from grants.funds.services import close_due_rounds, end_due_trials, open_due_rounds
from grants.monitoring.services import raise_due_returns, remind_due_returns
from grants.notifications.queries import has_mail_to_move
from grants.notifications.rendering import Letterhead
from grants.notifications.services import Postroom, deliver_due, expand_outbox, give_back_expired
from grants.notifications.sweeps import remind_drafts, remind_offers
from grants.notifications.transport import transport_for
from grants.representatives.services import expire_preparations
from grants.subscriptions.services import purge_subscriptions

Duty = Callable[[Session, datetime], int]

# A round of delivery ends after this, so that a task is over long before it would be stopped; and after half a
# lease, because its claims are dated by its beginning and must outlast the message that each was made for.
SECONDS_OF_DELIVERY = 5.0
# One scan takes at most half a minute more.
SECONDS_OF_SCANNING = 20.0


def deliver_outbox(session: Session, now: datetime) -> int:
    """Make the messages that are waited for and send what is due; commits, as delivery must."""
    if not is_mail_waiting(session, now):
        return 0
    done = expand_outbox(session, now)
    session.commit()
    room = _postroom()
    try:
        return done + deliver_due(session, room, now=now)
    finally:
        room.transport.close()


def open_and_close_rounds(session: Session, now: datetime) -> int:
    """Open the rounds whose opening has come, then close those whose closing has, and end try-outs."""
    return open_due_rounds(session, now) + close_due_rounds(session, now) + end_due_trials(session, now)


def is_mail_waiting(session: Session, now: datetime) -> bool:
    """Whether delivery would find anything; reads without taking SQLite's one lock for writers."""
    with reading_only():
        waiting = has_mail_to_move(session, now)
        session.rollback()
    return waiting


def sweep_lost(session: Session, now: datetime) -> int:
    """Find again what a worker that died had in hand, and what no tick has expanded."""
    return give_back_expired(session, now) + expand_outbox(session, now)


def scan_documents(session: Session, now: datetime) -> int:
    """Have the files that wait scanned; without a scanner they go on waiting. Commits, as a slow scan must."""
    settings = settings_of(session)
    if not settings.clamd_url:
        return 0
    until = time.monotonic() + SECONDS_OF_SCANNING
    room = ScanRoom(
        store=store_of(session),
        scan=scanner_at(settings.clamd_url),
        lease=timedelta(seconds=settings.lease_seconds),
        keep_going=lambda: time.monotonic() < until,
    )
    return scan_due(session, room, now=now)


def sweep_files(session: Session, now: datetime) -> int:
    """Delete stored bytes that no row names; a store that is away is swept another time."""
    store = store_of(session)
    try:
        return forget_uploads(session, store, now) + sweep_orphans(session, store, now)
    except StorageDown:
        session.rollback()
        return 0


def _postroom() -> Postroom:
    # A worker and a command are told their settings by the environment; there is no request to ask.
    settings = Settings.from_environ()
    until = time.monotonic() + min(SECONDS_OF_DELIVERY, settings.lease_seconds / 2)
    return Postroom(
        transport=transport_for(settings.mail_url),
        letterhead=Letterhead(settings.sender, settings.public_url, settings.secret_key),
        owner=f"{os.getpid()}-{secrets.token_hex(4)}",
        lease=timedelta(seconds=settings.lease_seconds),
        keeps_secrets=settings.is_sample,
        keep_going=lambda: time.monotonic() < until,
    )


DUTIES: dict[str, Duty] = {
    "open-and-close-rounds": open_and_close_rounds,
    "lapse-drafts": lapse_due_drafts,
    "start-checks": start_due_checks,
    "run-rules": check_new_bids,
    "expire-diligence": expire_due,
    "expire-preparations": expire_preparations,
    "end-reserves": end_due_reserves,
    "compare-bids": search_due_rounds,
    "end-questions": end_due_clarifications,
    "remind-questions": remind_clarifications,
    "remind-drafts": remind_drafts,
    "remind-markers": remind_due_markers,
    "lapse-offers": lapse_due_offers,
    "remind-offers": remind_offers,
    "raise-returns": raise_due_returns,
    "remind-returns": remind_due_returns,
    "remind-documents": remind_expiring,
    "scan-documents": scan_documents,
    "sweep-files": sweep_files,
    "run-events": run_events,
    "remind-endorsers": remind_endorsers,
    "expire-endorsements": expire_endorsements,
    "carry-out-changes": carry_out_due,
    "drop-old-plans": drop_old_plans,
    "purge-subscriptions": purge_subscriptions,
    "sweep-lost": sweep_lost,
    "deliver-outbox": deliver_outbox,
}
