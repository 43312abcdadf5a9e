"""The score sheet: saved as typed, in one's own order, with what others gave only afterwards; quick with forty bids."""

import pytest
import sqlalchemy as sa

from grants.assessment import services
from grants.assessment.models import Assignment, Score
from grants.extensions import db
from tests import stages
from tests.builders import actor_of
from tests.pages import read_page
from tests.queries import counted
from tests.views.test_assessment_marking import WORDS, desk_at
from workflows.assignment import AssignmentState

JSON = {"Accept": "application/json"}


@pytest.fixture
def scoring(app):
    return desk_at(app, stages.scoring)


def send(desk, client, work, seen, later=None, **marks):
    """What the page's script sends of these criteria: {code: (score, words)}."""
    ids = {code: number for number, code in desk.criteria}
    data = {"only": " ".join([*marks, *(["_later"] if later is not None else [])]), "seen": seen}
    for code, (score, words) in marks.items():
        data |= {f"score_{ids[code]}": score, f"words_{ids[code]}": words}
    if later:
        data["come_back"] = "y"
    return client.post(f"/office/marking/{work}", data=data, headers=JSON)


def scores(desk):
    return desk.read(sa.select(Score.score, Score.justification, Score.version).order_by(Score.id))


def test_each_criterion_is_saved_as_typed_whatever_is_missing(scoring):
    client, work = scoring.client("marker-1"), scoring.work("marker-1")
    told = send(scoring, client, work, "C1:0", C1=("", "Only words so far")).get_json()
    assert (told["fingerprints"], told["conflicts"], told["refused"]) == ({"C1": "1"}, [], [])
    told = send(scoring, client, work, "C2:0 C1:1", C2=("4", ""), C1=("0", "Only words so far")).get_json()
    assert told["fingerprints"] == {"C1": "2", "C2": "1"}
    assert scores(scoring) == [(0, "Only words so far", 2), (4, "", 1)]
    # The other window of the same person is told, and its words wait; what nobody else changed is kept.
    told = send(scoring, client, work, "C1:1 C2:1", C1=("5", "From the other window"), C2=("4", "Good")).get_json()
    (conflict,) = told["conflicts"]
    assert (conflict["code"], conflict["theirs"], conflict["fingerprint"]) == ("C1", "Score 0\nOnly words so far", "2")
    assert told["fingerprints"] == {"C2": "2"}
    assert scores(scoring) == [(0, "Only words so far", 2), (4, "Good", 2)]
    # The button sends the page as it was drawn, and knows what the script has saved since.
    data = scoring.typed(words="By the button", seen=0) | {"seen": "C1:2 C2:2 C3:0 C4:0 C5:0 C6:0"}
    assert client.post(f"/office/marking/{work}", data=data).status_code == 303


@pytest.mark.parametrize(("score", "words"), [("6", "x"), ("-1", "x"), ("١", "x"), ("3", "x" * 10_001)])
def test_what_cannot_be_kept_is_said_and_the_rest_is_kept(scoring, score, words):
    client, work = scoring.client("marker-1"), scoring.work("marker-1")
    told = send(scoring, client, work, "C1:0 C2:0", C1=(score, words), C2=("3", "Fine")).get_json()
    assert [each["code"] for each in told["refused"]] == ["C1"] and told["refused"][0]["sentence"]
    assert scores(scoring) == [(3, "Fine", 1)]


def test_a_page_that_came_too_late_keeps_its_text_and_is_told(scoring):
    client, work = scoring.client("marker-1"), scoring.work("marker-1")
    client.post(f"/office/marking/{work}", data=scoring.typed())
    page = read_page(client.get(f"/office/marking/{work}/lock"))
    data = {name: page.value(name) for name in ("seen_version", "seen_marks")} | {"go": "next"}
    assert "/office/marking/" in client.post(f"/office/marking/{work}/lock", data=data).location
    answer = send(scoring, client, work, "C1:1", C1=("1", "Too late"))
    assert answer.status_code == 409 and answer.get_json()["sentence"]
    assert ("Too late",) not in scoring.read(sa.select(Score.justification))
    answer = send(scoring, scoring.client("marker-2"), work, "C1:1", C1=("1", "Not mine"))
    assert answer.status_code == 404


def test_not_sure_is_ones_own_list_and_leads_on(scoring):
    client = scoring.client("marker-1")
    ids = [each.split("/")[-1] for each in read_page(client.get("/office/marking")).links() if each[-1:].isdigit()]
    first, second = list(dict.fromkeys(map(int, ids)))[:2]
    assert send(scoring, client, first, "_later:", later=True).get_json()["fingerprints"] == {"_later": ""}
    page = read_page(client.get("/office/marking"))
    assert "0 of 3 locked, 1 to come back to" in page.text and "To come back to" in page.text
    # Saved by the button, too, and the way goes on to one that is not put off.
    data = scoring.typed() | {"come_back": "y", "go": "next"}
    answer = client.post(f"/office/marking/{first}", data=data)
    assert answer.location == f"/office/marking/{second}"
    assert scoring.read(sa.select(Assignment.comes_back).where(Assignment.id == first)) == [(True,)]
    assert "to come back to" not in read_page(scoring.client("marker-2").get("/office/marking")).text
    assert send(scoring, client, first, "_later:", later=False).status_code == 200
    assert scoring.read(sa.select(Assignment.comes_back).where(Assignment.id == first)) == [(False,)]


def test_the_sheet_links_each_criterion_with_what_it_reads_and_back(scoring):
    page = read_page(scoring.client("marker-1").get(f"/office/marking/{scoring.work('marker-1')}"))
    links = page.links()
    for _, code in scoring.criteria:
        assert f"#criterion-{code}" in links
    assert "#answer-P4" in links and page.one("p", id="answer-P4")
    assert page.text.count("Read for:") > 3
    assert "Bid " in page.text and "of 3. 0 of 3 locked." in page.text
    assert "Use these keys on this device" in page.text and "What the scores mean" in page.text


def lock_all(desk, name, score):
    with desk.app.app_context():
        for work in db.session.scalars(sa.select(Assignment).where(Assignment.person_id == desk.ids[name])).all():
            actor, marks = actor_of(db.session, work.person), {}
            for _, code in desk.criteria:
                marks[code] = services.Mark(score, f"Secret words of {name}. {WORDS}")
            services.save_marks(db.session, work, marks, actor=actor, now=desk.stage.now)
            services.lock_assignment(db.session, work, actor=actor, now=desk.stage.now)
        db.session.commit()


def test_after_the_lock_each_sees_where_they_stand_unnamed(scoring):
    lock_all(scoring, "marker-2", 1)
    client, work = scoring.client("marker-1"), scoring.work("marker-1")
    where = f"/office/marking/rounds/{scoring.round_id}/standing"
    client.post(f"/office/marking/{work}", data=scoring.typed(score="4"))
    for path in (f"/office/marking/{work}", f"/office/marking/{work}/lock", where):
        assert "Marker B" not in read_page(client.get(path)).html
    page = read_page(client.get(f"/office/marking/{work}/lock"))
    client.post(f"/office/marking/{work}/lock", data={n: page.value(n) for n in ("seen_version", "seen_marks")})
    page = read_page(client.get(f"/office/marking/{work}"))
    assert "Altogether you gave 80.0%, the others 20.0% on average" in page.text and "Marker B" in page.text
    standing = read_page(client.get(where))
    assert "You gave a little more than the others" in standing.text and "You have locked 1 of 3" in standing.text
    name = scoring.read(sa.text(f"SELECT name FROM person WHERE id = {scoring.ids['marker-2']}"))[0][0]
    for each in (page, standing):
        assert name not in each.text and "Secret words" not in each.html
    read_page(scoring.client("manager").get(where), 404)
    assert scoring.read(sa.select(Assignment.state).where(Assignment.id == work)) == [(AssignmentState.LOCKED,)]


@pytest.mark.parametrize("hidden", [False, True])
def test_forty_bids_cost_no_more_questions_than_three(app, hidden):
    counts = {}
    for number in (3, 40):
        desk = desk_at(app, stages.scoring, scores=(3,) * number, is_anonymous=hidden)
        client, work = desk.client("marker-1"), desk.work("marker-1")
        paths = ("/office/marking", f"/office/marking/{work}", f"/office/marking/{work}/lock")
        for path in paths:
            client.get(path)
            with app.app_context(), counted(db.session) as statements:
                assert client.get(path).status_code == 200
            counts.setdefault(path.replace(str(work), "n"), []).append(len(statements))
        with app.app_context(), counted(db.session) as statements:
            send(desk, client, work, "C1:0", C1=("3", "Words"))
        counts.setdefault("save", []).append(len(statements))
    assert all(few == many for few, many in counts.values()), counts
    assert counts["/office/marking/n"][1] <= 9 + 2 * hidden, counts
    assert max(many for _, many in counts.values()) <= 13, counts


def test_whose_marks_are_opened_again_reads_why_and_the_panel_sees_both(scoring):
    lock_all(scoring, "marker-1", 4)
    lock_all(scoring, "marker-2", 2)
    work = scoring.work("marker-1")
    chair = scoring.client("chair")
    page = read_page(chair.get(f"/office/assignments/{work}/reopen"))
    data = {"seen_version": page.value("seen_version"), "reason": "A figure was read wrongly"}
    assert chair.post(f"/office/assignments/{work}/reopen", data=data).status_code == 303
    client = scoring.client("marker-1")
    page = read_page(client.get(f"/office/marking/{work}"))
    assert "The chair opened your marks again: A figure was read wrongly" in page.text
    assert "Marker B" not in page.text
    versions = {code: page.value(f"seen_{number}") for number, code in scoring.criteria}
    typed = scoring.typed(score="3", words=f"Second thoughts. {WORDS}", seen=versions["C1"])
    assert client.post(f"/office/marking/{work}", data=typed).status_code == 303
    page = read_page(client.get(f"/office/marking/{work}/lock"))
    client.post(f"/office/marking/{work}/lock", data={n: page.value(n) for n in ("seen_version", "seen_marks")})
    with scoring.app.app_context():
        stage, people = scoring.stage, scoring.ids
        office = db.session.get(type(stage.office), scoring.office_id)
        round_ = db.session.get(type(stage.round_), scoring.round_id)
        manager = actor_of(db.session, db.session.get(type(stage.people["manager"]), people["manager"]))
        seats = [services.Seat(people["chair"], is_chair=True), services.Seat(people["officer"], is_officer=True)]
        panel = services.convene_panel(db.session, round_, seats, actor=manager, now=stage.now).id
        db.session.commit()
        assert office is not None
    page = read_page(scoring.client("manager").get(f"/office/panels/{panel}/bids/{scoring.bids[0]}"))
    assert (
        "locked other marks first" in page.text and "could see what others gave: A figure was read wrongly" in page.text
    )
    assert "Second thoughts." in page.text and "Secret words of marker-1." in page.text
