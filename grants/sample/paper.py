"""The sample's rounds that were run on paper: imported, then decided, announced, accepted and reported on here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Office, Organisation
from grants.applications.models import Application
from grants.awards import services as awards
from grants.awards.models import Award
from grants.decisions import services as decisions
from grants.funds.models import Round
from grants.importing.files import read_files
from grants.importing.services import import_round
from grants.monitoring import services as monitoring
from grants.monitoring.models import MonitoringReturn
from grants.sample.dates import at, round_source, table_source
from grants.sample.people import Cast
from workflows.actors import Actor, Role
from workflows.deadlines import from_london, london_date

NO_INTERESTS = "I have no interest in any of the groups in this notice."
NARRATIVE = (
    "We ran every session that we had planned. Numbers grew each week, and two young people now help to run it. "
    "The police officer for the area came twice and was asked back."
)


@dataclass(frozen=True, slots=True)
class Steps:
    """When an imported round was decided, announced, accepted and started."""

    decided: datetime
    announced: datetime
    accepted: datetime
    started: datetime


def bring_in(session: Session, name: str, dates: dict[str, datetime] | None = None, *, now: datetime) -> Round:
    """Import one of the sample's rounds from its three files, as `flask import-round` does."""
    sources = [table_source(f"{name}-{part}") for part in ("applications", "marks")]
    files = read_files(round_source(name, dates), *sources, now=now)
    return import_round(session, files, now=now).round_


def load_safety_fund(session: Session, cast: Cast, *, now: datetime) -> None:
    """Round Three of the Commissioner's Safety Fund, on the dates it had, to the end of its grants."""
    # The round lies where it lay, even when the sample is made as at a time before it.
    round_ = bring_in(session, "csf-r3", now=max(now, _on(2024, 3, 1)))
    steps = Steps(_on(2024, 2, 20), _on(2024, 2, 26), _on(2024, 3, 8), _on(2024, 3, 28))
    if steps.announced > now:
        return
    granted = decide_and_announce(session, cast, round_, steps.decided, steps.announced)
    if steps.started > now:
        return
    _accept_all(session, cast, granted, steps.accepted)
    for award in granted:
        _start(session, cast, award, steps.started, date(2024, 4, 1), date(2024, 9, 30))
        for each in _returns(session, award):
            if (read := each.opens_at + timedelta(days=20)) <= now:
                report(session, cast, each, on=each.opens_at + timedelta(days=12))
                _accept(session, cast, each, read)


def load_running_grants(session: Session, cast: Cast, *, now: datetime) -> None:
    """Round Two of Neighbourhood Safety Grants: its returns are open, overdue, queried and accepted just now."""
    dates = {
        "opens_at": at(now, -240, 9),
        "closes_at": at(now, -212, 17),
        "scoring_ends_at": at(now, -200, 17),
        "panel_on": at(now, -195),
        "decide_by_on": at(now, -188),
        "announce_on": at(now, -185),
    }
    round_ = bring_in(session, "nsg-r2", dates, now=now)
    steps = Steps(at(now, -188), at(now, -185), at(now, -180), at(now, -170))
    made = decide_and_announce(session, cast, round_, steps.decided, steps.announced)
    _accept_all(session, cast, made, steps.accepted)
    granted = {award.organisation_id: award for award in made}
    # Group -> days from now on which its grant ends, and what became of its last return.
    plan: dict[int, tuple[int, Callable[[MonitoringReturn], None] | None]] = {
        1: (2, None),
        4: (-40, None),
        6: (-10, lambda each: _query(session, cast, each, now=now)),
        7: (-60, lambda each: _close(session, cast, each, now=now)),
    }
    started, last_returns = at(now, -170), []
    for number, (days, _) in plan.items():
        award = granted[cast.groups[number].id]
        _start(session, cast, award, started, london_date(started), london_date(at(now, days)))
        *before, last = _returns(session, award)
        for each in before:
            # One that opened in the last days is still with the group.
            if each.opens_at < now - timedelta(days=12):
                report(session, cast, each, on=each.opens_at + timedelta(days=9))
                _accept(session, cast, each, min(each.opens_at + timedelta(days=16), at(now, -2)))
        last_returns.append(last)
    _open_until(session, now)
    for last, (_, finish) in zip(last_returns, plan.values(), strict=True):
        if finish is not None:
            finish(last)


def load_offers(session: Session, cast: Cast, *, now: datetime) -> None:
    """A round of Lincolnshire whose offers were made a few days ago and wait for an answer."""
    dates = {
        "opens_at": at(now, -70, 9),
        "closes_at": at(now, -42, 17),
        "scoring_ends_at": at(now, -28, 17),
        "panel_on": at(now, -20),
        "decide_by_on": at(now, -9),
        "announce_on": at(now, -6),
    }
    round_ = bring_in(session, "lcs-r1", dates, now=now)
    decide_and_announce(session, cast, round_, at(now, -9), at(now, -6))


def decide_and_announce(
    session: Session, cast: Cast, round_: Round, decided: datetime, announced: datetime
) -> Sequence[Award]:
    code = session.get_one(Office, round_.office_id).code
    manager, decider = cast.actor(f"{code}.manager-1"), cast.actor(f"{code}.decision-maker-1")
    decision = decisions.raise_decision(session, round_, actor=manager, now=decided - timedelta(days=4))
    reasons = {item.application_id: item.reason for item in decision.items}
    decisions.approve_decision(session, decision, reasons, NO_INTERESTS, actor=decider, now=decided)
    awards.announce_round(session, round_, actor=manager, now=announced)
    return session.scalars(
        sa.select(Award).join(Application).where(Application.round_id == round_.id).order_by(Award.id)
    ).all()


def _accept_all(session: Session, cast: Cast, offers: Sequence[Award], now: datetime) -> None:
    for award in offers:
        signatory = _for_the_group(session, cast, award.organisation_id)
        name = "Signed on the paper form" if signatory.on_paper else signatory.name
        awards.accept_offer(session, award, name, "Chair", True, actor=signatory, now=now)


def _for_the_group(session: Session, cast: Cast, organisation_id: int) -> Actor:
    """The group's lead; for a group that nobody of the sample belongs to, its word on paper."""
    key = cast.lead_of(organisation_id)
    if key is not None:
        return cast.actor(key)
    name = session.get_one(Organisation, organisation_id).name
    roles = frozenset((organisation_id, role) for role in (Role.LEAD, Role.SIGNATORY))
    return Actor(name=f"On paper: {name}", organisation_roles=roles, on_paper=True)


def _start(session: Session, cast: Cast, award: Award, started: datetime, starts_on: date, ends_on: date) -> None:
    note = "Bank details and insurance seen."
    officer = cast.actor("llr.officer-1")
    monitoring.start_grant(
        session, award, starts_on=starts_on, ends_on=ends_on, conditions_note=note, actor=officer, now=started
    )


def _returns(session: Session, award: Award) -> Sequence[MonitoringReturn]:
    return session.scalars(
        sa.select(MonitoringReturn).where(MonitoringReturn.award_id == award.id).order_by(MonitoringReturn.number)
    ).all()


def _open_until(session: Session, moment: datetime) -> None:
    while monitoring.raise_due_returns(session, moment):
        pass


def report(session: Session, cast: Cast, each: MonitoringReturn, *, on: datetime) -> None:
    """The group fills its return in, and signs it."""
    _open_until(session, on)
    actor = _for_the_group(session, cast, each.organisation_id)
    values = {
        "own_rag": "green",
        "narrative": NARRATIVE,
        "people_new_count": 24,
        "people_continuing_count": 16,
        "sessions_count": 22,
        "attendances_count": 310,
        "spend_pence": each.award.amount_pence // 4,
    }
    monitoring.save_return(session, each, values, actor=actor, now=on)
    monitoring.finish_return(session, each, seen_version=None, actor=actor, now=on)
    monitoring.submit_return(session, each, actor.name, True, actor=actor, now=on)


def _accept(session: Session, cast: Cast, each: MonitoringReturn, now: datetime) -> None:
    thanks = "Thank you. It was good to read how the evenings have grown."
    monitoring.accept_return(session, each, rag="green", feedback=thanks, actor=cast.actor("llr.officer-1"), now=now)


def _query(session: Session, cast: Cast, each: MonitoringReturn, *, now: datetime) -> None:
    report(session, cast, each, on=now - timedelta(days=3))
    question = "How many of the people whom you helped came for the first time this summer?"
    monitoring.query_return(session, each, question, actor=cast.actor("llr.officer-1"), now=now - timedelta(hours=3))


def _close(session: Session, cast: Cast, each: MonitoringReturn, *, now: datetime) -> None:
    report(session, cast, each, on=now - timedelta(days=50))
    _accept(session, cast, each, now - timedelta(days=45))


def _on(year: int, month: int, day: int) -> datetime:
    return from_london(datetime(year, month, day, 12))  # noqa: DTZ001 (a wall clock)
