"""What is sent: the questions and answers as they stand, in the order of the form, with one hash over all of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries.reading import Paper, Part
from grants.funds.models import Question
from workflows.rules import answers

# No 0 and O, 1 and I and L, 5 and S, 8 and B, 2 and Z: a receipt is read out on the telephone.
UNAMBIGUOUS = "34679ACDEFGHJKMNPQRTUVWXY"


# What features to the right lay into what is sent, beside the answers.
Enclosing = Callable[[Session, Application], list[dict[str, Any]]]
_enclosing: list[Enclosing] = []


def encloses(feature: Enclosing) -> Enclosing:
    """Have the function's entries sent with every bid, after its answers and under the same hash."""
    _enclosing.append(feature)
    return feature


def enclosed_with(session: Session, application: Application) -> list[dict[str, Any]]:
    """Everything that is sent with the bid beside its answers, as it is now."""
    return [entry for feature in _enclosing for entry in feature(session, application)]


def content_of(paper: Paper, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every question that is asked with its answer, as a submission keeps it; a table also as it is drawn.

    What is only ever counted (`settings["counted_only"]`, such as equality monitoring) is no part of a bid.
    """
    counted = answers.in_force(paper.questions, given)
    return [
        _entry(part, question, counted.get(question.code))
        for part in paper.parts
        for question in part.questions
        if answers.applies(question, counted) and not question.settings.get("counted_only")
    ]


def _entry(part: Part, question: Question, value: Any) -> dict[str, Any]:
    entry = {
        "code": question.code,
        "section": part.section.title,
        "label": question.label,
        "kind": str(question.kind),
        "value": value,
        "shown": answers.shown(question, value),
    }
    if table := answers.grid(question, value):
        entry["table"] = table
    if question.settings.get("interest_alert"):
        entry["interest_alert"] = True
    return entry


def hash_of(content: list[dict[str, Any]]) -> str:
    """SHA-256 of the content in one fixed spelling, so that anybody can show later what was sent."""
    return sha256(spelled_out(content)).hexdigest()


def spelled_out(content: list[dict[str, Any]]) -> bytes:
    """The content in the spelling that is hashed: JSON in UTF-8, keys in order, no blanks; a file for checkers."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def receipt_number(reference: str, number: int, received_at: datetime, content_hash: str) -> str:
    """CSF-R3-0007-9K4F: the bid, and four letters that no other sending of it shares in practice."""
    seed = sha256(f"{reference}|{number}|{received_at.isoformat()}|{content_hash}".encode()).digest()
    return f"{reference}-{''.join(UNAMBIGUOUS[byte % len(UNAMBIGUOUS)] for byte in seed[:4])}"
