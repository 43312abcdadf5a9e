"""Forms of the eligibility check: one rule judged with a note, a proposal to disqualify, a reason."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from grants.web.fields import DateField
from grants.web.forms import Form

LONGEST = 5000
TOO_LONG = f"Use {LONGEST} characters or fewer."


class SettleForm(Form):
    """A person's judgement of one rule. `seen_outcome` is what stood when the page was drawn."""

    rule_code = StringField(widget=HiddenInput())
    seen_outcome = HiddenField()
    outcome = RadioField(
        "What do you find?",
        [InputRequired("Choose what you find.")],
        choices=[
            SelectChoice("pass", "It passes"),
            SelectChoice("fail", "It fails"),
            SelectChoice("refer", "I can't tell yet"),
        ],
        validate_choice=False,
    )
    note = TextAreaField(
        "What did you look at, and what did you see?",
        [InputRequired("Write what you looked at and what you saw."), Length(max=LONGEST, message=TOO_LONG)],
    )


class ProposeForm(Form):
    """A proposal to disqualify: at least one rule that failed, and the reason in words for the group."""

    rule_codes = SelectMultipleField("Which failed rules is this for?", validate_choice=False)
    reason = TextAreaField(
        "Why does this mean that the bid can't go on?",
        [InputRequired("Write the reason."), Length(max=LONGEST, message=TOO_LONG)],
    )


class ReasonForm(Form):
    """A reason for setting a proposal aside or taking a disqualification back."""

    reason = TextAreaField("Reason", [InputRequired("Write the reason."), Length(max=LONGEST, message=TOO_LONG)])


class AskForm(Form):
    """A question to the group, and the last day for its answer."""

    question = TextAreaField(
        "What do you need to know?",
        [InputRequired("Write the question."), Length(max=LONGEST, message=TOO_LONG)],
        description="Ask for a document or a fact that is missing or unclear. The group can't improve its bid here.",
    )
    wanted = SelectMultipleField("Which documents may come with the answer?", validate_choice=False)
    due_on = DateField("The last day for an answer")


class AnswerForm(Form):
    """The group's answer to a question about its bid."""

    answer = TextAreaField(
        "Your answer", [InputRequired("Write your answer to the question."), Length(max=LONGEST, message=TOO_LONG)]
    )


class ConfirmForm(Form):
    """A press of a button, with the version that the person saw."""


class TakeForm(Form):
    """Which bids of the queue to go through: of one round or kind, and not the one that was just looked at."""

    round = HiddenField()
    kind = HiddenField()
    but = HiddenField()
