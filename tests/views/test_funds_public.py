"""What anyone may read of rounds: everything about one before starting, and nothing of one that is being set up."""

from datetime import timedelta

import pytest

from grants.clock import utc_now
from grants.funds import services as funds
from tests.apps import sign_in
from tests.builders import a_round, actor_of, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role

DAY = timedelta(days=1)


@pytest.fixture
def now():
    """These pages read the clock themselves."""
    return utc_now().replace(microsecond=0)


def test_the_list_says_what_is_open_and_coming(client, session, now):
    office = an_office(session)
    open_ = a_round(session, office, now=now, title="Round Four", theme="Safer parks", max_ask_pence=500_000)
    coming = a_round(session, office, now=now, title="Round Five", opens_at=now + DAY)
    session.commit()
    page = read_page(client.get("/rounds"))
    assert page.text.index("Open now") < page.text.index("Round Four") < page.text.index("Opening soon")
    assert page.text.index("Opening soon") < page.text.index("Round Five")
    for words in ("Safer parks", "£100,000 to give, up to £5,000", "West Example, East Example", office.name):
        assert words in page.text
    assert {f"/rounds/{open_.id}", f"/rounds/{coming.id}"} <= set(page.links())
    assert read_page(client.get("/")).h1 == page.h1


def test_with_no_round_the_list_says_so(client):
    assert "No round is open just now" in read_page(client.get("/")).text


def test_a_rounds_page_tells_everything_before_starting(client, session, now):
    office = an_office(session, contact_email="grants@office.example.org")
    round_ = a_round(session, office, now=now, purpose="Money for parks.", max_ask_pence=1_000_000, max_months=9)
    session.commit()
    page = read_page(client.get(f"/rounds/{round_.id}"))
    assert page.h1.endswith(round_.title)
    for question in round_.questions:
        assert question.label in page.text
    for criterion in round_.criteria:
        assert f"{criterion.title}{criterion.weight}%" in page.text
    for words in (
        "Money for parks.",
        "£10,000",
        "no longer than 9 months",
        "up to 500 words; counts for Delivery",
        "grants@office.example.org",
        "Registered charity",
        round_.privacy_notice,
        round_.guidance,
    ):
        assert words in page.text, words
    assert f"/accessibility?office={office.code}" in page.links()


def test_the_start_button_is_there_only_while_the_round_is_open(client, app, session, now):
    office = an_office(session)
    open_ = a_round(session, office, now=now)
    coming = a_round(session, office, now=now, opens_at=now + DAY)
    session.commit()
    start = f"/rounds/{open_.id}/apply"
    has_start = "applications.start" in app.view_functions
    assert (start in read_page(client.get(f"/rounds/{open_.id}")).links()) == has_start
    page = read_page(client.get(f"/rounds/{coming.id}"))
    assert "Opens soon" in page.text
    assert not [link for link in page.links() if link.endswith("/apply")]


def test_a_cancelled_round_says_why(client, session, now):
    office = an_office(session)
    round_ = a_round(session, office, now=now)
    head = actor_of(session, staff(session, office, Role.CHIEF_EXECUTIVE))
    funds.cancel_round(session, round_, "The money is gone.", actor=head, now=now)
    session.commit()
    assert "This round was cancelled. The money is gone." in read_page(client.get(f"/rounds/{round_.id}")).text


def test_a_round_that_is_being_set_up_does_not_exist_for_the_public(client, session, now):
    office = an_office(session)
    manager = staff(session, office, Role.MANAGER)
    draft = funds.copy_round(
        session,
        a_round(session, office, now=now),
        code="X",
        title="Secret",
        opens_at=now,
        closes_at=now + DAY,
        actor=actor_of(session, manager),
        now=now,
    )
    session.commit()
    sign_in(client, manager)
    read_page(client.get(f"/rounds/{draft.id}"), 404)
    read_page(client.get("/rounds/999999"), 404)
    assert "Secret" not in read_page(client.get("/")).text


def test_both_pages_take_few_queries_whatever_the_number_of_rounds(client, session, now):
    office = an_office(session)
    first, *_ = [a_round(session, office, now=now).id for _ in range(3)]
    session.commit()
    session.remove()
    for path, limit in (("/rounds", 3), (f"/rounds/{first}", 7)):
        client.get(path)
        with counted(session) as statements:
            client.get(path)
        wanted = [each for each in statements if each.lstrip().upper().startswith("SELECT")]
        assert 0 < len(wanted) <= limit, wanted
