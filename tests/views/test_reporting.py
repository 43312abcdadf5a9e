"""Staff's reading pages: what waits, a round's dashboard, its list with its CSV, and one bid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from grants.accounts.models import Organisation, Person
from grants.applications.models import Application
from grants.assessment import services as assessment
from grants.eligibility import services as eligibility
from grants.extensions import db
from grants.reporting.queries.home import list_waiting
from tests import stages
from tests.apps import NOW, sign_in
from tests.builders import actor_of, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from tests.stages import Stage
from workflows.actors import Role
from workflows.assignment import Interest


class World:
    """A round walked to a stage, with everybody's sessions to hand."""

    def __init__(self, app: Flask, walk: Callable[..., Stage], **options: Any) -> None:
        self.app = app
        with app.app_context():
            stage = walk(db.session, **options)
            self.round = stage.round_.id
            self.area = stage.round_.areas[0].id
            self.bids = [bid.id for bid in stage.bids]
            self.references = [bid.reference for bid in stage.bids]
            other = an_office(db.session)
            people = {**stage.people, "elsewhere": staff(db.session, other, Role.OFFICER, Role.MANAGER)}
            people["finance"] = staff(db.session, stage.office, Role.FINANCE)
            people["admin"] = staff(db.session, stage.office, Role.ADMIN)
            people |= {"lead": stage.groups[0][1]} if stage.groups else {}
            self.ids = {name: person.id for name, person in people.items()}
            db.session.commit()
            db.session.expunge_all()

    def client(self, name: str) -> FlaskClient:
        client = self.app.test_client()
        with self.app.app_context():
            person = db.session.get_one(Person, self.ids[name])
            sign_in(client, person)
        return client

    def get(self, name: str, path: str) -> Any:
        return self.client(name).get(path)

    @property
    def round_url(self) -> str:
        return f"/office/rounds/{self.round}"

    @property
    def list_url(self) -> str:
        return f"{self.round_url}/applications"

    def bid_url(self, index: int = 0) -> str:
        return f"/office/applications/{self.bids[index]}"


READ_BY = [
    ("officer", 200),
    ("manager", 200),
    ("chair", 200),
    ("decision-maker", 200),
    ("finance", 403),
    ("marker-1", 404),
    ("member", 404),
    ("admin", 404),
    ("elsewhere", 404),
    ("lead", 404),
]


@pytest.mark.parametrize(("name", "status"), READ_BY)
def test_who_reads_a_round_its_list_and_a_bid(app: Flask, name: str, status: int) -> None:
    world = World(app, stages.submitted, scores=(3,))
    client = world.client(name)
    for path in (world.round_url, world.list_url, world.bid_url()):
        read_page(client.get(path), status)
    csv_status = status if status != 200 or name in {"officer", "manager"} else 403
    assert client.get(f"{world.list_url}.csv").status_code == csv_status


@pytest.mark.parametrize(
    ("walk", "name", "words"),
    [
        (stages.submitted, "manager", "Move the deadline"),
        (stages.checking, "manager", "Start scoring: Eligibility checks come first: 3 still to finish."),
        (stages.recommended, "chair", "Draft the decision notice"),
        (stages.in_session, "chair", "All bids"),
        (stages.decided, "manager", "Announce the outcomes"),
        (stages.announced, "decision-maker", "Announced"),
    ],
)
def test_the_dashboard_offers_what_comes_next_or_says_why_not(
    app: Flask, walk: Callable[..., Stage], name: str, words: str
) -> None:
    world = World(app, walk)
    page = read_page(world.get(name, world.round_url))
    assert words in page.text
    assert not page.all("form", action=f"{world.round_url}/start-scoring")


def test_the_dashboard_shows_the_funnel(app: Flask) -> None:
    world = World(app, stages.decided)
    page = read_page(world.get("officer", world.round_url))
    rows = {row.text for row in page.all("tr")}
    for words in ("Received3100.0%£27,000", "Passed as eligible3100.0%", "Recommended266.7%£18,000"):
        assert words in rows, words
    assert "West Example3£27,0002£18,000" in rows
    assert "Decision notice" in page.text


def test_a_manager_of_an_open_round_may_move_its_deadline(app: Flask) -> None:
    # The stage's round closed years ago by the clock; its deadline can be moved only while it has not passed.
    with time_machine.travel(NOW, tick=True):
        world = World(app, stages.submitted)
        page = read_page(world.get("manager", world.round_url))
        assert f"/office/rounds/{world.round}/deadline" in page.links()


def test_the_dashboard_of_a_round_without_bids(app: Flask) -> None:
    world = World(app, stages.submitted, scores=())
    page = read_page(world.get("officer", world.round_url))
    assert "Received0£0" in {row.text for row in page.all("tr")}
    assert "No bid has been sent yet." in read_page(world.get("officer", world.list_url)).text


def test_the_list_sorts_filters_and_searches_by_its_address(app: Flask) -> None:
    world = World(app, stages.submitted)
    client = world.client("officer")
    page = read_page(client.get(world.list_url))
    assert all(reference in page.text for reference in world.references)
    assert "3 bids" in page.text
    page = read_page(client.get(f"{world.list_url}?q={world.references[1]}&state=submitted&area={world.area}"))
    assert "1 bid." in page.text
    # The headings' links keep the filter; the form keeps the sort.
    sort = next(link for link in page.links() if "sort=ask" in link)
    assert "state=submitted" in sort
    assert f"area={world.area}" in sort
    page = read_page(client.get(f"{world.list_url}?sort=ask&order=desc&q=zzz"))
    assert page.value("sort") == "ask"
    assert "No bid fits." in page.text
    page = read_page(client.get(f"{world.list_url}?sort=reference&order=desc"))
    assert page.text.index(world.references[2]) < page.text.index(world.references[0])


@pytest.mark.parametrize(
    "query",
    [
        "sort=nonsense",
        "order=up",
        "state=nonsense",
        "area=99999",
        "area=x",
        "after=nonsense",
        "before=%F0%9F%A6%8A",
        "q=%22%27*",
        "after=" + "A" * 3000,
    ],
)
def test_a_bad_address_says_what_is_wrong_and_shows_the_list(app: Flask, query: str) -> None:
    world = World(app, stages.submitted, scores=(3,))
    client = world.client("officer")
    page = read_page(client.get(f"{world.list_url}?{query}"), 422)
    assert world.references[0] in page.text
    assert "There is a problem" in page.text
    assert client.get(f"{world.list_url}.csv?{query}").status_code == 422


@pytest.mark.parametrize("query", ["q=%00", "state=draft%00", "after=%00"])
def test_a_nul_in_the_address_is_refused_and_never_an_error_of_ours(app: Flask, query: str) -> None:
    world = World(app, stages.submitted, scores=(3,))
    read_page(world.get("officer", f"{world.list_url}?{query}"), 400)


def a_crowd(count: int) -> None:
    """Bids by the hundred, straight into the columns that the list reads."""
    one = db.session.scalars(sa.select(Application).limit(1)).one()
    groups = [{"name": f"Group {n}", "kind": "cio", "created_at": NOW, "is_fictional": True} for n in range(count)]
    db.session.execute(sa.insert(Organisation), groups)
    ids = db.session.scalars(sa.select(Organisation.id).order_by(Organisation.id.desc()).limit(count)).all()
    rows = [
        {
            "office_id": one.office_id,
            "round_id": one.round_id,
            "organisation_id": organisation_id,
            "reference": f"BULK-{index:04d}",
            "organisation_name": f"Group {index}",
            "area_id": one.area_id,
            "ask_pence": index,
            "state": "submitted",
            "state_entered_at": NOW,
            "submitted_at": NOW,
            "created_at": NOW,
            "search_text": "bulk",
        }
        for index, organisation_id in enumerate(ids)
    ]
    db.session.execute(sa.insert(Application), rows)


@pytest.mark.parametrize("count", [0, 1, 300])
def test_a_page_of_the_list_takes_nine_queries_at_most(app: Flask, count: int) -> None:
    world = World(app, stages.submitted, scores=(3,) if count else ())
    client = world.client("officer")
    with app.app_context():
        if count > 1:
            a_crowd(count - 1)
            db.session.commit()
        for query in ("", "?sort=percent&order=desc", f"?q=bulk&state=submitted&area={world.area}&sort=ask"):
            with counted(db.session) as statements:
                page = read_page(client.get(world.list_url + query))
            assert len([each for each in statements if not each.startswith(("BEGIN", "PRAGMA", "SET "))]) <= 9
    assert len(page.all("tr")) - 1 in {0, 1, 50} or count <= 1


def test_pages_of_the_list_lead_on_and_back(app: Flask) -> None:
    world = World(app, stages.submitted, scores=(3,))
    with app.app_context():
        a_crowd(110)
        db.session.commit()
    client = world.client("officer")
    url, seen = f"{world.list_url}?sort=ask&order=desc&state=submitted", []
    pages = []
    while url:
        page = read_page(client.get(url))
        pages.append(url)
        seen += [cell.text for cell in page.all("th", scope="row")]
        url = next((a.attributes["href"] for a in page.all("a", rel="next")), "")
        assert len(pages) < 10
    assert len(pages) == 3
    assert len(seen) == len(set(seen)) == 111
    back = next(a.attributes["href"] for a in page.all("a", rel="prev"))
    assert "state=submitted" in back
    assert [cell.text for cell in read_page(client.get(back)).all("th", scope="row")] == seen[50:100]


def test_the_csv_is_what_the_list_shows(app: Flask) -> None:
    world = World(app, stages.submitted)
    client = world.client("officer")
    response = client.get(f"{world.list_url}.csv?q={world.references[1]}")
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="')
    lines = response.get_data(as_text=True).splitlines()
    assert lines[0].startswith("\ufeffReference,")
    assert world.references[1] in lines[1]
    assert world.references[0] not in response.get_data(as_text=True)


def test_one_bid_shows_its_answers_check_markers_and_history(app: Flask) -> None:
    world = World(app, stages.scoring, scores=(3,))
    page = read_page(world.get("officer", world.bid_url()))
    for words in (
        "Football and mentoring on two evenings a week.",
        "two people who are not related must agree each payment",
        "The kind of organisation may apply Passes",
        "Send the application",
        "Pass as eligible",
        "Interests declared",
        "Judge a rule: Not for an excluded purpose, passes",
    ):
        assert words in page.text, words
    assert page.text.index("Send to the markers") < page.text.index("Send the application")


def test_the_chair_reads_a_bid_without_what_is_private(app: Flask) -> None:
    world = World(app, stages.submitted, scores=(3,))
    officers = read_page(world.get("officer", world.bid_url())).text
    chairs = read_page(world.get("chair", world.bid_url())).text
    assert "Club manager" in officers
    assert "Club manager" not in chairs
    assert "Football and mentoring" in chairs


def test_a_direct_interest_closes_the_bid_to_the_chair(app: Flask) -> None:
    world = World(app, stages.in_session, scores=(3, 3))
    with app.app_context():
        chair = actor_of(db.session, db.session.get_one(Person, world.ids["chair"]))
        bid = db.session.get_one(Application, world.bids[0])
        assessment.declare_interest(db.session, bid, Interest.DIRECT, "A cousin runs it.", actor=chair, now=NOW)
        db.session.commit()
    read_page(world.get("chair", world.bid_url(0)), 404)
    read_page(world.get("chair", world.bid_url(1)))


def test_a_bid_says_what_can_be_done_and_why_not(app: Flask) -> None:
    world = World(app, stages.checking, scores=(3,))
    page = read_page(world.get("officer", world.bid_url()))
    assert "Pass as eligible: Some rules still need a person to look" in page.text
    assert "Propose to disqualify: No rule has failed." in page.text


def test_a_decided_bid_leads_to_its_notice_and_award(app: Flask) -> None:
    world = World(app, stages.accepted)
    page = read_page(world.get("manager", world.bid_url()))
    assert "Decision notice" in page.text
    assert "Recommended, £9,000" in page.text
    assert any("/office/awards/" in link for link in page.links())


def test_no_scores_of_a_marker_are_on_the_bids_page(app: Flask) -> None:
    world = World(app, stages.scored, scores=(4,))
    page = read_page(world.get("officer", world.bid_url()))
    assert stages.WORDS not in page.text


def test_what_waits_for_each_role(app: Flask) -> None:
    world = World(app, stages.checking, scores=(3, 3))
    assert "2 bids in their eligibility check" in read_page(world.get("officer", "/office")).text
    assert "Nothing is waiting for you." in read_page(world.get("chair", "/office")).text
    with app.app_context():
        officer = actor_of(db.session, db.session.get_one(Person, world.ids["officer"]))
        bid = db.session.get_one(Application, world.bids[0])
        now = bid.state_entered_at
        eligibility.settle_rule(db.session, bid, "ER12", "fail", "A loan.", actor=officer, now=now)
        eligibility.propose_disqualification(db.session, bid, ["ER12"], "A loan.", actor=officer, now=now)
        db.session.commit()
    page = read_page(world.get("manager", "/office"))
    assert "1 disqualification that needs a second person" in page.text
    assert any("/office/eligibility?round=" in link for link in page.links())


@pytest.mark.parametrize(
    ("walk", "name", "kind", "count"),
    [
        (stages.scoring, "marker-1", "marking", 3),
        (stages.in_session, "chair", "panels", 1),
        (stages.with_decision_maker, "decision-maker", "decisions", 1),
        (stages.decided, "manager", "announce", 1),
    ],
)
def test_what_waits_at_each_stage(app: Flask, walk: Callable[..., Stage], name: str, kind: str, count: int) -> None:
    world = World(app, walk)
    with app.app_context():
        actor = actor_of(db.session, db.session.get_one(Person, world.ids[name]))
        assert {each.kind: each.count for each in list_waiting(db.session, actor)} == {kind: count}
    read_page(world.get(name, "/office"))


def test_a_group_has_no_office_page(app: Flask) -> None:
    world = World(app, stages.submitted, scores=(3,))
    read_page(world.get("lead", "/office"), 403)
