"""The files of a bid: what its answers name, where each stands, and which one a person may be handed.

An answer names a file by its number and hash; here that is held against the documents of the bid's own group, so
that a number of somebody else's file leads nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application, Submission
from grants.applications.queries.facts import Problem, form_problems
from grants.applications.queries.judged import judged_questions
from grants.applications.queries.reading import Paper
from grants.documents import queries as documents
from grants.documents.models import Document
from grants.funds.models import Question, QuestionKind
from workflows.actors import Actor
from workflows.document import GONE, KEPT_KINDS, USABLE, DocumentKind, DocumentState
from workflows.errors import Invalid, NotFound, Refusal
from workflows.rules import answers, files


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file of an answer as its group sees it; `document` is missing when the number leads nowhere."""

    document_id: int
    name: str
    document: Document | None


def file_question(paper: Paper, code: str) -> Question:
    """The question for files of this code; Invalid when the form has none."""
    found = next((each for each in paper.questions if each.code == code), None)
    if found is None or found.kind != QuestionKind.FILES:
        raise Invalid("unknown-question", question=code)
    return found


def kind_asked(question: Question) -> DocumentKind:
    """What the question asks for, where its settings say (`document`)."""
    asked = str(question.settings.get("document", ""))
    return DocumentKind(asked) if asked in set(DocumentKind) else DocumentKind.OTHER


def problems_of(session: Session, application: Application, paper: Paper, given: Mapping[str, Any]) -> list[Problem]:
    """Everything that stops the bid from being sent, in the order of the form: its answers, and the files they name."""
    found = form_problems(application.round, paper, given)
    told = {problem.question.code for problem in found}
    asked = [each for each in paper.questions if each.kind == QuestionKind.FILES and each.code not in told]
    counted = answers.in_force(paper.questions, given)
    wrong = _file_problems(session, application, asked, counted)
    if not wrong:
        return found
    order = {question.code: at for at, question in enumerate(paper.questions)}
    return sorted([*found, *wrong], key=lambda problem: order[problem.question.code])


def _file_problems(
    session: Session, application: Application, asked: Iterable[Question], given: Mapping[str, Any]
) -> list[Problem]:
    named = {each.code: files.ids_in(given.get(each.code)) for each in asked}
    ids = {number for numbers in named.values() for number in numbers}
    known = documents.list_by_ids(session, application.organisation_id, ids)
    found = []
    for question in asked:
        states = [_state(known.get(number)) for number in named.get(question.code, ())]
        bad = next((state for state in states if state not in USABLE), None)
        if bad is not None:
            found.append(Problem(question, _unusable(bad)))
    return found


def _state(document: Document | None) -> DocumentState:
    return DocumentState.REMOVED if document is None else document.state


def _unusable(state: DocumentState) -> Refusal:
    return Refusal("file-removed") if state in GONE else Refusal("file-infected")


def known_files(session: Session, application: Application, values: Iterable[Any]) -> dict[int, Document]:
    """The documents that these answers name, in one query; a number of another group's file is left out."""
    ids = {number for value in values for number in files.ids_in(value)}
    return documents.list_by_ids(session, application.organisation_id, ids)


def file_lines(known: Mapping[int, Document], value: Any) -> list[FileLine]:
    """The files of an answer, in the order in which they were given."""
    return [FileLine(line["document_id"], line["name"], known.get(line["document_id"])) for line in files.named(value)]


def list_kept(
    session: Session, actor: Actor, application: Application, asked: Iterable[Question], *, today: date
) -> list[Document]:
    """What the bid's group keeps and may still use, in one query; none when no question asks for such a kind."""
    if not any(_asks_for_kept(question) for question in asked):
        return []
    kept = documents.list_for_organisation(session, actor, application.organisation_id)
    return [each for each in kept if each.state in USABLE and (each.expires_on is None or each.expires_on >= today)]


def offered_files(kept: Iterable[Document], question: Question, value: Any) -> list[Document]:
    """Those of the kind that a question asks for, which its answer does not name yet."""
    taken = set(files.ids_in(value))
    is_asked = _asks_for_kept(question)
    return [each for each in kept if is_asked and each.kind == kind_asked(question) and each.id not in taken]


def _asks_for_kept(question: Question) -> bool:
    return "document" in question.settings and kind_asked(question) in KEPT_KINDS


def get_file(session: Session, application: Application, document_id: int) -> Document:
    """A file of the bid's own group: given to this bid, kept for all, or of an earlier one that it was copied from."""
    found = documents.list_by_ids(session, application.organisation_id, [document_id]).get(document_id)
    if found is None:
        raise NotFound(subject="document")
    return found


def states_in(session: Session, sections: Iterable[tuple[str, Iterable[dict[str, Any]]]]) -> dict[int, DocumentState]:
    """Where each file stands that these answers of a submission name; no query when they name none."""
    ids = {
        number
        for _, items in sections
        for item in items
        if item.get("kind") == QuestionKind.FILES
        for number in files.ids_in(item.get("value"))
    }
    return documents.states_of(session, ids)


_CONTENT = (
    sa.select(Submission.content)
    .where(Submission.application_id == sa.bindparam("application_id"))
    .order_by(Submission.number.desc())
    .limit(1)
)


def get_sent_file(
    session: Session, application: Application, document_id: int, *, sees_private: bool = False
) -> Document:
    """A file that was sent with the bid, for staff who may read the bid; NotFound when it was not.

    Whoever may not read private answers is not handed their files either.
    """
    content = session.scalar(_CONTENT, {"application_id": application.id}) or []
    codes = None if sees_private else set(judged_questions(session, application.round_id))
    sent = {
        number
        for entry in content
        if entry.get("kind") == QuestionKind.FILES and (codes is None or entry.get("code") in codes)
        for number in files.ids_in(entry.get("value"))
    }
    if document_id not in sent:
        raise NotFound(subject="document")
    return get_file(session, application, document_id)
