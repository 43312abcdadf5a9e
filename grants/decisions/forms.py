"""Forms of the decision maker: the interests statement, a reason for each grant, and a reason to return."""

from __future__ import annotations

from wtforms import FieldList, FormField, HiddenField, RadioField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from grants.web.forms import Form


class GrantReason(PlainForm):
    """Why one grant will help to reduce crime and disorder."""

    application_id = HiddenField()
    reason = TextAreaField(
        "Why this grant will help to reduce crime and disorder",
        validators=[
            DataRequired("Write why this grant will help to reduce crime and disorder."),
            Length(max=4000, message="Use 4,000 characters or fewer."),
        ],
    )


class ApproveForm(Form):
    """The decision itself: interests first, then a reason for each grant."""

    has_interest = RadioField(
        "Do you have an interest in any of these bids?",
        choices=[
            SelectChoice("none", "No, I have no interest in any of them"),
            SelectChoice("noted", "I have noted an interest below that does not stop me deciding"),
        ],
        validators=[DataRequired("Say whether you have an interest in any of these bids.")],
    )
    interests_note = TextAreaField("What the interest is", description="Leave empty if you have none.")
    grants = FieldList(FormField(GrantReason))

    def validate(self, extra_validators: object = None) -> bool:
        """An interest that is noted must be said."""
        fine = super().validate(extra_validators)
        if self.has_interest.data == "noted" and not (self.interests_note.data or "").strip():
            self.interests_note.errors = [*self.interests_note.errors, "Write what the interest is."]
            return False
        return bool(fine)

    @property
    def statement(self) -> str:
        """The interests statement for the notice."""
        if self.has_interest.data == "none":
            return "The decision maker has no interest in any of the bids."
        return str(self.interests_note.data or "").strip()


class ReasonForm(Form):
    """A reason, for returning or rejecting."""

    reason = TextAreaField("Reason", validators=[DataRequired("Write the reason.")])


class DeclarationForm(Form):
    """One officer's declaration."""

    key = HiddenField()
    status = RadioField(
        "Declaration",
        choices=[SelectChoice("signed", "Signed"), SelectChoice("not-applicable", "Not applicable")],
        validators=[DataRequired("Choose signed or not applicable.")],
    )
    name = StringField("Role of the person who signed", validators=[Length(max=120)])
