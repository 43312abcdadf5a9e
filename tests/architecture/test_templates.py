"""What every template keeps: it compiles, hides nothing from escaping, and needs no exception from the policy."""

import re
from pathlib import Path

import pytest
from jinja2 import nodes

from tests.kitchen_sink import ROOT, make_app

FOLDER = ROOT / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
PAGES = [name for name in TEMPLATES if not name.startswith(("macros/", "emails/", "documents/"))]
ENVIRONMENT = make_app().jinja_env
CSS = "".join(path.read_text() for path in (ROOT / "grants" / "static").glob("*.css"))


def source(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_no_exception_from_the_policy(name: str) -> None:
    text = source(name)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=[\"']|javascript:", text), "inline style or script"
    assert not re.search(r"<script(?![^>]*\ssrc=|[^>]*ld\+json)", text), "inline script"
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), "an address of somebody else"


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_escapes_escaping(name: str) -> None:
    tree = ENVIRONMENT.parse(source(name))
    for each in tree.find_all(nodes.Filter):
        assert each.name not in {"safe", "forceescape"}, f"|{each.name} on line {each.lineno}"
    assert not list(tree.find_all(nodes.ScopedEvalContextModifier)), "autoescape switched"


@pytest.mark.parametrize("name", [name for name in PAGES if name.count("/") and not Path(name).name.startswith("_")])
def test_a_page_stands_in_one_of_the_frames_and_has_a_title(name: str) -> None:
    text = source(name)
    parent = re.search(r'{%-?\s*extends\s+"([^"]+)"', text)
    assert parent, "no frame"
    assert (
        parent[1] in {"public.html", "applicant.html", "staff.html", "errors/error.html"}
        or (FOLDER / parent[1]).exists()
    )
    assert "{% block title" in text.replace("{%-", "{%") or parent[1] == "errors/error.html"


@pytest.mark.parametrize("name", [name for name in TEMPLATES if not name.startswith("macros/")])
def test_a_form_that_posts_carries_its_token(name: str) -> None:
    # Nearly every form is drawn by ui.form_tag, which brings the token; one that is not brings its own.
    text = source(name)
    assert len(re.findall(r'<form[^>]*method="post"', text, re.IGNORECASE)) == text.count("ui.csrf()")


def test_every_class_of_our_own_has_a_style() -> None:
    used = {word for name in TEMPLATES for word in re.findall(r"(?<![\w-])app-[a-z_-]+", _classes(source(name)))}
    assert sorted(word for word in used if f".{word}" not in CSS) == []


def _classes(text: str) -> str:
    return " ".join(re.findall(r'class="([^"]*)"', text))
