"""News of rounds: nobody is written to who did not press a link, each opening is told once, one press ends it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.accounts.services import Site
from grants.core.audit import AuditEntry
from grants.core.outbox import Delivery, Message
from grants.duties import DUTIES
from grants.funds import services as funds
from grants.funds.definition import AreaDef
from grants.notifications.services import deliver_due, expand_outbox
from grants.subscriptions import queries, services
from grants.subscriptions.models import Subscription
from grants.subscriptions.services import Wish
from tests.builders import a_round, actor_of, an_office, staff
from tests.mail import LETTERHEAD, Kept, a_room, messages
from workflows.actors import Role
from workflows.errors import Gone, Invalid, TooMany

DAY = timedelta(days=1)
SITE = Site(LETTERHEAD.base_url, LETTERHEAD.key)


@pytest.fixture
def office(session):
    return an_office(session, "alpha", contact_email="grants@office.example.org")


@pytest.fixture
def coming(session, office, now):
    made = a_round(session, office, now=now, title="Round Five", theme="Safer parks", opens_at=now + DAY)
    session.commit()
    return made


def ask(session, now, wish, email="reader@example.org", client="10.0.0.1"):
    services.ask_for_news(session, email, wish, client=client, site=SITE, now=now)
    session.commit()
    return messages(session)[-1]


def token_in(message):
    return message.detail["url"].rpartition("/")[2]


def subscribe(session, now, wish, email="reader@example.org", client="10.0.0.1"):
    found = services.confirm(session, token_in(ask(session, now, wish, email, client)), now=now)
    session.commit()
    return found


def trail(session):
    rows = session.execute(
        sa.select(AuditEntry.action, AuditEntry.actor_name)
        .where(AuditEntry.subject_type == "subscription")
        .order_by(AuditEntry.id)
    )
    return [tuple(row) for row in rows]


def open_rounds(session, at):
    while funds.open_due_rounds(session, at):
        session.commit()
    while expand_outbox(session, at):
        session.commit()


def sent(session, at):
    """Everything that goes out until then."""
    box = Kept()
    while deliver_due(session, a_room(box), now=at):
        pass
    return box.mails


def test_asking_sends_a_link_and_nothing_else_until_it_is_pressed(session, coming, now):
    message = ask(session, now, Wish(round=coming))
    assert (message.template, message.address, message.person_id) == ("news-confirm", "reader@example.org", None)
    open_rounds(session, now + DAY)
    assert messages(session, "round-opened") == []
    found = session.scalars(sa.select(Subscription)).one()
    assert found.confirmed_at is None
    assert trail(session) == [("ask", "Nobody")]
    # Only hashes are stored, and the address is not on the trail.
    token = token_in(message)
    assert token not in repr([found.confirm_hash, found.end_hash])
    assert "reader@" not in repr(session.scalars(sa.select(AuditEntry.detail)).all())


def test_who_confirmed_is_told_once_when_the_round_opens(session, coming, now):
    found = subscribe(session, now, Wish(round=coming))
    sent(session, now)
    open_rounds(session, now + DAY)
    open_rounds(session, now + DAY)
    [message] = messages(session, "round-opened")
    assert (message.person_id, message.address, message.detail) == (None, found.email, {"subscription": found.id})
    [mail] = sent(session, now + DAY)
    assert mail["Subject"] == "Open now: Round Five"
    body = mail.get_content()
    assert f"https://grants.example.org/rounds/{coming.id}\n" in body
    assert "It closes on" in body
    link = f"https://grants.example.org/news/{found.id}/end/{queries.end_token(SITE, found)}"
    assert link in body
    assert trail(session) == [("ask", "Nobody"), ("confirm", "Nobody")]
    # The words carry a link that is its reader's alone, so no copy of them is kept.
    [message] = messages(session, "round-opened")
    assert (message.delivery, message.body, message.subject_line) == (Delivery.SENT, "", "Open now: Round Five")


def test_the_mail_program_gets_a_button_of_its_own(session, coming, now):
    found = subscribe(session, now, Wish(round=coming))
    open_rounds(session, now + DAY)
    mail = next(each for each in sent(session, now + DAY) if str(each["Subject"]).startswith("Open now"))
    token = queries.end_token(SITE, found)
    assert mail["List-Unsubscribe"] == f"<https://grants.example.org/news/{found.id}/end/{token}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # As it leaves: unfolded, the address is whole and not encoded.
    wire = mail.as_bytes().replace(b"\n ", b" ")
    assert f"<https://grants.example.org/news/{found.id}/end/{token}>".encode() in wire
    assert b"=?utf-8?" not in wire.split(b"List-Unsubscribe:")[1].split(b"\n")[0]


@pytest.mark.parametrize(
    ("area", "theme", "own_office", "is_told"),
    [
        ("", "", True, True),
        ("", "", None, True),
        ("", "", False, False),
        ("the east", "", True, True),
        ("Elsewhere", "", True, False),
        ("", "park", None, True),
        ("", "harbour", None, False),
        ("West Example", "safer", True, True),
    ],
)
def test_a_lasting_wish_is_told_of_what_fits(session, office, coming, now, area, theme, own_office, is_told):
    other = an_office(session, "beta")
    chosen = {True: office, False: other, None: None}[own_office]
    subscribe(session, now, Wish(office=chosen, area=area, theme=theme))
    open_rounds(session, now + DAY)
    assert len(messages(session, "round-opened")) == is_told


def test_one_address_with_many_wishes_gets_one_mail(session, office, coming, now):
    lasting = subscribe(session, now, Wish(office=office))
    subscribe(session, now, Wish(round=coming))
    subscribe(session, now, Wish(theme="parks"))
    open_rounds(session, now + DAY)
    [message] = messages(session, "round-opened")
    assert [each.id for each in queries.subscribers(session, [coming.id])[coming.id]] == [lasting.id]
    # The press in it ends the wish that lasts.
    assert message.detail == {"subscription": lasting.id}


def test_the_same_wish_again_is_told_that_it_stands(session, office, coming, now):
    subscribe(session, now, Wish(office=office, theme="Young People"), email="Reader@Example.org")
    again = ask(session, now, Wish(office=office, theme="young   people"))
    assert again.template == "news-already"
    assert len(session.scalars(sa.select(Subscription)).all()) == 1
    mail = sent(session, now)[-1]
    assert mail["Subject"] == "You are already on the list"
    assert "/end/" in mail.get_content()


def test_asked_twice_before_the_press_only_the_last_link_works(session, coming, now):
    first = token_in(ask(session, now, Wish(round=coming)))
    second = token_in(ask(session, now, Wish(round=coming)))
    with pytest.raises(Gone):
        services.confirm(session, first, now=now)
    services.confirm(session, second, now=now)
    services.confirm(session, second, now=now + 30 * DAY)
    assert trail(session) == [("ask", "Nobody"), ("confirm", "Nobody")]


def test_a_link_runs_out(session, coming, now):
    token = token_in(ask(session, now, Wish(round=coming)))
    with pytest.raises(Gone):
        services.confirm(session, token, now=now + 7 * DAY)


def test_ending_is_at_once_and_the_old_link_does_not_begin_it_again(session, office, coming, now):
    message = ask(session, now, Wish(office=office))
    token = token_in(message)
    found = services.confirm(session, token, now=now)
    open_rounds(session, now + DAY)
    services.end(session, found, now=now + DAY)
    services.end(session, found, now=now + DAY)
    session.commit()
    # What waits to go is not owed any more.
    assert [str(mail["Subject"]) for mail in sent(session, now + DAY) if "Open now" in str(mail["Subject"])] == []
    assert messages(session, "round-opened")[0].delivery is Delivery.NOT_OWED
    with pytest.raises(Gone):
        services.confirm(session, token, now=now + DAY)
    assert trail(session) == [("ask", "Nobody"), ("confirm", "Nobody"), ("end", "Nobody")]
    # Asked for anew it is a new wish.
    subscribe(session, now + DAY, Wish(office=office))


def test_only_its_own_link_ends_a_subscription(session, office, coming, now):
    one = subscribe(session, now, Wish(office=office))
    two = subscribe(session, now, Wish(office=office), email="other@example.org")
    token = queries.end_token(SITE, one)
    assert queries.find_to_end(session, one.id, token, SITE) is one
    for wrong_id, wrong in ((two.id, token), (one.id, token[:-1]), (one.id, "é" * 40), (one.id, one.end_hash)):
        with pytest.raises(Gone):
            queries.find_to_end(session, wrong_id, wrong, SITE)
    assert queries.find_to_end(session, 999_999, token, SITE) is None
    # The key of the service changed: the link in an old mail still works, and so does one made with the new key.
    new = Site(SITE.base_url, "another key")
    assert queries.find_to_end(session, one.id, token, new) is one
    assert queries.find_to_end(session, one.id, queries.end_token(new, one), new) is one


def test_requests_are_limited_by_address_and_by_client(session, office, coming, now):
    for number in range(5):
        ask(session, now, Wish(office=office), client=f"10.0.0.{number}")
    with pytest.raises(TooMany):
        ask(session, now, Wish(office=office), client="10.0.0.9")
    session.rollback()
    for number in range(5):
        ask(session, now, Wish(office=office), email=f"r{number}@example.org", client="10.1.1.1")
    with pytest.raises(TooMany):
        ask(session, now, Wish(office=office), email="r9@example.org", client="10.1.1.1")
    session.rollback()
    ask(session, now + timedelta(minutes=16), Wish(office=office), client="10.1.1.1")


def test_a_round_that_is_open_has_no_opening_to_wait_for(session, office, now):
    with pytest.raises(Invalid):
        ask(session, now, Wish(round=a_round(session, office, now=now)))


def test_a_trial_and_a_cancelled_round_are_told_to_nobody(session, office, coming, now):
    subscribe(session, now, Wish(office=office))
    manager = actor_of(session, staff(session, office, Role.MANAGER))
    trial = funds.try_form(session, coming, actor=manager, now=now)
    session.commit()
    assert queries.subscribers(session, [trial.id]) == {}
    assert list(queries.list_choices(session)[1]) == ["East Example", "West Example"]
    head = actor_of(session, staff(session, office, Role.CHIEF_EXECUTIVE))
    funds.cancel_round(session, coming, "No money.", actor=head, now=now)
    open_rounds(session, now + 2 * DAY)
    assert messages(session, "round-opened") == []


def test_what_is_over_is_deleted_and_what_stands_is_kept(session, office, coming, now):
    lasting = subscribe(session, now, Wish(office=office))
    subscribe(session, now, Wish(round=coming), email="a@example.org")
    ask(session, now, Wish(office=office), email="b@example.org", client="10.0.0.2")
    ended = subscribe(session, now, Wish(office=office), email="c@example.org", client="10.0.0.2")
    services.end(session, ended, now=now)
    session.commit()
    purge = DUTIES["purge-subscriptions"]
    assert purge(session, now + 6 * DAY) == 0
    funds.open_due_rounds(session, now + DAY)
    session.commit()
    assert purge(session, now + 9 * DAY) == 2
    assert purge(session, now + 30 * DAY) == 1
    assert purge(session, now + 30 * DAY) == 0
    session.commit()
    assert [each.id for each in session.scalars(sa.select(Subscription))] == [lasting.id]
    assert trail(session)[-1] == ("purge", "Timer")


def test_thousands_are_told_in_a_few_statements(session, office, coming, now):
    from tests.queries import counted

    mine = subscribe(session, now, Wish(office=office))
    columns = {each.name: getattr(mine, each.name) for each in Subscription.__table__.columns if each.name != "id"}
    rows = [
        columns | {"email": f"r{number}@example.org", "confirm_hash": f"c{number}", "end_hash": f"e{number}"}
        for number in range(2_000)
    ]
    session.execute(sa.insert(Subscription), rows)
    session.commit()
    funds.open_due_rounds(session, now + DAY)
    session.commit()
    with counted(session) as statements:
        expand_outbox(session, now + DAY)
    assert len(messages(session, "round-opened")) == 2_001
    assert len([each for each in statements if not each.startswith(("BEGIN", "PRAGMA"))]) <= 12


def test_areas_that_a_round_names_otherwise_count(session, office, now):
    wide = a_round(session, office, now=now, opens_at=now + DAY, areas=(AreaDef(name="Årsta", aliases=("The Hill",)),))
    subscribe(session, now, Wish(office=office, area="arsta"))
    open_rounds(session, now + DAY)
    assert [message.subject_id for message in messages(session, "round-opened")] == [wide.id]
    assert session.scalar(sa.select(sa.func.count(Message.id)).where(Message.template == "news-confirm")) == 1
