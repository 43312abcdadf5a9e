"""Looking for a round by area, theme, amount and office: by the address alone, and honest when nothing fits."""

from datetime import timedelta

import pytest

from grants.clock import utc_now
from grants.funds.definition import AreaDef
from tests.builders import a_round, an_office
from tests.pages import read_page
from tests.queries import counted

DAY = timedelta(days=1)


@pytest.fixture
def rounds(session):
    """Three rounds of two offices, one of them still to come."""
    now = utc_now().replace(microsecond=0)
    first, second = an_office(session, "alpha"), an_office(session, "beta")
    made = [
        a_round(
            session, first, now=now, title="Small Parks", theme="Parks", min_ask_pence=50_000, max_ask_pence=500_000
        ),
        a_round(
            session, first, now=now, title="Big Streets", min_ask_pence=500_100, areas=(AreaDef(name="North End"),)
        ),
        a_round(session, second, now=now, title="Young People", opens_at=now + DAY, areas=(AreaDef(name="Årsta"),)),
    ]
    session.commit()
    return made


def titles(page):
    return [heading.text for heading in page.all("h3")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["Small Parks", "Big Streets", "Young People"]),
        ("?amount=&area=&theme=&office=", ["Small Parks", "Big Streets", "Young People"]),
        ("?amount=500", ["Small Parks", "Young People"]),
        ("?amount=%C2%A35%2C001.00", ["Big Streets", "Young People"]),
        ("?area=North+End", ["Big Streets"]),
        ("?area=the+east", ["Small Parks"]),
        ("?theme=park", ["Small Parks"]),
        ("?office=beta", ["Young People"]),
        ("?office=alpha&amount=6000", ["Big Streets"]),
    ],
)
def test_the_list_shows_what_fits(client, rounds, asked, found):
    page = read_page(client.get(f"/rounds{asked}"))
    assert titles(page) == found
    assert ("Show all rounds" in page.text) == (asked.count("=") == 1 or "6000" in asked)


def test_when_nothing_fits_the_page_says_so_and_keeps_what_was_asked(client, rounds):
    page = read_page(client.get("/rounds?amount=1&theme=harbour&area=Gone+Place&office=alpha"))
    assert titles(page) == []
    assert "0 rounds fit what you asked for" in page.text
    assert "No round is like this just now" in page.text
    assert page.value("amount") == "1"
    assert page.value("theme") == "harbour"
    assert page.one("option", value="Gone Place").attributes.get("selected") is not None
    assert page.one("option", value="alpha").attributes.get("selected") is not None
    assert "/rounds" in page.links()


def test_what_is_no_amount_is_said_beside_the_box_and_kept(client, rounds):
    page = read_page(client.get("/rounds?amount=lots&theme=parks"), 422)
    assert "Write an amount in pounds" in page.text
    assert page.value("amount") == "lots"
    assert titles(page) == ["Small Parks"]


def test_a_very_long_word_is_refused_and_shown_back(client, rounds):
    page = read_page(client.get("/rounds", query_string={"theme": "\u202e" + "<script>" * 30}), 422)
    assert "Use at most 100 characters" in page.text
    assert page.value("theme").startswith("\u202e<script>")


def test_the_search_is_a_plain_form_that_the_browser_keeps_in_the_address(client, rounds):
    form = read_page(client.get("/")).one("form", role="search")
    assert form.attributes["method"] == "get"
    assert form.attributes["action"] == "/rounds"


def test_a_search_costs_no_more_queries_than_the_list(client, session, rounds):
    session.remove()
    client.get("/rounds")
    with counted(session) as statements:
        client.get("/rounds?amount=600&area=West+Example&theme=round&office=alpha")
    assert 0 < len([each for each in statements if each.lstrip().upper().startswith("SELECT")]) <= 3
