"""Trying a form out: a round of its own for one officer, open for a week, with a group that is none; it counts nowhere.

Everything in it runs as in a real round, mails too; they go to the officer alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts import services as accounts
from grants.accounts.models import Membership, Office, Organisation, Person
from grants.core import transitions
from grants.funds import queries
from grants.funds.models import Round
from grants.funds.services.setting_up import row_of
from grants.funds.services.syncing import sync_parts
from workflows.actors import Actor, Role
from workflows.round import RoundFacts
from workflows.rules.eligibility_facts import OrgType

TEST_GROUP: Final = "Test of the form (not a real group)"
OPEN_FOR: Final = timedelta(days=7)
LONGEST_CODE, LONGEST_TITLE = 30, 200


def try_form(session: Session, round_: Round, *, actor: Actor, now: datetime) -> Round:
    """A round of the form as its editor has it, a working copy too, open at once for the actor's own test group."""
    session.execute(sa.select(Round.id).where(Round.id == round_.id).with_for_update())
    start = queries.editable(session, round_)
    number = (session.scalar(sa.select(sa.func.count()).where(Round.trial_of_id == round_.id)) or 0) + 1
    mark = f"-TRY{number}"
    definition = replace(
        start.definition,
        code=round_.code[: LONGEST_CODE - len(mark)] + mark,
        title=f"Test of {start.definition.title}"[:LONGEST_TITLE],
        opens_at=(begins := now.replace(microsecond=0)),
        closes_at=begins + OPEN_FOR,
        is_rolling=False,
        is_on_paper=False,
        **dict.fromkeys(("scoring_ends_at", "panel_on", "decide_by_on", "announce_on")),
        events=(),
    )
    office = session.get_one(Office, round_.office_id)
    trial = row_of(office, round_.fund, definition, is_trial=True, trial_of_id=round_.id, published_at=now)
    facts = RoundFacts(scope=trial.scope, now=now, is_trial=True)
    transitions.create(session, [trial], "try", facts, actor=actor, now=now, detail={"trial_of": round_.code})
    sync_parts(session, trial, definition, now=now)
    transitions.apply(session, trial, "open-trial", facts, actor=actor, now=now)
    _test_group(session, actor, now)
    return trial


def end_trial(session: Session, trial: Round, *, seen_version: int | None = None, actor: Actor, now: datetime) -> None:
    """End a try-out before its week is over; its draft lapses like any other."""
    facts = queries.facts_for_round(session, trial, now=now)
    transitions.apply(session, trial, "end-trial", facts, actor=actor, now=now, seen_version=seen_version)


def _test_group(session: Session, actor: Actor, now: datetime) -> Organisation:
    """The tester's own, made once: no other person is in it, so that no mail of it reaches anybody else."""
    person = session.get_one(Person, actor.person_id)
    found = session.scalars(
        sa.select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Organisation.is_test, Membership.person_id == person.id, Membership.ended_at.is_(None))
        .limit(1)
    ).one_or_none()
    if found is not None:
        return found
    kind = OrgType.UNINCORPORATED_GROUP
    made = accounts.create_organisation(session, name=TEST_GROUP, kind=kind, now=now, is_fictional=True, is_test=True)
    accounts.join_organisation(session, person, made, Role.LEAD, actor=actor, now=now)
    return made
