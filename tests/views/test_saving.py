"""Saving as a page and its script see it: kept as typed, both texts where two wrote, and nothing lost on any way."""

from datetime import timedelta
from gzip import compress

import pytest
import sqlalchemy as sa
import time_machine

from grants.applications import services as applications
from grants.applications.models import Answer, AnswerVersion
from grants.funds.models import Question
from tests.apps import NOW, sign_in
from tests.builders import a_draft, a_group, a_person, a_round, actor_of, an_office
from tests.pages import Page, read_page
from tests.queries import counted
from workflows.actors import Role
from workflows.rules.answers import fingerprint

JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def draft(session, client):
    """A draft whose lead is signed in; `helper` writes it too."""
    organisation, lead = a_group(session)
    made = a_draft(session, a_round(session, an_office(session)), organisation, lead)
    made.helper = a_person(session, Role.CONTRIBUTOR, organisation=organisation, name="Bid writer")
    session.commit()
    sign_in(client, lead)
    return made


def url(draft, code="project"):
    return f"/applications/{draft.id}/sections/{code}"


def seen_on(client, draft, code="project"):
    return read_page(client.get(url(draft, code))).value("seen")


def autosave(client, draft, only, *, code="project", **data):
    return client.post(url(draft, code), data={"only": only, **data}, headers=JSON)


def by_helper(session, draft, **given):
    actor = actor_of(session, draft.helper)
    applications.save_answers(session, draft, given, actor=actor, now=NOW, received_at=NOW)
    session.commit()


def stored(session, draft):
    session.rollback()
    rows = session.scalars(sa.select(Answer).where(Answer.application_id == draft.id)).all()
    return {row.question.code: row.value for row in rows}


# The page's script


def test_a_script_is_told_when_it_was_saved_and_the_new_marks(client, session, draft):
    seen = seen_on(client, draft)
    answer = autosave(client, draft, "P1 P2", seen=seen, P1="Title", P2="Line one\r\nLine two")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    said = answer.get_json()
    assert said["saved"] == "12:00"
    assert said["fingerprints"] == {"P1": fingerprint("Title"), "P2": fingerprint("Line one\nLine two")}
    assert (said["conflicts"], said["newer"], said["refused"]) == ([], [], [])
    assert said["now"] == NOW.isoformat() and said["deadline"] == draft.round.closes_at.isoformat()
    assert stored(session, draft)["P2"] == "Line one\nLine two"


def test_only_what_the_script_names_is_read(client, session, draft):
    by_helper(session, draft, P5=["prevent"], P4="Theirs")
    autosave(client, draft, "P1", seen=seen_on(client, draft), P1="Title", P4="Not named")
    answers = stored(session, draft)
    assert (answers["P1"], answers["P4"], answers["P5"]) == ("Title", "Theirs", ["prevent"])


def test_half_finished_figures_and_dates_are_kept_as_typed_and_not_judged(client, session, draft):
    data = {"P9a-day": "31", "P9a-month": "2", "P9a-year": "", "seen": seen_on(client, draft, "reach")}
    assert autosave(client, draft, "P9a", code="reach", **data).status_code == 200
    assert autosave(client, draft, "B1", code="money", seen="B1:", B1="about 5").status_code == 200
    answers = stored(session, draft)
    assert (answers["P9a"], answers["B1"]) == ({"typed": ["31", "2", ""]}, {"typed": "about 5"})
    assert read_page(client.get(url(draft, "money"))).value("B1") == "about 5"


def test_a_dispute_comes_back_with_both_texts_and_the_rest_is_saved(client, session, draft):
    seen = seen_on(client, draft)
    by_helper(session, draft, P1="Theirs")
    said = autosave(client, draft, "P1 P2", seen=seen, P1="Mine", P2="Kept").get_json()
    dispute = said["conflicts"][0]
    assert (dispute["code"], dispute["who"], dispute["theirs"]) == ("P1", "Bid writer", "Theirs")
    assert dispute["fingerprint"] == fingerprint("Theirs")
    assert (stored(session, draft)["P1"], stored(session, draft)["P2"]) == ("Theirs", "Kept")


def test_a_text_that_nobody_types_is_refused_alone(client, session, draft):
    said = autosave(client, draft, "P1 P2", seen="P1: P2:", P1="Title", P2="x" * 50_001).get_json()
    assert [each["code"] for each in said["refused"]] == ["P2"]
    assert stored(session, draft)["P1"] == "Title" and "P2" not in stored(session, draft)


def test_the_script_of_somebody_signed_out_is_told_where_to_sign_in(client, session, draft):
    client.delete_cookie("session")
    answer = autosave(client, draft, "P1", P1="Mine", seen="")
    assert (answer.status_code, answer.mimetype) == (401, "application/json")
    assert answer.get_json()["sign_in"] == f"/sign-in?next={url(draft)}"
    assert "P1" not in stored(session, draft)


def test_a_late_save_and_a_sent_bid_say_why(client, session, draft, clock):
    clock.move_to(draft.round.closes_at - timedelta(milliseconds=1))
    assert autosave(client, draft, "P1", P1="In time", seen="").status_code == 200
    clock.move_to(draft.round.closes_at)
    answer = autosave(client, draft, "P1", P1="Late", seen="")
    assert answer.status_code == 409
    assert "deadline has passed" in answer.get_json()["sentence"]
    assert stored(session, draft)["P1"] == "In time"


def test_an_old_token_is_a_400_that_the_script_can_mend(app, client, draft):
    token = read_page(client.get(url(draft))).value("csrf_token")
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = autosave(client, draft, "P1", P1="Mine", csrf_token=f"{token}x")
        assert (answer.status_code, answer.mimetype) == (400, "application/json")
        client.delete_cookie("session")
        assert autosave(client, draft, "P1", P1="Mine", csrf_token=token).status_code == 401
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_the_clock_is_for_a_page_that_was_asleep(client, session, draft):
    later = draft.round.closes_at + timedelta(hours=3)
    draft.deadline_extended_to = later
    session.commit()
    said = client.get(f"/applications/{draft.id}/clock").get_json()
    assert said == {"now": NOW.isoformat(), "deadline": later.isoformat()}


def test_a_save_asks_the_database_little(client, session, draft):
    seen = seen_on(client, draft)
    autosave(client, draft, "P1", seen=seen, P1="Title")
    with counted(session) as statements:
        autosave(client, draft, "P2", seen=seen, P2="Summary")
    asked = [each for each in statements if not each.startswith(("BEGIN", "PRAGMA", "SET "))]
    # Who asks, the bid, its answers; the lock, what is stored; answer, history, the bid's columns, the trail.
    assert len(asked) <= 10, asked


def test_the_heaviest_page_of_a_form_is_small(client, draft):
    page = client.get(url(draft, "money")).get_data()
    html = Page(page.decode())
    linked = [each.attributes["href"] for each in html.all("link", rel="stylesheet")]
    linked += [each.attributes["src"] for each in html.all("script")]
    assert any("save.js" in each for each in linked) and any("app.css" in each for each in linked)
    sizes = {each: len(compress(client.get(each).get_data())) for each in linked}
    # Compressed, with everything that the page loads: what somebody with a weak signal waits for.
    assert len(compress(page)) + sum(sizes.values()) <= 60_000, sizes


# A version of the form came in between


def test_a_question_that_left_the_form_is_kept_and_one_that_came_is_left_alone(client, session, draft):
    seen = seen_on(client, draft).replace("P5:", "gone:")
    by_helper(session, draft, P5=["prevent"])
    gone = session.scalars(sa.select(Question).where(Question.round_id == draft.round_id, Question.code == "P3"))
    gone.one().retired_at = NOW
    draft.round.form_version += 1
    session.commit()
    data = {"seen": seen, "P1": "Title", "P2": "", "P3": "Typed before it went", "P4": "", "P6": "", "go": "later"}
    assert client.post(url(draft), data=data).status_code == 303
    answers = stored(session, draft)
    assert (answers["P1"], answers["P3"], answers["P5"]) == ("Title", "Typed before it went", ["prevent"])


# The choice between two texts


def disputed(client, session, draft, **data):
    """Send the page after the helper has changed its title and figure; the page of the choice comes."""
    seen = seen_on(client, draft)
    by_helper(session, draft, P1="Theirs & <b>bold</b>")
    whole = {"P1": "Mine\u202e", "P2": "Line one\r\n\r\n  Line two", "P3": "", "P4": "", "P6": "", "P5": ["prevent"]}
    return read_page(client.post(url(draft), data=whole | {"seen": seen, "go": "later"} | data), 409)


def carried(page, **chosen):
    """What the page of the choice sends, with these choices."""
    fields = {}
    for element in page.all("input", type="hidden"):
        fields.setdefault(element.attributes["name"], []).append(element.attributes["value"])
    fields.pop("seen_version", None)
    return fields | {name.replace("_", "-"): value for name, value in chosen.items()}


def test_both_texts_are_shown_and_everything_else_is_saved(client, session, draft):
    page = disputed(client, session, draft)
    assert page.h1 == "Choose which text to keep"
    assert "Theirs: Bid writer" in page.text
    assert "Theirs & <b>bold</b>" in page.text and "Mine\u202e" in page.text
    answers = stored(session, draft)
    assert (answers["P1"], answers["P2"]) == ("Theirs & <b>bold</b>", "Line one\n\n  Line two")
    kept = session.execute(sa.select(AnswerVersion.value, AnswerVersion.is_aside)).all()
    assert ("Mine\u202e", True) in [tuple(row) for row in kept], "kept though nobody has chosen yet"


@pytest.mark.parametrize(
    ("choice", "together", "stands"),
    [
        ("mine", "", "Mine\u202e"),
        ("theirs", "", "Theirs & <b>bold</b>"),
        ("together", "Both of us", "Both of us"),
    ],
)
def test_whichever_is_chosen_stands_and_the_other_stays_in_the_history(
    client, session, draft, choice, together, stands
):
    page = disputed(client, session, draft)
    sent = carried(page, choose_P1=choice, together_P1=together)
    assert client.post(url(draft), data=sent).status_code == 303
    answers = stored(session, draft)
    assert (answers["P1"], answers["P2"], answers["P5"]) == (stands, "Line one\n\n  Line two", ["prevent"])
    values = session.scalars(sa.select(AnswerVersion.value)).all()
    assert {"Mine\u202e", "Theirs & <b>bold</b>"} <= {each for each in values if isinstance(each, str)}


def test_without_a_choice_the_page_asks_again_and_overwrites_nothing(client, session, draft):
    page = disputed(client, session, draft)
    again = read_page(client.post(url(draft), data=carried(page, together_P1="Half done")), 422)
    assert again.title.startswith("Error: ")
    assert again.value("together-P1") == "Half done"
    assert stored(session, draft)["P1"] == "Theirs & <b>bold</b>"
    assert client.post(url(draft), data=carried(again, choose_P1="mine")).status_code == 303
    assert stored(session, draft)["P1"] == "Mine\u202e"


def test_a_third_text_meanwhile_is_shown_again(client, session, draft):
    page = disputed(client, session, draft)
    by_helper(session, draft, P1="Theirs, changed again")
    again = read_page(client.post(url(draft), data=carried(page, choose_P1="mine")), 409)
    assert "Theirs, changed again" in again.text
    assert stored(session, draft)["P1"] == "Theirs, changed again"


def test_a_choice_that_came_after_the_session_had_ended_loses_nothing(client, session, draft):
    page = disputed(client, session, draft)
    client.delete_cookie("session")
    sent = carried(page, choose_P1="mine")
    sign_in_page = client.post(url(draft), data=sent, headers={"Referer": f"http://localhost{url(draft)}"})
    assert sign_in_page.status_code in {303, 401}
    assert stored(session, draft)["P2"] == "Line one\n\n  Line two"


def test_figures_have_no_text_from_both(client, session, draft):
    seen = seen_on(client, draft, "money")
    by_helper(session, draft, B1=900_000)
    page = read_page(client.post(url(draft, "money"), data={"seen": seen, "B1": "8,000", "go": "later"}), 409)
    assert "£9,000" in page.text and "£8,000" in page.text
    assert not [each for each in page.all("input") if each.attributes.get("name") == "together-B1"]


# The deadline on the page


def test_every_page_of_a_draft_says_the_time_by_our_clock(client, session, draft, clock):
    clock.move_to(draft.round.closes_at - timedelta(minutes=48))
    for path in ("", "/sections/project", "/check"):
        page = read_page(client.get(f"/applications/{draft.id}{path}"))
        assert "Closes Wednesday 24 January 2024 at midday. It is 11:12am by our clock: 48 minutes left." in page.text
        assert "Nothing is sent by itself." in page.text


def test_grace_and_more_time_are_said(client, session, draft):
    draft.round.grace_minutes = 15
    session.commit()
    page = read_page(client.get(f"/applications/{draft.id}"))
    assert "The last 15 minutes of these are grace after closing." in page.text
    assert "A draft is not sent by itself." in page.text
    draft.deadline_extended_to = draft.round.closes_at + timedelta(days=2)
    session.commit()
    page = read_page(client.get(f"/applications/{draft.id}"))
    assert "Your group has longer: you have until Friday 26 January 2024 at midday." in page.text
    assert "grace" not in page.text


@pytest.mark.parametrize(
    ("closing", "closes", "hour"),
    [
        ("2024-03-31T16:00:00+00:00", "Sunday 31 March 2024 at 5:00pm", "4:00pm"),
        ("2024-10-27T17:00:00+00:00", "Sunday 27 October 2024 at 5:00pm", "4:00pm"),
        ("2024-10-27T01:30:00+00:00", "Sunday 27 October 2024 at 1:30am", "1:30am"),
    ],
)
def test_the_clock_is_londons_through_both_changes(client, session, draft, clock, closing, closes, hour):
    closes_at = NOW.fromisoformat(closing)
    draft.round.closes_at = closes_at
    session.commit()
    clock.move_to(closes_at - timedelta(hours=1))
    sign_in(client, draft.lead)
    said = f"Closes {closes}. It is {hour} by our clock: 1 hour left."
    assert said in read_page(client.get(f"/applications/{draft.id}")).text
