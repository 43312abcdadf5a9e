"""Forms of a review: what went wrong in the group's words, and what the office finds."""

from __future__ import annotations

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from grants.web.forms import Form
from grants.web.labels.checks import GROUNDS

LONGEST = 5000
TOO_LONG = f"Use {LONGEST} characters or fewer."


class RequestForm(Form):
    """What went wrong in how it was decided, by its kind and in words."""

    ground = RadioField(
        "What went wrong?",
        [InputRequired("Choose what went wrong.")],
        choices=[SelectChoice(value, words) for value, words in GROUNDS.items()],
        validate_choice=False,
    )
    words = TextAreaField(
        "Tell us what happened",
        [DataRequired("Tell us what went wrong."), Length(max=LONGEST, message=TOO_LONG)],
        description="Say which rule, which page or which step you mean. You can't add to your application here.",
    )


class WordsForm(Form):
    """What the office finds or did; the group reads it, except where the page says otherwise."""

    reason = TextAreaField("Reason", [DataRequired("Write the reason."), Length(max=LONGEST, message=TOO_LONG)])


class PressForm(Form):
    """A press of a button, with the version that the person saw."""
