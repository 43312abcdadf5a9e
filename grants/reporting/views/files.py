"""What a bid was sent with, handed to the office's staff who may read the bid: its files, its receipt, its data."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from grants.applications.models import Application, Submission
from grants.applications.queries import (
    file_name,
    find_submission,
    get_sent_file,
    open_codes,
    receipt,
    spelled_out,
)
from grants.documents.models import Document
from grants.extensions import db
from grants.reporting.queries import bids
from grants.reporting.views.blueprint import READERS, bp
from grants.web.access import allows
from grants.web.downloads import download
from grants.web.handouts import hand_out
from grants.web.shedding import can_wait
from workflows.actors import Actor, Role, Scope
from workflows.errors import NotFound


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


class Receipt:
    """What was sent last for a bid, and the codes of the answers that the reader may read (None: all)."""

    def __init__(self, application: Application, submission: Submission, codes: set[str] | None) -> None:
        self.application, self.submission, self.codes = application, submission, codes

    @property
    def scope(self) -> Scope:
        return self.application.scope


def load_receipt(session: Session, actor: Actor, application_id: int) -> Receipt:
    """What was sent last for a bid that the actor may read; NotFound for a bid from paper."""
    bid = bids.get_bid(session, actor, application_id)
    submission = find_submission(session, bid)
    if submission is None:
        raise NotFound(subject="submission")
    sees_private = bool(actor.roles_in(bid.scope) & bids.SEES_PRIVATE)
    return Receipt(bid, submission, None if sees_private else open_codes(session, bid))


@bp.get("/office/applications/<int:application_id>/receipt.pdf")
@can_wait
@allows(*READERS, on=load_receipt)
def receipt_file(found: Receipt) -> Any:
    """The receipt of what was sent last, with the answers that the page of the bid shows this reader."""
    made = receipt(db.session, found.application, found.submission, codes=found.codes)
    return hand_out(made.make(), made.media_type, made.name)


@bp.get("/office/applications/<int:application_id>/answers.json")
@can_wait
@allows(Role.OFFICER, Role.MANAGER, on=load_receipt)
def sent_answers(found: Receipt) -> Any:
    """The very bytes that the fingerprint on the receipt is of; private answers are among them."""
    name = file_name("answers", found.submission, "json")
    return hand_out(spelled_out(found.submission.content), "application/json", name)
