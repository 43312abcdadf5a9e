"""Saving as pages see it: kept as typed for the page's script, and a choice of texts where two changed one answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import g, render_template, request, url_for
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from grants.applications import services
from grants.applications.forms import QuestionForm
from grants.applications.forms.fields import LongText, Text, clean
from grants.applications.models import Application
from grants.applications.queries import Part
from grants.applications.services import Conflict, Saved
from grants.applications.views.clock import clock_of, times_of
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.models import Question
from grants.web import labels
from grants.web.access import current_actor
from grants.web.commit import keep_although_refused
from grants.web.filters import clock_time, london_short
from grants.web.forms import Form
from workflows.rules import answers
from workflows.rules.answers import MOST_CHARACTERS

# Texts can be put together by hand; of a choice or a figure one or the other holds.
TEXT_KINDS = frozenset({"text", "long_text"})
MINE, THEIRS, TOGETHER = "mine", "theirs", "together"
# Where the person has to choose first: no page ever showed this mark, so the choice is asked again.
NEVER_SHOWN = "?"


def save(application: Application, given: Mapping[str, Any], seen: Mapping[str, str] | None) -> Saved:
    """Save for whoever asks, judged by when the request came in."""
    return services.save_answers(
        db.session,
        application,
        given,
        actor=current_actor(),
        now=utc_now(),
        received_at=g.received_at,
        seen=seen,
    )


def is_too_long(value: Any) -> bool:
    return len(str(value or "")) > MOST_CHARACTERS


def save_as_typed(application: Application, form: QuestionForm, questions: Iterable[Question]) -> dict[str, Any]:
    """Keep what the script sent, of the questions that it names, and say what became of each."""
    only = set(request.form.get("only", "").split())
    given = form.read(each for each in questions if not only or each.code in only)
    long = [code for code, value in given.items() if is_too_long(value)]
    short = {code: value for code, value in given.items() if code not in long}
    saved = save(application, short, form.fingerprints())
    sentence = labels.sentence_for("too-many-characters", {"limit": MOST_CHARACTERS, "have": "more"})
    return {
        "saved": clock_time(saved.saved_at),
        "fingerprints": saved.fingerprints,
        "newer": saved.newer,
        "conflicts": [_as_json(each) for each in saved.conflicts],
        "refused": [{"code": code, "sentence": sentence} for code in long],
        **times_of(application),
    }


def _as_json(conflict: Conflict) -> dict[str, str]:
    return {
        "code": conflict.code,
        "label": conflict.question.label,
        "who": conflict.who,
        "when": london_short(conflict.saved_at),
        "theirs": answers.shown(conflict.question, conflict.theirs),
        "fingerprint": conflict.fingerprint,
    }


def settle(questions: Iterable[Question], given: dict[str, Any], seen: dict[str, str] | None) -> frozenset[str]:
    """Put the choices of the page of two texts into what is about to be saved; the codes that nobody chose for."""
    unsettled = set()
    disputed = set(request.form.get("settle", "").split())
    for code in (each.code for each in questions if each.code in disputed):
        choice = request.form.get(f"choose-{code}")
        if choice == THEIRS:
            given.pop(code, None)
        elif choice == TOGETHER:
            given[code] = clean(request.form.get(f"together-{code}", ""))
        elif choice != MINE and seen is not None:
            seen[code] = NEVER_SHOWN
            unsettled.add(code)
    return frozenset(unsettled)


def conflict_page(application: Application, part: Part, saved: Saved, unsettled: frozenset[str]) -> tuple[str, int]:
    """Both texts of each disputed answer with the choice between them; everything else of the page is saved."""
    form = _choices(saved.conflicts)
    for code in unsettled & {each.code for each in saved.conflicts}:
        form[f"choose-{code}"].errors = ["Choose which text to keep."]
    html = render_template(
        "applications/conflict.html",
        application=application,
        part=part,
        form=form,
        disputes=[_dispute(each, form) for each in saved.conflicts],
        carried=_carried(saved),
        section_url=url_for("applications.section", application_id=application.id, code=part.section.code),
        clock=clock_of(application),
    )
    # What was not disputed, and the text that has to wait, are kept whatever becomes of the choice.
    keep_although_refused()
    return html, 422 if unsettled else 409


def _dispute(conflict: Conflict, form: Form) -> dict[str, Any]:
    together = f"together-{conflict.code}"
    return {
        "question": conflict.question,
        "who": conflict.who or "Somebody else",
        "when": conflict.saved_at,
        "theirs": answers.shown(conflict.question, conflict.theirs),
        "mine": answers.shown(conflict.question, conflict.mine),
        "theirs_table": answers.grid(conflict.question, conflict.theirs),
        "mine_table": answers.grid(conflict.question, conflict.mine),
        "choice": form[f"choose-{conflict.code}"],
        "together": form._fields.get(together),
    }


def _choices(conflicts: Iterable[Conflict]) -> Form:
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for each in conflicts:
        choose, together = f"choose-{each.code}", f"together-{each.code}"
        kept = [(MINE, "Mine"), (THEIRS, f"Theirs ({each.who})" if each.who else "Theirs")]
        if str(each.question.kind) in TEXT_KINDS:
            kept.append((TOGETHER, "One text from both, which I write below"))
            box = Text if str(each.question.kind) == "text" else LongText
            fields[together] = box("Both texts, to make one of")
            data[together] = request.form.get(together) or _joined(each)
        choices = [SelectChoice(*pair) for pair in kept]
        fields[choose] = RadioField("Which one do you want to keep?", choices=choices, validate_choice=False)
        data[choose] = request.form.get(choose)
    form: Form = type("ChoiceForm", (Form,), fields)(formdata=None, data=data)
    return form


def _joined(conflict: Conflict) -> str:
    between = " " if str(conflict.question.kind) == "text" else "\n\n"
    return between.join(str(text) for text in (conflict.theirs, conflict.mine) if not answers.is_blank(text))


def _carried(saved: Saved) -> list[tuple[str, str]]:
    """The whole form again, as it was sent, with the marks of what the person now sees."""
    disputed = {each.code: each.fingerprint for each in saved.conflicts}
    marks = dict(pair.partition(":")[::2] for pair in request.form.get("seen", "").split())
    marks |= dict(saved.fingerprints or {}) | disputed
    ours = ("csrf_token", "seen", "settle", "only")
    sent = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in ours and not name.startswith(("choose-", "together-"))
    ]
    seen = " ".join(f"{code}:{mark}" for code, mark in marks.items())
    return [*sent, ("seen", seen), ("settle", " ".join(disputed))]
