"""Sections and questions as a manager types them, and how they become those of a definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from grants.funds import editing
from grants.funds.forms.rounds import LONG, tidy
from grants.funds.forms.table_rules import (
    CapForm,
    RowRuleForm,
    caps_data,
    draw_table_choices,
    read_table,
    row_rules_data,
    table_faults,
)
from grants.funds.forms.tables import ColumnForm, choices, columns_data, named_options, option_lines
from grants.funds.models import QuestionKind as Kind
from grants.funds.parts import QuestionDef, RoundDefinition
from grants.web import file_labels
from grants.web.fields import DateField, MoneyField
from grants.web.forms import Form

KINDS: Final = {
    Kind.TEXT: "Short text, on one line",
    Kind.LONG_TEXT: "Long text, with a word limit",
    Kind.YES_NO: "Yes or no",
    Kind.RADIO: "One of several answers",
    Kind.CHECKBOXES: "Any of several answers",
    Kind.AREAS: "Areas of the round",
    Kind.NUMBER: "A whole number",
    Kind.MONEY: "An amount of money",
    Kind.DATE: "A date",
    Kind.BUDGET: "A simple budget: what, and how much",
    Kind.TABLE: "A table, with columns of its own",
    Kind.FILES: "Files",
    Kind.DECLARATION: "Things to agree to",
    Kind.POSTCODE: "A postcode",
    Kind.EMAIL: "An e-mail address",
    Kind.PHONE: "A telephone number",
    Kind.URL: "A web address",
    Kind.CHARITY_NUMBER: "A charity number",
    Kind.COMPANY_NUMBER: "A company number",
}
WITH_OPTIONS: Final = editing.WITH_OPTIONS
# What the bounds are called where "The least" and "The most" would say too little.
BOUND_WORDS: Final[dict[Kind, dict[str, str]]] = {
    Kind.TABLE: {"least": "The fewest rows", "most": "The most rows"},
    Kind.FILES: {"most": "The most files"},
    Kind.CHECKBOXES: {"most": "The most answers that may be ticked"},
}
MANY: Final = frozenset({Kind.POSTCODE, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.CHARITY_NUMBER, Kind.COMPANY_NUMBER})
BOUND_WORDS.update({kind: {"most": "The most of them"} for kind in MANY})
# Which bounds a kind has: the field of the form and the setting that it becomes.
BOUNDS: Final[Mapping[Kind, tuple[tuple[str, str], ...]]] = {
    Kind.TEXT: (("most_characters", "max_length"),),
    Kind.NUMBER: (("least", "min"), ("most", "max")),
    Kind.MONEY: (("least_money", "min_pence"), ("most_money", "max_pence")),
    Kind.DATE: (("earliest", "min"), ("latest", "max")),
    Kind.CHECKBOXES: (("most", "max_choices"),),
    Kind.TABLE: (("least", "min_rows"), ("most", "max_rows")),
    Kind.FILES: (("document", "document"), ("most", "most"), ("may_follow", "may_follow"), ("types", "types")),
}


def _whole(label: str, description: str = "") -> IntegerField:
    return IntegerField(
        label,
        [Optional(), NumberRange(0, 1_000_000_000, "Write a whole number, 0 or more.")],
        description=description,
    )


class SectionForm(Form):
    """A group of questions: one line of the applicant's task list."""

    title = StringField(
        "Title", [DataRequired("Enter a title"), Length(max=200, message="Use at most 200 characters")], filters=[tidy]
    )
    guidance = TextAreaField("Guidance, shown above its questions", [LONG], filters=[tidy])


class KindForm(Form):
    """What kind of question is to be added, and to which section."""

    kind = RadioField(
        "What kind of answer?", [DataRequired("Choose the kind of answer.")], choices=choices(KINDS.items())
    )
    section = SelectField(
        "Which section does it go into?", [DataRequired("Choose the section.")], validate_choice=False
    )


class QuestionEditForm(Form):
    """One question: its words, its bounds, when it is asked, and what reads it."""

    label = TextAreaField(
        "Question", [DataRequired("Write the question."), Length(max=500, message="Use at most 500 characters")],
        filters=[tidy],
    )  # fmt: skip
    help_text = TextAreaField("Help, shown under the question", [LONG], filters=[tidy])
    is_required = BooleanField("It must be answered")
    word_limit = IntegerField(
        "Word limit", [Optional(), NumberRange(1, 5000, "Enter a number from 1 to 5,000, or nothing.")]
    )
    options = TextAreaField(
        "The answers to choose from", [LONG], description="One on each line, in the order in which they are shown."
    )
    most_characters = _whole("The most characters")
    least, most = _whole("The least"), _whole("The most")
    least_money = MoneyField("The least", is_required=False)
    most_money = MoneyField("The most", is_required=False)
    earliest = DateField("The earliest", is_required=False)
    latest = DateField("The latest", is_required=False)
    document = SelectField(
        "Which document is it?",
        choices=choices([("", "Any file"), *file_labels.KINDS.items()]),
        description="A group is offered the one that it keeps already.",
        validate_choice=False,
    )
    types = SelectMultipleField(
        "Which types of file does it take?",
        choices=choices([("text", "PDF, Word or OpenDocument text"), ("sheet", "Spreadsheets"), ("photo", "Photos")]),
        description="Tick none to take all of them.",
    )
    may_follow = BooleanField("Groups may say that they will send it later")
    many = BooleanField("There may be several, one on each line")
    columns = FieldList(FormField(ColumnForm), max_entries=20)
    row_rules = FieldList(FormField(RowRuleForm), max_entries=20)
    caps = FieldList(FormField(CapForm), max_entries=20)
    must_be = SelectField("Only this answer lets a group apply", validate_choice=False)
    criterion_code = SelectField("Which criterion is it read for?", validate_choice=False)
    is_private = BooleanField("Markers do not see the answer")
    section = SelectField("Section", validate_choice=False)

    def validate_options(self, field: TextAreaField) -> None:
        lines = option_lines(field.data or "")
        if len({line.lower() for line in lines}) != len(lines):
            raise ValidationError("Two lines say the same. Write each answer once.")

    def validate_document(self, field: SelectField) -> None:
        # Only a question for files has it on its page.
        if field.raw_data and field.data not in {"", *map(str, file_labels.KINDS)}:
            raise ValidationError("Choose one of the list.")

    def is_whole(self, kind: Kind, definition: RoundDefinition) -> bool:
        """Whether there is something to fill in that can come right; said here, and not only at the publishing."""
        if kind in {Kind.RADIO, Kind.CHECKBOXES} and not (self.options.data or "").strip():
            self.options.errors = ["Write at least one answer."]
            return False
        if kind is Kind.TABLE and not any((row["label"] or "").strip() for row in self.columns.data):
            self.columns.entries[0].form.label.errors = ["Name at least one column."]
            return False
        return kind is not Kind.TABLE or not table_faults(self, definition)


class ConditionForm(Form):
    """Beside which answers of an earlier question this one is asked."""

    question = HiddenField()
    answers = SelectMultipleField("2. With which answers is it asked?", validate_choice=False)


def kind_fields(kind: Kind) -> frozenset[str]:
    """The fields of `QuestionEditForm` that make sense for a kind; the rest are not drawn and not read."""
    names = {name for name, _ in BOUNDS.get(kind, ())}
    if kind in {Kind.TEXT, Kind.LONG_TEXT}:
        names.add("word_limit")
    if kind in WITH_OPTIONS:
        names.add("options")
    if kind in MANY:
        names |= {"many", "most"}
    if kind in {Kind.YES_NO, Kind.RADIO}:
        names.add("must_be")
    if kind is Kind.TABLE:
        names |= {"columns", "row_rules", "caps"}
    return frozenset(names)


def question_data(question: QuestionDef) -> dict[str, Any]:
    """What the form shows of a question."""
    data: dict[str, Any] = {
        "label": question.label,
        "help_text": question.help_text,
        "is_required": question.is_required,
        "word_limit": question.word_limit,
        "options": "\n".join(label for _, label in question.options),
        "criterion_code": question.criterion_code,
        "is_private": question.is_private,
        "must_be": str(question.settings.get("must_be", "")),
        "many": bool(question.settings.get("many")),
        "columns": columns_data(question.settings),
        "row_rules": row_rules_data(question.settings),
        "caps": caps_data(question.settings),
    }
    for name, setting in _bounds(question.kind):
        value = question.settings.get(setting)
        data[name] = _as_day(value) if name in {"earliest", "latest"} else value
    return data


def _bounds(kind: Kind) -> tuple[tuple[str, str], ...]:
    return (*BOUNDS.get(kind, ()), *((("most", "most"),) if kind in MANY else ()))


def _as_day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else None


def draw_choices(form: QuestionEditForm, definition: RoundDefinition, question: QuestionDef) -> None:
    """Fill the lists to choose from with what this form has, and say what the bounds of this kind bound."""
    form.criterion_code.choices = choices(
        [("", "No criterion"), *((each.code, f"{each.code}: {each.title}") for each in definition.criteria)]
    )
    form.section.choices = choices((each.code, each.title) for each in definition.sections)
    form.must_be.choices = choices([("", "Any answer"), *editing.choices_of(question)])
    draw_table_choices(form, definition, question.settings)
    for name, words in BOUND_WORDS.get(question.kind, {}).items():
        form[name].label.text = words


def read_question(form: QuestionEditForm, standing: QuestionDef) -> QuestionDef:
    """The question as the form has it; settings that the form does not show stay."""
    shown = kind_fields(standing.kind)
    settings = dict(standing.settings)
    for name, setting in _bounds(standing.kind):
        _put(settings, setting, _bound(form[name].data))
    if "many" in shown:
        _put(settings, "many", form.many.data or None)
    if "must_be" in shown:
        _put(settings, "must_be", form.must_be.data or None)
    if "columns" in shown:
        settings = read_table(form, settings)
    options = standing.options
    if "options" in shown:
        options = named_options(option_lines(form.options.data or ""), standing.options)
    return replace(
        standing,
        label=form.label.data or "",
        help_text=form.help_text.data or "",
        is_required=bool(form.is_required.data),
        word_limit=form.word_limit.data if "word_limit" in shown else standing.word_limit,
        options=options,
        settings=settings,
        criterion_code=form.criterion_code.data or "",
        is_private=bool(form.is_private.data),
    )


def _bound(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    # Nought is a bound; an empty box and a box without its tick are none.
    return None if value is False or value in ("", []) else value


def _put(settings: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        settings.pop(name, None)
    else:
        settings[name] = value
