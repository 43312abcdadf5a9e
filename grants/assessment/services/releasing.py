"""Files of a bid whose group is hidden: an officer who has looked into one gives it to the markers as it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment.models import ReleasedFile
from grants.assessment.queries.held import released_files
from grants.assessment.services.gates import lock_row
from grants.core import audit
from grants.documents.models import Document
from workflows.actors import Actor
from workflows.errors import Invalid, TransitionRefused

LONGEST_REASON = 2_000


def release_file(
    session: Session, application: Application, document: Document, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Give the file to the markers as it is. Invalid without a reason; refused when they have it already."""
    if not reason.strip():
        raise Invalid(problems={"reason": "reason-needed"})
    lock_row(session, application)
    if document.id in released_files(session, application):
        raise TransitionRefused("file-not-held-back")
    session.add(
        ReleasedFile(
            application_id=application.id,
            document_id=document.id,
            person_id=actor.person_id,
            reason=reason.strip()[:LONGEST_REASON],
            released_at=now,
        )
    )
    audit.record(
        session,
        subject_type="application",
        subject_id=application.id,
        action="release-file",
        actor=actor,
        at=now,
        office_id=application.office_id,
        reason=reason.strip(),
        detail={"document_id": document.id},
    )
