"""A round's dashboard: how far its bids have come, for how much, and what moves it on or why nothing does yet."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flask import render_template, url_for

from grants.applications.queries import count_assisted
from grants.clock import utc_now
from grants.decisions.queries import find_current_decision
from grants.extensions import db
from grants.funds.models import Round
from grants.funds.queries import get_round
from grants.reporting.funnel import Funnel, funnel_of
from grants.reporting.queries.rounds import facts_for_round, hidden_until_announced, list_areas
from grants.reporting.views import pictures
from grants.reporting.views.blueprint import READERS, bp, link
from grants.web import filters, labels
from grants.web.access import allows, current_actor
from grants.web.actions import Offer, Place, offered
from grants.web.shedding import can_wait
from workflows.actors import Actor, Role
from workflows.application import PASSED_CHECKS
from workflows.round import RoundFacts, RoundState

ORIGINATORS = frozenset({Role.MANAGER, Role.OFFICER, Role.CHAIR})


@bp.get("/office/rounds/<int:round_id>")
@can_wait
@allows(*READERS, on=get_round)
def round_dashboard(round_: Round) -> Any:
    actor = current_actor()
    left_out = hidden_until_announced(db.session, round_, actor)
    funnel = funnel_of(db.session, round_, left_out)
    # What comes next hangs on all bids, whoever asks; it tells how many wait and never for how much.
    states = funnel_of(db.session, round_).states if left_out else funnel.states
    facts = facts_for_round(db.session, round_, states, now=utc_now())
    decision = find_current_decision(db.session, round_)
    options = offered(round_, facts, actor, _places(round_))
    if decision is None and round_.state is RoundState.RECOMMENDING:
        options += _raise_decision(round_, facts, actor)
    return render_template(
        "reporting/round.html",
        round=round_,
        funnel=funnel,
        stages=_stages(funnel),
        assisted_count=count_assisted(db.session, round_.id, left_out),
        areas=(areas := list_areas(db.session, funnel)),
        pictures=pictures.of_round(funnel, _stages(funnel), areas),
        decision=decision,
        options=options,
        links=_links(round_, actor),
        labels=labels,
    )


def _places(round_: Round) -> dict[str, Place]:
    where = {"round_id": round_.id}
    return {
        "approve": Place("funds.approve", where, kind=""),
        "schedule": Place("funds.publish", where, kind=""),
        "move-deadline": Place("funds.deadline", where, is_link=True),
        "extend-deadline": Place("funds.deadline", where, is_link=True),
        "start-scoring": Place("assessment.start_scoring", where, kind=""),
        "start-moderating": Place("assessment.start_moderating", where, kind=""),
        "announce": Place("awards.announce", where, is_link=True, kind=""),
        "cancel": Place("funds.cancel", where, is_link=True, kind="warning"),
    }


def _raise_decision(round_: Round, facts: RoundFacts, actor: Actor) -> list[Offer]:
    # Drafting a notice makes a new thing, so it stands in that thing's table and not in the round's.
    if not actor.roles_in(round_.scope) & ORIGINATORS:
        return []
    return [
        Offer(
            action="raise",
            label=labels.action_label("decision", "raise"),
            allowed=facts.panel_closed,
            refusal="" if facts.panel_closed else labels.sentence_for("panel-not-closed"),
            url=link("decisions.raise_decision", round_id=round_.id),
            is_link=False,
            kind="",
        )
    ]


def _stages(funnel: Funnel) -> list[dict[str, Any]]:
    """The funnel's steps, each with its share of what was received."""
    passed = sum(count for state, count in funnel.states.items() if state in PASSED_CHECKS)
    steps = [
        ("Received", funnel.received, funnel.asked_pence),
        ("Disqualified", funnel.disqualified, None),
        ("Passed as eligible", passed, None),
        ("Moderated", funnel.moderated, None),
        ("Recommended", funnel.recommended, funnel.recommended_pence),
    ]
    return [
        {
            "name": name,
            "count": count,
            "pence": pence,
            "of": funnel.received,
            "share": filters.percent(Fraction(count * 100, funnel.received)) if funnel.received else "",
        }
        for name, count, pence in steps
    ]


def _links(round_: Round, actor: Actor) -> list[tuple[str, str]]:
    staff = actor.roles_in(round_.scope)
    found = [("All bids", url_for("reporting.applications", round_id=round_.id))]
    if staff & {Role.OFFICER, Role.MANAGER}:
        found.append(("Set-up of the round", link("funds.setup", round_id=round_.id)))
        if round_.state is RoundState.OPEN and not round_.is_trial:
            found.append(("Begun and not sent", link("applications.drafts", round_id=round_.id)))
            found.append(("Enter a paper or telephone bid", link("applications.enter", round_id=round_.id)))
        found.append(("Reserve list", link("allocation.reserve", round_id=round_.id)))
        found.append(("Support events", link("events.list_events", round_id=round_.id)))
    if Role.MANAGER in staff:
        found += [
            ("Markers", link("assessment.round_markers", round_id=round_.id)),
            ("Panel", link("assessment.seats", round_id=round_.id)),
            ("Who applied, in numbers", url_for("reporting.counted", round_id=round_.id)),
        ]
    return [(words, url) for words, url in found if url]
