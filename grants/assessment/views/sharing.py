"""Sharing out a round's bids, and taking a marker off: a proposal first, then exactly that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.assessment import queries, services
from grants.assessment.forms.assigning import sharing_form, words_of
from grants.assessment.models import Assignment
from grants.assessment.queries.sharing import Proposal, assignable, usual_settings
from grants.assessment.queries.work import leaving
from grants.assessment.services import sharing
from grants.assessment.views.blueprint import bp
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.models import Round
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.filters import plural
from grants.web.forms import open_form
from workflows.actors import Actor, Role, Scope
from workflows.errors import NotFound, Stale


@dataclass(frozen=True)
class Leaver:
    """A marker of the round with bids that can be taken off them."""

    round: Round
    person: Person
    work: list[Assignment]

    @property
    def scope(self) -> Scope:
        return self.round.scope


def load_leaver(session: Session, actor: Actor, round_id: int, person_id: int) -> Leaver:
    round_ = queries.get_round(session, actor, round_id)
    work = leaving(session, round_id, person_id, queries.barred_in(session, round_id, actor))
    if not work or work[0].person is None:
        raise NotFound(subject="person")
    return Leaver(round_, work[0].person, work)


@bp.route("/office/rounds/<int:round_id>/markers/share", methods=["GET", "POST"])
@allows(Role.MANAGER, on=queries.get_round)
def share_out(round_: Round) -> Any:
    return _answer(round_, None)


@bp.route("/office/rounds/<int:round_id>/markers/<int:person_id>/take-off", methods=["GET", "POST"])
@allows(Role.MANAGER, on=load_leaver)
def take_off(leaver: Leaver) -> Any:
    return _answer(leaver.round, leaver)


def _answer(round_: Round, leaver: Leaver | None) -> Any:
    people = queries.list_markers(db.session, round_.office_id)
    if leaver is not None:
        people = [each for each in people if each.id != leaver.person.id]
    bids = len(assignable(db.session, round_, current_actor()))
    usual = usual_settings(db.session, round_, people, bids)
    form = open_form(sharing_form(people, usual, least=round_.markers_needed, asks_why=leaver is not None))
    proposal = None
    if form.validate_on_submit():
        if "confirm" in request.form:
            return _confirm(round_, form, leaver)
        who = leaver.person.id if leaver else 0
        proposal = services.propose_sharing(db.session, round_, form.settings, actor=current_actor(), leaver=who)
    page = render_template(
        "assessment/share.html",
        round=round_,
        form=form,
        leaver=leaver,
        bids=bids,
        proposal=proposal,
        shown=words_of(proposal.pairs - proposal.ground.question.fixed) if proposal else "",
        refused=_why_short(proposal) if proposal else [],
        names={each.id: each.name for each in people},
        labels=labels,
    )
    return page, 422 if form.errors else 200


def _why_short(proposal: Proposal) -> list[str]:
    """The smallest reason for every bid that is left short, as a sentence."""
    said = []
    for each in proposal.shortages:
        bids = ", ".join(proposal.ground.bids[bid].reference for bid in each.bids)
        may = ", ".join(proposal.ground.people[person].name for person in each.markers)
        only = f"only {may} may take them, with room for {each.room}" if may else "nobody who may take them has room"
        said.append(f"{plural(len(each.bids), 'bid')} ({bids}) still need {plural(each.places, 'marker')}: {only}.")
    return said


def _confirm(round_: Round, form: Any, leaver: Leaver | None) -> Any:
    if form.pairs is None:
        raise Stale(subject="round", id=round_.id)
    done = services.confirm_sharing(
        db.session,
        round_,
        form.settings,
        form.pairs,
        form.seen.data or "",
        actor=current_actor(),
        now=utc_now(),
        leaver=leaver.person.id if leaver else 0,
        reason=form.reason.data if leaver else "",
    )
    given = f"{plural(len(done.new), 'place')} given out. Each marker gets one e-mail."
    flash(f"{leaver.person.name} is taken off. {given}" if leaver else given, "success")
    return redirect(url_for("assessment.round_markers", round_id=round_.id), 303)


@bp.post("/office/rounds/<int:round_id>/markers/remind")
@allows(Role.MANAGER, on=queries.get_round)
def remind(round_: Round) -> Any:
    told = sharing.remind_markers(db.session, round_, actor=current_actor(), now=utc_now())
    flash(f"{plural(told, 'marker')} reminded.", "success")
    return redirect(url_for("assessment.round_markers", round_id=round_.id), 303)
