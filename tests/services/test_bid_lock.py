"""A bid that is locked is read afresh: whoever waited for it sees what the one before them did."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.services.drafting import lock
from grants.extensions import db
from tests import builders


def test_whoever_waited_reads_what_was_written_meanwhile(session: Session) -> None:
    bid = builders.a_draft(session, builders.a_round(session, builders.an_office(session)))
    number = bid.id
    session.commit()
    with Session(db.engine, expire_on_commit=False) as mine:
        held = mine.get_one(Application, number)
        mine.commit()
        session.execute(sa.update(Application).where(Application.id == number).values(project_title="Theirs"))
        session.commit()
        assert held.project_title != "Theirs"
        lock(mine, held)
        assert held.project_title == "Theirs"
        mine.rollback()
