"""A question's kind, its condition, and its end at somebody else's hand: no saved answer and no typed word is lost."""

from __future__ import annotations

from typing import Any

import pytest

from grants.applications import services as applications
from grants.applications.models import Answer
from grants.applications.queries import answers_of
from grants.clock import utc_now
from grants.funds import queries
from grants.funds.models import Round
from tests.apps import sign_in
from tests.builders import a_draft, a_group, a_round, actor_of, an_office, staff
from tests.pages import read_page
from tests.views.test_funds_structure import address, definition, sent
from workflows.actors import Role
from workflows.rules.answers import settings_fault


@pytest.fixture
def now():
    """These pages read the clock themselves."""
    return utc_now().replace(microsecond=0)


@pytest.fixture
def office(session):
    return an_office(session, "LLR")


@pytest.fixture
def manager(session, office):
    return staff(session, office, Role.MANAGER)


@pytest.fixture
def published(session, office, now) -> Round:
    made = a_round(session, office, now=now)
    session.commit()
    return made


@pytest.fixture
def desk(client, manager):
    sign_in(client, manager)
    return client


def question(session, round_: Round, code: str) -> Any:
    return next(each for each in definition(session, round_).questions if each.code == code)


def add(desk, round_: Round, kind: str, **words: Any) -> None:
    url = address(round_, f"/questions/new/{kind}?section=project")
    assert desk.post(url, data=sent(read_page(desk.get(url)), **words)).status_code == 303


def publish(session, round_: Round, manager, now) -> None:
    fresh = session.get_one(Round, round_.id)
    seen = queries.editable(session, fresh).seen_version
    actor = actor_of(session, manager)
    applications.publish_form_change(session, fresh, "As asked", seen_version=seen, actor=actor, now=now)
    session.commit()


def test_a_question_takes_another_kind_and_a_saved_answer_is_kept_apart(desk, session, published, manager, now) -> None:
    fixed = read_page(desk.get(address(published, "/questions/P1/kind")))
    assert "its kind stays" in fixed.text
    url = address(published, "/questions/P1?kind=number")
    page = read_page(desk.post(url, data=sent(read_page(desk.get(url)), label="Kept words")), 422)
    assert "Rules and lists read this answer" in page.text
    assert "Kept words" in page.html

    alike = read_page(desk.get(address(published, "/questions/E3?kind=radio")))
    assert "do not fit" not in alike.text
    add(desk, published, "yes_no", label="Is it near you?")
    add(desk, published, "radio", label="Is it new?", options="Yes\nMaybe")
    publish(session, published, manager, now)
    code, other = (
        next(each.code for each in definition(session, published).questions if each.label == label)
        for label in ("Is it near you?", "Is it new?")
    )
    group, lead = a_group(session, now=now)
    fresh = session.get_one(Round, published.id)
    bid = a_draft(session, fresh, group, lead, answers={code: "yes", other: "maybe"}, now=now)
    session.commit()

    picked = desk.post(address(published, f"/questions/{code}/kind"), data={"kind": "number"})
    assert picked.location.endswith(f"/questions/{code}?kind=number")
    page = read_page(desk.get(picked.location))
    assert "do not fit this one" in page.text
    assert "Is it near you?" in page.text
    assert desk.post(picked.location, data=sent(page, label="How near, in miles?")).status_code == 303
    assert str(question(session, published, code).kind) == "number"
    choice = address(published, f"/questions/{other}?kind=yes_no")
    assert desk.post(choice, data=sent(read_page(desk.get(choice)))).status_code == 303
    publish(session, published, manager, now)
    session.expire_all()
    # The old answer is none to the new question, and is there still under the question as it was.
    assert not {code, other} & set(answers_of(session, bid))
    kept = session.query(Answer).filter_by(application_id=bid.id)
    assert {each.question.label: each.value for each in kept}.items() >= {
        "Is it near you?": "yes",
        "Is it new?": "maybe",
    }.items()


def test_a_condition_is_picked_by_question_then_by_answers_and_read_back_in_words(desk, session, published) -> None:
    url = address(published, "/questions/P4/when")
    first = read_page(desk.get(url))
    assert "Now it is asked of everybody." in first.text
    second = read_page(desk.get(f"{url}?on=E3"))
    assert "Yes" in second.text
    nothing = read_page(desk.post(f"{url}?on=E3", data=sent(second)), 422)
    assert "Tick at least one answer." in nothing.text
    assert desk.post(f"{url}?on=E3", data=sent(second, answers=["yes"])).status_code == 303
    assert question(session, published, "P4").show_when == {"question": "E3", "is": ["yes"]}
    words = f"Asked only if the answer to “{question(session, published, 'E3').label}” is Yes."
    assert words in read_page(desk.get(address(published))).text
    assert words in read_page(desk.get(address(published, "/questions/P4"))).text
    # A question that comes later is not offered, and is refused when it is named all the same.
    assert 'value="S1"' not in first.html
    later = read_page(desk.post(f"{url}?on=S1", data={"question": "S1", "answers": ["yes"]}), 422)
    assert "asked before this one" in later.text
    hidden = desk.post(address(published, "/press"), data={"do": "question:E3:hide"}, follow_redirects=True)
    assert "P4 waits for an answer that is not asked before it now." in read_page(hidden).text
    assert desk.post(address(published, "/questions/P4/always")).status_code == 303
    assert question(session, published, "P4").show_when is None


def test_what_was_typed_for_a_question_that_is_gone_is_given_back(desk, session, published) -> None:
    url = address(published, "/questions/P4")
    mine = sent(read_page(desk.get(url)), label="Long thought about")
    section = sent(read_page(desk.get(address(published, "/sections/reach"))), title="Where we work")
    assert desk.post(address(published, "/press"), data={"do": "question:P4:remove"}).status_code == 303
    page = read_page(desk.post(url, data=mine), 409)
    assert "Somebody has removed this part of the form" in page.text
    assert "Long thought about" in page.html
    assert desk.post(address(published, "/press"), data={"do": "section:reach:remove"}).status_code == 303
    assert "Where we work" in read_page(desk.post(address(published, "/sections/reach"), data=section), 409).html
    late = desk.post(address(published, "/press"), data={"do": "question:P4:up", "seen_version": mine["seen_version"]})
    assert late.status_code == 409
    assert desk.get(url).status_code == 404


def test_a_question_for_files_is_refused_before_the_form(desk, session, published) -> None:
    url = address(published, "/questions/new/files?section=eligibility")
    page = read_page(desk.post(url, data=sent(read_page(desk.get(url)), label="Your papers")), 422)
    assert "Nobody can send a file before they sign in." in page.text
    assert "Your papers" in page.html


def test_the_page_of_the_whole_model_form_is_light(desk, session, published) -> None:
    """98 questions with six ways to change each: each button in a form of its own made 283 kB and 445 forms of it."""
    asked = read_page(desk.get(address(published, "/model-questions")))
    codes = [each.attributes["value"] for each in asked.elements if each.attributes.get("name") == "codes"]
    assert desk.post(address(published, "/model-questions"), data=sent(asked, codes=codes)).status_code == 303
    response = desk.get(address(published))
    assert response.text.count("<form") <= 3
    assert len(response.data) < 150_000


def test_a_table_is_made_with_its_sums_and_days_on_screens(desk, session, published) -> None:
    url = address(published, "/questions/new/table?section=money")
    page = read_page(desk.get(url))
    assert "The fewest rows" in page.text
    assert "The least" not in page.text
    columns = {
        "columns-0-label": "How many",
        "columns-0-kind": "number",
        "columns-1-label": "Cost",
        "columns-1-kind": "money",
    }
    wrong = sent(page, label="Costs", **columns, **{"columns-0-equals": "B1", "columns-1-first": "P9a"})
    refused = read_page(desk.post(url, data=wrong), 422)
    assert "whole numbers to a whole number" in refused.text
    assert "Only a date has a first and a last day." in refused.text
    good = sent(
        page, label="Costs", least="1", most="5", **columns, **{"columns-1-equals": "B1", "columns-1-plus": "B4"}
    )
    assert desk.post(url, data=good).status_code == 303
    made = next(each for each in definition(session, published).questions if each.label == "Costs")
    assert made.settings["sums"] == [{"column": "cost", "equals": "B1", "plus": "B4"}]
    assert (made.settings["min_rows"], made.settings["max_rows"]) == (1, 5)

    url = address(published, f"/questions/{made.code}")
    page = read_page(desk.get(url))
    more = {"columns-2-label": "Total", "columns-2-kind": "money", "columns-3-label": "By", "columns-3-kind": "date"}
    assert desk.post(url, data=sent(page, **more, **{"columns-3-first": "P9a"})).status_code == 303
    page = read_page(desk.get(url))
    half = sent(page, **{"row_rules-0-parts": ["how_many"], "row_rules-0-way": "row_products"})
    assert "Tick two boxes or more" in read_page(desk.post(url, data=half), 422).text
    rule = {"parts": ["how_many", "cost"], "way": "row_products", "total": "total"}
    whole = sent(page, **{f"row_rules-0-{name}": value for name, value in rule.items()})
    assert desk.post(url, data=whole).status_code == 303
    settings = question(session, published, made.code).settings
    assert settings["row_products"] == [{"parts": ["how_many", "cost"], "total": "total"}]
    assert settings["inside"] == [{"column": "by", "from": "P9a"}]
    assert settings_fault(settings) == ""
    sort = {"columns-4-label": "Sort", "columns-4-kind": "choice", "columns-4-options": "Management\nWork"}
    assert desk.post(url, data=sent(read_page(desk.get(url)), **sort)).status_code == 303
    page = read_page(desk.get(url))
    share = {"where": "sort=management", "column": "cost", "percent": "", "of": "B1"}
    half = sent(page, **{f"caps-0-{name}": value for name, value in share.items()})
    assert "Write a percentage from 1 to 100" in read_page(desk.post(url, data=half), 422).text
    assert desk.post(url, data=half | {"caps-0-percent": "12.5%"}).status_code == 303
    cap = {"column": "cost", "where": {"sort": "management"}, "percent": 1250, "of": "B1"}
    assert question(session, published, made.code).settings["caps"] == [cap]
    # Without its sum and its column, neither is left behind.
    page = read_page(desk.get(url))
    assert desk.post(url, data=sent(page, **{"columns-1-label": ""})).status_code == 303
    settings = question(session, published, made.code).settings
    assert (settings["sums"], settings["row_products"], settings["caps"]) == ([], [], [])
