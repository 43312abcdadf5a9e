"""A table that was answered is a table wherever it is read: before and after sending, by staff, and in its history."""

import pytest
import sqlalchemy as sa
import time_machine

from grants.applications import services as applications
from grants.applications.models import Submission
from grants.funds import model_form
from grants.funds.models import Question
from tests.apps import NOW, sign_in
from tests.builders import a_draft, a_group, a_round, a_submitted_bid, actor_of, an_office, staff
from tests.pages import read_page
from tests.views.test_applications_full_form import ANSWERS
from workflows.actors import Role

BUDGET = "What does it cost, and what will our money pay for?"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def seen_table(page, caption=BUDGET):
    """The one table of this caption: its heads of columns, and the words of its foot."""
    region = next(each for each in page.all("div") if each.attributes.get("aria-label") == caption)
    assert (region.attributes["class"], region.attributes["tabindex"]) == ("app-scroll", "0")
    assert [each.text for each in page.all("caption")].count(caption) == 1
    start = page.elements.index(region)
    inside = [each for each in page.elements[start:] if each.tag in {"table", "th", "tfoot"}]
    last = next((place for place, each in enumerate(inside) if each.tag == "table" and place), len(inside))
    heads = [each.text for each in inside[:last] if each.attributes.get("scope") == "col"]
    return heads, [each.text for each in inside[:last] if each.tag == "tfoot"]


def test_a_table_is_a_table_before_and_after_sending_for_the_group_and_for_staff(client, session):
    office = an_office(session)
    sections = model_form.sections_for(model_form.CRITERIA, model_form.FULL_SECTIONS)
    round_, (organisation, lead) = a_round(session, office, sections=sections), a_group(session)
    officer = staff(session, office, Role.OFFICER)
    draft = a_draft(session, round_, organisation, lead)
    when = {"actor": actor_of(session, lead), "now": NOW, "received_at": NOW}
    hostile = [{**row, "what": "<b>=1+1</b>"} for row in ANSWERS["B2"]]
    applications.save_answers(session, draft, {**ANSWERS, "B2": hostile}, **when)
    session.commit()

    sign_in(client, lead)
    page = read_page(client.get(f"/applications/{draft.id}/check"))
    heads, foot = seen_table(page)
    assert (heads[0], heads[-1]) == ("Kind of cost", "From elsewhere")
    # What one of a thing costs is not added up, the rest is.
    cost, grant = (sum(row[column] for row in ANSWERS["B2"]) // 100 for column in ("total", "grant"))
    assert foot[0].startswith(f"Total£{cost:,}£{grant:,}")
    assert "&lt;b&gt;=1+1&lt;/b&gt;" in page.html
    client.post(f"/applications/{draft.id}/submit", data={"seen_hash": page.value("seen_hash")})
    for address in (f"/applications/{draft.id}/receipt", f"/office/applications/{draft.id}"):
        if address.startswith("/office"):
            sign_in(client, officer)
        assert seen_table(read_page(client.get(address))) == (heads, foot), address


def test_the_receipt_keeps_the_table_as_it_was_and_one_from_before_still_reads(client, session):
    round_, (organisation, lead) = a_round(session, an_office(session)), a_group(session)
    draft = a_submitted_bid(session, round_, organisation, lead)
    session.commit()
    sign_in(client, lead)
    sent = session.scalars(sa.select(Submission).where(Submission.application_id == draft.id)).one()
    entry = next(each for each in sent.content if each["kind"] == "budget")
    label = entry["label"]
    session.execute(sa.update(Question).where(Question.code == entry["code"]).values(label="Something else"))
    session.commit()
    heads, foot = seen_table(read_page(client.get(f"/applications/{draft.id}/receipt")), label)
    assert heads == ["What it is for", "Amount"]
    assert foot[0].startswith("Total£")
    # A bid that was sent before tables were kept is read as the lines that it has.
    sent.content = [{key: value for key, value in each.items() if key != "table"} for each in sent.content]
    session.commit()
    page = read_page(client.get(f"/applications/{draft.id}/receipt"))
    assert entry["shown"].splitlines()[0] in page.text
    assert not page.all("table")
