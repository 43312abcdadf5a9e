"""Charts as plain geometry: every place is worked out here, and templates/macros/charts.html only draws it.

Across, places are percents of the width; downwards they are rem, so that words keep the reader's own size and a chart
fits a phone. Nothing is told by colour alone, and each chart carries its figures as a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

Number = int | float | Fraction
# How a shape looks; each differs from the others in print without colour too.
Look = Literal["solid", "lined", "dotted", "empty"]
LOOKS: Final[tuple[Look, ...]] = ("solid", "lined", "dotted", "empty")
Anchor = Literal["start", "middle", "end"]

LABEL_LENGTH: Final = 28
WORDS_DROP: Final = 1.0
BAR_DROP: Final = 1.35
BAR: Final = 1.0
ROW_GAP: Final = 0.9
LAST_PLACE: Final = 100


@dataclass(frozen=True, slots=True)
class Box:
    """A bar or a part of one; `x` and `width` in percent, `y` and `height` in rem."""

    x: str
    y: str
    width: str
    height: str
    look: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line between two places."""

    x1: str
    y1: str
    x2: str
    y2: str
    look: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A round mark."""

    x: str
    y: str
    look: str


@dataclass(frozen=True, slots=True)
class Words:
    """Words in the picture; they stand on `y`."""

    x: str
    y: str
    text: str
    anchor: Anchor = "start"
    look: str = "plain"


@dataclass(frozen=True, slots=True)
class Key:
    """What a look means; `sign` is what is drawn beside the words."""

    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The same as a table; the first cell of each row names it, and the other columns are figures."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture ready to draw. `id` is unique on its page, `said` sums the picture up in a sentence."""

    id: str
    title: str
    said: str
    height: str
    figures: Figures
    keys: tuple[Key, ...] = ()
    boxes: tuple[Box, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    dots: tuple[Dot, ...] = ()
    words: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of bars: a value for each series, and `shown`, its words in the picture."""

    label: str
    values: tuple[Number, ...]
    shown: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a funnel."""

    label: str
    count: int
    shown: str


@dataclass(frozen=True, slots=True)
class Range:
    """One row of dots: a value with its interval, the plain value beside it, and the single marks behind both.

    Whatever is None is not drawn; `shown` is its words in the picture.
    """

    label: str
    shown: str
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    plain: Number | None = None
    marks: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a pot that fills."""

    label: str
    amount: Number
    shown: str


def bars(
    id: str,
    title: str,
    said: str,
    rows: Sequence[Bar],
    *,
    series: Sequence[str],
    figures: Figures,
    stacked: bool = False,
) -> Chart:
    """Horizontal bars: one series, several side by side (pairs), or `stacked` end to end; four series at most."""
    most = max((sum(row.values) if stacked else max(row.values, default=0) for row in rows), default=0)
    boxes: list[Box] = []
    words: list[Words] = []
    top = 0.0
    for row in rows:
        words += _heading(row.label, row.shown, top)
        top += BAR_DROP
        drawn = _end_to_end(row.values, most, top) if stacked else _side_by_side(row.values, most, top)
        boxes += drawn
        top += (BAR if stacked else BAR * len(row.values)) + ROW_GAP
    keys = tuple(Key(f"box-{look}", name) for look, name in zip(LOOKS, series, strict=False)) if series[1:] else ()
    return Chart(id, title, said, _rem(top), figures, keys, tuple(boxes), words=tuple(words))


def funnel(id: str, title: str, said: str, steps: Sequence[Step], *, figures: Figures) -> Chart:
    """Steps from the top down, each as wide as its count; the first is the whole width."""
    most = max((step.count for step in steps), default=0)
    boxes: list[Box] = []
    words: list[Words] = []
    top = 0.0
    for step in steps:
        width = _share(step.count, most)
        words += _heading(step.label, step.shown, top)
        boxes.append(Box(_percent((LAST_PLACE - width) / 2), _rem(top + BAR_DROP), _percent(width), _rem(BAR), "solid"))
        top += BAR_DROP + BAR + ROW_GAP
    return Chart(id, title, said, _rem(top), figures, boxes=tuple(boxes), words=tuple(words))


def ranges(
    id: str,
    title: str,
    said: str,
    rows: Sequence[Range],
    *,
    figures: Figures,
    lowest: Number,
    highest: Number,
    line: Number | None,
    line_shown: str = "",
    keys: Sequence[Key] = (),
) -> Chart:
    """Dots with their intervals against a line, on a scale from `lowest` to `highest`; what lies outside is cut."""
    scale = _Scale(float(lowest), float(highest))
    top = 1.6 if line is not None else 0.0
    strokes: list[Stroke] = []
    dots: list[Dot] = []
    words: list[Words] = []
    for row in rows:
        words += _heading(row.label, row.shown, top)
        strokes += _marks_of(row, scale, top + BAR_DROP)
        dots += _dots_of(row, scale, top + BAR_DROP)
        top += BAR_DROP + BAR + ROW_GAP
    if line is not None:
        at = scale.place(line)
        words.append(Words(_percent(at), _rem(WORDS_DROP), line_shown, _towards_the_middle(at), "strong"))
        strokes.insert(0, Stroke(_percent(at), _rem(1.3), _percent(at), _rem(top), "line"))
    return Chart(id, title, said, _rem(top), figures, tuple(keys), (), tuple(strokes), tuple(dots), tuple(words))


# What the signs of `ranges` mean; a page leaves out those that it does not draw.
MARK_KEY: Final = "mark"
PLAIN_KEY: Final = "dot-empty"
VALUE_KEY: Final = "dot-solid"
INTERVAL_KEY: Final = "interval"


def filling(
    id: str, title: str, said: str, parts: Sequence[Part], *, whole: Number, whole_shown: str, figures: Figures
) -> Chart:
    """A pot that fills: its parts end to end inside its outline, and a line at the brim when they run over."""
    total = sum((part.amount for part in parts), Fraction(0))
    most = max(total, whole)
    brim = _share(whole, most)
    boxes = [Box("0%", _rem(BAR_DROP), _percent(brim), _rem(2 * BAR), "outline")]
    boxes += _end_to_end([part.amount for part in parts], most, BAR_DROP, 2 * BAR)
    side: Anchor = "end" if brim > LAST_PLACE / 2 else "start"
    words = [Words(_percent(brim), _rem(WORDS_DROP), whole_shown, side, "strong")]
    strokes = [Stroke(_percent(brim), _rem(BAR_DROP - 0.25), _percent(brim), _rem(BAR_DROP + 2.25 * BAR), "line")]
    looks = _looks(len(parts))
    keys = [Key(f"box-{look}", f"{part.label}: {part.shown}") for look, part in zip(looks, parts, strict=True)]
    height = _rem(BAR_DROP + 2.5 * BAR)
    return Chart(id, title, said, height, figures, tuple(keys), tuple(boxes), tuple(strokes), (), tuple(words))


@dataclass(frozen=True, slots=True)
class _Scale:
    lowest: float
    highest: float

    def place(self, value: Number) -> float:
        span = self.highest - self.lowest
        part = (float(value) - self.lowest) / span if span > 0 else 0.0
        return LAST_PLACE * min(1.0, max(0.0, part))


def _heading(label: str, shown: str, top: float) -> list[Words]:
    at = _rem(top + WORDS_DROP)
    return [Words("0%", at, shortened(label)), Words("100%", at, shown, "end", "strong")]


def _side_by_side(values: Sequence[Number], most: Number, top: float) -> list[Box]:
    return [
        Box("0%", _rem(top + place * BAR), _percent(_share(value, most)), _rem(BAR * 0.9), look)
        for place, (value, look) in enumerate(zip(values, _looks(len(values)), strict=True))
    ]


def _end_to_end(values: Sequence[Number], most: Number, top: float, height: float = BAR) -> list[Box]:
    boxes: list[Box] = []
    left = 0.0
    for value, look in zip(values, _looks(len(values)), strict=True):
        width = _share(value, most)
        boxes.append(Box(_percent(left), _rem(top), _percent(width), _rem(height), look))
        left += width
    return boxes


def _marks_of(row: Range, scale: _Scale, top: float) -> Iterable[Stroke]:
    for mark in row.marks:
        at = _percent(scale.place(mark))
        yield Stroke(at, _rem(top + 0.1), at, _rem(top + BAR - 0.1), "mark")
    if row.low is not None and row.high is not None:
        middle = _rem(top + BAR / 2)
        ends = [_percent(scale.place(end)) for end in (row.low, row.high)]
        yield Stroke(ends[0], middle, ends[1], middle, "interval")
        for end in ends:
            yield Stroke(end, _rem(top + 0.25), end, _rem(top + BAR - 0.25), "interval")


def _dots_of(row: Range, scale: _Scale, top: float) -> Iterable[Dot]:
    for value, look in ((row.plain, "empty"), (row.value, "solid")):
        if value is not None:
            yield Dot(_percent(scale.place(value)), _rem(top + BAR / 2), look)


def _towards_the_middle(at: float) -> Anchor:
    if at < LAST_PLACE / 5:
        return "start"
    return "end" if at > LAST_PLACE * 4 / 5 else "middle"


def shortened(label: str) -> str:
    """A label as long as fits beside its figure on a phone; the table says it whole."""
    return label if len(label) <= LABEL_LENGTH else label[: LABEL_LENGTH - 1].rstrip() + "…"


def _looks(count: int) -> tuple[Look, ...]:
    # More parts than looks begin again; the words in the key keep their order.
    return tuple(LOOKS[place % len(LOOKS)] for place in range(count))


def _share(value: Number, most: Number) -> float:
    return LAST_PLACE * max(0.0, float(value)) / float(most) if most > 0 else 0.0


def _percent(value: float) -> str:
    return f"{value:.2f}%"


def _rem(value: float) -> str:
    return f"{value:.2f}rem"
