"""Ruling on an interest, and recording one that was found: shape and type only."""

from __future__ import annotations

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from grants.web.forms import Form

LONGEST = 2000
WHY = [InputRequired("Write the reason."), Length(max=LONGEST, message=f"Use {LONGEST} characters or fewer.")]


class RulingForm(Form):
    """Whether somebody with an indirect interest takes part, and why."""

    ruling = RadioField(
        "Do they take part in this bid?",
        [InputRequired("Choose whether they take part.")],
        choices=[
            SelectChoice("takes_part", "Yes, they take part"),
            SelectChoice("leaves", "No, they leave and see nothing more of it"),
        ],
        validate_choice=False,
    )
    reason = TextAreaField("Why?", WHY, description="It stands in the minutes.")


class FoundForm(Form):
    """Somebody's direct interest that came to light."""

    person = SelectField("Who has the interest?", coerce=int, validate_choice=False)
    reason = TextAreaField("What is it, and how did it come to light?", WHY, description="It stands in the minutes.")
