"""Reading rounds as staff and services do: scoped to the actor's offices, with the facts that the engine asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from grants.accounts.models import Office
from grants.core.scoping import get_visible, visible
from grants.funds import model_form
from grants.funds.described import definition_of
from grants.funds.form_tables import MODEL, MODEL_KINDS, NEEDED
from grants.funds.models import DeadlineChange, Fund, FundMoney, Round
from grants.funds.parts import RoundDefinition
from workflows.actors import Actor
from workflows.round import SETTING_UP, RoundFacts, RoundState
from workflows.rules.round_setup import RoundSetup, SetupProblem, setup_problems

PAGE = 50
# A code that the short and the full form ask in two ways may be either.
FIXED_KINDS: Final[Mapping[str, str]] = {
    code: question.kind.value for code, question in MODEL.items() if len(MODEL_KINDS[code]) == 1
}


# A closing counts with its grace; no round has more of it than this.
LONGEST_GRACE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Closing:
    """When a published round closes, and the first instant at which it takes nothing more."""

    closes_at: datetime
    deadline: datetime


class Bid(Protocol):
    """What the deadline of a bid hangs on; the bids themselves live to the right of this feature."""

    @property
    def round(self) -> Round: ...

    @property
    def deadline_extended_to(self) -> datetime | None: ...


def get_round(session: Session, actor: Actor, round_id: int) -> Round:
    """A round of the actor's own office, in any state."""
    return get_visible(session, Round, round_id, actor)


def find_round(session: Session, office_id: int, code: str) -> Round | None:
    """The office's round of this code, however its letters are cased."""
    statement = sa.select(Round).where(Round.office_id == office_id, sa.func.lower(Round.code) == code.strip().lower())
    return session.scalars(statement).one_or_none()


def list_rounds(session: Session, actor: Actor, *, before_id: int | None = None) -> list[tuple[Round, Office, Fund]]:
    """The rounds of the actor's offices, newest first, a page of them and one more to show that there are more."""
    statement = (
        sa.select(Round, Office, Fund)
        .join(Office, Office.id == Round.office_id)
        .join(Fund, Fund.id == Round.fund_id)
        .where(visible(Round, actor))
        .order_by(Round.id.desc())
        .limit(PAGE + 1)
    )
    if before_id is not None:
        statement = statement.where(Round.id < before_id)
    return [(round_, office, fund) for round_, office, fund in session.execute(statement)]


def deadline_of(round_: Round) -> datetime | None:
    """The first instant at which the round takes nothing more: closing and grace; None for a rolling round."""
    if round_.closes_at is None:
        return None
    return round_.closes_at + timedelta(minutes=round_.grace_minutes)


def deadline_for(application: Bid) -> datetime | None:
    """The same for one bid, which may have been given longer; an extension never makes it shorter."""
    deadline, extended = deadline_of(application.round), application.deadline_extended_to
    if deadline is None or extended is None:
        return deadline
    return max(deadline, extended)


def list_closings(session: Session, now: datetime, *, until: datetime) -> list[Closing]:
    """The closings of published rounds from now to that instant, soonest first; of no try-out and no paper round."""
    statement = (
        sa.select(Round.closes_at, Round.grace_minutes)
        .where(
            Round.closes_at.between(now - LONGEST_GRACE, until),
            Round.published_at.is_not(None),
            Round.state != RoundState.CANCELLED,
            ~Round.is_trial,
            ~Round.is_on_paper,
        )
        .order_by(Round.closes_at, Round.id)
    )
    closings = [Closing(at, at + timedelta(minutes=grace)) for at, grace in session.execute(statement)]
    return [closing for closing in closings if now < closing.deadline]


def with_parts(session: Session, round_: Round) -> Round:
    """The same round with its areas, rubric, form and rules loaded, one query for each."""
    statement = (
        sa.select(Round)
        .where(Round.id == round_.id)
        .options(
            joinedload(Round.fund),
            selectinload(Round.areas),
            selectinload(Round.criteria),
            selectinload(Round.sections),
            selectinload(Round.questions),
            selectinload(Round.rules),
        )
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one()


def unallocated_pence(session: Session, fund_id: int, *, but_round_id: int | None = None) -> int:
    """The fund's money that no approved round has taken; a cancelled round gives its pot back."""
    given = sa.select(sa.func.coalesce(sa.func.sum(FundMoney.amount_pence), 0)).where(FundMoney.fund_id == fund_id)
    taken = sa.select(sa.func.coalesce(sa.func.sum(Round.pot_pence), 0)).where(
        Round.fund_id == fund_id,
        Round.state.not_in([RoundState.DRAFT, RoundState.CANCELLED]),
        Round.id != (but_round_id or 0),
        ~Round.is_trial,
    )
    return int(session.scalar(sa.select(given.scalar_subquery() - taken.scalar_subquery())) or 0)


def setup_of(session: Session, round_: Round, definition: RoundDefinition | None = None) -> RoundSetup:
    """The round's set-up as the rules see it; with a `definition`, as it would be with that."""
    asked = definition or definition_of(round_)
    same = ("opens_at", "closes_at", "is_rolling", "scoring_ends_at", "panel_on", "decide_by_on", "announce_on")
    return RoundSetup(
        **{name: getattr(asked, name) for name in (*same, "pot_pence", "min_ask_pence", "max_ask_pence")},
        unallocated_pence=unallocated_pence(session, round_.fund_id, but_round_id=round_.id),
        is_money_confirmed=round_.is_money_confirmed,
        has_privacy_notice=bool(asked.privacy_notice.strip()),
        has_guidance=bool(asked.guidance.strip()),
        question_count=sum(not question.is_hidden for question in asked.questions),
        weights={criterion.code: criterion.weight for criterion in asked.criteria},
        read_by={q.code: q.criterion_code for q in asked.questions if q.criterion_code and not q.is_hidden},
        has_areas=bool(asked.areas),
        sections=asked.sections,
        fixed_kinds=FIXED_KINDS,
        needed=NEEDED,
        rules=[rule.code for rule in asked.rules],
        rule_reads=model_form.RULE_READS,
    )


def problems_of(session: Session, round_: Round, definition: RoundDefinition | None = None) -> list[SetupProblem]:
    """Why the round, or a change of it, can't be published yet; nothing once it is past setting up."""
    if definition is None and round_.state not in SETTING_UP:
        return []
    return setup_problems(setup_of(session, round_, definition))


def facts_for_round(
    session: Session, round_: Round, *, now: datetime, definition: RoundDefinition | None = None, **more: Any
) -> RoundFacts:
    """The facts that this feature knows; features to the right pass the counts of their bids in `more`.

    With a `definition` they are those of a change to it.
    """
    return RoundFacts(
        scope=round_.scope,
        now=now,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        is_rolling=round_.is_rolling,
        is_trial=round_.is_trial,
        setup_problems=tuple(problem.code for problem in problems_of(session, round_, definition)),
        **more,
    )


def list_deadline_changes(session: Session, round_: Round) -> Sequence[DeadlineChange]:
    """How the round's deadline was moved, first to last."""
    statement = sa.select(DeadlineChange).where(DeadlineChange.round_id == round_.id).order_by(DeadlineChange.id)
    return session.scalars(statement).all()
