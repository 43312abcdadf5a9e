"""What a manager types to begin a round: from what, its name, its fund, its pot and its dates."""

from __future__ import annotations

import re

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from grants.funds.forms.funds import PowerFields
from grants.funds.forms.rounds import LONG, ClockField, MomentForm, tidy, title_field
from grants.web.fields import DateField, MoneyField

NEW_FUND = "new"


class StartForm(MomentForm, PowerFields):
    """A new round; all else comes from what it starts from, and can be changed afterwards."""

    moments = ("opens_at", "closes_at")
    start = RadioField(
        "Start from", [DataRequired("Choose what the round starts from.")], validate_choice=False, default="short"
    )
    code = StringField(
        "Code of the round",
        [DataRequired("Enter a code"), Length(max=30, message="Use at most 30 characters")],
        filters=[tidy],
        description="Short and new, such as CSF-R4. Letters, digits, dots and hyphens.",
    )
    title = title_field()
    fund = SelectField("Fund", validate_choice=False)
    fund_code = StringField(
        "Code of the new fund", [Length(max=20, message="Use at most 20 characters")], filters=[tidy]
    )
    fund_title = StringField(
        "Title of the new fund", [Length(max=200, message="Use at most 200 characters")], filters=[tidy]
    )
    fund_purpose = TextAreaField("What is the new fund for?", [LONG], filters=[tidy])
    pot_pence = MoneyField("Pot of the round")
    has_money = BooleanField("The money of the pot has come to the office: set it aside for the fund")
    opens_at_on = DateField("Opens on")
    opens_at_time = ClockField("Opens at", default="09:00", filters=[tidy])
    closes_at_on = DateField("Closes on", is_required=False, description="Leave it empty for a rolling round.")
    closes_at_time = ClockField("Closes at", default="17:00", filters=[tidy], description="London time.")

    def validate_code(self, field: StringField) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", field.data or ""):
            raise ValidationError("Use letters, digits, dots and hyphens only.")

    def validate_fund_code(self, field: StringField) -> None:
        if self.fund.data.startswith(NEW_FUND) and not field.data:
            raise ValidationError("Enter a code for the new fund.")

    def validate_fund_title(self, field: StringField) -> None:
        if self.fund.data.startswith(NEW_FUND) and not field.data:
            raise ValidationError("Enter a title for the new fund.")

    def validate_other_power(self, field: StringField) -> None:
        if self.fund.data.startswith(NEW_FUND) and not self.legal_power():
            raise ValidationError("Say by which power the grants are made.")
