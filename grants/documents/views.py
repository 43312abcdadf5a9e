"""What a group keeps for all of its bids: the list, a new file, a newer one, the day on which one runs out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from config import LARGEST_UPLOAD_BYTES
from grants.accounts.models import Organisation
from grants.clock import utc_now
from grants.documents import queries, services
from grants.documents.forms import KeepForm, ReplaceForm
from grants.documents.models import Document
from grants.documents.receiving import Taken, megabytes, take_in
from grants.documents.storage import CHUNK, StorageDown, store_of
from grants.extensions import db
from grants.web import file_labels, labels
from grants.web.access import allows, current_actor
from grants.web.downloads import download, name_as_given
from grants.web.forms import Form, open_form
from workflows.actors import Actor, Role, Scope
from workflows.deadlines import london_date
from workflows.document import DocumentKind, why_shut
from workflows.errors import Invalid, NotFound

bp = Blueprint("documents", __name__)
GROUP = (Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY)
WRITERS = (Role.LEAD, Role.CONTRIBUTOR)
# As much of a name as is said after a press: it travels in a cookie.
SHORT = 100


@dataclass(frozen=True, slots=True)
class Shelf:
    """An organisation, and one of the documents that it keeps where the address names one."""

    organisation: Organisation
    document: Document | None = None

    @property
    def scope(self) -> Scope:
        return Scope(organisation_id=self.organisation.id)

    @property
    def chosen(self) -> Document:
        """The document that the address names."""
        if self.document is None:
            raise NotFound(subject="document")
        return self.document


def load_shelf(session: Session, actor: Actor, organisation_id: int, document_id: int | None = None) -> Shelf:
    """The actor's own organisation; NotFound for anybody else's."""
    organisation = session.get(Organisation, organisation_id)
    if organisation is None or organisation_id not in actor.organisation_ids:
        raise NotFound(subject="organisation")
    document = None if document_id is None else queries.get_document(session, actor, organisation_id, document_id)
    return Shelf(organisation, document)


@bp.url_value_preprocessor
def _take_larger_forms(endpoint: str | None, _: Any) -> None:
    request.max_content_length = LARGEST_UPLOAD_BYTES


@bp.get("/groups/<int:organisation_id>/documents")
@allows(*GROUP, on=load_shelf)
def kept(shelf: Shelf) -> str:
    """Everything that the group keeps, with what has to be done about it."""
    return _kept_page(shelf, open_form(KeepForm))


@bp.post("/groups/<int:organisation_id>/documents")
@allows(*WRITERS, on=load_shelf)
def keep(shelf: Shelf) -> Any:
    """Keep one more file."""
    form, organisation_id = open_form(KeepForm), shelf.organisation.id
    taken = _taken(form) if form.validate() else None
    shelf = load_shelf(db.session, current_actor(), organisation_id)
    if taken is None:
        return _kept_page(shelf, form), 422
    services.keep_for_organisation(
        db.session,
        organisation_id,
        taken,
        DocumentKind(form.kind.data),
        expires_on=form.expires_on.data,
        actor=current_actor(),
        now=utc_now(),
    )
    flash(f"Kept: {taken.file_name[:SHORT]}", "success")
    return redirect(url_for("documents.kept", organisation_id=organisation_id), 303)


def _kept_page(shelf: Shelf, form: KeepForm) -> str:
    actor, today = current_actor(), london_date(utc_now())
    rows = queries.list_for_organisation(db.session, actor, shelf.organisation.id)
    return render_template(
        "documents/kept.html",
        organisation=shelf.organisation,
        rows=[_row(each, actor, today) for each in rows],
        form=form,
        may_write=bool(actor.roles_in(shelf.scope) & set(WRITERS)),
        largest=megabytes(_largest()),
    )


def _row(document: Document, actor: Actor, today: Any) -> dict[str, Any]:
    is_shut = why_shut(document.state, is_clean=document.is_clean, uploaded_by=document.uploaded_by, actor=actor)
    return {
        "document": document,
        "kind": file_labels.KINDS[document.kind],
        "notes": f"{file_labels.type_words(document.media_type)}, {file_labels.size_words(document.size_bytes)}",
        "words": labels.state_label("document", document.state, labels.GROUP),
        "colour": labels.state_colour("document", document.state),
        "may_open": is_shut is None,
        "has_run_out": document.expires_on is not None and document.expires_on < today,
    }


@bp.get("/groups/<int:organisation_id>/documents/<int:document_id>")
@allows(*GROUP, on=load_shelf)
def file(shelf: Shelf) -> Any:
    """The file, to be saved."""
    return download(shelf.chosen)


@bp.get("/groups/<int:organisation_id>/documents/<int:document_id>/replace")
@allows(*WRITERS, on=load_shelf)
def replace(shelf: Shelf) -> str:
    """Ask for the newer file."""
    return _replace_page(shelf, open_form(ReplaceForm))


@bp.post("/groups/<int:organisation_id>/documents/<int:document_id>/replace")
@allows(*WRITERS, on=load_shelf)
def put_in_place(shelf: Shelf) -> Any:
    """Put the newer file in the place of the older one, which stays on record."""
    form, at = open_form(ReplaceForm), {"organisation_id": shelf.organisation.id, "document_id": shelf.chosen.id}
    taken = _taken(form) if form.validate() else None
    shelf = load_shelf(db.session, current_actor(), **at)
    if taken is None:
        return _replace_page(shelf, form), 422
    services.keep_for_organisation(
        db.session,
        shelf.organisation.id,
        taken,
        shelf.chosen.kind,
        expires_on=form.expires_on.data,
        replaces=shelf.chosen,
        seen_version=form.seen_version.data,
        actor=current_actor(),
        now=utc_now(),
    )
    flash(f"Kept in its place: {taken.file_name[:SHORT]}", "success")
    return redirect(url_for("documents.kept", organisation_id=shelf.organisation.id), 303)


def _replace_page(shelf: Shelf, form: ReplaceForm) -> str:
    return render_template(
        "documents/replace.html",
        organisation=shelf.organisation,
        document=shelf.chosen,
        kind=file_labels.KINDS[shelf.chosen.kind],
        form=form,
        largest=megabytes(_largest()),
    )


@bp.post("/groups/<int:organisation_id>/documents/<int:document_id>/remove")
@allows(*WRITERS, on=load_shelf)
def remove(shelf: Shelf) -> Any:
    """Take a file back; what a bid was sent with stays."""
    seen = open_form(Form).seen_version.data
    services.remove_document(db.session, shelf.chosen, seen_version=seen, actor=current_actor(), now=utc_now())
    flash(f"Taken off: {shelf.chosen.file_name[:SHORT]}", "success")
    return redirect(url_for("documents.kept", organisation_id=shelf.organisation.id), 303)


def _taken(form: KeepForm | ReplaceForm) -> Taken | None:
    """The chosen file in the store, or None with what is wrong beside its field."""
    chosen = request.files.get("file")
    # No lock is held while the file is looked at and stored.
    db.session.rollback()
    try:
        if chosen is None or not chosen.filename:
            raise Invalid("file-missing")
        return take_in(store_of(db.session), _pieces(chosen), name_as_given(chosen), largest=_largest())
    except Invalid as error:
        form.file.errors = [labels.sentence_for(error.code, error.detail)]
    except StorageDown:
        current_app.logger.exception("the store of files is away")
        form.file.errors = [labels.sentence_for("files-away")]
    return None


def _pieces(chosen: FileStorage) -> Iterator[bytes]:
    while piece := chosen.stream.read(CHUNK):
        yield piece


def _largest() -> int:
    return current_app.extensions["settings"].largest_file
