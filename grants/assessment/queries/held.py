"""The files of a bid whose group is hidden: under which name markers have each, cleaned of who made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries.files import get_file
from grants.assessment.models import ReleasedFile
from grants.assessment.queries.anonymous import reader_for
from grants.assessment.queries.work import shown_answers
from grants.documents.models import Document
from grants.documents.scrubbing import scrub
from grants.documents.storage import store_of
from grants.funds.models import QuestionKind


@dataclass(frozen=True, slots=True)
class MarkersFile:
    """One file of the bid as markers may have it; `released` is set once an officer gave it as it is."""

    document: Document
    name: str
    label: str
    released: ReleasedFile | None
    is_cleaned: bool


def released_files(session: Session, application: Application) -> Mapping[int, ReleasedFile]:
    """What was given to the markers by hand, by the document."""
    rows = session.scalars(sa.select(ReleasedFile).where(ReleasedFile.application_id == application.id))
    return {row.document_id: row for row in rows}


def cleaned(session: Session, document: Document) -> bytes | None:
    """The file without who made it; None where that can't be promised."""
    return scrub(document.media_type, b"".join(store_of(session).read(document.storage_key)))


def name_for_markers(session: Session, application: Application, document_id: int) -> str:
    """The name of a file that says nothing of the group: the bid, its number among the files, and what it is."""
    line = next((line for item in _file_answers(session, application) for line in _lines(item, document_id)), None)
    return f"{application.reference} {line['name']}" if line else f"{application.reference} document {document_id}"


def _lines(item: Mapping[str, Any], document_id: int) -> list[Mapping[str, Any]]:
    return [line for line in item["value"] if line.get("document_id") == document_id]


def _file_answers(session: Session, application: Application) -> list[dict[str, Any]]:
    sections = reader_for(session, [application]).sections(application, shown_answers(session, application))
    return [item for _, items in sections for item in items if item.get("kind") == QuestionKind.FILES and item["value"]]


def list_markers_files(session: Session, application: Application) -> list[MarkersFile]:
    """Every file that the bid was sent with and that markers may ask for; each is read, to see whether it is clean."""
    released = released_files(session, application)
    found = []
    for item in _file_answers(session, application):
        for line in item["value"]:
            if "document_id" in line:
                document = get_file(session, application, line["document_id"])
                given = released.get(document.id)
                clean = given is None and cleaned(session, document) is not None
                found.append(MarkersFile(document, line["name"], item["label"], given, clean))
    return found
