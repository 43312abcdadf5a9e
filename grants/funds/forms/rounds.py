"""What a manager types to set up, move or stop a round: shape and type only, and London clocks read as instants."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from grants.funds.file_tables import as_hundredths
from grants.funds.models import Round
from grants.web.fields import DateField, MoneyField
from grants.web.forms import Form
from workflows.deadlines import DeadlineError, from_london, to_london
from workflows.rules.finding import Wanted, folded

CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d\d))?\s*(am|pm)?", re.IGNORECASE)
LONG = Length(max=20_000, message="Use at most 20,000 characters")
NO_SUCH_TIME = "London clocks skip this time, because they go forward in that hour. Choose another."


def tidy(value: str | None) -> str:
    return (value or "").strip()


def read_clock(text: str) -> time | None:
    """17:00, 5pm or 5:30 pm; None for what is no time of day."""
    found = CLOCK.fullmatch(text.strip())
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if minute > 59 or (half and not 1 <= hour <= 12) or (not half and (hour > 23 or found[2] is None)):
        return None
    return time((hour % 12 + 12 * (half == "pm")) if half else hour, minute)


class ClockField(StringField):
    """A time of day on a London clock; empty when its date is empty."""

    def pre_validate(self, form: Any) -> None:
        if self.data and read_clock(self.data) is None:
            raise ValidationError("Write a time like 17:00 or 5pm.")


class PercentField(StringField):
    """A percentage; `hundredths` is its exact value."""

    hundredths: int | None = None

    def pre_validate(self, form: Any) -> None:
        try:
            self.hundredths = as_hundredths(Decimal(tidy(self.data).removesuffix("%").strip() or "x"))
        except InvalidOperation:
            self.hundredths = None
        if self.hundredths is None:
            raise ValidationError("Write a percentage from 0 to 100, like 65.")


class MomentForm(Form):
    """A form with moments: NAME_on is the date and NAME_time the London clock of each name in `moments`."""

    moments: tuple[str, ...] = ()

    def moment(self, name: str) -> datetime | None:
        """The instant typed; None when the date is empty."""
        day, clock = self[f"{name}_on"].data, read_clock(self[f"{name}_time"].data or "")
        return None if day is None or clock is None else from_london(datetime.combine(day, clock))

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        for name in self.moments:
            is_valid = self._has_moment(name) and is_valid
        return is_valid

    def _has_moment(self, name: str) -> bool:
        clock = self[f"{name}_time"]
        if self[f"{name}_on"].data is None or clock.errors:
            return True
        if not tidy(clock.data):
            clock.errors = ["Write the time too, like 17:00."]
            return False
        try:
            self.moment(name)
        except DeadlineError:
            clock.errors = [NO_SUCH_TIME]
            return False
        return True


def moment_data(name: str, instant: datetime | None) -> dict[str, date | str | None]:
    """The two fields of a moment, filled from an instant."""
    local = None if instant is None else to_london(instant)
    return {f"{name}_on": local.date() if local else None, f"{name}_time": f"{local:%H:%M}" if local else ""}


def title_field() -> StringField:
    rules = [DataRequired("Enter a title"), Length(max=200, message="Use at most 200 characters")]
    return StringField("Title", rules, filters=[tidy])


class RoundFileForm(Form):
    """A round from a file, chosen or pasted."""

    file = FileField("Choose the file", description="A text file in TOML, such as ROUND.toml.")
    text = TextAreaField("Or paste what is in it")
    create_missing = BooleanField("Make the fund and its money if the office does not have them")


class CopyForm(MomentForm):
    """A new round like an old one, with its own name and dates."""

    moments = ("opens_at", "closes_at")
    code = StringField(
        "Code",
        [DataRequired("Enter a code"), Length(max=30, message="Use at most 30 characters")],
        filters=[tidy],
        description="Short and new, such as CSF-R4. Letters, digits and hyphens.",
    )
    title = title_field()
    opens_at_on = DateField("Opens on")
    opens_at_time = ClockField("Opens at", default="09:00", filters=[tidy])
    closes_at_on = DateField("Closes on", is_required=False, description="Leave it empty for a rolling round.")
    closes_at_time = ClockField("Closes at", default="17:00", filters=[tidy])

    def validate_code(self, field: StringField) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", field.data or ""):
            raise ValidationError("Use letters, digits, dots and hyphens only.")


class EditForm(MomentForm):
    """The basics of a draft round."""

    moments = ("opens_at", "closes_at", "scoring_ends_at")
    title = title_field()
    theme = StringField("Theme", [Length(max=300, message="Use at most 300 characters")], filters=[tidy])
    purpose = TextAreaField("Purpose", [LONG], filters=[tidy], description="What the money is for, in plain words.")
    opens_at_on = DateField("Opens on", is_required=False)
    opens_at_time = ClockField("Opens at", filters=[tidy])
    is_rolling = BooleanField("The round is rolling: it has no closing time")
    closes_at_on = DateField("Closes on", is_required=False)
    closes_at_time = ClockField("Closes at", filters=[tidy], description="London time. A bid must arrive before it.")
    scoring_ends_at_on = DateField("Scoring ends on", is_required=False)
    scoring_ends_at_time = ClockField("Scoring ends at", filters=[tidy])
    panel_on = DateField("The panel meets on", is_required=False)
    decide_by_on = DateField("Decision by", is_required=False)
    announce_on = DateField("Groups are told by", is_required=False)
    pot_pence = MoneyField("Pot")
    is_money_confirmed = BooleanField("The finance officer has confirmed that the money is there")
    min_ask_pence = MoneyField("The least that a group may ask for", is_required=False)
    max_ask_pence = MoneyField("The most that a group may ask for", is_required=False)
    max_project_cost_pence = MoneyField("The most that the whole project may cost", is_required=False)
    line = PercentField("Line", filters=[tidy], description="The provisional percentage at which bids are funded.")
    markers_needed = IntegerField(
        "Markers for each bid", [InputRequired("Enter a number"), NumberRange(1, 20, "Enter a number from 1 to 20")]
    )
    guidance = TextAreaField("Guidance for groups", [LONG], filters=[tidy])
    privacy_notice = TextAreaField("Privacy notice", [LONG], filters=[tidy])

    def changes(self) -> dict[str, Any]:
        """The columns as the form has them."""
        same = (
            *("title", "theme", "purpose", "is_rolling", "panel_on", "decide_by_on", "announce_on", "pot_pence"),
            *("is_money_confirmed", "min_ask_pence", "max_ask_pence", "max_project_cost_pence"),
            *("markers_needed", "guidance", "privacy_notice"),
        )
        moments = {name: self.moment(name) for name in self.moments}
        if self.is_rolling.data:
            moments["closes_at"] = None
        return {name: self[name].data for name in same} | moments | {"line_hundredths": self.line.hundredths}


def edit_data(round_: Round) -> dict[str, Any]:
    """What the edit form shows of a round; amounts, days and words are read from the round itself."""
    data: dict[str, Any] = {"line": f"{Decimal(round_.line_hundredths) / 100:f}"}
    for name in EditForm.moments:
        data |= moment_data(name, getattr(round_, name))
    return data


class DeadlineForm(MomentForm):
    """A published deadline moved later."""

    moments = ("closes_at",)
    closes_at_on = DateField("New closing date")
    closes_at_time = ClockField("New closing time", filters=[tidy], description="London time, like 17:00.")
    reason = TextAreaField(
        "Why?",
        [DataRequired("Write the reason"), Length(max=1000, message="Use at most 1,000 characters")],
        filters=[tidy],
        description="Everyone who has started a bid reads it.",
    )


class CancelForm(Form):
    """A round stopped for good."""

    reason = TextAreaField(
        "Why is the round cancelled?",
        [DataRequired("Write the reason"), Length(max=1000, message="Use at most 1,000 characters")],
        filters=[tidy],
        description="Everyone with a bid in the round reads it.",
    )


class TakeBackForm(Form):
    """An approval taken back."""

    reason = TextAreaField(
        "Why is the approval taken back?",
        [DataRequired("Write the reason"), Length(max=1000, message="Use at most 1,000 characters")],
        filters=[tidy],
        description="It stays on the record of the round.",
    )


class PressForm(Form):
    """A button without more: the version that the person saw is all it carries."""


class FindForm(Form):
    """What somebody looks for on the public list; it stands in the address, so that it can be kept and passed on."""

    class Meta:
        csrf = False

    amount = MoneyField(
        "How much do you need?", is_required=False, description="We show rounds that can give this much."
    )
    area = SelectField("Where is the work?", validate_choice=False)
    theme = StringField(
        "What is it about?",
        [Length(max=100, message="Use at most 100 characters")],
        filters=[tidy],
        description="A word or two, like parks or young people.",
    )
    office = SelectField("Whose money?", validate_choice=False)

    @classmethod
    def of(cls, arguments: Any, found: Sequence[tuple[Round, Any]]) -> FindForm:
        """The form of this address, with the areas and offices of these rounds to choose from."""
        form = cls(formdata=arguments)
        areas = sorted({area.name for round_, _ in found for area in round_.areas}, key=folded)
        offices = sorted({(office.code, office.name) for _, office in found}, key=lambda pair: folded(pair[1]))
        form.area.choices = _choices("All areas", [(name, name) for name in areas], form.area.data)
        form.office.choices = _choices("All offices", offices, form.office.data)
        return form

    @property
    def is_asked(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.asked())

    def asked(self) -> dict[str, str]:
        """The same as the parts of an address, without what was left empty."""
        parts = {
            "amount": self.amount.typed.strip(),
            "area": self.area.data,
            "theme": self.theme.data,
            "office": self.office.data,
        }
        return {name: value for name, value in parts.items() if value}

    def wanted(self) -> Wanted:
        """What is looked for; an amount that can't be read narrows nothing."""
        return Wanted(self.office.data or "", self.area.data or "", self.theme.data or "", self.amount.data)


def _choices(everything: str, known: Sequence[tuple[str, str]], asked: str | None) -> list[SelectChoice]:
    # What an old address asks for stays on the page, although no round has it now.
    values = {value for value, _ in known}
    more = [(asked, asked[:100])] if asked and asked not in values else []
    return [SelectChoice(value, label) for value, label in [("", everything), *known, *more]]
