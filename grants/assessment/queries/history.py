"""What a bid's group and area asked for and were given in other rounds, for whoever judges the bid.

Only what was announced is in it, so it tells nobody of a round under way. Money is in pence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from grants.accounts.models import Office, Organisation
from grants.applications.models import Application
from grants.assessment.models import Recommendation
from grants.core.scoping import open_to
from grants.funds.models import Round, RoundArea
from workflows.actors import Actor
from workflows.application import GRANTED, ApplicationState
from workflows.rules.after import TOLD
from workflows.rules.eligibility_facts import OrgType

# Where the sums stand in a row of `_sums`.
BIDS, FUNDED, GIVEN = 0, 1, 2
# The latest, of a group that applied more often; the sums above the list are of these.
MOST = 20


@dataclass(frozen=True, slots=True)
class OtherBid:
    """One bid of the same group; of another office's bids only those that became a grant, which are public."""

    application: Application
    office_name: str
    is_own_office: bool
    given_pence: int


@dataclass(frozen=True, slots=True)
class AreaRound:
    """What the bid's area got in one other round of the office, beside what that round gave in all."""

    title: str
    bids: int
    funded: int
    given_pence: int
    round_pence: int


@dataclass(frozen=True, slots=True)
class History:
    """Beside one bid. `bids` is None where the reader may not know whose bid it is."""

    bids: tuple[OtherBid, ...] | None
    area_name: str
    area: tuple[AreaRound, ...]

    @property
    def given_pence(self) -> int:
        return sum(each.given_pence for each in self.bids or ())

    @property
    def funded(self) -> int:
        return sum(1 for each in self.bids or () if each.given_pence)

    @property
    def area_pence(self) -> int:
        return sum(each.given_pence for each in self.area)


def history_of(session: Session, application: Application, actor: Actor, *, with_group: bool = True) -> History:
    """The history beside this bid, without what is shut to the actor; two queries at most."""
    bids = tuple(_bids(session, application, actor)) if with_group else None
    area = application.area
    return History(bids, area.name if area else "", tuple(_area(session, application, area, actor)) if area else ())


def _announced() -> sa.ColumnElement[bool]:
    # A rolling round is never announced as a whole: a group that has its grant was told so.
    is_granted = sa.and_(Round.is_rolling, Application.state == ApplicationState.AWARDED)
    return sa.or_(Round.state.in_(sorted(TOLD)), is_granted)


def _bids(session: Session, application: Application, actor: Actor) -> Sequence[OtherBid]:
    is_own = Application.office_id == application.office_id
    is_public = sa.and_(Application.state == ApplicationState.AWARDED, Organisation.kind != OrgType.INDIVIDUAL)
    found = session.execute(
        sa.select(Application, Office.name, Recommendation.amount_pence)
        .join(Application.round)
        .join(Application.organisation)
        .join(Office, Office.id == Application.office_id)
        .outerjoin(Recommendation, Recommendation.application_id == Application.id)
        .where(
            Application.organisation_id == application.organisation_id,
            Application.id != application.id,
            Application.staff_may_see(),
            _announced(),
            sa.or_(is_own, is_public),
            open_to(Application, actor),
        )
        .options(contains_eager(Application.round))
        .order_by(Application.submitted_at.desc(), Application.id.desc())
        .limit(MOST)
    )
    return [
        OtherBid(bid, office, bid.office_id == application.office_id, (pence or 0) if bid.state in GRANTED else 0)
        for bid, office, pence in found
    ]


def _area(session: Session, application: Application, area: RoundArea, actor: Actor) -> Sequence[AreaRound]:
    """The office's other announced rounds that name the area, by whichever of its names, the latest first."""
    names, rounds = _names(area), defaultdict[int, list[Any]](list)
    for row in session.execute(_sums(application, actor)):
        rounds[row.round_id].append(row)
    found = []
    for rows in rounds.values():
        here = [row for row in rows if row.RoundArea and names & _names(row.RoundArea)]
        if here:
            bids, funded, given = (sum(row[at] for row in here) for at in (BIDS, FUNDED, GIVEN))
            found.append(AreaRound(rows[0].title, bids, funded, int(given), int(sum(row[GIVEN] for row in rows))))
    return found[:MOST]


def _sums(application: Application, actor: Actor) -> sa.Select[Any]:
    given = sa.case((Application.state.in_(sorted(GRANTED)), sa.func.coalesce(Recommendation.amount_pence, 0)), else_=0)
    sums = (
        sa.select(
            Application.round_id,
            Application.area_id,
            sa.func.count(Application.id).label("bids"),
            sa.func.count(sa.case((given > 0, Application.id))).label("funded"),
            sa.func.sum(given).label("given"),
        )
        .join(Application.round)
        .outerjoin(Recommendation, Recommendation.application_id == Application.id)
        .where(
            Application.office_id == application.office_id,
            # A round that stays open is its own past.
            sa.or_(Round.id != application.round_id, Round.is_rolling),
            Application.staff_may_see(),
            _announced(),
            open_to(Application, actor),
        )
        .group_by(Application.round_id, Application.area_id)
        .subquery()
    )
    return (
        sa.select(sums.c.bids, sums.c.funded, sums.c.given, sums.c.round_id, Round.title, RoundArea)
        .join(Round, Round.id == sums.c.round_id)
        .outerjoin(RoundArea, RoundArea.id == sums.c.area_id)
        .order_by(Round.closes_at.desc().nulls_last(), Round.id.desc())
    )


def _names(area: RoundArea) -> frozenset[str]:
    return frozenset(each.strip().casefold() for each in (area.name, *area.aliases))
