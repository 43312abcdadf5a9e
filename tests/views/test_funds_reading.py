"""What a round is made of, for those who read it; and an approval that is taken back, so that it can be changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grants.clock import utc_now
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.funds import queries
from grants.funds import services as funds
from grants.funds.models import Round
from tests.apps import sign_in
from tests.builders import a_round, actor_of, an_office, staff
from tests.pages import read_page
from tests.views.test_funds_structure import PARTS, address, sent
from workflows.actors import Role

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
def draft(session, office, manager, now) -> Round:
    actor = actor_of(session, manager)
    earlier = a_round(session, office, now=now)
    made = funds.copy_round(
        session, earlier, code="NEXT", title="Next", opens_at=now + DAY, closes_at=now + 9 * DAY, actor=actor, now=now
    )
    made.is_money_confirmed = True
    funds.give_money(session, made.fund, "Core", made.pot_pence, actor=actor, now=now)
    session.commit()
    return made


READS = {
    "criteria": "Need and evidence",
    "areas": "Also: The East",
    "rules": "free reserves of £25,000 at most",
    "words": "Markers for each bid",
}


def test_who_reads_a_round_reads_its_parts_without_a_button(client, session, office, draft) -> None:
    sign_in(client, staff(session, office, Role.CHAIR))
    setup = read_page(client.get(f"/office/rounds/{draft.id}/setup"))
    for part in PARTS:
        assert address(draft, f"/{part}") in setup.links()
        page = read_page(client.get(address(draft, f"/{part}")))
        assert READS[part] in page.text
        boxes = [each.attributes.get("type") for each in page.elements if each.tag in {"input", "textarea", "select"}]
        assert set(boxes) <= {"hidden"}
        assert client.post(address(draft, f"/{part}"), data={"title": "x"}).status_code == 403
    letters = read_page(client.get(address(draft, "/letters")))
    assert "Nothing added" in letters.text
    assert address(draft, "/letters/offer") not in letters.links()
    assert "is offered a grant of" in read_page(client.get(address(draft, "/letters/offer/preview"))).text
    assert client.post(address(draft, "/letters/offer"), data={"words": "x"}).status_code == 403


def test_an_approval_is_taken_back_with_a_reason_and_the_round_can_be_changed(
    client, session, manager, draft, now
) -> None:
    actor = actor_of(session, manager)
    free = queries.unallocated_pence(session, draft.fund_id)
    funds.approve_round(session, draft, actor=actor, now=now)
    session.commit()
    assert queries.unallocated_pence(session, draft.fund_id) == free - draft.pot_pence
    sign_in(client, manager)
    # While it is approved its parts are read only, and a page that was open before says so and keeps what was typed.
    assert "take the approval back" in read_page(client.get(address(draft, "/words"))).text
    stale = client.post(address(draft, "/sections"), data={"title": "Kept words"})
    assert "Kept words" in read_page(stale, 409).html

    url = f"/office/rounds/{draft.id}/take-back"
    assert url in read_page(client.get(f"/office/rounds/{draft.id}/setup")).links()
    page = read_page(client.get(url))
    assert "Write the reason" in read_page(client.post(url, data=sent(page)), 422).text
    events = session.query(OutboxEntry).count()
    assert client.post(url, data=sent(page, reason="One question is missing.")).status_code == 303
    session.expire_all()
    assert str(session.get_one(Round, draft.id).state) == "draft"
    assert queries.unallocated_pence(session, draft.fund_id) == free
    trail = session.query(AuditEntry).filter_by(subject_type="round", subject_id=draft.id)
    entry = trail.order_by(AuditEntry.id.desc()).first()
    assert (entry.action, entry.reason) == ("take-back", "One question is missing.")
    assert session.query(OutboxEntry).count() == events
    assert client.post(url, data=sent(page, reason="Again")).status_code == 409
    assert client.post(address(draft, "/sections"), data={"title": "More"}).status_code == 303
