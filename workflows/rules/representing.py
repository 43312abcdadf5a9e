"""What a community representative needs before a bid opens to them: training, and a word to keep what they read.

Published practice: source 004, paragraph 31 b (representatives take part from evaluating to awarding, after training
on the process); domain practice, section 9. How long each holds is our default.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from workflows.deadlines import add_months


class Preparation(StrEnum):
    """What is done before the first bid is read."""

    TRAINING = "training"
    CONFIDENTIALITY = "confidentiality"


# Months for which each holds, where whoever records it says no other last day (our default).
HOLDS_MONTHS: Final = {Preparation.TRAINING: 24, Preparation.CONFIDENTIALITY: 12}
# How far in the past a thing may have been done, so that a year mistyped is found (our default).
OLDEST_DAYS: Final = 3650


def last_day(kind: Preparation, done_on: date) -> date:
    """The last day on which it holds when it was done on this day."""
    return add_months(done_on, HOLDS_MONTHS[kind]) - timedelta(days=1)


def problems(done_on: date, until_on: date, *, today: date) -> dict[str, str]:
    """What is wrong with the days of a record, as {field: code}; empty when nothing is."""
    if done_on > today:
        return {"done_on": "done-in-future"}
    if (today - done_on).days > OLDEST_DAYS:
        return {"done_on": "done-too-long-ago"}
    if until_on < done_on:
        return {"until_on": "until-before-done"}
    return {"until_on": "until-is-over"} if until_on < today else {}
