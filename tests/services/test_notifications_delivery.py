"""Delivery: each message once, asked again before it goes, tried a bounded number of times, and never lost."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office
from grants.applications import services as applications
from grants.applications.models import Application
from grants.core.audit import AuditEntry
from grants.core.outbox import Delivery, Message, OutboxEntry, Progress
from grants.core.reminders import Owed, remind
from grants.funds import services as funds
from grants.notifications.services import deliver_due, expand_outbox, send_again
from grants.notifications.services.deliver import MAX_ATTEMPTS, give_back_expired, pause_after
from grants.notifications.transport import TransportDown
from tests import builders
from tests.mail import Kept, a_room, messages, refusing
from workflows.actors import SYSTEM, Role
from workflows.errors import TransitionRefused


@pytest.fixture
def bid(session: Session, now: datetime) -> Application:
    """A draft whose first e-mail waits in the outbox."""
    office = builders.an_office(session, contact_email="help@office.example.org")
    round_ = builders.a_round(session, office, now=now)
    # The opening of the round is told, and nobody asked to be.
    expand_outbox(session, now)
    made = builders.a_draft(session, round_, now=now)
    session.commit()
    return made


def bid_office(session: Session, bid: Application) -> Office:
    return session.get_one(Office, bid.office_id)


def reminder_for(session: Session, bid: Application, now: datetime) -> None:
    assert bid.lead is not None
    owed = Owed(
        obligation="draft",
        subject_type="application",
        subject_id=bid.id,
        person_id=bid.lead.id,
        address=bid.lead.email,
        office_id=bid.office_id,
        template="draft-reminder",
        offset_code="-2d",
    )
    assert remind(session, [owed], now=now) == 1
    session.commit()


def test_an_outbox_entry_becomes_one_message_for_each_person(session: Session, bid: Application, now: datetime) -> None:
    assert expand_outbox(session, now) == 1

    [message] = messages(session)
    assert bid.lead is not None
    assert (message.template, message.address) == ("draft-saved", bid.lead.email)
    assert (message.delivery, message.office_id, message.subject_id) == (Delivery.QUEUED, bid.office_id, bid.id)
    assert set(session.scalars(sa.select(OutboxEntry.progress))) == {Progress.EXPANDED}


def test_expanding_again_does_nothing(session: Session, bid: Application, now: datetime) -> None:
    expand_outbox(session, now)

    assert expand_outbox(session, now) == 0
    assert len(messages(session)) == 1


def test_what_is_held_or_suppressed_is_not_expanded(session: Session, bid: Application, now: datetime) -> None:
    session.execute(sa.update(OutboxEntry).values(progress=Progress.HELD, hold_key="round:1"))
    assert expand_outbox(session, now) == 0
    session.execute(sa.update(OutboxEntry).values(progress=Progress.SUPPRESSED))
    assert expand_outbox(session, now) == 0
    assert messages(session) == []


def test_a_message_goes_once_with_the_headers_that_it_needs(session: Session, bid: Application, now: datetime) -> None:
    expand_outbox(session, now)
    kept = Kept()

    assert deliver_due(session, a_room(kept), now=now) == 1
    assert deliver_due(session, a_room(kept), now=now) == 0

    [mail] = kept.mails
    [message] = messages(session)
    assert mail["Message-ID"] == message.message_id
    assert mail["To"] == message.address
    assert mail["From"] == "grants@office.example.org"
    assert mail["Reply-To"] == "help@office.example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Wed, 10 Jan 2024 12:00:00 +0000"
    assert mail.get_content_type() == "text/plain" and mail.get_content_charset() == "utf-8"
    assert bid.reference in mail.get_content()
    assert f"https://grants.example.org/applications/{bid.id}" in mail.get_content()
    assert (message.delivery, message.sent_at, message.attempts) == (Delivery.SENT, now, 1)
    assert message.subject_line == mail["Subject"] and message.body.strip() == mail.get_content().strip()
    assert message.lease_owner is None


def test_a_draft_reminder_goes_while_the_draft_waits(session: Session, bid: Application, now: datetime) -> None:
    reminder_for(session, bid, now)
    kept = Kept()

    deliver_due(session, a_room(kept), now=now)

    assert kept.subjects == [f"Not sent yet: your application to {bid.round.title}"]
    assert "Wednesday 24 January 2024 at midday" in kept.mails[0].get_content()


def test_who_has_submitted_or_withdrawn_is_not_reminded(session: Session, bid: Application, now: datetime) -> None:
    reminder_for(session, bid, now)
    assert bid.lead is not None
    applications.withdraw_application(session, bid, actor=builders.actor_of(session, bid.lead), now=now)
    session.commit()
    kept = Kept()

    deliver_due(session, a_room(kept), now=now)

    assert kept.mails == []
    assert [message.delivery for message in messages(session)] == [Delivery.NOT_OWED]


def test_after_the_deadline_nobody_is_told_to_send(session: Session, bid: Application, now: datetime) -> None:
    reminder_for(session, bid, now)
    kept = Kept()

    deliver_due(session, a_room(kept), now=now + timedelta(days=14))

    assert kept.mails == []
    assert [message.delivery for message in messages(session)] == [Delivery.NOT_OWED]


def test_who_has_left_the_group_is_not_written_to(session: Session, bid: Application, now: datetime) -> None:
    reminder_for(session, bid, now)
    for membership in list(bid.lead.memberships if bid.lead else []):
        membership.ended_at = now
    session.commit()
    kept = Kept()

    deliver_due(session, a_room(kept), now=now)

    assert kept.mails == []


def test_a_refused_message_is_tried_again_later_and_then_gives_up(
    session: Session, bid: Application, now: datetime
) -> None:
    expand_outbox(session, now)
    transport = refusing(smtplib.SMTPDataError(451, b"try later"))
    for attempt in range(1, MAX_ATTEMPTS + 1):
        [message] = messages(session)
        assert message.delivery == Delivery.QUEUED
        at = message.next_attempt_at
        assert deliver_due(session, a_room(transport), now=at - timedelta(seconds=1)) == 0
        assert deliver_due(session, a_room(transport), now=at) == 1
        [message] = messages(session)
        assert message.attempts == attempt
        assert "try later" in message.last_error

    assert message.delivery == Delivery.DEAD
    assert deliver_due(session, a_room(Kept()), now=now + timedelta(days=30)) == 0


def test_the_pauses_grow_and_do_not_all_end_together() -> None:
    pauses = [pause_after(attempt, "<a@b>") for attempt in range(1, MAX_ATTEMPTS)]

    assert pauses == sorted(pauses)
    assert timedelta(minutes=1) <= pauses[0] <= timedelta(seconds=75)
    assert sum(pauses, timedelta()) > timedelta(hours=20)
    assert len({pause_after(1, f"<{number}@b>") for number in range(20)}) > 10


def test_an_officer_sends_a_dead_letter_again_as_the_same_message(
    session: Session, bid: Application, now: datetime
) -> None:
    expand_outbox(session, now)
    session.execute(sa.update(Message).values(delivery=Delivery.DEAD, attempts=MAX_ATTEMPTS))
    [message] = messages(session)
    officer = builders.actor_of(session, builders.staff(session, bid_office(session, bid), Role.OFFICER))
    first_id = message.message_id

    send_again(session, message, actor=officer, now=now)
    session.commit()

    assert (message.delivery, message.attempts, message.next_attempt_at) == (Delivery.QUEUED, 0, now)
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "send-again")).one()
    assert (entry.subject_type, entry.subject_id, entry.actor_person_id) == ("message", message.id, officer.person_id)
    kept = Kept()
    deliver_due(session, a_room(kept), now=now)
    assert [mail["Message-ID"] for mail in kept.mails] == [first_id]
    [message] = messages(session)
    with pytest.raises(TransitionRefused, match="message-not-dead"):
        send_again(session, message, actor=officer, now=now)


def test_a_server_that_is_away_stops_the_round_and_not_the_rest(
    session: Session, bid: Application, now: datetime
) -> None:
    builders.a_draft(session, bid.round, now=now)
    expand_outbox(session, now)

    assert deliver_due(session, a_room(refusing(TransportDown("away"))), now=now) == 1

    assert sorted(message.attempts for message in messages(session)) == [0, 1]
    assert {message.delivery for message in messages(session)} == {Delivery.QUEUED}


def test_a_message_that_cannot_be_written_does_not_stop_the_others(
    session: Session, bid: Application, now: datetime
) -> None:
    reminder_for(session, bid, now)
    session.execute(sa.update(Message).values(template="no-such-template"))
    expand_outbox(session, now + timedelta(seconds=1))
    kept = Kept()

    deliver_due(session, a_room(kept), now=now + timedelta(seconds=1))

    assert kept.subjects == [f"You have started an application to {bid.round.title}"]
    [poison, _] = messages(session)
    assert (poison.delivery, poison.attempts) == (Delivery.QUEUED, 1)
    assert "no-such-template" in poison.last_error


def test_what_a_killed_worker_held_goes_with_the_same_id_when_its_lease_is_over(
    session: Session, bid: Application, now: datetime
) -> None:
    expand_outbox(session, now)
    seen: list[str] = []

    def die(mail: EmailMessage) -> None:
        seen.append(str(mail["Message-ID"]))
        raise SystemExit("killed")

    with pytest.raises(SystemExit):
        deliver_due(session, a_room(Kept(die)), now=now)
    session.rollback()

    kept = Kept()
    other = a_room(kept, owner="worker-2")
    assert deliver_due(session, other, now=now + timedelta(seconds=59)) == 0
    assert deliver_due(session, other, now=now + timedelta(seconds=60)) == 1
    assert [str(mail["Message-ID"]) for mail in kept.mails] == seen
    assert [message.attempts for message in messages(session)] == [2]


def test_the_sweeper_gives_expired_claims_back_and_only_those(
    session: Session, bid: Application, now: datetime
) -> None:
    expand_outbox(session, now)
    claimed = {"delivery": Delivery.SENDING, "lease_owner": "gone", "lease_until": now}
    session.execute(sa.update(Message).values(claimed))

    assert give_back_expired(session, now - timedelta(seconds=1)) == 0
    assert give_back_expired(session, now) == 1
    assert give_back_expired(session, now) == 0
    assert [message.delivery for message in messages(session)] == [Delivery.QUEUED]


def test_a_name_with_a_line_break_can_not_add_a_header(session: Session, bid: Application, now: datetime) -> None:
    bid.round.title = "Round\r\nBcc: everybody@example.org"
    session.commit()
    expand_outbox(session, now)
    kept = Kept()

    deliver_due(session, a_room(kept), now=now)

    [mail] = kept.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "You have started an application to Round Bcc: everybody@example.org"


@pytest.mark.parametrize("address", ["a@b.example.org\nBcc: c@d.example.org", "not an address", ""])
def test_an_address_that_is_none_is_not_sent_to(
    session: Session, bid: Application, now: datetime, address: str
) -> None:
    expand_outbox(session, now)
    session.execute(sa.update(Message).values(address=address))
    kept = Kept()

    deliver_due(session, a_room(kept), now=now)

    assert kept.mails == []
    assert [message.delivery for message in messages(session)] == [Delivery.QUEUED]


def test_a_cancelled_round_is_told_once_to_each_lead(session: Session, bid: Application, now: datetime) -> None:
    builders.a_draft(session, bid.round, now=now)
    head = builders.staff(session, bid_office(session, bid), Role.DECISION_MAKER)
    actor = builders.actor_of(session, head)
    funds.cancel_round(session, bid.round, "The money was withdrawn.", actor=actor, now=now)
    session.commit()

    expand_outbox(session, now)

    assert len(messages(session, "round-cancelled")) == 2
    kept = Kept()
    deliver_due(session, a_room(kept), now=now)
    # That an application was started is no news any more.
    assert kept.subjects == [f"{bid.round.title} is cancelled"] * 2


def test_a_change_that_names_one_person_twice_makes_one_message(
    session: Session, bid: Application, now: datetime
) -> None:
    entry = session.scalars(sa.select(OutboxEntry).where(OutboxEntry.template == "draft-saved")).one()
    twin = {column.name: getattr(entry, column.name) for column in OutboxEntry.__table__.columns if column.name != "id"}
    session.execute(sa.insert(OutboxEntry), [twin | {"audience": "signatory"}])
    session.commit()

    assert expand_outbox(session, now) == 2
    assert len(messages(session)) == 1


class TestLinks:
    """E-mails that let somebody in."""

    @pytest.fixture
    def link(self, session: Session, now: datetime) -> Message:
        person = builders.a_person(session)
        message = Message(
            template="sign-in-link",
            person_id=person.id,
            address=person.email,
            subject_type="person",
            subject_id=person.id,
            detail={"url": "https://grants.example.org/sign-in/link/secret", "minutes": 15},
            dedupe_key="sign-in-link:1",
            message_id="<link@safer-grants>",
            next_attempt_at=now,
            created_at=now,
        )
        session.add(message)
        session.commit()
        return message

    def test_the_link_is_sent_and_then_wiped(self, session: Session, link: Message, now: datetime) -> None:
        kept = Kept()
        deliver_due(session, a_room(kept), now=now)

        assert "https://grants.example.org/sign-in/link/secret" in kept.mails[0].get_content()
        [message] = messages(session)
        assert (message.delivery, message.body, message.detail) == (Delivery.SENT, "", {})

    def test_the_sample_keeps_it_for_its_mailbox(self, session: Session, link: Message, now: datetime) -> None:
        deliver_due(session, a_room(Kept(), keeps_secrets=True), now=now)

        assert "/sign-in/link/secret" in messages(session)[0].body

    def test_a_link_that_is_over_is_not_sent(self, session: Session, link: Message, now: datetime) -> None:
        kept = Kept()
        deliver_due(session, a_room(kept), now=now + timedelta(minutes=15))

        assert kept.mails == []
        assert messages(session)[0].delivery == Delivery.NOT_OWED

    def test_it_goes_before_the_reminders_that_wait(
        self, session: Session, bid: Application, link: Message, now: datetime
    ) -> None:
        reminder_for(session, bid, now - timedelta(hours=1))
        kept = Kept()
        deliver_due(session, a_room(kept), now=now)

        assert kept.subjects[0] == "Your link to sign in"

    def test_a_dead_one_is_wiped_and_not_sent_again(self, session: Session, link: Message, now: datetime) -> None:
        session.execute(sa.update(Message).values(attempts=MAX_ATTEMPTS - 1))
        session.commit()
        deliver_due(session, a_room(refusing(TransportDown("away"))), now=now)

        [message] = messages(session)
        assert (message.delivery, message.detail) == (Delivery.DEAD, {})
        with pytest.raises(TransitionRefused, match="link-not-sent-again"):
            send_again(session, message, actor=SYSTEM, now=now)
