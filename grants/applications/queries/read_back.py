"""The read-back copy: what the office wrote down for a group, as a PDF to print, post or read out before it is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries.receipts import about, copy_of, exact_time
from grants.core.pdf import paragraphs, render_pdf

SAID = (
    "This is what we wrote down for your group. Please read it, or let it be read to you.\n"
    "Nothing has been sent yet. We send it only when you have said that it is right."
)


def read_back_copy(
    session: Session, application: Application, content: list[dict[str, Any]], *, made_at: datetime
) -> bytes:
    """The copy as PDF bytes; `content` is what `content_of` says of the draft."""
    named = about(session, application)
    data = {
        "title": f"Read-back copy of {application.reference}",
        "heading": "Your application, to be read back",
        "office": named["office"],
        "lead": paragraphs(SAID),
        "facts": [
            ["Application", named["reference"]],
            ["Group", named["group"]],
            ["Round", named["round"]],
            ["Copy made", exact_time(made_at)],
        ],
        "sections": copy_of(content),
        "ending": None,
    }
    return render_pdf("receipt", data, made_at=made_at)
