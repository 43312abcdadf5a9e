"""A round that hides its groups: no byte that a marker can fetch names one, in pages, files or their particulars."""

import pytest
import sqlalchemy as sa
import time_machine

from grants.applications import services as applications
from grants.assessment import queries, services
from grants.assessment.models import Assignment, ReleasedFile
from grants.core.audit import AuditEntry
from grants.documents import services as documents
from grants.documents.models import Document
from grants.documents.storage import store_of
from grants.funds import group_form, model_form
from grants.funds.parts import SectionDef
from tests import stages
from tests.apps import sign_in
from tests.files import taken
from tests.pages import read_page
from tests.queries import counted
from tests.services.test_scrubbing import docx, everything, pdf
from tests.views.test_applications_files import DOCUMENTS
from workflows.assignment import Interest

NAME = "Example Street Youth Club (fictional)"
KNOWN_AS = "The Zebra Shed"
ABOUT = SectionDef(
    code="group", title="About you", questions=tuple(group_form.QUESTIONS[c] for c in ("O1", "O2", "O3", "O6"))
)
SECTIONS = (*model_form.sections_for(model_form.CRITERIA), ABOUT, DOCUMENTS)
ANSWERS = {
    "O1": NAME,
    "O2": KNOWN_AS,
    "O3": "1234567",
    "O6": "https://www.zebrashed.example.org",
    "P1": "Safer evenings at The Zebra  Shed",
    "P2": "Example Street Youth Club’s football, see zebrashed.example.org or ring 0116 496 0123.",
    "P3": "ESYC has run it since 2011. Write to hello@zebrashed.example.org (charity 1234567).",
    "C1": "Person Xylophone, youth worker",
    "P14": "Person Xylophone asked them at the zebra shed; Mrs Xylophone wrote it down.",
    "B2": [{"description": "Hire of Example-Street Youth Club hall", "amount_pence": 900_000}],
    "DX3": "The Zebra Shed’s own accounts",
}
# In small letters, as it is searched for in all that is fetched, also in the names of files and their addresses.
TELLING = ("zebra", "example street youth", "example-street", "esyc", "xylophone", "1234567", "496 0123", "xylo-")
HELD = "xylo-accounts.pdf"


def send_with_files(session, patched):
    """Bids go out with a Word file and a PDF that say who made them, and a PDF with a password."""
    send = applications.submit_application

    def with_files(session, application, **how):
        for name, content in (("zebra-shed.docx", docx()), ("xylo-plan.pdf", pdf()), (HELD, pdf(locked=True))):
            more = {key: how[key] for key in ("actor", "now", "received_at")}
            applications.attach_file(session, application, "D1", taken(session, content, name), **more)
        return send(session, application, **how)

    patched.setattr(applications, "submit_application", with_files)


@pytest.fixture
def stage(session, monkeypatch):
    send_with_files(session, monkeypatch)
    stage = stages.eligible(session, sections=SECTIONS, answers=ANSWERS, scores=(5, 4), is_anonymous=True)
    bid = stage.bids[0]
    bid.organisation.name = bid.organisation_name = NAME
    for each in stage.bids:
        services.assign_marker(session, each, stage.people["marker-1"], actor=stage.actor("manager"), now=stage.now)
    documents.scan_due(session, documents.ScanRoom(store_of(session), lambda content: ""), now=stage.now)
    session.commit()
    with time_machine.travel(stage.now):
        yield stage


def fetched(client, start="/office/marking"):
    """Everything that a marker comes to by links, by address: pages, and files as they were handed out."""
    found, waiting = {}, ["/", start]
    while waiting:
        path = waiting.pop().partition("#")[0]
        if path in found or path.startswith(("/sample", "/static", "/rounds", "/funds")):
            continue
        answer = client.get(path)
        found[path] = answer
        if answer.status_code == 200 and answer.mimetype == "text/html":
            waiting.extend(href for href in read_page(answer).links() if href.startswith("/"))
        if answer.location:
            waiting.append(answer.location)
    return found


def seen_in(answer):
    content = answer.get_data()
    return (everything(content) + str(answer.headers).encode()).decode("utf-8", "ignore").casefold()


def telling(found):
    return {(path, word) for path, answer in found.items() for word in TELLING if word in seen_in(answer)}


def sign(client, stage, name):
    sign_in(client, stage.people[name])
    return client


def test_interests_come_first_by_name_and_beside_no_bid(session, client, stage):
    sign(client, stage, "marker-1")
    page = read_page(client.get("/office/marking"))
    assert "declare your interests first" in page.text
    assert all(bid.reference not in page.html and "evenings" not in page.html for bid in stage.bids)
    work = session.scalars(sa.select(Assignment.id).where(Assignment.person_id == stage.people["marker-1"].id)).first()
    ask = f"/office/marking/rounds/{stage.round_.id}/interests"
    answer = client.get(f"/office/marking/{work}", follow_redirects=True)
    assert answer.request.path == ask
    page = read_page(answer)
    groups = [bid.organisation_name for bid in stage.bids]
    assert [page.text.index(name) for name in sorted(groups)] == sorted(page.text.index(name) for name in groups)
    assert all(bid.reference not in page.html for bid in stage.bids) and "evenings" not in page.text
    first, second = (bid.organisation_id for bid in stage.bids)
    # Whoever answered for one group alone would see which bid opens.
    page = read_page(client.post(ask, data={f"interest_{first}": "none"}), 422)
    assert f"Say whether you have an interest in {stage.bids[1].organisation_name}" in page.text
    data = {f"interest_{first}": "none", f"interest_{second}": "direct"}
    data |= {f"kind_{second}": "runs", f"detail_{second}": "I chair it"}
    assert client.post(ask, data=data).status_code == 303
    session.expire_all()
    said = queries.interests_of(session, [bid.id for bid in stage.bids], [stage.people["marker-1"].id])
    assert {row.interest for row in said.values()} == {Interest.NONE, Interest.DIRECT}
    page = read_page(client.get("/office/marking"))
    assert stage.bids[0].reference in page.text and stage.bids[1].reference not in page.html


def test_no_byte_that_a_marker_can_fetch_names_the_group(session, client, stage):
    for bid in stage.bids:
        services.declare_interest(session, bid, Interest.NONE, "", actor=stage.actor("marker-1"), now=stage.now)
    session.commit()
    found = fetched(sign(client, stage, "marker-1"))
    files = {path: answer for path, answer in found.items() if "/files/" in path}
    assert len(files) == 6
    # Only where interests are declared, by every group's name at once.
    told = {pair for pair in telling(found) if not pair[0].endswith("/interests")}
    assert told == set()
    assert sorted(answer.status_code for answer in files.values()) == [200, 200, 200, 200, 409, 409]
    names = {answer.headers["Content-Disposition"] for answer in files.values() if answer.status_code == 200}
    assert any("Document 1 (Your governing document).docx" in name for name in names)
    page = read_page(found[next(path for path in found if path.endswith(f"/marking/{min(_works(session))}"))])
    assert "[the group]" in page.text and "may still name the group" in page.text
    assert "£9,000" in page.text


def _works(session):
    return list(session.scalars(sa.select(Assignment.id)))


def test_an_officer_gives_by_hand_what_cannot_be_cleaned(session, client, stage):
    bid = stage.bids[0]
    services.declare_interest(session, bid, Interest.NONE, "", actor=stage.actor("marker-1"), now=stage.now)
    held = session.scalar(sa.select(Document.id).where(Document.file_name == HELD, Document.application_id == bid.id))
    work = session.scalar(sa.select(Assignment.id).where(Assignment.application_id == bid.id))
    session.commit()
    theirs, ours = f"/office/marking/{work}/files/{held}", f"/office/applications/{bid.id}/markers/files"
    assert "An officer can look into it" in read_page(sign(client, stage, "marker-1").get(theirs), 409).text
    page = read_page(sign(client, stage, "officer").get(ours))
    assert page.text.count("A cleaned copy") == 2 and page.text.count("Held back") == 1
    read_page(client.post(f"{ours}/{held}", data={"reason": " "}), 422)
    assert client.post(f"{ours}/{held}", data={"reason": "Nothing in it names them"}).status_code == 303
    read_page(client.post(f"{ours}/{held}", data={"reason": "Again"}), 409)
    session.expire_all()
    assert session.scalars(sa.select(ReleasedFile.reason)).all() == ["Nothing in it names them"]
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "release-file")).one()
    assert (entry.reason, entry.detail) == ("Nothing in it names them", {"document_id": held})
    answer = sign(client, stage, "marker-1").get(theirs)
    assert answer.status_code == 200 and "zebra" not in str(answer.headers) and "xylo" not in str(answer.headers)
    for name in ("marker-1", "member", "decision-maker"):
        assert sign(client, stage, name).get(ours).status_code in (403, 404)


def test_once_the_round_is_marked_the_names_are_back(session, client, stage):
    for bid in stage.bids:
        assert queries.hides(bid)
        assert queries.reader_for(session, [bid]).name(bid) == "A group"
    with counted(session) as statements:
        queries.reader_for(session, stage.bids)
    assert len(statements) <= 2
    stage.round_.is_anonymous = False
    assert not queries.hides(stage.bids[0])
    with counted(session) as statements:
        assert queries.reader_for(session, stage.bids).name(stage.bids[0]) == NAME
    assert statements == []
