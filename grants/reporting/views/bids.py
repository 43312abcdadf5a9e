"""One bid for staff: its answers, its check, who marks it, what happened to it, and what can be done or why not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import render_template

from grants.applications.models import Application
from grants.applications.queries import states_in
from grants.assessment.models import Assignment
from grants.assessment.queries import application_facts, assignments_of, find_panel, sent_alert
from grants.assessment.queries.facts import marker_facts
from grants.assessment.queries.history import history_of
from grants.assessment.queries.panels import CONSIDERED
from grants.clock import utc_now
from grants.core.audit import AuditEntry
from grants.eligibility.queries import check_facts, find_proposal, rule_lines
from grants.extensions import db
from grants.reporting.queries import bids
from grants.reporting.views.blueprint import READERS, bp, link
from grants.reviews.queries import REFUSED, find_refusal
from grants.web import findings, labels
from grants.web.access import allows, current_actor
from grants.web.actions import Offer, Place, offered
from workflows.actors import Actor, Role

CHECKERS = frozenset({Role.OFFICER, Role.MANAGER})
# A letter that came on the last day may be opened after a holiday; the day on which it came counts.
OPENED_LATE = timedelta(days=28)
ASKED_LATER = "asked on the next page"


@bp.get("/office/applications/<int:application_id>")
@allows(*READERS, on=bids.get_bid)
def application(application: Application) -> Any:
    actor = current_actor()
    roles = actor.roles_in(application.scope)
    lines = rule_lines(db.session, application)
    sees_checks = bool(roles & CHECKERS)
    markers = assignments_of(db.session, [application.id])[application.id] if sees_checks else None
    recommendation, decision, award = bids.outcome_of(db.session, application)
    answers = bids.answers_for(db.session, application, actor)
    return render_template(
        "reporting/application.html",
        application=application,
        answers=answers,
        file_states=states_in(db.session, answers),
        lines=lines,
        sees_checks=sees_checks,
        alert=sent_alert(answers) if sees_checks else None,
        markers=markers or [],
        history=[_told(entry) for entry in bids.list_history(db.session, application)],
        past_grants=history_of(db.session, application, actor),
        recommendation=recommendation,
        decision=decision,
        award=award,
        options=_options(application, lines, markers, actor),
        links=_links(application, decision, award, roles),
        labels=labels,
        findings=findings,
    )


def _options(application: Application, lines: Any, markers: list[Assignment] | None, actor: Actor) -> list[Offer]:
    now = utc_now()
    checks = check_facts(
        db.session,
        application,
        actor=actor,
        now=now,
        lines=lines,
        proposal=find_proposal(db.session, application),
        reason=ASKED_LATER,
    )
    facts = application_facts(
        db.session,
        application,
        actor=actor,
        now=now,
        failed_rules=checks.failed_rules,
        unresolved_rules=checks.unresolved_rules,
        proposal_by=checks.proposal_by,
        reason=ASKED_LATER,
        **({} if markers is None else marker_facts(markers)),
    )
    return offered(application, facts, actor, _places(application))


def _places(application: Application) -> dict[str, Place]:
    where = {"application_id": application.id}
    return {
        "pass-checks": Place("eligibility.pass_bid", where, kind=""),
        "propose-disqualification": Place("eligibility.propose", where, is_link=True),
        "disqualify": Place("eligibility.check", where, is_link=True),
        "set-aside-proposal": Place("eligibility.set_aside", where, is_link=True),
        "reinstate": Place("eligibility.reinstate", where, is_link=True),
        # All eligible bids of a round go to the markers together.
        "start-scoring": Place("reporting.round_dashboard", {"round_id": application.round_id}, is_link=True),
    }


def _links(application: Application, decision: Any, award: Any, roles: frozenset[Role]) -> list[tuple[str, str]]:
    found = []
    if roles & CHECKERS:
        found.append(("Eligibility check", link("eligibility.check", application_id=application.id)))
        found.append(("Due diligence", link("diligence.show", application_id=application.id)))
    if Role.MANAGER in roles:
        found.append(("Markers of this bid", link("assessment.bid_markers", application_id=application.id)))
    panel = find_panel(db.session, application.round_id) if Role.CHAIR in roles else None
    # The panel has no page for a bid that never came to it, or was decided since.
    if panel is not None and application.state in CONSIDERED:
        at = {"panel_id": panel.id, "application_id": application.id}
        found.append(("Moderation of this bid", link("assessment.bid", **at)))
    found += _reviews(application) if roles & CHECKERS else []
    if decision is not None:
        found.append((f"Decision notice {decision.reference}", link("decisions.show", decision_id=decision.id)))
    if award is not None and roles & CHECKERS:
        found.append((f"Award {award.reference}", link("awards.show", award_id=award.id)))
    return [(words, url) for words, url in found if url]


def _reviews(application: Application) -> list[tuple[str, str]]:
    refusal = find_refusal(db.session, application) if application.state in REFUSED else None
    if refusal is None:
        return []
    if refusal.review is not None:
        return [("The review that the group asked for", link("reviews.show", review_id=refusal.review.id))]
    words = "Write down a request for a review that came by letter or telephone"
    return (
        [(words, link("reviews.record", application_id=application.id))]
        if utc_now() < refusal.late_from + OPENED_LATE
        else []
    )


def _told(entry: AuditEntry) -> dict[str, Any]:
    """One line of the history, in words."""
    key = ("application", entry.action)
    words = labels.ACTIONS.get(key) or labels.RECORDED.get(key) or entry.action.replace("-", " ").capitalize()
    if entry.action == "settle-rule":
        words = f"{words}: {entry.detail.get('title', '')}, {findings.outcome_words(entry.detail['outcome']).lower()}"
    has_moved = entry.to_state is not None and entry.to_state != entry.from_state
    return {
        "what": words,
        "state": labels.state_label("application", entry.to_state) if has_moved and entry.to_state else "",
        "who": f"{entry.actor_name}, on paper" if entry.is_on_paper else entry.actor_name,
        "at": entry.at,
        "reason": entry.reason,
    }
