"""The careful reader of pages can fail: each fault that it promises to see is shown to it once."""

from types import SimpleNamespace

import pytest

from tests.pages import Page, read_page

GOOD = """<!doctype html><html lang="en"><head><title>Apply - Safer Grants</title></head><body>
<h1>Apply</h1><a href="#name">Name</a><p>You ask for £1,500.50.</p>
<form method="post"><input type="hidden" name="csrf_token" value="x"><label for="name">Name</label>
<input id="name" name="name" type="text" value="Safer evenings"></form></body></html>"""

FAULTS = {
    "two headings": ("<h1>Apply</h1>", "<h1>Apply</h1><h1>Again</h1>"),
    "no heading": ("<h1>Apply</h1>", ""),
    "an empty heading": ("<h1>Apply</h1>", "<h1> </h1>"),
    "no service in the title": ("Apply - Safer Grants", "Apply"),
    "a box without a label": ('<label for="name">Name</label>', ""),
    "a form without a token": ('<input type="hidden" name="csrf_token" value="x">', ""),
    "an empty token": ('value="x"', 'value=""'),
    "an id twice": ("<p>", '<p id="name">'),
    "a link to nothing": ('href="#name"', 'href="#nowhere"'),
    "a description that is not there": ('type="text"', 'type="text" aria-describedby="gone"'),
    "a tag left open": ("</p>", ""),
    "a code for a person to read": ("You ask", "offer_draft: you ask"),
    "a float": ("1,500.50", "1500.4999999"),
    "a value that nobody gave": ("£1,500.50", "None"),
    "an inline style": ("<p>", '<p style="color: red">'),
    "an inline script": ("<p>", "<script>alert(1)</script><p>"),
    "a script on a tag": ("<p>", '<p onclick="go()">'),
}


def answer(html: str, status: int = 200) -> SimpleNamespace:
    return SimpleNamespace(status_code=status, get_data=lambda as_text: html)


def test_a_good_page_is_read() -> None:
    page: Page = read_page(answer(GOOD))
    assert (page.h1, page.title, page.value("name")) == ("Apply", "Apply - Safer Grants", "Safer evenings")
    assert page.links() == ["#name"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_seen(fault: str) -> None:
    good, bad = FAULTS[fault]
    assert GOOD.count(good) >= 1
    with pytest.raises(AssertionError):
        read_page(answer(GOOD.replace(good, bad, 1)))


def test_another_status_is_a_fault() -> None:
    with pytest.raises(AssertionError):
        read_page(answer(GOOD, 500))
