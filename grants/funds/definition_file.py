"""Writing ROUND.toml: a definition as the tables and the text of a file that `read_round_file` reads back the same.

The file says everything itself (`complete = true`), so that no later change of the model form changes what it means.
How a round was run is no part of it: a round on paper comes back as one that is about to open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import tomli_w

from grants.funds.form_tables import DEFAULT_OPTIONS, option_value
from grants.funds.parts import CriterionDef, EventDef, QuestionDef, RoundDefinition, RuleDef, SectionDef
from workflows.deadlines import to_london
from workflows.money import format_pounds
from workflows.rules.scoring import USUAL_SCALE

# Key of the file -> field of the definition, where the value is the same in both.
SAME: Final = {
    **{key: key for key in ("office", "fund", "fund_title", "code", "title", "theme", "purpose", "guidance")},
    "privacy_notice": "privacy_notice",
    "fictional": "is_fictional",
    "rolling": "is_rolling",
    "anonymous": "is_anonymous",
    **{key: key for key in ("grace_minutes", "panel_on", "decide_by_on", "announce_on", "max_months")},
    **{key: key for key in ("markers_needed", "panel_quorum", "needs_community_rep", "needs_prepared_reps")},
    **{key: key for key in ("tells_disqualified_at_once", "acceptance_working_days", "endorsement")},
}
MOMENTS: Final = ("opens_at", "closes_at", "scoring_ends_at")
AMOUNTS: Final = {
    "pot": "pot_pence",
    "min_ask": "min_ask_pence",
    "max_ask": "max_ask_pence",
    "max_project_cost": "max_project_cost_pence",
}


def tables_of(definition: RoundDefinition) -> dict[str, Any]:
    """The keys and tables of the file, in the order in which a person reads them."""
    plain = {key: getattr(definition, name) for key, name in SAME.items()}
    moments = {key: _moment(getattr(definition, key)) for key in MOMENTS}
    amounts = {key: _amount(getattr(definition, name)) for key, name in AMOUNTS.items()}
    tables: dict[str, Any] = {
        "complete": True,
        **plain,
        **moments,
        **amounts,
        "line": _percent(definition.line_hundredths),
        "bands": [_percent(edge) for edge in definition.band_edges],
        "areas": [area.name for area in definition.areas],
        "area_aliases": _aliases(definition),
        "letters": dict(definition.letters),
        "criteria": [_criterion(each) for each in definition.criteria],
        "sections": [_section(each) for each in definition.sections],
        "questions": [_question(each, part.code) for part in definition.sections for each in part.questions],
        "rules": [_rule(each) for each in definition.rules],
        "events": [_event(each) for each in definition.events],
    }
    return _filled(tables)


def file_of(definition: RoundDefinition) -> str:
    """The text of the file."""
    return tomli_w.dumps(tables_of(definition), multiline_strings=True)


def _filled(table: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is left to its default: in a file an empty key says no more than none."""
    return {key: value for key, value in table.items() if value not in (None, "", [], {})}


def _moment(instant: datetime | None) -> datetime | None:
    """The London wall clock; with its zone in the one hour of the year that comes twice, the second time."""
    if instant is None:
        return None
    london = to_london(instant)
    return london.replace(tzinfo=london.tzinfo if london.fold else None)


def _amount(pence: int | None) -> str | None:
    return format_pounds(pence) if pence else None


def _percent(hundredths: int) -> int | Decimal:
    whole, rest = divmod(hundredths, 100)
    return Decimal(hundredths) / 100 if rest else whole


def _aliases(definition: RoundDefinition) -> dict[str, str | list[str]]:
    named: dict[str, list[str]] = {}
    for area in definition.areas:
        for alias in area.aliases:
            named.setdefault(alias, []).append(area.name)
    return {alias: areas[0] if len(areas) == 1 else areas for alias, areas in named.items()}


def _criterion(each: CriterionDef) -> dict[str, Any]:
    table = {"code": each.code, "title": each.title, "weight": each.weight, "guidance": each.guidance}
    scale = {"min_score": each.min_score, "max_score": each.max_score}
    return _filled(table | (scale if (each.min_score, each.max_score) != USUAL_SCALE else {}))


def _section(each: SectionDef) -> dict[str, Any]:
    plain = _filled({"code": each.code, "title": each.title, "guidance": each.guidance})
    return {**plain, "eligibility": each.is_eligibility}


def _question(each: QuestionDef, section: str) -> dict[str, Any]:
    has_default = each.options == DEFAULT_OPTIONS.get(each.kind, ())
    table = {
        "code": each.code,
        "section": section,
        "kind": each.kind.value,
        "label": each.label,
        "help": each.help_text,
        "words": each.word_limit,
        "required": each.is_required,
        "options": None if has_default else [_option(value, label) for value, label in each.options],
        "criterion": each.criterion_code,
        "private": each.is_private or None,
        "hidden": each.is_hidden or None,
        "show_when": None if each.show_when is None else _known(each.show_when),
        "settings": _known(each.settings),
    }
    return _filled(table)


def _option(value: str, label: str) -> str | dict[str, str]:
    return label if value == option_value(label) else {"value": value, "label": label}


def _known(value: Any) -> Any:
    """Without what is not set, as TOML has no word for it."""
    if isinstance(value, Mapping):
        return {str(key): _known(each) for key, each in value.items() if each is not None}
    return [_known(each) for each in value] if isinstance(value, (list, tuple)) else value


def _rule(rule: RuleDef) -> dict[str, Any]:
    settings = _known(rule.settings)
    return _filled({"code": rule.code, "title": rule.title, "on_fail": rule.on_breach, "settings": settings})


def _event(event: EventDef) -> dict[str, Any]:
    table = {
        "title": event.title,
        "kind": event.kind.value,
        "about": event.about,
        "starts_at": _moment(event.starts_at),
        "ends_at": _moment(event.ends_at),
        "place": event.place,
        "link": event.link,
        "recording_link": event.recording_link,
        "capacity": event.capacity,
    }
    return _filled(table)
