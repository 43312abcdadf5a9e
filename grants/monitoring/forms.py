"""Forms of monitoring returns: what the grantee fills in, the signature, and the officer's answers."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from grants.web.fields import MoneyField
from grants.web.forms import Form

RAG = [
    SelectChoice("green", "Going to plan"),
    SelectChoice("amber", "Some things are behind"),
    SelectChoice("red", "In trouble: we need to talk"),
]
WHOLE = "Write a whole number, like 12."
COUNT = [Optional(), NumberRange(min=0, max=1_000_000, message="Write a number from 0 to 1,000,000.")]


class CountField(IntegerField):
    """A whole number; the error says what to write."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a number with or without thousands commas."""
        typed = valuelist[0].replace(",", "").strip() if valuelist else ""
        self.data = None
        if typed and not (typed.isascii() and typed.removeprefix("-").isdecimal() and len(typed) <= 12):
            raise ValueError(WHOLE)
        self.data = int(typed) if typed else None


class ReturnForm(Form):
    """One quarter's return; everything may be left empty until it is sent."""

    own_rag = RadioField("How is the project going?", choices=RAG, validators=[Optional()])
    own_rag_note = TextAreaField(
        "If it is behind or in trouble, why, and what will you do?", validators=[Length(max=20_000)]
    )
    narrative = TextAreaField(
        "What did you do in these months?",
        description="No names of the people you helped, please.",
        validators=[Length(max=20_000)],
    )
    people_new_count = CountField(
        "People you helped for the first time",
        description="Count each person once in the whole project.",
        validators=COUNT,
    )
    people_continuing_count = CountField("People who had come before and came again", validators=COUNT)
    sessions_count = CountField("Sessions you ran", validators=COUNT)
    attendances_count = CountField(
        "Attendances", description="45 people a week for 10 weeks are 450 attendances.", validators=COUNT
    )
    spend_pence = MoneyField("Spent of the grant in these months", is_required=False)
    spend_note = TextAreaField(
        "What it was spent on, and anything that differs from the plan", validators=[Length(max=20_000)]
    )
    lessons = TextAreaField("What went well, what did not, what you learned", validators=[Length(max=20_000)])


class CertifyForm(Form):
    """The signatory's certificate."""

    is_certified = BooleanField(
        "I have read this return. It is true, and I may sign for the group.",
        validators=[DataRequired("Tick the box to say that the return is true.")],
    )
    certified_name = StringField(
        "Your full name", validators=[DataRequired("Type your full name to sign."), Length(max=200)]
    )


class QuestionForm(Form):
    """A question back to the grantee."""

    question = TextAreaField("Your question", validators=[DataRequired("Write the question."), Length(max=4000)])


class AnswerForm(Form):
    """The grantee's answer."""

    answer = TextAreaField("Your answer", validators=[DataRequired("Write your answer."), Length(max=8000)])


class AcceptReturnForm(Form):
    """The officer's own view, and words for the grantee."""

    rag = RadioField(
        "Your view of the project",
        choices=[SelectChoice("green", "Green"), SelectChoice("amber", "Amber"), SelectChoice("red", "Red")],
        validators=[DataRequired("Choose green, amber or red.")],
    )
    feedback = TextAreaField("Words for the group", validators=[Length(max=4000)])


class ReasonForm(Form):
    """A reason, for reopening or waiving."""

    reason = TextAreaField("Reason", validators=[DataRequired("Write the reason."), Length(max=4000)])
