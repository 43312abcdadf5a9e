"""Rubric, areas and eligibility rules changed as plain values; what hung on a part that is gone counts for none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grants.funds.editing.form import with_question
from grants.funds.parts import AreaDef, CriterionDef, RoundDefinition, RuleDef
from workflows.errors import Invalid
from workflows.rules.eligibility import RULES


def set_criteria(definition: RoundDefinition, criteria: Sequence[CriterionDef]) -> RoundDefinition:
    """Another rubric; questions that were read for a criterion which is gone count for none."""
    known = {criterion.code for criterion in criteria}
    changed = replace(definition, criteria=tuple(criteria))
    for question in definition.questions:
        if question.criterion_code and question.criterion_code not in known:
            changed = with_question(changed, question.code, replace(question, criterion_code=""))
    return changed


def read_areas(text: str) -> tuple[AreaDef, ...]:
    """One area on each line, other names for it after a colon: `West Leicester: West Leics, W Leicester`.

    Raises Invalid code-twice when two lines say the same name.
    """
    areas: dict[str, AreaDef] = {}
    for line in text.splitlines():
        name, _, others = line.partition(":")
        name = " ".join(name.split())
        if not name and not others.strip():
            continue
        if not name or name in areas:
            raise Invalid(problems={"areas": "code-twice" if name else "code-needed"})
        aliases = tuple(dict.fromkeys(" ".join(other.split()) for other in others.split(",") if other.strip()))
        areas[name] = AreaDef(name=name, aliases=aliases)
    return tuple(areas.values())


def written_areas(areas: Iterable[AreaDef]) -> str:
    """The areas as `read_areas` reads them."""
    return "\n".join(f"{area.name}: {', '.join(area.aliases)}" if area.aliases else area.name for area in areas)


def set_rules(definition: RoundDefinition, chosen: Mapping[str, Mapping[str, Any]]) -> RoundDefinition:
    """The rules of the registry that the round applies: code -> {"on_breach": ..., parameter: ...}; others stay.

    A rule that is not of the registry came from a file and is left alone.
    """
    own = {rule.code: rule for rule in definition.rules}
    made = [_rule(code, chosen[code], own.get(code)) for code in RULES if code in chosen]
    return replace(definition, rules=(*made, *(rule for rule in definition.rules if rule.code not in RULES)))


def _rule(code: str, values: Mapping[str, Any], standing: RuleDef | None) -> RuleDef:
    spec = RULES[code]
    settings = dict(standing.settings) if standing else {}
    for name, value in values.items():
        # A parameter that says what it said before is not written again, in whatever order a list of it came.
        if name != "on_breach" and not _same(value, settings.get(name, spec.default_params[name])):
            settings[name] = value
    return RuleDef(
        code=code,
        title=standing.title if standing else spec.title,
        is_automatic=spec.automatic,
        on_breach=str(values["on_breach"]),
        settings=settings,
    )


def _same(value: Any, other: Any) -> bool:
    return sorted(value) == sorted(other) if isinstance(value, list) and isinstance(other, list) else value == other
