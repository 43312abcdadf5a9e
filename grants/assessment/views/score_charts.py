"""The pictures of what the scores say: bids against the line, and how markers lie beside each other."""

from __future__ import annotations

from math import ceil, floor

from grants.assessment.queries.statistics import MarkerLine, ScoreLine, Statistics
from grants.web import charts
from grants.web.charts import Chart, Figures, Key, Range
from workflows.rules.scoring import show_percent

STEP = 10
NARROWEST = 10


def score_chart(found: Statistics) -> Chart | None:
    """Every bid with the marks that it got, against the line; none when nothing is scored."""
    lines = [each for each in found.lines if each.marks]
    if not lines:
        return None
    places = [
        float(place) for each in lines for place in (*each.marks, each.low, each.high, found.line) if place is not None
    ]
    adjusted = found.code is None
    above = sum(each.raw is not None and each.raw >= found.line for each in lines)
    said = f"{above} of {len(lines)} bids are at the line or above it as they were marked."
    if adjusted:
        over = sum(each.value is not None and each.value >= found.line for each in lines)
        said += f" With severe and lenient markers allowed for, {over} are."
    keys = [Key(charts.PLAIN_KEY, "mean as marked"), Key(charts.MARK_KEY, "one marker")]
    if adjusted:
        keys = [Key(charts.VALUE_KEY, "adjusted"), Key(charts.INTERVAL_KEY, "nine times in ten within"), *keys]
    return charts.ranges(
        "scores",
        "The bids against the line",
        said,
        [_bid(each) for each in lines],
        figures=Figures(
            ("Bid", "As marked", "Lowest marker", "Highest marker", "Adjusted", "From", "To"),
            tuple(_figures(each) for each in lines),
        ),
        lowest=floor(min(places) / STEP) * STEP,
        highest=ceil(max(places) / STEP) * STEP,
        line=found.line,
        line_shown=f"Line {show_percent(found.line)}%",
        keys=keys,
    )


def _bid(line: ScoreLine) -> Range:
    shown = "" if line.raw is None else f"{show_percent(line.raw)}%"
    if line.value is not None:
        shown += f", adjusted {show_percent(line.value)}%"
    return Range(line.application.reference, shown, line.value, line.low, line.high, line.raw, line.marks)


def _figures(line: ScoreLine) -> tuple[str, ...]:
    ends = (line.marks[0], line.marks[-1]) if line.marks else (None, None)
    places = (line.raw, *ends, line.value, line.low, line.high)
    return (line.application.reference, *(f"{show_percent(each)}%" if each is not None else "" for each in places))


def marker_chart(found: Statistics) -> Chart | None:
    """How far each marker lies above or below the rest on the same bids, in points; for the chair alone."""
    known = [each for each in found.markers if each.part is not None]
    if not known:
        return None
    reach = max(abs(place) for each in known if each.part for place in (each.part.low, each.part.high))
    side = max(NARROWEST, ceil(reach / STEP) * STEP)
    apart = sum(each.severity in {"lower", "higher"} for each in known)
    return charts.ranges(
        "markers",
        "How markers lie beside each other",
        f"{apart} of {len(known)} markers lie clearly to one side of the others."
        if apart
        else "Nobody lies clearly to one side of the others.",
        [_marker(each) for each in known],
        figures=Figures(
            ("Marker", "Beside the others", "From", "To"),
            tuple((each.name, *(_points(place) for place in _places(each))) for each in known),
        ),
        lowest=-side,
        highest=side,
        line=0,
        line_shown="like the others",
        keys=[
            Key(charts.VALUE_KEY, "lower to the left, higher to the right"),
            Key(charts.INTERVAL_KEY, "nine times in ten within"),
        ],
    )


def _places(line: MarkerLine) -> tuple[float, ...]:
    return (line.part.lean, line.part.low, line.part.high) if line.part else ()


def _marker(line: MarkerLine) -> Range:
    lean, low, high = _places(line)
    return Range(line.name, f"{_points(lean)} points", lean, low, high)


def _points(value: float) -> str:
    return f"{value:+.1f}"
