"""The people of an office: who may do what there, invited, changed and ended by its administrators and managers."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from grants.accounts import queries, services
from grants.accounts.forms import InviteToOfficeForm, OfficeRolesForm, ReasonForm
from grants.accounts.models import Office
from grants.accounts.queries import Member
from grants.accounts.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.web import identity
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.labels import OFFICE_ROLES
from grants.web.numbers import row_argument
from workflows.actors import Actor, Role
from workflows.errors import NotFound

KEEPERS = (Role.ADMIN, Role.MANAGER)
PAGE = 50
HINTS = {role: hint for role, (_, hint) in OFFICE_ROLES.items()}


def load_office(session: Any, actor: Actor, office_code: str) -> Office:
    return queries.get_office(session, actor, office_code)


def load_member(session: Any, actor: Actor, office_code: str, person_id: int) -> Member:
    return queries.get_member(session, actor, office_code, person_id)


@bp.get("/office/people")
@allows(*KEEPERS)
def people() -> Any:
    offices = queries.list_offices(db.session, current_actor(), frozenset(KEEPERS))
    wanted = request.args.get("office", offices[0].code)
    office = next((office for office in offices if office.code == wanted), None)
    if office is None:
        raise NotFound(subject="Office")
    found = queries.list_members(db.session, office, after=_after(), limit=PAGE + 1)
    last = found[PAGE - 1].person if len(found) > PAGE else None
    next_url = last and url_for("accounts.people", office=office.code, after_name=last.name, after_id=last.id)
    return render_template(
        "accounts/people.html",
        current_office=office,
        offices=offices,
        members=found[:PAGE],
        next_url=next_url or "",
    )


def _after() -> tuple[str, int] | None:
    last_id = row_argument("after_id")
    return None if last_id is None else (request.args.get("after_name", ""), last_id)


@bp.get("/office/<office_code>/people/invite")
@allows(*KEEPERS, on=load_office)
def invite(office: Office) -> Any:
    return _invite_page(office, open_form(InviteToOfficeForm))


@bp.post("/office/<office_code>/people/invite")
@allows(*KEEPERS, on=load_office)
def send_invitation(office: Office) -> Any:
    form = InviteToOfficeForm()
    if not form.validate():
        return _invite_page(office, form), 422
    person, _ = services.invite_to_office(
        db.session,
        office,
        form.email.data or "",
        form.name.data or "",
        form.chosen(),
        actor=current_actor(),
        now=utc_now(),
        site=identity.site(),
        reason=form.reason.data or "",
    )
    flash(f"{person.name} is invited. The mail with the link is on its way.", "success")
    return redirect(url_for("accounts.people", office=office.code), 303)


def _invite_page(office: Office, form: InviteToOfficeForm) -> str:
    return render_template("accounts/invite.html", current_office=office, form=form, hints=HINTS)


@bp.get("/office/<office_code>/people/<int:person_id>")
@allows(*KEEPERS, on=load_member)
def person(member: Member) -> Any:
    return render_template("accounts/person.html", member=member, current_office=member.office)


@bp.get("/office/<office_code>/people/<int:person_id>/roles")
@allows(*KEEPERS, on=load_member)
def roles(member: Member) -> Any:
    held = [str(row.role) for row in member.roles if row.ended_at is None]
    return _roles_page(member, open_form(OfficeRolesForm, data={"roles": held}))


@bp.post("/office/<office_code>/people/<int:person_id>/roles")
@allows(*KEEPERS, on=load_member)
def change_roles(member: Member) -> Any:
    form = OfficeRolesForm()
    if not form.validate():
        return _roles_page(member, form), 422
    services.change_roles(
        db.session,
        member.person,
        member.office,
        form.chosen(),
        actor=current_actor(),
        now=utc_now(),
        reason=form.reason.data or "",
    )
    return _done(member, f"The roles of {member.person.name} are changed.")


def _roles_page(member: Member, form: OfficeRolesForm) -> str:
    return render_template("accounts/roles.html", member=member, current_office=member.office, form=form, hints=HINTS)


# Changes that take a reason and nothing else: what the page says, what it does, and what it says afterwards.
CHANGES = {
    "end-access": (
        "End access",
        "accounts/_end_access.html",
        services.end_access,
        "may not enter this office any more",
    ),
    "end-sessions": (
        "Sign out everywhere",
        "accounts/_end_sessions.html",
        services.end_sessions,
        "is signed out everywhere",
    ),
    "new-code": (
        "Set up a new code",
        "accounts/_new_code.html",
        services.reset_second_factor,
        "sets up a new code at the next sign-in",
    ),
}


def load_change(session: Any, actor: Actor, office_code: str, person_id: int, change: str) -> Member:
    if change not in CHANGES:
        raise NotFound(subject="Change")
    return queries.get_member(session, actor, office_code, person_id)


@bp.get("/office/<office_code>/people/<int:person_id>/<change>")
@allows(*KEEPERS, on=load_change)
def ask_reason(member: Member) -> Any:
    return _reason_page(member, open_form(ReasonForm))


@bp.post("/office/<office_code>/people/<int:person_id>/<change>")
@allows(*KEEPERS, on=load_change)
def make_change(member: Member) -> Any:
    form = ReasonForm()
    if not form.validate():
        return _reason_page(member, form), 422
    _, _, service, done = CHANGES[(request.view_args or {})["change"]]
    service(
        db.session,
        member.person,
        member.office,
        actor=current_actor(),
        now=utc_now(),
        reason=form.reason.data or "",
    )
    return _done(member, f"{member.person.name} {done}.")


def _reason_page(member: Member, form: ReasonForm) -> str:
    heading, words, _, _ = CHANGES[(request.view_args or {})["change"]]
    return render_template(
        "accounts/reason.html",
        member=member,
        current_office=member.office,
        form=form,
        heading=heading,
        words=words,
    )


def _done(member: Member, sentence: str) -> Any:
    flash(sentence, "success")
    code, person_id = member.office.code, member.person.id
    return redirect(url_for("accounts.person", office_code=code, person_id=person_id), 303)
