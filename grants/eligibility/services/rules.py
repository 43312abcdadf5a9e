"""Judging rules: the computer judges what it can, a person the rest, and what a person settled stays settled.

Every judgement is kept with its evidence and goes on the record.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.applications.models import Application
from grants.applications.queries import Paper, judge_rule, paper_of, writers_of
from grants.core import audit
from grants.eligibility.models import Disqualification, EligibilityResult
from grants.eligibility.queries import RuleLine, find_proposal, rule_facts, rule_lines
from grants.eligibility.services.claiming import go_on
from grants.funds.models import RoundRule
from workflows.actors import SYSTEM, Actor, Role
from workflows.application import ApplicationState
from workflows.errors import Invalid, NotAllowed, Stale, TransitionRefused
from workflows.rules.eligibility import Outcome

CHECKERS = frozenset({Role.OFFICER, Role.MANAGER, Role.SYSTEM})
# Bids in one round of the duty, so that no transaction is long.
BATCH = 50


def check_new_bids(session: Session, now: datetime) -> int:
    """Run the automatic rules for bids in the check that one of them has never judged; a timed duty.

    Rules rest while a disqualification waits for its second person.
    """
    judged = sa.exists().where(
        EligibilityResult.application_id == Application.id, EligibilityResult.rule_id == RoundRule.id
    )
    left = sa.exists().where(RoundRule.round_id == Application.round_id, RoundRule.is_automatic, ~judged)
    proposed = sa.exists().where(
        Disqualification.application_id == Application.id, Disqualification.settled_at.is_(None)
    )
    bids = session.scalars(
        sa.select(Application)
        .where(Application.state == ApplicationState.CHECKING, left, ~proposed)
        .options(joinedload(Application.round))
        .order_by(Application.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Application)
    ).all()
    papers: dict[int, Paper] = {}
    for bid in bids:
        if bid.round_id not in papers:
            papers[bid.round_id] = paper_of(session, bid.round)
        run_rules(session, bid, actor=SYSTEM, now=now, paper=papers[bid.round_id])
    return len(bids)


def run_rules(
    session: Session, application: Application, *, actor: Actor, now: datetime, paper: Paper | None = None
) -> list[RuleLine]:
    """Judge every automatic rule of the round again and keep the evidence; what a person settled is left alone.

    Returns every rule with what stands now. Raises NotAllowed, and TransitionRefused outside the check.
    """
    _may_check(session, application, actor)
    facts = rule_facts(session, application, paper or paper_of(session, application.round), now=now)
    found: dict[str, str] = {}
    new: list[dict[str, Any]] = []
    for line in rule_lines(session, application):
        if not line.rule.is_automatic or (line.result is not None and not line.result.is_automatic):
            continue
        judged = judge_rule(line.rule, facts)
        found[line.rule.code] = str(judged.outcome)
        values = {
            "outcome": str(judged.outcome),
            "evidence": judged.evidence,
            "reason_code": judged.reason_code or "",
            "decided_at": now,
        }
        if line.result is None:
            new.append({"application_id": application.id, "rule_id": line.rule.id, "is_automatic": True, **values})
            continue
        for name, value in values.items():
            setattr(line.result, name, value)
    session.flush()
    if new:
        session.execute(sa.insert(EligibilityResult), new)
    _record(session, application, "run-rules", actor=actor, now=now, detail={"outcomes": found})
    return rule_lines(session, application)


def settle_rule(
    session: Session,
    application: Application,
    rule_code: str,
    outcome: str,
    note: str,
    *,
    seen_outcome: str | None = None,
    actor: Actor,
    now: datetime,
) -> EligibilityResult:
    """A person judges one rule: pass, fail, or refer when they can't tell yet, always with a note.

    `seen_outcome` is what the page showed for the rule ("" for nothing yet). Raises Invalid (unknown rule or
    outcome, no note), Stale when a colleague judged it meanwhile, TransitionRefused outside the check.
    """
    _may_check(session, application, actor)
    if actor.person_id in writers_of(session, application):
        raise TransitionRefused("entered-by-you")
    _check_settlement(outcome, note, on_paper=actor.on_paper)
    line = next((each for each in rule_lines(session, application) if each.rule.code == rule_code), None)
    if line is None:
        raise Invalid(problems={"rule_code": "rule-not-of-the-round"})
    was = "" if line.result is None else line.result.outcome
    if seen_outcome is not None and seen_outcome != was:
        raise Stale(subject="eligibility-result")
    result = line.result or _new_result(session, application, line.rule)
    result.outcome, result.note, result.is_automatic = outcome, note.strip(), False
    result.person_id, result.decided_at = actor.person_id, now
    session.flush()
    go_on(session, application, actor=actor, now=now)
    _record(
        session,
        application,
        "settle-rule",
        actor=actor,
        now=now,
        reason=note.strip(),
        detail={"rule": rule_code, "title": line.rule.title, "was": was, "outcome": str(outcome)},
    )
    return result


def _check_settlement(outcome: str, note: str, *, on_paper: bool) -> None:
    problems = {}
    if outcome not in set(Outcome):
        problems["outcome"] = "outcome-needed"
    if not note.strip() and not on_paper:
        problems["note"] = "reason-needed"
    if problems:
        raise Invalid(problems=problems)


def _may_check(session: Session, application: Application, actor: Actor) -> None:
    if not actor.roles_in(application.scope) & CHECKERS:
        raise NotAllowed(needs=sorted(str(role) for role in CHECKERS))
    if application.state is not ApplicationState.CHECKING:
        raise TransitionRefused("not-in-this-state")
    # What a second person is asked to confirm must not change under their eyes.
    if find_proposal(session, application) is not None:
        raise TransitionRefused("disqualification-pending")


def _new_result(session: Session, application: Application, rule: RoundRule) -> EligibilityResult:
    result = EligibilityResult(application_id=application.id, rule_id=rule.id, evidence={}, note="")
    session.add(result)
    return result


def _record(
    session: Session, application: Application, action: str, *, actor: Actor, now: datetime, **more: Any
) -> None:
    audit.record(
        session,
        subject_type="application",
        subject_id=application.id,
        action=action,
        actor=actor,
        at=now,
        office_id=application.office_id,
        **more,
    )
