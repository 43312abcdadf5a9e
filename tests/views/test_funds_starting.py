"""Beginning a round: from every preset, the model form in both lengths and an earlier round, with what only we know."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from grants.clock import utc_now
from grants.funds import queries
from grants.funds.models import Fund, Round
from grants.funds.presets import list_presets
from tests.apps import sign_in
from tests.builders import a_round, an_office, staff
from tests.pages import read_page
from workflows.actors import Role

URL = "/office/rounds/start"
WHEN = {
    "opens_at_on-day": "1",
    "opens_at_on-month": "3",
    "opens_at_on-year": "2090",
    "opens_at_time": "09:00",
    "closes_at_on-day": "1",
    "closes_at_on-month": "4",
    "closes_at_on-year": "2090",
    "closes_at_time": "5pm",
}


@pytest.fixture
def now():
    return utc_now().replace(microsecond=0)


@pytest.fixture
def office(session):
    return an_office(session, "LLR")


@pytest.fixture
def earlier(session, office, now) -> Round:
    made = a_round(session, office, now=now)
    session.commit()
    return made


@pytest.fixture
def desk(client, session, office):
    sign_in(client, staff(session, office, Role.MANAGER))
    session.commit()
    return client


def asked(office, **changes: Any) -> dict[str, Any]:
    new = {"fund": f"new:{office.id}", "fund_code": "NEW", "fund_title": "A new fund", "fund_purpose": "Safer parks"}
    return (
        {"start": "short", "code": "R-1", "title": "Round", "pot_pence": "20,000", "has_money": "y"}
        | new
        | WHEN
        | changes
    )


def made(session) -> Round:
    session.expire_all()
    return session.scalars(sa.select(Round).where(Round.code == "R-1")).one()


def test_a_form_that_asks_for_areas_waits_for_their_names(desk, session, office) -> None:
    power = {"power": "other", "other_power": "Charities Act 2011"}
    assert desk.post(URL, data=asked(office, power="other")).status_code == 422
    assert desk.post(URL, data=asked(office, **power)).status_code == 303
    round_ = made(session)
    assert round_.fund.legal_power == "Charities Act 2011"
    page = read_page(desk.get(f"/office/rounds/{round_.id}/setup"))
    assert "Question P7 asks which areas of the round the work is in, and the round names none." in page.text
    areas = f"/office/rounds/{round_.id}/form/areas"
    assert f"{areas}#areas" in page.links()
    desk.post(areas, data={"areas": "Example Park"})
    assert "which areas of the round" not in read_page(desk.get(f"/office/rounds/{round_.id}/setup")).text


@pytest.mark.parametrize("start", ["short", "full", *(f"preset:{each.key}" for each in list_presets())])
def test_a_round_begins_from_each_start_ready_for_the_rest(desk, session, office, start) -> None:
    response = desk.post(URL, data=asked(office, start=start))
    assert response.status_code == 303
    round_ = made(session)
    assert (round_.title, round_.pot_pence, round_.fund.code) == ("Round", 2_000_000, "NEW")
    assert round_.fund.purpose == "Safer parks"
    assert queries.unallocated_pence(session, round_.fund_id, but_round_id=round_.id) == 2_000_000
    assert round_.questions
    assert round_.criteria
    read_page(desk.get(response.location))


def test_a_round_begins_like_an_earlier_one_without_its_dates(desk, session, office, earlier) -> None:
    data = asked(office, start=f"round:{earlier.id}", fund=str(earlier.fund_id), fund_code="", has_money=None)
    assert desk.post(URL, data={key: value for key, value in data.items() if value is not None}).status_code == 303
    round_ = made(session)
    assert [each.code for each in round_.questions] == [each.code for each in earlier.questions]
    assert (round_.fund_id, round_.panel_on, round_.scoring_ends_at) == (earlier.fund_id, None, None)
    assert not round_.is_money_confirmed


def test_a_rolling_round_has_no_closing(desk, session, office) -> None:
    data = asked(office, **{name: "" for name in WHEN if name.startswith("closes")})
    assert desk.post(URL, data=data).status_code == 303
    assert (made(session).closes_at, made(session).is_rolling) == (None, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "bad code"}, "Use letters, digits"),
        ({"fund_code": ""}, "Enter a code for the new fund."),
        ({"fund_title": " "}, "Enter a title for the new fund."),
        ({"fund": "new:999"}, "Choose one of these funds."),
        ({"start": "preset:none"}, "Choose one of these."),
        ({"start": "round:999999"}, "Choose one of these."),
        ({"pot_pence": "lots"}, "amount"),
        ({"closes_at_on-year": "2089"}, "after"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_all_is_still_there(desk, session, office, changes, words) -> None:
    page = read_page(desk.post(URL, data=asked(office, title="My own title", **changes)), 422)
    assert words in page.text
    assert page.value("title") == "My own title"
    assert page.value("fund_code") == changes.get("fund_code", "NEW")
    assert session.scalar(sa.select(sa.func.count()).select_from(Round).where(Round.code == "R-1")) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Fund).where(Fund.code == "NEW")) == 0


def test_another_offices_funds_and_rounds_are_not_there(desk, session, office, now) -> None:
    theirs = a_round(session, an_office(session), now=now)
    session.commit()
    page = read_page(desk.get(URL))
    assert theirs.title not in page.text or f'value="round:{theirs.id}"' not in page.html
    for changes in ({"start": f"round:{theirs.id}"}, {"fund": str(theirs.fund_id)}):
        read_page(desk.post(URL, data=asked(office, **changes)), 422)


def test_what_a_preset_leaves_open_is_said_in_words(desk) -> None:
    text = read_page(desk.get("/office/rounds/start")).text
    assert "You decide: the most to ask for, the line." in text
    assert "_pence" not in text and "_hundredths" not in text
