"""Who may open a file of a sent bid: every role of the office, its markers and panel, and nobody from elsewhere."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
import time_machine

from grants.applications import services as applications
from grants.documents import services as documents
from grants.documents.models import Document
from grants.documents.storage import store_of
from grants.funds import model_form
from tests import stages
from tests.apps import sign_in
from tests.builders import a_group, actor_of, an_office, staff
from tests.files import EICAR_PDF, PDF, taken
from tests.pages import read_page
from tests.views.test_applications_files import DOCUMENTS
from workflows.actors import OFFICE_ROLES, Role
from workflows.assignment import Interest

SECTIONS = (*model_form.sections_for(model_form.CRITERIA), DOCUMENTS)
# D1 anybody who reads the bid may read; D2 is private.
OPEN, PRIVATE, HARMFUL = "open.pdf", "private.pdf", "harmful.pdf"


def a_stage(session, walk):
    """The panel sits, or another point of the walk; the first bid was sent with three files, which were scanned."""
    send = applications.submit_application

    def with_files(session, application, **how):
        for code, name, content in (("D1", OPEN, PDF), ("D2", PRIVATE, PDF), ("D1", HARMFUL, EICAR_PDF)):
            if name == HARMFUL and application.id != 1:
                continue
            applications.attach_file(
                session,
                application,
                code,
                taken(session, content, name),
                actor=how["actor"],
                now=how["now"],
                received_at=how["received_at"],
            )
        return send(session, application, **how)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(applications, "submit_application", with_files)
        stage = walk(session, sections=SECTIONS)
    room = documents.ScanRoom(store_of(session), lambda content: "Eicar" if EICAR_PDF in b"".join(content) else "")
    documents.scan_due(session, room, now=stage.now)
    session.commit()
    return stage


def files_of(session, bid):
    rows = session.scalars(sa.select(Document).where(Document.application_id == bid.id))
    return {each.file_name: each.id for each in rows}


def status(client, person, url):
    sign_in(client, person)
    return client.get(url).status_code


@pytest.fixture
def sitting(session):
    stage = a_stage(session, stages.in_session)
    with time_machine.travel(stage.now):
        yield stage


def test_each_role_of_the_office_reads_what_it_may(client, session, sitting):
    bid, found = sitting.bids[0], files_of(session, sitting.bids[0])
    people = {role: staff(session, sitting.office, role) for role in sorted(OFFICE_ROLES)}
    elsewhere = an_office(session)
    strangers = [
        staff(session, elsewhere, *sorted(OFFICE_ROLES - {Role.COMMUNITY_REP})),
        a_group(session)[1],
        sitting.groups[1][1],
    ]
    session.commit()
    readers = {Role.OFFICER, Role.MANAGER, Role.CHAIR, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE}
    for role, person in people.items():
        seen = {name: status(client, person, f"/office/applications/{bid.id}/files/{found[name]}") for name in found}
        sees_private = role in {Role.OFFICER, Role.MANAGER}
        expected = {OPEN: 200, PRIVATE: 200 if sees_private else 404, HARMFUL: 409}
        if role not in readers:
            assert not set(seen.values()) & {200, 409}, role
        else:
            assert seen == expected, role
    for person in strangers:
        for number in found.values():
            assert status(client, person, f"/office/applications/{bid.id}/files/{number}") == 404
            assert status(client, person, f"/applications/{bid.id}/files/{number}") == 404
    other = files_of(session, sitting.bids[1])[OPEN]
    assert status(client, people[Role.OFFICER], f"/office/applications/{bid.id}/files/{other}") == 404


def test_a_marker_reads_the_open_files_of_their_own_bids(client, session):
    stage = a_stage(session, stages.scoring)
    found = files_of(session, stage.bids[0])
    work = {name: _work(session, stage, name) for name in ("marker-1", "marker-2")}
    with time_machine.travel(stage.now):
        base = f"/office/marking/{work['marker-1']}"
        marker, other = stage.people["marker-1"], stage.people["marker-2"]
        assert status(client, marker, f"{base}/files/{found[OPEN]}") == 200
        assert status(client, marker, f"{base}/files/{found[PRIVATE]}") == 404
        assert status(client, marker, f"{base}/files/{found[HARMFUL]}") == 409
        assert status(client, other, f"{base}/files/{found[OPEN]}") == 404
        assert status(client, marker, f"/office/applications/{stage.bids[0].id}/files/{found[OPEN]}") in {403, 404}
        sign_in(client, marker)
        page = read_page(client.get(base))
        assert OPEN in page.text and PRIVATE not in page.text and "Harmful: shut away" in page.text
        assert f"{base}/files/{found[OPEN]}" in page.links()
        assert f"{base}/files/{found[HARMFUL]}" not in page.links()


def _work(session, stage, name):
    from grants.assessment.models import Assignment

    return session.scalar(
        sa.select(Assignment.id).where(
            Assignment.application_id == stage.bids[0].id, Assignment.person_id == stage.people[name].id
        )
    )


def test_a_marker_who_stands_aside_or_has_not_declared_has_no_file(client, session):
    from grants.assessment import services as assessment

    stage = a_stage(session, stages.eligible)
    bid, found = stage.bids[0], files_of(session, stage.bids[0])
    manager, marker = stage.actor("manager"), stage.people["marker-1"]
    assignment = assessment.assign_marker(session, bid, marker, actor=manager, now=stage.now)
    session.commit()
    url = f"/office/marking/{assignment.id}/files/{found[OPEN]}"
    with time_machine.travel(stage.now):
        assert status(client, marker, url) == 404
        assessment.declare_interest(
            session, bid, Interest.DIRECT, "My sister runs it.", actor=actor_of(session, marker), now=stage.now
        )
        session.commit()
        assert status(client, marker, url) == 404


def test_the_panel_reads_the_open_files_of_its_bids(client, session, sitting):
    found = files_of(session, sitting.bids[0])
    base = f"/office/panels/{sitting.panel.id}/bids/{sitting.bids[0].id}"
    for name in ("chair", "member"):
        person = sitting.people[name]
        assert status(client, person, f"{base}/files/{found[OPEN]}") == 200
        assert status(client, person, f"{base}/files/{found[PRIVATE]}") == 404
        page = read_page(client.get(base))
        assert OPEN in page.text and PRIVATE not in page.text
    other = an_office(session)
    stranger = staff(session, other, Role.CHAIR)
    session.commit()
    assert status(client, stranger, f"{base}/files/{found[OPEN]}") == 404


def test_an_officer_s_page_says_where_each_file_stands(client, session, sitting):
    bid, found = sitting.bids[0], files_of(session, sitting.bids[0])
    sign_in(client, sitting.people["officer"])
    page = read_page(client.get(f"/office/applications/{bid.id}"))
    assert OPEN in page.text and PRIVATE in page.text and "Harmful: shut away" in page.text
    assert f"/office/applications/{bid.id}/files/{found[PRIVATE]}" in page.links()
    waiting = files_of(session, sitting.bids[1])[OPEN]
    session.execute(sa.update(Document).where(Document.id == waiting).values(scanned_at=None, state="waiting"))
    session.commit()
    assert (
        status(client, sitting.people["officer"], f"/office/applications/{sitting.bids[1].id}/files/{waiting}") == 409
    )
    assert "Not yet scanned" in read_page(client.get(f"/office/applications/{sitting.bids[1].id}")).text


def test_nobody_of_the_office_opens_a_draft_s_file(client, session, sitting):
    bid = sitting.bids[0]
    url = f"/applications/{bid.id}/files/{files_of(session, bid)[OPEN]}"
    for person in sitting.people.values():
        assert status(client, person, url) in {403, 404}
    assert status(client, sitting.groups[0][1], url) == 200
