"""The style sheet keeps its promises: small, ours alone, and every pair of colours readable in every palette."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "grants" / "static"
CSS = (STATIC / "app.css").read_text()
HEX = r"#(?:[0-9a-f]{3}){1,2}"


def _properties(selector: str) -> dict[str, str]:
    block = re.search(rf"{re.escape(selector)} {{([^}}]*)}}", CSS)
    assert block, selector
    return dict(re.findall(rf"(--[a-z-]+): ({HEX})", block[1]))


ROOT = _properties(":root")
PALETTES = {"pine": {}, **{name: _properties(f'[data-palette="{name}"]') for name in re.findall(r'e="(\w+)"', CSS)}}
# What is read on what, where only the properties tell.
READ_ON = [
    ("--ink", "--paper"),
    ("--ink", "--wash"),
    ("--ink", "--accent-soft"),
    ("--ink", "--glow"),
    ("--muted", "--paper"),
    ("--muted", "--wash"),
    ("--link", "--paper"),
    ("--link", "--wash"),
    ("--visited", "--paper"),
    ("--visited", "--wash"),
    ("--paper", "--accent"),
    ("--paper", "--accent-dark"),
    ("--accent-dark", "--paper"),
    ("--accent-dark", "--accent-soft"),
    ("--paper", "--error"),
    ("--paper", "--error-dark"),
    ("--error", "--paper"),
    ("--error-dark", "--error-soft"),
    ("--good", "--good-soft"),
]
SEEN_ON = [("--edge", "--paper"), ("--accent", "--paper"), ("--accent", "--wash"), ("--error", "--paper")]


@pytest.mark.parametrize("palette", PALETTES)
def test_every_palette_can_be_read(palette: str) -> None:
    colours = ROOT | PALETTES[palette]
    for words, ground in READ_ON:
        assert contrast(colours[words], colours[ground]) >= 4.5, (words, ground)
    for line, ground in SEEN_ON:
        assert contrast(colours[line], colours[ground]) >= 3, (line, ground)


def test_each_palette_gives_every_colour_of_an_office() -> None:
    assert {frozenset(colours) for name, colours in PALETTES.items() if name != "pine"} == {
        frozenset({"--accent", "--accent-dark", "--accent-soft"})
    }


def test_every_tag_can_be_read() -> None:
    tags = re.findall(rf"\.govuk-tag\S* {{[^}}]*background: ({HEX}); color: ({HEX})", CSS)
    assert len(tags) == 9
    for ground, words in tags:
        assert contrast(words, ground) >= 7, (words, ground)


def test_nothing_is_fetched_from_elsewhere() -> None:
    for path in STATIC.iterdir():
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z]+\.[a-z]|@import|@font-face|url\(", text), path.name


def test_the_files_stay_small() -> None:
    assert (STATIC / "app.css").stat().st_size < 32_768
    assert (STATIC / "app.js").stat().st_size < 4_096


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (_linear(int(digits[place : place + 2], 16) / 255) for place in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    linear: float = part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
    return linear
