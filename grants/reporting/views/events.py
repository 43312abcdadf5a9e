"""A support event for its officers: who signed up, who came, who applied since, and what can be done."""

from __future__ import annotations

from typing import Any

from flask import render_template

from grants.clock import utc_now
from grants.events.queries import facts_for, get_event
from grants.extensions import db
from grants.funds.models import SupportEvent
from grants.reporting.queries.events import visitors
from grants.reporting.views.blueprint import bp
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.actions import Place, offered
from grants.web.shedding import can_wait
from workflows.actors import Role
from workflows.event import EventState

# The pages behind the buttons ask for what the guards want.
ASKED_LATER = "asked-later"


@bp.get("/office/events/<int:event_id>")
@can_wait
@allows(Role.OFFICER, Role.MANAGER, on=get_event)
def event(event: SupportEvent) -> Any:
    now = utc_now()
    people = visitors(db.session, event, current_actor())
    coming = [each for each in people if each.sign_up.cancelled_at is None]
    facts = facts_for(db.session, event, now=now, reason=ASKED_LATER, recording_link=ASKED_LATER)
    return render_template(
        "reporting/event.html",
        event=event,
        people=people,
        coming_count=len([each for each in coming if not each.sign_up.is_waiting]),
        waiting_count=len([each for each in coming if each.sign_up.is_waiting]),
        came_count=len([each for each in coming if each.sign_up.attended]),
        applied_count=len([each for each in coming if each.bids]),
        can_mark=now >= event.starts_at and event.state is not EventState.CANCELLED and bool(coming),
        options=offered(event, facts, current_actor(), _places(event)),
        labels=labels,
    )


def _places(event: SupportEvent) -> dict[str, Place]:
    where = {"event_id": event.id}
    return {
        "change": Place("events.change", where, is_link=True, kind=""),
        "hold": Place("events.hold", where),
        "publish-recording": Place("events.recording", where, is_link=True, kind=""),
        "change-recording": Place("events.recording", where, is_link=True),
        "cancel": Place("events.cancel", where, is_link=True, kind="warning"),
    }
