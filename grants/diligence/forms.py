"""Forms of due diligence: what was found for an item, how the check ends, and a word on a signal."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from grants.web.fields import MoneyField
from grants.web.forms import Form
from grants.web.labels.diligence import FOUND, PASSING, RATINGS, SETTLED

LONGEST = 5000
TOO_LONG = f"Use {LONGEST} characters or fewer."


def _choices(words: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class ItemForm(Form):
    """What one person found for one item, and what they saw."""

    code = HiddenField()
    seen_item = IntegerField(widget=HiddenInput(), default=0)
    # The service holds it against the files of the bid.
    document = IntegerField("A file of the bid in which you saw it", [Optional()])
    outcome = RadioField("What did you find?", [InputRequired("Choose what you found.")], choices=_choices(FOUND))
    evidence = TextAreaField(
        "What did you see, and where?",
        [DataRequired("Write what you saw, or why it is not relevant."), Length(max=LONGEST, message=TOO_LONG)],
        description="Never write a bank account number or a sort code.",
    )


class FinishForm(Form):
    """How the check ends."""

    result = RadioField("Result", [InputRequired("Choose the result.")], choices=_choices(PASSING))
    conditions = TextAreaField(
        "Conditions",
        [Length(max=LONGEST, message=TOO_LONG)],
        description="Only for a pass with conditions. They stand in the offer, and are published with the grant.",
    )
    rating = RadioField("Risk", [InputRequired("Choose the risk.")], choices=_choices(RATINGS))
    reason = TextAreaField(
        "Why",
        [Length(max=LONGEST, message=TOO_LONG)],
        description="Needed where there is a concern, a red risk, or a grant of more than half a year's income.",
    )


class RulesForm(Form):
    """What a fund asks of due diligence."""

    is_needed = BooleanField("Until a check is done, a bid is recommended only with a condition or a reason")
    low = MoneyField("The low tier goes up to")
    standard = MoneyField("The standard tier goes up to")
    months = IntegerField("A check holds for so many months", [InputRequired("Write a number from 1 to 36.")])


class ReasonForm(Form):
    """Why something is done to a check."""

    reason = TextAreaField("Reason", [DataRequired("Write the reason."), Length(max=LONGEST, message=TOO_LONG)])


class SettleForm(Form):
    """An officer's word on a signal."""

    settled = RadioField("What do you make of it?", [InputRequired("Choose one.")], choices=_choices(SETTLED))
    note = TextAreaField("Note", [DataRequired("Write a note."), Length(max=LONGEST, message=TOO_LONG)])


class PressForm(Form):
    """A press of a button, with the version that the person saw."""
