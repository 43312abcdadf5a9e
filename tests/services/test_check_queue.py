"""The queue of eligibility: what is to be done next, by whom, and who is given which bid."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.applications.models import AnswerVersion, Assistance, AssistedBy, ReadBackBy
from grants.core.audit import AuditEntry
from grants.eligibility import queries, services
from grants.eligibility.models import CheckClaim
from grants.eligibility.queries import CLAIM_LASTS, Next
from tests import stages
from tests.builders import actor_of, an_office, staff
from tests.queries import counted
from workflows.actors import Role
from workflows.deadlines import london_date
from workflows.errors import TransitionRefused


def kinds(session, stage, name, **more):
    """{bid: kind} for this officer."""
    page = queries.list_queue(session, stage.actor(name), now=stage.now, **more)
    return {row.application.id: row.kind for row in page.rows}


def judge_all(session, stage, bid, outcome="pass", but=()):
    for line in services.run_rules(session, bid, actor=stage.actor("officer"), now=stage.now):
        if line.outcome != "pass" and line.rule.code not in but:
            services.settle_rule(
                session, bid, line.rule.code, outcome, "Seen.", actor=stage.actor("officer"), now=stage.now
            )


def test_each_bid_stands_under_what_is_to_be_done_next(session):
    stage = stages.checking(session, scores=(5, 4, 2, 3))
    officer, new, ready, asked, out = stage.actor("officer"), *stage.bids
    judge_all(session, stage, ready)
    judge_all(session, stage, out)
    services.settle_rule(session, out, "ER12", "fail", "A loan.", actor=officer, now=stage.now)
    due = london_date(stage.now) + timedelta(days=7)
    services.ask_clarification(session, asked, "Which year?", due, actor=officer, now=stage.now)
    assert kinds(session, stage, "officer") == {
        new.id: Next.MANUAL,
        ready.id: Next.READY,
        asked.id: Next.WITH_GROUP,
        out.id: Next.FAILED,
    }
    services.propose_disqualification(session, out, ["ER12"], "It repays a loan.", actor=officer, now=stage.now)
    stage.now += timedelta(hours=1)
    services.answer_clarification(
        session, asked, "2024.", actor=stage.group_actor(2), now=stage.now, received_at=stage.now
    )
    # Who proposed it, and who is no manager, only reads that it waits.
    assert kinds(session, stage, "officer")[out.id] is Next.SECOND_PERSON
    found = kinds(session, stage, "manager")
    assert found[out.id] is Next.CONFIRM
    assert found[asked.id] is Next.ANSWERED
    assert list(found.values()) == sorted(found.values(), key=list(Next).index)
    counts = queries.counts_of(session, stage.actor("officer"), now=stage.now)
    assert sum(counts.kinds.values()) == counts.rounds[0][2] == 4
    assert counts.doable == 3
    # The answer was read: what is left of the bid is like any other.
    services.run_rules(session, asked, actor=officer, now=stage.now)
    services.settle_rule(session, asked, "ER12", "pass", "Fine.", actor=officer, now=stage.now + timedelta(minutes=1))
    assert kinds(session, stage, "officer")[asked.id] in {Next.REFERRED, Next.MANUAL}
    # Nobody of another office has any of it.
    stranger = actor_of(session, staff(session, an_office(session), Role.OFFICER, Role.MANAGER))
    assert queries.list_queue(session, stranger, now=stage.now).rows == []
    assert queries.counts_of(session, stranger, now=stage.now).rounds == []


def test_an_overdue_answer_comes_up_before_the_timer_has_been_there(session):
    stage = stages.checking(session, scores=(5,))
    due = london_date(stage.now) + timedelta(days=2)
    officer, (bid,) = stage.actor("officer"), stage.bids
    services.ask_clarification(session, bid, "Which?", due, actor=officer, now=stage.now)
    stage.now += timedelta(days=3)
    assert kinds(session, stage, "officer") == {bid.id: Next.OVERDUE}
    assert services.end_due_clarifications(session, stage.now) == 1
    assert kinds(session, stage, "officer") == {bid.id: Next.OVERDUE}


def test_pages_go_on_where_the_last_one_ended(session):
    stage = stages.checking(session, scores=(5, 4, 2, 3, 1))
    officer, seen, after = stage.actor("officer"), [], ""
    for _ in range(3):
        page = queries.list_queue(session, officer, now=stage.now, after=after, limit=2)
        seen += [row.application.id for row in page.rows]
        after = page.after
    assert (seen, after) == ([bid.id for bid in stage.bids], "")
    for broken in ("x", "1~2~3", "1~2024-01-01T00:00:00~7", "9" * 40 + "~2024-01-01T00:00:00+00:00~1"):
        queries.list_queue(session, officer, now=stage.now, after=broken)


def test_two_officers_are_given_two_bids_and_a_claim_ends_by_itself(session):
    stage = stages.checking(session, scores=(5, 4))
    first = services.take_next(session, actor=stage.actor("officer"), now=stage.now)
    second = services.take_next(session, actor=stage.actor("manager"), now=stage.now)
    assert {first.id, second.id} == {bid.id for bid in stage.bids}
    third = services.take_next(session, actor=stage.actor("manager-2"), now=stage.now)
    assert third is None
    # Asked again, one's own comes first, unless it is the one just read.
    assert services.take_next(session, actor=stage.actor("officer"), now=stage.now) is first
    assert services.take_next(session, actor=stage.actor("officer"), now=stage.now, but=first.id) is None
    # A colleague judges it all the same: nobody is shut out.
    services.settle_rule(session, first, "ER12", "pass", "Seen.", actor=stage.actor("manager-2"), now=stage.now)
    assert session.get_one(CheckClaim, first.id).person_id == stage.people["officer"].id
    later = stage.now + CLAIM_LASTS + timedelta(seconds=1)
    assert services.take_next(session, actor=stage.actor("manager-2"), now=later) is not None
    trail = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action == "take-up-check")).all()
    assert len(trail) == 3


@pytest.mark.parametrize("how", ["entered", "read-back", "typed"])
def test_whoever_wrote_a_bid_in_neither_judges_it_nor_is_given_it(session, how):
    stage = stages.checking(session, scores=(5,))
    (bid,), officer, manager = stage.bids, stage.people["officer"], stage.people["manager"]
    helper = officer if how == "entered" else stage.people["manager-2"]
    bid.assisted_by = AssistedBy.PAPER
    session.add(
        Assistance(
            application_id=bid.id,
            entered_by=helper.id,
            contact_name="The chair",
            consent_at=stage.now,
            consent_words="By letter.",
            entered_at=stage.now,
            read_back_by=officer.id if how == "read-back" else None,
            read_back_at=stage.now if how == "read-back" else None,
            read_back_how=ReadBackBy.PHONE if how == "read-back" else None,
        )
    )
    if how == "typed":
        session.execute(
            sa.update(AnswerVersion).where(AnswerVersion.application_id == bid.id).values(person_id=officer.id)
        )
    session.flush()
    actor = stage.actor("officer")
    assert kinds(session, stage, "officer") == {bid.id: Next.WRITTEN_BY_YOU}
    assert services.take_next(session, actor=actor, now=stage.now) is None
    with pytest.raises(TransitionRefused, match="entered-by-you"):
        services.settle_rule(session, bid, "ER12", "fail", "A loan.", actor=actor, now=stage.now)
    services.settle_rule(session, bid, "ER12", "fail", "A loan.", actor=stage.actor("manager"), now=stage.now)
    with pytest.raises(TransitionRefused, match="entered-by-you"):
        services.propose_disqualification(session, bid, ["ER12"], "A loan.", actor=actor, now=stage.now)
    assert manager.id not in queries.check_facts(session, bid, actor=actor, now=stage.now).entered_by


def test_the_queue_asks_little_however_long_it_is(session):
    stage = stages.checking(session, scores=(5, 4, 2, 3, 1, 2))
    actor = stage.actor("officer")
    session.expire_all()
    actor = stage.actor("officer")
    with counted(session) as statements:
        page = queries.list_queue(session, actor, now=stage.now)
        assert [row.application.round.title for row in page.rows]
        queries.counts_of(session, actor, now=stage.now)
    assert len(statements) <= 3
