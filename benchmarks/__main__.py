"""`./run bench`: measure the service beside its limits, on the embedded default and on PostgreSQL, and print a table.

./run bench [--quick] [--database sqlite|postgres] [--applicants N] [--seconds N] [closing-minute|panels]

`closing-minute` runs only the last minute before a deadline, `panels` only simulated panels of known truth.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import awards, closing_minute, jobs, pages, panels, receipts, sharing, start
from benchmarks.report import Report
from benchmarks.scene import prepared


def main() -> None:
    arguments = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="lists of 100 and 1,000 only, and fewer runs")
    arguments.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    arguments.add_argument("--applicants", type=int, help="of the closing minute: 500, or 50 with --quick")
    arguments.add_argument("--seconds", type=float, help="of the closing minute: 60, or 15 with --quick")
    arguments.add_argument("only", nargs="?", choices=["closing-minute", "panels"], help="leave everything else out")
    chosen = arguments.parse_args()
    if chosen.only == "panels":
        print(panels.run(is_quick=chosen.quick), flush=True)
        return
    for database in chosen.database or ["sqlite", "postgres"]:
        if not chosen.only:
            _measure(database, is_quick=chosen.quick)
        _close(database, chosen)


def _measure(database: str, *, is_quick: bool) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="sg-bench-") as folder,
        prepared(database, Path(folder), is_quick=is_quick) as bench,
    ):
        report = Report(database)
        pages.measure(bench, report)
        jobs.measure(bench, report)
        if database == "sqlite":
            receipts.measure(report)
            start.measure(report)
            sharing.measure(report)
            awards.measure(report)
        print(report.as_markdown(), flush=True)


def _close(database: str, chosen: argparse.Namespace) -> None:
    applicants = chosen.applicants or (50 if chosen.quick else 500)
    seconds = chosen.seconds or (15 if chosen.quick else 60)
    with tempfile.TemporaryDirectory(prefix="sg-bench-") as folder:
        print(closing_minute.run(database, Path(folder), applicants=applicants, seconds=seconds), flush=True)


if __name__ == "__main__":
    main()
