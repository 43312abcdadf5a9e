"""Every kind of question as a form: what is typed is stored, drawn again from what is stored, and read as the same."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from grants.applications.forms import open_section
from grants.applications.queries import Part
from grants.funds.models import Question, QuestionKind, Section
from grants.web.fields import DateField
from tests.apps import make_app
from workflows.rules import answers

COLUMNS = [
    *(
        {"code": kind, "label": kind, "kind": kind}
        for kind in ("text", "long_text", "money", "number", "date", "percent")
    ),
    {"code": "choice", "label": "choice", "kind": "choice", "options": [["a", "A"], ["b", "B"]]},
]
OPTIONS = [{"value": "a", "label": "First"}, {"value": "b", "label": "Second"}]
SETTINGS: dict[str, dict[str, Any]] = {"table": {"columns": COLUMNS, "max_rows": 5}}
MANY = ("postcode", "url")
QUESTIONS = tuple(
    Question(
        code=f"K{place}",
        kind=kind,
        label=f"Question {place}?",
        help_text="",
        options=OPTIONS if kind in {"radio", "checkboxes"} else [],
        settings=SETTINGS.get(str(kind), {}) | ({"many": True} if kind in MANY else {}),
        is_required=True,
        word_limit=None,
        show_when=None,
    )
    for place, kind in enumerate(QuestionKind)
    if kind is not QuestionKind.FILES
)
CODES = {str(question.kind): question.code for question in QUESTIONS}
PART = Part(Section(code="all", title="All kinds"), QUESTIONS)
AREAS = ("North", "South")
NASTY = [
    "\u202e\u0645\u0631",
    "\u200b",
    "-5",
    "£1,234.50",
    "9" * 300,
    "=1+1",
    "<b>",
    "1 1 0001",
    "31/12/9999",
    " x ",
    "½",
]
TEXT = st.one_of(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30), st.sampled_from(NASTY)
)


@st.composite
def typed(draw: Any) -> MultiDict[str, str]:
    """What a person may send for every question, readable or not."""
    data: list[tuple[str, str]] = []
    for kind, code in CODES.items():
        if kind in {"yes_no", "radio"}:
            data += [(code, draw(st.sampled_from(["yes", "no", "a", "b"])))]
        elif kind in {"checkboxes", "areas", "declaration"}:
            data += [(code, each) for each in draw(st.lists(st.sampled_from(["a", "b", "North", "yes"]), unique=True))]
        elif kind == "date":
            data += [(f"{code}-{part}", draw(TEXT)) for part in ("day", "month", "year")]
        elif kind == "budget":
            rows = range(draw(st.integers(0, 3)))
            data += [(f"{code}-{row}-{box}", draw(TEXT)) for row in rows for box in ("description", "amount")]
        elif kind == "table":
            rows = range(draw(st.integers(0, 4)))
            data += [(f"{code}-{row}-{each['code']}", draw(TEXT)) for row in rows for each in COLUMNS]
        else:
            data += [(code, draw(TEXT))]
    return MultiDict(data)


def read(app: Flask, data: MultiDict[str, str]) -> dict[str, Any]:
    with app.test_request_context(method="POST", data=data):
        return open_section(PART, AREAS, {}).read(QUESTIONS)


def drawn(app: Flask, stored: dict[str, Any]) -> MultiDict[str, str]:
    """What a browser would send of the page that is drawn from these answers, with nothing touched."""
    with app.test_request_context():
        form = open_section(PART, AREAS, stored)
        data: list[tuple[str, str]] = []
        for kind, code in CODES.items():
            field = form[code]
            if kind in {"checkboxes", "areas", "declaration"}:
                data += [(code, each) for each in field.data or []]
            elif isinstance(field, DateField):
                data += [
                    (f"{code}-{name}", part) for name, part in zip(("day", "month", "year"), field.parts, strict=True)
                ]
            elif kind == "budget":
                for entry in field.entries:
                    data += [(box.name, box._value()) for box in (entry.form.description, entry.form.amount)]
            elif kind == "table":
                data += [
                    (field.box_id(at, box), text) for at, row in enumerate(field.drawn) for box, text in row.items()
                ]
            elif kind in {"yes_no", "radio"}:
                data += [(code, field.data)] if field.data else []
            else:
                data += [(code, str(field._value()))]
    return MultiDict(data)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make_app(tmp_path_factory.mktemp("bare"))


def kept(stored: dict[str, Any]) -> dict[str, Any]:
    return {code: value for code, value in stored.items() if not answers.is_blank(value)}


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=typed())
def test_what_is_typed_comes_back_as_the_same_answer(bare: Flask, data: MultiDict[str, str]) -> None:
    stored = kept(read(bare, data))
    again = kept(read(bare, drawn(bare, stored)))
    assert again == stored
    for question in QUESTIONS:
        value = stored.get(question.code)
        assert isinstance(answers.shown(question, value), str)
        # The fingerprint says "nobody changed it" exactly when the answer is the same.
        assert answers.fingerprint(again.get(question.code)) == answers.fingerprint(value)


def test_every_kind_is_tried() -> None:
    assert set(CODES) | {"files"} == {str(kind) for kind in QuestionKind}
