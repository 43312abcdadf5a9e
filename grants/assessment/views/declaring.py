"""Declaring interests about every bid of a round on one page, for markers and for a panel's members, before any opens.

The page tells the groups' names in their order, and their bids' references where the round hides nothing. Whoever
answers for one group alone in an anonymous round would see which bid opens; so there every group is answered for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, url_for

from grants.applications.models import Application
from grants.assessment import queries, services
from grants.assessment.forms.interests import Declared, declarations_form
from grants.assessment.models import InterestDeclaration, Panel
from grants.assessment.queries.facts import member_of
from grants.assessment.queries.proposals import open_proposals, proposals_of_round
from grants.assessment.views.blueprint import bp
from grants.assessment.views.panels import SITTERS
from grants.assessment.views.preparing import must_prepare, to_preparation
from grants.clock import utc_now
from grants.extensions import db
from grants.funds.models import Round
from grants.web.access import allows, current_actor
from grants.web.forms import open_form
from grants.web.labels.interests import proposed_words
from workflows.actors import Role
from workflows.assignment import Interest
from workflows.errors import NotFound


@dataclass
class Asked:
    """What one person is asked about: the bids by their groups' names, what they said, and the form."""

    bids: list[Application]
    needs_all: bool = False
    said: dict[int, InterestDeclaration] = field(default_factory=dict)
    form: Any = None
    # What the office found of each bid, in words for the person.
    found: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bids.sort(key=lambda each: (each.organisation_name.casefold(), each.organisation_id))
        ids, me = [each.id for each in self.bids], current_actor().person_id or 0
        self.said = {bid: row for (bid, _), row in queries.interests_of(db.session, ids, [me]).items()}
        open_ = [bid for bid in self.bids if not self.stands_aside(bid)]
        self.found = found_of(ids, me)
        self.form = open_form(declarations_form(open_, self.found, needs_all=self.needs_all), data=self._standing())

    @property
    def left(self) -> list[Application]:
        return [each for each in self.bids if each.id not in self.said or each.id in self.found]

    def stands_aside(self, bid: Application) -> bool:
        return bid.id in self.said and self.said[bid.id].interest is Interest.DIRECT

    def _standing(self) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for bid in self.bids:
            if row := self.said.get(bid.id):
                data[f"interest_{bid.organisation_id}"] = str(row.interest)
                data[f"kind_{bid.organisation_id}"] = str(row.kind or "")
                data[f"detail_{bid.organisation_id}"] = row.detail
        return data

    def record(self) -> None:
        for each in self.form.answers():
            if each.said is not None and not self._stands(each):
                _declare(each)

    def _stands(self, each: Declared) -> bool:
        row = self.said.get(each.bid.id)
        if each.bid.id in self.found:
            return False
        return row is not None and (row.interest, row.kind, row.detail) == each.said

    def page(self, **shown: Any) -> Any:
        alerts = queries.interest_alerts(db.session, [each.id for each in self.bids])
        hidden = {each.id for each in self.bids if queries.hides(each)}
        page = render_template("assessment/interests.html", asked=self, alerts=alerts, hidden=hidden, **shown)
        return page, 422 if self.form.errors else 200


def found_of(application_ids: list[int], person_id: int) -> dict[int, list[str]]:
    """By bid: the signs of an interest that wait for the person's answer, in words."""
    rows = open_proposals(db.session, application_ids, [person_id])
    return {bid: [proposed_words(row.signal, row.evidence) for row in some] for (bid, _), some in rows.items()}


def _declare(each: Declared) -> None:
    interest, kind, detail = each.said or (Interest.NONE, None, "")
    services.declare_interest(db.session, each.bid, interest, detail, kind=kind, actor=current_actor(), now=utc_now())


@bp.route("/office/marking/rounds/<int:round_id>/interests", methods=["GET", "POST"])
@allows(Role.MARKER, on=queries.get_marked_round)
def round_interests(round_: Round) -> Any:
    asked = Asked(_to_mark(round_), needs_all=round_.is_anonymous)
    if asked.form.validate_on_submit():
        asked.record()
        flash("Thank you. Your declarations are on the record.", "success")
        return redirect(url_for("assessment.queue"), 303)
    return asked.page(round=round_, back=(url_for("assessment.queue"), "Bids to mark"), is_unnamed=round_.is_anonymous)


def _to_mark(round_: Round) -> list[Application]:
    """Every group of a round that hides them, so that none is told apart; otherwise the marker's own bids."""
    actor = current_actor()
    if round_.is_anonymous:
        return queries.groups_of(db.session, actor, round_.id)
    items = (item.assignment for item in queries.list_queue(db.session, actor))
    return [each.application for each in items if each.round_id == round_.id]


@bp.route("/office/panels/<int:panel_id>/interests", methods=["GET", "POST"])
@allows(*SITTERS, on=queries.get_panel)
def interests(panel: Panel) -> Any:
    if member_of(panel, current_actor().person_id) is None:
        raise NotFound(subject="panel")
    if must_prepare(panel.round):
        return to_preparation(panel.round)
    bids = queries.bids_of_panel(db.session, panel)
    beyond = queries.beyond_members(db.session, panel, [each.id for each in bids])
    # Only what was answered is taken: a member may declare on some bids now and on the rest later.
    asked = Asked([each for each in bids if (each.id, current_actor().person_id) not in beyond])
    if asked.form.validate_on_submit():
        asked.record()
        flash("Your declarations are on the record.", "success")
        return redirect(url_for("assessment.interests", panel_id=panel.id), 303)
    return asked.page(round=panel.round, panel=panel, back=(url_for("assessment.panels"), "Panels"))


@bp.get("/office/rounds/<int:round_id>/interest-signs")
@allows(Role.CHAIR, Role.MANAGER, on=queries.get_round)
def interest_signs(round_: Round) -> Any:
    """The signs of interests in a round's bids that the reader may see, with their answers."""
    return render_template(
        "assessment/interest_signs.html",
        round=round_,
        signs=[
            (row, proposed_words(row.signal, row.evidence, to_themselves=False), answer)
            for row, answer in proposals_of_round(db.session, current_actor(), round_.id)
        ],
    )
