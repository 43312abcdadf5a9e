"""Documents that come with an answer about a bid: only those that the officer named, beside what was sent first."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from grants.applications.queries import find_submission
from grants.core.audit import AuditEntry
from grants.documents.models import Document
from grants.eligibility.models import Clarification
from grants.extensions import db
from grants.funds import model_form
from grants.funds.definition import QuestionDef, SectionDef
from grants.funds.models import QuestionKind
from tests import stages
from tests.builders import an_office, staff
from tests.files import PDF, multipart
from tests.pages import read_page
from tests.views.test_eligibility import World, signed_in, state_of, version_of
from workflows.actors import Role
from workflows.application import ApplicationState

DOCUMENTS = SectionDef(
    code="documents",
    title="Documents",
    questions=tuple(
        QuestionDef(code=code, kind=QuestionKind.FILES, label=label, is_required=False)
        for code, label in (("D1", "Your governing document"), ("D2", "Your accounts"))
    ),
)
DAY = {"due_on-day": "1", "due_on-month": "2", "due_on-year": "2090"}


@pytest.fixture
def world(app: Flask) -> World:
    with app.app_context():
        stage = stages.checking(db.session, scores=(5,), sections=(*model_form.SECTIONS, DOCUMENTS))
        elsewhere = staff(db.session, an_office(db.session), Role.OFFICER)
        people = {**stage.people, "lead": stage.groups[0][1], "elsewhere": elsewhere}
        found = World(stage.bids[0].id, people)
        db.session.commit()
        for person in people.values():
            db.session.refresh(person)
        db.session.expunge_all()
    return found


def ask(app: Flask, world: World, **more: str) -> int:
    data = {"question": "Page 2 is missing.", "seen_version": version_of(app, world), **DAY, **more}
    return signed_in(app, world, "officer").post(f"{world.url}/ask", data=data).status_code


def answer(app: Flask, world: World, field: str, content: bytes = PDF):
    fields = {"answer": "Here it is.", "seen_version": str(version_of(app, world))}
    sent = multipart(fields, field, [(content, "constitution.pdf")])
    return signed_in(app, world, "lead").post(f"/applications/{world.bid}/questions", **sent)


def test_only_the_documents_that_were_named_come_with_the_answer(app: Flask, world: World) -> None:
    assert ask(app, world, wanted="D9") == 422
    assert ask(app, world, wanted="D1") == 303
    with app.app_context():
        sent = find_submission(db.session, db.session.get_one(stages.Application, world.bid))
        before = sent.content_hash
    page = read_page(signed_in(app, world, "lead").get(f"/applications/{world.bid}/questions"))
    assert [box.attributes["name"] for box in page.all("input", type="file")] == ["file-D1"]
    assert "Your governing document" in page.text
    assert "Only the documents that we named" in read_page(answer(app, world, "file-D2"), 422).text
    page = read_page(answer(app, world, "file-D1", b"MZ a program"), 422)
    assert "Here it is." in page.html
    assert state_of(app, world) is ApplicationState.CLARIFICATION
    assert answer(app, world, "file-D1").status_code == 303
    assert state_of(app, world) is ApplicationState.CHECKING
    with app.app_context():
        asked = db.session.scalars(sa.select(Clarification)).one()
        document = db.session.scalars(sa.select(Document)).one()
        assert asked.files == [
            {"code": "D1", "document_id": document.id, "name": "constitution.pdf", "sha256": document.sha256}
        ]
        assert document.sent_at is not None
        # What was sent first stays as it was sent.
        bid = db.session.get_one(stages.Application, world.bid)
        assert find_submission(db.session, bid).content_hash == before
        trail = db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(2)).all()
        assert set(trail) == {"answer", "upload"}
        number = document.id
    url = f"{world.url}/files/{number}"
    page = read_page(signed_in(app, world, "officer").get(world.url))
    assert "constitution.pdf" in page.text
    assert "Not yet scanned" in page.text
    # Nobody but who brought it opens it before the scan; and it is no page for others.
    read_page(signed_in(app, world, "officer").get(url), 409)
    with app.app_context():
        db.session.execute(sa.update(Document).values(state="clean", scanned_at=stages.NOW))
        db.session.commit()
    assert signed_in(app, world, "officer").get(url).data == PDF
    for name, status in (("elsewhere", 404), ("chair", 403), ("marker-1", 404), ("lead", 404)):
        read_page(signed_in(app, world, name).get(url), status)
    read_page(signed_in(app, world, "officer").get(f"{world.url}/files/{number + 1}"), 404)
    assert signed_in(app, world, "lead").get(f"/applications/{world.bid}/files/{number}").data == PDF


def test_a_question_in_words_takes_no_files(app: Flask, world: World) -> None:
    assert ask(app, world) == 303
    page = read_page(signed_in(app, world, "lead").get(f"/applications/{world.bid}/questions"))
    assert page.all("input", type="file") == []
    assert "Only the documents that we named" in read_page(answer(app, world, "file-D1"), 422).text
