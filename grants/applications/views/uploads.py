"""Files in pieces, by the page's script: begun, sent, broken off and gone on with, put together and given once.

Refusals are said as JSON. Nothing of an upload is in a process, so any process goes on with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import current_app, jsonify, render_template, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from grants.applications import queries, services
from grants.applications.forms import open_section
from grants.applications.models import Application
from grants.applications.queries import Paper
from grants.applications.views.blueprint import bp
from grants.applications.views.files import bid_of, dress, settings, who_and_when
from grants.applications.views.standing import load
from grants.clock import utc_now
from grants.documents import queries as documents
from grants.documents import services as keeping
from grants.documents.models import Upload
from grants.documents.receiving import take_in
from grants.documents.services.pieces import LARGEST_PIECE, content_of
from grants.documents.storage import FileMissing, StorageDown, new_key, store_of
from grants.extensions import db
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.commit import keep_although_refused
from grants.web.errors import status_of
from workflows.actors import Actor, Role, Scope
from workflows.errors import DomainError, Invalid, NotFound, Stale

WRITERS = (Role.LEAD, Role.CONTRIBUTOR)
PIECE_ENDPOINT = "applications.add_piece"
# No file is as long as this; larger numbers have no place in the database.
LARGEST_SIZE = 1 << 40


@bp.before_request
def _read_piece_first() -> None:
    # A telephone may take a minute to send half a megabyte; no lock of the database is held meanwhile.
    if request.endpoint == PIECE_ENDPOINT:
        if (request.content_length or 0) > LARGEST_PIECE:
            raise RequestEntityTooLarge()
        request.get_data()


@dataclass(frozen=True, slots=True)
class OwnUpload:
    """An upload of the person who asks, into their group's bid."""

    application: Application
    upload: Upload

    @property
    def scope(self) -> Scope:
        return self.application.scope


def load_upload(session: Session, actor: Actor, application_id: int, key: str, **_: Any) -> OwnUpload:
    """The actor's own upload; NotFound for a key of somebody else's."""
    application = queries.get_application(session, actor, application_id)
    return OwnUpload(application, documents.get_upload(session, actor, application_id, key))


def in_json(view: Callable[..., Any]) -> Callable[..., Any]:
    """Say refusals to a script as a script reads them."""

    @wraps(view)
    def guarded(*arguments: Any) -> Any:
        try:
            return view(*arguments)
        except DomainError as error:
            said = {"error": labels.sentence_for(error.code, error.detail), **_where(error)}
            return jsonify(said), status_of(error)
        except StorageDown:
            current_app.logger.exception("the store of files is away")
            return jsonify(error=labels.sentence_for("files-away"), again=True), 503

    return guarded


def _where(error: DomainError) -> dict[str, Any]:
    return {"received": error.detail["received"]} if isinstance(error, Stale) and "received" in error.detail else {}


@bp.post("/applications/<int:application_id>/uploads")
@allows(*WRITERS, on=load)
@in_json
def begin_upload(application: Application) -> Any:
    """Begin an upload, or find the same person's broken one of the same file."""
    said = request.get_json(silent=True)
    about = said if isinstance(said, dict) else {}
    code, size = str(about.get("code", "")), about.get("size")
    paper = queries.paper_of(db.session, application.round)
    queries.file_question(paper, code)
    upload = keeping.begin_upload(
        db.session,
        application_id=application.id,
        question_code=code,
        file_name=str(about.get("name", "")),
        mark=str(about.get("mark", "")),
        size_bytes=size if type(size) is int and size < LARGEST_SIZE else 0,
        largest=settings().largest_file,
        actor=current_actor(),
        now=utc_now(),
    )
    return jsonify(key=upload.key, received=upload.received_bytes, piece=LARGEST_PIECE)


@bp.post("/applications/<int:application_id>/uploads/later")
@allows(*WRITERS, on=load)
@in_json
def say_later(application: Application) -> Any:
    """Keep the tick that a question's files follow later, or that it was taken out, as soon as it is made."""
    said = request.get_json(silent=True)
    about = said if isinstance(said, dict) else {}
    is_later = about.get("later") is True
    services.say_files_follow(db.session, application, str(about.get("code", "")), is_later=is_later, **who_and_when())
    return jsonify(later=is_later)


@bp.get("/applications/<int:application_id>/uploads/<key>")
@allows(*WRITERS, on=load_upload)
def show_upload(found: OwnUpload) -> Any:
    """How much of it is here."""
    return jsonify(received=found.upload.received_bytes)


@bp.put("/applications/<int:application_id>/uploads/<key>/<int:offset>")
@allows(*WRITERS, on=load_upload)
@in_json
def add_piece(found: OwnUpload) -> Any:
    """One piece, as it is, from this byte on."""
    content, store = request.get_data(), store_of(db.session)
    upload_id, offset = found.upload.id, (request.view_args or {})["offset"]
    db.session.rollback()
    key = new_key("pieces")
    store.put(key, content)
    upload = db.session.get(Upload, upload_id, with_for_update=True, populate_existing=True)
    if upload is None:
        raise NotFound(subject="upload")
    try:
        received = keeping.add_piece(db.session, upload, offset, key, len(content))
    except (Stale, Invalid):
        store.delete([key])
        raise
    return jsonify(received=received)


@bp.post("/applications/<int:application_id>/uploads/<key>/finish")
@allows(*WRITERS, on=load_upload)
@in_json
def finish_upload(found: OwnUpload) -> Any:
    """Put the pieces together and give the file to its question; asked twice, it is given once."""
    application_id, upload_id = found.application.id, found.upload.id
    if found.upload.document_id is None:
        _put_together(application_id, upload_id)
    application = bid_of(application_id)
    upload = db.session.get_one(Upload, upload_id)
    return jsonify(html=_drawn(application, upload.question_code))


def _put_together(application_id: int, upload_id: int) -> None:
    store, upload = store_of(db.session), db.session.get_one(Upload, upload_id)
    content, code, name = content_of(store, upload), upload.question_code, upload.file_name
    db.session.rollback()
    try:
        taken = take_in(store, content, name, largest=settings().largest_file)
    except (Invalid, FileMissing) as error:
        # The next try begins anew; this refusal must not leave the broken one to be found again.
        keeping.give_up_upload(db.session, db.session.get_one(Upload, upload_id))
        keep_although_refused()
        raise error if isinstance(error, Invalid) else Invalid("file-not-whole") from error
    upload = db.session.get_one(Upload, upload_id, with_for_update=True, populate_existing=True)
    if upload.document_id is not None:
        store.delete([taken.storage_key])
        return
    services.attach_file(db.session, bid_of(application_id), code, taken, upload=upload, **who_and_when())


def _drawn(application: Application, code: str) -> str:
    """The question's list as it stands now, for the script to put in its place."""
    paper: Paper = queries.paper_of(db.session, application.round)
    part = next(part for part in paper.parts if any(each.code == code for each in part.questions))
    given = queries.answers_of(db.session, application)
    form = open_section(part, paper.area_names, given, paper=paper)
    dress(form, application, part, given)
    return render_template("applications/_file_list.html", field=form[code])
