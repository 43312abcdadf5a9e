"""Groups as the staff of an office may see them: those with bids to it, and which of them may be one and the same."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from grants.accounts.models import Organisation
from grants.accounts.queries import clash
from grants.applications.models import Application
from grants.core.scoping import visible
from grants.funds.models import Round
from workflows.actors import Actor, Role
from workflows.application import LIVE
from workflows.errors import NotFound
from workflows.rules.eligibility_facts import OrgType
from workflows.rules.formats import check, normal_name

HANDLERS = frozenset({Role.OFFICER, Role.MANAGER})
PAGE = 50


def offices_with_bids(session: Session, actor: Actor, organisation_ids: Sequence[int]) -> list[int]:
    """The actor's offices, as officer or manager, that have a sent bid of one of these groups."""
    rows = (
        sa.select(Application.office_id)
        .where(Application.organisation_id.in_(organisation_ids), visible(Application, actor, HANDLERS))
        .distinct()
        .order_by(Application.office_id)
    )
    own = {office_id for office_id, role in actor.office_roles if role in HANDLERS}
    return [office_id for office_id in session.scalars(rows) if office_id in own]


def get_pair(session: Session, actor: Actor, one_id: int, other_id: int) -> tuple[Organisation, Organisation, int]:
    """Two groups, one of which has a sent bid to an office of the actor's, and that office; NotFound otherwise."""
    one, other = session.get(Organisation, one_id), session.get(Organisation, other_id)
    offices = offices_with_bids(session, actor, [one_id, other_id])
    if one is None or other is None or not offices or one_id == other_id:
        raise NotFound(subject="organisation")
    if any(
        each.kind == OrgType.INDIVIDUAL and not offices_with_bids(session, actor, [each.id]) for each in (one, other)
    ):
        # Who applied alone to another office is nobody's business here.
        raise NotFound(subject="organisation")
    return one, other, offices[0]


def list_known(
    session: Session, actor: Actor, *, words: str = "", after: tuple[str, int] | None = None, limit: int = PAGE + 1
) -> Sequence[Organisation]:
    """Groups with a sent bid to the actor's offices, by name; `words` are the start of a name, a number or postcode."""
    known = sa.select(Application.organisation_id).where(visible(Application, actor))
    asked = sa.select(Organisation).where(Organisation.id.in_(known)).order_by(Organisation.name, Organisation.id)
    if words.strip():
        asked = asked.where(_matches(words))
    if after is not None:
        asked = asked.where(sa.tuple_(Organisation.name, Organisation.id) > after)
    return session.scalars(asked.limit(limit)).all()


def _matches(words: str) -> sa.ColumnElement[bool]:
    key = normal_name(words)
    numbers = [check(kind, words) for kind in ("charity_number", "company_number", "postcode")]
    columns = (Organisation.charity_number, Organisation.company_number, Organisation.postcode)
    same = [
        column == found.value for column, found in zip(columns, numbers, strict=True) if found.value and not found.error
    ]
    same += [Organisation.name_key.startswith(key, autoescape=True)] if key else []
    same += [Organisation.name_key.contains(f" {key}", autoescape=True)] if key else []
    return sa.or_(*same) if same else sa.false()


def list_duplicates(session: Session, actor: Actor, *, limit: int = PAGE) -> list[tuple[Organisation, Organisation]]:
    """Pairs that look like one group, where one of the two has a sent bid to an office of the actor's."""
    one, other = aliased(Organisation), aliased(Organisation)
    known = sa.select(Application.organisation_id).where(visible(Application, actor, HANDLERS))
    # Three ways to be the same, each by its own index; one condition for all would read every group beside every other.
    ways = (
        sa.and_(one.charity_number != "", one.charity_number == other.charity_number),
        sa.and_(one.company_number != "", one.company_number == other.company_number),
        sa.and_(one.postcode != "", one.postcode == other.postcode, one.name_key == other.name_key),
    )
    pairs: dict[tuple[int, int], tuple[Organisation, Organisation]] = {}
    for way in ways:
        rows = session.execute(
            sa.select(one, other)
            .join(other, sa.and_(other.id != one.id, way))
            .where(
                one.id.in_(known),
                one.merged_into_id.is_(None),
                other.merged_into_id.is_(None),
                other.kind != OrgType.INDIVIDUAL,
            )
            .order_by(one.name, one.id, other.id)
            .limit(limit)
        )
        for first, second in rows:
            pairs.setdefault((min(first.id, second.id), max(first.id, second.id)), (first, second))
    return list(pairs.values())[:limit]


@clash
def live_in_one_round(session: Session, one_id: int, other_id: int) -> list[tuple[int, str]]:
    """The office and title of every round in which both groups hold a live bid."""
    one, other = aliased(Application), aliased(Application)
    rows = session.execute(
        sa.select(Round.office_id, Round.title)
        .join(one, one.round_id == Round.id)
        .join(other, other.round_id == Round.id)
        .where(
            one.organisation_id == one_id,
            other.organisation_id == other_id,
            one.state.in_(sorted(LIVE)),
            other.state.in_(sorted(LIVE)),
        )
        .order_by(Round.id)
    )
    return [(office_id, title) for office_id, title in rows]
