"""Our macros draw what the GOV.UK Design System's own draw: each state is compared with the library's output.

The library is the authority on markup that works with assistive technology; ours exist because they are fast.
"""

from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, PackageLoader, PrefixLoader
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from tests.kitchen_sink import EverythingForm, make_app
from tests.pages import Page

LIBRARY = "govuk_frontend_jinja/components"
OFFICIAL = Environment(
    loader=PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}), autoescape=True
)
NASTY = '"><script>alert(1)</script>&amp;'


class Draw:
    """Draws with our macros and with the library's, each call by its name."""

    def __init__(self, app: Flask) -> None:
        self.env = app.jinja_env
        self.ui: Any = self.env.get_template("macros/ui.html").module

    def ours(self, name: str, *args: Any, **options: Any) -> str:
        return str(getattr(self.ui, name)(*args, **options))

    def ours_around(self, call: str, inner: str) -> str:
        source = f'{{% import "macros/ui.html" as ui %}}{{% call ui.{call} %}}{inner}{{% endcall %}}'
        return self.env.from_string(source).render()

    def theirs(self, component: str, **params: Any) -> str:
        name = "govuk" + component.title().replace("-", "")
        module: Any = OFFICIAL.get_template(f"{LIBRARY}/{component}/macro.html").module
        return str(getattr(module, name)(params))


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_app()


@pytest.fixture
def draw(app: Flask) -> Iterator[Draw]:
    with app.test_request_context():
        yield Draw(app)


@pytest.fixture
def form(draw: Draw) -> EverythingForm:
    """Nothing typed, nothing checked."""
    return EverythingForm(formdata=None)


def refuse(field: Any, text: str = f"Enter it {NASTY}") -> dict[str, str]:
    """Put a field in error; what the library wants to be told of it."""
    field.errors = [text]
    return {"text": text}


def same(ours: str, theirs: str) -> None:
    assert normal(ours) == normal(theirs)


class _Normal(HTMLParser):
    """HTML as a list of tags with sorted attributes, and words with single spaces."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[Any] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_words()
        named = {name: " ".join((value or "").split()) for name, value in attrs}
        # What ours say and the library's don't: that it is this control that is wrong.
        named.pop("aria-invalid", None)
        if not named.get("class"):
            named.pop("class", None)
        self.parts.append((tag, tuple(sorted(named.items()))))

    def handle_endtag(self, tag: str) -> None:
        self._end_words()
        if tag not in {"input", "path"}:
            self.parts.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.words += data

    def _end_words(self) -> None:
        if words := " ".join(self.words.split()):
            self.parts.append(words)
        self.words = ""


def normal(html: str) -> list[Any]:
    parser = _Normal()
    parser.feed(html)
    parser.close()
    parser._end_words()
    return parser.parts


@pytest.mark.parametrize("in_error", [False, True])
@pytest.mark.parametrize("hint", ["", f"As on the letter {NASTY}"])
def test_input(draw: Draw, form: EverythingForm, in_error: bool, hint: str) -> None:
    field = form.email
    field.data = NASTY
    error = refuse(field) if in_error else None

    ours = draw.ours("input", field, type="email", autocomplete="email", spellcheck=False, hint=hint, width=20)

    theirs = draw.theirs(
        "input",
        id="email",
        name="email",
        type="email",
        value=NASTY,
        autocomplete="email",
        spellcheck=False,
        classes="govuk-input--width-20",
        label={"text": "Email address"},
        hint={"text": hint} if hint else None,
        errorMessage=error,
    )
    same(ours, theirs)


def test_money_and_suffix(draw: Draw, form: EverythingForm) -> None:
    form.ask.process_data(150_000)
    known = {"id": "ask", "name": "ask", "value": "1,500", "inputmode": "decimal", "spellcheck": False}
    theirs = draw.theirs(
        "input",
        **known,
        prefix={"text": "£"},
        classes="govuk-input--width-10",
        label={"text": "How much do you ask for?"},
    )
    same(draw.ours("money", form.ask), theirs)

    theirs = draw.theirs(
        "input", id="share", name="share", suffix={"text": "%"}, label={"text": "Share from other funders"}
    )
    same(draw.ours("input", form.share, suffix="%"), theirs)


def test_a_label_that_is_the_heading(draw: Draw, form: EverythingForm) -> None:
    label = {"text": "Email address", "isPageHeading": True, "classes": "govuk-label--l"}
    same(draw.ours("input", form.email, heading=True), draw.theirs("input", id="email", name="email", label=label))


@pytest.mark.parametrize("in_error", [False, True])
@pytest.mark.parametrize("words", [None, 250])
def test_textarea(draw: Draw, form: EverythingForm, in_error: bool, words: int | None) -> None:
    form.need.data = NASTY
    options: dict[str, Any] = {
        "id": "need",
        "name": "need",
        "value": NASTY,
        "rows": 8,
        "label": {"text": "Why is it needed?"},
        "hint": {"text": "Say who told you"},
        "errorMessage": refuse(form.need) if in_error else None,
    }
    ours = draw.ours("textarea", form.need, rows=8, words=words)
    if words:
        same(ours, draw.theirs("character-count", maxwords=words, **options))
    else:
        same(ours, draw.theirs("textarea", **options))


def test_a_text_that_begins_with_an_empty_line_keeps_it(draw: Draw, form: EverythingForm) -> None:
    form.notes.data = "\nafter an empty line"
    assert ">\n\nafter an empty line</textarea>" in draw.ours("textarea", form.notes)


@pytest.mark.parametrize("in_error", [False, True])
def test_select(draw: Draw, form: EverythingForm, in_error: bool) -> None:
    form.area.data = "east"
    places = [("", "Choose one"), ("west", "West Exampleshire"), ("east", "East Exampleshire")]
    theirs = draw.theirs(
        "select",
        id="area",
        name="area",
        label={"text": "Area"},
        items=[{"value": value, "text": text, "selected": value == "east"} for value, text in places],
        errorMessage=refuse(form.area) if in_error else None,
    )
    same(draw.ours("select", form.area), theirs)


@pytest.mark.parametrize("in_error", [False, True])
@pytest.mark.parametrize("heading", [False, True])
def test_radios(draw: Draw, form: EverythingForm, in_error: bool, heading: bool) -> None:
    form.insured.data = "yes"
    error = refuse(form.insured) if in_error else None
    legend: dict[str, Any] = {"text": "Are you insured?"}
    if heading:
        legend |= {"isPageHeading": True, "classes": "govuk-fieldset__legend--l"}
    theirs = draw.theirs(
        "radios",
        idPrefix="insured",
        name="insured",
        value="yes",
        classes="govuk-radios--inline",
        fieldset={"legend": legend},
        hint={"text": "Ask if unsure"},
        items=[{"value": "yes", "text": "Yes", "hint": {"text": "Show it"}}, {"value": "no", "text": "No"}],
        errorMessage=error,
    )
    ours = draw.ours(
        "radios", form.insured, hints={"yes": "Show it"}, inline=True, hint="Ask if unsure", heading=heading
    )
    same(ours, theirs)


@pytest.mark.parametrize("in_error", [False, True])
def test_checkboxes(draw: Draw, form: EverythingForm, in_error: bool) -> None:
    form.areas.data = ["east"]
    theirs = draw.theirs(
        "checkboxes",
        idPrefix="areas",
        name="areas",
        values=["east"],
        fieldset={"legend": {"text": "Where will it happen?"}},
        hint={"text": "Choose all that apply"},
        items=[
            {"value": "west", "text": "West Exampleshire", "hint": {"text": "and the hills"}},
            {"value": "east", "text": "East Exampleshire"},
        ],
        errorMessage=refuse(form.areas) if in_error else None,
    )
    same(draw.ours("checkboxes", form.areas, hints={"west": "and the hills"}), theirs)


@pytest.mark.parametrize("in_error", [False, True])
@pytest.mark.parametrize("hint", ["", "The person in charge"])
def test_checkbox(draw: Draw, form: EverythingForm, in_error: bool, hint: str) -> None:
    form.agreed.data = True
    theirs = draw.theirs(
        "checkboxes",
        idPrefix="agreed",
        name="agreed",
        hint={"text": hint} if hint else None,
        items=[{"value": "y", "text": "I have the right to apply for this group", "checked": True}],
        errorMessage=refuse(form.agreed) if in_error else None,
    )
    same(draw.ours("checkbox", form.agreed, hint=hint), theirs)


@pytest.mark.parametrize("in_error", [False, True])
def test_date_input(app: Flask, in_error: bool) -> None:
    typed = {"starts-day": "31", "starts-month": NASTY, "starts-year": ""}
    with app.test_request_context(method="POST", data=typed):
        draw, form = Draw(app), EverythingForm(formdata=MultiDict(typed))
        form.starts.wrong_parts = ("month",)
        items = [
            {"name": "day", "value": "31", "classes": "govuk-input--width-2"},
            {"name": "month", "value": NASTY, "classes": "govuk-input--width-2"},
            {"name": "year", "value": None, "classes": "govuk-input--width-4"},
        ]
        if in_error:
            items[1]["classes"] += " govuk-input--error"
        theirs = draw.theirs(
            "date-input",
            id="starts",
            namePrefix="starts",
            items=items,
            fieldset={"legend": {"text": "When does it start?"}},
            hint={"text": "As in 27 3 2027"},
            errorMessage=refuse(form.starts) if in_error else None,
        )
        same(draw.ours("date_input", form.starts), theirs)


def test_error_summary(draw: Draw) -> None:
    items = [("email", f"Enter it {NASTY}"), (None, "Something else")]
    theirs = draw.theirs(
        "error-summary",
        titleText="There is a problem",
        errorList=[{"href": "#email", "text": f"Enter it {NASTY}"}, {"text": "Something else"}],
    )
    same(draw.ours("error_summary", items), theirs)
    assert draw.ours("error_summary", []) == ""


@pytest.mark.parametrize("kind", ["", "secondary", "warning"])
def test_button(draw: Draw, kind: str) -> None:
    classes = f"govuk-button--{kind}" if kind else ""
    theirs = draw.theirs(
        "button", text=f"Save {NASTY}", classes=classes, preventDoubleClick=True, name="then", value="list"
    )
    same(draw.ours("button", f"Save {NASTY}", kind, "then", "list"), theirs)


def test_tag_and_hint(draw: Draw) -> None:
    same(draw.ours("tag", NASTY, "red"), draw.theirs("tag", text=NASTY, classes="govuk-tag--red"))
    same(draw.ours("tag", "Plain"), draw.theirs("tag", text="Plain"))
    same(draw.ours("hint", NASTY, "why"), draw.theirs("hint", text=NASTY, id="why"))


def test_texts_that_stand_out(draw: Draw) -> None:
    same(draw.ours("inset_text", NASTY), draw.theirs("inset-text", text=NASTY))
    same(draw.ours("warning_text", NASTY), draw.theirs("warning-text", text=NASTY))
    same(draw.ours("panel", NASTY, NASTY), draw.theirs("panel", titleText=NASTY, text=NASTY))
    same(draw.ours("panel", "Sent"), draw.theirs("panel", titleText="Sent"))
    same(draw.ours("back_link", "/a?b=1&c=2"), draw.theirs("back-link", href="/a?b=1&c=2"))
    same(draw.ours("skip_link"), draw.theirs("skip-link", href="#main-content", text="Skip to main content"))
    same(draw.ours("phase_banner", "Sample", NASTY), draw.theirs("phase-banner", tag={"text": "Sample"}, text=NASTY))


def test_macros_that_are_called_with_content(draw: Draw) -> None:
    inner = Markup("<p>Inside</p>")
    same(draw.ours_around("inset_text()", inner), draw.theirs("inset-text", html=inner))
    same(draw.ours_around("warning_text()", inner), draw.theirs("warning-text", html=inner))
    same(draw.ours_around('panel("Sent")', inner), draw.theirs("panel", titleText="Sent", html=inner))
    same(draw.ours_around('details("Why?")', inner), draw.theirs("details", summaryText="Why?", html=inner))
    same(
        draw.ours_around('details("Why?", open=true)', inner),
        draw.theirs("details", summaryText="Why?", html=inner, open=True),
    )


@pytest.mark.parametrize("category", ["success", "info"])
def test_notification_banner(draw: Draw, category: str) -> None:
    theirs = draw.theirs("notification-banner", text=NASTY, titleId="flash-1", type=category)
    if category == "info":
        theirs = theirs.replace("govuk-notification-banner--info", "")
    same(draw.ours("flashes", [(category, NASTY)]), theirs)


def test_summary_list(draw: Draw) -> None:
    ours = [
        {"key": "Name", "value": NASTY, "actions": [{"href": "/1", "hidden": "name"}]},
        {"key": "Need", "value": "Two", "actions": [{"href": "/2"}, {"href": "/3", "text": "Remove", "hidden": "it"}]},
        {"key": "Sent", "value": "Today"},
    ]
    change = {"href": "/1", "text": "Change", "visuallyHiddenText": "name"}
    two = [{"href": "/2", "text": "Change"}, {"href": "/3", "text": "Remove", "visuallyHiddenText": "it"}]
    theirs = [
        {"key": {"text": "Name"}, "value": {"text": NASTY}, "actions": {"items": [change]}},
        {"key": {"text": "Need"}, "value": {"text": "Two"}, "actions": {"items": two}},
        {"key": {"text": "Sent"}, "value": {"text": "Today"}},
    ]
    same(draw.ours("summary_list", ours), draw.theirs("summary-list", rows=theirs))
    same(draw.ours("summary_list", ours[2:]), draw.theirs("summary-list", rows=theirs[2:]))


def test_task_list(draw: Draw) -> None:
    ours = [
        {"title": NASTY, "href": "/1", "status": "Done"},
        {"title": "Money", "href": "/2", "status": "Not started", "colour": "blue", "hint": "3 of 7"},
        {"title": "Send", "status": "Cannot start yet"},
    ]
    tag = {"tag": {"text": "Not started", "classes": "govuk-tag--blue"}}
    theirs = [
        {"title": {"text": NASTY}, "href": "/1", "status": {"text": "Done"}},
        {"title": {"text": "Money"}, "href": "/2", "status": tag, "hint": {"text": "3 of 7"}},
        {"title": {"text": "Send"}, "status": {"text": "Cannot start yet"}},
    ]
    same(draw.ours("task_list", ours), draw.theirs("task-list", items=theirs))


def test_table(draw: Draw) -> None:
    theirs = draw.theirs(
        "table",
        caption="Bids",
        captionClasses="govuk-table__caption--m",
        firstCellIsHeader=True,
        head=[{"text": NASTY}, {"text": "Ask", "format": "numeric"}],
        rows=[[{"text": NASTY}, {"text": "£5", "format": "numeric"}]],
    )
    ours = draw.ours("table", "Bids", [NASTY, "Ask"], [[NASTY, "£5"]], numeric=(1,), first_header=True)
    region = ("div", (("aria-label", "Bids"), ("class", "app-scroll"), ("role", "region"), ("tabindex", "0")))
    assert normal(ours) == [region, *normal(theirs), "/div"]


@pytest.mark.parametrize("ends", [("/1", ""), ("", "/2"), ("/1", "/2")])
def test_pagination(draw: Draw, ends: tuple[str, str]) -> None:
    back, on = ends
    theirs = draw.theirs("pagination", previous={"href": back} if back else None, next={"href": on} if on else None)
    same(draw.ours("pagination", back, on), theirs)
    assert draw.ours("pagination") == ""


def test_breadcrumbs(draw: Draw) -> None:
    theirs = draw.theirs("breadcrumbs", items=[{"text": NASTY, "href": "/?a=1&b=2"}, {"text": "Here"}])
    same(draw.ours("breadcrumbs", [(NASTY, "/?a=1&b=2"), ("Here", "")]), theirs)


def test_a_form_that_posts_carries_its_token_and_the_version_seen(draw: Draw) -> None:
    html = draw.ours_around('form_tag("/save", 7)', "inside")
    assert '<form method="post" action="/save"' in html
    assert 'name="csrf_token" value="' in html
    assert '<input type="hidden" name="seen_version" value="7">' in html
    assert "csrf_token" not in draw.ours_around('form_tag("/find", method="get")', "inside")


def test_actions_offer_what_is_allowed_and_say_why_the_rest_is_not(draw: Draw) -> None:
    options = [
        SimpleNamespace(action="pass", label="Pass", allowed=True, refusal="", url="/pass", kind="warning"),
        SimpleNamespace(action="ask", label="Ask", allowed=True, refusal="", url="/ask", is_link=True),
        SimpleNamespace(action="mark", label="Mark", allowed=False, refusal=NASTY, url="/mark"),
    ]
    html = draw.ours("actions", options, 3)
    parts = normal(html)

    forms = [dict(part[1])["action"] for part in parts if part[0] == "form"]
    assert forms == ["/pass"]
    assert [dict(part[1])["href"] for part in parts if part[0] == "a"] == ["/ask"]
    assert "/mark" not in html
    assert f": {NASTY}" in parts
    assert html.count("csrf_token") == html.count("seen_version") == 1
    assert draw.ours("actions", []) == ""


def test_budget_table_keeps_what_was_typed_and_says_which_line_is_wrong(app: Flask) -> None:
    typed = {"budget-0-description": NASTY, "budget-0-amount": "0", "budget-1-description": "", "budget-1-amount": "5"}
    with app.test_request_context(method="POST", data=typed):
        form, draw = EverythingForm(formdata=MultiDict(typed)), Draw(app)
        assert not form.validate()
        parts = normal(draw.ours("budget_table", form.budget))

    boxes = {dict(part[1])["name"]: dict(part[1]) for part in parts if part[0] == "input"}
    assert boxes["budget-0-description"]["value"] == NASTY
    assert boxes["budget-0-amount"]["value"] == "0"
    assert "aria-describedby" not in boxes["budget-0-amount"]
    assert boxes["budget-1-description"]["aria-describedby"] == "budget-1-description-error"
    labels = {dict(part[1])["for"] for part in parts if part[0] == "label"}
    assert labels == {box["id"] for box in boxes.values()}


def test_what_is_wrong_says_so_itself(app: Flask) -> None:
    """Every control of a form that was sent empty, and none of one that was not sent."""
    client = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    marked = {}
    for how in ("GET", "POST"):
        drawn = Page(client.open("/", method=how).get_data(as_text=True)).elements
        controls = [each.attributes for each in drawn if each.tag in {"input", "textarea", "select"}]
        marked[how] = {each["name"] for each in controls if each.get("aria-invalid") == "true"}
    assert marked["GET"] == set()
    single = {"title", "email", "ask", "share", "need", "notes", "area", "insured", "helpers", "areas", "agreed"}
    lines = {f"budget-{line}-{name}" for line in range(3) for name in ("description", "amount")}
    dates = {"starts-day", "starts-month", "starts-year"}
    assert marked["POST"] == single | dates | lines
