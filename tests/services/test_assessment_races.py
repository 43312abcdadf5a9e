"""Two people at once: the second is told or sees the first, and no bid is left behind between them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa

from grants.applications.models import Application
from grants.assessment import services
from grants.assessment.models import Assignment, Panel, Recommendation
from grants.core.audit import AuditEntry
from grants.extensions import db
from tests import stages
from tests.builders import actor_of
from tests.services.test_assessment_marking import score_all
from tests.services.test_assessment_panel import with_second_chair
from workflows.application import ApplicationState as S
from workflows.errors import DomainError, Stale, TransitionRefused


def at_once(app, jobs):
    """Run the jobs in threads with contexts of their own, from one starting shot; an error is an answer."""
    barrier = Barrier(len(jobs))

    def run(job):
        with app.app_context():
            barrier.wait(timeout=20)
            try:
                job()
                db.session.commit()
            except DomainError as error:
                db.session.rollback()
                return error.code
            return "done"

    with ThreadPoolExecutor(len(jobs)) as pool:
        return sorted(pool.map(run, jobs))


def test_two_last_markers_who_lock_at_once_leave_the_bid_scored(app):
    with app.app_context():
        stage = stages.scoring(db.session, scores=(3,))
        ids = [score_all(stage, name).id for name in ("marker-1", "marker-2")]
        db.session.commit()
        now = stage.now

    def lock(work_id):
        work = db.session.get(Assignment, work_id)
        services.lock_assignment(db.session, work, actor=actor_of(db.session, work.person), now=now)

    assert at_once(app, [lambda each=each: lock(each) for each in ids]) == ["done", "done"]
    with app.app_context():
        assert db.session.scalar(sa.select(Application.state)) is S.SCORED
        done = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action == "start-moderating")).all()
        assert done == ["start-moderating"]


def test_two_chairs_at_once_stay_within_the_pot(app):
    with app.app_context():
        stage = with_second_chair(db.session, barred_bid=2, scores=(4, 4, 4), pot_pence=900_000)
        for bid in stage.bids:
            services.save_agreed_scores(db.session, bid, {}, actor=stage.actor("chair-2"), now=stage.now)
        db.session.commit()
        ids, now = [bid.id for bid in stage.bids], stage.now
        chairs = [stage.actor("chair"), stage.actor("chair-2")]

    def recommend(bid_id, chair):
        bid = db.session.get(Application, bid_id)
        services.set_outcome(db.session, bid, "recommended", actor=chair, now=now)

    jobs = [lambda pair=pair: recommend(*pair) for pair in zip(ids[:2], chairs, strict=True)]
    # Who comes second may be the chair who stands aside from the third bid, and is told without a figure.
    first, second = at_once(app, jobs)
    assert (first, second.removesuffix("-unshown")) == ("done", "over-the-pot")
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.sum(Recommendation.amount_pence))) == 900_000


def test_a_marker_with_an_old_page_is_told(app):
    with app.app_context():
        stage = stages.scoring(db.session, scores=(3,))
        work_id = score_all(stage, "marker-1").id
        db.session.commit()
        now, actor = stage.now, stage.actor("marker-1")
        seen = db.session.get(Assignment, work_id).version
        db.session.rollback()
    with app.app_context():
        services.lock_assignment(
            db.session, db.session.get(Assignment, work_id), actor=actor, now=now, seen_version=seen
        )
        db.session.commit()
    with app.app_context(), pytest.raises(Stale):
        services.lock_assignment(
            db.session, db.session.get(Assignment, work_id), actor=actor, now=now, seen_version=seen
        )


def test_a_chair_with_an_old_page_is_told(app):
    with app.app_context():
        stage = stages.in_session(db.session)
        for bid in stage.bids:
            services.save_agreed_scores(db.session, bid, {}, actor=stage.actor("chair"), now=stage.now)
        services.draw_the_line(db.session, stage.round_, actor=stage.actor("chair"), now=stage.now)
        db.session.commit()
        panel_id, seen, actor, now = stage.panel.id, stage.panel.version, stage.actor("chair"), stage.now
        db.session.rollback()
    with app.app_context():
        panel = db.session.get(Panel, panel_id)
        services.close_panel(db.session, panel, actor=actor, now=now, seen_version=seen)
        db.session.commit()
    with app.app_context():
        panel = db.session.get(Panel, panel_id)
        with pytest.raises(Stale):
            services.close_panel(db.session, panel, actor=actor, now=now, seen_version=seen)
        with pytest.raises(TransitionRefused):
            services.close_panel(db.session, panel, actor=actor, now=now)
