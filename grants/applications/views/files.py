"""Files of a bid: given in with the page's other answers, or in pieces by a script; handed to the group's own people.

The bytes are looked at and stored while no transaction is open, so a slow upload keeps nobody else waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import current_app, flash, g, jsonify, render_template, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from config import LARGEST_UPLOAD_BYTES, Settings
from grants.applications import queries, services
from grants.applications.forms import QuestionForm, open_section
from grants.applications.models import Application
from grants.applications.queries import Paper, Part
from grants.applications.views.blueprint import bp
from grants.applications.views.standing import GROUP, load
from grants.clock import utc_now
from grants.documents import queries as documents
from grants.documents import services as keeping
from grants.documents.models import Document, Upload
from grants.documents.receiving import megabytes, take_in
from grants.documents.services.pieces import LARGEST_PIECE, content_of
from grants.documents.storage import CHUNK, FileMissing, StorageDown, new_key, store_of
from grants.extensions import db
from grants.funds.models import Question
from grants.web import file_labels, labels
from grants.web.access import allows, current_actor
from grants.web.commit import keep_although_refused
from grants.web.downloads import download, name_as_given
from grants.web.errors import status_of
from workflows.actors import Actor, Role, Scope
from workflows.deadlines import london_date
from workflows.document import why_shut
from workflows.errors import DomainError, Invalid, NotFound, Stale
from workflows.rules import files

WRITERS = (Role.LEAD, Role.CONTRIBUTOR)
ENDPOINTS_OF_FORMS = frozenset({"applications.save_section"})
# No file is as long as this; larger numbers have no place in the database.
LARGEST_SIZE = 1 << 40
# What the buttons of a question say, before the colon.
BUTTONS = frozenset({"upload", "take-off", "use-file"})
PIECE_ENDPOINT = "applications.add_piece"


@bp.url_value_preprocessor
def _take_larger_forms(endpoint: str | None, _: Any) -> None:
    if endpoint in ENDPOINTS_OF_FORMS:
        request.max_content_length = LARGEST_UPLOAD_BYTES


@bp.before_request
def _read_piece_first() -> None:
    # A telephone may take a minute to send half a megabyte; no lock of the database is held meanwhile.
    if request.endpoint == PIECE_ENDPOINT:
        if (request.content_length or 0) > LARGEST_PIECE:
            raise RequestEntityTooLarge()
        request.get_data()


# The page: what each question for files shows, and what its buttons do


def has_files(part: Part) -> bool:
    """Whether a part of the form asks for files."""
    return any(each.kind == "files" for each in part.questions)


def dress(form: QuestionForm, application: Application, part: Part, given: dict[str, Any]) -> bool:
    """Give each question for files of this part what its list is drawn from; returns whether there is any."""
    asked = [each for each in part.questions if each.kind == "files"]
    for question in asked:
        field, value = form[question.code], given.get(question.code)
        field.lines = [_row(line) for line in queries.file_lines(db.session, application, value)]
        field.offers = queries.list_offered(
            db.session, current_actor(), application, question, value, today=london_date(utc_now())
        )
        field.follows = files.follows(value)
        field.may_follow = bool(question.settings.get("may_follow"))
        field.most = int(question.settings.get("most", files.MOST))
        field.application_id = application.id
        field.largest = _settings().largest_file
        field.largest_words = megabytes(field.largest)
    return bool(asked)


def _row(line: queries.FileLine) -> dict[str, Any]:
    document = line.document
    if document is None:
        return {"id": line.document_id, "name": line.name, "notes": "", "may_open": False, **_standing("removed")}
    is_shut = why_shut(
        document.state, is_clean=document.is_clean, uploaded_by=document.uploaded_by, actor=current_actor()
    )
    kind = file_labels.type_words(document.media_type)
    return {
        "id": document.id,
        "name": document.file_name,
        "notes": f"{kind}, {file_labels.size_words(document.size_bytes)}",
        "may_open": is_shut is None,
        **_standing(document.state),
    }


def _standing(state: str) -> dict[str, str]:
    words = labels.state_label("document", state, labels.GROUP)
    return {"state": state, "words": words, "colour": labels.state_colour("document", state)}


def handle(application_id: int, form: QuestionForm, part: Part, go: str) -> bool:
    """Do what the page's files and their buttons ask; True when that went well.

    The other answers are saved already. What can't be taken is said beside its question, and the rest stays done.
    """
    asked = [each for each in part.questions if each.kind == "files"]
    done = [_follow(application_id, each) for each in asked]
    done += [_press(application_id, form, each, go) for each in asked]
    done += [_receive(application_id, form, each, is_pressed=go == f"upload:{each.code}") for each in asked]
    return all(done)


def _follow(application_id: int, question: Question) -> bool:
    if f"{question.code}-shown" in request.form and question.settings.get("may_follow"):
        is_later = f"{question.code}-later" in request.form
        services.say_files_follow(db.session, _bid(application_id), question.code, is_later=is_later, **_who_and_when())
    return True


def _press(application_id: int, form: QuestionForm, question: Question, go: str) -> bool:
    verb, _, rest = go.partition(":")
    code, _, number = rest.rpartition(":")
    if code != question.code or not number.isdecimal() or len(number) > 9:
        return True
    act = {"take-off": services.take_off_file, "use-file": services.use_kept_file}.get(verb)
    if act is None:
        return True
    try:
        with db.session.begin_nested():
            act(db.session, _bid(application_id), question.code, int(number), **_who_and_when())
    except Invalid as error:
        return _complain(form, question, error)
    return True


def _receive(application_id: int, form: QuestionForm, question: Question, *, is_pressed: bool) -> bool:
    chosen = [each for each in request.files.getlist(f"{question.code}-file") if each.filename]
    if not chosen and is_pressed:
        return _complain(form, question, Invalid("file-missing"))
    for each in chosen:
        # What was saved so far is kept, and no lock is held while the file is looked at and stored.
        keep_although_refused()
        store, largest = store_of(db.session), _settings().largest_file
        name = name_as_given(each)
        try:
            taken = take_in(store, _pieces(each.stream), name, largest=largest)
            with db.session.begin_nested():
                services.attach_file(db.session, _bid(application_id), question.code, taken, **_who_and_when())
        except Invalid as error:
            return _complain(form, question, error, name)
        except StorageDown:
            current_app.logger.exception("the store of files is away")
            return _complain(form, question, Invalid("files-away"), name)
    if chosen:
        flash(uploaded_words([name_as_given(each) for each in chosen]), "success")
    return True


def uploaded_words(names: list[str]) -> str:
    """What is said of files that came in; short, for it travels in a cookie."""
    return f"Uploaded: {names[0][:100]}" if len(names) == 1 else f"{len(names)} files are uploaded."


def _pieces(stream: Any) -> Iterator[bytes]:
    while piece := stream.read(CHUNK):
        yield piece


def _complain(form: QuestionForm, question: Question, error: Invalid, name: str = "") -> bool:
    sentence = labels.sentence_for(error.code, error.detail)
    form[question.code].errors = [f"{name}: {sentence}" if name else sentence]
    return False


def _bid(application_id: int) -> Application:
    return queries.get_application(db.session, current_actor(), application_id)


def _who_and_when() -> dict[str, Any]:
    return {"actor": current_actor(), "now": utc_now(), "received_at": g.received_at}


def _settings() -> Settings:
    return current_app.extensions["settings"]


# Handing out


@dataclass(frozen=True, slots=True)
class BidFile:
    """A file of a bid."""

    application: Application
    document: Document

    @property
    def scope(self) -> Scope:
        return self.application.scope


def load_file(session: Session, actor: Actor, application_id: int, document_id: int) -> BidFile:
    """A file of the actor's bid; NotFound when either is not there for them."""
    application = queries.get_application(session, actor, application_id)
    return BidFile(application, queries.get_file(session, application, document_id))


@bp.get("/applications/<int:application_id>/files/<int:document_id>")
@allows(*GROUP, on=load_file)
def file(found: BidFile) -> Any:
    """A file of the group's own, to be saved."""
    return download(found.document)


# In pieces, by the script


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
        largest=_settings().largest_file,
        actor=current_actor(),
        now=utc_now(),
    )
    return jsonify(key=upload.key, received=upload.received_bytes, piece=LARGEST_PIECE)


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
    application = _bid(application_id)
    upload = db.session.get_one(Upload, upload_id)
    return jsonify(html=_drawn(application, upload.question_code))


def _put_together(application_id: int, upload_id: int) -> None:
    store, upload = store_of(db.session), db.session.get_one(Upload, upload_id)
    content, code, name = content_of(store, upload), upload.question_code, upload.file_name
    db.session.rollback()
    try:
        taken = take_in(store, content, name, largest=_settings().largest_file)
    except (Invalid, FileMissing) as error:
        # The next try begins anew; this refusal must not leave the broken one to be found again.
        keeping.give_up_upload(db.session, db.session.get_one(Upload, upload_id))
        keep_although_refused()
        raise error if isinstance(error, Invalid) else Invalid("file-not-whole") from error
    upload = db.session.get_one(Upload, upload_id, with_for_update=True, populate_existing=True)
    if upload.document_id is not None:
        store.delete([taken.storage_key])
        return
    services.attach_file(db.session, _bid(application_id), code, taken, upload=upload, **_who_and_when())


def _drawn(application: Application, code: str) -> str:
    """The question's list as it stands now, for the script to put in its place."""
    paper: Paper = queries.paper_of(db.session, application.round)
    part = next(part for part in paper.parts if any(each.code == code for each in part.questions))
    given = queries.answers_of(db.session, application)
    form = open_section(part, paper.area_names, given, paper=paper)
    dress(form, application, part, given)
    return render_template("applications/_file_list.html", field=form[code])
