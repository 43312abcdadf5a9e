"""Changing a form that groups fill in: staff compare, see who is affected and publish; a group reads the news."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, url_for

from grants.applications import queries, services
from grants.applications.forms.versions import PublishChangeForm
from grants.applications.models import Application
from grants.applications.views.blueprint import bp
from grants.applications.views.change_words import change_words
from grants.applications.views.standing import GROUP, load
from grants.clock import utc_now
from grants.core import transitions
from grants.extensions import db
from grants.funds import queries as funds
from grants.funds import services as fund_services
from grants.funds.changes import What, changes_between, question_codes, touches_rubric
from grants.funds.models import Round
from grants.funds.views.problems import problem_links
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from workflows.actors import Role
from workflows.round import PUBLISHED
from workflows.rules.burden import burden_of

READERS = (Role.OFFICER, Role.MANAGER, Role.CHAIR, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE)
# The screens on which the working copy is edited.
EDITOR = "funds.structure"


@bp.get("/office/rounds/<int:round_id>/form-change")
@allows(*READERS, on=funds.get_round)
def form_change(round_: Round) -> str:
    """The working copy beside the published form, and who has a bid under it."""
    return _page(round_, open_form(PublishChangeForm))


@bp.post("/office/rounds/<int:round_id>/form-change")
@allows(Role.MANAGER, on=funds.get_round)
def publish_form_change(round_: Round) -> Any:
    form = open_form(PublishChangeForm)
    if not form.validate_on_submit():
        return _page(round_, form), 422
    services.publish_form_change(
        db.session,
        round_,
        form.reason.data or "",
        seen_version=form.seen_version.data,
        actor=current_actor(),
        now=utc_now(),
    )
    flash("The change is published. Every group with an application is told.", "success")
    return redirect(url_for("applications.form_change", round_id=round_.id), 303)


@bp.post("/office/rounds/<int:round_id>/form-change/discard")
@allows(Role.MANAGER, on=funds.get_round)
def discard_form_change(round_: Round) -> Any:
    seen = open_form(PublishChangeForm).seen_version.data
    fund_services.discard_changes(db.session, round_, seen_version=seen, actor=current_actor(), now=utc_now())
    flash("The change is thrown away. The form stays as it is published.", "success")
    return redirect(url_for("applications.form_change", round_id=round_.id), 303)


def _page(round_: Round, form: PublishChangeForm) -> str:
    start = funds.editable(db.session, round_)
    before = funds.current_definition(db.session, round_)
    changes = changes_between(before, start.definition) if start.is_working_copy else ()
    touched = question_codes(changes, What.CHANGED, What.REMOVED)
    may_change = Role.MANAGER in current_actor().roles_in(round_.scope) and round_.state in PUBLISHED
    problems = funds.problems_of(db.session, round_, start.definition) if changes else []
    return render_template(
        "applications/form_change.html",
        form=form,
        round=round_,
        start=start,
        changes=change_words(changes),
        touched=touched,
        affected=queries.who_is_affected(db.session, round_, touched),
        problems=problem_links(round_, problems) if may_change else [],
        refusal=_refusal(round_, start, changes) if may_change and changes else "",
        versions=funds.list_versions(db.session, round_),
        may_change=may_change,
        burden=burden_of(
            start.definition.questions,
            max_ask_pence=start.definition.max_ask_pence,
            pot_pence=start.definition.pot_pence,
        ),
        editor_url=url_for(EDITOR, round_id=round_.id) if EDITOR in current_app.view_functions else "",
    )


def _refusal(round_: Round, start: funds.Editable, changes: Any) -> str:
    """Why it can't be published now, apart from the reason that is still to be written."""
    facts = funds.facts_for_round(
        db.session,
        round_,
        now=utc_now(),
        definition=start.definition,
        reason="asked here",
        has_changes=True,
        judged_by_it=queries.judged_count(db.session, round_) if touches_rubric(changes) else 0,
    )
    found = [option for option in transitions.options(round_, facts, current_actor()) if option.action == "revise"]
    refusal = found[0].refusal if found else None
    return "" if refusal is None else labels.sentence_for(refusal.code, refusal.detail)


@bp.post("/applications/<int:application_id>/form-seen")
@allows(*GROUP, on=load)
def form_seen(application: Application) -> Any:
    """The group has read what changed."""
    services.note_form_seen(db.session, application, actor=current_actor(), now=utc_now())
    return redirect(url_for("applications.show", application_id=application.id), 303)
