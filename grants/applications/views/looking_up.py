"""The button beside a charity's or company's number: what the register says stands on the page, to be taken or left."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from grants.applications.forms import QuestionForm
from grants.applications.queries import Part
from grants.core.registers import KINDS, NotKnown, Record, Unavailable
from grants.funds import group_form
from grants.web.registers import look_up

ASK, USE = "look-up:", "use-register"
# Where what the register says goes, when somebody takes it.
FILLED = {group_form.NAME: "name", group_form.ADDRESS: "address", group_form.POSTCODE: "postcode"}
NOTES = {
    NotKnown: "The register does not know this number. Check it. You can go on all the same.",
    Unavailable: "The register can't be asked now. You can go on without it.",
    type(None): "Write the whole number first, then look it up.",
}
TAKEN = "Filled in from the register. Read it once more, then save."


@dataclass(frozen=True, slots=True)
class Said:
    """What stands on the page: a record to take, or a note."""

    record: Record | None = None
    note: str = ""


def is_asked(go: str) -> bool:
    """Whether the button that was pressed is one of these."""
    return go.startswith(ASK) or go == USE


def answer(form: QuestionForm, part: Part, go: str) -> Said:
    """Ask the register, or put what it said into the form; nothing is saved, and all that was typed stays."""
    if go == USE:
        return _take(form)
    code = go.removeprefix(ASK)
    numbers = (each for each in part.questions if str(each.kind) in KINDS and each.code in form)
    question = next((each for each in numbers if each.code == code), None)
    found = None if question is None else look_up(str(question.kind), form[code].data)
    return Said(found if isinstance(found, Record) else None, NOTES.get(type(found), ""))


def _take(form: QuestionForm) -> Said:
    for code, name in FILLED.items():
        text = request.form.get(f"found-{name}", "").strip()
        if text and code in form:
            form[code].data = text[:500]
    return Said(note=TAKEN)
