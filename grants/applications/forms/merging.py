"""What officers type about two records of one group: which stays, and why."""

from __future__ import annotations

from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from grants.web.forms import Form


class ReasonForm(Form):
    """A change that needs its reason."""

    reason = TextAreaField(
        "Why?", [DataRequired("Write the reason"), Length(max=1000, message="Use at most 1,000 characters")]
    )


class MergeForm(ReasonForm):
    """Which of two records stays; the view sets the choices."""

    keep = RadioField("Which record do you keep?", [InputRequired("Choose which record stays")], choices=[])
