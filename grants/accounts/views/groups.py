"""A group's own people: everybody in it sees them, its lead invites others and ends their part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for

from grants.accounts import queries, services
from grants.accounts.forms import AnswerJoinForm, InviteToGroupForm, ReasonForm
from grants.accounts.models import JoinRequest, Organisation
from grants.accounts.queries import Colleague
from grants.accounts.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.web import identity
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.labels import GROUP_ROLES
from workflows.actors import Actor, Role, Scope

HINTS = {role: hint for role, (_, hint) in GROUP_ROLES.items()}


def load_organisation(session: Any, actor: Actor, organisation_id: int) -> Organisation:
    return queries.get_organisation(session, actor, organisation_id)


def load_colleague(session: Any, actor: Actor, organisation_id: int, person_id: int) -> Colleague:
    return queries.get_colleague(session, actor, organisation_id, person_id)


@bp.get("/groups")
@allows(Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY)
def groups() -> Any:
    actor = current_actor()
    led = {organisation_id for organisation_id, role in actor.organisation_roles if role == Role.LEAD}
    signed = {organisation_id for organisation_id, role in actor.organisation_roles if role == Role.SIGNATORY} - led
    answered = led | {each for each in signed if queries.answerers(db.session, each) == Role.SIGNATORY}
    return render_template(
        "accounts/groups.html",
        groups=queries.list_colleagues(db.session, actor),
        led=led,
        requests=queries.list_join_requests(db.session, sorted(answered)) if answered else [],
    )


def load_request(session: Any, actor: Actor, request_id: int) -> JoinRequest:
    return queries.get_join_request(session, actor, request_id)


@bp.get("/groups/requests/<int:request_id>")
@allows(Role.LEAD, Role.SIGNATORY, on=load_request)
def join_request(request: JoinRequest) -> Any:
    return _request_page(request, open_form(AnswerJoinForm))


@bp.post("/groups/requests/<int:request_id>")
@allows(Role.LEAD, Role.SIGNATORY, on=load_request)
def answer_join_request(request: JoinRequest) -> Any:
    form = AnswerJoinForm()
    if not form.validate():
        return _request_page(request, form), 422
    role = None if form.answer.data == "no" else Role(form.answer.data)
    services.answer_join_request(db.session, request, role, actor=current_actor(), now=utc_now(), site=identity.site())
    flash("Your answer is on its way.", "success")
    return redirect(url_for("accounts.groups"), 303)


def _request_page(request: JoinRequest, form: AnswerJoinForm) -> str:
    return render_template("accounts/join_request.html", request_=request, form=form)


@dataclass(frozen=True, slots=True)
class OfficeRequest:
    """A request to a group that has nobody to answer, before the office that does."""

    request: JoinRequest
    office_id: int

    @property
    def scope(self) -> Scope:
        return Scope(office_id=self.office_id)


def load_office_request(session: Any, actor: Actor, request_id: int) -> OfficeRequest:
    return OfficeRequest(*queries.get_office_request(session, actor, request_id))


@bp.get("/office/join-requests")
@allows(Role.OFFICER, Role.MANAGER)
def office_requests() -> Any:
    """Who asks to be let into a group that has nobody to answer."""
    found = queries.list_office_requests(db.session, current_actor())
    return render_template("accounts/office_requests.html", requests=found)


@bp.route("/office/join-requests/<int:request_id>", methods=["GET", "POST"])
@allows(Role.OFFICER, Role.MANAGER, on=load_office_request)
def office_request(asked: OfficeRequest) -> Any:
    """Answer in the place of the group."""
    form = open_form(AnswerJoinForm)
    if form.validate_on_submit():
        role = None if form.answer.data == "no" else Role(form.answer.data)
        services.answer_for_group(
            db.session, asked.request, role, actor=current_actor(), now=utc_now(), site=identity.site()
        )
        flash("Your answer is on its way.", "success")
        return redirect(url_for("accounts.office_requests"), 303)
    page = render_template("accounts/office_request.html", request_=asked.request, form=form)
    return (page, 422) if form.is_submitted() else page


@bp.get("/groups/<int:organisation_id>/invite")
@allows(Role.LEAD, on=load_organisation)
def invite_colleague(organisation: Organisation) -> Any:
    return _invite_page(organisation, open_form(InviteToGroupForm))


@bp.post("/groups/<int:organisation_id>/invite")
@allows(Role.LEAD, on=load_organisation)
def send_group_invitation(organisation: Organisation) -> Any:
    form = InviteToGroupForm()
    if not form.validate():
        return _invite_page(organisation, form), 422
    services.invite_to_group(
        db.session,
        organisation,
        form.email.data or "",
        form.name.data or "",
        Role(form.role.data),
        actor=current_actor(),
        now=utc_now(),
        site=identity.site(),
    )
    flash(f"{form.email.data} is invited. The mail with the link is on its way.", "success")
    return redirect(url_for("accounts.groups"), 303)


def _invite_page(organisation: Organisation, form: InviteToGroupForm) -> str:
    return render_template("accounts/invite_colleague.html", organisation=organisation, form=form, hints=HINTS)


@bp.get("/groups/<int:organisation_id>/people/<int:person_id>/end")
@allows(Role.LEAD, on=load_colleague)
def leave(colleague: Colleague) -> Any:
    return render_template("accounts/leave.html", colleague=colleague, form=open_form(ReasonForm))


@bp.post("/groups/<int:organisation_id>/people/<int:person_id>/end")
@allows(Role.LEAD, on=load_colleague)
def end_part(colleague: Colleague) -> Any:
    form = ReasonForm()
    if not form.validate():
        return render_template("accounts/leave.html", colleague=colleague, form=form), 422
    for role in colleague.roles:
        services.end_membership(
            db.session,
            colleague.person,
            colleague.organisation,
            role,
            actor=current_actor(),
            now=utc_now(),
            reason=form.reason.data or "",
        )
    flash(f"{colleague.person.name} is no longer part of {colleague.organisation.name}.", "success")
    # Whoever ended their own part may not see the group's page any more.
    return redirect("/" if colleague.person.id == current_actor().person_id else url_for("accounts.groups"), 303)
