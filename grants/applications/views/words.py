"""How the group's pages say where a bid stands: before the announcement every outcome looks the same."""

from __future__ import annotations

from datetime import datetime, timedelta

from grants.applications.models import Application
from grants.applications.queries import QuizResult, is_embargoed
from grants.web import labels
from grants.web.answer_labels import rule_reason
from workflows.application import ApplicationState
from workflows.rules.after import TOLD
from workflows.rules.eligibility import Outcome

S = ApplicationState
PART_STATUS = {
    "not-started": ("Not started", "blue"),
    "in-progress": ("In progress", "yellow"),
    "has-problem": ("Has a problem", "red"),
    "done": ("Done", ""),
}


def state_for_group(application: Application) -> tuple[str, str]:
    """The words and the colour of a bid's state for its group; the colour gives nothing away either."""
    state, round_ = application.state, application.round
    if is_embargoed(application):
        return labels.state_label("application", S.ELIGIBLE, labels.GROUP), "blue"
    if round_.state in TOLD and state in labels.ANNOUNCED_TO_GROUP:
        words, colour = labels.ANNOUNCED_TO_GROUP[state]
        return words, colour
    return labels.state_label("application", state, labels.GROUP), labels.state_colour("application", state)


def time_left(deadline: datetime | None, now: datetime) -> str:
    """How long is left, in the two largest units that matter: 3 days and 4 hours."""
    if deadline is None or deadline <= now:
        return ""
    left = deadline - now
    days, hours, minutes = left.days, left.seconds // 3600, left.seconds // 60 % 60
    if left < timedelta(minutes=1):
        return "less than a minute"
    if days:
        return _joined(_count(days, "day"), _count(hours, "hour") if days < 7 else "")
    return _joined(_count(hours, "hour"), _count(minutes, "minute"))


def _count(number: int, noun: str) -> str:
    return "" if not number else f"{number} {noun}{'' if number == 1 else 's'}"


def _joined(*parts: str) -> str:
    return " and ".join(part for part in parts if part)


def findings_words(result: QuizResult, outcome: Outcome) -> list[str]:
    """Each rule that came out like this, with what it means."""
    found = [finding for finding in result.findings if finding.outcome is outcome]
    return [f"{finding.title.rstrip('.')}. {rule_reason(finding.reason_code, finding.evidence)}" for finding in found]
