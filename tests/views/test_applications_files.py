"""Files on the question page without a script: given in beside the words, taken off, said to follow, opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
import time_machine

from grants.applications import services as applications
from grants.applications.models import Answer, Submission
from grants.core.audit import AuditEntry
from grants.documents import services as documents
from grants.documents.models import Document
from grants.documents.storage import StorageDown, store_of
from grants.funds import model_form
from grants.funds.models import Question, QuestionKind
from grants.funds.parts import QuestionDef, SectionDef
from tests.apps import NOW, sign_in
from tests.builders import a_draft, a_group, a_person, a_round, actor_of, an_office, answers_to_all, staff
from tests.files import EICAR_PDF, PDF, a_document, a_photo, docx, multipart
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role
from workflows.document import DocumentKind, DocumentState

DOCUMENTS = SectionDef(
    code="documents",
    title="Documents",
    questions=(
        QuestionDef(
            code="D1",
            kind=QuestionKind.FILES,
            label="Your governing document",
            settings={"document": "governing_document"},
        ),
        QuestionDef(
            code="D2",
            kind=QuestionKind.FILES,
            label="Letters of support",
            is_required=False,
            is_private=True,
            settings={"may_follow": True, "most": 3},
        ),
        QuestionDef(code="DX3", kind=QuestionKind.TEXT, label="Anything to say about them", is_required=False),
    ),
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def round_(session):
    made = a_round(session, an_office(session), sections=(*model_form.sections_for(model_form.CRITERIA), DOCUMENTS))
    session.commit()
    return made


@pytest.fixture
def group(session, client):
    organisation, lead = a_group(session)
    session.commit()
    sign_in(client, lead)
    return organisation, lead


@pytest.fixture
def draft(session, round_, group):
    made = a_draft(session, round_, *group, answers=answers_to_all())
    session.commit()
    return made


def url_of(draft):
    return f"/applications/{draft.id}/sections/documents"


def post(client, draft, go, *chosen, code="D1", **typed):
    return client.post(url_of(draft), **multipart({"go": go, **typed}, f"{code}-file", list(chosen)))


def value(session, draft, code="D1"):
    session.rollback()
    return session.scalar(
        sa.select(Answer.value)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.application_id == draft.id, Question.code == code)
    )


def rows(session):
    session.rollback()
    return list(session.scalars(sa.select(Document).order_by(Document.id)))


def test_a_file_is_given_in_with_the_words_of_the_page(client, session, draft):
    response = post(client, draft, "upload:D1", (PDF, "rules.pdf"), DX3="Our rules of 2019")

    assert (response.status_code, response.location) == (303, url_of(draft))
    (document,) = rows(session)
    assert value(session, draft) == [{"document_id": document.id, "name": "rules.pdf", "sha256": document.sha256}]
    assert value(session, draft, "DX3") == "Our rules of 2019"
    assert (document.application_id, document.question_code, document.kind) == (
        draft.id,
        "D1",
        DocumentKind.GOVERNING_DOCUMENT,
    )
    actions = set(session.scalars(sa.select(AuditEntry.action)))
    assert {"upload", "save-answers"} <= actions
    page = read_page(client.get(url_of(draft)))
    assert "rules.pdf" in page.text and "Not yet scanned" in page.text
    assert f"/applications/{draft.id}/files/{document.id}" in page.links()


def test_save_and_continue_takes_the_chosen_file_along(client, session, draft):
    response = post(client, draft, "continue", (docx(), "rules.docx"))
    assert (response.status_code, response.location) == (303, f"/applications/{draft.id}/check")
    assert len(value(session, draft)) == 1


def test_a_second_file_stands_beside_the_first(client, session, draft):
    post(client, draft, "upload:D1", (PDF, "one.pdf"))
    post(client, draft, "upload:D1", (PDF, "one.pdf"), (a_photo(), "two.jpg"))
    assert [line["name"] for line in value(session, draft)] == ["one.pdf", "one.pdf", "two.jpg"]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.pdf", "This file is empty"),
        (b"MZ\x90\0" + b"\0" * 99, "accounts.pdf", "This is a program"),
        (b"<html><script>x</script>", "letter.pdf", "This is a web page"),
        (docx(("word/vbaProject.bin", b"x")), "macro.docx", "macros"),
        (PDF + b"\0" * 10_000_000, "large.pdf", "The most is 10 MB"),
    ],
)
def test_what_is_refused_is_said_beside_the_question_and_no_word_is_lost(client, session, draft, content, name, words):
    response = post(client, draft, "upload:D1", (content, name), DX3="Typed <b>before</b>")

    page = read_page(response, 422)
    assert words in page.one("p", id="D1-error").text and name in page.one("p", id="D1-error").text
    assert page.title.startswith("Error: ")
    assert page.value("DX3") == "Typed <b>before</b>"
    assert value(session, draft, "DX3") == "Typed <b>before</b>"
    assert rows(session) == [] and value(session, draft) is None
    # The page can be sent again although its words were saved meanwhile.
    again = post(client, draft, "continue", (PDF, "good.pdf"), DX3="And after", seen=page.value("seen"))
    assert again.status_code == 303
    assert value(session, draft, "DX3") == "And after"


def test_a_good_file_is_kept_although_the_next_one_is_refused(client, session, draft):
    page = read_page(post(client, draft, "upload:D1", (PDF, "good.pdf"), (b"", "bad.pdf")), 422)
    assert "good.pdf" in page.text
    assert [line["name"] for line in value(session, draft)] == ["good.pdf"]


def test_the_button_without_a_file_says_so(client, draft):
    assert "Choose a file first" in read_page(post(client, draft, "upload:D1"), 422).one("p", id="D1-error").text


def test_a_form_far_too_large_is_refused_whole(client, draft):
    response = post(client, draft, "upload:D1", (b"x" * 49 * 1024 * 1024, "film.mov"))
    assert response.status_code == 413


def test_a_required_file_that_is_missing_is_asked_for(client, draft):
    page = read_page(post(client, draft, "continue"), 422)
    assert page.one("p", id="D1-error").text.endswith("Add a file.")
    assert "Your governing document" in read_page(client.get(f"/applications/{draft.id}/check")).text


def test_no_more_than_the_question_takes(client, session, draft):
    for _ in range(3):
        post(client, draft, "upload:D2", (PDF, "letter.pdf"), code="D2")
    page = read_page(post(client, draft, "upload:D2", (PDF, "letter.pdf"), code="D2"), 422)
    assert "You can give 3 files here at most" in page.one("p", id="D2-error").text
    assert len(value(session, draft, "D2")) == 3


def test_a_file_is_taken_off_and_its_row_stays(client, session, draft):
    post(client, draft, "upload:D1", (PDF, "one.pdf"), (PDF, "two.pdf"))
    first, second = rows(session)

    assert post(client, draft, f"take-off:D1:{first.id}").status_code == 303

    assert [line["document_id"] for line in value(session, draft)] == [second.id]
    assert [each.state for each in rows(session)] == [DocumentState.REMOVED, DocumentState.WAITING]
    assert client.get(f"/applications/{draft.id}/files/{first.id}").status_code == 409
    # Pressed twice, or with a number of nothing, it does nothing.
    for number in (first.id, 999_999, "9" * 40, "x"):
        assert post(client, draft, f"take-off:D1:{number}").status_code in {303, 422}
    assert [line["document_id"] for line in value(session, draft)] == [second.id]


def test_files_may_follow_where_the_round_allows_it(client, session, draft):
    shown = {"D2-shown": "1"}
    assert post(client, draft, "later", **shown, **{"D2-later": "yes"}).status_code == 303
    assert value(session, draft, "D2") == [{"to_follow": True}]
    assert read_page(client.get(url_of(draft))).all("input", id="D2-later", checked="")

    post(client, draft, "later", **shown)
    assert value(session, draft, "D2") is None

    post(client, draft, "later", **{"D1-shown": "1", "D1-later": "yes"})
    assert value(session, draft) is None
    # A file that comes wins over the word that it follows.
    post(client, draft, "later", **shown, **{"D2-later": "yes"})
    post(client, draft, "upload:D2", (PDF, "letter.pdf"), code="D2", **shown)
    assert [line["name"] for line in value(session, draft, "D2")] == ["letter.pdf"]


def test_what_the_group_keeps_is_offered_and_used(client, session, draft, group):
    organisation, lead = group
    good = a_document(session, organisation, lead, name="kept.pdf", expires_on=NOW.date() + timedelta(days=9))
    over = a_document(session, organisation, lead, name="over.pdf", expires_on=NOW.date() - timedelta(days=1))
    theirs = a_document(session, a_group(session)[0])
    session.commit()
    page = read_page(client.get(url_of(draft)))
    assert "kept.pdf" in page.text and "over.pdf" not in page.text

    assert post(client, draft, f"use-file:D1:{good.id}").status_code == 303
    assert post(client, draft, f"use-file:D1:{good.id}").status_code == 303
    assert [line["document_id"] for line in value(session, draft)] == [good.id]
    assert "ran out" in read_page(post(client, draft, f"use-file:D1:{over.id}"), 422).one("p", id="D1-error").text
    assert post(client, draft, f"use-file:D1:{theirs.id}").status_code == 404
    # Taken off the bid, it is still the group's.
    post(client, draft, f"take-off:D1:{good.id}")
    assert session.get(Document, good.id).state is DocumentState.WAITING


NAMES = [
    "../../etc/passwd.pdf",
    "two\nlines.pdf",
    'quotes "and", commas; here.pdf',
    "x" * 300 + ".pdf",
    "zero\u200bwidth\u202efdp.pdf",
    "اتفاقية.pdf",
    "<script>alert(1)</script>.pdf",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_survives_and_leads_nowhere(client, session, draft, name):
    post(client, draft, "upload:D1", (PDF, name))

    (document,) = rows(session)
    assert document.file_name == name
    assert name in read_page(client.get(url_of(draft))).html.replace("&#34;", '"').replace("&lt;", "<").replace(
        "&gt;", ">"
    )
    response = client.get(f"/applications/{draft.id}/files/{document.id}")
    assert response.data == PDF
    header = response.headers["Content-Disposition"]
    assert header.startswith("attachment;") and header.isascii()
    assert not set(unquote(header)) & set("\r\n/\\\u202e\u200b")


def test_a_file_is_only_ever_saved(client, session, draft):
    post(client, draft, "upload:D1", (a_photo(), "page.html"))
    (document,) = rows(session)
    headers = client.get(f"/applications/{draft.id}/files/{document.id}").headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"] == "attachment; filename=\"page.html.jpg\"; filename*=UTF-8''page.html.jpg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "no-store"


def test_after_the_deadline_the_page_says_so_and_shows_what_was_typed(client, session, draft, round_, clock):
    clock.move_to(round_.closes_at)
    page = read_page(post(client, draft, "upload:D1", (PDF, "late.pdf"), DX3="Too late"), 409)
    assert "Too late" in page.text
    assert rows(session) == [] and value(session, draft) is None


def test_a_store_that_is_away_keeps_the_words(client, session, draft, monkeypatch):
    store = store_of(session)

    def away(*_):
        raise StorageDown("away")

    monkeypatch.setattr(store, "put", away)
    page = read_page(post(client, draft, "upload:D1", (PDF, "one.pdf"), DX3="Kept"), 422)
    assert "could not be kept just now" in page.one("p", id="D1-error").text
    assert value(session, draft, "DX3") == "Kept"


def test_what_was_sent_stays_and_the_receipt_names_it(client, session, draft, group):
    post(client, draft, "upload:D1", (PDF, "rules.pdf"))
    (document,) = rows(session)
    actor = actor_of(session, group[1])
    applications.submit_application(session, draft, actor=actor, now=NOW, received_at=NOW)
    session.commit()

    entry = next(e for e in session.scalar(sa.select(Submission.content)) if e["code"] == "D1")
    assert entry["value"][0]["sha256"] == document.sha256
    assert document.sha256 in entry["shown"]
    assert f"rules.pdf (SHA-256 {document.sha256})" in read_page(client.get(f"/applications/{draft.id}/receipt")).text
    # Taken back and taken off, it is still what the first receipt names.
    applications.unsubmit_application(session, draft, actor=actor, now=NOW, received_at=NOW)
    session.commit()
    post(client, draft, f"take-off:D1:{document.id}")
    assert value(session, draft) is None
    assert rows(session)[0].state is DocumentState.WAITING
    with pytest.raises(Exception, match="file-was-sent"):
        documents.remove_document(session, rows(session)[0], actor=actor, now=NOW)


def test_a_harmful_file_is_said_beside_it_and_stops_the_sending(client, session, draft):
    post(client, draft, "upload:D1", (EICAR_PDF, "bad.pdf"))
    room = documents.ScanRoom(store_of(session), lambda content: "Eicar" if b"EICAR" in b"".join(content) else "")
    documents.scan_due(session, room, now=NOW)

    assert "We found something harmful in this file" in read_page(client.get(url_of(draft))).text
    assert "harmful" in read_page(client.get(f"/applications/{draft.id}/check")).text
    sent = client.post(f"/applications/{draft.id}/submit", data={})
    assert sent.status_code == 422
    (document,) = rows(session)
    assert client.get(f"/applications/{draft.id}/files/{document.id}").status_code == 409
    post(client, draft, f"take-off:D1:{document.id}")
    assert rows(session)[0].state is DocumentState.REMOVED


def test_only_the_groups_own_people_open_a_draft_s_file(client, session, draft, group, round_):
    post(client, draft, "upload:D1", (PDF, "rules.pdf"))
    (document,) = rows(session)
    url = f"/applications/{draft.id}/files/{document.id}"
    colleague = a_person(session, Role.CONTRIBUTOR, organisation=group[0])
    _, other = a_group(session)
    officer = staff(session, round_.fund and session.merge(round_) and _office(session, round_), Role.OFFICER)
    session.commit()

    sign_in(client, colleague)
    assert client.get(url).status_code == 409, "it is not scanned yet"
    for person in (other, officer):
        sign_in(client, person)
        assert client.get(url).status_code == 404
    room = documents.ScanRoom(store_of(session), lambda content: "")
    documents.scan_due(session, room, now=NOW)
    sign_in(client, colleague)
    assert client.get(url).data == PDF
    sign_in(client, other)
    assert client.get(url).status_code == 404
    assert post(client, draft, "upload:D1", (PDF, "x.pdf")).status_code == 404


def _office(session, round_):
    from grants.accounts.models import Office

    return session.get_one(Office, round_.office_id)


def test_the_page_asks_the_database_as_little_with_ten_files_as_with_one(client, session, draft, group):
    counts = []
    for number in range(10):
        post(client, draft, "upload:D1", (PDF, f"{number}.pdf"))
        a_document(session, *group)
        session.commit()
        with counted(session) as statements:
            read_page(client.get(url_of(draft)))
        counts.append(sum(each.lstrip().upper().startswith("SELECT") for each in statements))
    assert counts[0] == counts[-1] <= 8, counts


def test_a_page_without_files_loads_no_script_for_them(client, draft):
    def scripts(code):
        page = read_page(client.get(f"/applications/{draft.id}/sections/{code}"))
        return [each.attributes["src"] for each in page.all("script")]

    assert any("files.js" in each for each in scripts("documents"))
    assert not any("files.js" in each for each in scripts("organisation"))


def test_long_names_of_many_files_sign_nobody_out(client, session, draft):
    names = [f"{number}{'x' * 300}.pdf" for number in range(8)]
    response = post(client, draft, "upload:D1", *((PDF, name) for name in names))
    # A browser drops a cookie of more than 4,096 bytes, and the session with it.
    assert all(len(cookie) < 2_000 for cookie in response.headers.getlist("Set-Cookie"))
    assert len(value(session, draft)) == 8
    assert "8 files are uploaded." in read_page(client.get(url_of(draft))).text


def test_the_limit_is_a_setting(app, client, session, draft):
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, file_megabytes=1)
    try:
        page = read_page(post(client, draft, "upload:D1", (PDF + b"x" * 1_000_000, "one.pdf")), 422)
    finally:
        app.extensions["settings"] = before
    assert "The most is 1 MB" in page.one("p", id="D1-error").text
