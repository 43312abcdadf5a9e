"""The files that a bid was sent with, handed to its markers and its panel: never those of private answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import get_sent_file
from grants.assessment import queries
from grants.assessment.queries.facts import member_of
from grants.assessment.views.blueprint import bp
from grants.assessment.views.panels import SITTERS
from grants.documents.models import Document
from grants.documents.queries import require_open
from grants.documents.storage import FileMissing
from grants.extensions import db
from grants.web.access import allows, current_actor
from grants.web.downloads import download
from grants.web.handouts import hand_out
from workflows.actors import Actor, Role, Scope
from workflows.errors import NotFound, TransitionRefused


class SentFile:
    """A file and the bid that it was sent with; the scope of what leads to it counts."""

    def __init__(self, document: Document, scope: Scope, application: Application) -> None:
        self.document, self.scope, self.application = document, scope, application


def _sent(session: Session, application: Application, document_id: int, scope: Scope) -> SentFile:
    return SentFile(get_sent_file(session, application, document_id), scope, application)


def _hand_to_judge(found: SentFile) -> Any:
    """The file; where the group is hidden, under another name and cleaned of who made it, or held back."""
    document, application = found.document, found.application
    if not queries.hides(application):
        return download(document)
    require_open(document, current_actor())
    name = queries.name_for_markers(db.session, application, document.id)
    if document.id in queries.released_files(db.session, application):
        return download(document, name)
    try:
        content = queries.cleaned(db.session, document)
    except FileMissing as error:
        raise NotFound(subject="document") from error
    if content is None:
        raise TransitionRefused("file-held-back")
    return hand_out(content, document.media_type, name, size=len(content))


def load_marked(session: Session, actor: Actor, assignment_id: int, document_id: int) -> SentFile:
    """A file of a bid that the actor marks, once they have said which interests they have in it."""
    assignment = queries.get_assignment(session, actor, assignment_id)
    if queries.must_declare(session, assignment):
        raise NotFound(subject="document")
    return _sent(session, assignment.application, document_id, assignment.scope)


def load_considered(session: Session, actor: Actor, panel_id: int, application_id: int, document_id: int) -> SentFile:
    """A file of a bid before the actor's panel; a member has declared interests first."""
    found = queries.get_panel_bid(session, actor, panel_id, application_id)
    is_member = member_of(found.panel, actor.person_id) is not None
    if is_member and queries.undeclared_by(session, actor.person_id or 0, [application_id]):
        raise NotFound(subject="document")
    return _sent(session, found.application, document_id, found.scope)


@bp.get("/office/marking/<int:assignment_id>/files/<int:document_id>")
@allows(Role.MARKER, on=load_marked)
def marked_file(found: SentFile) -> Any:
    return _hand_to_judge(found)


@bp.get("/office/panels/<int:panel_id>/bids/<int:application_id>/files/<int:document_id>")
@allows(*SITTERS, on=load_considered)
def considered_file(found: SentFile) -> Any:
    return _hand_to_judge(found)
