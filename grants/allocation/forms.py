"""What a chair types for a scenario: a pot, bounds for areas, a cap, parts, and what the panel says of single bids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from grants.allocation.queries import Board
from grants.web.fields import MoneyField
from grants.web.forms import Form

LONGEST = 2000
MUSTS = [
    SelectChoice("", "As the rules say"),
    SelectChoice("fund", "Must be funded"),
    SelectChoice("not", "Must not be funded"),
]
COUNT = [Optional(), NumberRange(0, 1000, message="Write a whole number from 0 to 1,000.")]
SHARE = [Optional(), NumberRange(0, 100, message="Write a whole number from 0 to 100.")]
WORDS = Length(max=LONGEST, message=f"Use {LONGEST} characters or fewer.")


class ScenarioFields(Form):
    """What every scenario has."""

    name = StringField("Name of the scenario", [InputRequired("Give the scenario a name."), Length(max=80)])
    pot = MoneyField("Pot")
    cap = MoneyField("Most that one group may have this financial year, if there is a cap", is_required=False)
    allows_parts = BooleanField("A bid may get a part of its ask, never less than it needs to go ahead")


def scenario_form(board: Board) -> type[ScenarioFields]:
    """The form of a round: three boxes for each area, and a choice with its reason for each bid."""
    fields: dict[str, Any] = {}
    for place, area in enumerate(board.areas):
        fields[f"least_count_{place}"] = IntegerField(f"{area}: at least so many bids", COUNT)
        fields[f"least_pence_{place}"] = MoneyField(f"{area}: at least so much", is_required=False)
        fields[f"most_share_{place}"] = IntegerField(f"{area}: at most this percent of the money", SHARE)
    for each in board.candidates:
        number = board.bids[each.reference].id
        fields[f"must_{number}"] = SelectField(f"{each.reference}: what the panel says", choices=MUSTS, default="")
        fields[f"why_{number}"] = StringField(f"{each.reference}: why", [WORDS])
    return type("ScenarioForm", (ScenarioFields,), fields)


def asked_from(form: Any, board: Board) -> dict[str, Any]:
    """What was typed, as a scenario keeps it."""
    areas = {}
    for place, area in enumerate(board.areas):
        bounds = {
            "least_count": form[f"least_count_{place}"].data,
            "least_pence": form[f"least_pence_{place}"].data,
            "most_share": form[f"most_share_{place}"].data,
        }
        if any(value is not None for value in bounds.values()):
            areas[area] = bounds
    musts = {}
    for each in board.candidates:
        number = board.bids[each.reference].id
        if form[f"must_{number}"].data:
            musts[str(number)] = {
                "must": form[f"must_{number}"].data,
                "reason": (form[f"why_{number}"].data or "").strip(),
            }
    return {
        "pot_pence": form.pot.data,
        "cap_pence": form.cap.data,
        "allows_parts": bool(form.allows_parts.data),
        "areas": areas,
        "musts": musts,
    }


def typed_from(asked: Mapping[str, Any], name: str, board: Board) -> dict[str, Any]:
    """The same the other way: what the form begins with."""
    data: dict[str, Any] = {
        "name": name,
        "pot": asked.get("pot_pence", board.round.pot_pence),
        "cap": asked.get("cap_pence"),
        "allows_parts": asked.get("allows_parts", False),
    }
    for place, area in enumerate(board.areas):
        for key, value in asked.get("areas", {}).get(area, {}).items():
            data[f"{key}_{place}"] = value
    for number, said in asked.get("musts", {}).items():
        data[f"must_{number}"], data[f"why_{number}"] = said["must"], said["reason"]
    return data


def missing_reasons(form: Any, board: Board) -> bool:
    """Puts an error beside each must that has no reason; whether there was one."""
    wrong = False
    for each in board.candidates:
        number = board.bids[each.reference].id
        if form[f"must_{number}"].data and not (form[f"why_{number}"].data or "").strip():
            form[f"why_{number}"].errors = [*form[f"why_{number}"].errors, "Write why the panel says so."]
            wrong = True
    return wrong


class OverForm(Form):
    """How far above its pot a round may promise."""

    percent = DecimalField(
        "Percent above the pot",
        [InputRequired("Write a percent, like 10."), NumberRange(0, 50, message="Write a percent from 0 to 50.")],
        places=None,
    )
    reason = TextAreaField("Why?", [InputRequired("Write the reason."), WORDS])


def follow_form(board: Board, departs: tuple[str, ...], parts: tuple[str, ...]) -> type[Form]:
    """A reason for each bid that departs from its rank, and what each part award leaves out."""
    fields: dict[str, Any] = {}
    for reference in departs:
        fields[f"reason_{board.bids[reference].id}"] = TextAreaField(f"Why {reference} departs from its rank", [WORDS])
    for reference in parts:
        fields[f"lines_{board.bids[reference].id}"] = TextAreaField(f"What the part of {reference} leaves out", [WORDS])
    return type("FollowForm", (Form,), fields)
