"""The best set of awards at 14, 200 and 1,000 bids with ten areas and part awards, in a process of its own.

The limit is the same question with whole choices allowed to be fractions: no exact answer can be had sooner. Beside it
stands funding down the list under the pot alone, which keeps none of the other rules.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from dataclasses import replace
from fractions import Fraction

from benchmarks.report import Report
from config import ROOT
from grants.core.solver import solve
from workflows.rules.award_reasons import down_the_list
from workflows.rules.awarding import AreaRule, Candidate, Rules, best_choice, programme_of, worth_of_awards
from workflows.rules.programme import Programme

SIZES = (14, 200, 1_000)
AREAS = 10
SEED = 7
# Our aims.
MOST_SECONDS, MOST_GROWN_MB = 10.0, 200


def measure(report: Report) -> None:
    """Seconds, gap and memory for each size."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.awards"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for row in json.loads(ran.stdout):
        work = f"best awards of {row['bids']:,} bids"
        is_met = row["seconds"] < MOST_SECONDS and row["gap"] == 0
        report.ratio(work, row["seconds"] * 1000, row["seconds"] / row["limit"], f"under {MOST_SECONDS:.0f} s", is_met)
        shown = f"gap {row['gap']}, {row['worth']:.3f} of the list's worth, grew {row['grown_mb']} MB"
        aim = f"proved best, grows under {MOST_GROWN_MB} MB"
        report.figure(f"{work}: proof", shown, aim, row["gap"] == 0 and row["grown_mb"] < MOST_GROWN_MB)


def a_round(size: int) -> tuple[list[Candidate], Rules]:
    """Bids of £2,000 to £15,000, half of which can go ahead with less, and a pot for about a fifth of what is asked."""
    draw = random.Random(SEED)
    bids = []
    for number in range(size):
        ask = draw.randrange(20, 150) * 100_00
        bids.append(
            Candidate(
                reference=f"B{number}",
                organisation=f"group {number % max(1, size * 4 // 5)}",
                area=f"Area {draw.randrange(AREAS)}",
                ask_pence=ask,
                percent=Fraction(draw.randrange(200, 1001), 10),
                minimum_pence=draw.choice([ask, ask * 6 // 10 // 100 * 100]),
            )
        )
    is_large = size > SIZES[0]
    areas = tuple(
        AreaRule(area=f"Area {each}", least_count=1 if is_large else None, most_share=30 if is_large else None)
        for each in range(AREAS)
    )
    pot = sum(each.ask_pence for each in bids) * 22 // 100
    cap = 20_000_00 if is_large else None
    return bids, Rules(pot_pence=pot, line=50, areas=areas, allows_parts=True, organisation_cap_pence=cap)


def _run() -> None:
    rows = []
    # The solver is loaded by the first question that is asked of it.
    best_choice(*a_round(3), solve)
    for size in SIZES:
        bids, rules = a_round(size)
        whole = programme_of(bids, rules)
        relaxed = Programme(tuple(replace(each, is_whole=False) for each in whole.unknowns), whole.limits)
        limit = _seconds(lambda relaxed=relaxed: _relax(relaxed))
        before = _peak_mb()
        begun = time.perf_counter()
        choice = best_choice(bids, rules, solve)
        seconds = time.perf_counter() - begun
        bound = choice.bound or choice.worth
        rows.append(
            {
                "bids": size,
                "seconds": seconds,
                "limit": limit,
                "gap": float((bound - choice.worth) / bound) if bound else 0.0,
                "worth": float(choice.worth / worth_of_awards(bids, down_the_list(bids, rules))),
                "grown_mb": _peak_mb() - before,
            }
        )
    print(json.dumps(rows))


def _relax(programme: Programme) -> None:
    """Solve without whole numbers; that its fractions are no awards is of no interest here."""
    from grants.core.solver import SolverFailed

    try:
        solve(programme)
    except SolverFailed as error:
        if "breaks" not in str(error):
            raise


def _seconds(work: object) -> float:
    begun = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - begun


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    _run()
