"""A later deadline for one group, and why."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from grants.funds.forms import ClockField, MomentForm, tidy
from grants.web.fields import DateField
from grants.web.forms import Form


class MoreTimeForm(MomentForm):
    """Until when this group may send its bid."""

    moments = ("until",)
    until_on = DateField("The last day")
    until_time = ClockField("Closes at", filters=[tidy], description="London time, like 17:00.")
    reason = TextAreaField(
        "Why?",
        [DataRequired("Write the reason"), Length(max=1000, message="Use at most 1,000 characters")],
        filters=[tidy],
        description="For the record: what kept the group from the common deadline.",
    )


class LateTimeForm(MoreTimeForm):
    """Until when this group may send its bid, though its deadline has passed."""


class SettleForm(Form):
    """Two buttons: the time is given, or it is not."""
