"""Rounds are set up, approved with their money, published, opened, moved, closed and cancelled, each on the record."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.extensions import db
from grants.funding import services as funding
from grants.funds import queries
from grants.funds import services as funds
from grants.funds.definition import RoundDefinition
from grants.funds.models import DeadlineChange, Round
from tests.builders import a_round, actor_of, an_office, staff
from workflows.actors import Role
from workflows.deadlines import from_london
from workflows.errors import Invalid, NotAllowed, NotFound, Stale, TooLate, TransitionRefused
from workflows.money import LARGEST
from workflows.round import RoundState as S

DAY = timedelta(days=1)


def trail(session, round_):
    rows = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject_type == "round", AuditEntry.subject_id == round_.id)
        .order_by(AuditEntry.id)
    )
    return [(row.action, row.actor_name, row.reason) for row in rows]


def told(session):
    entries = session.scalars(sa.select(OutboxEntry).order_by(OutboxEntry.id))
    return [(row.template, row.audience, row.subject_id) for row in entries]


@pytest.fixture
def office(session):
    return an_office(session)


@pytest.fixture
def manager(session, office):
    return actor_of(session, staff(session, office, Role.MANAGER, name="Grants manager"))


@pytest.fixture
def head(session, office):
    return actor_of(session, staff(session, office, Role.DECISION_MAKER, name="Decision maker"))


def a_draft(session, round_, manager, now, **dates):
    """A copy of the round, with the money it needs."""
    values = {"code": "COPY-1", "title": "The copy", "opens_at": now + DAY, "closes_at": now + 8 * DAY} | dates
    return funds.copy_round(session, round_, **values, actor=manager, now=now)


def with_money(session, office, round_, manager, now, pence=10_000_000):
    source = funding.create_money_source(session, office, "More money", pence, actor=manager, now=now)
    funds.add_money(session, round_.fund, source, pence, actor=manager, now=now)


def test_a_round_goes_from_nothing_to_open_on_the_record(session, office, now):
    round_ = a_round(session, office, now=now)
    session.commit()
    session.expire_all()
    assert (round_.state, round_.published_at, round_.version) == (S.OPEN, now, 4)
    actions = [(action, name) for action, name, _ in trail(session, round_)]
    assert [action for action, _ in actions] == ["create", "approve", "schedule", "open"]
    assert actions[-1][1] == "Timer"
    assert told(session) == [("round-opened", "subscribers", round_.id)]
    assert queries.unallocated_pence(session, round_.fund_id) == 0
    assert sum(criterion.weight for criterion in round_.criteria) == 100
    assert [question.position for question in round_.questions] == list(range(1, len(round_.questions) + 1))


def test_a_code_is_used_once_in_an_office_whatever_its_case(session, office, manager, now):
    round_ = a_round(session, office, now=now, code="CSF-R1")
    with pytest.raises(Invalid) as refused:
        a_draft(session, round_, manager, now, code="csf-r1")
    assert refused.value.detail["problems"] == {"code": "round-code-taken"}
    assert a_round(session, an_office(session), now=now, code="CSF-R1").id != round_.id


def test_a_fund_is_made_only_when_asked(session, office, manager, now):
    definition = RoundDefinition(
        office=office.code,
        fund="NEW",
        code="N-1",
        title="New",
        pot_pence=100,
        opens_at=now,
        closes_at=now + DAY,
        criteria=(),
        sections=(),
        rules=(),
    )
    with pytest.raises(Invalid) as refused:
        funds.create_round(session, office, definition, actor=manager, now=now)
    assert refused.value.detail["problems"] == {"fund": "fund-unknown"}
    round_ = funds.create_round(session, office, definition, actor=manager, now=now, create_missing=True)
    assert (round_.state, round_.fund.code, queries.unallocated_pence(session, round_.fund_id)) == (S.DRAFT, "NEW", 100)


def test_a_source_is_never_promised_twice(session, office, manager, now):
    fund = funds.create_fund(session, office, "F", "Fund", actor=manager, now=now)
    source = funding.create_money_source(session, office, "Precept", 1000, actor=manager, now=now)
    funds.add_money(session, fund, source, 600, actor=manager, now=now)
    with pytest.raises(Invalid) as refused:
        funds.add_money(session, fund, source, 401, actor=manager, now=now)
    assert refused.value.detail["free_pence"] == 400
    funds.add_money(session, fund, source, 400, actor=manager, now=now)
    assert queries.unallocated_pence(session, fund.id) == 1000


def test_a_copy_has_the_same_form_rubric_and_rules_and_waits_for_its_money(session, office, manager, now):
    round_ = a_round(session, office, now=now)
    copy = a_draft(session, round_, manager, now)
    session.commit()
    session.expire_all()
    assert copy.state == S.DRAFT
    for part in ("questions", "criteria", "sections", "rules", "areas"):
        old, new = getattr(round_, part), getattr(copy, part)
        assert [getattr(row, "code", "") or row.name for row in new] == [
            getattr(row, "code", "") or row.name for row in old
        ]
        assert not {row.id for row in new} & {row.id for row in old}
    assert copy.questions[0].options == round_.questions[0].options
    assert [problem.code for problem in queries.problems_of(session, copy)] == [
        "pot-not-covered",
        "money-not-confirmed",
    ]
    with pytest.raises(TransitionRefused) as refused:
        funds.approve_round(session, copy, actor=manager, now=now)
    assert refused.value.detail["problems"] == ("pot-not-covered", "money-not-confirmed")
    assert copy.state == S.DRAFT


def test_two_rounds_are_not_approved_on_the_same_last_money(session, office, manager, now):
    round_ = a_round(session, office, now=now)
    first = a_draft(session, round_, manager, now)
    second = a_draft(session, round_, manager, now, code="COPY-2")
    with_money(session, office, round_, manager, now)
    for draft in (first, second):
        funds.edit_round(session, draft, {"is_money_confirmed": True}, actor=manager, now=now)
    funds.approve_round(session, first, actor=manager, now=now)
    with pytest.raises(TransitionRefused):
        funds.approve_round(session, second, actor=manager, now=now)


def test_a_draft_is_changed_on_the_record_and_only_by_who_saw_it_last(session, office, manager, now):
    copy = a_draft(session, a_round(session, office, now=now), manager, now)
    seen = copy.version
    funds.edit_round(session, copy, {"title": "Better", "theme": "x"}, seen_version=seen, actor=manager, now=now)
    session.commit()
    session.expire_all()
    assert (copy.title, copy.theme, copy.version) == ("Better", "x", seen + 1)
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.detail) == ("edit", {"changed": ["theme", "title"]})
    with pytest.raises(Stale):
        funds.edit_round(session, copy, {"title": "Late"}, seen_version=seen, actor=manager, now=now)
    session.rollback()
    assert session.get_one(Round, copy.id).title == "Better"


def test_wrong_changes_are_all_named_and_none_is_kept(session, office, manager, now):
    copy = a_draft(session, a_round(session, office, now=now), manager, now)
    session.commit()
    wrong = {"title": " ", "pot_pence": -1, "closes_at": copy.opens_at, "min_ask_pence": 2, "max_ask_pence": 1}
    with pytest.raises(Invalid) as refused:
        funds.edit_round(session, copy, wrong, actor=manager, now=now)
    assert set(refused.value.detail["problems"]) == {"title", "pot_pence", "closes_at", "min_ask_pence"}
    assert (copy.title, copy.pot_pence) == ("The copy", 10_000_000)


def test_a_published_round_is_changed_no_more(session, office, manager, now):
    round_ = a_round(session, office, now=now)
    with pytest.raises(TransitionRefused):
        funds.edit_round(session, round_, {"title": "Other"}, actor=manager, now=now)


@pytest.mark.parametrize(("opens_in", "action", "letters"), [(-1, "extend-deadline", 1), (1, "move-deadline", 0)])
def test_a_deadline_moves_later_with_its_reason(session, office, manager, now, opens_in, action, letters):
    round_ = a_round(session, office, now=now, opens_at=now + opens_in * DAY)
    before, state = round_.closes_at, round_.state
    funds.move_deadline(session, round_, before + DAY, " Snow ", actor=manager, now=now)
    session.commit()
    session.expire_all()
    assert (round_.closes_at, round_.state) == (before + DAY, state)
    assert trail(session, round_)[-1] == (action, "Grants manager", "Snow")
    opened = [("round-opened", "subscribers", round_.id)] * (opens_in < 0)
    assert told(session) == opened + [("deadline-moved", "applicants", round_.id)] * letters
    change = session.scalars(sa.select(DeadlineChange)).one()
    assert (change.old_closes_at, change.new_closes_at, change.reason, change.person_id) == (
        before,
        before + DAY,
        "Snow",
        manager.person_id,
    )


def test_a_deadline_is_never_moved_earlier_without_a_reason_or_after_it_passed(session, office, manager, head, now):
    round_ = a_round(session, office, now=now)
    closes = round_.closes_at
    tries = [
        (closes, "Why", manager, now, "deadline-only-later", TransitionRefused),
        (closes + DAY, "  ", manager, now, "reason-needed", TransitionRefused),
        (closes + DAY, "Why", manager, closes, "deadline-passed", TooLate),
        (closes + DAY, "Why", head, now, "not-allowed", NotAllowed),
    ]
    for to, reason, actor, at, code, kind in tries:
        with pytest.raises(kind) as refused:
            funds.move_deadline(session, round_, to, reason, actor=actor, now=at)
        assert refused.value.code == code
    assert session.scalars(sa.select(DeadlineChange)).all() == []


def test_a_deadline_stays_before_what_follows_it(session, office, manager, now):
    round_ = a_round(session, office, now=now, panel_on=date(2024, 1, 30))
    with pytest.raises(Invalid) as refused:
        funds.move_deadline(session, round_, now + 30 * DAY, "Why", actor=manager, now=now)
    assert refused.value.detail["problems"] == {"closes_at": "deadline-after-what-follows"}


def test_a_round_is_cancelled_by_the_head_with_a_reason_and_gives_its_pot_back(session, office, manager, head, now):
    round_ = a_round(session, office, now=now)
    with pytest.raises(NotAllowed):
        funds.cancel_round(session, round_, "Why", actor=manager, now=now)
    with pytest.raises(TransitionRefused):
        funds.cancel_round(session, round_, " ", actor=head, now=now)
    funds.cancel_round(session, round_, "The money is gone.", actor=head, now=now)
    session.commit()
    session.expire_all()
    assert (round_.state, round_.cancelled_reason) == (S.CANCELLED, "The money is gone.")
    assert trail(session, round_)[-1] == ("cancel", "Decision maker", "The money is gone.")
    assert told(session)[1:] == [("round-cancelled", "applicants", round_.id)]
    assert queries.unallocated_pence(session, round_.fund_id) == round_.pot_pence


def test_rounds_open_and_close_at_their_instants_and_once(session, office, now):
    round_ = a_round(session, office, now=now, opens_at=now + DAY)
    instant = timedelta(milliseconds=1)
    assert round_.state == S.SCHEDULED
    assert funds.open_due_rounds(session, now + DAY - instant) == 0
    assert funds.open_due_rounds(session, now + DAY) == 1
    assert funds.open_due_rounds(session, now + DAY) == 0
    assert funds.close_due_rounds(session, round_.closes_at - instant) == 0
    assert funds.close_due_rounds(session, round_.closes_at) == 1
    assert funds.close_due_rounds(session, round_.closes_at) == 0
    session.commit()
    session.expire_all()
    assert round_.state == S.CLOSED
    assert [action for action, _, _ in trail(session, round_)][-2:] == ["open", "close"]
    assert told(session) == [("round-opened", "subscribers", round_.id)]


def test_after_days_of_outage_a_round_opens_and_closes_at_once(session, office, now):
    round_ = a_round(session, office, now=now, opens_at=now + DAY, closes_at=now + 2 * DAY)
    late = now + 9 * DAY
    assert (funds.open_due_rounds(session, late), funds.close_due_rounds(session, late)) == (1, 1)
    assert round_.state == S.CLOSED


def test_a_rolling_round_is_never_closed_by_the_clock(session, office, now):
    round_ = a_round(session, office, now=now, closes_at=None, is_rolling=True)
    assert funds.close_due_rounds(session, now + 9999 * DAY) == 0
    assert round_.state == S.OPEN


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        # Clocks went forward on 31 March 2024 at 01:00, and back on 27 October 2024 at 02:00 (summer time).
        ("2024-03-31T00:59", "2024-03-31T02:00"),
        ("2024-10-27T00:59", "2024-10-27T02:00"),
    ],
)
def test_both_changes_of_the_clock_are_kept(session, office, opens, closes):
    opens_at, closes_at = (from_london(datetime.fromisoformat(clock)) for clock in (opens, closes))
    hours = {3: timedelta(minutes=1), 10: timedelta(hours=2, minutes=1)}
    assert closes_at - opens_at == hours[closes_at.month]
    before = datetime(2024, 3, 1, tzinfo=UTC)
    round_ = a_round(session, office, now=before, opens_at=opens_at, closes_at=closes_at)
    assert funds.open_due_rounds(session, opens_at) == 1
    assert funds.close_due_rounds(session, closes_at - timedelta(microseconds=1)) == 0
    assert funds.close_due_rounds(session, closes_at) == 1
    assert round_.state == S.CLOSED


def test_two_workers_open_a_round_once(app, session, office, now):
    round_ = a_round(session, office, now=now, opens_at=now + DAY)
    session.commit()
    done = funds.open_due_rounds(session, now + DAY)
    if session.get_bind().dialect.name == "postgresql":
        # While the first worker still holds the row, a second one passes over it.
        with Session(db.engine) as other:
            assert funds.open_due_rounds(other, now + DAY) == 0
    session.commit()
    assert (done, round_.state) == (1, S.OPEN)
    session.commit()
    with Session(db.engine) as other:
        assert funds.open_due_rounds(other, now + DAY) == 0
    assert [action for action, _, _ in trail(session, round_)].count("open") == 1


def test_the_deadline_is_closing_and_grace_or_the_bids_own(session, office, now):
    round_ = a_round(session, office, now=now, grace_minutes=5)

    class Bid:
        def __init__(self, extended):
            self.round, self.deadline_extended_to = round_, extended

    deadline = round_.closes_at + timedelta(minutes=5)
    assert queries.deadline_for(Bid(None)) == deadline
    assert queries.deadline_for(Bid(deadline + DAY)) == deadline + DAY
    # An extension that a later move of the deadline overtook takes nothing away.
    assert queries.deadline_for(Bid(deadline - DAY)) == deadline
    round_.closes_at = None
    assert queries.deadline_for(Bid(now)) is None


def test_staff_see_their_own_offices_rounds_and_the_public_only_published_ones(session, office, manager, now):
    round_ = a_round(session, office, now=now)
    draft = a_draft(session, round_, manager, now)
    stranger = actor_of(session, staff(session, an_office(session), Role.MANAGER))
    session.commit()
    assert [row[0].id for row in queries.list_rounds(session, manager)] == [draft.id, round_.id]
    assert queries.list_rounds(session, stranger) == []
    assert queries.get_round(session, manager, draft.id) is draft
    with pytest.raises(NotFound):
        queries.get_round(session, stranger, round_.id)
    assert queries.get_public_round(session, stranger, round_.id) is round_
    with pytest.raises(NotFound):
        queries.get_public_round(session, manager, draft.id)
    assert [row[0].id for row in queries.list_public_rounds(session, now=now)] == [round_.id]


def test_the_public_list_has_open_coming_and_lately_closed_rounds_in_that_order(session, office, head, now):
    closed = a_round(session, office, now=now - 40 * DAY, closes_at=now - 30 * DAY)
    long_ago = a_round(session, office, now=now - 100 * DAY, closes_at=now - 90 * DAY)
    coming = a_round(session, office, now=now, opens_at=now + DAY)
    open_ = a_round(session, office, now=now)
    cancelled = a_round(session, office, now=now)
    funds.cancel_round(session, cancelled, "Why", actor=head, now=now)
    funds.close_due_rounds(session, now)
    assert long_ago.state == S.CLOSED
    found = [row[0].id for row in queries.list_public_rounds(session, now=now)]
    assert found == [open_.id, coming.id, closed.id]


def test_the_largest_pot_can_be_kept(session, office, now):
    assert a_round(session, office, now=now, pot_pence=LARGEST).pot_pence == LARGEST


def test_money_needs_a_name_and_an_amount_and_is_on_the_record(session, office, manager, now):
    with pytest.raises(Invalid) as refused:
        funding.create_money_source(session, office, " ", 0, actor=manager, now=now)
    assert refused.value.detail["problems"] == {"name": "source-name-needed", "amount": "amount-needed"}
    fund = funds.create_fund(session, office, "F", "Fund", actor=manager, now=now)
    source = funds.give_money(session, fund, "Core budget", 5000, restriction="Youth work", actor=manager, now=now)
    assert (source.restriction, queries.unallocated_pence(session, fund.id)) == ("Youth work", 5000)
    found = session.scalars(sa.select(AuditEntry).where(AuditEntry.office_id == office.id).order_by(AuditEntry.id))
    assert [(row.subject_type, row.action, row.office_id) for row in found][-3:] == [
        ("fund", "create", office.id),
        ("money_source", "create", office.id),
        ("fund", "add-money", office.id),
    ]
    assert told(session) == []
    with pytest.raises(Invalid) as taken:
        funds.create_fund(session, office, "f", " ", actor=manager, now=now)
    assert taken.value.detail["problems"] == {"code": "fund-code-taken", "title": "title-needed"}
