"""Presets: rounds that offices have run, as far as their papers tell, from which a new round may start.

Each is a file beside this one, in the terms of a round file, with what its source says and what it leaves to the
office. Nothing in it was made up to fill a gap: what is not known is in `asks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from grants.funds import model_form
from grants.funds.definition import read_keys
from grants.funds.file_tables import load
from grants.funds.models import QuestionKind
from grants.funds.parts import QuestionDef, RoundDefinition, RuleDef, SectionDef
from workflows.errors import Invalid, NotFound

FOLDER: Final = Path(__file__).parent
# A round file can't be without these; where a preset leaves them open they are taken out again after reading.
_STAND_INS: Final[Mapping[str, Any]] = {
    "office": "office",
    "pot": 1_000_000,
    "line": 60,
}
_EARLY, _LATE = datetime(2000, 1, 1, 9), datetime(2100, 1, 1, 17)  # noqa: DTZ001 (wall clocks)


@dataclass(frozen=True, slots=True)
class Preset:
    """One round to start from. `asks` are the fields of the definition that the office has to give."""

    key: str
    title: str
    office: str
    kind: str
    sources: tuple[str, ...]
    known: tuple[str, ...]
    asks: tuple[str, ...]
    notes: tuple[str, ...]
    definition: RoundDefinition


@cache
def list_presets() -> tuple[Preset, ...]:
    """Every preset, by title."""
    return tuple(sorted((_read(path) for path in FOLDER.glob("*.toml")), key=lambda preset: preset.title))


def get_preset(key: str) -> Preset:
    """The preset of this key; NotFound when there is none."""
    found = next((preset for preset in list_presets() if preset.key == key), None)
    if found is None:
        raise NotFound(subject="preset")
    return found


def definition_for(preset: Preset, **given: Any) -> RoundDefinition:
    """The preset as a round's definition, with what the office gives laid over it, by the definition's own names.

    Dates and limits may follow later, while the round is a draft. Raises Invalid amount-needed without a pot.
    """
    made = replace(preset.definition, **given)
    if made.pot_pence <= 0:
        raise Invalid(problems={"pot_pence": "amount-needed"})
    return made


def _read(path: Path) -> Preset:
    reader, keys = load(path.read_text(encoding="utf-8"), path.name)
    about = keys.pop("preset")
    given = set(keys)
    definition = read_keys(reader, {**_stand_ins(keys), **_rubric(), **keys})
    return Preset(
        key=path.stem,
        title=definition.title,
        office=about["office"],
        kind=about["kind"],
        sources=tuple(about["sources"]),
        known=tuple(about.get("known", ())),
        asks=tuple(about["asks"]),
        notes=tuple(about.get("notes", ())),
        definition=replace(
            definition,
            office="",
            sections=tuple(_sections(definition, about)),
            rules=_rules(definition, about),
            **{name: None for name in ("opens_at", "closes_at") if name not in given},
            **({} if "pot" in given else {"pot_pence": 0}),
        ),
    )


def _stand_ins(keys: Mapping[str, Any]) -> dict[str, Any]:
    return {**_STAND_INS, "opens_at": _EARLY} | ({} if keys.get("rolling") else {"closes_at": _LATE})


def _rubric() -> dict[str, Any]:
    names = ("code", "title", "weight", "guidance")
    return {"criteria": [{name: getattr(each, name) for name in names} for each in model_form.CRITERIA]}


def _sections(definition: RoundDefinition, about: Mapping[str, Any]) -> Iterator[SectionDef]:
    """The form with the preset's own first questions, and the documents that it wants."""
    first = tuple(_first_question(each) for each in about.get("first_questions", ()))
    wanted = about.get("documents", ())
    documents = next(each for each in model_form.FULL_SECTIONS if each.code == "documents")
    asked = tuple(replace(each, show_when=None) for each in documents.questions if each.code in wanted)
    for section in definition.sections:
        if section.code == "declarations" and asked and definition.sections[-2].code != "documents":
            yield replace(documents, questions=asked)
        yield replace(section, questions=section.questions + first) if section.is_eligibility else section


def _first_question(about: Mapping[str, Any]) -> QuestionDef:
    return QuestionDef(
        code=about["code"],
        kind=QuestionKind.YES_NO,
        label=about["label"],
        help_text=about.get("help", ""),
        options=model_form.YES_NO,
        settings={"must_be": "yes"},
    )


def _rules(definition: RoundDefinition, about: Mapping[str, Any]) -> tuple[RuleDef, ...]:
    """The usual rules with the preset's own settings; a rule that it names is added where it is not usual."""
    changes = {code: dict(each) for code, each in about.get("rules", {}).items()}
    codes = [rule.code for rule in definition.rules]
    usual = {rule.code: rule for rule in definition.rules}
    order = [*codes, *(code for code in changes if code not in usual)]
    return tuple(model_form.rule_of(code, **changes[code]) if code in changes else usual[code] for code in order)
