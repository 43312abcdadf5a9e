"""What a group keeps of itself once for all its bids: seen by its people, changed by its lead or signatory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from grants.accounts import queries as accounts
from grants.accounts import services as account_services
from grants.accounts.models import Organisation
from grants.applications import queries, services
from grants.applications.forms import QuestionForm, TickForm, open_section
from grants.applications.models import Application
from grants.applications.queries import Part
from grants.applications.views import looking_up
from grants.applications.views.blueprint import bp
from grants.applications.views.standing import load_own
from grants.clock import utc_now
from grants.extensions import db
from grants.funds import group_form
from grants.web.access import allows, current_actor
from workflows.actors import Actor, Role, Scope
from workflows.errors import Invalid, Refusal, Stale
from workflows.rules import answers

GROUP = (Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY)
KEEPERS = (Role.LEAD, Role.SIGNATORY)
OVERTAKEN = "Somebody changed this while you wrote. It says now: {}. Save again to put yours in its place."


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """One part of one group's details."""

    organisation: Organisation
    part: Part

    @property
    def scope(self) -> Scope:
        return self.organisation.scope


def load_group(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    return accounts.get_organisation(session, actor, organisation_id)


def load_part(session: Session, actor: Actor, organisation_id: int, code: str) -> DetailsPage:
    return DetailsPage(accounts.get_organisation(session, actor, organisation_id), queries.details_part(code))


@bp.get("/groups/<int:organisation_id>/details")
@allows(*GROUP, on=load_group)
def details(organisation: Organisation) -> str:
    """Everything that the group keeps, and what a bid will still ask."""
    parts = queries.details_parts(db.session, organisation)
    return render_template(
        "applications/details.html",
        organisation=organisation,
        parts=[(each, _rows(each)) for each in parts],
        missing_count=sum(each.missing_count for each in parts),
        question_count=sum(len(each.part.questions) for each in parts),
        may_change=bool(current_actor().roles_in(organisation.scope) & set(KEEPERS)),
    )


def _rows(details_part: queries.DetailsPart) -> list[dict[str, Any]]:
    rows = []
    for question in details_part.part.questions:
        detail = details_part.kept.get(question.code)
        text = answers.shown(question, detail.value) if detail else ""
        rows.append({"question": question, "text": text, "detail": detail})
    return rows


@bp.get("/groups/<int:organisation_id>/details/<code>")
@allows(*KEEPERS, on=load_part)
def details_part(page: DetailsPage) -> str:
    """The questions of one part with what is kept."""
    return _page(page, open_section(page.part, (), _kept(page)))


@bp.post("/groups/<int:organisation_id>/details/<code>")
@allows(*KEEPERS, on=load_part)
def save_details(page: DetailsPage) -> Any:
    """Keep what was written; a question may stay empty here, as a bid asks for it in time."""
    form = open_section(page.part, (), _kept(page))
    go = request.form.get("go", "")
    if looking_up.is_asked(go):
        return _page(page, form, looking_up.answer(form, page.part, go))
    given = form.read(page.part.questions)
    if not _is_sound(form, page.part, given):
        return _page(page, form), 422
    try:
        account_services.save_details(
            db.session, page.organisation, given, actor=current_actor(), now=utc_now(), seen=form.fingerprints()
        )
    except Invalid as error:
        form.refuse(error)
        return _page(page, form), 422
    except Stale as error:
        return _overtaken(page, form, error), 409
    flash("Saved. Your next applications start with these details.", "success")
    return redirect(url_for("applications.details", organisation_id=page.organisation.id), 303)


def _kept(page: DetailsPage) -> dict[str, Any]:
    return {code: each.value for code, each in accounts.details_of(db.session, page.organisation).items()}


def _is_sound(form: QuestionForm, part: Part, given: dict[str, Any]) -> bool:
    found = [(each, _problem(each, given.get(each.code))) for each in part.questions]
    for question, refusal in found:
        if refusal is not None:
            form.complain(question, refusal)
    return not any(refusal for _, refusal in found)


def _problem(question: Any, value: Any) -> Refusal | None:
    if question.code == "O7a" and isinstance(value, str) and value.strip():
        return group_form.year_problem(value, utc_now())
    found = answers.problem(question, value)
    # Only the name can't be empty: nobody has every figure at hand.
    return None if found and found.code == "answer-missing" and question.code != group_form.NAME else found


def _overtaken(page: DetailsPage, form: QuestionForm, error: Stale) -> str:
    """The page again with what was typed, what somebody else wrote meanwhile, and marks that let a save go on."""
    db.session.rollback()
    page = DetailsPage(db.session.get_one(Organisation, page.organisation.id), page.part)
    kept = _kept(page)
    for question in page.part.questions:
        if question.code in error.detail["codes"]:
            said = answers.shown(question, kept.get(question.code)) or "nothing"
            sentence = (
                f"Somebody changed this while you wrote. It says now: {said}. Save again to put yours in its place."
            )
            form[question.code].errors = [sentence]
    form.seen.data = " ".join(f"{each.code}:{answers.fingerprint(kept.get(each.code))}" for each in page.part.questions)
    return _page(page, form)


def _page(page: DetailsPage, form: QuestionForm, said: looking_up.Said | None = None) -> str:
    return render_template(
        "applications/details_part.html",
        organisation=page.organisation,
        part=page.part,
        form=form,
        said=said or looking_up.Said(),
    )


@bp.get("/groups/<int:organisation_id>/details/changes")
@allows(*GROUP, on=load_group)
def details_changes(organisation: Organisation) -> str:
    """Who changed what, and when."""
    versions = accounts.list_detail_versions(db.session, organisation.id)
    questions = {each.code: each for part in queries.DETAILS for each in part.questions}
    rows = [(each, questions[each.code]) for each in versions if each.code in questions]
    return render_template(
        "applications/details_changes.html",
        organisation=organisation,
        rows=[(version, question.label, answers.shown(question, version.value)) for version, question in rows],
    )


@bp.get("/applications/<int:application_id>/keep-details")
@allows(*KEEPERS, on=load_own)
def keep_details(application: Application) -> str:
    """What this bid says of the group that the group does not keep, to be ticked."""
    return _keep_page(application, {})


@bp.post("/applications/<int:application_id>/keep-details")
@allows(*KEEPERS, on=load_own)
def save_kept_details(application: Application) -> Any:
    """Keep what was ticked, and nothing else."""
    form = TickForm()
    if not form.codes.data:
        return _keep_page(application, {"codes": "Tick what your organisation should keep, or go back."}), 422
    written = services.keep_details(db.session, application, form.codes.data, actor=current_actor(), now=utc_now())
    flash(f"{len(written)} kept. Your next applications start with them.", "success")
    return redirect(url_for("applications.show", application_id=application.id), 303)


def _keep_page(application: Application, errors: dict[str, str]) -> str:
    paper = queries.paper_of(db.session, application.round)
    found = queries.differing_details(db.session, application, paper, queries.answers_of(db.session, application))
    return render_template(
        "applications/keep_details.html",
        application=application,
        errors=errors,
        rows=[(each.question, _shown(each, each.value), _shown(each, each.kept)) for each in found],
    )


def _shown(difference: queries.Difference, value: Any) -> str:
    return answers.shown(difference.question, value)
