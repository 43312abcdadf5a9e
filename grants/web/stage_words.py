"""What a group reads of each step of its bid: what it is, when it was or is expected, and nothing promised twice."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from grants.web.filters import day, london
from workflows.rules.after import Progress, Stage, Step


class Line(NamedTuple):
    """One step as a page draws it."""

    title: str
    status: str
    colour: str
    when: str
    is_now: bool


# For each step what is said when it is done, and when it is still to be done.
TITLES: dict[Stage, tuple[str, str]] = {
    Stage.SEND: ("You sent your application", "You send your application"),
    Stage.CLOSE: ("The round closed", "The round closes"),
    Stage.CHECK: ("We checked that it can be funded", "We check that it can be funded"),
    Stage.ANSWER: ("You answered our question", "You answer our question"),
    Stage.SCORE: ("It was read and scored", "It is read and scored"),
    Stage.PANEL: ("A panel talked about all applications", "A panel talks about all applications"),
    Stage.OUTCOME: ("We told you what was decided", "We tell you what was decided"),
    Stage.OFFER: ("You accepted the offer", "You accept the offer, or turn it down"),
    Stage.START: ("The grant started", "The grant starts"),
    Stage.RESERVE: ("You are on the reserve list", "You are on the reserve list"),
    Stage.RESERVE_OVER: ("The reserve list ended", "The reserve list ended"),
    Stage.NOT_SENT: ("It was not sent in time", "It was not sent in time"),
    Stage.TAKEN_OUT: ("You withdrew it", "You withdrew it"),
    Stage.NOT_ELIGIBLE: ("It does not meet the rules of this round", "It does not meet the rules of this round"),
    Stage.OFFER_OVER: ("The offer ended", "The offer ended"),
    Stage.CANCELLED: ("The round was cancelled", "The round was cancelled"),
}
STATUS = {
    Progress.DONE: ("Done", ""),
    Progress.NOW: ("Now", "blue"),
    Progress.LATER: ("Still to come", "grey"),
    Progress.ENDED: ("Ended", "grey"),
}
# What is said where no day is known.
UNKNOWN = {
    Stage.OUTCOME: "We e-mail you on the day.",
    Stage.START: "When the office has what it needs. We e-mail you.",
    Stage.RESERVE: "If money becomes free, we may come back to you. We e-mail you then.",
    Stage.NOT_SENT: "It can't be considered.",
    Stage.TAKEN_OUT: "It is not considered any more.",
    Stage.NOT_ELIGIBLE: "It can't go further.",
    Stage.CANCELLED: "No application in it is considered any more. We e-mailed you the reason.",
}
# How a day that is to come is named; it is "Expected by" otherwise, for it is the office's plan.
COMING = {
    Stage.SEND: "Until {}. What comes later does not count.",
    Stage.CLOSE: "On {}.",
    Stage.ANSWER: "By the end of {}.",
    Stage.OFFER: "By the end of {}. After that the offer ends.",
    Stage.START: "From {}.",
    Stage.RESERVE: "If money becomes free by the end of {}, we may come back to you. We e-mail you then.",
}


def line_of(step: Step) -> Line:
    """The step in words."""
    done, to_do = TITLES[step.stage]
    is_past = step.progress in (Progress.DONE, Progress.ENDED)
    is_awaited = step.stage is Stage.CLOSE and step.progress is Progress.NOW
    words, colour = ("Next", "blue") if is_awaited else STATUS[step.progress]
    return Line(done if is_past else to_do, words, colour, _when(step), step.progress is Progress.NOW)


def _when(step: Step) -> str:
    if step.day is None:
        return "" if step.progress is Progress.DONE else UNKNOWN.get(step.stage, "")
    said = _said(step.day)
    if step.progress in (Progress.DONE, Progress.ENDED):
        return f"{said}."
    if step.is_late:
        return f"This was expected by {said}. It is later than we said. We e-mail you when there is news."
    return COMING.get(step.stage, "Expected by {}. We e-mail you.").format(said)


def _said(value: date | datetime) -> str:
    return london(value) if isinstance(value, datetime) else day(value)
