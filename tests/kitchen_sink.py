"""Every macro in every state on one page, served by a small app of its own: the look, tested by itself.

The app is strict: a template that reads a name which nobody gave it fails here.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, flash, render_template, request
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from grants.web import charts, filters
from grants.web.fields import DateField, MoneyField

ROOT = Path(__file__).resolve().parents[1]

YES_NO = [SelectChoice("yes", "Yes"), SelectChoice("no", "No")]
AREAS = [SelectChoice("west", "West Exampleshire"), SelectChoice("east", "East Exampleshire")]


class Line(Form):
    """One line of a budget."""

    description = StringField("What it is for", [InputRequired("Say what the money is for")])
    amount = StringField("Amount", [InputRequired("Enter an amount")])


class EverythingForm(FlaskForm):
    """One field of each kind."""

    title = StringField("Project name", [InputRequired("Enter the project's name")], description="Up to 10 words")
    email = StringField("Email address", [InputRequired("Enter an email address")])
    ask = MoneyField("How much do you ask for?")
    share = StringField("Share from other funders", [InputRequired("Enter a share")])
    need = TextAreaField("Why is it needed?", [InputRequired("Say why it is needed")], description="Say who told you")
    notes = TextAreaField("Anything else", [InputRequired("Write something")])
    starts = DateField("When does it start?", description="As in 27 3 2027")
    area = SelectField("Area", [InputRequired("Choose an area")], choices=[SelectChoice("", "Choose one"), *AREAS])
    insured = RadioField("Are you insured?", [InputRequired("Choose yes or no")], choices=YES_NO)
    helpers = RadioField("Do you have volunteers?", [InputRequired("Choose yes or no")], choices=YES_NO)
    areas = SelectMultipleField("Where will it happen?", choices=AREAS, description="Choose all that apply")
    agreed = BooleanField("I have the right to apply for this group", [InputRequired("Agree, or do not send it")])
    budget = FieldList(FormField(Line), "Budget", min_entries=3, description="One line for each thing")

    def validate_areas(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError("Choose at least one area")


def make_app() -> Flask:
    """The app: / shows the page (?as=staff for the other frame), a POST shows it with its errors."""
    app = Flask("kitchen_sink", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "grants" / "static"))
    app.config.update(SECRET_KEY="only-for-tests", TESTING=True)
    loader = app.jinja_env.loader
    app.jinja_env.loader = ChoiceLoader([loader, FileSystemLoader(ROOT / "tests")] if loader else [])
    app.jinja_env.undefined = StrictUndefined
    CSRFProtect(app)
    filters.register(app)

    @app.route("/", methods=["GET", "POST"])
    def everything() -> tuple[str, int]:
        form = EverythingForm()
        refused = form.is_submitted() and not form.validate()
        if not refused:
            flash("Your answers are saved", "success")
            flash("The round closes in 2 days", "info")
        return render_template("kitchen_sink.html", form=form, **_context()), 422 if refused else 200

    @app.get("/refused")
    def refused() -> tuple[str, int]:
        words = {"heading": "This has changed since you opened it", "sentence": "Open the page again."}
        typed = [("project name", "Safer evenings"), ("need", "Line one\nLine two")]
        return render_template("errors/refused.html", reference="3f9a-17c2", typed=typed, **words), 409

    @app.get("/plain")
    def plain() -> str:
        return render_template("kitchen_sink_plain.html", layout=request.args["layout"])

    return app


def _context() -> dict[str, Any]:
    options = [
        _option("pass", "Pass as eligible"),
        _option("query", "Ask a question", kind="secondary"),
        _option("disqualify", "Disqualify", kind="warning", is_link=True),
        _option("recommend", "Recommend", allowed=False, refusal="Two markers have not locked their scores."),
    ]
    return {
        "layout": f"{request.args.get('as', 'applicant')}.html",
        "current_office": SimpleNamespace(name="Exampleshire Safety Office", palette=request.args.get("palette", "")),
        "nav_items": [
            ("Rounds", "/", True),
            ("Applications", "/applications", False),
            ("Returns", "/returns", False),
        ],
        "signed_in_as": "Grants officer",
        "sign_out_url": "/sign-out",
        "sample_notice": "Everything here is made up. No mail leaves this machine.",
        "options": options,
        "drawn": every_chart(),
    }


def every_chart() -> list[charts.Chart]:
    """One chart of each kind, with the cases that are hard to draw: nothing, too much, a long name, no interval."""
    areas = charts.Figures(("Area", "Money", "Need"), (("West", "60%", "25%"), ("East", "40%", "75%")))
    steps = [("Received", 20), ("Eligible", 14), ("Recommended", 7), ("Declined at the last", 0)]
    bids = [
        charts.Range("EX-0001", "71.4% (64 to 78)", 71.4, 64, 78.2, 74, (65, 75, 82)),
        charts.Range("EX-0002 Example Street Youth Club (fictional)", "54.0%", plain=54, marks=(40, 68)),
        charts.Range("EX-0003", "no marks"),
    ]
    pot = [charts.Part("Spent", 60_000, "£60,000"), charts.Part("Reserve", 25_000, "£25,000")]
    full = [*pot, charts.Part("Over", 40_000, "£40,000")]
    table = charts.Figures(("What", "How much"), (("One", "1"), ("Two", "2")))
    keys = (
        charts.Key(charts.VALUE_KEY, "adjusted"),
        charts.Key(charts.INTERVAL_KEY, "where it may lie"),
        charts.Key(charts.PLAIN_KEY, "as marked"),
        charts.Key(charts.MARK_KEY, "one marker"),
    )
    west = [charts.Bar("West", (3,), "3")]
    pairs = [charts.Bar("West Exampleshire", (60, 25), "60% and 25%"), charts.Bar("East", (40, 75), "40% and 75%")]
    stack = [charts.Bar("First round", (10, 20, 5, 1), "36 bids"), charts.Bar("Second round", (5, 0, 2, 3), "10 bids")]
    became = ["Funded", "Declined", "Reserve", "Other"]
    narrowing = [charts.Step(label, count, str(count)) for label, count in steps]
    scale = {"lowest": 0, "highest": 100, "line": 65, "line_shown": "Line 65.0%"}
    brim = {"whole": 100_000, "whole_shown": "Pot £100,000"}
    return [
        charts.bars("plain", "Bids by area", "West sent most.", west, series=["Bids"], figures=table),
        charts.bars("pairs", "Money and need", "East has less.", pairs, series=["Money", "Need"], figures=areas),
        charts.bars("stack", "Outcomes", "Most got nothing.", stack, series=became, figures=table, stacked=True),
        charts.funnel("funnel", "From sent to funded", "7 of 20.", narrowing, figures=table),
        charts.ranges("ranges", "Scores", "One stands above.", bids, figures=table, keys=keys, **scale),
        charts.filling("pot", "The pot", "£15,000 is left.", pot, figures=table, **brim),
        charts.filling("over", "Too much", "£25,000 too much.", full, figures=table, **brim),
    ]


def _option(action: str, label: str, **more: Any) -> SimpleNamespace:
    known = {"allowed": True, "refusal": None, "url": f"/{action}"}
    return SimpleNamespace(action=action, label=label, **(known | more))
