"""Publishing a change of a round's form with the bids in view, and noting that a group has read what changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import judged_count
from grants.core import audit
from grants.funds import services as funds
from grants.funds.models import Round
from workflows.actors import Actor
from workflows.application import GROUP
from workflows.errors import NotAllowed


def publish_form_change(
    session: Session, round_: Round, reason: str, *, seen_version: int | None, actor: Actor, now: datetime
) -> None:
    """Publish the working copy; every group with a bid is told, drafts see what changed, and sent bids stay as sent."""
    judged = judged_count(session, round_)
    funds.publish_change(session, round_, reason, seen_version=seen_version, judged_count=judged, actor=actor, now=now)


def note_form_seen(session: Session, application: Application, *, actor: Actor, now: datetime) -> None:
    """The group has read what changed in the form; pressed twice, it is noted once."""
    if not actor.roles_in(application.scope) & GROUP:
        raise NotAllowed()
    if application.form_version >= application.round.form_version:
        return
    application.form_version = application.round.form_version
    session.flush()
    audit.record(
        session,
        subject_type="application",
        subject_id=application.id,
        action="form-seen",
        actor=actor,
        at=now,
        office_id=application.office_id,
        detail={"form_version": application.form_version},
    )
