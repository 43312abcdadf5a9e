"""Two chairs at the same instant: one agrees, the other is told; and of two texts for one box none is lost."""

import sqlalchemy as sa

from grants.accounts.models import Person
from grants.applications import services as applications
from grants.applications.models import Application
from grants.core.audit import AuditEntry
from grants.extensions import db
from grants.meetings import queries, services
from grants.meetings.models import MeetingWords
from tests.builders import actor_of
from tests.meetings import come, meeting_of, meeting_stage, take_up
from tests.services.test_assessment_races import at_once
from workflows.application import ApplicationState


def on_the_table(app):
    """The second bid on the table before two chairs; (panel id, bid id, who, when)."""
    with app.app_context():
        stage = meeting_stage(db.session)
        come(stage, "chair-2")
        take_up(stage, 1)
        db.session.commit()
        people = [stage.people["chair"].id, stage.people["chair-2"].id]
        return stage.panel.id, stage.bids[1].id, people, stage.now


def acting(person_id):
    return actor_of(db.session, db.session.get_one(Person, person_id))


def test_two_chairs_press_agree_at_once_and_one_wins(app):
    panel_id, bid_id, people, now = on_the_table(app)

    def agree(person_id):
        bid = db.session.get_one(Application, bid_id)
        seen = bid.version
        meeting = queries.find_meeting(db.session, panel_id)
        services.agree_item(db.session, meeting, bid, {}, actor=acting(person_id), now=now, seen_version=seen)

    # On SQLite the second reads after the first has written, so its page is a new one.
    answers = at_once(app, [lambda each=each: agree(each) for each in people])
    assert answers in (["changed-since-opened", "done"], ["done", "done"])
    with app.app_context():
        assert db.session.get_one(Application, bid_id).state is ApplicationState.MODERATED
        agreed = db.session.scalars(sa.select(AuditEntry.id).where(AuditEntry.action == "agree-item")).all()
        assert len(agreed) == answers.count("done")


def test_two_texts_for_one_box_at_once_are_one_text_and_one_dispute(app):
    panel_id, bid_id, people, now = on_the_table(app)
    disputes = []

    def write(person_id):
        bid, meeting = db.session.get_one(Application, bid_id), queries.find_meeting(db.session, panel_id)
        given = {"notes": f"Words of {person_id}"}
        disputes.extend(services.save_words(db.session, meeting, bid, given, {}, actor=acting(person_id), now=now))

    assert at_once(app, [lambda each=each: write(each) for each in people]) == ["done", "done"]
    assert len(disputes) == 1
    with app.app_context():
        (kept,) = db.session.scalars(sa.select(MeetingWords)).all()
        assert kept.text == f"Words of {kept.person_id}" and disputes[0].mine != kept.text


def test_a_bid_that_its_group_takes_back_leaves_the_table_and_breaks_nothing(session):
    stage = meeting_stage(session)
    take_up(stage, 1)
    applications.withdraw_application(
        session, stage.bids[1], reason="We can't go on.", actor=stage.group_actor(1), now=stage.now
    )
    officer = stage.actor("officer")
    sitting = queries.get_sitting(session, officer, stage.panel.id)
    assert queries.look_in(session, sitting, officer, stage.now).on_table is None
    services.put_away(session, meeting_of(stage), actor=stage.actor("chair"), now=stage.now)
    take_up(stage, 2)
