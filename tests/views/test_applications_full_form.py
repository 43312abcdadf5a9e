"""The full form as a volunteer meets it: tables row by row, questions that come and go, notes that stop nobody."""

import gzip
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.applications import queries
from grants.applications import services as applications
from grants.applications.models import Answer, Submission
from grants.core.audit import AuditEntry
from grants.funds import model_form
from grants.funds.models import Question
from grants.sample.answers import FULL, WHOLE
from tests.apps import NOW, sign_in
from tests.builders import a_draft, a_group, a_round, actor_of, an_office
from tests.hostile import in_parts
from tests.pages import read_page

STARTS = (NOW + timedelta(days=120)).date()
DAYS = {
    "P9a": STARTS.isoformat(),
    "P9b": (STARTS + timedelta(days=300)).isoformat(),
    "P10": [{"what": what, "by": (STARTS + timedelta(days=30)).isoformat()} for what in ("One", "Two", "Three")],
    "S2b": STARTS.isoformat(),
    "S5b": (STARTS + timedelta(days=400)).isoformat(),
    "O9c": STARTS.isoformat(),
    "X2b": STARTS.isoformat(),
}
ANSWERS = WHOLE | FULL | DAYS | {"O1": "Example Street Youth Club (fictional)", "P7": ["West Example"]}
BUDGET = {
    "B1": "9,000",
    "B1a": "10,000",
    "B4": "5,000",
    "B4a": "Less.",
    "B5": "Good value.",
    "B2-rows": "2",
    "B2-0-category": "staffing",
    "B2-0-what": "Youth worker",
    "B2-0-quantity": "40",
    "B2-0-unit": "200",
    "B2-0-total": "8,000",
    "B2-0-grant": "7000",
    "B2-0-other": "1,000",
    "B2-1-category": "venue",
    "B2-1-what": "Hall",
    "B2-1-quantity": "40",
    "B2-1-unit": "£50",
    "B2-1-total": "",
    "B2-1-grant": "2,000.00",
    "B2-1-other": "",
    "B3-rows": "1",
    "B3-0-source": "Our own funds",
    "B3-0-amount": "1,000",
    "B3-0-form": "money",
    "B3-0-secured": "yes",
    "B6-rows": "1",
    "B6-0-when": "All of it in spring",
    "B6-0-amount": "9,000",
}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def round_(session):
    sections = model_form.sections_for(model_form.CRITERIA, model_form.FULL_SECTIONS)
    made = a_round(session, an_office(session), sections=sections)
    session.commit()
    return made


@pytest.fixture
def group(session, client):
    organisation, lead = a_group(session)
    session.commit()
    sign_in(client, lead)
    return organisation, lead


@pytest.fixture
def draft(session, round_, group):
    made = a_draft(session, round_, *group)
    session.commit()
    return made


def url(draft, code):
    return f"/applications/{draft.id}/sections/{code}"


def stored(session, draft):
    session.rollback()
    rows = session.execute(
        sa.select(Question.code, Answer.value).join(Question).where(Answer.application_id == draft.id)
    )
    return {code: value for code, value in rows if value is not None}


def keep(session, draft, group, answers):
    when = {"actor": actor_of(session, group[1]), "now": NOW, "received_at": NOW}
    applications.save_answers(session, draft, answers, **when)
    session.commit()


def test_a_table_is_kept_as_its_kinds_and_comes_back_as_it_was_written(client, session, draft):
    response = client.post(url(draft, "money"), data=BUDGET | {"go": "continue"})
    assert response.status_code == 303, read_page(response, response.status_code).text
    kept = stored(session, draft)
    assert kept["B2"] == [
        {
            "category": "staffing",
            "what": "Youth worker",
            "quantity": 40,
            "unit": 20_000,
            "total": 800_000,
            "grant": 700_000,
            "other": 100_000,
        },
        # The total that was left empty is worked out.
        {
            "category": "venue",
            "what": "Hall",
            "quantity": 40,
            "unit": 5_000,
            "total": 200_000,
            "grant": 200_000,
        },
    ]
    page = read_page(client.get(url(draft, "money")))
    boxes = [page.value(f"B2-{box}") for box in ("0-what", "1-unit", "1-total", "1-other")]
    assert boxes == ["Youth worker", "50", "2,000", ""]
    assert "From this grant: £9,000 of £9,000" in page.text
    assert "save-answers" in set(session.scalars(sa.select(AuditEntry.action)))


BAD = [
    ({"B2-0-unit": "lots"}, "row 1, Cost of one: Write an amount in pounds", "B2-0-unit"),
    ({"B2-1-category": ""}, "row 2, Kind of cost: Choose one.", None),
    ({"B2-0-what": " "}, "row 1, What it is: Write something here.", None),
    ({"B2-0-total": "8,001"}, "How many and Cost of one multiplied come to £8,000. You wrote £8,001.", "B2-0-total"),
    ({"B2-0-grant": "6,999"}, "From this grant and From elsewhere come to £7,999 together", "B2-0-grant"),
    ({"B1": "9,500"}, "“From this grant” comes to £9,000, and it has to come to £9,500: £500 missing.", "B1"),
    (
        {"B2-0-category": "overhead"},
        "overheads: £7,000 is more than 15% of it. The most is £1,350.",
        None,
    ),
    ({"B3-0-source": "", "B3-0-amount": "", "B3-0-form": "", "B3-0-secured": ""}, "£1,000 missing", None),
    ({"B6-0-when": "", "B6-0-amount": ""}, "Fill in at least one row", None),
]


@pytest.mark.parametrize(("bad", "said", "typed"), BAD)
def test_what_is_wrong_in_a_table_is_told_and_all_of_it_is_still_there(client, session, draft, bad, said, typed):
    data = BUDGET | bad
    page = read_page(client.post(url(draft, "money"), data=data | {"go": "continue"}), 422)
    assert said in page.text
    assert page.title.startswith("Error: ")
    links = [link for link in page.links() if link.startswith("#")]
    ids = {element.attributes.get("id") for tag in ("input", "select", "textarea") for element in page.all(tag)}
    assert {link[1:] for link in links} - {"main-content"} <= ids, "every error leads to a box"
    assert page.value("B2-0-quantity") == "40"
    if typed:
        assert page.value(typed) == data[typed]
    assert "B2" not in stored(session, draft)


def test_rows_are_added_and_removed_without_a_script(client, session, draft):
    page = read_page(client.post(url(draft, "money"), data=BUDGET | {"go": "add-line:B2"}))
    assert (page.value("B2-0-what"), page.value("B2-1-what"), page.value("B2-2-what")) == ("Youth worker", "Hall", "")
    page = read_page(client.post(url(draft, "money"), data=BUDGET | {"go": "remove-line:B2:0"}))
    assert page.value("B2-0-what") == "Hall"
    assert not [each for each in page.all("input") if each.attributes.get("name") == "B2-1-what"]
    assert "From this grant: £2,000 of £9,000" in page.text
    for odd in (
        "remove-line:B2:99",
        "remove-line:B2:x",
        "remove-line:P1:0",
        "remove-line:",
        "add-line:Z",
        "suggest:B2",
    ):
        assert client.post(url(draft, "money"), data=BUDGET | {"go": odd}).status_code == 200
    assert stored(session, draft).keys().isdisjoint({"B2"})


def test_the_row_that_is_removed_is_the_one_beside_the_button(client, draft):
    data = {"B2-rows": "3", "B2-0-what": "", "B2-1-what": "Hall", "B2-2-what": "Bus"}
    page = read_page(client.post(url(draft, "money"), data=data | {"go": "remove-line:B2:1"}))
    assert page.value("B2-0-what") == "Bus"
    page = read_page(client.post(url(draft, "money"), data=data | {"go": "remove-line:B2:0"}))
    assert (page.value("B2-0-what"), page.value("B2-1-what")) == ("Hall", "Bus")


def test_a_suggestion_fills_rows_once_and_keeps_what_is_there(client, draft):
    data = {"P11-rows": "1", "P11-0-outcome": "Ours", "P11.suggestion": "Fraud and burglary", "go": "suggest:P11"}
    page = read_page(client.post(url(draft, "results"), data=data))
    assert [page.value(f"P11-{row}-outcome") for row in range(3)] == [
        "Ours",
        "People are harder to cheat",
        "Fewer repeat victims",
    ]
    again = data | {f"P11-{row}-outcome": page.value(f"P11-{row}-outcome") for row in range(3)}
    page = read_page(client.post(url(draft, "results"), data=again))
    assert not [each for each in page.all("input") if each.attributes.get("name") == "P11-3-outcome"]


def test_half_a_table_waits_for_later(client, session, draft):
    data = {"B2-rows": "1", "B2-0-unit": "about £20", "B2-0-what": "Hall", "go": "later"}
    assert client.post(url(draft, "money"), data=data).status_code == 303
    assert stored(session, draft)["B2"] == [{"what": "Hall", "unit": {"typed": "about £20"}}]
    page = read_page(client.get(url(draft, "money")))
    assert page.value("B2-0-unit") == "about £20"
    check = read_page(client.get(f"/applications/{draft.id}/check"))
    assert "about £20" in [each.text for each in check.all("td")]


@pytest.mark.parametrize("in_form", [lambda data: {"data": data}, lambda data: in_parts(data.items())])
def test_ten_thousand_rows_are_told_and_break_nothing(client, session, draft, in_form):
    data = {f"B2-{row}-what": "x" for row in range(10_000)} | {"go": "continue", "B5": "y" * 600_000}
    page = read_page(client.post(url(draft, "money"), **in_form(data)), 422)
    assert page.value("B5") == data["B5"]
    assert "Use 40 rows or fewer. You have 10000." in page.text
    assert "B2" not in stored(session, draft)


SAFETY = {"S1": "no", "S5": "5,000,000", "S5a": "no", "S6": ["none"]}


def test_a_question_that_is_not_asked_is_not_needed_nor_sent_and_keeps_its_answer(
    client, session, draft, group, round_
):
    keep(session, draft, group, {"S1": "yes", "S2": "yes", "S2a": "The manager"})
    page = read_page(client.get(url(draft, "safety")))
    assert "Only if you answered “Yes” to “Will you work with children" in page.text
    assert page.value("S2a") == "The manager"
    data = SAFETY | {"S2": "yes", "S2a": "The manager", "go": "continue"}
    assert client.post(url(draft, "safety"), data=data).status_code == 303
    assert stored(session, draft)["S2a"] == "The manager"
    paper = queries.paper_of(session, draft.round)
    content = queries.content_of(paper, stored(session, draft))
    assert {"S1", "S5"} <= {each["code"] for each in content}
    assert {"S2", "S2a", "S3", "D3"}.isdisjoint({each["code"] for each in content})
    problems = {each.question.code for each in queries.form_problems(draft.round, paper, stored(session, draft))}
    assert {"S2", "S3", "S4", "S2b", "D3", "D7", "O4", "O12a", "B7"}.isdisjoint(problems)
    assert "O3" in problems, "the group said that it is a charity"


def test_a_question_that_hangs_on_another_page_is_left_out_there_and_its_answer_stays(client, session, draft, group):
    keep(session, draft, group, {"S1": "no", "O4": "01234567", "D1": [{"to_follow": True}]})
    page = read_page(client.get(url(draft, "documents")))
    assert "Your governing document" in page.text
    assert "Your safeguarding policy" not in page.text
    page = read_page(client.get(url(draft, "organisation")))
    assert "What is your charity number?" in page.text
    assert "What is your company number?" not in page.text
    assert client.post(url(draft, "organisation"), data={"O12": "no", "go": "later"}).status_code == 303
    assert stored(session, draft)["O4"] == "01234567"


def test_a_choice_that_was_not_on_the_page_is_not_emptied(client, session, draft, group):
    keep(session, draft, group, {"E1": "registered_charity", "B7": "yes"})
    page = read_page(client.get(url(draft, "money")))
    assert "help from public money" not in page.text
    seen = page.value("seen")
    assert client.post(url(draft, "money"), data=BUDGET | {"seen": seen, "go": "continue"}).status_code == 303
    assert stored(session, draft)["B7"] == "yes"


CONTACTS = {
    "C1": "Manager",
    "C1a": "0116 496 0000",
    "C1b": "manager@example.org",
    "C2": "Chair",
    "C2a": "0116 496 0001",
    "C2b": "chair@example.org",
}


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"C1a": "none"}, "Write a phone number"),
        ({"C1b": "manager(at)example.org"}, "Write an e-mail address"),
        ({"C1b": "a..b@example.org"}, "Write an e-mail address"),
        ({"C2b": "manager@example.org"}, "This has to be somebody else's."),
    ],
)
def test_a_rule_of_a_format_stops(client, draft, bad, said):
    data = CONTACTS | bad | {"go": "continue"}
    page = read_page(client.post(url(draft, "contacts"), data=data), 422)
    assert said in page.text
    assert all(page.value(name) == value for name, value in bad.items())


def test_a_guess_is_a_note_once_and_stops_nobody(client, session, draft):
    data = CONTACTS | {"C1a": "12345678", "go": "continue"}
    response = client.post(url(draft, "contacts"), data=data)
    assert (response.status_code, response.location) == (303, url(draft, "contacts"))
    assert stored(session, draft)["C1a"] == "12345678"
    page = read_page(client.get(url(draft, "contacts")))
    assert "This does not look like a UK phone number. Is it right?" in page.text
    assert not page.title.startswith("Error")
    again = client.post(url(draft, "contacts"), data=data | {"doubted": page.value("doubted")})
    assert again.location == url(draft, "project")
    check = read_page(client.get(f"/applications/{draft.id}/check"))
    assert "This does not look like a UK phone number" in check.text


def test_what_was_put_right_is_said_and_kept_in_its_one_spelling(client, session, draft, group):
    keep(session, draft, group, {"E1": "business"})
    data = {"O1": "Us", "O4": "1234567", "O5a": "le1  1aa", "O6": "example.org\r\nHTTP://EXAMPLE.COM", "go": "later"}
    assert client.post(url(draft, "organisation"), data=data).status_code == 303
    kept = stored(session, draft)
    assert (kept["O4"], kept["O5a"]) == ("01234567", "LE1 1AA")
    assert kept["O6"] == ["https://example.org", "http://example.com"]
    assert "We put a 0 at the start: 01234567." in read_page(client.get(f"/applications/{draft.id}")).text


def test_people_beyond_the_places_are_asked_about(client, session, draft, group):
    keep(session, draft, group, {"P8c": 10, "P8e": 20, "P8d": 500, "P8a": 600})
    page = read_page(client.get(url(draft, "reach")))
    assert "500 is more than 10 times 20, which is 200. Is it right?" in page.text
    assert "600 is more than 500. Is it right?" in page.text


def test_the_whole_form_is_sent_without_what_is_only_counted(client, session, draft, group):
    keep(session, draft, group, {**ANSWERS, "Q1": ["women"], "Q2": "police"})
    page = read_page(client.get(f"/applications/{draft.id}/check"))
    assert "to put right before you can send it" not in page.text
    assert {"Youth workers, 40 weeks", "£185"} <= {each.text for each in page.all("td")}
    response = client.post(f"/applications/{draft.id}/submit", data={"seen_hash": page.value("seen_hash")})
    assert response.location == f"/applications/{draft.id}/receipt"
    session.rollback()
    sent = session.scalars(sa.select(Submission).where(Submission.application_id == draft.id)).one()
    codes = {each["code"] for each in sent.content}
    assert {"B2", "P11", "D1", "O3"} <= codes
    assert {"Q1", "Q2", "Q2a", "O4", "D7", "B7", "B7a"}.isdisjoint(codes)
    assert "women" not in str(sent.content)


def test_the_heaviest_page_with_its_scripts_and_styles_is_light(client, session, draft, group):
    rows = [{**ANSWERS["B2"][0], "what": f"Worker {number}"} for number in range(20)]
    keep(session, draft, group, {**ANSWERS, "B2": rows})
    for code in ("money", "results", "documents", "project"):
        response = client.get(url(draft, code))
        page = read_page(response)
        addresses = [each.attributes["src"] for each in page.all("script")]
        addresses += [each.attributes["href"] for each in page.all("link") if each.attributes["rel"] == "stylesheet"]
        weight = sum(len(gzip.compress(client.get(address).data)) for address in addresses)
        assert weight + len(gzip.compress(response.data)) <= 60_000, code


@pytest.mark.parametrize("hostile", ["\x01", "=1+1", "<script>", "9" * 5_000, "\u202e\u200b", "-5", "x" * 60_000])
def test_hostile_text_in_every_box_is_never_an_error_of_ours(client, draft, hostile):
    for section in model_form.FULL_SECTIONS[1:]:
        page = read_page(client.get(url(draft, section.code)))
        names = {each.attributes["name"] for tag in ("input", "textarea", "select") for each in page.all(tag)}
        data = dict.fromkeys(names - {"csrf_token"}, hostile)
        for go in ("continue", "later", "add-line:B2"):
            response = client.post(url(draft, section.code), data=data | {"go": go})
            assert response.status_code in {200, 303, 409, 422}
