"""The screens that change a round's form and what belongs to it: for managers, whole or not at all, nothing lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from grants.applications import services as applications
from grants.clock import utc_now
from grants.funds import queries
from grants.funds import services as funds
from grants.funds.form_tables import MODEL
from grants.funds.models import Question, QuestionKind, Round
from grants.web.rule_words import rule_words
from tests.apps import sign_in
from tests.builders import a_group, a_round, actor_of, an_office, staff
from tests.pages import Page, read_page
from workflows.actors import Role

DAY = timedelta(days=1)
PARTS = ("criteria", "areas", "rules", "words")


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
def draft(session, manager, published, now) -> Round:
    made = funds.copy_round(
        session,
        published,
        code="COPY-1",
        title="The copy",
        opens_at=now + DAY,
        closes_at=now + 9 * DAY,
        actor=actor_of(session, manager),
        now=now,
    )
    session.commit()
    return made


@pytest.fixture
def desk(client, manager):
    sign_in(client, manager)
    return client


def sent(page: Page, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the page's form, with these changes; None leaves a field out."""
    found: dict[str, Any] = {}
    name = ""
    for element in page.elements:
        own, kind = element.attributes.get("name"), element.attributes.get("type")
        if element.tag == "select":
            name = own or ""
        elif element.tag == "option" and name:
            if "selected" in element.attributes or name not in found:
                found[name] = element.attributes.get("value", "")
        elif element.tag == "textarea":
            found[str(own)] = "".join(element.words).removeprefix("\n")
        elif element.tag == "input" and own:
            if kind in {"checkbox", "radio"}:
                if "checked" in element.attributes:
                    found.setdefault(own, []).append(element.attributes.get("value", ""))
            else:
                found[own] = element.attributes.get("value", "")
    return {key: value for key, value in (found | changes).items() if value is not None}


def address(round_: Round, rest: str = "") -> str:
    return f"/office/rounds/{round_.id}/form{rest}"


def definition(session: Session, round_: Round) -> Any:
    session.expire_all()
    return queries.editable(session, session.get_one(Round, round_.id)).definition


def test_the_form_is_shown_whole(desk, session, draft) -> None:
    page = read_page(desk.get(address(draft)))
    for question in definition(session, draft).questions:
        assert question.label in page.text
    assert "counts" not in page.text
    assert address(draft, "/questions/P3") in page.links()


@pytest.mark.parametrize("part", PARTS)
def test_a_page_that_is_sent_back_as_it_came_changes_nothing(desk, session, draft, part) -> None:
    before = definition(session, draft)
    page = read_page(desk.get(address(draft, f"/{part}")))
    response = desk.post(address(draft, f"/{part}"), data=sent(page))
    assert response.status_code == 303
    assert definition(session, draft) == before


def test_every_question_that_is_sent_back_as_it_came_is_as_it_was(desk, session, draft) -> None:
    before = definition(session, draft)
    for question in before.questions:
        page = read_page(desk.get(address(draft, f"/questions/{question.code}")))
        response = desk.post(address(draft, f"/questions/{question.code}"), data=sent(page))
        assert response.status_code == 303, question.code
    after = definition(session, draft)
    assert {each.code: each for each in after.questions} == {each.code: each for each in before.questions}


def test_every_question_of_the_model_form_is_sent_back_as_it_came(desk, session, draft) -> None:
    held = {each.code for each in definition(session, draft).questions}
    desk.post(address(draft, "/model-questions"), data={"codes": [code for code in MODEL if code not in held]})
    before = definition(session, draft)
    assert {each.code for each in before.questions} == set(MODEL)
    for code in MODEL:
        page = read_page(desk.get(address(draft, f"/questions/{code}")))
        assert desk.post(address(draft, f"/questions/{code}"), data=sent(page)).status_code == 303, code
    after = {each.code: each for each in definition(session, draft).questions}
    assert [(each, after[each.code]) for each in before.questions if after[each.code] != each] == []


def test_a_table_that_loses_a_column_loses_the_sums_of_it(desk, session, draft) -> None:
    desk.post(address(draft, "/model-questions"), data={"codes": ["P10"]})
    page = read_page(desk.get(address(draft, "/questions/P10")))
    gone = desk.post(address(draft, "/questions/P10"), data=sent(page, **{"columns-1-label": ""}))
    assert gone.status_code == 303
    settings = next(each for each in definition(session, draft).questions if each.code == "P10").settings
    assert [column["code"] for column in settings["columns"]] == ["what"]
    assert settings["inside"] == []


def test_a_code_is_not_given_again_while_answers_hang_on_it(desk, session, published, manager, now) -> None:
    def publish() -> None:
        round_ = session.get_one(Round, published.id)
        seen = queries.editable(session, round_).seen_version
        actor = actor_of(session, manager)
        applications.publish_form_change(session, round_, "As asked", seen_version=seen, actor=actor, now=now)
        session.commit()

    for do in ("question:P3:copy", "question:N1:remove", "question:P4:copy"):
        desk.post(address(published, "/press"), data={"do": do})
        publish()
    codes = [each.code for each in definition(session, published).questions]
    assert "N2" in codes
    assert "N1" not in codes


def test_a_rule_says_what_it_does_with_the_rounds_own_settings(client, desk, session, draft) -> None:
    page = read_page(desk.get(address(draft, "/rules")))
    assert "free reserves of £25,000 at most" in page.text
    desk.post(
        address(draft, "/rules"),
        data=sent(page, ER9_cap_pence="30,000", ER1_allowed=["school"], ER1_referred=["business"]),
    )
    text = read_page(desk.get(address(draft, "/rules"))).text
    assert "free reserves of £30,000 at most" in text
    assert "Lets in: School, college or university. An officer looks at: Business." in text
    public = {each.code: each for each in definition(session, draft).rules}["ER1"]
    said = rule_words("ER1", public.title, public.settings, max_months=12)
    assert said == "You are one of these: School, college or university. These can ask us first: Business."


def test_a_question_is_asked_in_other_words_and_keeps_its_row(desk, session, draft) -> None:
    own = next(row for row in session.query(Question).filter_by(round_id=draft.id) if row.code == "P3").id
    url = address(draft, "/questions/P3")
    page = read_page(desk.get(url))
    changes = {"label": "What is it?", "word_limit": "77", "is_private": ["y"]}
    assert desk.post(url, data=sent(page, **changes)).status_code == 303
    session.expire_all()
    row = session.get_one(Question, own)
    assert (row.label, row.word_limit, row.is_private) == ("What is it?", 77, True)


@pytest.mark.parametrize("kind", list(QuestionKind))
def test_a_question_of_every_kind_can_be_added(desk, session, draft, kind) -> None:
    picked = desk.post(address(draft, "/questions"), data={"kind": str(kind), "section": "project"})
    assert picked.status_code == 303
    page = read_page(desk.get(picked.location))
    more = {"label": f"New {kind}?", "options": "First\nSecond", "columns-0-label": "What", "columns-1-label": "When"}
    data = sent(page, **{name: value for name, value in more.items() if name in sent(page)})
    assert desk.post(picked.location, data=data).status_code == 303
    made = [each for each in definition(session, draft).questions if each.label == f"New {kind}?"]
    assert [each.kind for each in made] == [kind]
    if kind is QuestionKind.TABLE:
        assert [each["label"] for each in made[0].settings["columns"]] == ["What", "When"]


def test_what_can_not_be_a_question_is_said_beside_its_field_and_kept(desk, session, draft) -> None:
    before = definition(session, draft)
    url = address(draft, "/questions/new/radio?section=project")
    data = sent(read_page(desk.get(url)), label=" ", help_text="Kept <b>help</b>", options="Same\nsame")
    page = read_page(desk.post(url, data=data), 422)
    assert "Write the question." in page.text
    assert "Two lines say the same." in page.text
    assert "Kept <b>help</b>" in page.text
    page = read_page(desk.post(url, data=data | {"label": "Q?", "options": ""}), 422)
    assert "Write at least one answer." in page.text
    table = address(draft, "/questions/new/table")
    page = read_page(desk.post(table, data=sent(read_page(desk.get(table)), label="T?")), 422)
    assert "Name at least one column." in page.text
    assert definition(session, draft) == before


def test_questions_and_sections_move_by_buttons(desk, session, draft) -> None:
    version = queries.editable(session, draft).seen_version
    for do in ("question:P2:up", "question:P4:hide", "section:money:up"):
        response = desk.post(address(draft, "/press"), data={"seen_version": version, "do": do})
        assert response.status_code == 303
        version = queries.editable(session, session.get_one(Round, draft.id, populate_existing=True)).seen_version
    after = definition(session, draft)
    order = [each.code for each in after.questions]
    assert order.index("P2") < order.index("P1")
    assert next(each for each in after.questions if each.code == "P4").is_hidden
    sections = [each.code for each in after.sections]
    assert sections.index("money") < sections.index("reach")


def test_a_part_is_removed_only_after_it_was_asked_for(desk, session, draft) -> None:
    page = read_page(desk.get(address(draft, "/questions/S1/remove")))
    assert "Answers that groups have given stay with their bids" in page.text
    assert read_page(desk.get(address(draft, "/sections/project/remove"))).text.count("P3")
    assert "S1" in {each.code for each in definition(session, draft).questions}
    assert 'value="question:S1:remove"' in page.html
    assert desk.post(address(draft, "/press"), data=sent(page, do="question:S1:remove")).status_code == 303
    assert "S1" not in {each.code for each in definition(session, draft).questions}


def test_the_questions_asked_first_stay(desk, session, draft) -> None:
    before = definition(session, draft)
    seen = queries.editable(session, draft).seen_version
    response = desk.post(address(draft, "/press"), data={"seen_version": seen, "do": "section:eligibility:remove"})
    assert response.status_code == 303
    assert "asked before the form" in read_page(desk.get(address(draft))).text
    assert definition(session, draft) == before


def test_questions_of_the_model_form_are_a_tick_away(desk, session, draft) -> None:
    url = address(draft, "/model-questions")
    page = read_page(desk.get(url))
    assert 'value="P17"' in page.html
    nothing = read_page(desk.post(url, data=sent(page)), 422)
    assert "Tick the questions" in nothing.text
    assert desk.post(url, data=sent(page, codes=["P17", "D1"])).status_code == 303
    assert {"P17", "D1"} <= {each.code for each in definition(session, draft).questions}


def test_the_second_of_two_editors_is_told_and_has_written_nothing(desk, session, draft) -> None:
    url = address(draft, "/questions/P3")
    mine, theirs = (sent(read_page(desk.get(url))) for _ in range(2))
    assert desk.post(url, data=theirs | {"label": "Theirs"}).status_code == 303
    page = read_page(desk.post(url, data=mine | {"label": "Mine, long thought about"}), 409)
    assert "Mine, long thought about" in page.html
    assert next(each for each in definition(session, draft).questions if each.code == "P3").label == "Theirs"


def test_a_published_form_changes_only_in_its_working_copy(desk, session, published) -> None:
    url = address(published, "/questions/P3")
    assert desk.post(url, data=sent(read_page(desk.get(url)), label="Next version?")).status_code == 303
    session.expire_all()
    rows = [row.label for row in session.query(Question).filter_by(round_id=published.id) if row.code == "P3"]
    assert rows != ["Next version?"]
    assert next(each for each in definition(session, published).questions if each.code == "P3").label == "Next version?"
    assert "the next version of the form" in read_page(desk.get(address(published))).text


def test_rules_and_rubric_take_their_parameters(desk, session, draft) -> None:
    page = read_page(desk.get(address(draft, "/rules")))
    changes = {"ER9_applies": ["y"], "ER9_cap_pence": "12,345", "ER9_on_breach": ["fail"], "ER19_applies": None}
    assert desk.post(address(draft, "/rules"), data=sent(page, **changes)).status_code == 303
    rule = next(each for each in definition(session, draft).rules if each.code == "ER9")
    assert (rule.on_breach, rule.settings["cap_pence"]) == ("fail", 1_234_500)
    page = read_page(desk.get(address(draft, "/criteria")))
    assert desk.post(address(draft, "/criteria"), data=sent(page, **{"rows-0-weight": "21"})).status_code == 303
    assert "They now add up to 101" in read_page(desk.get(address(draft, "/criteria"))).text
    bad = read_page(desk.post(address(draft, "/criteria"), data=sent(page, **{"rows-0-weight": "0"})), 422)
    assert "Enter a weight from 1 to 100" in bad.text


def test_a_round_takes_a_scale_for_its_whole_rubric_and_may_hide_whose_bid_it_is(desk, session, draft) -> None:
    page = read_page(desk.get(address(draft, "/criteria")))
    assert page.one("input", name="scale", value="0-5").attributes.get("checked") == ""
    assert desk.post(address(draft, "/criteria"), data=sent(page, scale="1-5")).status_code == 303
    page = read_page(desk.get(address(draft, "/words")))
    assert desk.post(address(draft, "/words"), data=sent(page, is_anonymous="y")).status_code == 303
    found = definition(session, draft)
    assert found.is_anonymous and {(each.min_score, each.max_score) for each in found.criteria} == {(1, 5)}
    # What is no scale of ours changes nothing.
    page = read_page(desk.get(address(draft, "/criteria")))
    assert desk.post(address(draft, "/criteria"), data=sent(page, scale="0-99")).status_code == 303
    assert {each.max_score for each in definition(session, draft).criteria} == {5}
    session.expire_all()
    assert session.get(Round, draft.id).is_anonymous


def test_the_offices_own_words_are_written_letter_by_letter_and_seen_in_the_whole_email(desk, session, draft) -> None:
    listed = read_page(desk.get(address(draft, "/letters")))
    url = address(draft, "/letters/offer")
    assert url in listed.links()
    page = read_page(desk.get(url))
    assert "{accept by}: the last day to accept the offer" in page.text
    assert "{receipt}" not in page.text
    wrong = read_page(desk.post(url, data=sent(page, words="Dear {name}, half {group")), 422)
    assert "This letter does not know {name}, {. It knows {group}," in wrong.text
    assert "half {group" in wrong.html
    saved = desk.post(url, data=sent(page, words="Well done, {group}: £ <b>"))
    assert saved.location.endswith("/letters/offer/preview")
    assert definition(session, draft).letters == {"offer": "Well done, {group}: £ <b>"}
    whole = read_page(desk.get(saved.location)).text
    assert "Well done, Example Street Youth Club (fictional): £ <b>" in whole
    assert "is offered a grant of" in whole
    assert "Well done, {group}: £ <b>" in read_page(desk.get(address(draft, "/letters"))).text
    assert desk.post(url, data=sent(read_page(desk.get(url)), words=" ")).status_code == 303
    assert definition(session, draft).letters == {}
    assert desk.get(address(draft, "/letters/sign-in-link")).status_code == 404
    assert desk.get(address(draft, "/letters/sign-in-link/preview")).status_code == 404


@pytest.mark.parametrize("rest", ["", "/sections", "/questions", "/questions/P3", *(f"/{part}" for part in PARTS)])
def test_nobody_but_a_manager_of_the_office_changes_a_form(client, session, office, draft, rest) -> None:
    officer = staff(session, office, Role.OFFICER)
    stranger = staff(session, an_office(session), Role.MANAGER)
    _, lead = a_group(session)
    session.commit()
    is_read = not rest or rest[1:] in PARTS
    for person, reading, writing in ((officer, 200 if is_read else 403, 403), (stranger, 404, 404), (lead, 403, 403)):
        sign_in(client, person)
        assert client.get(address(draft, rest)).status_code in {reading, 404 if person is lead else reading}
        if rest:
            assert client.post(address(draft, rest), data={"title": "x"}).status_code in {writing, 404}


def test_a_question_for_files_says_which_document_it_is(desk, session, draft) -> None:
    url = address(draft, "/questions/new/files?section=project")
    page = sent(read_page(desk.get(url)))
    made = (
        page
        | {"label": "Your insurance", "document": "insurance", "most": "2", "may_follow": "y"}
        | {"types": ["text", "photo"]}
    )
    assert desk.post(url, data=made | {"document": "passport"}).status_code == 422
    assert desk.post(url, data=made).status_code == 303
    session.rollback()
    question = next(each for each in session.get_one(Round, draft.id).questions if each.label == "Your insurance")
    assert question.settings == {"document": "insurance", "most": 2, "may_follow": True, "types": ["text", "photo"]}
