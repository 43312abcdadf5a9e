"""Pages of offers and awards: announcing a round, the office's list, and the group's own offers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from grants.awards import queries, services
from grants.awards.forms import AcceptForm, AnnounceForm, DeclineForm, StartForm
from grants.awards.models import Award
from grants.clock import utc_now
from grants.core import transitions
from grants.decisions.queries import find_current_decision, shown_items
from grants.extensions import db
from grants.funds.models import Round
from grants.funds.queries import get_round
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.shedding import can_wait
from workflows.actors import Role

bp = Blueprint("awards", __name__)

READERS = (Role.OFFICER, Role.MANAGER, Role.FINANCE, Role.DECISION_MAKER, Role.CHIEF_EXECUTIVE, Role.CHAIR)
STAFF = (Role.OFFICER, Role.MANAGER)
GROUP = (Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY)


@bp.route("/office/rounds/<int:round_id>/announce", methods=["GET", "POST"])
@allows(Role.MANAGER, on=get_round)
def announce(round_: Round) -> Any:
    form = open_form(AnnounceForm, data={"seen_version": round_.version})
    if form.validate_on_submit():
        services.announce_round(
            db.session, round_, seen_version=form.seen_version.data, actor=current_actor(), now=utc_now()
        )
        flash("The outcomes are announced. Offers and letters are on their way.", "success")
        return redirect(url_for("awards.list_awards"), 303)
    decision = find_current_decision(db.session, round_)
    items = [] if decision is None else shown_items(db.session, [decision], current_actor())[decision.id]
    counts = {name: sum(item.outcome == name for item in items) for name in ("grant", "reserve", "decline")}
    page = render_template(
        "awards/announce.html",
        round_=round_,
        form=form,
        decision=decision,
        counts=counts,
        total=sum(item.amount_pence for item in items),
        left_out=len(decision.items) - len(items) if decision else 0,
    )
    return page, 422 if form.errors else 200


@bp.get("/office/awards")
@allows(*READERS)
def list_awards() -> Any:
    return render_template("awards/list.html", awards=queries.list_awards(db.session, current_actor()), labels=labels)


@bp.get("/office/awards/history")
@can_wait
@allows(*READERS)
def history() -> Any:
    past = queries.list_past_awards(db.session, current_actor())
    programmes: dict[str, list[Any]] = {}
    for award in past:
        programmes.setdefault(award.programme, []).append(award)
    return render_template("awards/history.html", programmes=programmes)


@bp.get("/office/awards/<int:award_id>")
@allows(*READERS, on=queries.get_award)
def show(award: Award) -> Any:
    return _staff_page(award, _start_form(award))


@bp.post("/office/awards/<int:award_id>/start")
@allows(*STAFF, on=queries.get_award)
def start(award: Award) -> Any:
    form = StartForm()
    if not form.validate_on_submit():
        return _staff_page(award, form), 422
    services.activate_award(
        db.session,
        award,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        conditions_note=form.conditions_note.data or "",
        seen_version=form.seen_version.data,
        actor=current_actor(),
        now=utc_now(),
    )
    flash("The grant has started, and its returns are scheduled.", "success")
    return redirect(url_for("awards.show", award_id=award.id), 303)


@bp.get("/grants")
@allows(*GROUP)
def mine() -> Any:
    return render_template("awards/mine.html", awards=queries.list_awards(db.session, current_actor()), labels=labels)


@bp.get("/grants/<int:award_id>")
@allows(*GROUP, on=queries.get_award)
def offer(award: Award) -> Any:
    return _group_page(award, open_form(AcceptForm, data={"seen_version": award.version}))


@bp.post("/grants/<int:award_id>/accept")
@allows(Role.SIGNATORY, on=queries.get_award)
def accept(award: Award) -> Any:
    form = AcceptForm()
    if not form.validate_on_submit():
        return _group_page(award, form), 422
    services.accept_offer(
        db.session,
        award,
        form.signed_name.data or "",
        form.signed_role.data or "",
        bool(form.agreed_terms.data),
        seen_version=form.seen_version.data,
        actor=current_actor(),
        now=utc_now(),
    )
    flash("You accepted the grant. A copy is on its way by e-mail.", "success")
    return redirect(url_for("awards.offer", award_id=award.id), 303)


@bp.route("/grants/<int:award_id>/decline", methods=["GET", "POST"])
@allows(Role.SIGNATORY, on=queries.get_award)
def decline(award: Award) -> Any:
    form = open_form(DeclineForm, data={"seen_version": award.version})
    if form.validate_on_submit():
        services.decline_offer(
            db.session,
            award,
            form.reason.data or "",
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
        flash("You turned the grant down. The office has been told.", "success")
        return redirect(url_for("awards.mine"), 303)
    return render_template("awards/decline.html", award=award, form=form), 422 if form.errors else 200


def _start_form(award: Award) -> StartForm:
    return open_form(
        StartForm,
        data={"seen_version": award.version, "starts_on": award.starts_on, "ends_on": award.ends_on},
    )


def _options(award: Award, **facts: Any) -> dict[str, tuple[bool, str, str]]:
    """Each action that the reader's role has: whether it is possible, its words, and why not."""
    found = transitions.options(award, queries.facts_for_award(award, now=utc_now(), **facts), current_actor())
    return {
        option.action: (
            option.is_allowed,
            labels.action_label("award", option.action),
            "" if option.refusal is None else labels.sentence_for(option.refusal.code, option.refusal.detail),
        )
        for option in found
    }


def _staff_page(award: Award, form: StartForm) -> str:
    return render_template(
        "awards/show.html", award=award, form=form, options=_options(award, conditions_met=True), labels=labels
    )


def _group_page(award: Award, form: AcceptForm) -> str:
    # What the form asks for is not a reason to hide the form.
    options = _options(award, signed_name="asked below", agreed_terms=True, reason="asked on the next page")
    return render_template("awards/offer.html", award=award, form=form, options=options, labels=labels)
