"""The page of a bid that was sent or has ended: what happens next and when, what was sent, asked and decided."""

from __future__ import annotations

from datetime import date
from typing import Any

from grants.accounts.models import Office
from grants.applications import queries
from grants.applications.models import Application
from grants.applications.queries import Story
from grants.clock import utc_now
from grants.extensions import db
from grants.web.filters import day
from grants.web.stage_words import Line, line_of
from workflows.application import ApplicationState
from workflows.deadlines import london_date
from workflows.rules.after import WITH_OUTCOME

S = ApplicationState
QUESTION_ENDS = {
    "waits": "Please answer by the end of {}.",
    "answered": "You answered.",
    "taken-back": "We took this question back.",
    "unanswered": "We had no answer by the end of {}, and went on without it.",
}


def lines_of(application: Application, story: Story) -> list[Line]:
    """The steps of the bid in words."""
    return [line_of(step) for step in queries.steps_of(application, story, now=utc_now())]


def after_sending(application: Application) -> dict[str, Any]:
    """What the page of a sent bid says beside the bid itself."""
    story = queries.story_of(db.session, application)
    return {
        "story": story,
        "steps": lines_of(application, story),
        "asked": [(each, QUESTION_ENDS[each.end].format(day(each.due_on))) for each in story.questions],
        "band": _band_words(story.band),
        "submissions": queries.list_submissions(db.session, application),
        "review_by": _review_by(story),
        "has_outcome": application.state in WITH_OUTCOME | {S.DISQUALIFIED},
        "office": db.session.get_one(Office, application.office_id),
    }


def _review_by(story: Story) -> date | None:
    """The last day on which the group may ask us to look again, while that is still to come."""
    if story.review_by is None or story.review_state or story.review_by < london_date(utc_now()):
        return None
    return story.review_by


def _band_words(band: str) -> str:
    if not band:
        return ""
    if band.startswith(">="):
        return f"{band[2:]}% or more"
    if band.startswith("<"):
        return f"Less than {band[1:]}%"
    low, high = band.split("-")
    return f"From {low}% to less than {high}%"
