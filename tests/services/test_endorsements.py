"""Endorsements: asked by the group, given by the link alone, sent with the bid, and ended with its deadline."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.accounts.models import Organisation
from grants.accounts.services import Site
from grants.applications import services as applications
from grants.applications.queries import find_submission, hash_of
from grants.assessment.queries import shown_answers
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.duties import DUTIES
from grants.endorsements import queries, services
from grants.endorsements.models import Endorsement
from grants.funds import services as funds
from grants.funds.models import Endorsement as Wanted
from grants.notifications.services import deliver_due, expand_outbox
from grants.reporting.queries import bids
from tests.builders import a_draft, a_group, a_round, actor_of, an_office, answers_to_all, staff
from tests.mail import LETTERHEAD, Kept, a_room, messages
from workflows.actors import Role
from workflows.endorsement import EndorsementState as S
from workflows.errors import Gone, Invalid, NotAllowed, NotFound, TransitionRefused

DAY = timedelta(days=1)
SITE = Site(LETTERHEAD.base_url, LETTERHEAD.key)
WORDS = "I walk this beat. The evenings that they plan are needed."


@pytest.fixture
def office(session):
    return an_office(session)


@pytest.fixture
def round_(session, office, now):
    return a_round(session, office, now=now, endorsement=Wanted.WELCOME)


@pytest.fixture
def group(session, now):
    return a_group(session, now=now)


@pytest.fixture
def bid(session, round_, group, now):
    made = a_draft(session, round_, *group, answers=answers_to_all(), now=now)
    session.commit()
    return made


@pytest.fixture
def actor(session, group):
    return actor_of(session, group[1])


def ask(session, bid, actor, now, email="officer@police.example.org"):
    made = services.ask_for_endorsement(session, bid, email, "Neighbourhood officer", site=SITE, actor=actor, now=now)
    session.commit()
    return made


def link(session, asked, now):
    return queries.get_by_link(session, asked.id, queries.link_token(SITE, asked), SITE, now=now)


def trail(session, asked):
    mine = sa.select(AuditEntry.action, AuditEntry.actor_name).where(
        AuditEntry.subject_type == "endorsement", AuditEntry.subject_id == asked.id
    )
    return [tuple(row) for row in session.execute(mine.order_by(AuditEntry.id))]


def told(session):
    rows = session.execute(
        sa.select(OutboxEntry.template, OutboxEntry.audience)
        .where(OutboxEntry.subject_type == "endorsement")
        .order_by(OutboxEntry.id)
    )
    return [tuple(row) for row in rows]


def submit(session, bid, actor, now):
    done = applications.submit_application(session, bid, actor=actor, now=now, received_at=now)
    session.commit()
    return done


def mails(session, now):
    while expand_outbox(session, now):
        session.commit()
    box = Kept()
    while deliver_due(session, a_room(box), now=now):
        pass
    return {str(mail["To"]): mail for mail in box.mails}


def test_asking_sends_a_link_that_only_its_reader_has(session, bid, actor, now):
    asked = ask(session, bid, actor, now, "Officer@Police.example.org")
    assert (asked.state, asked.email, asked.words) == (S.REQUESTED, "officer@police.example.org", "")
    assert trail(session, asked) == [("ask", actor.name)]
    assert told(session) == [("endorsement-request", "endorser")]
    token = queries.link_token(SITE, asked)
    assert token != asked.token_hash
    assert token not in repr([message.detail for message in messages(session)])
    mail = mails(session, now)["officer@police.example.org"]
    assert f"https://grants.example.org/endorse/{asked.id}/{token}" in mail.get_content()
    assert "before Wednesday 24 January 2024" in mail.get_content()
    assert [message.body for message in messages(session, "endorsement-request")] == [""]


def test_pressed_twice_it_is_one_asking(session, bid, actor, now):
    assert ask(session, bid, actor, now) is ask(session, bid, actor, now)
    assert len(told(session)) == 1


def test_what_is_given_is_the_endorsers_and_is_sent_with_the_bid(session, office, bid, actor, now):
    asked = ask(session, bid, actor, now)
    services.give(
        session, link(session, asked, now), f" {WORDS} ", " PC on the beat ", "Neighbourhood officer", now=now
    )
    session.commit()
    session.expire_all()
    assert (asked.state, asked.words, asked.name, asked.given_at) == (S.GIVEN, WORDS, "PC on the beat", now)
    # The trail is kept for ever, so it names no endorser.
    assert trail(session, asked)[-1] == ("give", "Endorser")
    assert told(session)[-1] == ("endorsement-given", "lead")
    submission = submit(session, bid, actor, now)
    entry = submission.content[-1]
    assert (entry["label"], entry["kind"]) == ("PC on the beat, Neighbourhood officer", "endorsement")
    assert entry["value"]["words"] == WORDS
    assert submission.content_hash == hash_of(submission.content)
    # Markers and staff read it with what was sent.
    assert shown_answers(session, bid)[-1][0] == "Endorsements"
    officer = actor_of(session, staff(session, office, Role.OFFICER))
    assert bids.answers_for(session, bid, officer)[-1][0] == "Endorsements"


def test_a_bid_that_was_checked_before_it_came_is_sent_all_the_same(session, bid, actor, now):
    from grants.applications.queries import answers_of, content_of, paper_of

    checked = hash_of(content_of(paper_of(session, bid.round), answers_of(session, bid)))
    services.give(session, ask(session, bid, actor, now), WORDS, "A", "B", now=now)
    done = applications.submit_application(session, bid, seen_hash=checked, actor=actor, now=now, received_at=now)
    assert done.content[-1]["kind"] == "endorsement"


def test_what_comes_after_the_bid_was_sent_stands_beside_what_was_sent(session, office, bid, actor, now):
    early, late = ask(session, bid, actor, now), ask(session, bid, actor, now, "two@police.example.org")
    services.give(session, early, WORDS, "PC on the beat", "Officer", now=now)
    sent = submit(session, bid, actor, now)
    before, content_hash = list(sent.content), sent.content_hash
    services.give(session, link(session, late, now), "Needed.", "Head of the school", "Head", now=now + DAY)
    session.commit()
    session.expire_all()
    assert (find_submission(session, bid).content, hash_of(sent.content)) == (before, content_hash)
    officer = actor_of(session, staff(session, office, Role.OFFICER))
    for sections in (shown_answers(session, bid), bids.answers_for(session, bid, officer)):
        assert [section for section, _ in sections[-2:]] == ["Endorsements", queries.SECTION_AFTER]
        assert [item["label"] for item in sections[-1][1]] == ["Head of the school, Head"]
    # Taken back and sent again it is a part of what is sent, and nothing is shown twice.
    applications.unsubmit_application(session, bid, actor=actor, now=now + DAY, received_at=now + DAY)
    again = submit(session, bid, actor, now + DAY)
    assert [item["kind"] for item in again.content[-2:]] == ["endorsement"] * 2
    assert shown_answers(session, bid)[-1][0] == "Endorsements"


def test_the_timer_reads_what_is_due_and_no_other_asking(session, office, actor, bid, now):
    closes = bid.round.closes_at
    later = a_round(session, office, now=now, closes_at=closes + 30 * DAY, endorsement=Wanted.WELCOME)
    other = a_draft(session, later, *(group := a_group(session, now=now)), now=now)
    waits = [ask(session, other, actor_of(session, group[1]), now, f"o{n}@police.example.org") for n in range(3)]
    mine, at = ask(session, bid, actor, now), closes - 2 * DAY
    assert queries.list_to_remind(session, at, limit=10) == [mine]
    assert queries.list_to_expire(session, at, limit=10) == []
    assert queries.list_to_expire(session, closes, limit=10) == [mine]
    # A bid with time of its own is read and left alone, and so is one that was asked a moment ago.
    bid.deadline_extended_to = closes + DAY
    session.commit()
    assert DUTIES["expire-endorsements"](session, closes) == 0
    assert DUTIES["expire-endorsements"](session, closes + DAY) == 1
    assert {each.state for each in waits} == {S.REQUESTED}
    if session.get_bind().dialect.name == "sqlite":
        plan = (
            "EXPLAIN QUERY PLAN SELECT id FROM endorsement WHERE endorsement.state = 'requested' AND application_id = 1"
        )
        assert "ix_endorsement_waiting" in str(session.execute(sa.text(plan)).all())


def test_a_link_works_once_and_until_the_bid_is_looked_at(session, bid, actor, now):
    asked = ask(session, bid, actor, now)
    closes = bid.round.closes_at
    assert link(session, asked, closes - timedelta(milliseconds=1)) is asked
    with pytest.raises(Gone):
        link(session, asked, closes)
    for wrong in ("", "x", queries.link_token(SITE, asked)[:-1], asked.token_hash):
        with pytest.raises(Gone):
            queries.get_by_link(session, asked.id, wrong, SITE, now=now)
    with pytest.raises(Gone):
        queries.get_by_link(session, 999, queries.link_token(SITE, asked), SITE, now=now)
    submit(session, bid, actor, now)
    bid.round.closes_at, bid.round.grace_minutes = closes, 60
    funds.close_due_rounds(session, closes)
    applications.start_due_checks(session, closes)
    assert bid.state == "checking"
    # Within the grace that others have it is being looked at already, and takes no more words.
    with pytest.raises(Gone):
        link(session, asked, closes)
    with pytest.raises(TransitionRefused):
        services.give(session, asked, WORDS, "A", "B", now=closes)
    session.rollback()
    services.decline(session, link(session, asked, now), now=now)
    session.commit()
    assert (asked.state, told(session)[-1]) == (S.DECLINED, ("endorsement-declined", "lead"))
    with pytest.raises(Gone):
        link(session, asked, now)


@pytest.mark.parametrize(
    ("words", "name", "position", "code"),
    [
        ("", "A", "B", "endorsement-incomplete"),
        (" \n ", "A", "B", "endorsement-incomplete"),
        (WORDS, " ", "B", "endorsement-incomplete"),
        (WORDS, "A", "", "endorsement-incomplete"),
        ("word " * 201, "A", "B", "too-many-words"),
    ],
)
def test_what_is_missing_or_too_long_is_refused(session, bid, actor, now, words, name, position, code):
    asked = ask(session, bid, actor, now)
    with pytest.raises(Invalid) as told_:
        services.give(session, asked, words, name, position, now=now)
    assert told_.value.detail["problems"] == {"words": code}
    services.give(session, asked, "word " * 200, "A", "B", now=now)


def test_the_group_asks_again_after_a_day_and_takes_its_asking_back(session, bid, actor, now):
    asked = ask(session, bid, actor, now)
    with pytest.raises(TransitionRefused):
        services.resend(session, asked, actor=actor, now=now + timedelta(hours=23))
    services.resend(session, asked, actor=actor, now=now + DAY)
    assert told(session) == [("endorsement-request", "endorser")] * 2
    services.withdraw(session, asked, actor=actor, now=now + DAY)
    session.commit()
    with pytest.raises(Gone):
        link(session, asked, now + DAY)
    # What has not gone yet is not owed any more; and somebody may be asked anew.
    assert "officer@police.example.org" not in mails(session, now + DAY)
    assert ask(session, bid, actor, now + DAY) is not asked


def test_five_are_asked_at_most(session, bid, actor, now):
    for number in range(5):
        ask(session, bid, actor, now, f"o{number}@police.example.org")
    with pytest.raises(TransitionRefused) as told_:
        ask(session, bid, actor, now, "o6@police.example.org")
    assert told_.value.code == "endorsements-too-many"


def test_only_the_bids_own_people_ask_and_see(session, office, bid, actor, now):
    asked = ask(session, bid, actor, now)
    stranger = actor_of(session, a_group(session)[1])
    officer = actor_of(session, staff(session, office, Role.OFFICER, Role.MANAGER))
    with pytest.raises(NotAllowed):
        ask(session, bid, stranger, now, "x@police.example.org")
    session.rollback()
    for other in (stranger, officer):
        with pytest.raises(NotFound):
            queries.get_endorsement(session, other, asked.id)


def test_a_round_that_wants_none_takes_none(session, office, actor, group, now):
    bid = a_draft(session, a_round(session, office, now=now), *group, now=now)
    with pytest.raises(Invalid):
        ask(session, bid, actor, now)


def test_a_round_that_needs_one_takes_no_bid_without(session, office, actor, group, now):
    needs = a_round(session, office, now=now, endorsement=Wanted.NEEDED)
    bid = a_draft(session, needs, *group, answers=answers_to_all(), now=now)
    session.commit()
    asked = ask(session, bid, actor, now)
    with pytest.raises(TransitionRefused) as told_:
        submit(session, bid, actor, now)
    assert told_.value.code == "endorsement-needed"
    session.rollback()
    assert find_submission(session, bid) is None
    services.give(session, asked, WORDS, "A", "B", now=now)
    submit(session, bid, actor, now)


def test_in_a_try_out_the_link_goes_to_the_tester_alone(session, office, round_, now):
    manager = staff(session, office, Role.MANAGER)
    trial = funds.try_form(session, round_, actor=actor_of(session, manager), now=now)
    tester = actor_of(session, manager)
    group = session.get_one(Organisation, next(iter(tester.organisation_ids)))
    bid = a_draft(session, trial, group, manager, now=now)
    assert ask(session, bid, tester, now, "officer@police.example.org").email == manager.email


def test_one_reminder_goes_three_days_before_the_deadline(session, bid, actor, now):
    asked = ask(session, bid, actor, now)
    remind, closes = DUTIES["remind-endorsers"], bid.round.closes_at
    assert remind(session, closes - 3 * DAY - timedelta(seconds=1)) == 0
    assert remind(session, closes - 3 * DAY) == 1
    assert remind(session, closes - DAY) == 0
    session.commit()
    assert told(session)[1:] == [("endorsement-reminder", "endorser")]
    mail = mails(session, closes - 3 * DAY)["officer@police.example.org"]
    assert queries.link_token(SITE, asked) in mail.get_content()


def test_who_was_asked_a_moment_ago_is_not_reminded(session, bid, actor, now):
    late = bid.round.closes_at - DAY
    ask(session, bid, actor, late)
    assert DUTIES["remind-endorsers"](session, late + timedelta(hours=1)) == 0


def test_askings_end_with_the_deadline_and_with_the_bid(session, bid, actor, now):
    asked = ask(session, bid, actor, now)
    given = ask(session, bid, actor, now, "two@police.example.org")
    services.give(session, given, WORDS, "A", "B", now=now)
    expire = DUTIES["expire-endorsements"]
    assert expire(session, now) == 0
    assert expire(session, bid.round.closes_at) == 1
    assert expire(session, bid.round.closes_at) == 0
    session.commit()
    assert (asked.state, given.state) == (S.EXPIRED, S.GIVEN)


def test_a_withdrawn_bid_ends_its_askings(session, bid, actor, now):
    asked = ask(session, bid, actor, now)
    applications.withdraw_application(session, bid, actor=actor, now=now)
    assert DUTIES["expire-endorsements"](session, now) == 1
    assert asked.state is S.EXPIRED


def test_the_database_refuses_a_given_one_without_words(session, bid, actor, now):
    asked = ask(session, bid, actor, now)
    with pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.update(Endorsement).where(Endorsement.id == asked.id).values(state="given"))
    session.rollback()
