"""Files in pieces: begun, broken off, gone on with, finished once; and a key that leads nobody else anywhere."""

from __future__ import annotations

import hashlib
import threading

import pytest
import sqlalchemy as sa
import time_machine

from grants import duties
from grants.applications.models import Answer
from grants.documents.models import Document, Upload
from grants.documents.services.pieces import LARGEST_PIECE, MOST_UNFINISHED
from grants.documents.storage import StorageDown, store_of
from grants.extensions import db
from grants.funds import model_form
from grants.funds.models import Question
from tests.apps import NOW, close, make_app, sign_in
from tests.builders import a_draft, a_group, a_person, a_round, an_office, answers_to_all
from tests.files import PDF, a_document, a_photo
from tests.views.test_applications_files import DOCUMENTS
from workflows.actors import Role

LARGE = PDF + bytes(range(256)) * 5_000


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


def begin(client, draft, content=LARGE, name="plan.pdf", code="D1", **more):
    about = {"code": code, "name": name, "size": len(content), "mark": "1704888000000"} | more
    return client.post(f"/applications/{draft.id}/uploads", json=about)


def put(client, draft, key, offset, piece):
    url = f"/applications/{draft.id}/uploads/{key}/{offset}"
    return client.put(url, data=piece, content_type="application/octet-stream")


def finish(client, draft, key):
    return client.post(f"/applications/{draft.id}/uploads/{key}/finish")


def send(client, draft, key, content=LARGE, start=0, end=None):
    for at in range(start, len(content) if end is None else end, LARGEST_PIECE):
        assert put(client, draft, key, at, content[at : at + LARGEST_PIECE]).status_code == 200


def rows(session):
    session.rollback()
    return list(session.scalars(sa.select(Document).order_by(Document.id)))


def named(session, draft):
    session.rollback()
    value = session.scalar(
        sa.select(Answer.value)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.application_id == draft.id, Question.code == "D1")
    )
    return [line["name"] for line in value or []]


def test_a_file_comes_in_piece_by_piece(client, session, draft):
    key = begin(client, draft).json["key"]
    send(client, draft, key)
    done = finish(client, draft, key)

    assert done.status_code == 200 and "plan.pdf" in done.json["html"]
    (document,) = rows(session)
    assert (document.size_bytes, document.sha256) == (len(LARGE), hashlib.sha256(LARGE).hexdigest())
    assert b"".join(store_of(session).read(document.storage_key)) == LARGE
    assert named(session, draft) == ["plan.pdf"]


def test_finished_twice_it_is_given_once(client, session, draft):
    key = begin(client, draft).json["key"]
    send(client, draft, key)
    assert [finish(client, draft, key).status_code for _ in range(3)] == [200] * 3
    assert len(rows(session)) == 1 and named(session, draft) == ["plan.pdf"]


def test_a_broken_upload_goes_on_where_it_stopped(client, session, draft):
    key = begin(client, draft).json["key"]
    send(client, draft, key, end=LARGEST_PIECE)

    # Another tab, another day of the same person, another process: nothing is in memory.
    again = begin(client, draft).json
    assert again["key"] == key and again["received"] == LARGEST_PIECE
    assert client.get(f"/applications/{draft.id}/uploads/{key}").json == {"received": LARGEST_PIECE}
    send(client, draft, key, start=LARGEST_PIECE)
    assert finish(client, draft, key).status_code == 200
    assert rows(session)[0].sha256 == hashlib.sha256(LARGE).hexdigest()


def test_another_file_of_the_same_name_is_another_upload(client, draft):
    first = begin(client, draft).json["key"]
    assert begin(client, draft, LARGE + b"x").json["key"] != first
    assert begin(client, draft, mark="1704888000001").json["key"] != first


def test_a_piece_that_comes_twice_is_counted_once(client, session, draft):
    key = begin(client, draft).json["key"]
    send(client, draft, key, end=LARGEST_PIECE)
    late = put(client, draft, key, 0, LARGE[:LARGEST_PIECE])
    ahead = put(client, draft, key, 2 * LARGEST_PIECE, LARGE[2 * LARGEST_PIECE :])
    assert (late.status_code, late.json["received"]) == (409, LARGEST_PIECE)
    assert (ahead.status_code, ahead.json["received"]) == (409, LARGEST_PIECE)
    send(client, draft, key, start=LARGEST_PIECE)
    finish(client, draft, key)
    assert rows(session)[0].sha256 == hashlib.sha256(LARGE).hexdigest()


@pytest.mark.parametrize(("offset", "piece"), [(0, b""), (len(LARGE), b"x"), (2**30, b"x")])
def test_a_piece_that_has_no_place_is_refused(client, draft, offset, piece):
    key = begin(client, draft).json["key"]
    assert put(client, draft, key, offset, piece).status_code == 422


def test_a_piece_too_large_is_refused_before_it_is_read(client, draft):
    key = begin(client, draft).json["key"]
    assert put(client, draft, key, 0, b"x" * (LARGEST_PIECE + 1)).status_code == 413


def test_an_upload_that_is_not_whole_can_t_be_finished(client, session, draft):
    key = begin(client, draft).json["key"]
    send(client, draft, key, end=LARGEST_PIECE)
    refused = finish(client, draft, key)
    assert refused.status_code == 422
    assert rows(session) == []


@pytest.mark.parametrize(
    ("content", "more", "words"),
    [
        (b"", {}, "empty"),
        (PDF, {"size": 10_000_001}, "The most is 10 MB"),
        (PDF, {"size": 10**30}, "empty"),
        (PDF, {"size": -5}, "empty"),
        (PDF, {"size": "many"}, "empty"),
        (PDF, {"size": True}, "empty"),
    ],
)
def test_size_is_judged_before_a_byte_is_sent(client, draft, content, more, words):
    refused = begin(client, draft, content, **more)
    assert refused.status_code == 422 and words in refused.json["error"]


NAMES = ["C:\\Users\\me\\letter.pdf", "../x.pdf", "two\nlines.pdf", "x" * 300 + ".pdf", "\u202efdp.exe", "a\u200bb.pdf"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_survives_in_pieces_too(client, session, draft, name):
    key = begin(client, draft, PDF, name).json["key"]
    send(client, draft, key, PDF)
    assert finish(client, draft, key).status_code == 200
    assert named(session, draft) == [name]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b'{"name": {"a": 1}, "code": ["D1"], "size": 5}'])
def test_what_is_no_upload_at_all_is_refused(client, draft, body):
    url = f"/applications/{draft.id}/uploads"
    assert client.post(url, data=body, content_type="application/json").status_code == 422


def test_a_question_that_takes_no_files_takes_none(client, draft):
    for code in ("P1", "D9", ""):
        assert begin(client, draft, code=code).status_code == 422


def test_ten_million_bytes_are_taken_and_one_more_is_not(client, session, draft):
    whole = PDF + b"\0" * (10_000_000 - len(PDF))
    key = begin(client, draft, whole).json["key"]
    send(client, draft, key, whole)
    assert finish(client, draft, key).status_code == 200
    assert rows(session)[0].size_bytes == 10_000_000
    assert begin(client, draft, whole + b"\0").status_code == 422


def test_a_refused_file_says_why_and_the_next_try_begins_anew(client, session, draft):
    program = b"MZ\x90\0" + b"\0" * 500
    key = begin(client, draft, program, "accounts.pdf").json["key"]
    send(client, draft, key, program)
    refused = finish(client, draft, key)
    assert refused.status_code == 422 and "This is a program" in refused.json["error"]
    assert rows(session) == [] and named(session, draft) == []
    again = begin(client, draft, program, "accounts.pdf").json
    assert again["received"] == 0 and again["key"] != key


def test_a_question_takes_only_the_types_that_its_round_asks_for(client, session, draft, round_, group):
    question = session.scalars(sa.select(Question).where(Question.round_id == round_.id, Question.code == "D1")).one()
    question.settings = {**question.settings, "types": ["photo"]}
    round_.form_version += 1
    own = a_document(session, group[0], name="rules.pdf")
    session.commit()
    key = begin(client, draft).json["key"]
    send(client, draft, key)
    refused = finish(client, draft, key)
    assert refused.status_code == 422
    assert refused.json["error"].endswith("It takes: JPEG photo, PNG picture, HEIC photo.")
    page = client.get(f"/applications/{draft.id}/sections/documents")
    assert 'accept=".jpg,.jpeg,.png,.heic,.heif"' in page.text
    assert 'accept=".pdf,.docx,.odt,.xlsx,.ods,.jpg,.jpeg,.png,.heic,.heif"' in page.text
    client.post(f"/applications/{draft.id}/sections/documents", data={"go": f"use-file:D1:{own.id}"})
    assert named(session, draft) == []
    photo = a_photo()
    key = begin(client, draft, photo, "hall.jpg").json["key"]
    send(client, draft, key, photo)
    assert finish(client, draft, key).status_code == 200
    assert named(session, draft) == ["hall.jpg"]


def test_a_photo_in_pieces_loses_its_place(client, session, draft):
    photo = a_photo()
    key = begin(client, draft, photo, "IMG_1.jpg").json["key"]
    send(client, draft, key, photo)
    finish(client, draft, key)
    kept = b"".join(store_of(session).read(rows(session)[0].storage_key))
    assert b"GPSLatitude" in photo and b"GPSLatitude" not in kept


def test_a_key_leads_nobody_else_anywhere(client, session, draft, group, round_):
    key = begin(client, draft).json["key"]
    colleague = a_person(session, Role.CONTRIBUTOR, organisation=group[0])
    organisation, other = a_group(session)
    theirs = a_draft(session, round_, organisation, other)
    session.commit()

    for person, bid in ((colleague, draft), (other, draft), (other, theirs)):
        sign_in(client, person)
        assert client.get(f"/applications/{bid.id}/uploads/{key}").status_code == 404
        assert put(client, bid, key, 0, b"x").status_code == 404
        assert finish(client, bid, key).status_code == 404
    assert begin(client, draft).status_code == 404
    sign_in(client, group[1])
    for guess in ("x", key[:-1], "../" + key, "%00"):
        assert client.get(f"/applications/{draft.id}/uploads/{guess}").status_code in {400, 404}
    assert put(client, draft, key, 0, LARGE[:10]).status_code == 200


def test_a_signatory_reads_and_does_not_write(client, session, draft, group):
    sign_in(client, a_person(session, Role.SIGNATORY, organisation=group[0]))
    assert begin(client, draft).status_code == 403


def test_nobody_has_endless_uploads_under_way(client, draft):
    for number in range(MOST_UNFINISHED):
        assert begin(client, draft, name=f"{number}.pdf").status_code == 200
    assert begin(client, draft, name="more.pdf").status_code == 429


def test_after_the_deadline_a_finished_upload_is_too_late(client, session, draft, round_, clock):
    key = begin(client, draft).json["key"]
    send(client, draft, key)
    clock.move_to(round_.closes_at)
    late = finish(client, draft, key)
    assert late.status_code == 409 and late.json["error"]
    assert rows(session) == [] and named(session, draft) == []


def test_while_the_store_is_away_the_script_is_told_to_try_again(client, session, draft, monkeypatch):
    key = begin(client, draft).json["key"]

    def away(*_):
        raise StorageDown("away")

    with monkeypatch.context() as broken:
        broken.setattr(store_of(session), "put", away)
        assert put(client, draft, key, 0, LARGE[:10]).status_code == 503
    send(client, draft, key)
    assert finish(client, draft, key).status_code == 200


def test_the_pieces_go_when_the_file_is_whole_or_given_up(client, session, draft, clock):
    store = store_of(session)

    def pieces():
        return [each.key for each in store.list_keys() if each.key.startswith("pieces/")]

    before = set(pieces())
    done, left = (begin(client, draft, name=name).json["key"] for name in ("done.pdf", "left.pdf"))
    send(client, draft, done)
    finish(client, draft, done)
    send(client, draft, left, end=LARGEST_PIECE)

    with client.application.app_context():
        assert duties.forget_uploads(db.session, store, NOW) == 1
    assert len(set(pieces()) - before) == 1
    with client.application.app_context():
        duties.forget_uploads(db.session, store, NOW.replace(day=12))
    assert set(pieces()) == before
    session.rollback()
    assert session.scalars(sa.select(Upload)).all() == []
    assert len(rows(session)) == 1


def test_two_uploads_at_once_are_both_kept(app, session, draft, group):
    keys, done = {}, []
    for name in ("one.pdf", "two.pdf"):
        client = app.test_client()
        sign_in(client, group[1])
        keys[name] = (client, begin(client, draft, name=name).json["key"])
        send(client, draft, keys[name][1])
    draft_id = draft.id
    session.commit()
    session.remove()

    def go(client, key):
        done.append(client.post(f"/applications/{draft_id}/uploads/{key}/finish").status_code)

    threads = [threading.Thread(target=go, args=pair) for pair in keys.values()]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert done == [200, 200]
    assert sorted(named(session, session.merge(draft))) == ["one.pdf", "two.pdf"]


def test_the_tick_that_files_follow_is_kept_at_once(client, session, draft, round_, clock):
    url = f"/applications/{draft.id}/uploads/later"
    found = sa.select(Answer.value).join(Question, Question.id == Answer.question_id).where(Question.code == "D2")
    for later, kept in ((True, [{"to_follow": True}]), (False, None)):
        assert client.post(url, json={"code": "D2", "later": later}).json == {"later": later}
        session.rollback()
        assert session.scalar(found.where(Answer.application_id == draft.id)) == kept
    # Where the round does not allow it, for a question of another kind, and after the deadline.
    assert client.post(url, json={"code": "D1", "later": True}).status_code == 422
    assert client.post(url, json={"code": "P1", "later": True}).status_code == 422
    assert client.post(url, json=["D2"]).status_code == 422
    clock.move_to(round_.closes_at)
    assert client.post(url, json={"code": "D2", "later": True}).status_code == 409


def test_an_upload_outlives_a_restart_of_the_server(app, client, session, draft, group):
    key = begin(client, draft).json["key"]
    send(client, draft, key, end=LARGEST_PIECE)
    session.commit()

    settings = app.extensions["settings"]
    restarted = make_app(settings.data_dir, settings.database)
    try:
        after = restarted.test_client()
        sign_in(after, group[1])
        assert begin(after, draft).json == {"key": key, "received": LARGEST_PIECE, "piece": LARGEST_PIECE}
        send(after, draft, key, start=LARGEST_PIECE)
        assert finish(after, draft, key).status_code == 200
    finally:
        close(restarted)
    assert rows(session)[0].sha256 == hashlib.sha256(LARGE).hexdigest()
