"""What a group and an area were given, beside the bid: announced rounds only, nothing shut, the same in few queries."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from grants.accounts.models import Office, Organisation, Person
from grants.applications.models import Application
from grants.assessment.models import InterestDeclaration, Recommendation
from grants.assessment.queries import History, history_of
from grants.funds.definition import AreaDef
from grants.funds.models import Round
from tests import stages
from tests.apps import NOW, sign_in
from tests.builders import a_group, a_round, a_submitted_bid, actor_of, an_office, staff
from tests.queries import counted
from workflows.actors import Role
from workflows.application import ApplicationState as S
from workflows.assignment import Interest
from workflows.round import RoundState
from workflows.rules.eligibility_facts import OrgType

Group = tuple[Organisation, Person]


def an_earlier_bid(
    session: Session,
    office: Office,
    group: Group,
    *,
    state: S = S.AWARDED,
    told: RoundState = RoundState.ANNOUNCED,
    pence: int = 250_000,
    area: str = "West Example",
    round_: Round | None = None,
    **fields: Any,
) -> Application:
    """A bid that went all the way: written where it ended, for the way there is proved elsewhere."""
    made = round_ or a_round(session, office, **fields)
    bid = a_submitted_bid(session, made, *group, answers={"P7": [area]})
    row = Recommendation(office_id=office.id, round_id=made.id, application_id=bid.id, outcome="recommended")
    row.amount_pence, row.saved_at = pence, NOW
    session.add(row)
    session.execute(sa.update(Round).where(Round.id == made.id).values(state=told))
    session.execute(sa.update(Application).where(Application.id == bid.id).values(state=state))
    session.flush()
    session.expire_all()
    return bid


def an_own_bid(session: Session, **fields: Any) -> tuple[Application, Office, Group]:
    office = an_office(session)
    group = a_group(session)
    return a_submitted_bid(session, a_round(session, office, **fields), *group), office, group


def past_of(session: Session, bid: Application, office: Office) -> History:
    return history_of(session, bid, actor_of(session, staff(session, office, Role.OFFICER)))


def test_a_first_bid_has_no_history(session: Session) -> None:
    bid, office, _ = an_own_bid(session)
    found = past_of(session, bid, office)
    assert (found.bids, found.area, found.area_name) == ((), (), "West Example")
    assert (found.given_pence, found.funded, found.area_pence) == (0, 0, 0)


def test_what_was_given_and_what_was_refused_is_told_with_its_sums(session: Session) -> None:
    bid, office, group = an_own_bid(session)
    given = an_earlier_bid(session, office, group, pence=250_000)
    refused = an_earlier_bid(session, office, group, state=S.DECLINED, told=RoundState.COMPLETE, pence=990_000)
    found = past_of(session, bid, office)
    assert [(each.application.id, each.given_pence) for each in found.bids or ()] == [
        (refused.id, 0),
        (given.id, 250_000),
    ]
    assert (found.funded, found.given_pence) == (1, 250_000)


@pytest.mark.parametrize("told", [RoundState.MODERATING, RoundState.RECOMMENDING, RoundState.DECIDED])
def test_a_round_that_was_not_announced_tells_nothing(session: Session, told: RoundState) -> None:
    bid, office, group = an_own_bid(session)
    an_earlier_bid(session, office, group, state=S.APPROVED, told=told)
    found = past_of(session, bid, office)
    assert (found.bids, found.area) == ((), ())


def test_of_a_rolling_round_only_what_became_a_grant_is_told(session: Session) -> None:
    bid, office, group = an_own_bid(session)
    rolling = {"is_rolling": True, "closes_at": None}
    an_earlier_bid(session, office, group, told=RoundState.OPEN, **rolling)
    an_earlier_bid(session, office, group, told=RoundState.OPEN, state=S.DECLINED, **rolling)
    found = past_of(session, bid, office)
    assert [each.application.state for each in found.bids or ()] == [S.AWARDED]
    assert [(each.bids, each.funded) for each in found.area] == [(1, 1)]


def test_of_other_offices_only_published_grants_are_told(session: Session) -> None:
    bid, office, group = an_own_bid(session)
    other = an_office(session)
    grant = an_earlier_bid(session, other, group)
    an_earlier_bid(session, other, group, state=S.DECLINED)
    an_earlier_bid(session, other, group, state=S.APPROVED)
    found = past_of(session, bid, office)
    assert [(each.application.id, each.is_own_office, each.office_name) for each in found.bids or ()] == [
        (grant.id, False, other.name)
    ]
    assert found.area == ()


def test_nobody_is_told_what_another_office_gave_to_one_person(session: Session) -> None:
    office, other = an_office(session), an_office(session)
    group = a_group(session, kind=OrgType.INDIVIDUAL)
    an_earlier_bid(session, other, group)
    bid = a_submitted_bid(session, a_round(session, office), *group)
    assert past_of(session, bid, office).bids == ()


def test_an_area_is_known_by_any_of_its_names(session: Session) -> None:
    bid, office, _ = an_own_bid(session, areas=(AreaDef(name="The Western Side", aliases=("west example ",)),))
    first = an_earlier_bid(session, office, a_group(session), pence=300_000)
    an_earlier_bid(session, office, a_group(session), pence=500_000, area="East Example", round_=first.round)
    (row,) = past_of(session, bid, office).area
    assert (row.title, row.bids, row.funded) == (first.round.title, 1, 1)
    assert (row.given_pence, row.round_pence) == (300_000, 800_000)


def test_whoever_has_a_direct_interest_in_an_earlier_bid_has_no_figure_of_it(session: Session) -> None:
    stage = stages.announced(session)
    bid = a_submitted_bid(session, a_round(session, stage.office), *stage.groups[0])
    found = history_of(session, bid, stage.actor("marker-1"))
    assert [each.application.id for each in found.bids or ()] == [stage.bids[0].id]
    before = found.area[0]
    said = {"application_id": stage.bids[0].id, "interest": Interest.DIRECT}
    session.add(InterestDeclaration(person_id=stage.people["marker-1"].id, detail="", declared_at=stage.now, **said))
    session.flush()
    shut = history_of(session, bid, stage.actor("marker-1"))
    assert (shut.bids, shut.leaves_out, found.leaves_out) == ((), True, False)
    given = found.bids[0].given_pence if found.bids else 0
    after = shut.area[0]
    assert (after.bids, after.round_pence) == (before.bids - 1, before.round_pence - given)


def test_the_history_takes_two_queries_however_long_it_is(session: Session) -> None:
    bid, office, group = an_own_bid(session)
    for _ in range(3):
        an_earlier_bid(session, office, group)
    actor = actor_of(session, staff(session, office, Role.OFFICER))
    assert bid.area and bid.round
    with counted(session) as statements:
        found = history_of(session, bid, actor)
        assert [each.application.round.title for each in found.bids or ()]
    assert len(statements) == 2


def test_officer_and_panel_read_it_beside_the_bid(session: Session, client: FlaskClient) -> None:
    stage = stages.in_session(session)
    earlier = an_earlier_bid(session, stage.office, stage.groups[0], pence=123_400)
    assert stage.panel is not None
    pages = {
        "officer": f"/office/applications/{stage.bids[0].id}",
        "member": f"/office/panels/{stage.panel.id}/bids/{stage.bids[0].id}",
    }
    for name, path in pages.items():
        sign_in(client, stage.people[name])
        text = client.get(path).text
        assert "What the group and its area were given in other rounds" in text
        assert earlier.reference in text and "£1,234" in text


def test_a_panel_that_may_not_know_the_group_reads_nothing_of_its_history(session: Session) -> None:
    stage = stages.scoring(session, is_anonymous=True)
    an_earlier_bid(session, stage.office, stage.groups[0])
    hidden = history_of(session, stage.bids[0], stage.actor("member"), with_group=False)
    assert hidden.bids is None
    assert [each.bids for each in hidden.area] == [1]


def test_the_round_of_the_bid_itself_is_not_half_told(session: Session) -> None:
    stage = stages.announced(session)
    found = history_of(session, stage.bids[0], stage.actor("officer"))
    assert (found.bids, found.area) == ((), ())
