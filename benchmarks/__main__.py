"""`./run bench`: measure the service beside its limits, on the embedded default and on PostgreSQL, and print a table.

./run bench [--quick] [--database sqlite|postgres]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import jobs, pages, start
from benchmarks.report import Report
from benchmarks.scene import prepared


def main() -> None:
    arguments = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="lists of 100 and 1,000 only, and fewer runs")
    arguments.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    chosen = arguments.parse_args()
    for database in chosen.database or ["sqlite", "postgres"]:
        with (
            tempfile.TemporaryDirectory(prefix="sg-bench-") as folder,
            prepared(database, Path(folder), is_quick=chosen.quick) as bench,
        ):
            report = Report(database)
            pages.measure(bench, report)
            jobs.measure(bench, report)
            if database == "sqlite":
                start.measure(report)
            print(report.as_markdown(), flush=True)


if __name__ == "__main__":
    main()
