"""Making a round and changing it while it is a draft: from a definition, from another round, or field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from sqlalchemy.orm import Session

from grants.accounts.models import Office
from grants.core import transitions
from grants.funds import model_form, queries
from grants.funds.described import definition_of
from grants.funds.models import Fund, Round, SupportEvent
from grants.funds.parts import RoundDefinition
from grants.funds.services.money import ensure_fund, ensure_money
from grants.funds.services.syncing import sync_parts
from workflows.actors import Actor
from workflows.errors import Invalid
from workflows.event import EventFacts
from workflows.round import RoundFacts
from workflows.rules.round_setup import DATES, follows

# The columns that a round and its definition name alike.
SAME: Final = (
    *("title", "theme", "purpose", "guidance", "opens_at", "closes_at", "is_rolling", "grace_minutes"),
    *("scoring_ends_at", "panel_on", "decide_by_on", "announce_on", "pot_pence", "line_hundredths"),
    *("min_ask_pence", "max_ask_pence", "max_project_cost_pence", "max_months", "markers_needed"),
    *("panel_quorum", "needs_community_rep", "needs_prepared_reps", "tells_disqualified_at_once", "is_anonymous"),
    *("acceptance_working_days", "is_on_paper", "is_fictional", "endorsement"),
)
# What may be changed of a draft, one by one; the form, rubric and rules are saved whole, by `save_definition`.
EDITABLE: Final = frozenset(SAME) - {"is_on_paper", "is_fictional"} | {"code", "privacy_notice", "is_money_confirmed"}


def create_round(
    session: Session,
    office: Office,
    definition: RoundDefinition,
    *,
    actor: Actor,
    now: datetime,
    create_missing: bool = False,
) -> Round:
    """Make a draft round of this definition, whose `office` is not read: the round belongs to the office given.

    `create_missing` also makes the fund, and money of the size of the pot, where they are missing; whoever asks for
    that states that the money is there. Raises Invalid: round-code-taken, fund-unknown.
    """
    if queries.find_round(session, office.id, definition.code):
        raise Invalid(problems={"code": "round-code-taken"})
    title = definition.fund_title
    fund = ensure_fund(session, office, definition.fund, title, create=create_missing, actor=actor, now=now)
    if create_missing:
        name = f"Money for {definition.code}"
        ensure_money(session, fund, definition.pot_pence, name, actor=actor, now=now)
    round_ = row_of(office, fund, definition, is_money_confirmed=create_missing)
    facts = RoundFacts(scope=round_.scope, now=now)
    transitions.create(session, [round_], "create", facts, actor=actor, now=now, detail={"code": round_.code})
    sync_parts(session, round_, definition, now=now)
    _plan_events(session, round_, definition, actor, now)
    return round_


def row_of(office: Office, fund: Fund, definition: RoundDefinition, **more: Any) -> Round:
    """The round's own row, not yet in the session; its parts follow by `sync_parts`."""
    return Round(
        office_id=office.id,
        fund_id=fund.id,
        fund=fund,
        code=definition.code,
        band_edges=list(definition.band_edges),
        letters=dict(definition.letters),
        privacy_notice=definition.privacy_notice or office.privacy_notice or model_form.PRIVACY_NOTICE,
        **{name: getattr(definition, name) for name in SAME},
        **more,
    )


def copy_round(
    session: Session,
    round_: Round,
    *,
    code: str,
    title: str,
    opens_at: datetime,
    closes_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> Round:
    """Make a draft with the form, rubric, rules and limits of another round, and dates of its own."""
    office = session.get_one(Office, round_.office_id)
    source = definition_of(queries.with_parts(session, round_))
    no_dates = {"scoring_ends_at": None, "panel_on": None, "decide_by_on": None, "announce_on": None}
    definition = replace(
        source,
        code=code.strip(),
        title=title.strip(),
        opens_at=opens_at,
        closes_at=closes_at,
        is_rolling=closes_at is None,
        is_on_paper=False,
        events=(),
        **no_dates,
    )
    _refuse_bad(basic_problems({"title": definition.title, "opens_at": opens_at, "closes_at": closes_at}))
    return create_round(session, office, definition, actor=actor, now=now)


def edit_round(
    session: Session,
    round_: Round,
    changes: Mapping[str, Any],
    *,
    seen_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Change these columns of a draft. Raises Invalid with every wrong field at once."""
    unknown = set(changes) - EDITABLE
    if unknown:
        raise ValueError(f"not editable: {', '.join(sorted(unknown))}")
    problems = basic_problems({name: getattr(round_, name) for name in EDITABLE} | dict(changes))
    code = str(changes.get("code", round_.code))
    taken = queries.find_round(session, round_.office_id, code)
    if taken is not None and taken.id != round_.id:
        problems["code"] = "round-code-taken"
    _refuse_bad(problems)
    changed = sorted(name for name, value in changes.items() if getattr(round_, name) != value)
    facts = queries.facts_for_round(session, round_, now=now)
    with session.no_autoflush:
        for name in changed:
            setattr(round_, name, changes[name])
        transitions.apply(
            session, round_, "edit", facts, actor=actor, now=now, seen_version=seen_version, detail={"changed": changed}
        )


def basic_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """What the database would refuse, and what can never be meant, as field -> code."""
    problems = {}
    if not str(values.get("title", "")).strip():
        problems["title"] = "title-needed"
    dates = [(name, values[name]) for name in DATES if values.get(name) is not None]
    for (_, first), (name, then) in pairwise(dates):
        if not follows(first, then):
            problems[name] = "dates-out-of-order"
    if (values.get("pot_pence") or 1) <= 0:
        problems["pot_pence"] = "amount-needed"
    least, most = values.get("min_ask_pence"), values.get("max_ask_pence")
    if least is not None and most is not None and least > most:
        problems["min_ask_pence"] = "limits-out-of-order"
    return problems


def _refuse_bad(problems: dict[str, str]) -> None:
    if problems:
        raise Invalid(problems=problems)


def _plan_events(session: Session, round_: Round, definition: RoundDefinition, actor: Actor, now: datetime) -> None:
    events = [
        SupportEvent(office_id=round_.office_id, round_id=round_.id, created_at=now, **asdict(each))
        for each in definition.events
    ]
    if not events:
        return
    transitions.create(session, events, "plan", EventFacts(scope=round_.scope, now=now), actor=actor, now=now)
    session.expire(round_, ["events"])
