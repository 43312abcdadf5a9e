"""The pages of a question about a bid: the officer asks, the group answers, and nobody else reads either."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from grants.eligibility.models import Clarification
from grants.extensions import db
from tests.pages import read_page
from tests.views.test_eligibility import World, signed_in, state_of, version_of, world
from workflows.application import ApplicationState

__all__ = ["world"]

DAY = {"due_on-day": "1", "due_on-month": "2", "due_on-year": "2090"}
QUESTION = "Which <b>hall</b> is it?\nAnd since when?"


def ask(app: Flask, world: World) -> None:
    data = {"question": QUESTION, "seen_version": version_of(app, world), **DAY}
    response = signed_in(app, world, "officer").post(f"{world.url}/ask", data=data)
    assert response.status_code == 303
    assert state_of(app, world) is ApplicationState.CLARIFICATION


def group_url(world: World) -> str:
    return f"/applications/{world.bid}/questions"


def test_asked_read_answered_and_read_again(app: Flask, world: World) -> None:
    ask(app, world)
    lead = signed_in(app, world, "lead")
    bid = read_page(lead.get(f"/applications/{world.bid}"))
    assert "We have a question" in bid.text
    assert group_url(world) in bid.html
    page = read_page(lead.get(group_url(world)))
    assert "Which <b>hall</b> is it?" in page.text
    assert "by the end of 1 February 2090" in page.text
    data = {"answer": "The one in\nExample Street", "seen_version": version_of(app, world)}
    assert lead.post(group_url(world), data=data).status_code == 303
    assert state_of(app, world) is ApplicationState.CHECKING
    checked = read_page(signed_in(app, world, "officer").get(world.url))
    assert "The one in Example Street" in " ".join(checked.text.split())
    assert "Example Street" in read_page(lead.get(group_url(world))).text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"question": " ", **DAY}, "Write the question."),
        ({"question": QUESTION, **DAY, "due_on-year": "2020"}, "Give a day that is still to come."),
        ({"question": QUESTION, **DAY, "due_on-month": "13"}, "real date"),
        ({"question": "x" * 5001, **DAY}, "5000 characters or fewer"),
    ],
)
def test_a_question_that_can_not_be_asked_is_still_in_its_box(app: Flask, world: World, sent, words: str) -> None:
    client = signed_in(app, world, "officer")
    page = read_page(client.post(f"{world.url}/ask", data={**sent, "seen_version": version_of(app, world)}), 422)
    assert words in page.text
    assert sent["question"].strip() in page.html.replace("&lt;", "<").replace("&gt;", ">")
    assert state_of(app, world) is ApplicationState.CHECKING


def test_an_empty_answer_is_asked_for_again(app: Flask, world: World) -> None:
    ask(app, world)
    lead = signed_in(app, world, "lead")
    page = read_page(lead.post(group_url(world), data={"answer": " ", "seen_version": version_of(app, world)}), 422)
    assert "Write your answer to the question." in page.text
    assert state_of(app, world) is ApplicationState.CLARIFICATION


def test_what_was_typed_for_a_question_that_is_over_is_shown_back(app: Flask, world: World) -> None:
    ask(app, world)
    seen = version_of(app, world)
    taken_back = {"reason": "We found it.", "seen_version": seen}
    assert signed_in(app, world, "officer").post(f"{world.url}/take-back-question", data=taken_back).status_code == 303
    lead = signed_in(app, world, "lead")
    page = read_page(lead.post(group_url(world), data={"answer": "My long answer", "seen_version": seen}), 409)
    assert "My long answer" in page.html
    with app.app_context():
        assert db.session.scalars(sa.select(Clarification.answer)).one() == ""
    assert "We took this question back: We found it." in read_page(lead.get(group_url(world))).text


@pytest.mark.parametrize(
    ("name", "asking", "answering"),
    [("manager", 200, 404), ("chair", 403, 404), ("marker-1", 404, 404), ("lead", 404, 200), ("elsewhere", 404, 404)],
)
def test_who_may_ask_and_who_may_answer(app: Flask, world: World, name: str, asking: int, answering: int) -> None:
    client = signed_in(app, world, name)
    read_page(client.get(f"{world.url}/ask"), asking)
    read_page(client.get(f"{world.url}/take-back-question"), asking)
    read_page(client.get(group_url(world)), answering)
    if answering != 200:
        read_page(client.post(group_url(world), data={"answer": "x"}), answering)
