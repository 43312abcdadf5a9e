"""What one receipt costs as a PDF: seconds and memory, in a process of its own that makes nothing else."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from statistics import median

from benchmarks.report import Report
from config import ROOT
from grants.applications.queries import content_of, copy_of, paper_from
from grants.core.pdf import paragraphs, render_pdf
from grants.sample.answers import FULL, QUIZ, WHOLE
from grants.sample.dates import round_definition

RUNS = 50
MOST_SECONDS, MOST_GROWN_MB = 0.5, 100
AT = datetime(2024, 1, 10, 12, 0, tzinfo=UTC)


def measure(report: Report) -> None:
    """One receipt with all answers of the full form, after the typesetter was loaded for the first."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.receipts"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    figures = json.loads(ran.stdout)
    shown = f"{figures['first']:.3f} s, then {figures['next']:.3f} s; grew {figures['grown_mb']} MB"
    is_met = figures["first"] < MOST_SECONDS and figures["grown_mb"] < MOST_GROWN_MB
    aim = f"under {MOST_SECONDS} s, grows under {MOST_GROWN_MB} MB"
    report.figure(f"receipt of {figures['questions']} questions as a PDF", shown, aim, is_met)


def _run() -> None:
    definition = round_definition("csf-r4", {"opens_at": AT, "closes_at": AT + timedelta(days=30)})
    content = content_of(paper_from(definition), {**WHOLE, **FULL, **QUIZ})
    before, seconds = _peak_mb(), []
    for _ in range(RUNS):
        start = time.perf_counter()
        render_pdf("receipt", _data(content), made_at=AT)
        seconds.append(time.perf_counter() - start)
    grown = _peak_mb() - before
    figures = {"questions": len(content), "first": seconds[0], "next": median(seconds[1:]), "grown_mb": grown}
    print(json.dumps(figures))


def _data(content: list[dict[str, object]]) -> dict[str, object]:
    return {
        "title": "Receipt",
        "heading": "Receipt for an application",
        "office": "An office (fictional)",
        "lead": paragraphs("This is what was sent."),
        "facts": [["Receipt number", "CSF-R4-0001-9K4F"]],
        "sections": copy_of(content),
        "ending": None,
    }


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    _run()
