"""The sample's files with other dates: a round of the sample is always as far along as it says, whenever it is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from config import ROOT
from grants.funds.definition import RoundDefinition, read_round_file
from grants.importing.files import Source
from workflows.deadlines import from_london, to_london

FOLDER = ROOT / "sample"


def at(now: datetime, days: float, hour: int = 12, minute: int = 0) -> datetime:
    """That many days from now, at this time of day in London, as an instant."""
    day = to_london(now).date() + timedelta(days=days)
    return from_london(datetime(day.year, day.month, day.day, hour, minute))  # noqa: DTZ001 (a wall clock)


def round_source(name: str, dates: Mapping[str, datetime] | None = None) -> Source:
    """The round file `name` with these dates in it; days are written without their time."""
    path = FOLDER / "rounds" / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    for key, instant in (dates or {}).items():
        wall = to_london(instant)
        value = wall.date().isoformat() if key.endswith("_on") else wall.strftime("%Y-%m-%dT%H:%M:%S")
        text = re.sub(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
    return Source(path.name, text.encode())


def table_source(name: str) -> Source:
    path = FOLDER / "rounds" / f"{name}.csv"
    return Source(path.name, path.read_bytes())


def round_definition(name: str, dates: Mapping[str, datetime]) -> RoundDefinition:
    source = round_source(name, dates)
    return read_round_file(source.data.decode(), source.name)
