"""Reading a round for the choice of its awards, as one person may see it, and the scenarios that were saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.allocation.models import Followed, Scenario
from grants.applications.models import Answer, Application
from grants.assessment.models import Panel, Recommendation
from grants.assessment.queries import barred_in, find_panel, get_panel, line_of
from grants.assessment.queries.facts import UNMODERATED, recommended_pence
from grants.assessment.queries.placing import as_bids, funding_to_date
from grants.assessment.queries.table import panel_bids
from grants.diligence.queries import failed_of
from grants.funding.models import OverProgramming
from grants.funding.queries import ceiling_pence, find_over_programming
from grants.funds.model_form import MINIMUM_VIABLE
from grants.funds.models import Question, Round
from workflows.actors import Actor
from workflows.application import GRANTED, ApplicationState
from workflows.deadlines import financial_year, from_london, to_london
from workflows.errors import NotFound
from workflows.rules.awarding import AreaRule, Candidate, Must, Rules

LAST = 10_000


@dataclass(frozen=True, slots=True)
class Board:
    """A round as a choice: its moderated bids, areas and money, without the bids that are shut to the reader.

    `hidden` counts those; `waiting` the bids that are not moderated yet. `version` changes when any bid moves.
    """

    panel: Panel
    candidates: tuple[Candidate, ...]
    bids: Mapping[str, Application]
    areas: tuple[str, ...]
    line: Fraction
    over: OverProgramming | None
    hidden: int
    waiting: int
    version: int

    @property
    def round(self) -> Round:
        return self.panel.round

    @property
    def over_hundredths(self) -> int:
        return self.over.hundredths if self.over else 0


def board_of(session: Session, panel: Panel, actor: Actor) -> Board:
    """The board as this person may see it; twelve queries however many bids."""
    round_ = panel.round
    shut = set(barred_in(session, round_.id, actor))
    every = panel_bids(session, round_.id)
    rows = [row for row in every if row.application.id not in shut]
    ready = [row for row in rows if row.application.state not in UNMODERATED]
    bids = {bid.reference: bid for bid in as_bids(session, round_, ready)}
    ids = [row.application.id for row in ready]
    minimums, earlier = _minimums(session, ids), _given_before(session, round_, ready)
    to_date = funding_to_date(session, round_)
    candidates = []
    for row in ready:
        application, bid = row.application, bids[row.application.reference]
        least = minimums.get(application.id, bid.ask_pence)
        candidates.append(
            Candidate(
                reference=bid.reference,
                organisation=str(application.organisation_id),
                area=bid.area,
                ask_pence=bid.ask_pence,
                percent=bid.percent,
                minimum_pence=least if 0 < least <= bid.ask_pence else bid.ask_pence,
                first_criterion=bid.first_criterion,
                second_criterion=bid.second_criterion,
                funded_before=bid.funded_before,
                earlier_pence=earlier.get(application.organisation_id, 0),
                area_earlier_pence=to_date.get(bid.area, 0),
                ruled_out=bid.ruled_out,
            )
        )
    return Board(
        panel=panel,
        candidates=tuple(candidates),
        bids={row.application.reference: row.application for row in ready},
        areas=tuple(area.name for area in round_.areas),
        line=line_of(round_, panel),
        over=find_over_programming(session, round_.id),
        hidden=len(every) - len(rows),
        waiting=len(rows) - len(ready),
        version=sum(row.application.version for row in every),
    )


def _minimums(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """What each group says that its project needs at least, in pence (question B4)."""
    rows = session.execute(
        sa.select(Answer.application_id, Answer.value)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.application_id.in_(ids), Question.code == MINIMUM_VIABLE)
    )
    return {number: value for number, value in rows if type(value) is int}


def _given_before(session: Session, round_: Round, rows: Sequence[Any]) -> dict[int, int]:
    """What each of these groups was given in the office's other rounds of this financial year."""
    groups = {row.application.organisation_id for row in rows}
    year = financial_year(to_london(round_.closes_at or round_.created_at).date())
    found = session.execute(
        sa.select(Application.organisation_id, sa.func.sum(Recommendation.amount_pence))
        .join(Recommendation, Recommendation.application_id == Application.id)
        .where(
            Application.organisation_id.in_(sorted(groups)),
            Application.office_id == round_.office_id,
            Application.round_id != round_.id,
            Application.state.in_(sorted(GRANTED)),
            Application.submitted_at >= from_london(datetime.combine(year.starts_on, time.min)),
            Application.submitted_at < from_london(datetime.combine(year.ends_on + timedelta(days=1), time.min)),
        )
        .group_by(Application.organisation_id)
    )
    return {organisation_id: int(pence) for organisation_id, pence in found}


def rules_of(board: Board, asked: Mapping[str, Any]) -> tuple[tuple[Candidate, ...], Rules]:
    """A scenario's stored rules as the rule of awards takes them, with the panel's musts on the bids."""
    musts = {int(number): said["must"] for number, said in asked.get("musts", {}).items()}
    candidates = tuple(_with_must(each, musts.get(board.bids[each.reference].id)) for each in board.candidates)
    areas = tuple(AreaRule(area=name, **bounds) for name, bounds in asked.get("areas", {}).items())
    rules = Rules(
        pot_pence=asked.get("pot_pence", board.round.pot_pence),
        line=board.line,
        over_hundredths=asked.get("over_hundredths", board.over_hundredths),
        areas=tuple(each for each in areas if not each.is_empty),
        organisation_cap_pence=asked.get("cap_pence"),
        allows_parts=asked.get("allows_parts", False),
    )
    return candidates, rules


def _with_must(candidate: Candidate, must: str | None) -> Candidate:
    return replace(candidate, must=Must(must)) if must and not candidate.ruled_out else candidate


def get_board_panel(session: Session, actor: Actor, panel_id: int) -> Panel:
    """The panel whose awards are chosen, for who may look on it."""
    return get_panel(session, actor, panel_id)


def list_scenarios(session: Session, panel: Panel) -> Sequence[Scenario]:
    """The round's scenarios by name."""
    return session.scalars(
        sa.select(Scenario)
        .where(Scenario.round_id == panel.round_id)
        .options(joinedload(Scenario.person))
        .order_by(sa.func.lower(Scenario.name), Scenario.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Worked:
    """A scenario with the panel that it is of; its scope is the panel's."""

    scenario: Scenario
    panel: Panel

    @property
    def scope(self) -> Any:
        return self.panel.scope


def get_scenario(session: Session, actor: Actor, scenario_id: int) -> Worked:
    """A scenario whose panel the actor may look on; one that holds bids shut to them does not exist for them."""
    scenario = session.get(Scenario, scenario_id)
    panel = find_panel(session, scenario.round_id) if scenario else None
    if scenario is None or panel is None:
        raise NotFound(subject="scenario")
    get_panel(session, actor, panel.id)
    if _holds_shut(session, scenario, actor):
        raise NotFound(subject="scenario")
    return Worked(scenario, panel)


def _holds_shut(session: Session, scenario: Scenario, actor: Actor) -> bool:
    # Worked out by somebody who saw a bid that is shut to this person: its awards tell of that bid.
    shut = {str(number) for number in barred_in(session, scenario.round_id, actor)}
    return bool(shut - set(scenario.findings.get("left_out", [])))


def shown_scenarios(session: Session, panel: Panel, actor: Actor) -> list[Scenario]:
    """The scenarios that hold nothing that is shut to the actor."""
    return [each for each in list_scenarios(session, panel) if not _holds_shut(session, each, actor)]


def find_followed(session: Session, round_id: int) -> Followed | None:
    """What the panel recorded last as its recommendation, if it followed a scenario."""
    return session.scalars(
        sa.select(Followed)
        .where(Followed.round_id == round_id)
        .options(joinedload(Followed.scenario), joinedload(Followed.person))
        .order_by(Followed.id.desc())
        .limit(1)
    ).first()


def texts_of(session: Session, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What the panel has written for these bids already, so that a new outcome keeps it."""
    rows = session.scalars(sa.select(Recommendation).where(Recommendation.application_id.in_(ids)))
    return {
        row.application_id: {"crime_reduction_reason": row.crime_reduction_reason, "feedback": row.feedback}
        | ({"conditions": row.conditions} if row.conditions else {})
        for row in rows
    }


def is_stale(board: Board, scenario: Scenario) -> bool:
    """Whether it was worked out for other bids than these are now; also where it funds a group that failed since."""
    funds = {str(board.bids[each.reference].id) for each in board.candidates if each.ruled_out} & set(scenario.awards)
    return scenario.bids_version != board.version or bool(funds)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One bid on the reserve list; `fits_pence` is what the freed amount would give it now, or 0."""

    application: Application
    recommendation: Recommendation
    least_pence: int
    fits_pence: int

    def is_over(self, today: date) -> bool:
        """Whether its last day has gone by."""
        until = self.recommendation.reserve_until_on
        return until is not None and today > until


@dataclass(frozen=True, slots=True)
class Reserve:
    """A round's reserve list by rank, and the amount that is free; `next` is the first that it would fund."""

    free_pence: int
    waiting: tuple[Waiting, ...]
    next: Waiting | None
    hidden: int


def reserve_of(session: Session, round_: Round, actor: Actor, today: date) -> Reserve:
    """The reserve list as this person may see it; money of a bid that is shut to them stays untold with the bid."""
    shut = barred_in(session, round_.id, actor)
    rows = session.execute(
        sa.select(Application, Recommendation)
        .join(Recommendation, Recommendation.application_id == Application.id)
        .where(Application.round_id == round_.id, Application.state == ApplicationState.RESERVE)
        .order_by(sa.func.coalesce(Recommendation.reserve_rank, LAST), Application.reference)
    ).all()
    seen = [(bid, row) for bid, row in rows if bid.id not in shut]
    free = 0
    if not shut:
        ceiling = ceiling_pence(session, round_.id, round_.pot_pence)
        free = max(0, ceiling - recommended_pence(session, round_.id))
    minimums = _minimums(session, [bid.id for bid, _ in seen])
    failed = failed_of(session, [bid.id for bid, _ in seen])
    waiting = [_waiting(bid, row, minimums.get(bid.id), 0 if bid.id in failed else free) for bid, row in seen]
    first = next((each for each in waiting if each.fits_pence and not each.is_over(today)), None)
    return Reserve(free, tuple(waiting), first, len(rows) - len(seen))


def _waiting(bid: Application, row: Recommendation, least: int | None, free: int) -> Waiting:
    ask = bid.ask_pence or 0
    least = least if least and least <= ask else ask
    return Waiting(bid, row, least, min(ask, free) if free >= least > 0 else 0)
