"""A panel's pages: who may look, what stays shut, what was typed, and the whole path from seats to a closed panel."""

import pytest
import sqlalchemy as sa

from grants.accounts.models import Office
from grants.assessment import services
from grants.assessment.models import ModeratedScore, Panel, Recommendation
from grants.core.audit import AuditEntry
from grants.extensions import db
from tests import stages
from tests.builders import actor_of, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from tests.services.test_assessment_panel import with_second_chair
from tests.views.test_assessment_marking import desk_at
from workflows.actors import Role


def panel_id(desk):
    return desk.read(sa.select(Panel.id))[0][0]


def states(desk):
    return [row[0] for row in desk.read(sa.text("SELECT state FROM application ORDER BY id"))]


def agree_all(desk, client, panel):
    for bid in desk.bids:
        assert client.post(f"/office/panels/{panel}/bids/{bid}", data=agreed(desk)).status_code == 303


def agreed(desk, **changed):
    fields = {}
    for each, _ in desk.criteria:
        fields |= {f"agreed_{each}": "", f"reason_{each}": ""}
    return fields | changed


def interests(desk, interest="none", **changed):
    return {f"interest_{group}": interest for group in groups(desk)} | changed


def groups(desk):
    rows = desk.read(sa.text("SELECT id, organisation_id FROM application"))
    of = dict(tuple(row) for row in rows)
    return [of[bid] for bid in desk.bids]


def test_a_panel_goes_from_its_seats_to_its_close(app):
    desk = desk_at(app, stages.scored)
    manager, chair = desk.client("manager"), desk.client("chair")
    path = f"/office/rounds/{desk.round_id}/panel"
    nobody = {each.attributes["name"]: "" for each in read_page(manager.get(path)).all("select")}
    assert (
        "Choose at least one chair."
        in read_page(manager.post(path, data=nobody | {f"seat_{desk.ids['chair']}": "member"}), 422).text
    )
    seats = nobody | {f"seat_{desk.ids['chair']}": "chair"}
    seats |= {f"seat_{desk.ids[name]}": "member" for name in ("officer", "member")}
    answer = manager.post(path, data=seats)
    panel = panel_id(desk)
    assert (answer.status_code, answer.location) == (303, f"/office/panels/{panel}")
    # Nothing opens before the member's own declarations.
    assert chair.get(f"/office/panels/{panel}").location.endswith("/interests")
    assert chair.get(f"/office/panels/{panel}/bids/{desk.bids[0]}").location.endswith("/interests")
    for name in ("chair", "officer", "member"):
        client = desk.client(name)
        read_page(client.get(f"/office/panels/{panel}/interests"))
        assert client.post(f"/office/panels/{panel}/interests", data=interests(desk)).status_code == 303
    page = read_page(chair.get(f"/office/panels/{panel}"))
    assert f"/office/panels/{panel}/open" in page.links()
    read_page(chair.get(f"/office/panels/{panel}/open"))
    here = {"present": [desk.ids[name] for name in ("chair", "officer")]}
    assert "not quorate" in read_page(chair.post(f"/office/panels/{panel}/open", data=here), 409).text
    here = {"present": [desk.ids[name] for name in ("chair", "officer", "member")]}
    assert chair.post(f"/office/panels/{panel}/open", data=here).status_code == 303
    agree_all(desk, chair, panel)
    page = read_page(chair.get(f"/office/panels/{panel}"))
    assert "Draw the line" in page.text
    # The page carries what the chair saw, also of bids that are not shown to them.
    (drawn,) = [each for each in page.elements if each.attributes.get("action") == f"/office/panels/{panel}/draw"]
    seen = page.elements[page.elements.index(drawn) + 2]
    assert (
        chair.post(f"/office/panels/{panel}/draw", data={"seen_version": seen.attributes["value"]}).status_code == 303
    )
    assert states(desk) == ["recommended", "recommended", "not_recommended"]
    page = read_page(chair.get(f"/office/panels/{panel}"))
    assert "£18,000.00" in page.text and "£82,000.00" in page.text
    assert chair.post(f"/office/panels/{panel}/close").status_code == 303
    page = read_page(chair.get(f"/office/panels/{panel}"))
    assert "Closed" in page.text
    read_page(chair.get(f"/office/panels/{panel}/reopen"))
    read_page(chair.post(f"/office/panels/{panel}/reopen", data={"reason": ""}), 422)
    assert chair.post(f"/office/panels/{panel}/reopen", data={"reason": "A mistake"}).status_code == 303


def right(group):
    return {f"interest_{group}": "direct", f"kind_{group}": "runs", f"detail_{group}": "A trustee"}


def test_an_interest_without_words_is_asked_for_again_and_nothing_is_half_saved(app):
    desk = desk_at(app, stages.scored)
    with app.app_context():
        stage = desk.stage
        seats = [services.Seat(desk.ids["chair"], is_chair=True)]
        manager = actor_of(db.session, db.session.get(type(stage.people["chair"]), desk.ids["manager"]))
        round_ = db.session.get(type(stage.round_), desk.round_id)
        services.convene_panel(db.session, round_, seats, actor=manager, now=stage.now)
        db.session.commit()
    client, path = desk.client("chair"), f"/office/panels/{panel_id(desk)}/interests"
    assert "Choose an answer" in read_page(client.post(path, data={}), 422).text
    _, second, third = groups(desk)
    wrong = interests(desk, **{f"interest_{second}": "direct", f"detail_{third}": "Kept words"})
    page = read_page(client.post(path, data=wrong), 422)
    assert "Say what the interest is." in page.text and "Choose what kind of interest it is." in page.text
    assert page.value(f"detail_{third}") == "Kept words"
    declared = sa.text(f"SELECT count(*) FROM interest_declaration WHERE person_id = {desk.ids['chair']}")
    assert desk.read(declared) == [(0,)]
    assert client.post(path, data={"rest": "y"} | right(second)).status_code == 303
    kinds = f"SELECT interest, kind FROM interest_declaration WHERE person_id = {desk.ids['chair']}"
    said = sorted(tuple(row) for row in desk.read(sa.text(kinds)))
    assert said == [("direct", "runs"), ("none", None), ("none", None)], "one save writes a line for each of the rest"
    assert "You stand aside from this bid." in read_page(client.get(path)).text


def test_a_bid_that_one_stands_aside_from_is_a_blank_line_and_not_found(app):
    desk = desk_at(app, with_second_chair)
    panel, barred = panel_id(desk), desk.bids[0]
    ((name, reference),) = desk.read(
        sa.text(f"SELECT organisation_name, reference FROM application WHERE id = {barred}")
    )
    client = desk.client("chair")
    page = read_page(client.get(f"/office/panels/{panel}"))
    assert "You stand aside from this bid." in page.text
    assert name not in page.html and reference not in page.html
    for path in ("", "/outcome", "/reopen-scoring"):
        read_page(client.get(f"/office/panels/{panel}/bids/{barred}{path}"), 404)
    read_page(client.post(f"/office/panels/{panel}/bids/{barred}", data=agreed(desk)), 404)
    read_page(client.post(f"/office/panels/{panel}/bids/{barred}/outcome", data={"outcome": "recommended"}), 404)
    other = desk.client("chair-2")
    assert name in read_page(other.get(f"/office/panels/{panel}")).text
    assert other.post(f"/office/panels/{panel}/bids/{barred}", data=agreed(desk)).status_code == 303


def test_who_is_not_of_the_panel_finds_nothing(app):
    desk = desk_at(app, stages.in_session)
    panel = panel_id(desk)
    with app.app_context():
        people = {
            "other-chair": staff(db.session, db.session.get(Office, desk.office_id), Role.CHAIR),
            "stranger": staff(db.session, an_office(db.session), Role.MANAGER, Role.CHAIR),
        }
        db.session.commit()
        desk.ids |= {name: person.id for name, person in people.items()}
    paths = ["", f"/bids/{desk.bids[0]}", "/interests", "/open", "/line"]
    for name in ("other-chair", "stranger"):
        for path in paths:
            read_page(desk.client(name).get(f"/office/panels/{panel}{path}"), 404)
    read_page(desk.client("marker-1").get(f"/office/panels/{panel}"), 404)
    read_page(desk.client("decision-maker").get(f"/office/panels/{panel}"), 404)
    # A manager looks on, and does nothing that is the chair's.
    manager = desk.client("manager")
    page = read_page(manager.get(f"/office/panels/{panel}"))
    assert not page.all("form", action=f"/office/panels/{panel}/draw")
    for path in ("/draw", "/close"):
        read_page(manager.post(f"/office/panels/{panel}{path}"), 403)
    read_page(desk.client("officer").post(f"/office/panels/{panel}/bids/{desk.bids[0]}", data=agreed(desk)), 403)
    assert states(desk) == ["scored"] * 3


def test_a_score_outside_the_markers_own_asks_for_its_reason(app):
    desk = desk_at(app, stages.in_session)
    client, path = desk.client("chair"), f"/office/panels/{panel_id(desk)}/bids/{desk.bids[0]}"
    page = read_page(client.get(path))
    assert "Keep the markers' mean, 5" in page.text
    first, second = desk.criteria[0][0], desk.criteria[1][0]
    typed = agreed(desk, **{f"agreed_{first}": "3", f"reason_{second}": "Kept text"})
    page = read_page(client.post(path, data=typed), 422)
    assert "this score is outside the markers' own" in page.text
    assert page.value(f"reason_{second}") == "Kept text"
    assert page.all("a", href=f"#reason_{first}")
    assert desk.read(sa.select(ModeratedScore.id)) == []
    assert client.post(path, data=typed | {f"reason_{first}": "The letter came late"}).status_code == 303
    assert desk.read(sa.select(ModeratedScore.score, ModeratedScore.reason)) == [(3, "The letter came late")]
    page = read_page(client.get(path))
    assert page.value(f"reason_{first}") == "The letter came late"


@pytest.mark.parametrize("score", ["6", "x"])
def test_an_agreed_score_off_the_scale_is_not_taken(app, score):
    desk = desk_at(app, stages.in_session)
    path = f"/office/panels/{panel_id(desk)}/bids/{desk.bids[0]}"
    typed = agreed(desk, **{f"agreed_{desk.criteria[0][0]}": score})
    read_page(desk.client("chair").post(path, data=typed), 422)
    assert states(desk)[0] == "scored"


def test_a_chair_who_looks_at_an_old_page_is_told_with_what_was_typed(app):
    desk = desk_at(app, stages.in_session)
    client, path = desk.client("chair"), f"/office/panels/{panel_id(desk)}/bids/{desk.bids[0]}"
    old = agreed(desk, seen_version=read_page(client.get(path)).value("seen_version"))
    assert client.post(path, data=old).status_code == 303
    typed = old | {f"reason_{desk.criteria[0][0]}": "Typed on the old page"}
    page = read_page(client.post(path, data=typed), 409)
    assert "Typed on the old page" in page.text


def test_an_outcome_that_breaks_a_rule_is_refused_beside_its_field(app):
    desk = desk_at(app, stages.in_session, scores=(5, 4, 2), pot_pence=900_000)
    client, panel = desk.client("chair"), panel_id(desk)
    agree_all(desk, client, panel)
    assert client.post(f"/office/panels/{panel}/draw").status_code == 303
    path = f"/office/panels/{panel}/bids/{desk.bids[1]}/outcome"
    read_page(client.get(path))
    typed = {"outcome": "recommended", "feedback": "Kept feedback"}
    page = read_page(client.post(path, data=typed), 422)
    assert "This does not fit" in page.text
    assert page.value("feedback") == "Kept feedback"
    low = f"/office/panels/{panel}/bids/{desk.bids[2]}/outcome"
    assert "below the line" in read_page(client.post(low, data={"outcome": "recommended"}), 422).text
    assert "Choose an outcome." in read_page(client.post(path, data={}), 422).text
    done = {"outcome": "reserve", "reason": "Wait", "crime_reduction_reason": "Because", "feedback": "Thank you"}
    assert client.post(path, data=done).status_code == 303
    row = desk.read(
        sa.select(
            Recommendation.outcome,
            Recommendation.reason,
            Recommendation.crime_reduction_reason,
            Recommendation.feedback,
        ).where(Recommendation.application_id == desk.bids[1])
    )
    assert row == [("reserve", "Wait", "Because", "Thank you")]


def test_equal_bids_are_named_on_the_page(app):
    desk = desk_at(app, stages.in_session, scores=(4, 4), pot_pence=900_000)
    client, panel = desk.client("chair"), panel_id(desk)
    agree_all(desk, client, panel)
    page = read_page(client.post(f"/office/panels/{panel}/draw"), 409)
    for (reference,) in desk.read(sa.text("SELECT reference FROM application")):
        assert reference in page.text


def test_the_line_moves_once(app):
    desk = desk_at(app, stages.in_session)
    client, panel = desk.client("chair"), panel_id(desk)
    agree_all(desk, client, panel)
    path = f"/office/panels/{panel}/line"
    read_page(client.get(path))
    for wrong in ({"line": "", "reason": "x"}, {"line": "101", "reason": "x"}, {"line": "7.555", "reason": "x"}):
        read_page(client.post(path, data=wrong), 422)
    page = read_page(client.post(path, data={"line": "lots", "reason": "Kept reason"}), 422)
    assert (page.value("line"), page.value("reason")) == ("lots", "Kept reason")
    assert client.post(path, data={"line": "62.5", "reason": "Quality"}).status_code == 303
    assert "62.5%" in read_page(client.get(f"/office/panels/{panel}")).text
    read_page(client.post(path, data={"line": "50", "reason": "Again"}), 409)


def test_a_bid_goes_back_to_its_markers_from_its_page(app):
    desk = desk_at(app, stages.in_session)
    client, path = desk.client("chair"), f"/office/panels/{panel_id(desk)}/bids/{desk.bids[0]}"
    assert f"{path}/reopen-scoring" in read_page(client.get(path)).links()
    read_page(client.get(f"{path}/reopen-scoring"))
    read_page(client.post(f"{path}/reopen-scoring", data={"reason": " "}), 422)
    assert client.post(f"{path}/reopen-scoring", data={"reason": "A marker stood aside"}).status_code == 303
    assert states(desk)[0] == "scoring"
    page = read_page(client.get(path))
    assert "Their scores show when all of them have locked." in page.text
    assert stages.WORDS not in page.html


def test_a_community_member_reads_no_private_answer(app):
    desk = desk_at(app, stages.in_session)
    with app.app_context():
        app_row = db.session.execute(
            sa.text("SELECT q.id, q.label FROM question q JOIN answer a ON a.question_id = q.id LIMIT 1")
        ).one()
        db.session.execute(sa.text(f"UPDATE question SET is_private = true WHERE id = {app_row.id}"))
        db.session.commit()
    page = read_page(desk.client("member").get(f"/office/panels/{panel_id(desk)}/bids/{desk.bids[0]}"))
    assert app_row.label not in page.text


@pytest.mark.parametrize("bids", [2, 6])
def test_the_table_takes_few_queries_however_many_bids(app, bids):
    desk = desk_at(app, stages.in_session, scores=(3,) * bids)
    client, panel = desk.client("chair"), panel_id(desk)
    client.get(f"/office/panels/{panel}")  # What the process keeps is asked once.
    with app.app_context(), counted(db.session) as statements:
        response = client.get(f"/office/panels/{panel}")
    read_page(response)
    seen = [each for each in statements if not each.startswith(("BEGIN", "PRAGMA", "SET"))]
    assert len(seen) <= 8, "\n".join(seen)


def test_panels_are_listed(app):
    desk = desk_at(app, stages.in_session)
    for name in ("chair", "member", "officer", "manager"):
        assert f"/office/panels/{panel_id(desk)}" in read_page(desk.client(name).get("/office/panels")).links()
    read_page(desk.client("marker-1").get("/office/panels"), 403)


def test_reading_a_panel_changes_nothing(app):
    desk = desk_at(app, stages.in_session)
    before = desk.read(sa.select(sa.func.max(AuditEntry.id)))
    client, panel = desk.client("chair"), panel_id(desk)
    for path in ("", f"/bids/{desk.bids[0]}", f"/bids/{desk.bids[0]}/outcome", "/interests", "/open", "/line"):
        read_page(client.get(f"/office/panels/{panel}{path}"))
    assert desk.read(sa.select(sa.func.max(AuditEntry.id))) == before
