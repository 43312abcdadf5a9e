"""The set-up pages: managers change, others of the office read, and nobody else learns that a round is there."""

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa

from grants.clock import utc_now
from grants.funds import services as funds
from grants.funds.models import Round
from tests.apps import sign_in
from tests.builders import a_group, a_round, actor_of, an_office, staff
from tests.pages import Page, read_page
from tests.queries import counted
from tests.services.test_funds_definition import GOOD
from workflows.actors import Role
from workflows.round import RoundState as S

DAY = timedelta(days=1)


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
def round_(session, office, now):
    made = a_round(session, office, now=now)
    session.commit()
    return made


@pytest.fixture
def draft(session, manager, round_, now):
    made = funds.copy_round(
        session,
        round_,
        code="COPY-1",
        title="The copy",
        opens_at=now + DAY,
        closes_at=now + 9 * DAY,
        actor=actor_of(session, manager),
        now=now,
    )
    session.commit()
    return made


def fields_of(page, *names):
    return {name: page.value(name) for name in names}


def edit_fields(page, **changes):
    """What the browser would send of the edit page, with these changes."""
    sent = {}
    for element in page.elements:
        name, kind = element.attributes.get("name"), element.attributes.get("type")
        if element.tag == "textarea":
            sent[name] = "".join(element.words).strip()
        elif element.tag == "input" and name and (kind != "checkbox" or "checked" in element.attributes):
            sent[name] = element.attributes.get("value", "")
    return {name: value for name, value in (sent | changes).items() if value is not None}


def test_the_list_shows_the_offices_own_rounds(client, session, office, manager, round_, draft):
    elsewhere = a_round(session, an_office(session))
    session.commit()
    sign_in(client, manager)
    page = read_page(client.get("/office/rounds"))
    assert round_.title in page.text
    assert draft.title in page.text
    assert "Being set up" in page.text
    assert elsewhere.title not in page.text
    assert f"/office/rounds/{draft.id}/setup" in page.links()
    assert "/office/rounds/start" in page.links()


def test_the_list_is_paged_by_key_in_few_queries(client, session, office, now):
    officer = staff(session, office, Role.OFFICER)
    template = a_round(session, office, now=now)
    actor = actor_of(session, staff(session, office, Role.MANAGER))
    for number in range(50):
        dates = {"opens_at": now, "closes_at": now + DAY}
        funds.copy_round(session, template, code=f"N-{number}", title=f"Number {number}", actor=actor, now=now, **dates)
    session.commit()
    session.expire_all()
    sign_in(client, officer)
    with counted(session) as statements:
        page = read_page(client.get("/office/rounds"))
    assert len([each for each in statements if "SELECT" in each.upper()]) <= 8
    assert template.title not in page.text
    assert "/office/rounds/new" not in page.links()
    (older,) = [link for link in page.links() if "before=" in link]
    assert template.title in read_page(client.get(older)).text


@pytest.mark.parametrize("path", ["edit", "copy", "take-back", "deadline", "cancel", "approve", "publish"])
def test_officers_read_and_are_refused_the_rest(client, session, office, round_, path):
    sign_in(client, staff(session, office, Role.OFFICER))
    session.commit()
    page = read_page(client.get(f"/office/rounds/{round_.id}/setup"))
    assert "What you can do" not in page.text
    assert client.post(f"/office/rounds/{round_.id}/{path}").status_code == 403


@pytest.mark.parametrize("path", ["setup", "edit", "copy", "money", "deadline", "cancel"])
def test_another_offices_round_does_not_exist(client, session, round_, path):
    sign_in(client, staff(session, an_office(session), Role.MANAGER, Role.DECISION_MAKER))
    session.commit()
    read_page(client.get(f"/office/rounds/{round_.id}/{path}"), 404)


def test_groups_and_strangers_have_no_office_pages(client, session, round_):
    assert client.get("/office/rounds").status_code == 302
    _, lead = a_group(session)
    session.commit()
    sign_in(client, lead)
    assert client.get("/office/rounds").status_code == 403
    assert client.get(f"/office/rounds/{round_.id}/setup").status_code == 404


def test_the_set_up_page_says_what_to_put_right_and_where(client, manager, draft):
    sign_in(client, manager)
    page = read_page(client.get(f"/office/rounds/{draft.id}/setup"))
    assert "The pot is £100,000 and the fund has £0 left." in page.text
    assert {f"/office/funds/{draft.fund_id}/money", f"/office/rounds/{draft.id}/edit#is_money_confirmed"} <= set(
        page.links()
    )
    assert "Approve the round: The round is not ready yet." in page.text
    # It is refused here too, whatever the page offers.
    assert client.post(f"/office/rounds/{draft.id}/approve").status_code == 409


def test_a_manager_changes_a_draft(client, session, manager, draft):
    sign_in(client, manager)
    edit = f"/office/rounds/{draft.id}/edit"
    page = read_page(client.get(edit))
    assert (page.value("title"), page.value("pot_pence"), page.value("line")) == ("The copy", "100,000", "60")
    sent = edit_fields(page, title="Round of the parks", is_money_confirmed="y", pot_pence="£90,000")
    response = client.post(edit, data=sent)
    assert (response.status_code, response.headers["Location"]) == (303, f"/office/rounds/{draft.id}/setup")
    session.expire_all()
    assert (draft.title, draft.pot_pence, draft.is_money_confirmed) == ("Round of the parks", 9_000_000, True)


def test_money_that_is_added_lets_a_copy_be_approved_and_published(client, session, manager, draft):
    sign_in(client, manager)
    own, money = f"/office/rounds/{draft.id}", f"/office/funds/{draft.fund_id}/money"
    read_page(client.get(money))
    wrong = read_page(client.post(money, data={"name": "Core budget", "amount": "0"}), 422)
    assert (wrong.value("name"), "Enter an amount of more than £0." in wrong.text) == ("Core budget", True)
    assert client.post(money, data={"name": "Core budget", "amount": "£100,000"}).status_code == 303
    sent = edit_fields(read_page(client.get(f"{own}/edit")), is_money_confirmed="y")
    assert client.post(f"{own}/edit", data=sent).status_code == 303
    page = read_page(client.get(f"{own}/setup"))
    assert "To put right" not in page.text
    assert client.post(f"{own}/approve", data={"seen_version": page.value("seen_version")}).status_code == 303
    assert client.post(f"{own}/publish", data={"seen_version": page.value("seen_version")}).status_code == 409
    assert client.post(f"{own}/publish").status_code == 303
    session.expire_all()
    assert draft.state == S.SCHEDULED
    read_page(client.get(f"/rounds/{draft.id}"))


def test_wrong_fields_are_all_named_and_everything_typed_stays(client, session, manager, draft):
    sign_in(client, manager)
    edit = f"/office/rounds/{draft.id}/edit"
    sent = edit_fields(
        read_page(client.get(edit)),
        **{
            "title": "",
            "theme": "Kept words",
            "pot_pence": "lots",
            "closes_at_on-day": "31",
            "closes_at_on-month": "2",
        },
        closes_at_time="25:00",
        line="101",
    )
    page = read_page(client.post(edit, data=sent), 422)
    assert page.title.startswith("Error: ")
    assert fields_of(page, "theme", "pot_pence", "closes_at_on-day", "closes_at_time", "line") == {
        "theme": "Kept words",
        "pot_pence": "lots",
        "closes_at_on-day": "31",
        "closes_at_time": "25:00",
        "line": "101",
    }
    anchors = {link for link in page.links() if link.startswith("#")}
    assert {"#title", "#pot_pence", "#closes_at_time", "#line"} <= anchors
    session.expire_all()
    assert draft.title == "The copy"


def test_a_time_that_london_skips_and_dates_out_of_order_are_refused(client, manager, draft):
    sign_in(client, manager)
    edit = f"/office/rounds/{draft.id}/edit"
    shown = read_page(client.get(edit))
    skipped = {
        "closes_at_on-day": "28",
        "closes_at_on-month": "3",
        "closes_at_on-year": "2027",
        "closes_at_time": "1:30",
    }
    page = read_page(client.post(edit, data=edit_fields(shown, **skipped)), 422)
    assert "London clocks skip this time" in page.text
    early = {"closes_at_on-day": "1", "closes_at_on-month": "1", "closes_at_on-year": "2020", "closes_at_time": "5pm"}
    page = read_page(client.post(edit, data=edit_fields(shown, **early)), 422)
    assert "This date must come after the one before it." in page.text
    assert page.value("closes_at_on-year") == "2020"


def test_a_stale_edit_is_refused_with_what_was_typed(client, session, manager, draft):
    sign_in(client, manager)
    edit = f"/office/rounds/{draft.id}/edit"
    sent = edit_fields(read_page(client.get(edit)), theme="My words")
    assert client.post(edit, data=sent).status_code == 303
    page = Page(client.post(edit, data=sent | {"theme": "Other words"}).get_data(as_text=True))
    assert "Someone changed this since you opened it" in page.text
    assert "Other words" in page.html
    session.expire_all()
    assert draft.theme == "My words"


def test_a_copy_is_made_and_a_used_code_is_refused(client, session, manager, round_, draft):
    sign_in(client, manager)
    path = f"/office/rounds/{round_.id}/copy"
    dates = {"opens_at_on-day": "1", "opens_at_on-month": "2", "opens_at_on-year": "2031", "opens_at_time": "9am"}
    sent = {"code": "copy-1", "title": "Another", **dates, "closes_at_time": "17:00"}
    page = read_page(client.post(path, data=sent), 422)
    assert "The office has a round with this code already." in page.text
    assert page.value("title") == "Another"
    assert client.post(path, data=sent | {"code": "NEW-1"}).status_code == 303
    made = session.scalars(sa.select(Round).where(Round.code == "NEW-1")).one()
    assert (made.state, made.is_rolling, made.opens_at.hour) == (S.DRAFT, True, 9)


def test_a_round_comes_from_a_file_pasted_or_chosen(client, session, manager, round_):
    sign_in(client, manager)
    read_page(client.get("/office/rounds/new"))
    response = client.post("/office/rounds/new", data={"text": GOOD, "create_missing": "y"})
    assert response.status_code == 303
    made = session.scalars(sa.select(Round).where(Round.code == "CSF-R4")).one()
    read_page(client.get(f"/office/rounds/{made.id}/setup"))
    second = GOOD.replace("CSF-R4", "CSF-R5").encode()
    data = {"file": (BytesIO(second), "ROUND.toml"), "create_missing": "y"}
    assert client.post("/office/rounds/new", data=data).status_code == 303
    for action, state in (("approve", S.APPROVED), ("publish", S.SCHEDULED)):
        assert client.post(f"/office/rounds/{made.id}/{action}").status_code == 303
        session.expire_all()
        assert made.state == state
    read_page(client.get(f"/rounds/{made.id}"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("weight = 40", "weight = 4"), "the weights add up to 64"),
        (GOOD.replace('"LLR"', '"OTHER"'), "You set up no rounds for an office with this code."),
        (GOOD, "The office has no fund with this code."),
        ("", "this is missing"),
    ],
)
def test_a_wrong_file_stays_on_the_page_with_what_to_do(client, session, manager, text, says):
    an_office(session, "OTHER")
    session.commit()
    sign_in(client, manager)
    response = client.post("/office/rounds/new", data={"file": (BytesIO(text.encode()), "ROUND.toml")})
    assert response.status_code == 422
    page = Page(response.get_data(as_text=True))
    assert says in page.text
    assert page.value("text") == text.strip()
    assert session.scalars(sa.select(Round)).all() == []


def test_a_file_that_is_no_text_is_refused(client, session, manager):
    session.commit()
    sign_in(client, manager)
    data = {"file": (BytesIO(b"\xff\xfe\x00"), "round.doc")}
    assert "This is not a text file" in read_page(client.post("/office/rounds/new", data=data), 422).text


def test_a_deadline_is_moved_later_with_a_reason(client, session, manager, round_):
    sign_in(client, manager)
    path = f"/office/rounds/{round_.id}/deadline"
    page = read_page(client.get(path))
    before = round_.closes_at
    year = str(before.year + 1)
    moved = edit_fields(page, **{"closes_at_on-year": year}, reason="Snow")
    assert "Write the reason" in read_page(client.post(path, data=moved | {"reason": " "}), 422).text
    earlier = read_page(client.post(path, data=moved | {"closes_at_on-year": "2020"}), 422)
    assert "A deadline can only be moved later." in earlier.text
    assert earlier.value("reason") == "Snow"
    assert client.post(path, data=moved).status_code == 303
    session.expire_all()
    assert round_.closes_at > before + 300 * DAY
    assert "Snow" in read_page(client.get(f"/office/rounds/{round_.id}/setup")).text
    assert client.post(path, data=moved).status_code == 409


def test_only_the_head_cancels_and_with_a_reason(client, session, office, manager, round_):
    path = f"/office/rounds/{round_.id}/cancel"
    sign_in(client, manager)
    session.commit()
    assert client.post(path, data={"reason": "x"}).status_code == 403
    sign_in(client, staff(session, office, Role.DECISION_MAKER))
    session.commit()
    read_page(client.get(path))
    read_page(client.post(path, data={"reason": ""}), 422)
    assert client.post(path, data={"reason": "No money."}).status_code == 303
    session.expire_all()
    assert round_.state == S.CANCELLED
    assert client.post(path, data={"reason": "No money."}).status_code == 409
