"""Support events: planned, signed up to, reminded of, held, recorded; places are given in order and never twice."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.accounts.services import Site
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.duties import DUTIES
from grants.events import queries, services
from grants.funds.models import EventSignUp
from grants.notifications.services import deliver_due, expand_outbox
from grants.reporting.queries.events import visitors
from tests.builders import a_draft, a_group, a_plan, a_round, actor_of, an_office, staff
from tests.mail import LETTERHEAD, Kept, a_room, messages
from workflows.actors import SYSTEM, Role
from workflows.errors import Gone, Invalid, NotAllowed, NotFound, Stale, TooMany, TransitionRefused
from workflows.event import EventState as S

DAY = timedelta(days=1)
SITE = Site(LETTERHEAD.base_url, LETTERHEAD.key)


@pytest.fixture
def office(session):
    return an_office(session)


@pytest.fixture
def round_(session, office, now):
    return a_round(session, office, now=now)


@pytest.fixture
def officer(session, office):
    return actor_of(session, staff(session, office, Role.OFFICER, name="Grants officer"))


@pytest.fixture
def event(session, round_, officer, now):
    made = services.plan_event(session, round_, a_plan(now, capacity=2), actor=officer, now=now)
    session.commit()
    return made


def come(session, event, now, email="reader@example.org", client="", **more):
    made = services.sign_up(
        session, event, email, more.pop("name", "Club secretary"), client=client or email, site=SITE, now=now, **more
    )
    session.commit()
    return made


def trail(session, event):
    mine = sa.select(AuditEntry.action, AuditEntry.actor_name, AuditEntry.detail).where(
        AuditEntry.subject_type == "event", AuditEntry.subject_id == event.id
    )
    return [tuple(row) for row in session.execute(mine.order_by(AuditEntry.id))]


def told(session):
    entries = sa.select(OutboxEntry.template).where(OutboxEntry.subject_type == "event")
    return list(session.scalars(entries.order_by(OutboxEntry.id)))


def mails(session, now):
    while expand_outbox(session, now):
        session.commit()
    box = Kept()
    while deliver_due(session, a_room(box), now=now):
        pass
    return [(str(mail["To"]), str(mail["Subject"]), mail.get_content()) for mail in box.mails]


def test_a_place_is_taken_with_a_mail_and_nothing_of_the_person_on_the_trail(session, event, now):
    place = come(session, event, now, "Reader@Example.org", group_name=" Example Club ", needs="Large print")
    assert (place.email, place.group_name, place.is_waiting, place.attended) == (
        "reader@example.org", "Example Club", False, None
    )  # fmt: skip
    assert trail(session, event) == [
        ("plan", "Grants officer", {}),
        ("sign-up", "Nobody", {"waiting": False}),
    ]
    [(to, subject, body)] = mails(session, now)
    assert (to, subject) == ("reader@example.org", "Your place: How to apply")
    for words in ("Saturday 20 January 2024 at midday", "Example Hall", "https://call.example.org/join"):
        assert words in body
    token = queries.place_token(SITE, place)
    assert f"https://grants.example.org/events/{event.id}/place/{place.id}/{token}" in body
    # Words that anybody can have typed do not go to an address that anybody can have typed.
    assert "Club secretary" not in body
    assert token != place.token_hash
    assert [message.body for message in messages(session, "event-place")] == [""]


def test_a_full_event_has_a_waiting_list_and_a_place_given_back_goes_to_the_first(session, event, now):
    first, second = come(session, event, now, "a@example.org"), come(session, event, now, "b@example.org")
    third, fourth = come(session, event, now, "c@example.org"), come(session, event, now, "d@example.org")
    assert [each.is_waiting for each in (first, second, third, fourth)] == [False, False, True, True]
    assert queries.places_left(session, event) == 0
    waiting = mails(session, now)[2]
    assert waiting[1] == "Waiting list: How to apply"
    assert "https://call.example.org/join" not in waiting[2]
    services.give_back(session, first, now=now)
    services.give_back(session, first, now=now)
    session.commit()
    assert (first.cancelled_at, third.is_waiting, fourth.is_waiting) == (now, False, True)
    assert [(to, subject) for to, subject, _ in mails(session, now)] == [("c@example.org", "Your place: How to apply")]
    # Who comes back is behind those who wait.
    again = come(session, event, now + timedelta(minutes=20), "a@example.org")
    assert again is first
    assert again.is_waiting


def test_asked_twice_it_is_one_place_that_nobody_else_can_change(session, event, now):
    place = come(session, event, now)
    again = come(session, event, now, name="Somebody else", group_name="Other")
    assert again is place
    assert (place.name, place.group_name) == ("Club secretary", "")
    assert len(messages(session, "event-place")) == 2


def test_requests_are_limited(session, event, now):
    for number in range(5):
        come(session, event, now, f"r{number}@example.org", client="10.0.0.1")
    with pytest.raises(TooMany):
        come(session, event, now, "r9@example.org", client="10.0.0.1")


def test_only_its_own_link_gives_a_place_back(session, event, now):
    one, two = come(session, event, now), come(session, event, now, "b@example.org")
    token = queries.place_token(SITE, one)
    assert queries.get_place(session, event.id, one.id, token, SITE) is one
    for wrong in ((event.id, two.id, token), (event.id + 1, one.id, token), (event.id, one.id, one.token_hash)):
        with pytest.raises(Gone):
            queries.get_place(session, *wrong, SITE)


def test_the_timer_reminds_three_days_before_at_nine_and_calls_it_held(session, event, now):
    come(session, event, now)
    mails(session, now)
    run = DUTIES["run-events"]
    at = (event.starts_at - 3 * DAY).replace(hour=9)
    assert run(session, at - timedelta(seconds=1)) == 0
    assert run(session, at) == 1
    session.commit()
    assert run(session, at + DAY) == 0
    assert told(session) == ["event-reminder"]
    [(to, subject, _)] = mails(session, at)
    assert (to, subject) == ("reader@example.org", "Soon: How to apply")
    assert run(session, event.ends_at - timedelta(seconds=1)) == 0
    assert run(session, event.ends_at) == 1
    session.commit()
    assert event.state is S.HELD
    assert run(session, event.ends_at + DAY) == 0


def test_after_an_outage_nobody_is_reminded_of_what_has_begun(session, event, now):
    come(session, event, now)
    assert DUTIES["run-events"](session, event.starts_at) == 0
    assert told(session) == []


def test_a_moved_event_tells_those_who_come_and_reminds_anew(session, event, officer, now):
    come(session, event, now)
    mails(session, now)
    services.change_event(session, event, a_plan(now, capacity=2, title="Other words"), actor=officer, now=now)
    assert told(session) == []
    near = now + 3 * DAY
    DUTIES["run-events"](session, event.starts_at - 3 * DAY)
    moved = a_plan(near, capacity=2)
    services.change_event(session, event, moved, actor=officer, now=now + 7 * DAY)
    session.commit()
    assert told(session) == ["event-reminder", "event-moved"]
    assert [action for action, _, _ in trail(session, event)][-1] == "move"
    assert DUTIES["run-events"](session, event.starts_at - 2 * DAY) == 1


def test_more_room_goes_to_those_who_wait(session, event, officer, now):
    places = [come(session, event, now, f"{letter}@example.org") for letter in "abcd"]
    services.change_event(session, event, a_plan(now, capacity=3), actor=officer, now=now)
    assert [each.is_waiting for each in places] == [False, False, False, True]
    # Fewer places take nothing from those who have one.
    services.change_event(session, event, a_plan(now, capacity=1), actor=officer, now=now)
    assert [each.is_waiting for each in places] == [False, False, False, True]


def test_a_cancelled_event_tells_why_and_takes_nobody_more(session, event, officer, now):
    come(session, event, now)
    mails(session, now)
    with pytest.raises(TransitionRefused):
        services.cancel_event(session, event, " ", actor=officer, now=now)
    services.cancel_event(session, event, "The hall is shut.", actor=officer, now=now)
    session.commit()
    [(_, subject, body)] = mails(session, now)
    assert subject == "Cancelled: How to apply"
    assert "The hall is shut." in body
    with pytest.raises(TransitionRefused):
        come(session, event, now, "new@example.org")


def test_the_recording_is_told_once_also_to_those_who_missed_it(session, event, officer, now):
    come(session, event, now)
    over = event.ends_at
    with pytest.raises(TransitionRefused):
        services.publish_recording(session, event, "https://video.example.org/1", actor=officer, now=over)
    session.rollback()
    DUTIES["run-events"](session, over)
    services.publish_recording(session, event, "https://video.example.org/1", actor=officer, now=over)
    services.publish_recording(session, event, "https://video.example.org/2", actor=officer, now=over)
    session.commit()
    assert (event.state, event.recording_link) == (S.RECORDING_PUBLISHED, "https://video.example.org/2")
    assert told(session) == ["event-recording"]
    assert "https://video.example.org/2" in next(
        body for _, subject, body in mails(session, over) if "recording" in subject
    )


def test_who_came_is_written_down_once_it_began(session, event, officer, now):
    one, two = come(session, event, now), come(session, event, now, "b@example.org")
    with pytest.raises(TransitionRefused):
        services.mark_attendance(session, event, {one.id}, actor=officer, now=now)
    group = actor_of(session, a_group(session)[1])
    with pytest.raises(NotAllowed):
        services.mark_attendance(session, event, {one.id}, actor=group, now=event.starts_at)
    services.mark_attendance(session, event, {one.id, 999}, actor=officer, now=event.starts_at)
    assert (one.attended, two.attended) == (True, False)
    assert trail(session, event)[-1] == ("attendance", "Grants officer", {"came": 1})


def test_who_applied_since_is_known_by_address_or_by_the_groups_name(session, round_, event, now):
    organisation, lead = a_group(session, "Example Youth Club (fictional)", now=now)
    a_draft(session, round_, *a_group(session, now=now), now=now)
    come(session, event, now, lead.email)
    come(session, event, now, "other@example.org", group_name="EXAMPLE youth  club (fictional)")
    come(session, event, now, "nobody@example.org")
    bid = a_draft(session, round_, organisation, lead, now=now + DAY)
    session.commit()
    found = visitors(session, event, SYSTEM)
    assert [[each.id for each in person.bids] for person in found] == [
        [bid.id],
        [bid.id],
        [],
    ]


def test_a_bid_from_before_the_sign_up_is_not_one_of_those_since(session, round_, event, now):
    organisation, lead = a_group(session, now=now)
    a_draft(session, round_, organisation, lead, now=now)
    come(session, event, now + DAY, lead.email)
    assert [person.bids for person in visitors(session, event, SYSTEM)] == [[]]


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"hours": -1}, {"ends_time": "event-ends-first"}),
        ({"hours": 0}, {"ends_time": "event-ends-first"}),
        ({"place": " ", "link": ""}, {"place": "event-needs-a-place"}),
    ],
)
def test_what_can_not_be_right_is_refused(session, round_, officer, now, changed, problems):
    starts = now + 10 * DAY
    if "hours" in changed:
        changed = {"ends_at": starts + timedelta(hours=changed["hours"])}
    with pytest.raises(Invalid) as error:
        services.plan_event(session, round_, a_plan(now, **changed), actor=officer, now=now)
    assert error.value.detail["problems"] == problems


def test_another_office_sees_no_event_and_a_stale_officer_is_told(session, event, officer, now):
    elsewhere = actor_of(session, staff(session, an_office(session), Role.OFFICER, Role.MANAGER))
    with pytest.raises(NotFound):
        queries.get_event(session, elsewhere, event.id)
    seen = event.version
    services.change_event(session, event, a_plan(now, title="New"), actor=officer, now=now, seen_version=seen)
    with pytest.raises(Stale):
        services.cancel_event(session, event, "Why", actor=officer, now=now, seen_version=seen)
    assert session.scalar(sa.select(sa.func.count(EventSignUp.id))) == 0


def test_who_came_is_forgotten_a_year_later(session, event, now):
    come(session, event, now)
    DUTIES["run-events"](session, event.ends_at)
    assert DUTIES["run-events"](session, event.starts_at + 364 * DAY) == 0
    assert DUTIES["run-events"](session, event.starts_at + 365 * DAY) == 1
    assert session.scalar(sa.select(sa.func.count(EventSignUp.id))) == 0
