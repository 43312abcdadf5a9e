"""Forms of a review: what went wrong in the group's words, and what the office finds."""

from __future__ import annotations

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from grants.web.fields import DateField
from grants.web.forms import Form
from grants.web.labels.checks import CAME_BY, GROUNDS

LONGEST = 5000
TOO_LONG = f"Use {LONGEST} characters or fewer."


def _ground() -> RadioField:
    return RadioField(
        "What went wrong?",
        [InputRequired("Choose what went wrong.")],
        choices=[SelectChoice(value, words) for value, words in GROUNDS.items()],
        validate_choice=False,
    )


class RequestForm(Form):
    """What went wrong in how it was decided, by its kind and in words."""

    ground = _ground()
    words = TextAreaField(
        "Tell us what happened",
        [DataRequired("Tell us what went wrong."), Length(max=LONGEST, message=TOO_LONG)],
        description="Say which rule, which page or which step you mean. You can't add to your application here.",
    )


class RecordForm(Form):
    """A request that came by letter, by telephone or in person, as the office writes it down."""

    asker = StringField(
        "Who asked for it?",
        [DataRequired("Write who of the group asked."), Length(max=200, message="Use 200 characters or fewer.")],
        description="Their name and what they are in the group.",
    )
    came_on = DateField("On which day did it come?")
    came_by = RadioField(
        "How did it come?",
        [InputRequired("Choose how it came.")],
        choices=[SelectChoice(value, words) for value, words in CAME_BY.items()],
        validate_choice=False,
    )
    ground = _ground()
    words = TextAreaField(
        "What they say went wrong, in their words",
        [DataRequired("Write what the group says went wrong."), Length(max=LONGEST, message=TOO_LONG)],
    )


class WordsForm(Form):
    """What the office finds or did; the group reads it, except where the page says otherwise."""

    reason = TextAreaField("Reason", [DataRequired("Write the reason."), Length(max=LONGEST, message=TOO_LONG)])


class PressForm(Form):
    """A press of a button, with the version that the person saw."""
