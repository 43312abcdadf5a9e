"""Following rounds: the feed tells each thing once under a lasting id, a moved deadline is the same date changed."""

import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
import time_machine

from grants.funds import services as funds
from tests.apps import NOW, sign_in
from tests.builders import a_round, actor_of, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from tests.views.test_feed_writers import ATOM, unfolded
from workflows.actors import Role

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def office(session):
    made = an_office(session, "alpha")
    session.commit()
    return made


@pytest.fixture
def round_(session, office):
    made = a_round(session, office, title="Parks & <Streets>", theme="Safer parks")
    session.commit()
    return made


def feed_of(client, query=""):
    response = client.get(f"/rounds.atom{query}")
    assert response.status_code == 200
    assert response.content_type == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.data)


def entries(root):
    return [
        tuple(entry.find(f"{ATOM}{tag}").text for tag in ("title", "id", "updated"))
        for entry in root.iter(f"{ATOM}entry")
    ]


def dates_of(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.content_type == "text/calendar; charset=utf-8"
    found, event = [], {}
    for line in unfolded(response.data):
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            found.append(event)
        else:
            event[name] = value
    return found


def manager(session, office):
    return actor_of(session, staff(session, office, Role.MANAGER))


def move(session, office, round_, days=7):
    funds.move_deadline(
        session, round_, round_.closes_at + days * DAY, "More time.", actor=manager(session, office), now=NOW
    )
    session.commit()


def test_the_feed_tells_what_happened_newest_first(client, session, office, round_, clock):
    move(session, office, round_)
    root = feed_of(client)
    assert [title for title, _, _ in entries(root)] == ["More time: Parks & <Streets>", "Open now: Parks & <Streets>"]
    clock.move_to(round_.closes_at + DAY)
    funds.close_due_rounds(session, round_.closes_at)
    session.commit()
    later = feed_of(client)
    assert [title.partition(":")[0] for title, _, _ in entries(later)] == ["Closed", "More time", "Open now"]
    # What was told keeps its id and its time; the feed's own time moves on.
    assert entries(later)[1:] == entries(root)
    assert later.find(f"{ATOM}updated").text == entries(later)[0][2] > root.find(f"{ATOM}updated").text
    assert later.find(f"{ATOM}id").text == root.find(f"{ATOM}id").text
    assert len({entry_id for _, entry_id, _ in entries(later)}) == 3


def test_the_feed_says_where_it_is_and_leads_to_the_round(client, round_):
    root = feed_of(client, "?office=alpha")
    links = {each.attrib["rel"]: each.attrib["href"] for each in root.findall(f"{ATOM}link")}
    assert links == {
        "self": "http://127.0.0.1:8000/rounds.atom?office=alpha",
        "alternate": "http://127.0.0.1:8000/rounds?office=alpha",
    }
    assert root.find(f"{ATOM}title").text == "Grant rounds of Office alpha (fictional)"
    assert root.find(f"{ATOM}entry/{ATOM}link").attrib["href"] == f"http://127.0.0.1:8000/rounds/{round_.id}"
    assert "It closes on Wednesday 24 January 2024" in root.find(f"{ATOM}entry/{ATOM}summary").text


def test_each_office_and_each_search_has_its_own(client, session, round_):
    a_round(session, an_office(session, "beta"), title="Elsewhere")
    session.commit()
    assert [title for title, _, _ in entries(feed_of(client, "?office=beta"))] == ["Open now: Elsewhere"]
    assert [title for title, _, _ in entries(feed_of(client, "?theme=parks"))] == ["Open now: Parks & <Streets>"]
    assert len(entries(feed_of(client))) == 2
    assert entries(feed_of(client, "?office=nowhere")) == []
    assert [each["SUMMARY"] for each in dates_of(client, "/rounds.ics?office=beta")] == [
        "Opens: Elsewhere",
        "Closes: Elsewhere",
    ]


def test_a_round_to_come_is_announced_and_then_open(client, session, office, clock):
    coming = a_round(session, office, opens_at=NOW + DAY, title="Coming")
    session.commit()
    assert [title for title, _, _ in entries(feed_of(client))] == ["Opens soon: Coming"]
    clock.move_to(NOW + DAY)
    funds.open_due_rounds(session, NOW + DAY)
    session.commit()
    assert [title for title, _, _ in entries(feed_of(client))] == ["Open now: Coming", "Opens soon: Coming"]
    head = actor_of(session, staff(session, office, Role.CHIEF_EXECUTIVE))
    funds.cancel_round(session, coming, "The money is gone.", actor=head, now=NOW + 2 * DAY)
    session.commit()
    assert [title.partition(":")[0] for title, _, _ in entries(feed_of(client))] == [
        "Cancelled",
        "Open now",
        "Opens soon",
    ]
    assert {each["STATUS"] for each in dates_of(client, "/rounds.ics")} == {"CANCELLED"}


def test_a_try_out_is_in_neither_and_not_on_the_list(client, session, office, round_):
    funds.try_form(session, round_, actor=manager(session, office), now=NOW)
    session.commit()
    for path in ("/rounds.atom", "/rounds.ics", "/rounds"):
        assert b"Test of" not in client.get(path).data, path


def test_a_draft_is_in_neither(client, session, office, round_):
    funds.copy_round(
        session, round_, code="X", title="Secret", opens_at=NOW + DAY, closes_at=NOW + 2 * DAY,
        actor=manager(session, office), now=NOW,
    )  # fmt: skip
    session.commit()
    assert b"Secret" not in client.get("/rounds.atom").data + client.get("/rounds.ics").data


def test_a_moved_deadline_is_the_same_date_changed(client, session, office, round_):
    path = f"/rounds/{round_.id}/dates.ics"
    before = dates_of(client, path)
    move(session, office, round_)
    after = dates_of(client, path)
    assert [each["UID"] for each in before] == [each["UID"] for each in after]
    assert len({each["UID"] for each in after}) == len(after)
    closes = next(each for each in after if each["SUMMARY"].startswith("Closes"))
    assert (closes["SEQUENCE"], closes["DTSTART"], closes["DTSTAMP"]) == ("1", "20240131T120000Z", "20240110T120000Z")
    opens = next(each for each in after if each["SUMMARY"].startswith("Opens"))
    assert (opens["SEQUENCE"], opens["DTSTART"]) == ("0", "20240103T120000Z")
    # The names are the same in the calendar of all rounds.
    assert {each["UID"] for each in dates_of(client, "/rounds.ics")} == {each["UID"] for each in after}


def test_who_asks_again_is_told_that_nothing_changed(client, round_):
    first = client.get("/rounds.atom")
    assert client.get("/rounds.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert "private" in first.headers["Cache-Control"]


def test_pages_lead_to_the_feed_and_the_calendar(client, round_):
    page = read_page(client.get("/rounds?office=alpha"))
    assert page.one("link", type="application/atom+xml").attributes["href"] == "/rounds.atom?office=alpha"
    assert {"/rounds.atom?office=alpha", "/rounds.ics?office=alpha"} <= set(page.links())
    page = read_page(client.get(f"/rounds/{round_.id}"))
    assert page.one("link", type="text/calendar").attributes["href"] == f"/rounds/{round_.id}/dates.ics"


def test_the_rounds_page_says_the_same_to_machines(client, session, office):
    evil = a_round(session, office, title="</script><script>alert(1)//", min_ask_pence=50_050, max_ask_pence=500_000)
    session.commit()
    page = read_page(client.get(f"/rounds/{evil.id}"))
    said = json.loads(page.one("script", type="application/ld+json").text)
    assert said["@type"] == "MonetaryGrant"
    assert said["name"] == "</script><script>alert(1)//"
    assert said["funder"]["name"] == office.name
    assert said["amount"] == {
        "@type": "MonetaryAmount", "currency": "GBP", "minValue": "500.50", "maxValue": 5000
    }  # fmt: skip
    assert said["potentialAction"]["endTime"] == "2024-01-24T12:00:00+00:00"
    assert said["potentialAction"]["target"] == f"http://127.0.0.1:8000/rounds/{evil.id}/apply"


@pytest.mark.parametrize("path", ["/rounds.atom", "/rounds.ics"])
def test_following_takes_few_queries_whatever_the_number_of_rounds(client, session, office, path):
    for _ in range(4):
        a_round(session, office)
    session.commit()
    session.remove()
    with counted(session) as statements:
        client.get(path)
    assert 0 < len([each for each in statements if each.lstrip().upper().startswith("SELECT")]) <= 4


def test_a_reader_that_is_signed_in_gets_the_same(client, session, office, round_):
    before = client.get("/rounds.atom").data
    sign_in(client, staff(session, office, Role.MANAGER))
    assert client.get("/rounds.atom").data == before
