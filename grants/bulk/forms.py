"""What an officer types for many bids at once, and the name of a view: shape and type only."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from grants.bulk.models import BulkKind
from grants.web.fields import DateField
from grants.web.forms import Form

LONGEST = 5000
TOO_LONG = f"Use {LONGEST} characters or fewer."
# Numbers of bids as a page carries them: no list of bids is longer than this.
LONGEST_LIST = 4000


class BulkForm(Form):
    """The bids chosen, as numbers with commas; kinds that ask for words add theirs."""

    bids = HiddenField(validators=[Length(max=LONGEST_LIST)])

    def words(self) -> dict[str, str]:
        """What was typed for all of them, as it is kept."""
        return {}


class AskManyForm(BulkForm):
    """One question to many groups, with one last day."""

    question = TextAreaField(
        "What do you need to know?",
        [InputRequired("Write the question."), Length(max=LONGEST, message=TOO_LONG)],
        description="Each group gets these words. Ask for a document or a fact; a group can't improve its bid here.",
    )
    due_on = DateField("The last day for an answer")

    def words(self) -> dict[str, str]:
        return {
            "question": self.question.data or "",
            "due_on": self.due_on.data.isoformat() if self.due_on.data else "",
        }


class ReasonManyForm(BulkForm):
    """One reason for many."""

    reason = TextAreaField("Reason", [InputRequired("Write the reason."), Length(max=LONGEST, message=TOO_LONG)])

    def words(self) -> dict[str, str]:
        return {"reason": self.reason.data or ""}


FORMS: dict[BulkKind, type[BulkForm]] = {
    BulkKind.PASS_CHECKS: BulkForm,
    BulkKind.ASK: AskManyForm,
    BulkKind.TAKE_BACK_QUESTION: ReasonManyForm,
    BulkKind.DISQUALIFY: BulkForm,
}


class PressForm(Form):
    """A press of a button, with the version that the person saw."""


class ViewForm(Form):
    """A view of the list under a name."""

    name = StringField("Name of the view", [InputRequired("Give the view a name."), Length(max=80)])
    is_shared = BooleanField("Show it to everybody in the office")
    asked = HiddenField(validators=[Length(max=1000)])
