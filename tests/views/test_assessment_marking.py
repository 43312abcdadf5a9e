"""A marker's pages: nothing before the declaration, nothing after a direct interest, and nothing that is another's."""

import pytest
import sqlalchemy as sa

from grants.applications.models import Submission
from grants.assessment import services
from grants.assessment.models import Assignment, Score
from grants.assessment.services import Mark
from grants.core.audit import AuditEntry
from grants.extensions import db
from grants.funds.models import Question
from tests import stages
from tests.apps import sign_in
from tests.builders import actor_of, an_office, staff
from tests.pages import read_page
from tests.queries import counted
from workflows.actors import Role
from workflows.assignment import AssignmentState

WORDS = stages.WORDS


class Desk:
    """A stage with a client: signs people in, and reads the database afresh."""

    def __init__(self, app, stage):
        self.app, self.stage = app, stage
        self.ids = {name: person.id for name, person in stage.people.items()}
        self.bids = [bid.id for bid in stage.bids]
        self.criteria = [(each.id, each.code) for each in stage.round_.criteria]
        self.round_id = stage.round_.id
        self.office_id = stage.office.id

    def client(self, name):
        client = self.app.test_client()
        with self.app.app_context():
            sign_in(client, db.session.get(type(self.stage.people["chair"]), self.ids[name]))
        return client

    def work(self, name, bid=0):
        with self.app.app_context():
            return db.session.scalar(
                sa.select(Assignment.id).where(
                    Assignment.person_id == self.ids[name], Assignment.application_id == self.bids[bid]
                )
            )

    def read(self, statement):
        with self.app.app_context():
            return db.session.execute(statement).all()

    def typed(self, score="3", words=WORDS, seen=0, **changed):
        fields = {}
        for each, _ in self.criteria:
            fields |= {f"score_{each}": score, f"words_{each}": words, f"seen_{each}": seen}
        return fields | changed


def desk_at(app, make, **options):
    with app.app_context():
        stage = make(db.session, **options)
        db.session.commit()
        return Desk(app, stage)


@pytest.fixture
def scoring(app):
    return desk_at(app, stages.scoring)


@pytest.fixture
def undeclared(app):
    with app.app_context():
        stage = stages.eligible(db.session)
        manager = stage.actor("manager")
        for bid in stage.bids:
            services.assign_marker(db.session, bid, stage.people["marker-1"], actor=manager, now=stage.now)
        db.session.commit()
        return Desk(app, stage)


def test_before_the_declaration_only_the_names_are_shown(undeclared):
    client, work = undeclared.client("marker-1"), undeclared.work("marker-1")
    page = read_page(client.get("/office/marking"))
    assert "Declare your interests first" in page.text
    for path in ("", "/lock"):
        assert client.get(f"/office/marking/{work}{path}").location.endswith(f"/office/marking/{work}/interest")
    page = read_page(client.get(f"/office/marking/{work}/interest"))
    ((name, title, summary),) = undeclared.read(
        sa.text(f"SELECT organisation_name, project_title, summary FROM application WHERE id = {undeclared.bids[0]}")
    )
    assert name in page.text and title not in page.html
    assert summary not in page.html


def test_a_declaration_opens_the_bid(undeclared):
    client, work = undeclared.client("marker-1"), undeclared.work("marker-1")
    answer = client.post(f"/office/marking/{work}/interest", data={"interest": "none"})
    assert (answer.status_code, answer.location) == (303, f"/office/marking/{work}")
    page = read_page(client.get(f"/office/marking/{work}"))
    assert "Scoring has not started" in page.text
    saved = client.post(f"/office/marking/{work}", data=undeclared.typed())
    assert "This bid is not with the markers now" in read_page(saved, 409).text
    assert WORDS in saved.get_data(as_text=True)


def test_an_interest_without_words_is_asked_for_again(undeclared):
    client, work = undeclared.client("marker-1"), undeclared.work("marker-1")
    page = read_page(client.post(f"/office/marking/{work}/interest", data={"interest": "indirect"}), 422)
    assert "Say what the interest is." in page.text and "Choose what kind of interest it is." in page.text
    assert 'value="indirect" checked' in page.html
    page = read_page(client.post(f"/office/marking/{work}/interest", data={"detail": "Kept text"}), 422)
    assert page.value("detail") == "Kept text"


def test_a_direct_interest_closes_the_bid_altogether(undeclared):
    client, work = undeclared.client("marker-1"), undeclared.work("marker-1")
    answer = client.post(
        f"/office/marking/{work}/interest", data={"interest": "direct", "kind": "runs", "detail": "Runs it"}
    )
    assert (answer.status_code, answer.location) == (303, "/office/marking")
    for path in ("", "/interest", "/lock"):
        read_page(client.get(f"/office/marking/{work}{path}"), 404)
    read_page(client.post(f"/office/marking/{work}", data=undeclared.typed()), 404)
    ((name,),) = undeclared.read(sa.text(f"SELECT organisation_name FROM application WHERE id = {undeclared.bids[0]}"))
    assert name not in read_page(client.get("/office/marking")).text


def test_the_marking_page_shows_no_private_answer(scoring):
    with scoring.app.app_context():
        private = db.session.scalar(sa.select(Question).where(Question.round_id == scoring.round_id).limit(1))
        private.is_private = True
        code, label = private.code, private.label
        sent = db.session.scalar(sa.select(Submission).where(Submission.application_id == scoring.bids[0]))
        assert code in {item["code"] for item in sent.content}
        shown = db.session.scalars(
            sa.select(Question).where(Question.round_id == scoring.round_id, Question.is_private.is_(False))
        ).all()
        open_label = next(each.label for each in shown if each.code in {item["code"] for item in sent.content})
        db.session.commit()
    page = read_page(scoring.client("marker-1").get(f"/office/marking/{scoring.work('marker-1')}"))
    assert label not in page.text
    assert open_label in page.text


def test_partial_marks_are_saved_and_what_is_missing_is_listed(scoring):
    client, work = scoring.client("marker-1"), scoring.work("marker-1")
    first = scoring.criteria[0][0]
    data = {f"score_{first}": "5", f"words_{first}": "", f"seen_{first}": 0}
    assert client.post(f"/office/marking/{work}", data=data).status_code == 303
    page = read_page(client.get(f"/office/marking/{work}"))
    assert "reasons are missing or too short" in page.text
    assert page.text.count("no score yet") == len(scoring.criteria) - 1
    assert page.one("input", name=f"score_{first}", value="5").attributes.get("checked") == ""
    assert scoring.read(sa.select(Score.score, Score.justification)) == [(5, "")]
    lock = read_page(client.get(f"/office/marking/{work}/lock"))
    assert "You can lock when nothing is missing" in lock.text
    assert not lock.all("input", name="seen_marks")
    read_page(client.post(f"/office/marking/{work}/lock"), 409)


def test_marks_are_locked_after_a_confirmation(scoring):
    client, work = scoring.client("marker-1"), scoring.work("marker-1")
    client.post(f"/office/marking/{work}", data=scoring.typed())
    page = read_page(client.get(f"/office/marking/{work}/lock"))
    data = {name: page.value(name) for name in ("seen_version", "seen_marks")}
    assert client.post(f"/office/marking/{work}/lock", data=data).status_code == 303
    assert scoring.read(sa.select(Assignment.state).where(Assignment.id == work)) == [(AssignmentState.LOCKED,)]
    page = read_page(client.get(f"/office/marking/{work}"))
    assert not page.all("textarea")
    read_page(client.post(f"/office/marking/{work}/lock", data=data), 409)


def test_the_second_window_is_told_and_loses_nothing(scoring):
    client, work = scoring.client("marker-1"), scoring.work("marker-1")
    client.post(f"/office/marking/{work}", data=scoring.typed(words="From the first window"))
    answer = client.post(f"/office/marking/{work}", data=scoring.typed(words="From the second window", score="4"))
    page = read_page(answer, 409)
    assert "You saved this in another window" in page.text
    assert page.value(f"words_{scoring.criteria[0][0]}") == "From the second window"
    assert "From the first window" in page.text
    assert {row[0] for row in scoring.read(sa.select(Score.justification))} == {"From the first window"}
    # The page that told it may be sent again, knowingly.
    again = scoring.typed(words="From the second window", score="4", seen=page.value(f"seen_{scoring.criteria[0][0]}"))
    assert client.post(f"/office/marking/{work}", data=again).status_code == 303
    assert {row[0] for row in scoring.read(sa.select(Score.justification))} == {"From the second window"}


@pytest.mark.parametrize("score", ["6", "-1", "x"])
def test_a_score_off_the_scale_is_not_taken_and_the_words_are_kept(scoring, score):
    client, work = scoring.client("marker-1"), scoring.work("marker-1")
    page = read_page(client.post(f"/office/marking/{work}", data=scoring.typed(score=score)), 422)
    assert page.value(f"words_{scoring.criteria[0][0]}") == WORDS
    assert scoring.read(sa.select(Score.id)) == []


def test_nobody_sees_anothers_work(scoring):
    work = scoring.work("marker-1")
    for path in ("", "/interest", "/lock"):
        read_page(scoring.client("marker-2").get(f"/office/marking/{work}{path}"), 404)
        # A manager marks nothing, so there is nothing of theirs here.
        read_page(scoring.client("manager").get(f"/office/marking/{work}{path}"), 404)
    read_page(scoring.client("marker-2").post(f"/office/marking/{work}", data=scoring.typed()), 404)
    read_page(scoring.client("manager").get("/office/marking"), 403)
    assert scoring.read(sa.select(Score.id)) == []


def test_another_markers_words_never_reach_the_page(scoring):
    with scoring.app.app_context():
        other = db.session.get(Assignment, scoring.work("marker-2"))
        stage = scoring.stage
        marks = {code: Mark(4, "Secret of the second marker " + WORDS) for _, code in scoring.criteria}
        person = other.person
        actor = actor_of(db.session, person)
        services.save_marks(db.session, other, marks, actor=actor, now=stage.now)
        services.lock_assignment(db.session, other, actor=actor, now=stage.now)
        db.session.commit()
    client, work = scoring.client("marker-1"), scoring.work("marker-1")
    client.post(f"/office/marking/{work}", data=scoring.typed())
    for path in ("", "/lock"):
        assert "Secret of the second marker" not in read_page(client.get(f"/office/marking/{work}{path}")).html


def test_a_marker_of_another_office_finds_nothing(scoring):
    with scoring.app.app_context():
        stranger = staff(db.session, an_office(db.session), Role.MARKER, Role.MANAGER, Role.CHAIR)
        db.session.commit()
        scoring.ids["stranger"] = stranger.id
    client = scoring.client("stranger")
    for path in (
        f"/office/marking/{scoring.work('marker-1')}",
        f"/office/rounds/{scoring.round_id}/markers",
        f"/office/applications/{scoring.bids[0]}/markers",
        f"/office/assignments/{scoring.work('marker-1')}/reopen",
    ):
        read_page(client.get(path), 404)


@pytest.mark.parametrize("bids", [2, 6])
def test_the_queue_and_the_bid_take_few_queries(app, bids):
    desk = desk_at(app, stages.scoring, scores=(3,) * bids)
    client, work = desk.client("marker-1"), desk.work("marker-1")
    for path, most in (("/office/marking", 4), (f"/office/marking/{work}", 11)):
        with app.app_context(), counted(db.session) as statements:
            response = client.get(path)
        read_page(response)
        assert len([each for each in statements if not each.startswith(("BEGIN", "PRAGMA", "SET"))]) <= most, statements


def test_saving_marks_is_on_the_record_without_their_words(scoring):
    client, work = scoring.client("marker-1"), scoring.work("marker-1")
    client.post(f"/office/marking/{work}", data=scoring.typed(words="Words of the marker"))
    rows = scoring.read(
        sa.select(AuditEntry.detail)
        .where(AuditEntry.action == "save-mark", AuditEntry.subject_id == work)
        .order_by(AuditEntry.id)
    )
    assert [row[0] for row in rows] == [{"criterion": code, "score": 3} for _, code in scoring.criteria]


def test_a_manager_gives_out_bids_by_hand(app):
    desk = desk_at(app, stages.eligible)
    client = desk.client("manager")
    path = f"/office/rounds/{desk.round_id}/markers"
    read_page(client.get(path))
    assert "Tick at least one marker" in read_page(client.post(path, data={}), 422).text
    one = {"markers": [desk.ids["marker-1"]], "bids": [desk.bids[0]]}
    assert client.post(path, data=one).status_code == 303
    assert desk.work("marker-1") and not desk.work("marker-2")
    both = {"markers": [desk.ids["marker-1"], desk.ids["marker-2"]], "bids": desk.bids}
    assert client.post(path, data=both).status_code == 303
    page = read_page(client.get(path))
    assert "3 bids, 0 locked" in page.text and "0 of 3" in page.text
    # Nobody has declared, so scoring does not start, and the page says which bids wait.
    refused = read_page(client.post(f"/office/rounds/{desk.round_id}/start-scoring"), 409)
    assert "These have too few" in refused.text
    assert {row[0] for row in desk.read(sa.text("SELECT state FROM application"))} == {"eligible"}


@pytest.mark.parametrize("bids", [2, 6])
def test_the_rounds_markers_take_few_queries(app, bids):
    desk = desk_at(app, stages.scoring, scores=(3,) * bids)
    client = desk.client("manager")
    with app.app_context(), counted(db.session) as statements:
        response = client.get(f"/office/rounds/{desk.round_id}/markers")
    read_page(response)
    assert len([each for each in statements if not each.startswith(("BEGIN", "PRAGMA", "SET"))]) <= 8, statements


def test_one_bids_markers_are_asked_on_its_page(app):
    desk = desk_at(app, stages.eligible)
    client, path = desk.client("manager"), f"/office/applications/{desk.bids[0]}/markers"
    read_page(client.get(path))
    read_page(client.post(path, data={}), 422)
    read_page(client.post(path, data={"markers": [desk.ids["officer"]]}), 422)
    assert client.post(path, data={"markers": [desk.ids["marker-1"]]}).status_code == 303
    assert desk.work("marker-1")
    read_page(desk.client("officer").get(path), 403)
    read_page(desk.client("marker-1").get(path), 404)


def test_a_chair_reopens_marks_with_a_reason(app):
    desk = desk_at(app, stages.scored)
    work = desk.work("marker-1")
    path = f"/office/assignments/{work}/reopen"
    client = desk.client("chair")
    read_page(client.get(path))
    read_page(client.post(path, data={"reason": ""}), 422)
    read_page(desk.client("manager").post(path, data={"reason": "No"}), 403)
    assert client.post(path, data={"reason": "Typed in the wrong box"}).status_code == 303
    assert desk.read(sa.text(f"SELECT state FROM assignment WHERE id = {work}")) == [("reopened",)]
    page = read_page(desk.client("marker-1").get(f"/office/marking/{work}"))
    assert page.all("textarea")


@pytest.mark.parametrize(
    ("field", "value", "status"), [("words", "a\x00b", 400), ("seen", "99999999999999999999", 409)]
)
def test_what_no_person_types_is_refused_in_a_line(scoring, field, value, status):
    client, work = scoring.client("marker-1"), scoring.work("marker-1")
    read_page(client.post(f"/office/marking/{work}", data=scoring.typed(**{field: value})), status)
    assert scoring.read(sa.select(Score.id)) == []
