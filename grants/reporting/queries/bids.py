"""One bid as staff read it: what was sent, what happened to it, and where it led."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application, Submission
from grants.assessment.models import Recommendation
from grants.assessment.queries import get_bid, shown_answers
from grants.awards.models import Award
from grants.core.audit import AuditEntry
from grants.decisions.models import Decision, DecisionItem
from grants.endorsements.queries import given_after
from workflows.actors import Actor, Role

__all__ = ["MOST_HISTORY", "Outcome", "answers_for", "get_bid", "list_history", "outcome_of"]

# Who may read what markers and panels do not: contacts, bank matters.
SEES_PRIVATE = frozenset({Role.OFFICER, Role.MANAGER})
MOST_HISTORY = 200

Outcome = tuple[Recommendation | None, Decision | None, Award | None]


def answers_for(session: Session, application: Application, actor: Actor) -> list[tuple[str, Sequence[dict[str, Any]]]]:
    """What was sent, section by section; private answers for officers and managers only."""
    if not actor.roles_in(application.scope) & SEES_PRIVATE:
        return shown_answers(session, application)
    content = session.scalar(_SENT, {"application_id": application.id}) or []
    content = [*content, *given_after(session, application, content)]
    return [(section, list(items)) for section, items in groupby(content, key=lambda item: item.get("section", ""))]


def list_history(session: Session, application: Application) -> Sequence[Any]:
    """What happened to the bid, the latest first."""
    return session.execute(_HISTORY, {"application_id": application.id}).all()


# Put together once: the page of a bid is where officers spend their day. The history is rows of the table, as
# nobody changes an entry.
_SENT = (
    sa.select(Submission.content)
    .where(Submission.application_id == sa.bindparam("application_id"))
    .order_by(Submission.number.desc())
    .limit(1)
)
_HISTORY = (
    sa.select(AuditEntry.__table__)
    .where(AuditEntry.subject_type == "application", AuditEntry.subject_id == sa.bindparam("application_id"))
    .order_by(AuditEntry.id.desc())
    .limit(MOST_HISTORY)
)
_OUTCOME = (
    sa.select(Recommendation, Decision, Award)
    .select_from(Application)
    .outerjoin(Recommendation, Recommendation.application_id == Application.id)
    .outerjoin(
        Decision,
        Decision.id
        == sa.select(sa.func.max(DecisionItem.decision_id))
        .where(DecisionItem.application_id == Application.id)
        .correlate(Application)
        .scalar_subquery(),
    )
    .outerjoin(Award, Award.application_id == Application.id)
    .where(Application.id == sa.bindparam("application_id"))
)


def outcome_of(session: Session, application: Application) -> Outcome:
    """The panel's outcome, the latest notice that decides on the bid, and its award; one query."""
    found = session.execute(_OUTCOME, {"application_id": application.id}).one()
    return found.Recommendation, found.Decision, found.Award
