"""People on a bid: they are the group's people, named here with what each may do; its lead invites and changes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from grants.accounts import queries as accounts
from grants.accounts import services as account_services
from grants.accounts.forms import GroupRolesForm, InviteToGroupForm, ReasonForm
from grants.accounts.queries import Colleague
from grants.applications.models import Application
from grants.applications.views.blueprint import bp
from grants.applications.views.clock import clock_of
from grants.applications.views.standing import GROUP, load_own
from grants.clock import utc_now
from grants.extensions import db
from grants.web import identity
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.labels import GROUP_ROLES
from workflows.actors import Actor, Role, Scope
from workflows.application import ApplicationState

HINTS = {role: hint for role, (_, hint) in GROUP_ROLES.items()}


@dataclass(frozen=True, slots=True)
class BidPerson:
    """Somebody of the bid's group."""

    application: Application
    colleague: Colleague

    @property
    def scope(self) -> Scope:
        return self.application.scope


def load_person(session: Session, actor: Actor, application_id: int, person_id: int) -> BidPerson:
    application = load_own(session, actor, application_id)
    return BidPerson(application, accounts.get_colleague(session, actor, application.organisation_id, person_id))


@bp.get("/applications/<int:application_id>/people")
@allows(*GROUP, on=load_own)
def people(application: Application) -> str:
    """Who is on the bid and what each may do."""
    groups = accounts.list_colleagues(db.session, current_actor())
    colleagues = next(found for group, found in groups if group.id == application.organisation_id)
    return render_template(
        "applications/people.html",
        application=application,
        colleagues=colleagues,
        hints=HINTS,
        is_lead=Role.LEAD in current_actor().roles_in(application.scope),
        clock=clock_of(application) if application.state is ApplicationState.DRAFT else None,
    )


@bp.get("/applications/<int:application_id>/people/invite")
@allows(Role.LEAD, on=load_own)
def invite_person(application: Application) -> str:
    return _invite_page(application, open_form(InviteToGroupForm))


@bp.post("/applications/<int:application_id>/people/invite")
@allows(Role.LEAD, on=load_own)
def send_invitation(application: Application) -> Any:
    """Invite by e-mail; the link leads straight to this bid."""
    form = InviteToGroupForm()
    if not form.validate():
        return _invite_page(application, form), 422
    account_services.invite_to_group(
        db.session,
        application.organisation,
        form.email.data or "",
        form.name.data or "",
        Role(form.role.data),
        actor=current_actor(),
        now=utc_now(),
        site=identity.site(),
        next_path=url_for("applications.show", application_id=application.id),
    )
    flash(f"{form.email.data} is invited. The mail with the link to this bid is on its way.", "success")
    return redirect(url_for("applications.people", application_id=application.id), 303)


def _invite_page(application: Application, form: InviteToGroupForm) -> str:
    return render_template("applications/invite_person.html", application=application, form=form, hints=HINTS)


@bp.get("/applications/<int:application_id>/people/<int:person_id>")
@allows(Role.LEAD, on=load_person)
def bid_person(person: BidPerson) -> str:
    """What one person may do, to be changed or ended."""
    held = [str(role) for role in person.colleague.roles]
    return _person_page(person, open_form(GroupRolesForm, data={"roles": held}))


@bp.post("/applications/<int:application_id>/people/<int:person_id>")
@allows(Role.LEAD, on=load_person)
def change_person(person: BidPerson) -> Any:
    form = GroupRolesForm()
    if not form.validate():
        return _person_page(person, form), 422
    colleague = person.colleague
    account_services.change_group_roles(
        db.session,
        colleague.person,
        colleague.organisation,
        colleague.roles,
        {Role(role) for role in form.roles.data or ()},
        actor=current_actor(),
        now=utc_now(),
    )
    flash(f"What {colleague.person.name} may do is changed.", "success")
    return _after(person)


@bp.post("/applications/<int:application_id>/people/<int:person_id>/end")
@allows(Role.LEAD, on=load_person)
def end_person(person: BidPerson) -> Any:
    """Take somebody off the bid and out of the group; what they wrote stays, with their name in its history."""
    form, colleague = ReasonForm(), person.colleague
    if not form.validate():
        held = [str(role) for role in colleague.roles]
        return _person_page(person, GroupRolesForm(formdata=None, data={"roles": held}), form), 422
    for role in colleague.roles:
        account_services.end_membership(
            db.session,
            colleague.person,
            colleague.organisation,
            role,
            actor=current_actor(),
            now=utc_now(),
            reason=form.reason.data or "",
        )
    flash(f"{colleague.person.name} is no longer part of {colleague.organisation.name}.", "success")
    return _after(person)


def _person_page(person: BidPerson, form: GroupRolesForm, ending: ReasonForm | None = None) -> str:
    return render_template(
        "applications/bid_person.html",
        application=person.application,
        colleague=person.colleague,
        form=form,
        ending=ending or ReasonForm(formdata=None),
        errors=[(field.id, text) for each in (form, ending) if each for field in each for text in field.errors],
        hints=HINTS,
    )


def _after(person: BidPerson) -> Any:
    # Whoever changed their own part may not see this bid any more.
    if person.colleague.person.id == current_actor().person_id:
        return redirect(url_for("accounts.groups") if len(current_actor().organisation_ids) > 1 else "/", 303)
    return redirect(url_for("applications.people", application_id=person.application.id), 303)
