"""Charts: the geometry is right, the figures stand behind every picture, and nothing needs a script or a colour."""

import re
from fractions import Fraction

import pytest

from grants.web import charts
from grants.web.charts import Bar, Chart, Figures, Part, Range, Step
from tests.architecture.test_style_sheet import CSS, PALETTES, ROOT, contrast
from tests.kitchen_sink import every_chart, make_app
from tests.pages import Page, read_page

TABLE = Figures(("What", "How many"), (("One", "1"),))


def numbers(*places: str) -> list[float]:
    return [float(place.removesuffix("%").removesuffix("rem")) for place in places]


@pytest.fixture(scope="module")
def page() -> Page:
    return read_page(make_app().test_client().get("/"))


def test_a_bar_is_as_long_as_its_share_of_the_longest() -> None:
    rows = [Bar("West", (10, 5), "10 and 5"), Bar("East", (Fraction(5, 2), 0), "2.5 and 0")]
    chart = charts.bars("a", "T", "S", rows, series=["Money", "Need"], figures=TABLE)

    assert [numbers(each.width)[0] for each in chart.boxes] == [100, 50, 25, 0]
    assert {each.x for each in chart.boxes} == {"0%"}
    assert [each.look for each in chart.boxes] == ["solid", "lined"] * 2
    assert [(each.sign, each.text) for each in chart.keys] == [("box-solid", "Money"), ("box-lined", "Need")]
    tops = [numbers(each.y)[0] for each in chart.boxes]
    assert tops == sorted(tops) and max(tops) + charts.BAR <= numbers(chart.height)[0]


def test_stacked_bars_lie_end_to_end_and_the_longest_fills_the_width() -> None:
    rows = [Bar("One", (1, 2, 1), ""), Bar("Two", (1, 0, 0), "")]
    chart = charts.bars("a", "T", "S", rows, series=["A", "B", "C"], figures=TABLE, stacked=True)

    first = [numbers(each.x, each.width) for each in chart.boxes[:3]]
    assert first == [[0, 25], [25, 50], [75, 25]]
    assert numbers(chart.boxes[3].width) == [25]


def test_a_funnel_stands_in_the_middle() -> None:
    chart = charts.funnel("a", "T", "S", [Step("In", 20, "20"), Step("Out", 5, "5"), Step("No", 0, "0")], figures=TABLE)

    for box in chart.boxes:
        left, width = numbers(box.x, box.width)
        assert left + width / 2 == pytest.approx(50)
    assert numbers(*[each.width for each in chart.boxes]) == [100, 25, 0]


def test_an_interval_a_mark_and_the_line_stand_at_their_places_and_what_is_outside_is_cut() -> None:
    row = Range("EX-1", "70%", 70, 60, 120, Fraction(149, 2), (50, 90))
    chart = charts.ranges("a", "T", "S", [row], figures=TABLE, lowest=50, highest=100, line=65, line_shown="Line")

    by_look: dict[str, list[float]] = {}
    for stroke in chart.strokes:
        by_look.setdefault(stroke.look, []).extend(numbers(stroke.x1, stroke.x2))
    assert by_look == {"line": [30, 30], "mark": [0, 0, 80, 80], "interval": [20, 100, 20, 20, 100, 100]}
    assert [(each.look, *numbers(each.x)) for each in chart.dots] == [("empty", 49), ("solid", 40)]
    assert "Line" in [each.text for each in chart.words]


def test_a_pot_that_runs_over_shows_its_brim_inside() -> None:
    parts = [Part("Spent", 100, "£100"), Part("Over", 25, "£25")]
    chart = charts.filling("a", "T", "S", parts, whole=100, whole_shown="Pot", figures=TABLE)

    assert [numbers(each.x, each.width) for each in chart.boxes] == [[0, 80], [0, 80], [80, 20]]
    assert numbers(chart.strokes[0].x1) == [80]
    assert [each.text for each in chart.keys] == ["Spent: £100", "Over: £25"]


@pytest.mark.parametrize("rows", [[], [Bar("None", (0,), "0")]])
def test_nothing_to_draw_is_drawn_as_nothing(rows: list[Bar]) -> None:
    chart = charts.bars("a", "T", "S", rows, series=["A"], figures=TABLE)
    assert all(numbers(each.width) == [0] for each in chart.boxes)
    flat = charts.ranges("b", "T", "S", [Range("x", "", 5)], figures=TABLE, lowest=5, highest=5, line=None)
    assert numbers(flat.dots[0].x) == [0]


def test_a_long_name_is_cut_in_the_picture_only() -> None:
    long = "Example Street Youth Club and Hall (fictional)"
    assert len(charts.shortened(long)) <= charts.LABEL_LENGTH and charts.shortened("West") == "West"


@pytest.mark.parametrize("chart", every_chart(), ids=lambda chart: chart.id)
def test_each_picture_has_its_title_its_sentence_and_its_table(page: Page, chart: Chart) -> None:
    picture = page.one("svg", aria_labelledby=f"{chart.id}-title")
    assert picture.attributes["role"] == "img"
    assert page.one("title", id=f"{chart.id}-title").text == f"Chart: {chart.title}"
    assert chart.said in [each.text for each in page.all("desc")]
    table = next(each for each in page.all("table") if chart.title in each.text)
    for cell in [*chart.figures.head, *(cell for row in chart.figures.rows for cell in row)]:
        assert cell in table.text
    for key in chart.keys:
        assert key.text in page.text


def test_every_shape_has_the_contrast_of_its_outline_and_no_two_fillings_are_alike() -> None:
    shades = dict(re.findall(r"\.app-chart__(line|mark|interval|outline) {[^}]*stroke: var\((--[a-z-]+)\)", CSS))
    assert shades.keys() == {"line", "mark", "interval", "outline"}
    for palette in PALETTES.values():
        colours = ROOT | palette
        for name in [*shades.values(), "--accent-dark"]:
            assert contrast(colours[name], colours["--paper"]) >= 3, name
    assert len(set(charts.LOOKS)) == 4
