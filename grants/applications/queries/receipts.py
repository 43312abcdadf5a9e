"""Receipts: what one sending held, as a document and as the data that its fingerprint is of; never today's answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office
from grants.applications.models import Application, Submission
from grants.applications.queries.reading import list_submissions
from grants.core.attachments import Attachment, attaches
from grants.core.outbox import Message
from grants.core.pdf import Block, code, paragraphs, render_pdf, table
from grants.funds.models import Question, QuestionKind
from grants.web.filters import day
from workflows.deadlines import to_london
from workflows.errors import NotFound
from workflows.rules import files

PDF_TYPE = "application/pdf"
# What others say of a bid is sent with it, and meant for those who judge it.
ENCLOSED = "endorsement"
Content = Sequence[Mapping[str, Any]]


def get_submission(session: Session, application: Application, number: int) -> Submission:
    """One sending of the bid by its number; NotFound when there was none."""
    found = next((each for each in list_submissions(session, application) if each.number == number), None)
    if found is None:
        raise NotFound(subject="submission")
    return found


def about(session: Session, application: Application) -> dict[str, str]:
    """Who sends what to whom, by the names of this day, as a receipt keeps it."""
    return {
        "reference": application.reference,
        "group": application.organisation_name,
        "round": application.round.title,
        "office": session.get_one(Office, application.office_id).name,
    }


def open_codes(session: Session, application: Application) -> set[str]:
    """The questions whose answers all staff who read the bid may read."""
    is_open = Question.round_id == application.round_id, Question.is_private.is_(False)
    return set(session.scalars(sa.select(Question.code).where(*is_open)))


def receipt(
    session: Session, application: Application, submission: Submission, *, codes: Collection[str] | None = None
) -> Attachment:
    """The receipt of one sending as a PDF, the same bytes each time.

    With `codes`, for readers who may not read every answer, the answers to other questions are left out.
    """
    content = [
        item for item in submission.content if codes is None or item["code"] in codes or item["kind"] == ENCLOSED
    ]
    named = submission.about or about(session, application)
    data = {
        "title": f"Receipt {submission.receipt_number}",
        "heading": "Receipt for an application",
        "office": named["office"],
        "lead": paragraphs(_lead(is_whole=codes is None)),
        "facts": _facts(submission, named),
        "sections": copy_of(content),
        "ending": _ending(submission) if codes is None else None,
    }
    make = partial(render_pdf, "receipt", data, made_at=submission.received_at)
    return Attachment(file_name("receipt", submission, "pdf"), PDF_TYPE, make)


@attaches("submission-receipt", "Receipt (PDF)")
def receipt_for(session: Session, message: Message) -> Attachment:
    """The receipt that goes with the letter that says it."""
    application = session.get_one(Application, message.subject_id)
    return receipt(session, application, told_of(session, message))


def told_of(session: Session, message: Message) -> Submission:
    """The sending that this letter is the receipt of: a bid that was taken back and sent again has several."""
    sent = Submission.application_id == message.subject_id, Submission.received_at <= message.created_at
    return session.scalars(sa.select(Submission).where(*sent).order_by(Submission.number.desc()).limit(1)).one()


def file_name(kind: str, submission: Submission, ending: str) -> str:
    """receipt-CSF-R3-0007-9K4F.pdf: what it is and of which sending, in signs that every computer can save."""
    return f"{kind}-{re.sub(r'[^A-Za-z0-9-]+', '-', submission.receipt_number)}.{ending}"


def copy_of(content: Content) -> list[dict[str, Any]]:
    """What was sent, or what `content_of` a draft says, as the sections of a document for `render_pdf`."""
    # A heading without words is no heading to a screen reader, and would be refused.
    return [
        {
            "title": title.strip() or "Answers",
            "answers": [{"label": item["label"].strip() or item["code"], "blocks": _answer(item)} for item in items],
        }
        for title, items in groupby(content, key=lambda item: item.get("section", ""))
    ]


def _answer(item: Mapping[str, Any]) -> list[Block]:
    if item["kind"] == QuestionKind.FILES and (lines := files.named(item.get("value"))):
        rows = [[line["name"], line["sha256"]] for line in lines]
        return [table(["File", "Its fingerprint (SHA-256)"], rows, code_column=1)]
    if grid := item.get("table"):
        return [table(grid["head"], grid["rows"], total=grid["total"], numeric=grid["numeric"])]
    return [paragraphs(str(item.get("shown") or "") or "No answer")]


def _lead(*, is_whole: bool) -> str:
    said = "This is what was sent to us, with every question and its answer as they were then."
    return said if is_whole else f"{said}\nAnswers that only the office's grants officers may read are left out."


def _facts(submission: Submission, named: Mapping[str, str]) -> list[list[str]]:
    return [
        ["Receipt number", submission.receipt_number],
        ["Application", named["reference"]],
        ["Group", named["group"]],
        ["Round", named["round"]],
        ["Received by our clock", exact_time(submission.received_at)],
        *([["Sent for the", f"{_nth(submission.number)} time"]] if submission.number > 1 else []),
        ["Fingerprint (SHA-256)", submission.content_hash, "code"],
    ]


def exact_time(instant: datetime) -> str:
    """An instant to the second with its zone: Monday 15 January 2024, 17:00:03 GMT."""
    local = to_london(instant)
    return f"{local:%A} {day(local.date())}, {local:%H:%M:%S %Z}"


def _nth(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in {11, 12, 13} else endings.get(number % 10, 'th')}"


def _ending(submission: Submission) -> dict[str, Any]:
    name = file_name("answers", submission, "json")
    said = (
        f"The fingerprint is the SHA-256 of the file {name}. You can save the file from the page of this receipt. "
        "It has every question with its answer, and the name and fingerprint of each file. If one letter of it were "
        "changed, its fingerprint would be another.\n\nTo check it, work out the fingerprint of the file:"
    )
    ways = [
        *(paragraphs("On Linux:"), code(f"sha256sum {name}")),
        *(paragraphs("On a Mac:"), code(f"shasum -a 256 {name}")),
        *(paragraphs("On Windows, in PowerShell:"), code(f"Get-FileHash {name}")),
    ]
    return {"heading": "How to check the fingerprint", "blocks": [paragraphs(said), *ways]}
