"""What an officer types to enter a bid for a group: which group, its consent, and that it was read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from grants.accounts.forms import GroupForm, name_field
from grants.accounts.models import Organisation
from grants.applications.models import AssistedBy, ReadBackBy
from grants.funds.forms import ClockField, MomentForm, tidy
from grants.web.fields import DateField
from grants.web.forms import Form
from grants.web.labels import ASSISTED

WAYS = {way: ASSISTED[way] for way in AssistedBy}
READ_BACK_WAYS = {
    ReadBackBy.PHONE: "By telephone",
    ReadBackBy.IN_PERSON: "In person",
    ReadBackBy.POST: "By post: they had the copy, and answered",
    ReadBackBy.EMAIL: "By e-mail: they had the copy, and answered",
}


class EnterForm(GroupForm, MomentForm):
    """The group that applies on paper or by telephone, whom to reach, and its consent."""

    moments = ("consent",)
    how = RadioField(
        "How does the bid come?",
        [InputRequired("Choose how it comes")],
        choices=[SelectChoice(str(value), words) for value, words in WAYS.items()],
    )
    contact_name = name_field("Who applies for the group", "Write who speaks for the group")
    contact_details = StringField(
        "Telephone number or address",
        [
            DataRequired("Write how to reach them: a telephone number or an address"),
            Length(max=500, message="Use at most 500 characters"),
        ],
        filters=[tidy],
        description="For the read-back, and for the receipt if they have no e-mail.",
    )
    contact_email = StringField(
        "E-mail address, if they have one",
        [
            Optional(),
            Length(max=254, message="Enter an e-mail address, like name@example.org"),
            Email("Enter an e-mail address, like name@example.org"),
        ],
        filters=[tidy],
        description="For a group that is new here: they then lead it, get its letters, and can go on with the bid "
        "themselves.",
    )
    consent_on = DateField("The day of their consent")
    consent_time = ClockField("At", filters=[tidy], description="London time, like 17:00.")
    has_consent = BooleanField(
        "They heard or read the words above, and agreed", [InputRequired("Tick this when they have agreed")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name.label.text = "Name of the group"
        self.kind.label.text = "What kind of organisation is it?"
        self.postcode.label.text = "Postcode, if it has an address"
        self.postcode.description = "It helps to see whether the group is here already."

    def ask_whether_same(self, found: Sequence[Organisation]) -> int | bool | None:
        chosen = super().ask_whether_same(found)
        self.same.choices[-1].label = "No, it is another group"
        return chosen


class ReadBackForm(Form):
    """Whoever heard or read the copy agreed to it."""

    to = name_field("Who heard or read it", "Write who heard or read it")
    how = RadioField(
        "How was it read back?",
        [InputRequired("Choose how it was read back")],
        choices=[SelectChoice(str(value), words) for value, words in READ_BACK_WAYS.items()],
    )
    is_agreed = BooleanField("They agreed to every answer as it stands", [InputRequired("Tick this when they agreed")])
    seen_hash = HiddenField()
