"""The page of what the scores say: advice for the panel, markers for its chair, and no trace of a barred bid."""

import pytest
import sqlalchemy as sa

from grants.applications.models import Application
from grants.assessment import services
from grants.assessment.models import Panel, Score
from grants.extensions import db
from grants.web.labels import scores as words
from tests import stages
from tests.builders import actor_of
from tests.pages import read_page
from tests.queries import counted
from tests.services.test_scores_say import SIX
from tests.views.test_assessment_marking import desk_at
from workflows.assignment import Interest
from workflows.rules import adjusting, agreement


@pytest.fixture
def desk(app):
    return desk_at(app, stages.in_session, scores=SIX)


def address(desk):
    return f"/office/panels/{desk.read(sa.select(Panel.id))[0][0]}/scores"


def table(page, caption):
    return next(each for each in page.all("table") if each.text.startswith(caption))


def test_the_panel_reads_raw_beside_adjusted_and_the_chair_the_markers_too(desk):
    people = {name: desk.client(name) for name in ("chair", "manager", "member")}
    chair, manager, member = (read_page(client.get(address(desk))) for client in people.values())
    with desk.app.app_context():
        ids = [desk.ids["marker-1"], desk.ids["marker-2"]]
        names = list(db.session.scalars(sa.text(f"SELECT name FROM person WHERE id IN ({ids[0]}, {ids[1]})")))

    for page in (chair, manager, member):
        assert page.h1.endswith("What the scores say")
        assert page.one("title", id="scores-title").text == "Chart: The bids against the line"
        assert "60.0%" in table(page, "As marked and adjusted").text
        assert "Agreement is strong" in page.text
        assert "Within 5 points of the line" in next(each.text for each in page.all("ol"))
    for page in (chair, manager):
        assert all(name in table(page, "Each marker").text for name in names)
        assert page.all("title", id="markers-title")
    # The panel's own table names markers beside each bid; what a person's marks have in common is the chair's.
    assert not any(each.text.startswith("Each marker") for each in member.all("table"))
    assert not any(name in member.text for name in names if name not in {"Member"})
    assert address(desk) in read_page(people["chair"].get(address(desk).removesuffix("/scores"))).links()


def test_a_barred_bid_is_nowhere_on_the_page(desk):
    with desk.app.app_context():
        bid = db.session.get(Application, desk.bids[3])
        reference, name = bid.reference, bid.organisation_name
        person = db.session.get(type(desk.stage.people["member"]), desk.ids["member"])
        services.declare_interest(
            db.session, bid, Interest.DIRECT, "I run it.", actor=actor_of(db.session, person), now=desk.stage.now
        )
        db.session.commit()
    page = read_page(desk.client("member").get(address(desk)))

    assert reference not in page.html
    assert name not in page.html
    assert "You stand aside from 1 bid. Nothing on this page was worked out with it." in page.text
    assert reference in read_page(desk.client("chair").get(address(desk))).html


def test_who_has_not_declared_is_asked_first_and_strangers_find_nothing(app):
    def convened(session):
        stage = stages.scored(session, scores=SIX)
        seats = [services.Seat(stage.people["chair"].id, is_chair=True)]
        stage.panel = services.convene_panel(session, stage.round_, seats, actor=stage.actor("manager"), now=stage.now)
        return stage

    desk = desk_at(app, convened)
    assert desk.client("chair").get(address(desk)).location.endswith("/interests")
    assert desk.client("member").get(address(desk)).status_code == 404
    assert desk.client("marker-1").get(address(desk)).status_code == 404


def test_too_few_bids_to_adjust_is_said_and_the_raw_percents_stand(app):
    desk = desk_at(app, stages.in_session)
    page = read_page(desk.client("chair").get(address(desk)))
    assert words.NOT_ADJUSTED["too-few-bids"] in page.text
    assert "100.0%" in table(page, "As marked and adjusted").text
    assert not page.all("title", id="markers-title")


def test_where_only_what_was_agreed_is_on_record_nothing_is_made_up(desk):
    with desk.app.app_context():
        db.session.execute(sa.update(Score).values(voided_at=desk.stage.now))
        db.session.commit()
    page = read_page(desk.client("chair").get(address(desk)))
    assert "No marks of single markers are on record here" in page.text
    assert not page.all("svg", role="img")
    assert "in doubt" not in page.text


def test_a_page_asks_no_more_of_the_database_for_more_bids(desk):
    client, url = desk.client("chair"), address(desk)
    client.get(url)
    with desk.app.app_context(), counted(db.session) as statements:
        client.get(url)
    # The person and their roles, the panel with its members, and at most eight for the marks.
    assert len(statements) <= 16


def test_every_code_has_its_words():
    levels = {agreement.level_of(each) for each in (None, 0.1, 0.3, 0.6, 0.9)}
    assert set(words.AGREEMENT) == set(words.LEVEL) == levels
    codes = adjusting.Adjusted.__doc__ or ""
    assert all(code in codes for code in words.NOT_ADJUSTED)
    assert set(words.SEVERITY) == {"unknown", "in-line", "lower", "higher"}
    assert set(words.CONSISTENCY) == {"unknown", "usual", "uneven"}
