"""A small paper round as its three files, and ways to spoil them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from grants.importing.bids import COLUMNS as BID_COLUMNS
from grants.importing.files import RoundFiles, Source, read_files
from grants.importing.scores import COLUMNS as MARK_COLUMNS

NOW = datetime(2024, 6, 3, 12, tzinfo=UTC)
ROUND = """
office = "abc"
fund = "TEST"
code = "TEST-R1"
title = "Test round (fictional)"
theme = "Safer streets"
opens_at = 2024-03-01T09:00:00
closes_at = 2024-03-31T17:00:00
scoring_ends_at = 2024-04-12T17:00:00
panel_on = 2024-04-16
pot = "£10,000"
line = 60
bands = [75, 60]
areas = ["West Leicester", "East Leicester"]

[area_aliases]
"West Leics" = "West Leicester"

[[criteria]]
code = "NEED"
title = "Need"
weight = 60

[[criteria]]
code = "PLAN"
title = "Plan"
weight = 40
"""
Row = dict[str, str]


def a_bid(reference: str, **changed: str) -> Row:
    """One row of APPLICATIONS.csv."""
    return {
        "reference": reference,
        "organisation": f"Example Group {reference} (fictional)",
        "organisation_type": "Registered charity",
        "registration": "",
        "area": "West Leicester",
        "project_title": f"Project {reference}",
        "summary": "What it is about.",
        "crime_reduction_reason": "Why it helps.",
        "amount_requested": "£4,000",
        "minimum_viable_amount": "£2,000",
        "eligibility": "eligible",
        "failed_rules": "",
        **changed,
    }


def thrown_out(reference: str, rules: str = "ER5", **changed: str) -> Row:
    return a_bid(reference, eligibility="disqualified", failed_rules=rules, **changed)


def marks_for(reference: str, *scores: tuple[int, int], markers: str = "AB") -> list[Row]:
    """The rows of MARKS.csv for one bid: (need, plan) of each marker."""
    return [
        {
            "reference": reference,
            "marker": f"Marker {name}",
            "criterion": code,
            "score": str(score),
            "justification": "As the form shows.",
        }
        for name, pair in zip(markers, scores, strict=False)
        for code, score in zip(("NEED", "PLAN"), pair, strict=True)
    ]


def agreed(reference: str, criterion: str, score: int) -> Row:
    return {
        "reference": reference,
        "marker": "moderated",
        "criterion": criterion,
        "score": str(score),
        "justification": "Agreed by the panel.",
    }


BIDS = [
    a_bid("T-1"),
    a_bid("T-2", area="west  leics", amount_requested="5,500"),
    a_bid("T-3", area="East Leicester", amount_requested="£1K", minimum_viable_amount=""),
    thrown_out("T-4"),
]
# 90%, 80%, 48%.
MARKS = [*marks_for("T-1", (5, 4), (4, 5)), *marks_for("T-2", (4, 4), (4, 4)), *marks_for("T-3", (2, 2), (3, 2))]


def table(rows: list[Row], columns: tuple[str, ...]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\r\n", extrasaction="raise")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def applications_csv(rows: list[Row] | None = None) -> bytes:
    columns = dict.fromkeys([*BID_COLUMNS, *(key for row in rows or [] for key in row)])
    return table(BIDS if rows is None else rows, tuple(columns))


def marks_csv(rows: list[Row] | None = None) -> bytes:
    return table(MARKS if rows is None else rows, MARK_COLUMNS)


def read(
    round_: str = ROUND,
    bids: list[Row] | bytes | None = None,
    marks: list[Row] | bytes | None = None,
    *,
    now: datetime = NOW,
) -> RoundFiles:
    """The three files as `import_round` takes them, under the names R.toml, A.csv and M.csv."""
    bid_data = bids if isinstance(bids, bytes) else applications_csv(bids)
    mark_data = marks if isinstance(marks, bytes) else marks_csv(marks)
    return read_files(Source("R.toml", round_.encode()), Source("A.csv", bid_data), Source("M.csv", mark_data), now=now)


def written(folder: Path, **parts: bytes) -> list[str]:
    """The three files in this folder, as a command line names them."""
    files = {"R.toml": ROUND.encode(), "A.csv": applications_csv(), "M.csv": marks_csv()}
    files |= {{"round_": "R.toml", "bids": "A.csv", "marks": "M.csv"}[name]: data for name, data in parts.items()}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in files]
