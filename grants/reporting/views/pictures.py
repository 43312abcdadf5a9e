"""A round's dashboard as pictures: the funnel, the pot filling up, and money by area; each with its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grants.reporting.funnel import Funnel
from grants.reporting.queries.rounds import AreaLine
from grants.web import charts, filters


def of_round(funnel: Funnel, stages: Sequence[Mapping[str, Any]], areas: Sequence[AreaLine]) -> list[charts.Chart]:
    """The pictures that have something to show, in the order in which they are drawn."""
    found = [_funnel(stages)]
    if funnel.recommended_pence:
        found.append(_pot(funnel))
    if any(line.asked_pence for line in areas):
        found.append(_areas(areas))
    return found


def _funnel(stages: Sequence[Mapping[str, Any]]) -> charts.Chart:
    rows = tuple((each["name"], str(each["count"]), each["share"], filters.pounds(each["pence"])) for each in stages)
    return charts.funnel(
        "funnel",
        "How far the bids have come",
        "; ".join(f"{each['name'].lower()} {each['count']}" for each in stages).capitalize() + ".",
        [charts.Step(each["name"], each["count"], str(each["count"])) for each in stages],
        figures=charts.Figures(("Step", "Bids", "Of received", "Amount"), rows),
    )


def _pot(funnel: Funnel) -> charts.Chart:
    pot, spent = funnel.round_.pot_pence, funnel.recommended_pence
    left = max(0, pot - spent)
    parts = [charts.Part("Recommended", spent, filters.pounds(spent))]
    parts += [charts.Part("Left", left, filters.pounds(left))] if left else []
    return charts.filling(
        "pot",
        "The pot filling up",
        f"{filters.pounds(spent)} of {filters.pounds(pot)} is recommended.",
        parts,
        whole=pot,
        whole_shown=filters.pounds(pot),
        figures=charts.Figures(("Part", "Amount"), tuple((part.label, part.shown) for part in parts)),
    )


def _areas(areas: Sequence[AreaLine]) -> charts.Chart:
    rows = tuple(
        (
            line.name,
            str(line.received),
            filters.pounds(line.asked_pence),
            str(line.recommended),
            filters.pounds(line.recommended_pence),
        )
        for line in areas
    )
    bars = [
        charts.Bar(line.name, (line.recommended_pence, line.asked_pence), filters.pounds(line.recommended_pence))
        for line in areas
    ]
    return charts.bars(
        "areas",
        "Money by area",
        "What is recommended beside what the bids of the area ask for.",
        bars,
        series=("Recommended", "Asked for"),
        figures=charts.Figures(("Area", "Received", "Asked", "Recommended", "Amount"), rows),
    )
