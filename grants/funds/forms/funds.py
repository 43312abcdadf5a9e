"""What a manager types of a fund: its name, its legal power, and the money that is set aside for it."""

from __future__ import annotations

from typing import Any, Final

from wtforms import SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from grants.funds.forms.rounds import LONG, tidy, title_field
from grants.funds.forms.tables import choices
from grants.funds.services import SECTION_9
from grants.web.fields import DateField, MoneyField
from grants.web.forms import Form

SECTION_143: Final = "Anti-social Behaviour, Crime and Policing Act 2014, section 143"
OTHER: Final = "other"
POWERS: Final = (
    (SECTION_9, f"Crime and disorder reduction grants: {SECTION_9}"),
    (SECTION_143, f"Victims, witnesses and vulnerable people: {SECTION_143}"),
    (OTHER, "Another power"),
)
# Kinds of money by where it comes from.
SOURCES: Final = {
    "core": "The office's own budget (precept)",
    "poca": "Proceeds of crime (POCA)",
    "moj": "Ministry of Justice",
    "home_office": "Home Office",
    "other_government": "Another part of government",
    "reserve": "A reserve",
    "partner": "A partner's contribution",
    "police_property": "Police Property Act Fund",
}
NEW_MONEY: Final = "new"


class PowerFields:
    """The legal power of a fund: one of the usual two, or another in words."""

    power = SelectField("Legal power", choices=choices(POWERS), default=SECTION_9)
    other_power = StringField(
        "Which other power?",
        [Length(max=200, message="Use at most 200 characters")],
        filters=[tidy],
        description="Only if you chose another power.",
    )

    def legal_power(self) -> str:
        """The power as the fund keeps it; empty where another is meant and not named."""
        return str(self.other_power.data or "") if self.power.data == OTHER else str(self.power.data)


def power_data(legal_power: str) -> dict[str, Any]:
    known = legal_power in {SECTION_9, SECTION_143}
    return {"power": legal_power if known else OTHER, "other_power": "" if known else legal_power}


class FundForm(Form, PowerFields):
    """A fund in words. Its code is asked for once, with a new fund."""

    code = StringField(
        "Code", [Length(max=20, message="Use at most 20 characters")], filters=[tidy], description="Short, such as CSF."
    )
    title = title_field()
    purpose = TextAreaField("What is it for?", [LONG], filters=[tidy])
    office = SelectField("Office", validate_choice=False)


class MoneyForm(Form):
    """Money that came to the office, set aside for a fund."""

    source = SelectField("Which money is it?", validate_choice=False, default=NEW_MONEY)
    name = StringField(
        "What is this new money called?",
        [Length(max=200, message="Use at most 200 characters")],
        filters=[tidy],
        description="For example: Core budget 2024/25.",
    )
    kind = SelectField("Where does it come from?", choices=choices(SOURCES.items()), default="core")
    amount = MoneyField("How much of it is for the fund?")
    restriction = TextAreaField(
        "What may it be spent on?", [LONG], filters=[tidy], description="Leave it empty if there is no restriction."
    )
    spend_by_on = DateField("It must be spent by", is_required=False)

    def validate_name(self, field: StringField) -> None:
        if self.source.data == NEW_MONEY and not field.data:
            raise ValidationError("Write what the money is")
