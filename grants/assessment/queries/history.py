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
    # Something is shut to the reader, so that lists and sums are of the rest.
    leaves_out: bool = False

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
    area = application.area
    found = _bids(session, application, actor) if with_group else []
    sums = session.execute(_sums(application, actor)).all() if area else []
    return History(
        bids=tuple(bid for bid, is_open in found if is_open) if with_group else None,
        area_name=area.name if area else "",
        area=tuple(_area(area, sums)) if area else (),
        leaves_out=not all(is_open for _, is_open in found) or any(row.shut for row in sums),
    )


def _announced() -> sa.ColumnElement[bool]:
    # A rolling round is never announced as a whole: a group that has its grant was told so.
    is_granted = sa.and_(Round.is_rolling, Application.state == ApplicationState.AWARDED)
    return sa.or_(Round.state.in_(sorted(TOLD)), is_granted)


def _bids(session: Session, application: Application, actor: Actor) -> list[tuple[OtherBid, bool]]:
    """The group's other bids, each with whether it is open to the reader."""
    is_own = Application.office_id == application.office_id
    is_public = sa.and_(Application.state == ApplicationState.AWARDED, Organisation.kind != OrgType.INDIVIDUAL)
    found = session.execute(
        sa.select(Application, Office.name, Recommendation.amount_pence, open_to(Application, actor).label("is_open"))
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
        )
        .options(contains_eager(Application.round))
        .order_by(Application.submitted_at.desc(), Application.id.desc())
        .limit(MOST)
    )
    own = application.office_id
    return [
        (OtherBid(bid, office, bid.office_id == own, (pence or 0) if bid.state in GRANTED else 0), bool(is_open))
        for bid, office, pence, is_open in found
    ]


def _area(area: RoundArea, sums: Sequence[Any]) -> list[AreaRound]:
    """The office's other announced rounds that name the area, by whichever of its names, the latest first."""
    names, rounds = _names(area), defaultdict[int, list[Any]](list)
    for row in sums:
        rounds[row.round_id].append(row)
    found = []
    for rows in rounds.values():
        here = [row for row in rows if row.RoundArea and names & _names(row.RoundArea)]
        if any(row.bids for row in here):
            bids, funded, given = (sum(row[at] for row in here) for at in (BIDS, FUNDED, GIVEN))
            found.append(AreaRound(rows[0].title, bids, funded, int(given), int(sum(row[GIVEN] for row in rows))))
    return found[:MOST]


def _sums(application: Application, actor: Actor) -> sa.Select[Any]:
    is_open = open_to(Application, actor)
    granted = sa.and_(is_open, Application.state.in_(sorted(GRANTED)))
    given = sa.case((granted, sa.func.coalesce(Recommendation.amount_pence, 0)), else_=0)
    sums = (
        sa.select(
            Application.round_id,
            Application.area_id,
            sa.func.count(sa.case((is_open, Application.id))).label("bids"),
            sa.func.count(sa.case((given > 0, Application.id))).label("funded"),
            sa.func.sum(given).label("given"),
            sa.func.count(sa.case((~is_open, Application.id))).label("shut"),
        )
        .join(Application.round)
        .outerjoin(Recommendation, Recommendation.application_id == Application.id)
        .where(
            Application.office_id == application.office_id,
            # A round that stays open is its own past.
            sa.or_(Round.id != application.round_id, Round.is_rolling),
            Application.staff_may_see(),
            _announced(),
        )
        .group_by(Application.round_id, Application.area_id)
        .subquery()
    )
    return (
        sa.select(sums.c.bids, sums.c.funded, sums.c.given, sums.c.shut, sums.c.round_id, Round.title, RoundArea)
        .join(Round, Round.id == sums.c.round_id)
        .outerjoin(RoundArea, RoundArea.id == sums.c.area_id)
        .order_by(Round.closes_at.desc().nulls_last(), Round.id.desc())
    )


def _names(area: RoundArea) -> frozenset[str]:
    return frozenset(each.strip().casefold() for each in (area.name, *area.aliases))
