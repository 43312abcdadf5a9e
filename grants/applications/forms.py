"""The form of a section, made from the round's question rows; it keeps whatever was typed, readable or not.

A class is made once for each set of questions in a process: the key is what the questions say, so that a changed
question is a new class and nothing can be stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import wtforms
from wtforms import FieldList, FormField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from grants.applications.queries import Part, question_problem
from grants.funds.models import Question, Round
from grants.web import answer_labels, labels
from grants.web.fields import DateField, MoneyField
from grants.web.filters import field_errors
from grants.web.forms import Form, open_form
from workflows.errors import Refusal
from workflows.rules import answers, formats
from workflows.rules.answers import MOST_LINES, TYPED

YES_NO = (("yes", "Yes"), ("no", "No"))
BLANK_LINES = 3
# The extra question of somebody who leads several groups.
GROUP = "group"


class Spec(NamedTuple):
    """All that the class of a form depends on for one question."""

    code: str
    kind: str
    label: str
    help_text: str
    choices: tuple[tuple[str, str], ...]


class Text(StringField):
    """One line, as typed; control characters that no database keeps are dropped."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = _clean(valuelist[0]) if valuelist else ""


class LongText(TextAreaField):
    """Many lines; browsers send every line end as two characters, we keep one."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = _clean(valuelist[0]) if valuelist else ""


class Number(StringField):
    """A whole number as people type it, with or without commas; `data` is the number or None."""

    typed = ""

    def process_data(self, value: Any) -> None:
        self.data = value
        self.typed = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.typed = str(valuelist[0]) if valuelist else ""
        figure = self.typed.replace(",", "").replace(" ", "")
        # Digits only and not too many: Python would refuse to read thousands of them.
        self.data = int(figure) if figure.isascii() and figure.isdecimal() and len(figure) <= 12 else None

    def _value(self) -> str:
        return self.typed


class Line(wtforms.Form):
    """One line of a budget."""

    description = Text("What it is for")
    amount = MoneyField("Amount", is_required=False)


class QuestionForm(Form):
    """A section's questions as fields named by their codes. `seen` holds the fingerprints of what was shown."""

    seen = wtforms.HiddenField()

    def read(self, questions: Iterable[Question]) -> dict[str, Any]:
        """Every answer as it will be stored, by code; what can't be read as its kind is kept as typed."""
        return {
            question.code: _read(self[question.code], str(question.kind))
            for question in questions
            if _was_sent(self[question.code])
        }

    def fingerprints(self) -> dict[str, str] | None:
        """What the page showed when it was drawn; None when the page did not say."""
        pairs = (item.partition(":") for item in (self.seen.data or "").split())
        return {code: mark for code, _, mark in pairs} or None

    def check(
        self,
        round_: Round,
        questions: Iterable[Question],
        areas: tuple[str, ...],
        given: Mapping[str, Any],
        *,
        but_not: frozenset[str] = frozenset(),
    ) -> bool:
        """Put what is wrong with each answer beside it; `given` are all the answers, these among them.

        Refusals whose code is in `but_not` are somebody else's to say.
        """
        found = [(each, question_problem(round_, each, given, areas)) for each in questions]
        told = [(question, refusal) for question, refusal in found if refusal and refusal.code not in but_not]
        for question, refusal in told:
            self.complain(question, refusal)
        return not told

    def complain(self, question: Question, refusal: Refusal) -> None:
        """Put one sentence beside a question; a budget's own line takes it where it is about a line."""
        field, sentence = self[question.code], short_sentence_of(question, refusal)
        line = refusal.detail.get("line")
        if isinstance(field, FieldList) and line and line <= len(field.entries):
            box = "description" if refusal.code == "line-description-missing" else "amount"
            field.entries[line - 1].form[box].errors = [labels.sentence_for(refusal.code, refusal.detail)]
            field.errors = [{box: sentence}]
        else:
            field.errors = [sentence]

    def summary(self) -> list[tuple[str | None, str]]:
        """What the error summary lists; each line names its question, for it is read apart from the page."""
        found = [(at, _named(field.label.text, text)) for field in self for at, text in field_errors(field)]
        return found + [(None, text) for text in self.form_errors]


class TickForm(Form):
    """Answers ticked by the codes of their questions. `seen` holds the fingerprints of what stood beside them."""

    seen = wtforms.HiddenField()
    codes = wtforms.SelectMultipleField(validate_choice=False, choices=[])

    def marks(self) -> dict[str, str]:
        """What the page showed when it was drawn."""
        pairs = (item.partition(":") for item in (self.seen.data or "").split())
        return {code: mark for code, _, mark in pairs}


class WithdrawForm(Form):
    """Why a group ends its bid, for the office; it may say nothing."""

    reason = LongText("Why do you withdraw it? You may leave this empty.")


def short_sentence_of(question: Question, refusal: Refusal) -> str:
    """What to do about an answer, as it stands beside its question."""
    by_kind = {"answer-missing": answer_labels.MISSING, "answer-unreadable": answer_labels.UNREADABLE}
    words = by_kind.get(refusal.code, {}).get(str(question.kind))
    return words or labels.sentence_for(refusal.code, refusal.detail)


def sentence_of(question: Question, refusal: Refusal) -> str:
    """The same with the question's name before it."""
    return _named(question.label, short_sentence_of(question, refusal))


def _named(label: str, words: str) -> str:
    label = label.rstrip(" .:")
    return f"{label} {words}" if label.endswith("?") else f"{label}: {words}"


def open_section(
    part: Part, areas: tuple[str, ...], given: Mapping[str, Any], *, groups: Mapping[int, str] | None = None
) -> QuestionForm:
    """The form of a section, filled from the request, or from what is stored.

    `groups`, where there is more than one to apply for, adds a first question that asks which.
    """
    specs = _specs(part, areas)
    if groups and len(groups) > 1:
        choices = tuple((str(number), name) for number, name in groups.items())
        specs = (Spec(GROUP, "radio", "Which group is this for?", "", choices), *specs)
    readable = {question.code: _for_field(question, given.get(question.code)) for question in part.questions}
    form = open_form(_form_class(specs), data={**readable, "seen": _seen(part, given)})
    for question in part.questions:
        _show_unread(form[question.code], given.get(question.code))
    return form


def add_line(form: QuestionForm, code: str) -> None:
    """One more empty line in a budget, for people whose browser runs no script."""
    field = form._fields.get(code)
    if isinstance(field, FieldList) and len(field.entries) < MOST_LINES:
        field.append_entry()


def _seen(part: Part, given: Mapping[str, Any]) -> str:
    return " ".join(f"{each.code}:{answers.fingerprint(given.get(each.code))}" for each in part.questions)


def _specs(part: Part, areas: tuple[str, ...]) -> tuple[Spec, ...]:
    return tuple(
        Spec(each.code, str(each.kind), each.label, each.help_text, _choices(each, areas)) for each in part.questions
    )


def _choices(question: Question, areas: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if question.kind == "areas":
        return tuple((name, name) for name in areas)
    if question.kind == "yes_no":
        return YES_NO
    if question.kind == "declaration" and not question.options:
        return (("yes", "I agree"),)
    return tuple((option["value"], option["label"]) for option in question.options)


@lru_cache(maxsize=512)
def _form_class(specs: tuple[Spec, ...]) -> type[QuestionForm]:
    return type("SectionForm", (QuestionForm,), {spec.code: _field(spec) for spec in specs})


def _field(spec: Spec) -> Any:
    words: dict[str, Any] = {"label": spec.label, "description": spec.help_text}
    if spec.kind in {"yes_no", "radio"}:
        return RadioField(choices=_drawn(spec), validate_choice=False, **words)
    if spec.kind in {"checkboxes", "areas", "declaration"}:
        return SelectMultipleField(choices=_drawn(spec), validate_choice=False, **words)
    if spec.kind == "budget":
        return FieldList(FormField(Line), min_entries=BLANK_LINES, max_entries=MOST_LINES, **words)
    if spec.kind in {"money", "date"}:
        return (MoneyField if spec.kind == "money" else DateField)(is_required=False, **words)
    return ({"long_text": LongText, "number": Number}.get(spec.kind) or Text)(**words)


def _drawn(spec: Spec) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=label) for value, label in spec.choices]


def _for_field(question: Question, value: Any) -> Any:
    """A stored answer as the field takes it."""
    if answers.is_unread(value):
        return None
    if question.kind == "date":
        return answers.as_date(value)
    if question.kind == "budget":
        lines = value if isinstance(value, list) else []
        return [{"description": each.get("description"), "amount": each.get("amount_pence")} for each in lines]
    return value


def _show_unread(field: Any, value: Any) -> None:
    """Put back what was kept as typed, unless this request brought something newer."""
    if isinstance(field, FieldList):
        lines = value if isinstance(value, list) else []
        for entry, line in zip(field.entries, lines, strict=False):
            if TYPED in line and not entry.form.amount.raw_data:
                entry.form.amount.typed = str(line[TYPED])
    elif answers.is_unread(value) and not field.raw_data:
        if isinstance(field, DateField):
            day, month, year = (*(str(part) for part in value[TYPED]), "", "", "")[:3]
            field.parts = (day, month, year)
        else:
            field.typed = str(value[TYPED])


def _was_sent(field: Any) -> bool:
    # A browser sends every box, empty or not; a box that did not come was not on the page, so it is left alone.
    return bool(field.raw_data) or isinstance(field, RadioField | SelectMultipleField | FieldList)


def _read(field: Any, kind: str) -> Any:
    if kind == "budget":
        return [_read_line(entry.form) for entry in field.entries if _has_text(entry.form)]
    if kind == "date":
        parts = [_clean(part) for part in field.parts]
        return field.data.isoformat() if field.data else _kept(parts, any(parts))
    if kind in formats.CHECKS:
        found = formats.check(kind, field.data or "")
        return field.data if found.error else found.value
    if kind in {"money", "number"}:
        return field.data if field.data is not None else _kept(_clean(field.typed), bool(field.typed.strip()))
    return field.data


def _read_line(line: Any) -> dict[str, Any]:
    amount, typed = line.amount.data, _clean(line.amount.typed)
    stored = {"description": line.description.data, "amount_pence": amount}
    return stored if amount is not None or not typed.strip() else {**stored, TYPED: typed}


def _has_text(line: Any) -> bool:
    return bool(line.description.data and line.description.data.strip()) or bool(line.amount.typed.strip())


def _kept(typed: Any, has_text: bool) -> dict[str, Any] | None:
    return {TYPED: typed} if has_text else None


def _clean(text: Any) -> str:
    return str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
