"""Files of a bid: given in, taken off, or said to follow; each goes through the door that every answer goes through.

So the deadline, the group's people and the history of answers are the same for a file as for a word.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import answers_of, paper_of
from grants.applications.queries.files import file_question, get_file, kind_asked
from grants.applications.services.drafting import lock, speaking_for
from grants.applications.services.saving import save_answers
from grants.documents import services as documents
from grants.documents.models import Document, Upload
from grants.documents.receiving import Taken
from workflows.actors import Actor
from workflows.deadlines import london_date
from workflows.document import USABLE
from workflows.errors import Invalid, NotFound
from workflows.rules import files


def attach_file(
    session: Session,
    application: Application,
    code: str,
    taken: Taken,
    *,
    upload: Upload | None = None,
    actor: Actor,
    now: datetime,
    received_at: datetime,
) -> Document:
    """Give a file that is in the store to a question; it stands beside those that are there already.

    `upload` is what brought it in pieces. Raises TooLate, NotAllowed, Invalid: too-many-files, file-type-not-asked.
    """
    value = _held(session, application, code)
    question = file_question(paper_of(session, application.round), code)
    _refuse_more(question, value)
    _refuse_type(question, taken.media_type)
    document = documents.add_document(
        session,
        taken,
        organisation_id=application.organisation_id,
        office_id=application.office_id,
        application_id=application.id,
        question_code=code,
        kind=kind_asked(question),
        actor=speaking_for(actor, application.scope),
        now=now,
    )
    if upload is not None:
        documents.finish_upload(session, upload, document)
    _save(session, application, code, [*value, _line(document)], actor, now, received_at)
    return document


def use_kept_file(
    session: Session,
    application: Application,
    code: str,
    document_id: int,
    *,
    actor: Actor,
    now: datetime,
    received_at: datetime,
) -> Document:
    """Answer a question with a document that the group keeps. Raises Invalid when it ran out, or can't be used."""
    value = _held(session, application, code)
    question = file_question(paper_of(session, application.round), code)
    document = get_file(session, application, document_id)
    if document.application_id is not None or document.organisation_id not in actor.organisation_ids:
        raise NotFound(subject="document")
    if document.state not in USABLE:
        raise Invalid("file-infected" if document.scan_found else "file-removed")
    if document.expires_on is not None and document.expires_on < london_date(now):
        raise Invalid("file-expired", expires_on=document.expires_on)
    if document.id not in files.ids_in(value):
        _refuse_more(question, value)
        _refuse_type(question, document.media_type)
        _save(session, application, code, [*value, _line(document)], actor, now, received_at)
    return document


def take_off_file(
    session: Session,
    application: Application,
    code: str,
    document_id: int,
    *,
    actor: Actor,
    now: datetime,
    received_at: datetime,
) -> None:
    """Take a file out of an answer. Its row stays; one that was sent before, or that the group keeps, stays whole."""
    value = _held(session, application, code)
    left = [line for line in value if line["document_id"] != document_id]
    if len(left) == len(value):
        return
    _save(session, application, code, left or None, actor, now, received_at)
    document = get_file(session, application, document_id)
    if document.application_id == application.id and document.sent_at is None:
        documents.remove_document(session, document, actor=speaking_for(actor, application.scope), now=now)


def say_files_follow(
    session: Session,
    application: Application,
    code: str,
    *,
    is_later: bool,
    actor: Actor,
    now: datetime,
    received_at: datetime,
) -> None:
    """Say that the files follow later, where the round allows it, or take that back; a file that is there wins."""
    value = _held(session, application, code)
    question = file_question(paper_of(session, application.round), code)
    if is_later and not question.settings.get("may_follow"):
        raise Invalid("file-later-not-allowed")
    if not value:
        _save(session, application, code, files.FOLLOWS if is_later else None, actor, now, received_at)


def sent_ids(content: list[dict[str, Any]]) -> set[int]:
    """The numbers of every file that a submission names."""
    return {number for entry in content if entry["kind"] == "files" for number in files.ids_in(entry["value"])}


def _held(session: Session, application: Application, code: str) -> list[dict[str, Any]]:
    # Under the bid's lock, so that of two uploads at once each finds the other's.
    lock(session, application)
    return files.named(answers_of(session, application).get(code))


def _refuse_more(question: Any, value: list[dict[str, Any]]) -> None:
    most = files.most_of(question.settings)
    if len(value) >= most:
        raise Invalid("too-many-files", most=most)


def _refuse_type(question: Any, media_type: str) -> None:
    refusal = files.type_problem(question.settings, media_type)
    if refusal is not None:
        raise Invalid(refusal.code, **refusal.detail)


def _line(document: Document) -> dict[str, Any]:
    return {"document_id": document.id, "name": document.file_name, "sha256": document.sha256}


def _save(
    session: Session,
    application: Application,
    code: str,
    value: Any,
    actor: Actor,
    now: datetime,
    received_at: datetime,
) -> None:
    save_answers(session, application, {code: value}, actor=actor, now=now, received_at=received_at)
