"""Forms of representatives: what they may judge, what was done, and their signature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from grants.funds.models import Round
from grants.representatives.models import Reach
from grants.representatives.services import EVERYTHING, Part
from grants.web.fields import DateField
from grants.web.forms import Form
from grants.web.labels.representatives import KINDS

LONGEST = 2000
TOO_LONG = f"Use {LONGEST:,} characters or fewer."
NOTHING, SOME, ALL = "nothing", "some", "all"


def reason_field() -> TextAreaField:
    return TextAreaField("Reason", [DataRequired("Write the reason."), Length(max=LONGEST, message=TOO_LONG)])


class ReachForm(Form):
    """Which bids a representative may judge."""

    reach = RadioField(
        "Which bids may they judge?",
        [InputRequired("Choose which bids they may judge.")],
        choices=[
            SelectChoice(NOTHING, "Nothing for now"),
            SelectChoice(SOME, "Those of some rounds or areas"),
            SelectChoice(ALL, "Those of every round"),
        ],
    )
    rounds = SelectMultipleField("Rounds", coerce=int)
    areas = SelectMultipleField("Areas, in any round")
    reason = reason_field()

    def offer(self, rounds: Iterable[Round], areas: Iterable[str]) -> None:
        self.rounds.choices = [SelectChoice(each.id, each.title) for each in rounds]
        self.areas.choices = [SelectChoice(each, each) for each in areas]

    def validate_areas(self, field: SelectMultipleField) -> None:
        if self.reach.data == SOME and not field.data and not self.rounds.data:
            raise ValidationError("Choose at least one round or area, or one of the other answers above.")

    def parts(self) -> set[Part]:
        if self.reach.data == ALL:
            return {EVERYTHING}
        if self.reach.data == NOTHING:
            return set()
        return {(each, "") for each in self.rounds.data or []} | {(None, each) for each in self.areas.data or []}


def standing_reach(reaches: Iterable[Reach]) -> dict[str, Any]:
    """What holds now, as the form shows it."""
    rows = list(reaches)
    if any((row.round_id, row.area_name) == EVERYTHING for row in rows):
        return {"reach": ALL}
    return {
        "reach": SOME if rows else NOTHING,
        "rounds": [row.round_id for row in rows if row.round_id],
        "areas": [row.area_name for row in rows if row.area_name],
    }


class RecordForm(Form):
    """Something that was done, on paper or in a room."""

    kind = RadioField(
        "What was done?",
        [InputRequired("Choose what was done.")],
        choices=[SelectChoice(kind.value, label) for kind, label in KINDS.items()],
    )
    done_on = DateField("When?")
    until_on = DateField(
        "The last day on which it holds",
        is_required=False,
        description="Leave it empty for two years after training, one year after a signature.",
    )
    evidence = TextAreaField(
        "What shows it?",
        [DataRequired("Write what shows it, such as where and by whom."), Length(max=LONGEST, message=TOO_LONG)],
        description="For example who trained them, or where the signed paper is kept.",
    )


class SignForm(Form):
    """The representative's own signature, under the words that the page showed."""

    seen = HiddenField()
    agrees = BooleanField("I have read this and I will keep to it", [InputRequired("Tick this to sign.")])
    signed_name = StringField(
        "Your name, as your signature",
        [DataRequired("Type your name."), Length(max=200, message="Use a shorter name.")],
    )


class EndForm(Form):
    """Why a record is taken back."""

    reason = reason_field()
