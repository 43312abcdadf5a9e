"""Working out scenarios, which decides nothing, and recording one as the panel's recommendation, which is an act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.allocation import queries
from grants.allocation.models import Followed, Scenario
from grants.allocation.queries import Board
from grants.assessment.models import Panel
from grants.assessment.services import set_outcome
from grants.assessment.services.gates import lock_row
from grants.assessment.services.line import require_whole_view
from grants.assessment.services.moderation import require_chair
from grants.core import audit
from grants.core.solver import solve
from grants.funding.models import OverProgramming
from grants.funding.queries import find_over_programming
from grants.funds.models import Round
from workflows.actors import Actor, Role
from workflows.errors import Invalid, NotAllowed, Stale, TransitionRefused
from workflows.rules.allocation import Placing
from workflows.rules.award_reasons import departures, ranked
from workflows.rules.awarding import Choice, best_choice, is_fundable
from workflows.rules.scoring import at_or_above_line

MOST_SCENARIOS = 50
MOST_OVER_HUNDREDTHS = 5_000
NO_ROOM = "The pot does not hold it"


def work_out(board: Board, asked: Mapping[str, Any]) -> Choice:
    """The best awards under these rules, for the bids of this board."""
    candidates, rules = queries.rules_of(board, asked)
    return best_choice(candidates, rules, solve)


def save_scenario(
    session: Session,
    panel: Panel,
    name: str,
    asked: Mapping[str, Any],
    *,
    scenario: Scenario | None = None,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Scenario:
    """Work the rules out and keep them under a name; a scenario given is worked out anew.

    Raises Invalid (name), Stale when somebody changed the scenario meanwhile, bids-still-moderating.
    """
    board = queries.board_of(session, panel, actor)
    name = " ".join(name.split())
    problem = _name_problem(session, panel, name, scenario)
    if problem:
        raise Invalid(problems={"name": problem})
    if board.waiting:
        raise TransitionRefused("bids-still-moderating", count=board.waiting)
    if scenario is None:
        scenario = Scenario(
            office_id=panel.office_id, round_id=panel.round_id, person_id=actor.person_id, created_at=now
        )
        scenario.version = 0
    elif seen_version is not None and seen_version != scenario.version:
        raise Stale(subject="scenario", id=scenario.id)
    choice = work_out(board, asked)
    findings = _findings(session, panel, board, choice, actor)
    scenario.name, scenario.rules = name, dict(asked)
    scenario.awards = {str(board.bids[reference].id): pence for reference, pence in choice.awards.items()}
    scenario.findings = findings
    scenario.bids_version, scenario.computed_at, scenario.version = board.version, now, scenario.version + 1
    session.add(scenario)
    session.flush()
    _record(session, panel, "save-scenario", actor, now, scenario=name)
    return scenario


def _name_problem(session: Session, panel: Panel, name: str, own: Scenario | None) -> str:
    if not name:
        return "scenario-name-needed"
    others = [each for each in queries.list_scenarios(session, panel) if own is None or each.id != own.id]
    if any(each.name.lower() == name.lower() for each in others):
        return "scenario-name-taken"
    return "too-many-scenarios" if own is None and len(others) >= MOST_SCENARIOS else ""


def _findings(session: Session, panel: Panel, board: Board, choice: Choice, actor: Actor) -> dict[str, Any]:
    return {
        "worth": str(choice.worth),
        "bound": "" if choice.bound is None else str(choice.bound),
        "conflict": list(choice.conflict),
        "ties": [list(tie) for tie in choice.ties],
        # Whoever may not see other bids than these may not read what this comes to.
        "left_out": [str(number) for number in queries.barred_in(session, panel.round_id, actor)],
    }


def drop_scenario(session: Session, worked: queries.Worked, *, actor: Actor, now: datetime) -> None:
    """Forget a scenario that no recommendation follows."""
    used = sa.select(Followed.id).where(Followed.scenario_id == worked.scenario.id).limit(1)
    if session.scalar(used) is not None:
        raise TransitionRefused("scenario-followed")
    _record(session, worked.panel, "drop-scenario", actor, now, scenario=worked.scenario.name)
    session.delete(worked.scenario)


def authorise_over_programming(
    session: Session, round_: Round, hundredths: int, reason: str, *, actor: Actor, now: datetime
) -> OverProgramming:
    """Finance allows the round to promise so much above its pot, in hundredths of a percent; 0 takes it back.

    Raises NotAllowed for anybody but finance, Invalid (percent, reason).
    """
    if Role.FINANCE not in actor.roles_in(round_.scope):
        raise NotAllowed(needs=["finance"])
    problems = {} if 0 <= hundredths <= MOST_OVER_HUNDREDTHS else {"percent": "over-programming-range"}
    if not reason.strip():
        problems["reason"] = "reason-needed"
    if problems:
        raise Invalid(problems=problems)
    lock_row(session, round_)
    row = find_over_programming(session, round_.id)
    if row is None:
        row = OverProgramming(office_id=round_.office_id, round_id=round_.id)
        session.add(row)
    row.hundredths, row.reason = hundredths, reason.strip()
    row.authorised_by_id, row.authorised_at = actor.person_id, now
    session.flush()
    audit.record(
        session,
        subject_type="round",
        subject_id=round_.id,
        action="authorise-over-programming",
        actor=actor,
        at=now,
        office_id=round_.office_id,
        reason=reason.strip(),
        detail={"hundredths": hundredths},
    )
    return row


def departures_of(board: Board, scenario: Scenario) -> tuple[str, ...]:
    """The bids whose award departs from their rank, by rank: each needs the panel's reason."""
    awards = {
        reference: scenario.awards[str(bid.id)]
        for reference, bid in board.bids.items()
        if str(bid.id) in scenario.awards
    }
    return departures(board.candidates, awards, board.line)


def record_recommendation(
    session: Session,
    worked: queries.Worked,
    reasons: Mapping[str, str],
    lines_removed: Mapping[str, str],
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Followed:
    """Make the scenario the panel's recommendation: every bid gets its outcome through its own table.

    `reasons` are those of each bid that departs from its rank, `lines_removed` of each part award, by reference.
    Refused: scenario-stale, scenario-impossible, stands-aside-from-a-bid; Invalid names each bid without its reason.
    """
    panel, scenario = worked.panel, worked.scenario
    require_chair(panel, actor)
    lock_row(session, panel.round)
    require_whole_view(session, panel.round, actor)
    board = queries.board_of(session, panel, actor)
    if seen_version is not None and seen_version != scenario.version:
        raise Stale(subject="scenario", id=scenario.id)
    if queries.is_stale(board, scenario):
        raise TransitionRefused("scenario-stale")
    if scenario.findings.get("conflict"):
        raise TransitionRefused("scenario-impossible")
    musts = {number: said["reason"] for number, said in scenario.rules.get("musts", {}).items()}
    given = {reference: text.strip() for reference, text in reasons.items() if text.strip()}
    for reference, bid in board.bids.items():
        given.setdefault(reference, musts.get(str(bid.id), ""))
    _check_words(board, scenario, given, lines_removed)
    _place(session, board, scenario, given, lines_removed, actor, now)
    followed = Followed(
        office_id=panel.office_id,
        round_id=panel.round_id,
        scenario_id=scenario.id,
        taken={"name": scenario.name, "rules": scenario.rules, "awards": scenario.awards},
        reasons={reference: given[reference] for reference in departures_of(board, scenario)},
        person_id=actor.person_id,
        recorded_at=now,
    )
    session.add(followed)
    session.flush()
    _record(session, panel, "follow-scenario", actor, now, scenario=scenario.name)
    return followed


def _check_words(
    board: Board, scenario: Scenario, reasons: Mapping[str, str], lines_removed: Mapping[str, str]
) -> None:
    problems = {
        f"reason_{board.bids[reference].id}": "departure-needs-reason"
        for reference in departures_of(board, scenario)
        if not reasons.get(reference)
    }
    for each in board.candidates:
        number = board.bids[each.reference].id
        amount = scenario.awards.get(str(number), each.ask_pence)
        if amount < each.ask_pence and not lines_removed.get(each.reference, "").strip():
            problems[f"lines_{number}"] = "lines-removed-needed"
    if problems:
        raise Invalid(problems=problems)


def _place(
    session: Session,
    board: Board,
    scenario: Scenario,
    reasons: Mapping[str, str],
    lines_removed: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    candidates, rules = queries.rules_of(board, scenario.rules)
    order = ranked(candidates)
    texts = queries.texts_of(session, [bid.id for bid in board.bids.values()])
    reserve = 0
    # What frees money comes before what spends it, so that the pot holds at each step.
    for each in sorted(order, key=lambda one: str(board.bids[one.reference].id) in scenario.awards):
        bid, amount = board.bids[each.reference], scenario.awards.get(str(board.bids[each.reference].id))
        reason = reasons.get(each.reference, "")
        words = texts.get(bid.id, {"crime_reduction_reason": bid.crime_reduction_reason})
        if amount is not None:
            set_outcome(
                session,
                bid,
                Placing.RECOMMENDED,
                amount_pence=amount,
                reason=reason,
                lines_removed=lines_removed.get(each.reference, ""),
                **words,
                actor=actor,
                now=now,
            )
        elif at_or_above_line(each.percent, board.line) and is_fundable(each, rules):
            reserve += 1
            row = set_outcome(session, bid, Placing.RESERVE, reason=reason or NO_ROOM, actor=actor, now=now, **words)
            row.reserve_rank = reserve
        else:
            row = set_outcome(session, bid, Placing.NOT_RECOMMENDED, reason=reason, actor=actor, now=now, **words)
            row.reason_code = each.ruled_out


def _record(session: Session, panel: Panel, action: str, actor: Actor, now: datetime, **detail: str) -> None:
    audit.record(
        session,
        subject_type="panel",
        subject_id=panel.id,
        action=action,
        actor=actor,
        at=now,
        office_id=panel.office_id,
        detail=detail,
    )
