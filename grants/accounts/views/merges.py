"""Two records of one group: the group's leads read what an office proposes, and say yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for

from grants.accounts import queries, services
from grants.accounts.forms import MergeAnswerForm
from grants.accounts.models import OrganisationMerge
from grants.accounts.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.web.access import allows, current_actor
from workflows.actors import Actor, Role, Scope
from workflows.merging import MergeState


@dataclass(frozen=True, slots=True)
class MergePage:
    """A merge as one of its groups sees it."""

    merge: OrganisationMerge
    organisation_id: int

    @property
    def scope(self) -> Scope:
        return Scope(organisation_id=self.organisation_id)


def load_merge(session: Any, actor: Actor, organisation_id: int, merge_id: int) -> MergePage:
    return MergePage(queries.get_merge_of_group(session, actor, organisation_id, merge_id), organisation_id)


@bp.get("/groups/<int:organisation_id>/merges/<int:merge_id>")
@allows(Role.LEAD, on=load_merge)
def merge(page: MergePage) -> Any:
    return _page(page, MergeAnswerForm(data={"seen_version": page.merge.version}))


@bp.post("/groups/<int:organisation_id>/merges/<int:merge_id>")
@allows(Role.LEAD, on=load_merge)
def answer_merge(page: MergePage) -> Any:
    form = MergeAnswerForm()
    if not form.validate():
        return _page(page, form), 422
    seen, actor, now = form.seen_version.data, current_actor(), utc_now()
    if form.answer.data == "no":
        services.drop_merge(
            db.session,
            page.merge,
            "The group said no.",
            seen_version=seen,
            actor=actor,
            now=now,
            organisation_id=page.organisation_id,
        )
        flash("You said no. Nothing has changed.", "success")
    elif services.agree_to_merge(db.session, page.merge, seen_version=seen, actor=actor, now=now):
        flash("The two records are one now.", "success")
    else:
        flash("You agreed. It waits for a lead of the other group.", "success")
    return redirect(url_for("accounts.groups"), 303)


def _page(page: MergePage, form: MergeAnswerForm) -> str:
    return render_template(
        "accounts/merge.html",
        merge=page.merge,
        form=form,
        has_agreed=_agreed_by(page) is not None,
        is_open=page.merge.state is MergeState.PROPOSED,
    )


def _agreed_by(page: MergePage) -> int | None:
    merge = page.merge
    return merge.kept_agreed_by_id if page.organisation_id == merge.kept_id else merge.gone_agreed_by_id
