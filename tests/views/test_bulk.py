"""From the list to a change of many bids: what is chosen, what is shown, confirmed or called back; and kept views."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from grants.applications.models import Application
from grants.bulk.models import BulkJob
from grants.bulk.services import carry_out_due
from grants.extensions import db
from tests import stages
from tests.pages import read_page
from tests.queries import counted
from tests.views.test_reporting import World

DAY = {"due_on-day": "3", "due_on-month": "6", "due_on-year": "2090"}


@pytest.fixture
def world(app: Flask) -> World:
    return World(app, stages.judged)


def planned(world: World, client: Any, **query: Any) -> Any:
    """Post the words of a question for these bids; the page that it leads to."""
    given = {"kind": "ask", "bid": world.bids[:2]} | query
    page = read_page(client.get(f"{world.round_url}/change-many", query_string=given))
    typed = {"question": "Which hall is it?", "bids": page.value("bids"), **DAY}
    return client.post(f"{world.round_url}/change-many?kind={given['kind']}", data=typed)


def test_ticked_bids_are_shown_with_their_emails_and_can_be_called_back(app: Flask, world: World) -> None:
    client = world.client("officer")
    page = read_page(client.get(world.list_url))
    assert f"Choose {world.references[0]}" in page.text and "Ask the groups a question" in page.text
    assert "Confirm the disqualification" not in page.text
    answer = planned(world, client)
    assert answer.status_code == 303
    where = answer.headers["Location"]
    page = read_page(client.get(where))
    assert "2 bids would be changed" in page.text and "2 e-mails would go out" in page.text
    assert world.references[0] in page.text and world.references[2] not in page.text
    assert "Which hall is it?" in page.text
    confirmed = client.post(f"{where}/confirm", data={"seen_version": 1})
    assert confirmed.status_code == 303
    assert "Nothing is done yet" in read_page(client.get(where)).text
    # Pressed twice, the second is told that it is done.
    assert client.post(f"{where}/confirm", data={"seen_version": 1}).status_code == 409
    manager = world.client("manager")
    assert manager.post(f"{where}/call-back", data={"seen_version": 2}).status_code == 303
    assert "No bid was changed and nobody was told" in read_page(manager.get(where)).text
    assert "Called back" in read_page(client.get(f"{world.round_url}/changes")).text
    with app.app_context():
        assert {bid.state.value for bid in db.session.query(Application)} == {"checking"}


def test_all_that_a_filter_finds_is_read_again_by_the_server(app: Flask, world: World) -> None:
    client = world.client("manager")
    query = {"kind": "pass-checks", "all": "1", "state": "checking", "q": world.references[1]}
    page = read_page(client.get(f"{world.round_url}/change-many", query_string=query))
    assert world.references[1] in page.text and world.references[0] not in page.text
    answer = client.post(f"{world.round_url}/change-many?kind=pass-checks", data={"bids": str(world.bids[1])})
    with app.app_context():
        job = db.session.query(BulkJob).one()
        where = f"/office/changes/{job.id}"
    assert answer.headers["Location"] == where
    client.post(f"{where}/confirm", data={"seen_version": 1})
    with app.app_context():
        due_at = db.session.get_one(BulkJob, job.id).due_at
        assert carry_out_due(db.session, due_at) == 1
        db.session.commit()
    text = read_page(client.get(where)).text
    assert "Done" in text and "nobody would get" not in text
    with app.app_context():
        states = [bid.state.value for bid in db.session.query(Application).order_by(Application.id)]
    assert states == ["checking", "eligible", "checking"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("kind=ask", "Choose at least one bid."),
        ("kind=ask&bid=x&bid=99999999999999999999", "Choose at least one bid."),
        ("kind=ask&all=1&state=nonsense", "Choose at least one bid."),
        ("kind=ask&" + "&".join(f"bid={number}" for number in range(1, 202)), "At most 200 bids"),
    ],
)
def test_too_few_and_too_many_are_refused_with_what_to_do(world: World, query: str, sentence: str) -> None:
    answer = world.get("officer", f"{world.round_url}/change-many?{query}")
    assert sentence in read_page(answer, 422).text


def test_what_was_typed_is_kept_beside_its_mistake(world: World) -> None:
    client = world.client("officer")
    typed = {"bids": str(world.bids[0]), "question": "Which hall?", **DAY, "due_on-year": "2001"}
    page = read_page(client.post(f"{world.round_url}/change-many?kind=ask", data=typed), 422)
    assert "Give a day that is still to come." in page.text and "Which hall?" in page.text
    assert page.value("bids") == str(world.bids[0])


def test_another_rounds_and_another_offices_bids_are_not_there(app: Flask, world: World) -> None:
    other = World(app, stages.judged)
    client = world.client("officer")
    query = {"kind": "ask", "bid": [other.bids[0]]}
    page = read_page(client.get(f"{world.round_url}/change-many", query_string=query), 422)
    assert other.references[0] not in page.text
    where = planned(world, client).headers["Location"]
    for name, status in (("elsewhere", 404), ("chair", 404), ("manager", 404)):
        assert world.get(name, where).status_code == status
    assert world.get("chair", f"{world.round_url}/change-many?kind=ask").status_code == 403
    assert world.get("officer", f"{world.round_url}/change-many?kind=nonsense").status_code == 404


def test_a_view_is_kept_shown_and_dropped(world: World) -> None:
    client = world.client("officer")
    page = read_page(client.get(f"{world.list_url}?state=checking&sort=ask"))
    keep = re.search(r'href="([^"]+/views/keep[^"]*)"', page.html)
    assert keep
    page = read_page(client.get(keep[1].replace("&amp;", "&")))
    assert "State: Eligibility check" in page.text
    typed = {"asked": page.value("asked"), "name": "To check"}
    answer = client.post(f"{world.round_url}/views/keep", data=typed)
    assert answer.status_code == 303 and "sort=ask" in answer.headers["Location"]
    page = read_page(client.get(world.list_url))
    assert "To check" in page.text
    assert "To check" not in read_page(world.get("manager", world.list_url)).text
    assert "Give the view a name" in read_page(client.post(f"{world.round_url}/views/keep", data={}), 422).text
    drop = re.search(r'action="(/office/views/\d+/drop)"', page.html)
    assert drop
    assert world.client("manager").post(drop[1]).status_code == 404
    client.post(drop[1])
    # The first page says that it is dropped.
    client.get(world.list_url)
    assert "To check" not in read_page(client.get(world.list_url)).text


def test_the_workbook_has_what_was_filtered(world: World) -> None:
    answer = world.get("officer", f"{world.list_url}.xlsx?q={world.references[1]}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert [row[0].value for row in sheet.iter_rows()] == ["Reference", world.references[1]]
    assert world.get("officer", f"{world.list_url}.xlsx?state=nonsense").status_code == 422
    assert world.get("chair", f"{world.list_url}.xlsx").status_code == 403


def test_a_change_of_many_is_read_in_few_queries(app: Flask, world: World) -> None:
    client = world.client("officer")
    where = planned(world, client, bid=world.bids).headers["Location"]
    client.get(where)
    with app.app_context(), counted(db.session) as queries:
        client.get(where)
    assert len(queries) <= 8, queries
