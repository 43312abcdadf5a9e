"""Records that may be one group, for the officers who know one of them: seen side by side, proposed, undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from grants.accounts import queries as accounts
from grants.accounts import services as account_services
from grants.accounts.models import Organisation, OrganisationMerge
from grants.applications import queries
from grants.applications.forms.merging import MergeForm, ReasonForm
from grants.applications.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.web import identity, labels
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.shedding import can_wait
from workflows.actors import Actor, Role, Scope
from workflows.errors import Stale, TransitionRefused
from workflows.merging import MergeState
from workflows.rules.formats import org_ids

HANDLERS = (Role.OFFICER, Role.MANAGER)
DONE = "The two records are one now."
ASKED = "The groups have been asked. You see here what they say."
UNDONE = "The merge is undone. What came since stays with the record that was kept."


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups side by side, and the office that looks at them."""

    one: Organisation
    other: Organisation
    office_id: int

    @property
    def scope(self) -> Scope:
        return Scope(office_id=self.office_id)


def load_pair(session: Session, actor: Actor, organisation_id: int, other_id: int) -> Pair:
    return Pair(*queries.get_pair(session, actor, organisation_id, other_id))


def load_merge(session: Session, actor: Actor, merge_id: int) -> OrganisationMerge:
    return accounts.get_merge(session, actor, merge_id)


@bp.get("/office/organisations/duplicates")
@can_wait
@allows(*HANDLERS)
def duplicates() -> str:
    """Pairs that look the same, and the merges of the office."""
    actor = current_actor()
    return render_template(
        "applications/duplicates.html",
        pairs=queries.list_duplicates(db.session, actor),
        merges=accounts.list_merges(db.session, actor),
        labels=labels,
    )


@bp.get("/office/organisations/<int:organisation_id>/merge/<int:other_id>")
@can_wait
@allows(*HANDLERS, on=load_pair)
def compare(pair: Pair) -> str:
    """The two side by side, with what would happen."""
    return _compare_page(pair, open_form(MergeForm, data={"keep": str(pair.one.id)}))


@bp.post("/office/organisations/<int:organisation_id>/merge/<int:other_id>")
@allows(*HANDLERS, on=load_pair)
def propose_merge(pair: Pair) -> Any:
    """Propose it; where nobody has to be asked, it is done at once."""
    form = MergeForm()
    _offer(form, pair)
    if not form.validate():
        return _compare_page(pair, form), 422
    kept, gone = (pair.one, pair.other) if form.keep.data == str(pair.one.id) else (pair.other, pair.one)
    try:
        merge = account_services.propose_merge(
            db.session,
            pair.office_id,
            kept,
            gone,
            form.reason.data or "",
            is_known_here=True,
            actor=current_actor(),
            now=utc_now(),
            site=identity.site(),
        )
    except TransitionRefused as error:
        sentence = labels.sentence_for(error.code, error.detail)
        db.session.rollback()
        view = request.view_args or {}
        pair = load_pair(db.session, current_actor(), view["organisation_id"], view["other_id"])
        form.form_errors = [sentence]
        return _compare_page(pair, form), 409
    is_done = merge.state is MergeState.MERGED
    flash(
        "The two records are one now." if is_done else "The groups have been asked. You see here what they say.",
        "success",
    )
    return redirect(url_for("applications.merge", merge_id=merge.id), 303)


def _offer(form: MergeForm, pair: Pair) -> None:
    form.keep.choices = [(str(each.id), f"{each.name} (number {each.id} here)") for each in (pair.one, pair.other)]


def _compare_page(pair: Pair, form: MergeForm) -> str:
    _offer(form, pair)
    return render_template(
        "applications/compare.html",
        pair=pair,
        form=form,
        sides=[
            (each, labels.ORGANISATION_KINDS.get(each.kind, each.kind), _ids(each)) for each in (pair.one, pair.other)
        ],
    )


def _ids(organisation: Organisation) -> str:
    return ", ".join(org_ids(organisation.charity_number, organisation.company_number))


@bp.get("/office/merges/<int:merge_id>")
@allows(*HANDLERS, on=load_merge)
def merge(merge: OrganisationMerge) -> str:
    """Where a merge stands, and what can be done."""
    return _merge_page(merge, open_form(ReasonForm))


@bp.post("/office/merges/<int:merge_id>/drop")
@allows(*HANDLERS, on=load_merge)
def drop_merge(merge: OrganisationMerge) -> Any:
    """Take the proposal back."""
    return _end(merge, "The proposal is taken back. Nothing has changed.", account_services.drop_merge)


@bp.post("/office/merges/<int:merge_id>/undo")
@allows(*HANDLERS, on=load_merge)
def undo_merge(merge: OrganisationMerge) -> Any:
    """Put back what the merge moved."""
    return _end(
        merge, "The merge is undone. What came since stays with the record that was kept.", account_services.undo_merge
    )


def _end(merge: OrganisationMerge, done: str, service: Any) -> Any:
    form = ReasonForm()
    if not form.validate():
        return _merge_page(merge, form), 422
    merge_id = merge.id
    try:
        service(
            db.session,
            merge,
            form.reason.data or "",
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
    except (Stale, TransitionRefused) as error:
        db.session.rollback()
        form.form_errors = [labels.sentence_for(error.code, error.detail)]
        return _merge_page(load_merge(db.session, current_actor(), merge_id), form), 409
    flash(done, "success")
    return redirect(url_for("applications.merge", merge_id=merge_id), 303)


def _merge_page(merge: OrganisationMerge, form: ReasonForm) -> str:
    waits = accounts.merge_facts(db.session, merge, merge.kept, merge.gone, now=utc_now()).waits_for_count
    return render_template(
        "applications/merge.html",
        merge=merge,
        form=form,
        state=labels.state_label("merge", merge.state),
        colour=labels.state_colour("merge", merge.state),
        waits_count=waits,
        is_open=merge.state is MergeState.PROPOSED,
        is_merged=merge.state is MergeState.MERGED,
    )
