"""Changes of many bids: shown by doing and undoing them, called back in time, and carried out bid by bid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.services import end_role
from grants.applications.models import Application
from grants.assessment.models import InterestDeclaration
from grants.bulk import queries, services
from grants.bulk.models import BulkItem, BulkJob, BulkKind, ItemResult, SavedView
from grants.core.audit import AuditEntry
from grants.core.outbox import Message, OutboxEntry
from grants.duties import DUTIES
from grants.eligibility import services as eligibility
from grants.eligibility.models import Clarification
from grants.notifications.services import deliver_due, expand_outbox
from tests import stages
from tests.mail import LETTERHEAD, Kept, a_room
from tests.stages import Stage
from workflows.actors import Role
from workflows.application import ApplicationState as A
from workflows.assignment import Interest
from workflows.bulk import BulkState as S
from workflows.deadlines import london_date
from workflows.errors import Invalid, NotAllowed, NotFound, TransitionRefused

MINUTE = timedelta(minutes=1)


@pytest.fixture
def stage(session: Session) -> Stage:
    """Three bids in their checks with nothing left to judge."""
    stage = stages.judged(session)
    session.commit()
    return stage


def words(stage: Stage) -> dict[str, str]:
    due_on = london_date(stage.now) + timedelta(days=7)
    return {"question": "Which hall is it?", "due_on": due_on.isoformat()}


def plan(stage: Stage, kind: BulkKind = BulkKind.ASK, who: str = "officer", **changed: Any) -> BulkJob:
    given = {"applications": stage.bids, "words": words(stage) if kind is BulkKind.ASK else {}} | changed
    made = services.plan(
        stage.session,
        stage.round_,
        given["applications"],
        kind,
        given["words"],
        actor=stage.actor(who),
        now=stage.now,
        letterhead=LETTERHEAD,
    )
    stage.session.commit()
    return made


def confirmed(stage: Stage, *args: Any, **kwargs: Any) -> BulkJob:
    job = plan(stage, *args, **kwargs)
    services.confirm(stage.session, job, seen_version=job.version, actor=stage.actor("officer"), now=stage.now)
    stage.session.commit()
    return job


def carried_out(stage: Stage, after: timedelta = 10 * MINUTE) -> int:
    done = DUTIES["carry-out-changes"](stage.session, stage.now + after)
    stage.session.commit()
    return done


def states(stage: Stage) -> list[A]:
    own = sa.select(Application.state).where(Application.round_id == stage.round_.id).order_by(Application.id)
    return list(stage.session.scalars(own))


def count(session: Session, model: Any) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def sent_by(stage: Stage, after: timedelta = timedelta(0)) -> set[tuple[str, str, str]]:
    """Address, subject and words of all that goes out by then."""
    box, now = Kept(), stage.now + after
    expand_outbox(stage.session, now)
    while deliver_due(stage.session, a_room(box), now=now):
        pass
    return {(mail["To"], mail["Subject"], mail.get_body().get_content()) for mail in box.mails}


def test_a_plan_shows_the_very_emails_and_changes_nothing(stage: Stage) -> None:
    session = stage.session
    sent_by(stage)
    before = count(session, OutboxEntry), count(session, AuditEntry), states(stage), count(session, Message)
    versions = [bid.version for bid in stage.bids]
    job = plan(stage)
    assert (count(session, OutboxEntry), states(stage)) == (before[0], before[2])
    # The plan itself is the one new line on the record.
    assert count(session, AuditEntry) == before[1] + 1
    assert (count(session, Clarification), count(session, Message)) == (0, before[3])
    assert [bid.version for bid in stage.bids] == versions
    shown = {(each["address"], each["subject"], each["body"]) for item in job.items for each in item.letters}
    assert len(shown) == 3
    services.confirm(session, job, actor=stage.actor("officer"), now=stage.now)
    assert carried_out(stage) == 1
    assert sent_by(stage, 11 * MINUTE) == shown


def test_it_is_done_when_it_can_no_longer_be_called_back_and_once(stage: Stage) -> None:
    job = confirmed(stage)
    assert job.due_at == stage.now + 10 * MINUTE
    assert carried_out(stage, 10 * MINUTE - timedelta(microseconds=1)) == 0
    assert states(stage) == [A.CHECKING] * 3
    assert [carried_out(stage), carried_out(stage)] == [1, 0]
    assert states(stage) == [A.CLARIFICATION] * 3
    assert (job.state, {item.result for item in job.items}) == (S.DONE, {ItemResult.DONE})
    entries = stage.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "ask")).all()
    assert {entry.actor_name for entry in entries} == {stage.people["officer"].name}
    assert len(entries) == 3


def test_called_back_nothing_was_done_and_nobody_told(stage: Stage) -> None:
    job = confirmed(stage)
    last = stage.now + 10 * MINUTE - timedelta(microseconds=1)
    # Not only who began it: whoever sees that it is wrong.
    services.call_back(stage.session, job, actor=stage.actor("manager"), now=last)
    stage.session.commit()
    assert carried_out(stage, timedelta(days=1)) == 0
    assert (job.state, states(stage)) == (S.CALLED_BACK, [A.CHECKING] * 3)
    assert not stage.session.scalars(sa.select(OutboxEntry).where(OutboxEntry.template == "clarification-asked")).all()


def test_too_late_to_call_back_at_the_very_instant(stage: Stage) -> None:
    job = confirmed(stage)
    with pytest.raises(TransitionRefused, match="done-already"):
        services.call_back(stage.session, job, actor=stage.actor("officer"), now=stage.now + 10 * MINUTE)


def test_a_bid_that_moved_meanwhile_is_left_and_the_others_are_done(stage: Stage) -> None:
    session = stage.session
    job = confirmed(stage)
    eligibility.pass_checks(session, stage.bids[1], actor=stage.actor("officer"), now=stage.now)
    session.commit()
    carried_out(stage)
    assert states(stage) == [A.CLARIFICATION, A.ELIGIBLE, A.CLARIFICATION]
    results = {item.application_id: (item.result, item.code) for item in job.items}
    assert results[stage.bids[1].id] == (ItemResult.REFUSED, "changed-since-opened")
    assert count(session, Clarification) == 2


def test_what_the_table_refuses_is_left_out_with_its_reason(stage: Stage) -> None:
    eligibility.pass_checks(stage.session, stage.bids[0], actor=stage.actor("officer"), now=stage.now)
    job = plan(stage, BulkKind.PASS_CHECKS)
    left = [item for item in job.items if item.result is ItemResult.LEFT_OUT]
    assert [item.application_id for item in left] == [stage.bids[0].id]
    assert left[0].code == "not-in-this-state"
    assert not any(item.letters for item in job.items)


def test_where_nothing_can_be_done_there_is_nothing_to_confirm(stage: Stage) -> None:
    job = plan(stage, BulkKind.TAKE_BACK_QUESTION, words={"reason": "Not needed"})
    with pytest.raises(TransitionRefused, match="nothing-to-do"):
        services.confirm(stage.session, job, actor=stage.actor("officer"), now=stage.now)


def test_words_that_no_bid_can_take_are_a_mistake_in_the_form(stage: Stage) -> None:
    with pytest.raises(Invalid) as error:
        plan(stage, words={"question": "", "due_on": "2020-01-01"})
    assert error.value.detail["problems"] == {"question": "question-needed", "due_on": "answer-day-past"}
    assert count(stage.session, BulkJob) == 0


def test_who_may_plan_confirm_and_carry_out(stage: Stage) -> None:
    session, now = stage.session, stage.now
    with pytest.raises(NotAllowed):
        plan(stage, BulkKind.DISQUALIFY)
    with pytest.raises(NotAllowed):
        plan(stage, who="chair")
    job = plan(stage)
    with pytest.raises(TransitionRefused, match="not-your-plan"):
        services.confirm(session, job, actor=stage.actor("manager"), now=now)
    with pytest.raises(NotFound):
        queries.get_job(session, stage.actor("manager"), job.id)
    with pytest.raises(TransitionRefused, match="plan-too-old"):
        services.confirm(session, job, actor=stage.actor("officer"), now=now + 60 * MINUTE)
    services.confirm(session, job, actor=stage.actor("officer"), now=now)
    end_role(session, stage.people["officer"], stage.office, Role.OFFICER, actor=stage.actor("manager"), now=now)
    session.commit()
    carried_out(stage)
    # A role that ended while it waited does nothing any more.
    assert {(item.result, item.code) for item in job.items} == {(ItemResult.REFUSED, "not-found")}
    assert states(stage) == [A.CHECKING] * 3


def test_a_direct_interest_keeps_a_bid_out_of_it(stage: Stage) -> None:
    session = stage.session
    job = confirmed(stage)
    officer = stage.actor("officer")
    session.add(
        InterestDeclaration(
            application_id=stage.bids[0].id,
            person_id=stage.people["officer"].id,
            interest=Interest.DIRECT,
            declared_at=stage.now,
        )
    )
    session.commit()
    assert len(queries.find_bids(session, officer, stage.round_, [bid.id for bid in stage.bids])) == 2
    shown, hidden = queries.items_of(session, job, officer)
    assert (len(shown), hidden) == (2, 1)
    carried_out(stage)
    assert states(stage) == [A.CHECKING, A.CLARIFICATION, A.CLARIFICATION]


def test_plans_that_nobody_confirms_end_after_an_hour(stage: Stage) -> None:
    job = plan(stage)
    drop = DUTIES["drop-old-plans"]
    assert drop(stage.session, stage.now + 60 * MINUTE - timedelta(microseconds=1)) == 0
    assert drop(stage.session, stage.now + 60 * MINUTE) == 1
    assert drop(stage.session, stage.now + 60 * MINUTE) == 0
    assert job.state is S.DROPPED


def test_at_most_two_hundred_and_at_least_one(stage: Stage) -> None:
    with pytest.raises(Invalid, match="too-many-bids"):
        plan(stage, applications=stage.bids * 67)
    with pytest.raises(Invalid):
        plan(stage, applications=[])
    assert count(stage.session, BulkItem) == 0


def test_a_view_is_ones_own_or_the_offices(stage: Stage) -> None:
    session, round_ = stage.session, stage.round_
    officer, manager = stage.actor("officer"), stage.actor("manager")
    how: dict[str, Any] = {"actor": officer, "now": stage.now}
    services.keep_view(session, round_, " To  check ", {"state": "checking"}, **how)
    shared = services.keep_view(session, round_, "Large", {"sort": "ask"}, is_shared=True, **how)
    again = services.keep_view(session, round_, "Large", {"sort": "ask", "order": "desc"}, is_shared=True, **how)
    assert again.id == shared.id
    assert [view.name for view in queries.list_views(session, officer, round_)] == ["Large", "To check"]
    assert [view.name for view in queries.list_views(session, manager, round_)] == ["Large"]
    with pytest.raises(NotFound):
        queries.get_own_view(session, manager, shared.id)
    for name, asked, code in (("", {"sort": "ask"}, "view-name-needed"), ("All", {}, "nothing-to-keep")):
        with pytest.raises(Invalid) as error:
            services.keep_view(session, round_, name, asked, **how)
        assert error.value.detail["problems"] == {"name": code}
    services.drop_view(session, shared, **how)
    assert count(session, SavedView) == 1
