"""Reading ROUND.toml: a whole round from one file, or every problem of the file at once, and nothing in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from grants.funds import model_form
from grants.funds.file_tables import FileReader, Table, as_hundredths, load, repeated
from grants.funds.form_tables import read_rules, read_sections, with_reads
from grants.funds.known import KnownRound, known_beside
from grants.funds.models import Endorsement, EventKind
from grants.funds.parts import (
    AreaDef,
    CriterionDef,
    EventDef,
    FileProblem,
    QuestionDef,
    RoundDefinition,
    RuleDef,
    SectionDef,
)
from workflows.errors import Invalid
from workflows.rules.letters import LETTERS, LONGEST_WORDS, unknown_places
from workflows.rules.scoring import MAX_SCORE, SCALES, WEIGHTS_SUM

__all__ = [
    "AreaDef",
    "CriterionDef",
    "FileProblem",
    "QuestionDef",
    "RoundDefinition",
    "RoundFileError",
    "RuleDef",
    "SectionDef",
    "read_round_file",
]

KEYS: Final = frozenset(
    (
        *("complete", "form", "office", "fund", "fund_title", "code", "title", "theme", "purpose", "guidance"),
        *("privacy_notice", "opens_at", "closes_at", "rolling", "grace_minutes", "scoring_ends_at", "panel_on"),
        *("decide_by_on", "announce_on", "pot", "line", "bands", "min_ask", "max_ask", "max_project_cost"),
        *("max_months", "markers_needed", "panel_quorum", "needs_community_rep", "needs_prepared_reps"),
        "tells_disqualified_at_once",
        *("anonymous", "acceptance_working_days", "fictional", "endorsement", "letters", "areas", "area_aliases"),
        *("criteria", "sections", "questions", "rules", "events"),
    )
)
LONG: Final = 20_000
E = TypeVar("E", bound=StrEnum)


class RoundFileError(Invalid):
    """A round file that can't be used; `problems` is all that is wrong with it, `known` what holds all the same."""

    code = "round-file-wrong"

    def __init__(self, problems: list[FileProblem], known: KnownRound | None = None) -> None:
        super().__init__(problems={"file": "round-file-wrong"})
        self.known = known or KnownRound()
        self.problems = sorted(problems, key=lambda problem: int(problem.row))


def read_round_file(text: str, name: str) -> RoundDefinition:
    """The round that the file describes. Raises RoundFileError, and nothing else, with all problems at once."""
    reader, keys = load(text, name)
    if reader.problems:
        raise RoundFileError(reader.problems)
    return read_keys(reader, keys)


def read_keys(reader: FileReader, keys: Mapping[str, Any]) -> RoundDefinition:
    """The round that a file's keys describe, once they are read. Raises RoundFileError as `read_round_file`."""
    top = Table(reader, "", keys)
    top.only(KEYS)
    read: dict[str, Any] = {
        **_names(top),
        **_dates(top),
        **_money(top),
        **_people(top),
        "areas": _areas(top),
        **_form(top),
        "rules": read_rules(top),
        "events": _events(top),
    }
    if reader.problems:
        raise RoundFileError(reader.problems, known_beside(reader.problems, read))
    return RoundDefinition(**read, warnings=tuple(reader.warnings))


def _names(top: Table) -> dict[str, Any]:
    return {
        "office": top.code("office", longest=20),
        "fund": top.code("fund", longest=20),
        "fund_title": top.text("fund_title"),
        "code": top.code("code", longest=30),
        "title": top.text("title", needed=True),
        "theme": top.text("theme", longest=300),
        "purpose": top.text("purpose", longest=LONG),
        "guidance": top.text("guidance", longest=LONG, default="" if top.flag("complete") else model_form.GUIDANCE),
        "privacy_notice": top.text("privacy_notice", longest=LONG),
        "is_fictional": top.flag("fictional"),
        "endorsement": _one_of(top, "endorsement", Endorsement, Endorsement.NONE),
        "letters": _letters(top),
    }


def _one_of(table: Table, key: str, kinds: type[E], default: E) -> E:
    value = table.text(key, default=default.value)
    if value not in set(kinds):
        table.say(key, f"choose one of: {', '.join(kinds)}")
        return default
    return kinds(value)


def _letters(top: Table) -> dict[str, str]:
    letters = top.table("letters")
    letters.only(LETTERS)
    read = {kind: letters.text(kind, longest=LONGEST_WORDS, needed=True) for kind in letters.keys if kind in LETTERS}
    for kind, words in read.items():
        if unknown := unknown_places(kind, words):
            known = ", ".join(f"{{{name}}}" for name in LETTERS[kind])
            letters.say(kind, f"this letter does not know {', '.join(unknown)}: use {known}")
    return read


def _events(top: Table) -> tuple[EventDef, ...]:
    return tuple(_event(table) for table in top.tables("events"))


def _event(table: Table) -> EventDef:
    table.only(each.name for each in fields(EventDef))
    starts_at, ends_at = table.moment("starts_at", needed=True), table.moment("ends_at")
    if starts_at and ends_at and ends_at <= starts_at:
        table.say("ends_at", "this must be later than starts_at")
    return EventDef(
        title=table.text("title", needed=True),
        starts_at=starts_at or datetime.min.replace(tzinfo=UTC),
        kind=_one_of(table, "kind", EventKind, EventKind.WORKSHOP),
        about=table.text("about", longest=LONG),
        ends_at=ends_at,
        place=table.text("place", longest=300),
        link=table.text("link", longest=500),
        recording_link=table.text("recording_link", longest=500),
        capacity=table.whole("capacity", least=1, most=100_000),
    )


def _dates(top: Table) -> dict[str, Any]:
    rolling = top.flag("rolling")
    dates = {
        "opens_at": top.moment("opens_at", needed=True),
        "closes_at": top.moment("closes_at", needed=not rolling),
        "scoring_ends_at": top.moment("scoring_ends_at"),
        "panel_on": top.day("panel_on"),
        "decide_by_on": top.day("decide_by_on"),
        "announce_on": top.day("announce_on"),
    }
    if rolling and dates["closes_at"]:
        top.say("closes_at", "a rolling round has no closing time: take out one of the two")
    _in_order(top, dates)
    grace = top.whole("grace_minutes", least=0, most=1440, default=0)
    return {**dates, "is_rolling": rolling, "grace_minutes": grace}


def _in_order(top: Table, dates: dict[str, Any]) -> None:
    earlier: tuple[str, Any] | None = None
    for key, value in dates.items():
        if value is None:
            continue
        if earlier and not _follows(earlier[1], value):
            top.say(key, f"this must be later than {earlier[0]}")
        earlier = key, value


def _follows(first: Any, then: Any) -> bool:
    """Instants must rise; a day may be the day of what comes before it."""
    if isinstance(first, datetime) and isinstance(then, datetime):
        return first < then
    days = [value.date() if isinstance(value, datetime) else value for value in (first, then)]
    return bool(days[0] <= days[1])


def _money(top: Table) -> dict[str, Any]:
    amounts = {key: top.money(key) for key in ("min_ask", "max_ask", "max_project_cost")}
    least, most, cap = amounts.values()
    pot = top.money("pot", needed=True)
    if least and most and least > most:
        top.say("min_ask", "this is more than max_ask: make it smaller")
    if most and cap and most > cap:
        top.say("max_project_cost", "this is less than max_ask: make it larger")
    if most and pot and most > pot:
        top.say("max_ask", "this is more than the pot: make it smaller")
    line = top.percent("line", needed=True)
    return {
        "pot_pence": pot,
        "min_ask_pence": least,
        "max_ask_pence": most,
        "max_project_cost_pence": cap,
        "line_hundredths": line,
        "band_edges": _bands(top, line),
        "max_months": top.whole("max_months", least=1, most=120, default=12),
    }


def _bands(top: Table, line: int) -> tuple[int, ...]:
    value = top.keys.get("bands")
    if value is None:
        return () if top.flag("complete") else (line,)
    edges = [as_hundredths(each) for each in value] if isinstance(value, list) else []
    known = [edge for edge in edges if edge is not None]
    if not known or len(known) < len(edges) or known != sorted(set(known), reverse=True):
        top.say("bands", "write the edges of the bands as percentages, the highest first, such as [75, 65]")
        return (line,)
    return tuple(known)


def _people(top: Table) -> dict[str, Any]:
    return {
        "markers_needed": top.whole("markers_needed", least=1, most=20, default=2),
        "panel_quorum": top.whole("panel_quorum", least=1, most=50, default=3),
        "needs_community_rep": top.flag("needs_community_rep"),
        "needs_prepared_reps": top.flag("needs_prepared_reps", default=True),
        "tells_disqualified_at_once": top.flag("tells_disqualified_at_once", default=True),
        "is_anonymous": top.flag("anonymous"),
        "acceptance_working_days": top.whole("acceptance_working_days", least=1, most=250, default=20),
    }


def _areas(top: Table) -> tuple[AreaDef, ...]:
    names = top.texts("areas")
    for name in sorted(repeated(name.casefold() for name in names)):
        top.say("areas", f'"{name}" is there twice: take one out')
    aliases = top.table("area_aliases")
    others: dict[str, list[str]] = {name: [] for name in names}
    for alias in aliases.keys:
        # A district of postcodes may reach over two areas.
        has_several = isinstance(aliases.keys[alias], list)
        for area in aliases.texts(alias) if has_several else [aliases.text(alias, longest=120, needed=True)]:
            if area in others:
                others[area].append(alias.strip())
            elif area:
                aliases.say(alias, f'"{area}" is not one of the areas: add it there, or correct it here')
    return tuple(AreaDef(name=name, aliases=tuple(known)) for name, known in others.items())


def _form(top: Table) -> dict[str, Any]:
    rubric = _criteria(top)
    sections = read_sections(top, rubric)
    return {"criteria": with_reads(rubric, sections), "sections": sections}


def _criteria(top: Table) -> tuple[CriterionDef, ...]:
    tables = top.tables("criteria")
    if not tables:
        top.say("criteria", "add a table headed [[criteria]] for each criterion, with code, title and weight")
    read = tuple(_criterion(table) for table in tables)
    _codes_once(top.reader, "criteria", [criterion.code for criterion in read])
    total = sum(criterion.weight for criterion in read)
    if read and total != WEIGHTS_SUM:
        top.say("criteria", f"the weights add up to {total}: make them add up to {WEIGHTS_SUM}")
    scales = {(criterion.min_score, criterion.max_score) for criterion in read}
    if len(scales) > 1 or not scales <= set(SCALES):
        known = ", ".join(f"{least} to {most}" for least, most in SCALES)
        top.say("criteria", f"give every criterion the same scale, one of these: {known}")
    return read


def _criterion(table: Table) -> CriterionDef:
    table.only(("code", "title", "weight", "guidance", "min_score", "max_score", "reads"))
    return CriterionDef(
        code=table.code("code", longest=20),
        title=table.text("title", needed=True),
        weight=table.whole("weight", least=1, most=WEIGHTS_SUM, needed=True) or 0,
        guidance=table.text("guidance", longest=LONG),
        min_score=table.whole("min_score", least=0, most=1, default=0) or 0,
        max_score=table.whole("max_score", least=1, most=MAX_SCORE, default=MAX_SCORE) or MAX_SCORE,
        reads=table.texts("reads", longest=20),
    )


def _codes_once(reader: FileReader, key: str, codes: list[str]) -> None:
    twice = repeated(code for code in codes if code)
    for number, code in enumerate(codes, 1):
        if code in twice and code in codes[: number - 1]:
            reader.say(f"{key}[{number}].code", f'the code "{code}" is there already: choose another')
