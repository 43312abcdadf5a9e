"""What is sent: the questions and answers as they stand, in the order of the form, with one hash over all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from grants.applications.queries.reading import Paper
from workflows.rules import answers

# No 0 and O, 1 and I and L, 5 and S, 8 and B, 2 and Z: a receipt is read out on the telephone.
UNAMBIGUOUS = "34679ACDEFGHJKMNPQRTUVWXY"


def content_of(paper: Paper, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every question that is asked with its answer, as a submission keeps it.

    What is only ever counted (`settings["counted_only"]`, such as equality monitoring) is no part of a bid.
    """
    counted = answers.in_force(paper.questions, given)
    return [
        {
            "code": question.code,
            "section": part.section.title,
            "label": question.label,
            "kind": str(question.kind),
            "value": counted.get(question.code),
            "shown": answers.shown(question, counted.get(question.code)),
        }
        for part in paper.parts
        for question in part.questions
        if answers.applies(question, counted) and not question.settings.get("counted_only")
    ]


def hash_of(content: list[dict[str, Any]]) -> str:
    """SHA-256 of the content in one fixed spelling, so that anybody can show later what was sent."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def receipt_number(reference: str, number: int, received_at: datetime, content_hash: str) -> str:
    """CSF-R3-0007-9K4F: the bid, and four letters that no other sending of it shares in practice."""
    seed = sha256(f"{reference}|{number}|{received_at.isoformat()}|{content_hash}".encode()).digest()
    return f"{reference}-{''.join(UNAMBIGUOUS[byte % len(UNAMBIGUOUS)] for byte in seed[:4])}"
