"""A fund and its money: by which power, from where, how much of it rounds have taken; no source is promised twice."""

from __future__ import annotations

import pytest

from grants.clock import utc_now
from grants.core.audit import AuditEntry
from grants.funding.models import MoneySource
from grants.funds import queries
from grants.funds.models import Fund
from tests.apps import sign_in
from tests.builders import a_round, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from tests.views.test_funds_structure import sent
from workflows.actors import Role


@pytest.fixture
def now():
    """These pages read the clock themselves."""
    return utc_now().replace(microsecond=0)


@pytest.fixture
def office(session):
    return an_office(session, "LLR")


@pytest.fixture
def manager(session, office, client):
    made = staff(session, office, Role.MANAGER)
    session.commit()
    sign_in(client, made)
    return made


def trail(session, fund):
    rows = session.query(AuditEntry).filter_by(subject_type="fund", subject_id=fund.id).order_by(AuditEntry.id)
    return [(row.action, row.detail) for row in rows]


def test_a_fund_is_made_with_its_power_and_its_money_and_anybody_of_the_office_reads_it(
    client, session, office, manager
) -> None:
    page = read_page(client.get("/office/funds/new"))
    wrong = read_page(client.post("/office/funds/new", data=sent(page, code="VIC", title="Kept", power="other")), 422)
    assert "Say by which power the grants are made." in wrong.text
    assert "Kept" in wrong.html
    assert "Enter a code." in read_page(client.post("/office/funds/new", data=sent(page, title="T")), 422).text
    words = {"code": "VIC", "title": "Victims fund", "purpose": "Help after a crime", "power": "other"}
    made = client.post("/office/funds/new", data=sent(page, **words, other_power="Charities Act 2011"))
    fund = session.query(Fund).filter_by(code="VIC").one()
    assert (made.status_code, made.location) == (303, f"/office/funds/{fund.id}/money")
    assert (fund.legal_power, fund.office_id) == ("Charities Act 2011", office.id)

    url = f"/office/funds/{fund.id}/money"
    page = read_page(client.get(url))
    unnamed = read_page(client.post(url, data=sent(page, amount="0", restriction="Kept words")), 422)
    assert "Write what the money is" in unnamed.text
    assert "Kept words" in unnamed.html
    core = {"name": "Ministry money 2026/27", "amount": "40,000", "kind": "moj", "restriction": "Victims only"}
    day = {"spend_by_on-day": "31", "spend_by_on-month": "3", "spend_by_on-year": "2027"}
    assert client.post(url, data=sent(page, **core, **day)).status_code == 303
    assert [action for action, _ in trail(session, fund)] == ["create", "add-money"]

    sign_in(client, staff(session, office, Role.CHAIR))
    session.commit()
    read = read_page(client.get(f"/office/funds/{fund.id}"))
    for words in ("Charities Act 2011", "Ministry of Justice", "Only for: Victims only", "31 March 2027", "£40,000"):
        assert words in read.text
    assert "Add money" not in read.text
    assert client.post(url, data=core).status_code == 403
    sign_in(client, staff(session, an_office(session), Role.MANAGER))
    session.commit()
    assert client.get(f"/office/funds/{fund.id}").status_code == 404
    assert client.post(url, data=core).status_code == 404


def test_the_second_of_two_who_change_a_fund_is_told(client, session, manager, office, now) -> None:
    fund = a_round(session, office, now=now).fund
    session.commit()
    url = f"/office/funds/{fund.id}/edit"
    mine, theirs = (sent(read_page(client.get(url))) for _ in range(2))
    assert client.post(url, data=theirs | {"title": "Theirs"}).status_code == 303
    assert (
        "Mine, long thought about"
        in read_page(client.post(url, data=mine | {"title": "Mine, long thought about"}), 409).html
    )
    session.expire_all()
    assert session.get_one(Fund, fund.id).title == "Theirs"
    assert trail(session, fund)[-1] == ("edit", {"changed": ["title"]})
    assert "Enter a title" in read_page(client.post(url, data=mine | {"title": " "}), 422).text


def test_money_of_one_source_goes_to_several_funds_and_never_twice(client, session, manager, office, now) -> None:
    first, second = a_round(session, office, now=now).fund, a_round(session, office, now=now).fund
    source = MoneySource(office_id=office.id, name="Reserve", kind="reserve", amount_pence=1_000_000)
    session.add(source)
    session.commit()
    for fund, amount, status in ((first, "6,000", 303), (second, "5,000", 422), (second, "4,000", 303)):
        url = f"/office/funds/{fund.id}/money"
        page = read_page(client.get(url))
        answer = client.post(url, data=sent(page, source=str(source.id), amount=amount))
        assert answer.status_code == status
    assert source not in [each for each, _ in queries.sources_with_money(session, office.id)]
    assert client.post(url, data=sent(page, source=str(source.id), amount="1")).status_code == 422
    sums = {each.fund.id: each for each in queries.sums_of(session, [first, second])}
    assert [sums[each.id].free_pence for each in (first, second)] == [600_000, 400_000]
    assert all(each.free_pence == queries.unallocated_pence(session, each.fund.id) for each in sums.values())
    with counted(session) as seen:
        read_page(client.get("/office/funds"))
    assert len(seen) <= 8
