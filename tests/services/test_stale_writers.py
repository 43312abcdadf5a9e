"""Two people, two sessions, one thing: the second writer is told, by whichever of two ways, and has written nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import OrganisationMerge
from grants.accounts.services import Site
from grants.applications.models import Application
from grants.assessment.models import Assignment
from grants.bulk.models import BulkJob, BulkKind
from grants.core import transitions
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.diligence import services as diligence
from grants.documents.models import Document
from grants.endorsements.services import ask_for_endorsement
from grants.extensions import db
from grants.funds.models import Endorsement as Wanted
from grants.funds.models import SupportEvent
from grants.meetings.models import Meeting, Minutes
from tests import stages
from tests.apps import NOW
from tests.builders import a_draft, actor_of
from tests.workflows.facts import willing
from workflows.actors import SYSTEM
from workflows.catalogue import LIFECYCLES
from workflows.errors import Stale
from workflows.event import EventFacts

SITE = Site("https://grants.example.org", "tests-only-key")


@dataclass(frozen=True)
class Case:
    """A stage of a round, the thing in it, and the action that two people take."""

    stage: Callable[..., stages.Stage]
    thing: Callable[[stages.Stage], Any]
    action: str
    who: str = ""


def first_assignment(stage):
    own = sa.select(Assignment).where(Assignment.person_id == stage.people["marker-1"].id).order_by(Assignment.id)
    return stage.session.scalars(own).first()


def an_event(stage):
    event = SupportEvent(
        office_id=stage.round_.office_id, round_id=stage.round_.id, title="Workshop", starts_at=NOW, created_at=NOW
    )
    facts = EventFacts(scope=event.scope, now=NOW)
    transitions.create(stage.session, [event], "plan", facts, actor=stage.actor("manager"), now=NOW)
    stage.session.commit()
    return event


def an_asking(stage):
    bid = a_draft(stage.session, stage.round_, now=stage.now)
    stage.round_.endorsement = Wanted.WELCOME
    actor = actor_of(stage.session, bid.lead)
    made = ask_for_endorsement(stage.session, bid, "o@police.example.org", "Officer", site=SITE, actor=actor, now=NOW)
    stage.session.commit()
    return made


def a_merge(stage):
    kept, gone = (group for group, _ in stage.groups[:2])
    made = OrganisationMerge(
        office_id=stage.office.id, kept_id=kept.id, gone_id=gone.id, reason="The same", created_at=NOW
    )
    facts = replace(willing("merge", "propose"), scope=made.scope)
    transitions.create(stage.session, [made], "propose", facts, actor=stage.actor("officer"), now=NOW)
    stage.session.commit()
    return made


def a_document(stage):
    made = Document(
        office_id=stage.office.id,
        organisation_id=stage.bids[0].organisation_id,
        application_id=stage.bids[0].id,
        file_name="accounts.pdf",
        media_type="application/pdf",
        size_bytes=1,
        sha256="0" * 64,
        storage_key="stale-writers",
        uploaded_at=NOW,
    )
    facts = replace(willing("document", "upload"), scope=made.scope)
    transitions.create(stage.session, [made], "upload", facts, actor=stage.actor("officer"), now=NOW)
    stage.session.commit()
    return made


def a_job(stage):
    who = stage.people["officer"].id
    made = BulkJob(
        office_id=stage.office.id, round_id=stage.round_.id, kind=BulkKind.ASK, planned_by_id=who, planned_at=NOW
    )
    facts = replace(willing("bulk", "plan"), scope=made.scope)
    transitions.create(stage.session, [made], "plan", facts, actor=stage.actor("officer"), now=NOW)
    stage.session.commit()
    return made


def a_review_under_way(stage):
    made = stages.a_review(stage, 2)
    made.reviewer_id = stage.people["manager-2"].id
    facts = replace(willing("review", "take-up"), scope=made.scope)
    transitions.apply(stage.session, made, "take-up", facts, actor=stage.actor("manager-2"), now=stage.now)
    stage.session.commit()
    return made


def some_minutes(stage):
    meeting = Meeting(office_id=stage.office.id, panel_id=stage.panel.id, number=9, began_at=NOW)
    made = Minutes(office_id=stage.office.id, meeting=meeting, created_at=NOW)
    facts = replace(willing("minutes", "write"), scope=made.scope)
    transitions.create(stage.session, [made], "write", facts, actor=SYSTEM, now=NOW)
    stage.session.commit()
    return made


def a_check(stage):
    made = diligence.begin(stage.session, stage.bids[0], actor=stage.actor("officer"), now=stage.now)
    made.proposed_by_id = stage.people["officer"].id
    stage.session.commit()
    return made


CASES = {
    "diligence": Case(stages.scoring, a_check, "propose-fail", "officer"),
    "minutes": Case(stages.in_session, some_minutes, "correct", "chair"),
    "bulk": Case(stages.checking, a_job, "confirm", "officer"),
    "review": Case(stages.announced, a_review_under_way, "hand-back", "manager-2"),
    "document": Case(stages.submitted, a_document, "replace", "officer"),
    "merge": Case(stages.submitted, a_merge, "drop", "officer"),
    "endorsement": Case(stages.submitted, an_asking, "expire"),
    "event": Case(stages.submitted, an_event, "hold"),
    "round": Case(stages.submitted, lambda stage: stage.round_, "close"),
    "application": Case(stages.submitted, lambda stage: stage.bids[0], "start-checking"),
    "assignment": Case(stages.scored, first_assignment, "reopen", "chair"),
    "panel": Case(stages.in_session, lambda stage: stage.panel, "close", "chair"),
    "decision": Case(stages.with_decision_maker, lambda stage: stage.decision, "return", "decision-maker"),
    "award": Case(stages.announced, lambda stage: stage.awards[0], "lapse"),
    "return": Case(stages.running, lambda stage: stage.returns[0], "open"),
}


def written(session):
    return [session.scalar(sa.select(sa.func.count(model.id))) for model in (AuditEntry, OutboxEntry)]


def test_every_machine_has_its_two_writers():
    assert set(CASES) == {workflow.name for workflow in LIFECYCLES}


@pytest.mark.parametrize("name", CASES)
def test_the_second_writer_is_told_and_nothing_is_half_written(app, name):
    case = CASES[name]
    with app.app_context():
        stage = case.stage(db.session)
        thing = case.thing(stage)
        model, number, now = type(thing), thing.id, stage.now
        actor = stage.actor(case.who) if case.who else SYSTEM
        facts = replace(willing(name, case.action), scope=thing.scope)
        if name == "assignment":
            facts = replace(facts, marker_id=thing.person_id)
        # Facts of the matrix are those of the person with the number 9.
        own = {"bulk": "planned_by", "review": "reviewer_id"}.get(name)
        facts = replace(facts, **{own: actor.person_id}) if own else facts
        db.session.commit()
        # Both have the thing before them as it is now.
        with Session(db.engine, expire_on_commit=False) as first, Session(db.engine, expire_on_commit=False) as second:
            theirs = {}
            for each in (first, second):
                theirs[each] = each.get(model, number)
                theirs[each].scope  # noqa: B018 (read while its session may)
                each.commit()
            seen = theirs[second].version
            transitions.apply(first, theirs[first], case.action, facts, actor=actor, now=now)
            first.commit()
            after, state = written(first), theirs[first].state
            first.commit()

            # The compare-and-set finds another version than the one read.
            with pytest.raises(Stale):
                transitions.apply(second, theirs[second], case.action, facts, actor=actor, now=now)
            assert written(second) == after
            second.rollback()

            # A page drawn before the change carries a version that is over.
            fresh = second.get(model, number, populate_existing=True)
            with pytest.raises(Stale):
                transitions.apply(second, fresh, case.action, facts, actor=actor, now=now, seen_version=seen)
            second.commit()
            assert written(second) == after
            standing = second.get(model, number, populate_existing=True)
            assert (standing.state, standing.version) == (state, seen + 1)


def test_of_many_moved_at_once_one_stale_thing_stops_all(app):
    with app.app_context():
        stage = stages.submitted(db.session)
        ids = [bid.id for bid in stage.bids]
        db.session.commit()
        with Session(db.engine, expire_on_commit=False) as second:
            bids = [second.get(Application, number) for number in ids]
            second.commit()
            facts = replace(willing("application", "start-checking"), scope=bids[0].scope)
            now = stage.now
            transitions.apply(db.session, stage.bids[1], "start-checking", facts, actor=SYSTEM, now=now)
            db.session.commit()
            before = written(db.session)
            db.session.commit()
            moves = [transitions.Move(bid, replace(facts, scope=bid.scope)) for bid in bids]
            with pytest.raises(Stale) as told:
                transitions.apply_many(second, "start-checking", moves, actor=SYSTEM, now=now)
            assert told.value.detail["ids"] == [bids[1].id]
            second.rollback()
            assert written(second) == before
            states = [second.get(Application, number, populate_existing=True).state for number in ids]
            assert states == ["submitted", "checking", "submitted"]
