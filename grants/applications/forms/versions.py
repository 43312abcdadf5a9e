"""The reason with which a change of a published form goes out."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from grants.funds.forms import tidy
from grants.web.forms import Form


class PublishChangeForm(Form):
    """A change made public."""

    reason = TextAreaField(
        "Why does the form change?",
        [DataRequired("Write the reason"), Length(max=1000, message="Use at most 1,000 characters")],
        filters=[tidy],
        description="Every group with an application in the round reads it.",
    )
