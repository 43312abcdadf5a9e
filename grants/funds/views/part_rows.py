"""The parts of a round's set-up as lines to read, for everybody in the office who may see the round."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from grants.funds.forms import LIMITS, LimitsForm
from grants.funds.parts import RoundDefinition
from grants.web.filters import pounds
from grants.web.rule_words import rule_does

Rows = list[dict[str, Any]]
NOT_SET: Final = "Not set"


def criteria_rows(definition: RoundDefinition) -> Rows:
    return [
        {
            "key": f"{each.code}: {each.title} (weight {each.weight})",
            "value": each.guidance or "No guidance for markers.",
            "long": True,
        }
        for each in definition.criteria
    ]


def area_rows(definition: RoundDefinition) -> Rows:
    return [
        {"key": each.name, "value": f"Also: {', '.join(each.aliases)}" if each.aliases else "No other names"}
        for each in definition.areas
    ]


def rule_rows(definition: RoundDefinition) -> Rows:
    return [
        {
            "key": f"{each.code}: {each.title}",
            "value": f"{rule_does(each.code, each.settings)} A bid that breaks it "
            f"{'ends there' if each.on_breach == 'fail' else 'is looked at by an officer'}.",
        }
        for each in definition.rules
    ]


def word_rows(definition: RoundDefinition) -> Rows:
    form = LimitsForm(formdata=None, data={"endorsement": str(definition.endorsement)})
    rows = [{"key": form[name].label.text, "value": _shown(name, definition), "long": True} for name in LIMITS]
    chosen = next(choice.label for choice in form.endorsement.iter_choices() if choice.selected)
    return [*rows, {"key": form.endorsement.label.text, "value": chosen}]


def _shown(name: str, definition: RoundDefinition) -> str:
    value = getattr(definition, name)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name.endswith("_pence"):
        return "No limit" if value is None else pounds(value)
    return str(value) or NOT_SET


# part -> its heading, its lines, and what is said where it has none
READ: Final[dict[str, tuple[str, Callable[[RoundDefinition], Rows], str]]] = {
    "criteria": ("What bids are judged on", criteria_rows, "There are no criteria yet."),
    "areas": ("Areas", area_rows, "The round names no areas."),
    "rules": ("Who may apply, and for what", rule_rows, "The round applies no eligibility rules."),
    "words": ("Words and limits", word_rows, ""),
}
