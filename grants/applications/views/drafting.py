"""Writing a bid: the question pages. What was typed is on the next page whatever happens to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from grants.applications import queries
from grants.applications.forms import QuestionForm, change_rows, open_section
from grants.applications.models import Application
from grants.applications.queries import Paper, Part
from grants.applications.views import files, looking_up, saving
from grants.applications.views.blueprint import bp
from grants.applications.views.clock import clock_of
from grants.applications.views.words import findings_words
from grants.extensions import db
from grants.funds.models import Question
from grants.web import labels, refused
from grants.web.access import allows
from grants.web.commit import keep_although_refused
from workflows.actors import Actor, Role, Scope
from workflows.application import ApplicationState
from workflows.errors import DomainError, Stale, TransitionRefused
from workflows.rules import answers
from workflows.rules.answers import MOST_CHARACTERS
from workflows.rules.eligibility import Outcome

# No form has more; whatever names more of them was not sent by a page of ours.
MOST_QUESTIONS = 200


@dataclass(frozen=True, slots=True)
class SectionPage:
    """One part of one bid's form with everything that its page needs."""

    application: Application
    paper: Paper
    part: Part

    @property
    def scope(self) -> Scope:
        return self.application.scope

    @property
    def has_left(self) -> bool:
        """A new version of the form has not got this section any more."""
        return self.part not in self.paper.parts


@dataclass(frozen=True, slots=True)
class Sent:
    """What came: the form, the questions that were on its page with their answers, and the marks it was drawn with.

    `unsettled` are the disputed answers for which the person has chosen no text yet.
    """

    form: QuestionForm
    questions: tuple[Question, ...]
    given: dict[str, Any]
    seen: dict[str, str] | None
    unsettled: frozenset[str]


def load_section(session: Session, actor: Actor, application_id: int, code: str) -> SectionPage:
    """The section of the actor's bid; NotFound when either is not there for them."""
    application = queries.get_application(session, actor, application_id)
    paper = queries.paper_of(session, application.round)
    gone = queries.left_section(session, application.round, code)
    return SectionPage(application, paper, gone or paper.part(code))


@bp.get("/applications/<int:application_id>/sections/<code>")
@allows(Role.LEAD, Role.CONTRIBUTOR, on=load_section)
def section(page: SectionPage) -> Any:
    """The questions of one section with what has been answered so far."""
    if page.application.state is not ApplicationState.DRAFT or page.has_left:
        return redirect(url_for("applications.show", application_id=page.application.id))
    given = queries.answers_of(db.session, page.application)
    form = open_section(page.part, page.paper.area_names, given, paper=page.paper)
    form.doubt(page.part.questions, given, page.paper.districts)
    return _page(page, form, given)


@bp.post("/applications/<int:application_id>/sections/<code>")
@allows(Role.LEAD, Role.CONTRIBUTOR, on=load_section)
def save_section(page: SectionPage) -> Any:
    """Save and go on; or keep what is there as it is and come back later; or add a line to a budget.

    The page's own script asks for JSON: then everything is kept as typed, and nothing is judged yet.
    """
    go = request.form.get("go", "")
    stored = queries.answers_of(db.session, page.application)
    form, questions = _sent(page, stored)
    is_row_change = change_rows(form, go, request.form)
    given, seen = form.read(questions), form.fingerprints()
    if refused.wants_json():
        return saving.save_as_typed(page.application, form, questions)
    sent = Sent(form, questions, given, seen, saving.settle(questions, given, seen))
    try:
        if page.has_left:
            return _save_what_left(page, sent)
        if is_row_change:
            return _again(page, sent, stored | given)
        if looking_up.is_asked(go):
            return _again(page, sent, stored | given, looking_up.answer(form, page.part, go))
        return _save_with_files(page, sent, go) if files.has_files(page.part) else _save(page, sent, stored, go)
    except (Stale, TransitionRefused) as error:
        return _not_saved(questions, given, error), 409


def _save_what_left(page: SectionPage, sent: Sent) -> Any:
    """What was typed while a new version took the section out of the form: kept, and shown as no longer asked."""
    saved = saving.save(page.application, {k: v for k, v in sent.given.items() if not saving.is_too_long(v)}, sent.seen)
    if saved.conflicts:
        return saving.conflict_page(page.application, page.part, saved, sent.unsettled)
    flash("The form has changed and does not ask this any more. What you wrote is kept below.", "info")
    return redirect(url_for("applications.show", application_id=page.application.id), 303)


def _again(page: SectionPage, sent: Sent, given: dict[str, Any], said: looking_up.Said | None = None) -> str:
    """The page once more. What has left the form meanwhile has no box there, so what was typed is kept at once."""
    asked, seen = {each.code for each in page.part.questions}, sent.seen or {}
    left = {
        code: value
        for code, value in sent.given.items()
        if code not in asked and answers.fingerprint(value) != seen.get(code) and not saving.is_too_long(value)
    }
    if left:
        saving.save(page.application, left, seen)
        keep_although_refused()
        flash(
            "The form has changed: a question of this page is not asked any more. What you wrote there is kept.", "info"
        )
    return _page(page, sent.form, given, said)


def _save(page: SectionPage, sent: Sent, stored: dict[str, Any], go: str) -> Any:
    is_later, given, form = go == "later", stored | sent.given, sent.form
    if not (_can_be_kept(sent) if is_later else _is_sound(form, page, given)):
        return _again(page, sent, given), 422
    saved = saving.save(page.application, sent.given, sent.seen)
    if saved.conflicts:
        return saving.conflict_page(page.application, page.part, saved, sent.unsettled)
    if form.doubt(page.part.questions, given, page.paper.districts) and not is_later:
        return _look_again(page, form)
    return _onward(page, form, is_later)


def _look_again(page: SectionPage, form: QuestionForm) -> Any:
    """It is saved; what is worth a second look is told once, on the same page, before going on."""
    _tell_mended(form)
    flash("Saved. There is a note beside an answer: look at it, then save again to go on.", "info")
    at = {"application_id": page.application.id, "code": page.part.section.code}
    return redirect(url_for("applications.section", **at), 303)


def _tell_mended(form: QuestionForm) -> None:
    for sentence in form.mended:
        flash(sentence, "info")


def _save_with_files(page: SectionPage, sent: Sent, go: str) -> Any:
    """The words first, as they are, then what was chosen and pressed; so a file that is refused loses nothing."""
    application_id, form = page.application.id, sent.form
    if not _can_be_kept(sent):
        return _again(page, sent, queries.answers_of(db.session, page.application) | sent.given), 422
    saved = saving.save(page.application, sent.given, sent.seen)
    is_done = files.handle(application_id, form, page.part, go)
    if saved.conflicts:
        return saving.conflict_page(page.application, page.part, saved, sent.unsettled)
    if is_done and go.partition(":")[0] in files.BUTTONS:
        code = page.part.section.code
        return redirect(url_for("applications.section", application_id=application_id, code=code), 303)
    stored = queries.answers_of(db.session, page.application)
    if is_done and (go == "later" or _is_sound(form, page, stored)):
        if go != "later" and form.doubt(page.part.questions, stored, page.paper.districts):
            return _look_again(page, form)
        return _onward(page, form, go == "later")
    form.now_shows(page.part, stored)
    keep_although_refused()
    return _page(page, form, stored), 422


def _sent(page: SectionPage, stored: dict[str, Any]) -> tuple[QuestionForm, tuple[Question, ...]]:
    """The form that came, and the questions that were on its page: a new version may have come in between.

    A question that the page did not show is left alone; one that has left the form since is still read.
    """
    form = open_section(page.part, page.paper.area_names, stored, paper=page.paper)
    shown = form.fingerprints() or {}
    asked = tuple(each for each in page.part.questions if each.code in shown) or page.part.questions
    gone = sorted(shown.keys() - {each.code for each in asked})[:MOST_QUESTIONS]
    old = queries.list_questions(db.session, page.application.round, gone)
    if old:
        both = replace(page.part, questions=(*page.part.questions, *old))
        form = open_section(both, page.paper.area_names, stored, paper=page.paper)
    return form, (*asked, *old)


def _is_sound(form: QuestionForm, page: SectionPage, given: dict[str, Any]) -> bool:
    is_good = form.check(page.application.round, page.part.questions, page.paper.area_names, given)
    if is_good and page.part.section.is_eligibility:
        result = queries.judge_quiz(db.session, page.application.round, page.paper, given)
        form.form_errors += findings_words(result, Outcome.FAIL)
        return result.outcome is not Outcome.FAIL
    return is_good


def _can_be_kept(sent: Sent) -> bool:
    """Anything may wait half-finished, but for what no person typed: the size has an end."""
    long = [each for each in sent.questions if saving.is_too_long(sent.given.get(each.code))]
    for question in long:
        field = sent.form[question.code]
        field.errors = [labels.sentence_for("too-many-characters", {"limit": MOST_CHARACTERS, "have": "more"})]
    return not long


def _onward(page: SectionPage, form: QuestionForm, is_later: bool) -> Any:
    _tell_mended(form)
    application_id = page.application.id
    if is_later:
        flash("Saved. You can come back to this later.", "success")
        return redirect(url_for("applications.show", application_id=application_id), 303)
    codes = [part.section.code for part in page.paper.parts]
    following = codes[codes.index(page.part.section.code) + 1 :]
    if following:
        return redirect(url_for("applications.section", application_id=application_id, code=following[0]), 303)
    return redirect(url_for("applications.check", application_id=application_id), 303)


def _page(page: SectionPage, form: QuestionForm, given: Mapping[str, Any], said: looking_up.Said | None = None) -> str:
    form.add_up(page.part.questions, given)
    return render_template(
        "applications/section.html",
        application=page.application,
        part=page.part,
        form=form,
        has_files=files.dress(form, page.application, page.part, given),
        number=page.paper.parts.index(page.part) + 1,
        count=len(page.paper.parts),
        clock=clock_of(page.application),
        said=said,
        is_unsaved=bool(form.seen.raw_data),
        needs_script=bool(form.conditions) or any(each.kind == "table" for each in page.part.questions),
    )


def _not_saved(questions: Iterable[Question], given: dict[str, Any], error: DomainError) -> str:
    """Why it was not saved, with every answer that was typed, under its own question."""
    typed = [(each.label, answers.shown(each, given.get(each.code))) for each in questions]
    db.session.rollback()
    return render_template(
        "applications/not_saved.html",
        application_id=request.view_args["application_id"] if request.view_args else 0,
        typed=[(label, text) for label, text in typed if text],
        sentence=labels.sentence_for(error.code, error.detail),
    )
