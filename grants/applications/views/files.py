"""Files of a bid: given in with the page's other answers, and handed to the group's own people.

The bytes are looked at and stored while no transaction is open, so a slow upload keeps nobody else waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, g, request
from sqlalchemy.orm import Session

from config import LARGEST_UPLOAD_BYTES, Settings
from grants.applications import queries, services
from grants.applications.forms import QuestionForm
from grants.applications.models import Application
from grants.applications.queries import Part
from grants.applications.views.blueprint import bp
from grants.applications.views.standing import GROUP
from grants.clock import utc_now
from grants.documents.models import Document
from grants.documents.receiving import megabytes, take_in
from grants.documents.storage import CHUNK, StorageDown, store_of
from grants.extensions import db
from grants.funds.models import Question
from grants.web import file_labels, labels
from grants.web.access import allows, current_actor
from grants.web.commit import keep_although_refused
from grants.web.downloads import download, name_as_given
from workflows.actors import Actor, Scope
from workflows.deadlines import london_date
from workflows.document import why_shut
from workflows.errors import Invalid
from workflows.rules import files

ENDPOINTS_OF_FORMS = frozenset({"applications.save_section"})
# What the buttons of a question say, before the colon.
BUTTONS = frozenset({"upload", "take-off", "use-file"})


@bp.url_value_preprocessor
def _take_larger_forms(endpoint: str | None, _: Any) -> None:
    if endpoint in ENDPOINTS_OF_FORMS:
        request.max_content_length = LARGEST_UPLOAD_BYTES


def has_files(part: Part) -> bool:
    """Whether a part of the form asks for files."""
    return any(each.kind == "files" for each in part.questions)


def dress(form: QuestionForm, application: Application, part: Part, given: dict[str, Any]) -> bool:
    """Give each question for files of this part what its list is drawn from; returns whether there is any."""
    asked = [each for each in part.questions if each.kind == "files"]
    known = queries.known_files(db.session, application, [given.get(each.code) for each in asked])
    kept = queries.list_kept(db.session, current_actor(), application, asked, today=london_date(utc_now()))
    for question in asked:
        field, value = form[question.code], given.get(question.code)
        field.lines = [_row(line) for line in queries.file_lines(known, value)]
        field.offers = queries.offered_files(kept, question, value)
        field.follows = files.follows(value)
        field.may_follow = bool(question.settings.get("may_follow"))
        field.most = files.most_of(question.settings)
        field.types = files.types_of(question.settings)
        field.application_id = application.id
        field.largest = settings().largest_file
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
        services.say_files_follow(
            db.session, bid_of(application_id), question.code, is_later=is_later, **who_and_when()
        )
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
            act(db.session, bid_of(application_id), question.code, int(number), **who_and_when())
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
        store, largest = store_of(db.session), settings().largest_file
        name = name_as_given(each)
        try:
            taken = take_in(store, _pieces(each.stream), name, largest=largest)
            with db.session.begin_nested():
                services.attach_file(db.session, bid_of(application_id), question.code, taken, **who_and_when())
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


def bid_of(application_id: int) -> Application:
    return queries.get_application(db.session, current_actor(), application_id)


def who_and_when() -> dict[str, Any]:
    return {"actor": current_actor(), "now": utc_now(), "received_at": g.received_at}


def settings() -> Settings:
    return current_app.extensions["settings"]


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
