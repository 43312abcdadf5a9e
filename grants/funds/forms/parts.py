"""Rubric, areas, rules, limits and letters as a manager types them, and how they become those of a definition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from grants.funds.forms.rounds import LONG, tidy
from grants.funds.forms.tables import BLANK_ROWS, choices
from grants.funds.model_form import ORG_TYPES
from grants.funds.parts import CriterionDef, RuleDef
from grants.web.fields import MoneyField
from grants.web.forms import Form
from grants.web.letter_words import unknown_words
from workflows.rules.eligibility import RULES, RuleSpec
from workflows.rules.letters import LETTERS, LONGEST_WORDS, unknown_places
from workflows.rules.scoring import SCALES, USUAL_SCALE


def scale_of(criteria: Sequence[CriterionDef]) -> tuple[int, int]:
    return (criteria[0].min_score, criteria[0].max_score) if criteria else USUAL_SCALE


def scale_key(scale: tuple[int, int]) -> str:
    return f"{scale[0]}-{scale[1]}"


def scale_words(scale: tuple[int, int]) -> str:
    return "0 or 1: does not meet it, or meets it" if scale == (0, 1) else f"{scale[0]} to {scale[1]}"


class CriterionRow(PlainForm):
    """One line of the rubric."""

    code = StringField("Code", [Length(max=20, message="Use at most 20 characters")], filters=[tidy])
    title = StringField("What is judged", [Length(max=200, message="Use at most 200 characters")], filters=[tidy])
    weight = IntegerField("Weight", [Optional(), NumberRange(1, 100, "Enter a weight from 1 to 100")])
    guidance = TextAreaField("What markers look for", [LONG], filters=[tidy])


class CriteriaForm(Form):
    """The rubric: its weights sum to 100, and all of it has one scale."""

    scale = RadioField(
        "Scores", choices=[SelectChoice(scale_key(each), scale_words(each)) for each in SCALES], validate_choice=False
    )
    rows = FieldList(FormField(CriterionRow), max_entries=30)

    def criteria(self, standing: Sequence[CriterionDef]) -> list[CriterionDef]:
        """The rubric as typed; a line without a title is left out, one without a code gets the next free one."""
        known = {each.code: each for each in standing}
        usual = scale_of(standing)
        least, most = next((each for each in SCALES if scale_key(each) == self.scale.data), usual)
        filled = [row for row in self.rows.data if row["title"]]
        taken = {row["code"] for row in filled if row["code"]}
        made = []
        for row in filled:
            code = row["code"] or next(f"C{n}" for n in range(1, 99) if f"C{n}" not in taken)
            taken.add(code)
            start = known.get(code) or CriterionDef(code=code, title="", weight=1)
            words = {"title": row["title"], "weight": row["weight"] or 1, "guidance": row["guidance"] or ""}
            made.append(replace(start, **words, min_score=least, max_score=most))
        return made


def criteria_data(criteria: Sequence[CriterionDef]) -> dict[str, Any]:
    names = ("code", "title", "weight", "guidance")
    return {
        "scale": scale_key(scale_of(criteria)),
        "rows": [{name: getattr(each, name) for name in names} for each in criteria] + [{}] * BLANK_ROWS,
    }


class AreasForm(Form):
    """The areas of the round and the other names that people write for them."""

    areas = TextAreaField(
        "Areas",
        [LONG],
        description="One on each line. Other names for it go after a colon, with commas: "
        "West Leicester: West Leics, W Leicester. Add postcode districts, like LE3, to every area, and a group that "
        "names a place with another postcode is asked whether it is right.",
    )


class LimitsForm(Form):
    """The words and limits of a round that a new version may change, too."""

    title = StringField(
        "Title", [DataRequired("Enter a title"), Length(max=200, message="Use at most 200 characters")], filters=[tidy]
    )
    theme = StringField("Theme", [Length(max=300, message="Use at most 300 characters")], filters=[tidy])
    purpose = TextAreaField("Purpose", [LONG], filters=[tidy], description="What the money is for, in plain words.")
    guidance = TextAreaField("Guidance for groups", [LONG], filters=[tidy])
    privacy_notice = TextAreaField("Privacy notice", [LONG], filters=[tidy])
    min_ask_pence = MoneyField("The least that a group may ask for", is_required=False)
    max_ask_pence = MoneyField("The most that a group may ask for", is_required=False)
    max_project_cost_pence = MoneyField("The most that the whole project may cost", is_required=False)
    max_months = IntegerField("The most months that the work may take", [NumberRange(1, 60, "Enter 1 to 60 months")])
    markers_needed = IntegerField("Markers for each bid", [NumberRange(1, 20, "Enter a number from 1 to 20")])
    panel_quorum = IntegerField("Members that a panel needs", [NumberRange(1, 20, "Enter a number from 1 to 20")])
    needs_community_rep = BooleanField("The panel needs a community representative")
    needs_prepared_reps = BooleanField(
        "Community representatives are trained and sign the confidentiality statement before they see a bid"
    )
    tells_disqualified_at_once = BooleanField("Groups that are not eligible are told at once, not with the outcomes")
    is_anonymous = BooleanField(
        "Hide the group's name from markers",
        description="Until the marks are locked they see neither its name, people and numbers nor the names of its "
        "files. What a file says inside is not changed, and may still name the group.",
    )
    acceptance_working_days = IntegerField(
        "Working days to accept an offer", [NumberRange(1, 120, "Enter a number from 1 to 120")]
    )
    endorsement = RadioField(
        "Do you want the word of a neighbourhood officer or partner?",
        choices=choices([("none", "No"), ("welcome", "It is welcome"), ("needed", "A bid needs one")]),
    )


LIMITS: Final = (
    *("title", "theme", "purpose", "guidance", "privacy_notice", "min_ask_pence", "max_ask_pence"),
    *("max_project_cost_pence", "max_months", "markers_needed", "panel_quorum", "needs_community_rep"),
    *("needs_prepared_reps", "tells_disqualified_at_once", "is_anonymous", "acceptance_working_days"),
)


class LetterForm(Form):
    """The office's own words in one letter of the round."""

    words = TextAreaField(
        "Your own words",
        [Length(max=LONGEST_WORDS, message=f"Use at most {LONGEST_WORDS:,} characters")],
        filters=[tidy],
        description="They stand at the end of the e-mail, before the name of your office.",
    )

    def knows(self, letter: str) -> bool:
        """Whether every place in the words is one of this letter; said beside them where not."""
        unknown = unknown_places(letter, self.words.data or "")
        if unknown:
            self.words.errors = [unknown_words(unknown, LETTERS[letter])]
        return not unknown


class RulesForm(Form):
    """The eligibility rules of the registry: which the round applies, what a breach means, and their parameters."""

    def chosen(self) -> dict[str, dict[str, Any]]:
        """Code -> what a breach means and the parameters, for the rules that are ticked."""
        return {
            spec.code: {
                "on_breach": self[f"{spec.code}_on_breach"].data,
                **{name: self[f"{spec.code}_{name}"].data for name in spec.default_params},
            }
            for spec in RULES.values()
            if self[f"{spec.code}_applies"].data
        }


PARAMETERS: Final = {
    "allowed": "These kinds of organisation may apply",
    "referred": "An officer looks at these",
    "barred": "These may never apply",
    "ask_about": "An officer asks these",
    "exempt": "These need none of it",
    "minimum": "The fewest unrelated committee members",
    "cap_pence": "The most free reserves",
    "allowed_other_bids": "Other bids or grants for the same work that are allowed",
    "max_months": "The most months",
}


@lru_cache(maxsize=1)
def rules_form() -> type[RulesForm]:
    """The form with the fields of every rule of the registry."""
    fields: dict[str, Any] = {}
    for spec in RULES.values():
        fields[f"{spec.code}_applies"] = BooleanField(spec.title)
        fields[f"{spec.code}_on_breach"] = RadioField(
            "A bid that breaks it",
            choices=choices([("fail", "can't go on"), ("refer", "is looked at by an officer")]),
            validate_choice=False,
        )
        fields |= {f"{spec.code}_{name}": _parameter(name, usual) for name, usual in spec.default_params.items()}
    return type("AllRulesForm", (RulesForm,), fields)


def _parameter(name: str, usual: Any) -> Any:
    label = PARAMETERS[name]
    if name.endswith("_pence"):
        return MoneyField(label, is_required=False)
    if isinstance(usual, list):
        return SelectMultipleField(label, choices=choices(ORG_TYPES), validate_choice=False)
    return IntegerField(label, [Optional(), NumberRange(0, 1000, "Enter a number from 0 to 1,000")])


def rules_data(rules: Iterable[RuleDef]) -> dict[str, Any]:
    """What the form shows: the round's own rules, and the registry's defaults for the others."""
    own = {rule.code: rule for rule in rules}
    data: dict[str, Any] = {}
    for spec in RULES.values():
        rule = own.get(spec.code)
        data[f"{spec.code}_applies"] = rule is not None
        data[f"{spec.code}_on_breach"] = rule.on_breach if rule else str(spec.default_outcome_on_fail)
        data |= {f"{spec.code}_{name}": value for name, value in _settings(spec, rule).items()}
    return data


def _settings(spec: RuleSpec, rule: RuleDef | None) -> dict[str, Any]:
    given = rule.settings if rule else {}
    return {name: given.get(name, usual) for name, usual in spec.default_params.items()}
