"""The form of a section, made from the round's question rows; it keeps whatever was typed, readable or not.

A class is made once for each set of questions in a process: the key is what the questions say, so that a changed
question is a new class and nothing can be stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import wtforms
from wtforms import FieldList
from wtforms.validators import Length

from grants.applications.forms.fields import LongText
from grants.applications.forms.kinds import Spec, field_of, for_field, read_value, show_unread, specs_of, was_sent
from grants.applications.forms.tables import TableField
from grants.applications.queries import Paper, Part, left_out_of, question_doubts, question_problems
from grants.funds.models import Question, Round
from grants.web import answer_labels, labels
from grants.web.filters import field_errors
from grants.web.forms import Form, open_form
from workflows.errors import Refusal
from workflows.rules import answers
from workflows.rules.answers import MOST_LINES

# The extra question of somebody who leads several groups.
GROUP = "group"


class QuestionForm(Form):
    """A section's questions as fields named by their codes. `seen` holds the fingerprints of what was shown.

    `doubted` holds the codes beside which the page showed a doubt, so that each stops nobody twice.
    """

    seen = wtforms.HiddenField()
    doubted = wtforms.HiddenField()

    # Questions of this section that are not asked, because of an answer in another section.
    left_out: frozenset[str] = frozenset()
    conditions: Mapping[str, answer_labels.Condition]
    doubts: dict[str, list[str]]
    mended: list[str]
    # Every question of the form: what one answer means may hang on another section's.
    asked: tuple[Question, ...] = ()

    def read(self, questions: Iterable[Question]) -> dict[str, Any]:
        """Every answer as it will be stored, by code; what can't be read as its kind is kept as typed."""
        shown = self.fingerprints()
        given = {}
        self.mended = []
        for question in questions:
            field, code = self[question.code], question.code
            if not was_sent(field, code not in self.left_out and (shown is None or code in shown)):
                continue
            given[code], mended = read_value(field, str(question.kind))
            if mended is not None:
                self.mended.append(sentence_of(question, mended))
        return given

    def fingerprints(self) -> dict[str, str] | None:
        """What the page showed when it was drawn; None when the page did not say."""
        pairs = (item.partition(":") for item in (self.seen.data or "").split())
        return {code: mark for code, _, mark in pairs} or None

    def counted(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The answers that count, once those that are not asked are left aside."""
        return answers.in_force(self.asked, given)

    def now_shows(self, part: Part, given: Mapping[str, Any]) -> None:
        """What is stored is what this page shows from here on, because it has just been saved."""
        self.seen.data = _seen(part, given, self.left_out)

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
        counted = self.counted(given)
        found = [(each, what) for each in questions for what in question_problems(round_, each, counted, areas)]
        told = [(question, refusal) for question, refusal in found if refusal.code not in but_not]
        for question, refusal in told:
            self.complain(question, refusal)
        return not told

    def complain(self, question: Question, refusal: Refusal) -> None:
        """Put one sentence beside a question; a budget's line or a table's box takes it where it is about that."""
        field, sentence = self[question.code], short_sentence_of(question, refusal)
        line = refusal.detail.get("line")
        if isinstance(field, TableField):
            field.complain(refusal, sentence)
        elif isinstance(field, FieldList) and line and line <= len(field.entries):
            box = "description" if refusal.code == "line-description-missing" else "amount"
            field.entries[line - 1].form[box].errors = [labels.sentence_for(refusal.code, refusal.detail)]
            field.errors = [{box: sentence}]
        else:
            field.errors = [sentence]

    def doubt(
        self, questions: Iterable[Question], given: Mapping[str, Any], districts: frozenset[str] = frozenset()
    ) -> bool:
        """Put what is worth a second look beside each answer; says whether one was not on the page before."""
        counted = self.counted(given)
        found = {each.code: question_doubts(each, counted, districts) for each in questions}
        self.doubts = {
            code: [labels.sentence_for(each.code, each.detail) for each in told] for code, told in found.items() if told
        }
        before = set((self.doubted.data or "").split())
        self.doubted.data = " ".join(self.doubts)
        return not self.doubts.keys() <= before

    def add_up(self, questions: Iterable[Question], given: Mapping[str, Any]) -> None:
        """Work out what the tables come to, for the page to say."""
        counted = self.counted(given)
        for question in questions:
            field = self[question.code]
            if isinstance(field, TableField):
                field.add_up(question, counted)

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

    reason = LongText(
        "Why do you withdraw it? You may leave this empty.",
        validators=[Length(max=2000, message="Use at most 2,000 characters")],
    )


def short_sentence_of(question: Question, refusal: Refusal) -> str:
    """What to do about an answer, as it stands beside its question."""
    by_kind = {"answer-missing": answer_labels.MISSING, "answer-unreadable": answer_labels.UNREADABLE}
    words = by_kind.get(refusal.code, {}).get(str(question.kind))
    return words or answer_labels.box_sentence(refusal) or labels.sentence_for(refusal.code, refusal.detail)


def sentence_of(question: Question, refusal: Refusal) -> str:
    """The same with the question's name before it."""
    row = refusal.detail.get("row")
    at = f"row {row}, {refusal.detail.get('label') or refusal.detail.get('column')}: " if row else ""
    return _named(question.label, at + short_sentence_of(question, refusal))


def _named(label: str, words: str) -> str:
    label = label.rstrip(" .:")
    return f"{label} {words}" if label.endswith("?") else f"{label}: {words}"


def open_section(
    part: Part,
    areas: tuple[str, ...],
    given: Mapping[str, Any],
    *,
    groups: Mapping[int, str] | None = None,
    paper: Paper | None = None,
) -> QuestionForm:
    """The form of a section, filled from the request, or from what is stored.

    `groups`, where there is more than one to apply for, adds a first question that asks which. `paper` is the whole
    form, which says whether a question that hangs on another section is asked.
    """
    specs = specs_of(part, areas)
    if groups and len(groups) > 1:
        choices = tuple((str(number), name) for number, name in groups.items())
        specs = (Spec(GROUP, "radio", "Which group is this for?", "", choices), *specs)
    asked = paper.questions if paper else part.questions
    left_out = left_out_of(part, asked, given)
    readable = {question.code: for_field(question, given.get(question.code)) for question in part.questions}
    form = open_form(_form_class(specs), data={**readable, "seen": _seen(part, given, left_out)})
    form.asked, form.left_out, form.doubts, form.mended = asked, left_out, {}, []
    form.conditions = answer_labels.conditions(part.questions, asked)
    for question in part.questions:
        show_unread(form[question.code], given.get(question.code))
    return form


def change_rows(form: QuestionForm, go: str, values: Mapping[str, str]) -> bool:
    """Do what a button inside a table asks, which saves nothing yet; False when the button is another one.

    `add-line:CODE`, `remove-line:CODE:row`, `suggest:CODE` with the suggestion's name in `CODE.suggestion`.
    """
    verb, _, rest = go.partition(":")
    code, _, place = rest.partition(":")
    field = form._fields.get(code)
    if verb == "add-line" and isinstance(field, FieldList):
        if len(field.entries) < MOST_LINES:
            field.append_entry()
    elif isinstance(field, TableField) and verb == "add-line":
        field.add_row()
    elif isinstance(field, TableField) and verb == "remove-line" and place.isascii() and place.isdecimal():
        field.remove_row(int(place[:6]))
    elif isinstance(field, TableField) and verb == "suggest":
        field.suggest(values.get(f"{code}.suggestion", ""))
    return verb in {"add-line", "remove-line", "suggest"}


def _seen(part: Part, given: Mapping[str, Any], left_out: frozenset[str]) -> str:
    marks = [(each.code, answers.fingerprint(given.get(each.code))) for each in part.questions]
    return " ".join(f"{code}:{mark}" for code, mark in marks if code not in left_out)


@lru_cache(maxsize=512)
def _form_class(specs: tuple[Spec, ...]) -> type[QuestionForm]:
    return type("SectionForm", (QuestionForm,), {spec.code: field_of(spec) for spec in specs})
