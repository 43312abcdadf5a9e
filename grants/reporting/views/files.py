"""The files that a bid was sent with, handed to the office's staff who may read the bid."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from grants.applications.queries import get_sent_file
from grants.documents.models import Document
from grants.reporting.queries import bids
from grants.reporting.views.blueprint import READERS, bp
from grants.web.access import allows
from grants.web.downloads import download
from grants.web.shedding import can_wait
from workflows.actors import Actor, Scope


class SentFile:
    """A file and the bid that it was sent with, whose scope counts."""

    def __init__(self, document: Document, scope: Scope) -> None:
        self.document, self.scope = document, scope


def load_file(session: Session, actor: Actor, application_id: int, document_id: int) -> SentFile:
    """A file of a bid that the actor may read; those of private answers are for officers and managers."""
    bid = bids.get_bid(session, actor, application_id)
    sees_private = bool(actor.roles_in(bid.scope) & bids.SEES_PRIVATE)
    return SentFile(get_sent_file(session, bid, document_id, sees_private=sees_private), bid.scope)


@bp.get("/office/applications/<int:application_id>/files/<int:document_id>")
@can_wait
@allows(*READERS, on=load_file)
def file(found: SentFile) -> Any:
    return download(found.document)
