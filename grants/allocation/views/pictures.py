"""The pot filling up, and money by area, as charts with their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grants.allocation.queries import Board
from grants.web import charts, filters
from workflows.rules.award_reasons import ranked
from workflows.rules.awarding import Candidate, Rules


def pot_chart(candidates: Sequence[Candidate], rules: Rules, awards: Mapping[str, int]) -> charts.Chart:
    """What the awards take of the money and what is left; the table adds them up from the best bid down."""
    spent, ceiling = sum(awards.values()), rules.ceiling_pence
    parts = [charts.Part("Awards", spent, filters.pounds(spent))]
    parts += [charts.Part("Left", ceiling - spent, filters.pounds(ceiling - spent))] if ceiling > spent else []
    total, table = 0, []
    for each in ranked(candidates):
        if each.reference in awards:
            total += awards[each.reference]
            table.append((each.reference, filters.pounds(awards[each.reference]), filters.pounds(total)))
    return charts.filling(
        "pot",
        "The pot filling up",
        f"{filters.plural(len(table), 'bid')} take {filters.pounds(spent)} of {filters.pounds(ceiling)}.",
        parts,
        whole=ceiling,
        whole_shown=filters.pounds(ceiling),
        figures=charts.Figures(("Bid", "Award", "Together"), tuple(table)),
    )


def area_chart(board: Board, candidates: Sequence[Candidate], awards: Mapping[str, int]) -> charts.Chart:
    """What each area gets beside what its bids ask for."""
    rows, table = [], []
    for area in board.areas:
        own = [each for each in candidates if each.area == area]
        asked, given = sum(each.ask_pence for each in own), sum(awards.get(each.reference, 0) for each in own)
        funded = sum(each.reference in awards for each in own)
        rows.append(charts.Bar(area, (given, asked), filters.pounds(given)))
        table.append((area, filters.pounds(given), filters.pounds(asked), str(funded)))
    return charts.bars(
        "areas",
        "Money by area",
        "Awards beside what the bids of the area ask for.",
        rows,
        series=("Awards", "Asked for"),
        figures=charts.Figures(("Area", "Awards", "Asked for", "Bids funded"), tuple(table)),
    )
