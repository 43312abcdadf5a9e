"""Reading an eligibility check: each rule of the round with its outcome, what is proposed, and what the guards ask.

A rule without an outcome, or with a referral, is unsettled; nothing unsettled ever passes a bid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import Organisation
from grants.applications.models import Application, ApplicationArea
from grants.applications.queries import (
    Asked,
    Paper,
    answers_of,
    base_facts,
    eligibility_facts,
    form_problems,
    get_application,
    tells_always,
    tells_when_announced,
)
from grants.eligibility.models import Clarification, Disqualification, EligibilityResult
from grants.funds.models import RoundArea, RoundRule
from grants.funds.queries import deadline_for
from workflows.actors import Actor, Scope
from workflows.application import IN_ASSESSMENT, IN_CHECKS, PANEL_OUTCOMES, ApplicationFacts
from workflows.application import ApplicationState as S
from workflows.errors import NotFound
from workflows.round import RoundState
from workflows.rules.answers import in_force
from workflows.rules.eligibility import RULES, EligibilityFacts, Outcome, RuleSpec

# Bids of the same group that are being looked at, or that this office funded within a year (our default for ER10).
PENDING = IN_CHECKS | IN_ASSESSMENT | PANEL_OUTCOMES | {S.APPROVED}
FUNDED_LATELY = timedelta(days=365)
ANNOUNCED = frozenset({RoundState.ANNOUNCED, RoundState.COMPLETE})
# Stands for whoever proposed on paper: a proposal there is, but no person of this service made it.
ON_PAPER = 0


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule of the round and what stands for this bid; `result` is None until somebody, or the computer, looked."""

    rule: RoundRule
    result: EligibilityResult | None

    @property
    def spec(self) -> RuleSpec | None:
        return RULES.get(self.rule.code)

    @property
    def outcome(self) -> Outcome | None:
        return None if self.result is None else Outcome(self.result.outcome)

    @property
    def is_settled(self) -> bool:
        return self.outcome in {Outcome.PASS, Outcome.FAIL}


@dataclass(frozen=True, slots=True)
class Told:
    """A disqualification as its group reads it."""

    application: Application
    proposal: Disqualification
    lines: tuple[RuleLine, ...]

    @property
    def scope(self) -> Scope:
        return self.application.scope


def get_bid(session: Session, actor: Actor, application_id: int) -> Application:
    """The bid, for staff of its office; for anybody else, its own group included, it does not exist here."""
    bid = get_application(session, actor, application_id)
    if bid.office_id not in actor.office_ids:
        raise NotFound(subject="application")
    return bid


# The page of every bid asks these two.
_LINES = (
    sa.select(RoundRule, EligibilityResult)
    .outerjoin(
        EligibilityResult,
        sa.and_(
            EligibilityResult.rule_id == RoundRule.id,
            EligibilityResult.application_id == sa.bindparam("application_id"),
        ),
    )
    .where(RoundRule.round_id == sa.bindparam("round_id"))
    .options(joinedload(EligibilityResult.person))
    .order_by(RoundRule.position, RoundRule.id)
    .execution_options(populate_existing=True)
)
_PROPOSAL = (
    sa.select(Disqualification)
    .where(Disqualification.application_id == sa.bindparam("application_id"), Disqualification.settled_at.is_(None))
    .options(joinedload(Disqualification.proposed_by))
)


def rule_lines(session: Session, application: Application) -> list[RuleLine]:
    """Every rule of the round, in its order, with the bid's outcome; one query."""
    rows = session.execute(_LINES, {"application_id": application.id, "round_id": application.round_id})
    return [RuleLine(rule, result) for rule, result in rows]


def failed(lines: Sequence[RuleLine]) -> list[RuleLine]:
    return [line for line in lines if line.outcome is Outcome.FAIL]


def unsettled(lines: Sequence[RuleLine]) -> list[RuleLine]:
    return [line for line in lines if not line.is_settled]


def find_proposal(session: Session, application: Application) -> Disqualification | None:
    """The proposal that waits for a second person, if there is one."""
    return session.scalars(_PROPOSAL, {"application_id": application.id}).one_or_none()


def find_told(session: Session, actor: Actor, application_id: int) -> Told:
    """Why the group's bid was disqualified, once its group may know; NotFound before that and for anybody else."""
    bid = get_application(session, actor, application_id)
    is_of_group = bid.organisation_id in actor.organisation_ids
    if not is_of_group or bid.state is not S.DISQUALIFIED or hold_key(bid) is not None:
        raise NotFound(subject="application")
    proposal = session.scalars(
        sa.select(Disqualification)
        .where(Disqualification.application_id == bid.id, Disqualification.was_confirmed.is_(True))
        .order_by(Disqualification.id.desc())
        .limit(1)
    ).one()
    lines = [line for line in rule_lines(session, bid) if line.rule.code in proposal.rule_codes]
    return Told(bid, proposal, tuple(lines))


def hold_key(application: Application) -> str | None:
    """What the letter of a disqualification waits for: the round's announcement, or None to be told at once."""
    round_ = application.round
    # What was announced already, or is never announced as a whole, has nothing to wait for.
    if round_.tells_disqualified_at_once or round_.is_rolling or round_.state in ANNOUNCED:
        return None
    return f"round:{round_.id}"


def list_proposals(session: Session, application: Application) -> Sequence[Disqualification]:
    """Every proposal that was settled, the latest first."""
    return session.scalars(
        sa.select(Disqualification)
        .where(Disqualification.application_id == application.id, Disqualification.settled_at.is_not(None))
        .options(joinedload(Disqualification.proposed_by), joinedload(Disqualification.settled_by))
        .order_by(Disqualification.id.desc())
    ).all()


def find_clarification(session: Session, application: Application) -> Clarification | None:
    """The question that waits for the group's answer, if there is one."""
    return session.scalars(
        sa.select(Clarification).where(Clarification.application_id == application.id, Clarification.ended_at.is_(None))
    ).one_or_none()


def list_clarifications(session: Session, application: Application) -> Sequence[Clarification]:
    """Every question that was put to the group, the latest first, with who asked and who answered."""
    return session.scalars(
        sa.select(Clarification)
        .where(Clarification.application_id == application.id)
        .options(joinedload(Clarification.asked_by), joinedload(Clarification.answered_by))
        .order_by(Clarification.id.desc())
    ).all()


@tells_always
def questions_told(session: Session, application: Application) -> dict[str, Any]:
    """What the group was asked, and what came of it; a question is no outcome, so nothing waits with it."""
    found = list_clarifications(session, application)
    waiting = next((each.due_on for each in found if each.ended_at is None), None)
    return {"questions": tuple(_as_asked(each) for each in found), "answer_by": waiting}


def _as_asked(each: Clarification) -> Asked:
    end = "answered" if each.answered_at else "taken-back" if each.taken_back_reason else ""
    end = end or ("unanswered" if each.ended_at else "waits")
    return Asked(each.question, each.asked_at, each.due_on, end, each.answer)


@tells_when_announced
def disqualification_told(session: Session, application: Application) -> dict[str, Any]:
    """When a bid that does not meet the rules was found to be so."""
    if application.state is not S.DISQUALIFIED:
        return {}
    confirmed = sa.select(sa.func.max(Disqualification.settled_at)).where(
        Disqualification.application_id == application.id, Disqualification.was_confirmed.is_(True)
    )
    return {"told_on": session.scalar(confirmed)}


def get_own_bid(session: Session, actor: Actor, application_id: int) -> Application:
    """The bid, for the people of its group; for anybody else it does not exist here."""
    bid = get_application(session, actor, application_id)
    if bid.organisation_id not in actor.organisation_ids:
        raise NotFound(subject="application")
    return bid


def check_facts(
    session: Session,
    application: Application,
    *,
    actor: Actor,
    now: datetime,
    lines: Sequence[RuleLine] | None = None,
    proposal: Disqualification | None = None,
    **more: Any,
) -> ApplicationFacts:
    """The bid's facts with what its check has come to; `proposal` is the one that waits."""
    lines = rule_lines(session, application) if lines is None else lines
    known: dict[str, Any] = {
        # By title: a refusal that names them is read by people.
        "failed_rules": tuple(line.rule.title for line in failed(lines)),
        "unresolved_rules": tuple(line.rule.title for line in unsettled(lines)),
        "proposal_by": None if proposal is None else proposal.proposed_by_id or ON_PAPER,
        "on_paper": actor.on_paper,
    }
    return base_facts(session, application, now=now, **{**known, **more})


def rule_facts(session: Session, application: Application, paper: Paper, *, now: datetime) -> EligibilityFacts:
    """The bid as the automatic rules see it: its answers, and its own columns where a question was not asked."""
    round_ = application.round
    given = in_force(paper.questions, answers_of(session, application))
    bids, awarded = _history(session, application, now)
    facts = eligibility_facts(round_, paper.area_names, given)
    known: dict[str, Any] = {
        "other_live_bids": bids,
        "is_on_time": _is_on_time(application),
        # A bid that came on paper has no answers here: whoever brought it in judges whether it was whole.
        "is_complete": not form_problems(round_, paper, given) if given else None,
    }
    if facts.has_overdue_returns is not True:
        # What a group says of itself is no proof; that it never had a grant here is (ER16).
        known["has_overdue_returns"] = None if awarded else False
    for name, stored in _stored(session, application).items():
        if getattr(facts, name) is None:
            known[name] = stored
    return eligibility_facts(round_, paper.area_names, given, **known)


def _is_on_time(application: Application) -> bool | None:
    if application.submitted_at is None:
        return None
    deadline = deadline_for(application)
    return deadline is None or application.submitted_at < deadline


def _stored(session: Session, application: Application) -> dict[str, Any]:
    areas = session.scalars(
        sa.select(RoundArea.name)
        .outerjoin(ApplicationArea, ApplicationArea.area_id == RoundArea.id)
        .where(sa.or_(ApplicationArea.application_id == application.id, RoundArea.id == application.area_id))
    ).all()
    return {
        "org_type": session.get_one(Organisation, application.organisation_id).kind or None,
        "area_codes": frozenset(areas) or None,
        "ask_pence": application.ask_pence,
        "project_cost_pence": application.project_cost_pence,
    }


def _history(session: Session, application: Application, now: datetime) -> tuple[int, int]:
    """(other bids of the group in this office that are pending or funded lately, grants it ever had from here)."""
    lately = sa.and_(Application.state == S.AWARDED, Application.state_entered_at > now - FUNDED_LATELY)
    bids, awarded = session.execute(
        sa.select(
            sa.func.count().filter(sa.or_(Application.state.in_(sorted(PENDING)), lately)),
            sa.func.count().filter(Application.state == S.AWARDED),
        ).where(
            Application.organisation_id == application.organisation_id,
            Application.office_id == application.office_id,
            Application.id != application.id,
        )
    ).one()
    return bids, awarded


@dataclass(frozen=True, slots=True)
class RuleOfBid:
    """One rule of one bid, as a page of its own."""

    application: Application
    line: RuleLine

    @property
    def scope(self) -> Scope:
        return self.application.scope


def get_rule_of_bid(session: Session, actor: Actor, application_id: int, rule_code: str) -> RuleOfBid:
    """One rule of the bid, for staff of its office; NotFound when the round does not have it."""
    bid = get_bid(session, actor, application_id)
    for line in rule_lines(session, bid):
        if line.rule.code == rule_code:
            return RuleOfBid(bid, line)
    raise NotFound(subject="rule")
