"""A manager makes the pack of a marker who works on paper, brings in their sheet, and locks by the marker's own word.

Every page is of one marker and one round, without the bids that the manager marks or stands aside from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.assessment import queries, services
from grants.assessment.forms.sheets import LockForForm, locks_of
from grants.assessment.models import Assignment
from grants.assessment.queries.facts import missing_marks
from grants.assessment.queries.packs import Pack, pack_for
from grants.assessment.services.locking import Confirmed, marks_version
from grants.assessment.views.blueprint import bp
from grants.assessment.views.packs import hand_csv, hand_pdf, hand_workbook, keep_sent, pack_page
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.models import Round
from grants.web.access import allows, current_actor
from grants.web.filters import plural
from grants.web.forms import open_form
from grants.web.shedding import can_wait
from workflows.actors import Actor, Role, Scope
from workflows.errors import Invalid, NotFound
from workflows.rules.scoring import EXTREME_MINIMUM_WORDS


@dataclass(frozen=True)
class OnPaper:
    """A marker of the office and their pack in one round."""

    round: Round
    person: Person
    pack: Pack

    @property
    def scope(self) -> Scope:
        return self.round.scope

    def url(self, endpoint: str) -> str:
        return url_for(f"assessment.{endpoint}", round_id=self.round.id, person_id=self.person.id)


def load_on_paper(session: Session, actor: Actor, round_id: int, person_id: int) -> OnPaper:
    round_ = queries.get_round(session, actor, round_id)
    person = next((each for each in queries.list_markers(session, round_.office_id) if each.id == person_id), None)
    if person is None or person.id == actor.person_id:
        raise NotFound(subject="person")
    return OnPaper(round_, person, pack_for(session, actor, round_, person))


@bp.route("/office/rounds/<int:round_id>/markers/<int:person_id>/sheet", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_on_paper)
def sheet(work: OnPaper) -> Any:
    names = {"pdf": "sheet_pdf", "workbook": "sheet_workbook", "csv": "sheet_csv", "keep": "keep_sheet"}
    urls = {name: work.url(endpoint) for name, endpoint in names.items()}
    urls |= {"lock": work.url("lock_sheet"), "back": url_for("assessment.round_markers", round_id=work.round.id)}
    return pack_page(work.pack, urls)


@bp.post("/office/rounds/<int:round_id>/markers/<int:person_id>/sheet/keep")
@allows(Role.MANAGER, on=load_on_paper)
def keep_sheet(work: OnPaper) -> Any:
    kept = keep_sent(work.pack)
    flash(f"{plural(kept, 'mark')} of {work.person.name} saved. Nothing is locked yet.", "success")
    return redirect(work.url("lock_sheet"), 303)


@bp.route("/office/rounds/<int:round_id>/markers/<int:person_id>/sheet/lock", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_on_paper)
def lock_sheet(work: OnPaper) -> Any:
    brought = [each for each in work.pack.unlocked if each.is_on_paper]
    missing = {each.id: missing_marks(each, work.pack.rubric) for each in brought}
    ready = [each for each in brought if not any(missing[each.id])]
    form = open_form(LockForForm)
    form.locks.choices = [(f"{each.id}:{marks_version(each)}", each.application.reference) for each in ready]
    if not form.validate_on_submit():
        if set(form.locks.data or ()) - {key for key, _ in form.locks.choices}:
            form.locks.errors = ["These marks have changed, or are locked already. Look at them again."]
    else:
        try:
            done = _lock(work, form, {each.id: each for each in brought})
        except Invalid as error:
            form.refuse(error)
        else:
            flash(f"{work.person.name}: {plural(done, 'bid')} locked.", "success")
            return redirect(url_for("assessment.round_markers", round_id=work.round.id), 303)
    page = render_template(
        "assessment/lock_sheet.html",
        round=work.round,
        person=work.person,
        rubric=work.pack.rubric,
        ready=ready,
        unready=[each for each in brought if each not in ready],
        missing=missing,
        saved={each.id: {row.criterion_id: row for row in each.scores} for each in brought},
        form=form,
        least_words=EXTREME_MINIMUM_WORDS,
        back=work.url("sheet"),
    )
    return page, 422 if form.errors else 200


def _lock(work: OnPaper, form: LockForForm, brought: dict[int, Assignment]) -> int:
    said = Confirmed(form.confirmed_on.data, form.how.data or "")
    for key, seen in locks_of(form.locks.data):
        services.lock_for_marker(db.session, brought[key], said, seen_marks=seen, actor=current_actor(), now=utc_now())
    return len(form.locks.data)


@bp.get("/office/rounds/<int:round_id>/markers/<int:person_id>/sheet/marks.xlsx")
@can_wait
@allows(Role.MANAGER, on=load_on_paper)
def sheet_workbook(work: OnPaper) -> Any:
    return hand_workbook(work.pack)


@bp.get("/office/rounds/<int:round_id>/markers/<int:person_id>/sheet/marks.csv")
@can_wait
@allows(Role.MANAGER, on=load_on_paper)
def sheet_csv(work: OnPaper) -> Any:
    return hand_csv(work.pack)


@bp.get("/office/rounds/<int:round_id>/markers/<int:person_id>/sheet/bids.pdf")
@can_wait
@allows(Role.MANAGER, on=load_on_paper)
def sheet_pdf(work: OnPaper) -> Any:
    return hand_pdf(work.pack)
