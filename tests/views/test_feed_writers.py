"""The writers of feeds and calendars hold against whatever people put in a title."""

import re
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.web import atom, ical

AT = datetime(2024, 1, 10, 12, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = [
    "</title><script>alert(1)</script>",
    "]]>&amp;<!-- &#0; --",
    "line\r\nBEGIN:VEVENT\r\nbreak\nagain",
    'back\\slash; semi, comma: "quoted"',
    "\u202eright to left\u200b\u0007\u0000\x1b[31m",
    "\ud800half a pair",
    "\ufffe\uffff",
    "é" * 500 + "👩‍👩‍👧‍👦" * 100,
    "x" * 200_000,
    "",
]
WORDS = st.text(alphabet=st.characters(codec=None), max_size=300)


def written(title):
    entry = atom.Entry("urn:uuid:1", title, title, "https://x.example.org/?a=1&b=<", title, AT)
    return atom.feed(
        id="urn:uuid:0", title=title, self_url="https://x/f", page_url="https://x/", author=title, entries=[entry]
    )


def lines(title, **more):
    occasion = ical.Occasion("u@x", title, AT, AT, about=title, place=title, url="https://x/", **more)
    return ical.calendar(title, [occasion])


def unfolded(content):
    """The lines as a calendar reads them: unfolded, then split."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def check_feed(title):
    root = ElementTree.fromstring(written(title))
    assert root.tag == f"{ATOM}feed"
    kept = root.find(f"{ATOM}entry/{ATOM}title").text or ""
    assert "\x00" not in kept
    assert len(root.findall(f"{ATOM}entry")) == 1
    assert {child.tag.removeprefix(ATOM) for child in root.find(f"{ATOM}entry")} == {
        "id", "title", "updated", "summary", "link", "author"
    }  # fmt: skip


def check_calendar(title):
    content = lines(title)
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content), "a line end that is not CRLF"
    assert all(len(line) <= 75 for line in content.split(b"\r\n")), "a line that is not folded"
    names = [line.partition(":")[0] for line in unfolded(content)]
    assert names.count("BEGIN") == 2
    assert names.count("SUMMARY") == names.count("DESCRIPTION") + (not title) == 1


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_title_stays_a_title(title):
    check_feed(title)
    check_calendar(title)


@given(WORDS)
def test_any_title_stays_a_title_in_a_feed(title):
    check_feed(title)


@given(WORDS)
def test_any_title_stays_a_title_in_a_calendar(title):
    check_calendar(title)


def test_a_text_comes_back_as_it_was():
    title = 'Parks; streets, and\nhomes \\ "safe" é'
    root = ElementTree.fromstring(written(title))
    assert root.find(f"{ATOM}title").text == title
    shown = next(line for line in unfolded(lines(title)) if line.startswith("SUMMARY:"))
    assert shown == 'SUMMARY:Parks\\; streets\\, and\\nhomes \\\\ "safe" é'


def test_a_fold_never_cuts_a_sign():
    content = lines("é€👍" * 60)
    assert all(line.decode() for line in content.split(b"\r\n")[:-1])
    assert f"SUMMARY:{'é€👍' * 60}" in unfolded(content)


def test_instants_are_utc_and_days_are_whole():
    summer = datetime(2024, 7, 1, 9, 0, tzinfo=UTC)
    content = ical.calendar("x", [ical.Occasion("u", "t", summer, AT, ends=summer)])
    assert b"DTSTART:20240701T090000Z\r\nDTEND:20240701T090000Z" in content
    whole = ical.calendar("x", [ical.Occasion("u", "t", date(2024, 12, 31), AT)])
    assert b"DTSTART;VALUE=DATE:20241231\r\nDTEND;VALUE=DATE:20250101" in whole


def test_a_cancelled_occasion_says_so():
    content = ical.calendar("x", [ical.Occasion("u", "t", AT, AT, sequence=3, is_cancelled=True)])
    assert b"SEQUENCE:3\r\n" in content
    assert b"STATUS:CANCELLED\r\n" in content


def test_an_empty_feed_and_calendar_are_whole():
    empty = atom.feed(id="urn:uuid:0", title="x", self_url="s", page_url="p", author="a", entries=[])
    assert ElementTree.fromstring(empty).find(f"{ATOM}updated").text == "1970-01-01T00:00:00Z"
    assert ical.calendar("x", []).count(b"BEGIN") == 1
