"""The button that looks a number up: a suggestion that is taken or left, with all that was typed, and no lock held."""

import pytest
import time_machine

from grants.accounts import queries
from grants.applications import queries as bids
from grants.core.registers import NotKnown, Record, Unavailable
from grants.extensions import db
from grants.funds import model_form
from tests.apps import NOW, sign_in
from tests.builders import a_draft, a_group, a_round, an_office
from tests.pages import read_page

TYPED = {"O1": "Our hall", "O2": "<b>Hut</b>", "O3": "1999 001", "O4": "", "O5": "", "O5a": "", "O6": ""}


class Fake:
    """A register that answers as it is told, and looks whether a transaction is open when it is asked."""

    def __init__(self, answer):
        self.answer, self.was_open, self.asked = answer, None, []

    def look_up(self, number):
        self.asked.append(number)
        self.was_open = db.session().in_transaction()
        return self.answer


@pytest.fixture
def frozen():
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def group(client, session):
    made = a_group(session)
    sign_in(client, made[1])
    return made


@pytest.fixture
def where(group):
    return f"/groups/{group[0].id}/details/name"


@pytest.fixture
def register(app, monkeypatch):
    def put(answer):
        fake = Fake(answer)
        monkeypatch.setitem(app.extensions, "registers", {"charity_number": fake, "company_number": fake})
        return fake

    return put


def test_what_the_register_says_is_shown_taken_and_saved_in_three_presses(client, session, group, where):
    page = read_page(client.post(where, data=TYPED | {"go": "look-up:O3"}))
    assert "Example Street Youth Club (fictional)" in page.text
    assert {code: page.value(code) for code in TYPED} == TYPED, "nothing is filled in by itself"
    assert "O3" not in queries.details_of(session, group[0]), "nothing is saved"

    found = {name: page.value(name) for name in ("found-name", "found-address", "found-postcode")}
    page = read_page(client.post(where, data=TYPED | found | {"go": "use-register"}))
    assert page.value("O1") == "Example Street Youth Club (fictional)"
    assert (page.value("O5a"), page.value("O2")) == ("LE3 1AA", TYPED["O2"])
    filled = {code: page.value(code) for code in TYPED} | {"go": "save", "seen": page.value("seen")}
    assert client.post(where, data=filled).status_code == 303
    kept = {code: each.value for code, each in queries.details_of(session, group[0]).items()}
    assert (kept["O1"], kept["O3"], kept["O5a"]) == ("Example Street Youth Club (fictional)", "1999001", "LE3 1AA")


@pytest.mark.parametrize(
    ("answer", "words"),
    [(NotKnown(), "does not know this number"), (Unavailable(), "You can go on without it")],
)
def test_nothing_blocks_when_there_is_no_answer(client, where, register, answer, words):
    register(answer)
    page = read_page(client.post(where, data=TYPED | {"go": "look-up:O3"}))
    assert words in page.text
    assert {code: page.value(code) for code in TYPED} == TYPED
    assert client.post(where, data=TYPED | {"go": "save"}).status_code == 303


def test_no_transaction_is_open_while_the_register_thinks(client, where, register):
    fake = register(Unavailable())
    client.post(where, data=TYPED | {"go": "look-up:O3"})
    assert (fake.asked, fake.was_open) == (["1999001"], False)


@pytest.mark.parametrize("number", ["", "12", "x" * 200_000, "<script>"])
def test_what_is_no_number_is_not_asked(client, where, register, number):
    fake = register(Unavailable())
    page = read_page(client.post(where, data=TYPED | {"O3": number, "go": "look-up:O3"}))
    assert "Write the whole number first" in page.text
    assert fake.asked == []
    assert page.value("O3") == number


def test_a_question_that_is_no_number_is_not_asked(client, where, register):
    fake = register(Unavailable())
    for code in ("O1", "O99", "seen", ""):
        read_page(client.post(where, data=TYPED | {"go": f"look-up:{code}"}))
    assert fake.asked == []


def test_what_a_register_says_is_text_and_no_page(client, where, register):
    register(Record("1999001", "<script>alert(1)</script>", "<img src=x>", ""))
    page = read_page(client.post(where, data=TYPED | {"go": "look-up:O3"}))
    assert "<script>alert(1)</script>" in page.text


def test_another_group_s_lead_and_a_stranger_ask_nothing(client, session, where, register):
    fake = register(Unavailable())
    sign_in(client, a_group(session)[1])
    assert client.post(where, data=TYPED | {"go": "look-up:O3"}).status_code == 404
    assert fake.asked == []


def test_a_bid_s_own_page_looks_up_too(client, session, group, frozen):
    round_ = a_round(
        session, an_office(session), sections=model_form.sections_for(model_form.CRITERIA, model_form.FULL_SECTIONS)
    )
    draft = a_draft(session, round_, *group)
    sign_in(client, group[1])
    where = f"/applications/{draft.id}/sections/organisation"
    page = read_page(client.get(where))
    typed = {"O1": "Hall", "O3": "1999001", "O7": "Safer streets", "seen": page.value("seen"), "go": "look-up:O3"}
    page = read_page(client.post(where, data=typed))
    assert "The register says" in page.text
    assert (page.value("O1"), page.value("O7")) == ("Hall", "Safer streets")
    found = {name: page.value(name) for name in ("found-name", "found-address", "found-postcode")}
    page = read_page(client.post(where, data=typed | found | {"go": "use-register"}))
    assert (page.value("O1"), page.value("O5a")) == ("Example Street Youth Club (fictional)", "LE3 1AA")
    assert "O7" not in bids.answers_of(session, draft), "nothing is saved by looking"
