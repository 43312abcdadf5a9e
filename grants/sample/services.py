"""The sample: a whole working service, made by the services themselves, once for each database.

A second run changes nothing, and a database that holds anything else is refused. Nothing here commits.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Installation, Office, Organisation, Person
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry, Progress
from grants.sample.checks import load_checked_round
from grants.sample.groups import load_group_details
from grants.sample.history import load_history
from grants.sample.live import load_coming_rounds, load_open_round
from grants.sample.marking import load_scoring_round
from grants.sample.panels import load_decided_panel, load_sitting_panel
from grants.sample.paper import load_offers, load_running_grants, load_safety_fund
from grants.sample.people import make_cast
from grants.sample.residents import load_residents
from workflows.deadlines import from_london
from workflows.errors import TransitionRefused

MADE_BY = "made_by"
SAMPLE = "sample"
# Letters of the sample's past were read long ago; those of the last day go to the mailbox.
LETTERS_SINCE = timedelta(days=1)


class DatabaseInUse(TransitionRefused):
    """There is something in the database that the sample did not make."""

    code = "database-in-use"


def load_sample(session: Session, *, now: datetime) -> bool:
    """Fill an empty database; False when the sample is there already. Raises DatabaseInUse."""
    if is_loaded(session):
        return False
    if _has_other_data(session):
        raise DatabaseInUse()
    founded = min(now - timedelta(days=400), from_london(datetime(2023, 10, 2, 9)))  # noqa: DTZ001 (a wall clock)
    cast = make_cast(session, now=founded)
    load_history(session, cast, now=founded)
    # In the order in which they happened: a duty that opens or closes rounds does so for all that are due.
    load_safety_fund(session, cast, now=now)
    load_running_grants(session, cast, now=now)
    load_offers(session, cast, now=now)
    load_coming_rounds(session, cast, now=now)
    load_residents(cast, now=now)
    load_scoring_round(session, cast, now=now)
    load_decided_panel(session, cast, now=now)
    load_sitting_panel(session, cast, now=now)
    load_checked_round(session, cast, now=now)
    load_open_round(session, cast, now=now)
    load_group_details(cast, now=now)
    _let_old_letters_rest(session, now)
    session.add(Installation(key=MADE_BY, value=SAMPLE))
    session.flush()
    return True


def is_loaded(session: Session) -> bool:
    """Whether the sample made this database."""
    made_by = session.get(Installation, MADE_BY)
    return made_by is not None and made_by.value == SAMPLE


def _has_other_data(session: Session) -> bool:
    return any(
        session.scalar(sa.select(sa.exists().select_from(model.__table__)))
        for model in (Installation, Office, Person, Organisation, AuditEntry)
    )


def _let_old_letters_rest(session: Session, now: datetime) -> None:
    session.execute(
        sa.update(OutboxEntry)
        .where(
            OutboxEntry.progress.in_([Progress.WAITING, Progress.HELD]),
            OutboxEntry.created_at < now - LETTERS_SINCE,
        )
        .values(progress=Progress.SUPPRESSED)
        .execution_options(synchronize_session=False)
    )
