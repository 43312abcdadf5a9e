"""Applying as a volunteer does it: the quiz, the task list, the questions, the check, the receipt."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.applications import services as applications
from grants.applications.models import Answer, AnswerVersion, Application, Submission
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from tests.apps import NOW, sign_in
from tests.builders import (
    QUIZ_PASSED,
    a_draft,
    a_group,
    a_person,
    a_round,
    a_submitted_bid,
    actor_of,
    an_office,
    an_organisation,
    answers_to_all,
    staff,
)
from tests.pages import read_page
from tests.queries import counted
from tests.views.test_accounts_kept_text import come_in, end_sessions
from workflows.actors import Role
from workflows.application import ApplicationState as S


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def round_(session):
    made = a_round(session, an_office(session))
    session.commit()
    return made


@pytest.fixture
def group(session, client):
    """A group and its lead, who is signed in."""
    organisation, lead = a_group(session)
    session.commit()
    sign_in(client, lead)
    return organisation, lead


@pytest.fixture
def draft(session, round_, group):
    made = a_draft(session, round_, *group)
    session.commit()
    return made


@pytest.fixture
def ready(session, round_, group):
    """A draft with a good answer to everything."""
    made = a_draft(session, round_, *group, answers=answers_to_all())
    session.commit()
    return made


def section_url(draft, code):
    return f"/applications/{draft.id}/sections/{code}"


def seen_on(client, draft, code):
    return read_page(client.get(section_url(draft, code))).value("seen")


def stored(session, draft):
    session.rollback()
    rows = session.scalars(sa.select(Answer).where(Answer.application_id == draft.id)).all()
    return {row.question.code: row.value for row in rows}


def send(client, draft, **more):
    return client.post(f"/applications/{draft.id}/submit", data={"seen_version": draft.version, **more})


# Starting


def test_nobody_is_sent_to_sign_in_and_back(client, round_):
    response = client.get(f"/rounds/{round_.id}/apply")
    assert response.status_code == 302
    assert response.location == f"/sign-in?next=/rounds/{round_.id}/apply"


def test_a_person_without_a_group_is_told_what_to_do(client, session, round_):
    person = a_person(session)
    session.commit()
    sign_in(client, person)
    page = read_page(client.get(f"/rounds/{round_.id}/apply"))
    assert page.h1 == "You need a group to apply"
    assert client.post(f"/rounds/{round_.id}/apply", data=QUIZ_PASSED).status_code == 403


def test_the_quiz_opens_a_draft_once_however_often_it_is_sent(client, session, round_, group):
    read_page(client.get(f"/rounds/{round_.id}/apply"))
    responses = [client.post(f"/rounds/{round_.id}/apply", data=QUIZ_PASSED) for _ in range(5)]
    assert {(r.status_code, r.location) for r in responses} == {(303, "/applications/1")}
    assert session.scalar(sa.select(sa.func.count()).select_from(Application)) == 1
    assert client.get(f"/rounds/{round_.id}/apply").location == "/applications/1"
    read_page(client.get("/applications/1"))


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"E1": "individual"}, "Not an individual"),
        ({"E2": "no"}, "The work reaches people in the area"),
        ({"E3": "no"}, "Does not pay for work already done"),
        ({"E4": "no"}, "A bank account in its own name"),
        ({"E5": "no"}, "No overdue return"),
    ],
)
def test_a_failed_quiz_names_the_rule_and_opens_nothing(client, session, round_, group, answers, rule):
    page = read_page(client.post(f"/rounds/{round_.id}/apply", data=QUIZ_PASSED | answers))
    assert page.h1 == "You can't apply to this round"
    assert rule in page.text
    # The answers are still there to be changed.
    chosen = [e for e in page.all("input", type="radio") if "checked" in e.attributes]
    assert {e.attributes["name"]: e.attributes["value"] for e in chosen} == QUIZ_PASSED | answers
    assert session.scalar(sa.select(sa.func.count()).select_from(Application)) == 0


def test_a_referred_quiz_opens_the_draft_and_says_what_will_be_looked_at(client, session, round_, group):
    response = client.post(f"/rounds/{round_.id}/apply", data=QUIZ_PASSED | {"E4": "accountable_body"})
    assert response.status_code == 303
    page = read_page(client.get(response.location))
    assert "will look at this first: A bank account in its own name" in page.text
    assert session.scalars(sa.select(Application.quiz_outcome)).one() == "refer"


def test_an_unfinished_quiz_keeps_its_answers(client, round_, group):
    page = read_page(client.post(f"/rounds/{round_.id}/apply", data={"E2": "yes"}), 422)
    assert page.title.startswith("Error: ")
    assert "checked" in page.one("input", name="E2", value="yes").attributes


def test_who_leads_two_groups_says_which(client, session, round_, group):
    other = an_organisation(session, "Second Example Club (fictional)")
    lead = group[1]
    from grants.accounts import services as accounts
    from workflows.actors import SYSTEM

    accounts.join_organisation(session, lead, other, Role.LEAD, actor=SYSTEM, now=NOW)
    session.commit()
    page = read_page(client.post(f"/rounds/{round_.id}/apply", data=QUIZ_PASSED), 422)
    assert "Which group is this for? Choose one." in page.text
    response = client.post(f"/rounds/{round_.id}/apply", data=QUIZ_PASSED | {"group": str(other.id)})
    assert response.status_code == 303
    assert session.scalars(sa.select(Application.organisation_id)).one() == other.id


def test_a_round_that_has_closed_says_so(client, round_, group, clock):
    clock.move_to(NOW + timedelta(days=14))
    page = read_page(client.get(f"/rounds/{round_.id}/apply"))
    assert "The deadline has passed" in page.text
    response = client.post(f"/rounds/{round_.id}/apply", data=QUIZ_PASSED)
    assert response.status_code == 409


# The task list


def test_the_task_list_says_where_each_section_stands(client, session, draft, group):
    actor = actor_of(session, group[1])
    given = {"O7": "A club", "C1": "Manager", "C1a": "0116", "C2": "Chair", "B1": 100, "B1a": 50}
    applications.save_answers(session, draft, given, actor=actor, now=NOW, received_at=NOW)
    session.commit()
    with counted(session) as statements:
        page = read_page(client.get(f"/applications/{draft.id}"))
    assert len([s for s in statements if s.startswith("SELECT")]) <= 8
    assert "14 days left" in page.text
    assert "Wednesday 24 January 2024 at midday" in page.text
    assert "Done" in page.text and "In progress" in page.text and "Not started" in page.text
    assert "Has a problem" in page.text
    assert "The application is not complete yet." in page.text


def test_another_groups_draft_does_not_exist(client, session, draft):
    _, stranger = a_group(session)
    officer = staff(session, an_office(session), Role.OFFICER)
    session.commit()
    for person in (stranger, officer):
        sign_in(client, person)
        for path in ("", "/check", "/receipt", "/withdraw", "/sections/project"):
            assert client.get(f"/applications/{draft.id}{path}").status_code == 404
        for path in ("/submit", "/unsubmit", "/withdraw", "/sections/project"):
            assert client.post(f"/applications/{draft.id}{path}").status_code == 404


def test_a_contributor_writes_and_cannot_send(client, session, ready, group):
    helper = a_person(session, Role.CONTRIBUTOR, organisation=group[0])
    session.commit()
    sign_in(client, helper)
    read_page(client.get(section_url(ready, "project")))
    page = read_page(client.get(f"/applications/{ready.id}/check"))
    assert "The lead of your group sends it" in page.text
    assert send(client, ready).status_code == 403
    session.rollback()
    assert session.get(Application, ready.id).state is S.DRAFT


# Questions

SECTIONS = {
    "eligibility": QUIZ_PASSED,
    "organisation": {"O7": "A club", "O8": "5", "O9": "1,200.50", "O10": "12"},
    "contacts": {"C1": "Manager", "C1a": "0116 496 0000", "C2": "Chair", "C3": ""},
    "project": {"P1": "Safer evenings", "P2": "Football.", "P3": "Do", "P4": "Why", "P5": ["prevent"], "P6": "Less"},
    "reach": {
        "P7": ["East Example", "West Example"],
        "P8": ["11_17"],
        "P8a": "60",
        "P9a-day": "1",
        "P9a-month": "April",
        "P9a-year": "2024",
        "P9b-day": "31",
        "P9b-month": "3",
        "P9b-year": "2025",
        "P14": "They chose",
        "P16": "By bus",
        "P18": "Goes on",
    },
    "money": {
        "B1": "9,000",
        "B1a": "10000",
        "B2-0-description": "Workers",
        "B2-0-amount": "8000",
        "B2-1-description": "Hall",
        "B2-1-amount": "1,000.00",
        "B4": "£5,000",
        "B5": "Good",
    },
    "safety": {"S1": "yes", "S2": "yes", "S4": ""},
    "declarations": {"X1": ["yes"]},
}


def test_the_whole_form_can_be_filled_in_and_sent(client, session, draft):
    codes = list(SECTIONS)
    for code, following in zip(codes, [*codes[1:], None], strict=True):
        data = SECTIONS[code] | {"seen": seen_on(client, draft, code), "go": "continue"}
        response = client.post(section_url(draft, code), data=data)
        assert response.status_code == 303, response.get_data(as_text=True)
        onward = f"/sections/{following}" if following else "/check"
        assert response.location == f"/applications/{draft.id}{onward}"
    page = read_page(client.get(f"/applications/{draft.id}/check"))
    assert [each.text for each in page.all("td")][:2] == ["Workers", "£8,000"]
    assert "£1,200.50" in page.text
    response = send(client, draft, seen_hash=page.value("seen_hash"))
    assert response.location == f"/applications/{draft.id}/receipt"
    read_page(client.get(response.location))
    read_page(client.get(f"/applications/{draft.id}"))
    session.rollback()
    bid = session.get(Application, draft.id)
    assert bid.state is S.SUBMITTED
    assert (bid.ask_pence, bid.project_cost_pence, bid.minimum_viable_pence) == (900_000, 1_000_000, 500_000)
    assert bid.area.name == "East Example"
    assert stored(session, draft)["P9a"] == "2024-04-01"


BAD = [
    ("organisation", {"O8": "some"}, "Write a whole number", "some"),
    ("organisation", {"O8": "-1"}, "Write a whole number", "-1"),
    ("organisation", {"O8": "101"}, "The most you can write here is 100", "101"),
    ("organisation", {"O8": "9" * 5000}, "Write a whole number", "9" * 5000),
    ("organisation", {"O8": ""}, "If there are none, write 0", ""),
    ("organisation", {"O9": "about 5k"}, "Write an amount in pounds", "about 5k"),
    ("organisation", {"O9": "-5"}, "Write an amount in pounds", "-5"),
    ("organisation", {"O7": "word " * 101}, "Use 100 words or fewer. You wrote 101", ("word " * 101).strip()),
    ("project", {"P1": "x" * 101}, "Use 100 characters or fewer", "x" * 101),
    ("project", {"P1": "   "}, "Write your answer", ""),
    ("project", {"P5": ["prevent", "victims", "young_people", "together"]}, "Choose 3 at most", None),
    ("project", {"P5": ["hacked"]}, "Choose one of the answers", None),
    ("reach", {"P7": ["Atlantis"]}, "Choose one of the answers", None),
    ("reach", {"P7": []}, "Choose at least one area", None),
    ("reach", {"P9a-day": "31", "P9a-month": "2"}, "This is not a real date", "31"),
    ("reach", {"P9a-day": "٣", "P9a-month": "\U0001f600"}, "This is not a real date", "٣"),
    ("reach", {"P9a-year": ""}, "This is not a real date", ""),
    ("reach", {"P9b-year": "2023"}, "The end can't be before the start, 1 April 2024", "2023"),
    ("money", {"B1": "9001"}, "The budget lines add up to £9,000, and you ask for £9,001", "9001"),
    ("money", {"B2-1-amount": "lots"}, "Write the amount of this line", "lots"),
    ("money", {"B2-0-description": ""}, "Write what this line pays for", ""),
    ("money", {"B1a": "100"}, "This can't be less than what you ask for", "100"),
    ("money", {"B4": "9,500"}, "This can't be more than what you ask for", "9,500"),
    ("safety", {"S1": "perhaps"}, "Choose one of the answers", None),
    ("declarations", {"X1": []}, "Tick the box to agree", None),
    ("eligibility", {"E3": "no"}, "The answer must be yes", None),
    ("eligibility", {"E1": "individual"}, "Apply with a group", None),
]


@pytest.mark.parametrize(("code", "bad", "said", "typed"), BAD)
def test_a_bad_answer_is_told_and_everything_typed_is_still_there(client, session, draft, code, bad, said, typed):
    data = SECTIONS[code] | bad
    before = stored(session, draft)
    page = read_page(client.post(section_url(draft, code), data=data | {"go": "continue"}), 422)
    assert said in page.text
    assert page.title.startswith("Error: ")
    for name, value in data.items():
        if isinstance(value, str) and name not in QUIZ_PASSED and name not in {"S1", "S2"}:
            assert page.value(name).strip() == value.strip()
    if typed is not None:
        assert page.value(next(iter(bad))).strip() == typed
    assert stored(session, draft) == before


def test_coming_back_later_keeps_what_can_not_be_read(client, session, draft):
    data = SECTIONS["money"] | {"B1": "about 5k", "B2-1-amount": "lots", "B5": "", "go": "later"}
    response = client.post(section_url(draft, "money"), data=data)
    assert (response.status_code, response.location) == (303, f"/applications/{draft.id}")
    page = read_page(client.get(section_url(draft, "money")))
    assert (page.value("B1"), page.value("B2-1-amount"), page.value("B4")) == ("about 5k", "lots", "5,000")
    assert "Has a problem" in read_page(client.get(f"/applications/{draft.id}")).text
    session.rollback()
    assert session.get(Application, draft.id).ask_pence is None


def test_an_unreadable_date_and_number_are_kept_for_later(client, draft):
    data = SECTIONS["reach"] | {"P9a-day": "32", "P8a": "many", "go": "later"}
    assert client.post(section_url(draft, "reach"), data=data).status_code == 303
    page = read_page(client.get(section_url(draft, "reach")))
    assert (page.value("P9a-day"), page.value("P9a-month"), page.value("P8a")) == ("32", "April", "many")


def test_another_line_keeps_the_page(client, session, draft):
    data = SECTIONS["money"] | {"B2-2-description": "", "B2-2-amount": "", "go": "add-line:B2"}
    page = read_page(client.post(section_url(draft, "money"), data=data))
    assert page.value("B2-1-description") == "Hall"
    assert page.value("B2-3-description") == ""
    assert "B1" not in stored(session, draft)


def test_hostile_text_comes_back_as_it_was_typed(client, session, draft):
    hostile = "\n<script>alert('1')</script> {{ 7*7 }} '; DROP TABLE answer;--\t\u202e \U0001f469"
    data = SECTIONS["project"] | {"P3": hostile, "go": "continue"}
    assert client.post(section_url(draft, "project"), data=data).status_code == 303
    assert stored(session, draft)["P3"] == hostile
    response = client.get(section_url(draft, "project"))
    assert "<script>alert" not in response.get_data(as_text=True)
    assert page_text(response, "P3") == hostile
    read_page(client.get(f"/applications/{draft.id}/check"))


def page_text(response, name):
    found = [e for e in read_page(response).all("textarea") if e.attributes.get("name") == name]
    return "".join(found[0].words).removeprefix("\n")


def test_garbage_in_every_place_is_never_an_error_of_ours(client, draft):
    for code in SECTIONS:
        for garbage in ("\x00", "NaN", "1e999", "<", "9" * 400, "\ud800".encode("utf-8", "surrogatepass")):
            data = dict.fromkeys(SECTIONS[code], garbage) | {"seen": garbage, "seen_version": garbage}
            data |= {"B2-x-amount": garbage, "B2-99999999-amount": garbage}
            for go in ("continue", "later", "add-line:P1", "add-line:B2", garbage):
                assert client.post(section_url(draft, code), data=data | {"go": go}).status_code < 500
        read_page(client.get(section_url(draft, code)))


def test_a_session_that_ends_while_typing_loses_no_answer(client, session, draft, group):
    come_in(client, session, group[1])
    url = section_url(draft, "money")
    end_sessions(session, group[1])
    lost = client.post(url, data=SECTIONS["money"] | {"B1": "about 5k", "go": "continue"})
    assert lost.status_code == 303
    assert lost.location.startswith("/sign-in")
    come_in(client, session, group[1], next_path=url)
    page = read_page(client.get(url))
    assert (page.value("B1"), page.value("B2-1-description"), page.value("B2-1-amount")) == (
        "about 5k",
        "Hall",
        "1,000.00",
    )
    assert "B5" not in stored(session, draft)


# Two windows


def test_two_windows_that_change_different_answers_both_survive(client, session, draft):
    seen = seen_on(client, draft, "project")
    first = SECTIONS["project"] | {"P1": "From the first", "P2": "", "P3": "", "P4": "", "P6": "", "P5": []}
    second = first | {"P1": "", "P2": "From the second"}
    for data in (first, second):
        response = client.post(section_url(draft, "project"), data=data | {"seen": seen, "go": "later"})
        assert response.status_code == 303
    answers = stored(session, draft)
    assert (answers["P1"], answers["P2"]) == ("From the first", "From the second")


def test_in_two_windows_of_one_person_the_newer_text_wins_and_the_older_is_kept(client, session, draft):
    seen = seen_on(client, draft, "project")
    for title in ("From the first", "From the second"):
        data = SECTIONS["project"] | {"P1": title, "seen": seen, "go": "later"}
        assert client.post(section_url(draft, "project"), data=data).status_code == 303
    assert stored(session, draft)["P1"] == "From the second"
    assert "From the first" in session.scalars(sa.select(AnswerVersion.value)).all()


# The deadline


def test_saving_after_the_deadline_is_too_late_and_shows_the_text(client, session, draft, clock):
    clock.move_to(NOW + timedelta(days=14) - timedelta(milliseconds=1))
    data = SECTIONS["project"] | {"go": "later"}
    assert client.post(section_url(draft, "project"), data=data | {"P1": "In time"}).status_code == 303
    clock.move_to(NOW + timedelta(days=14))
    page = read_page(client.post(section_url(draft, "project"), data=data | {"P1": "Too late"}), 409)
    assert "The deadline has passed" in page.text
    assert "Too late" in page.text
    assert stored(session, draft)["P1"] == "In time"


def test_sending_late_by_a_millisecond_is_late_and_stays_a_draft(client, session, ready, clock):
    clock.move_to(NOW + timedelta(days=14))
    page = read_page(send(client, ready), 409)
    assert page.h1 == "This came too late"
    assert "Two youth workers run sessions" in page.text
    session.rollback()
    assert session.get(Application, ready.id).state is S.DRAFT
    assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 0


# Sending


def test_sent_five_times_there_is_one_receipt(client, session, ready):
    responses = [send(client, ready) for _ in range(5)]
    assert {(r.status_code, r.location) for r in responses} == {(303, f"/applications/{ready.id}/receipt")}
    session.rollback()
    submission = session.scalars(sa.select(Submission)).one()
    assert submission.receipt_number in read_page(client.get(responses[0].location)).text
    told = sa.select(OutboxEntry.template).where(OutboxEntry.subject_type == "application").order_by(OutboxEntry.id)
    assert session.scalars(told).all() == ["draft-saved", "submission-receipt"]
    actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_type == "application")).all()
    assert actions.count("submit") == 1


def test_an_incomplete_form_is_not_sent_and_lists_what_is_missing(client, session, draft):
    page = read_page(send(client, draft), 422)
    assert "to put right before you can send it" in page.text
    assert f"/applications/{draft.id}/sections/money#B1" in page.links()


def test_answers_that_changed_after_the_check_are_checked_again(client, session, ready, group):
    seen_hash = read_page(client.get(f"/applications/{ready.id}/check")).value("seen_hash")
    actor = actor_of(session, group[1])
    applications.save_answers(session, ready, {"P1": "Changed"}, actor=actor, now=NOW, received_at=NOW)
    session.commit()
    page = read_page(send(client, ready, seen_hash=seen_hash), 409)
    assert "Changed" in page.text
    assert send(client, ready, seen_hash=page.value("seen_hash")).status_code == 303


def test_a_bid_can_be_taken_back_changed_and_sent_again(client, session, ready):
    send(client, ready)
    session.rollback()
    response = client.post(f"/applications/{ready.id}/unsubmit", data={"seen_version": ready.version})
    assert response.status_code == 303
    session.rollback()
    assert ready.state is S.DRAFT
    assert "You took it back" in read_page(client.get(f"/applications/{ready.id}/receipt")).text
    assert send(client, ready).status_code == 303
    session.rollback()
    assert [row.number for row in session.scalars(sa.select(Submission).order_by(Submission.number))] == [1, 2]


def test_a_bid_is_withdrawn_only_after_a_question(client, session, ready):
    read_page(client.get(f"/applications/{ready.id}/withdraw"))
    response = client.post(f"/applications/{ready.id}/withdraw", data={"seen_version": ready.version, "reason": "Ill"})
    assert response.status_code == 303
    page = read_page(client.get(response.location))
    assert "Withdrawn" in page.text
    session.rollback()
    assert ready.state is S.WITHDRAWN
    assert client.post(f"/applications/{ready.id}/withdraw", data={}).status_code == 409
    assert client.get(section_url(ready, "project")).status_code == 302


def test_your_applications_lists_each_with_its_next_step(client, session, round_, group, draft):
    page = read_page(client.get("/applications"))
    assert "Go on writing" in page.text and "14 days left" in page.text
    other = a_submitted_bid(session, a_round(session, an_office(session)), *group)
    session.commit()
    with counted(session) as statements:
        page = read_page(client.get("/applications"))
    assert len([s for s in statements if s.startswith("SELECT")]) <= 8
    assert other.reference in page.text and "Sent" in page.text


def work_in(statements):
    """The statements that read or write rows; what begins and ends a transaction is not work."""
    return [each for each in statements if each.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]


def test_pages_ask_the_database_little(client, session, ready):
    url, version, at = section_url(ready, "project"), ready.version, f"/applications/{ready.id}"
    seen = read_page(client.get(url)).value("seen")
    data = SECTIONS["project"] | {"seen": seen, "P1": "Other", "P2": "More", "go": "continue"}
    with counted(session) as statements:
        assert client.get(url).status_code == 200
    assert len(work_in(statements)) <= 6, statements
    with counted(session) as statements:
        assert client.post(url, data=data).status_code == 303
    assert len(work_in(statements)) <= 12, statements
    with counted(session) as statements:
        assert client.get(at).status_code == 200
    assert len(work_in(statements)) <= 8, statements
    with counted(session) as statements:
        assert client.post(f"{at}/submit", data={"seen_version": version}).status_code == 303
    assert len(work_in(statements)) <= 16, statements
