"""Forms of marking and panels: shape and type only; those that follow a round's criteria are built for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from wtforms import (
    DecimalField,
    Field,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from grants.accounts.models import Person
from grants.assessment.queries import Rubric
from grants.web.fields import MoneyField
from grants.web.forms import Form
from workflows.actors import Role
from workflows.rules.allocation import Placing

LONG = 10_000
too_long = Length(max=LONG, message=f"Shorten this to {LONG:,} characters or fewer.")

OUTCOMES = [
    SelectChoice(Placing.RECOMMENDED.value, "Recommend"),
    SelectChoice(Placing.RESERVE.value, "Put on the reserve list"),
    SelectChoice(Placing.NOT_RECOMMENDED.value, "Do not recommend"),
]
KEEP_MEAN = ""


class AssignForm(Form):
    """Markers to tick, and on a round's page the bids that they take."""

    markers = SelectMultipleField("Markers", coerce=int)
    bids = SelectMultipleField("Bids", coerce=int)


class ReasonForm(Form):
    """A reason that the record keeps."""

    reason = TextAreaField("Reason", validators=[DataRequired("Write the reason."), too_long])


class PresenceForm(Form):
    """Who of the panel is present."""

    present = SelectMultipleField("Who is present?", coerce=int)


class LineForm(Form):
    """The line that the panel agrees for the whole round."""

    line = DecimalField(
        "New line, in percent",
        validators=[
            InputRequired("Write the line as a number from 0 to 100."),
            NumberRange(0, 100, "The line must be a number from 0 to 100."),
        ],
    )
    reason = TextAreaField("Why the panel moves the line", validators=[DataRequired("Write the reason."), too_long])

    def validate_line(self, field: Field) -> None:
        if field.data is not None and (field.data * 100) % 1:
            raise ValidationError("Use two decimals at most, like 62.5.")

    @property
    def hundredths(self) -> int:
        return int(Decimal(self.line.data or 0) * 100)


class OutcomeForm(Form):
    """The panel's outcome for one bid, with the texts that go with it."""

    outcome = RadioField("Outcome", choices=OUTCOMES, validators=[InputRequired("Choose an outcome.")])
    amount = MoneyField("Amount of the grant, where it is a part of the ask", is_required=False)
    lines_removed = TextAreaField("What does the part leave out?", validators=[too_long])
    conditions = TextAreaField("Conditions of the grant, if any", validators=[too_long])
    reason = TextAreaField("Reason", validators=[too_long])
    crime_reduction_reason = TextAreaField(
        "Why the grant will help to reduce crime and disorder", validators=[too_long]
    )
    feedback = TextAreaField("Feedback for the group", validators=[too_long])


class AgreedFields:
    """What a form of agreed scores offers besides its fields."""

    rubric: Rubric

    def rows(self) -> Iterator[tuple[Any, Field, Field]]:
        """(criterion, score, reason) in the rubric's order."""
        for each in self.rubric.criteria:
            yield each, self._fields[f"agreed_{each.id}"], self._fields[f"reason_{each.id}"]  # type: ignore[attr-defined]

    @property
    def agreed(self) -> dict[str, tuple[int | None, str]]:
        """By criterion code, as the service takes it; None keeps the markers' mean."""
        return {
            each.code: (None if score.data in (None, KEEP_MEAN) else int(score.data), reason.data or "")
            for each, score, reason in self.rows()
        }

    def say_missing(self, codes: Iterable[str], sentence: str) -> None:
        """Put the sentence beside the reasons of these criteria."""
        for each, _, reason in self.rows():
            if each.code in codes:
                reason.errors = [*reason.errors, sentence]


def agreed_form(rubric: Rubric, means: Mapping[str, str]) -> Any:
    """A form class with an agreed score and reason for each criterion; `means` are the markers', as shown."""
    fields: dict[str, Any] = {"rubric": rubric}
    for each in rubric.criteria:
        mean = means.get(each.code)
        keep = [SelectChoice(KEEP_MEAN, f"Keep the markers' mean, {mean}" if mean else "No score agreed yet")]
        scores = [SelectChoice(str(score), str(score)) for score in range(each.min_score, each.max_score + 1)]
        fields[f"agreed_{each.id}"] = SelectField(f"Agreed score for {each.title}", choices=keep + scores)
        fields[f"reason_{each.id}"] = TextAreaField(f"The panel's reason for {each.title}", validators=[too_long])
    return type("AgreedForm", (AgreedFields, Form), fields)


MEMBER, CHAIR, NOBODY = "member", "chair", ""


class SeatsFields:
    """What the form of a panel's seats offers besides its fields."""

    people: list[tuple[Person, frozenset[Role]]]

    def rows(self) -> Iterator[tuple[Person, frozenset[Role], Field]]:
        for person, roles in self.people:
            yield person, roles, self._fields[f"seat_{person.id}"]  # type: ignore[attr-defined]


def seats_form(people: list[tuple[Person, frozenset[Role]]]) -> Any:
    """A form class with a seat for each person of the office who may sit on a panel."""
    fields: dict[str, Any] = {"people": people}
    for person, roles in people:
        choices = [SelectChoice(NOBODY, "Not on the panel"), SelectChoice(MEMBER, "Member")]
        choices += [SelectChoice(CHAIR, "Chair")] if Role.CHAIR in roles else []
        fields[f"seat_{person.id}"] = SelectField(person.name, choices=choices)
    return type("SeatsForm", (SeatsFields, Form), fields)
