"""Bids below the pages: one draft for a group, deadlines to the millisecond, one receipt, and the timed duties."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from grants.applications import queries, services
from grants.applications.models import Answer, Application, ApplicationArea, Submission
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry, Progress
from grants.extensions import db
from grants.funds import services as funds
from grants.funds.models import Round
from tests.apps import NOW
from tests.builders import (
    QUIZ_PASSED,
    a_draft,
    a_group,
    a_person,
    a_round,
    a_submitted_bid,
    actor_of,
    an_office,
    answers_to_all,
    staff,
)
from tests.queries import counted
from workflows.actors import SYSTEM, Actor, Role
from workflows.application import ApplicationState as S
from workflows.errors import NotAllowed, NotFound, Stale, TooLate, TransitionRefused
from workflows.round import RoundState

MS = timedelta(milliseconds=1)


@pytest.fixture
def round_(session):
    return a_round(session, an_office(session))


def trail(session, bid):
    rows = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject_type == "application", AuditEntry.subject_id == bid.id)
        .order_by(AuditEntry.id)
    )
    return [row.action for row in rows]


def told(session, bid):
    rows = session.scalars(
        sa.select(OutboxEntry)
        .where(OutboxEntry.subject_type == "application", OutboxEntry.subject_id == bid.id)
        .order_by(OutboxEntry.id)
    )
    return [row.template for row in rows]


def lead_of(session, bid):
    return actor_of(session, bid.lead)


# Starting


def test_a_start_numbers_the_bid_keeps_the_quiz_and_tells_the_lead(session, round_):
    first, second = a_draft(session, round_), a_draft(session, round_)
    assert (first.reference, second.reference) == (f"{round_.code}-0001", f"{round_.code}-0002")
    assert (first.state, first.quiz_outcome) == (S.DRAFT, "pass")
    assert queries.answers_of(session, first) == QUIZ_PASSED
    assert trail(session, first) == ["start", "save-answers"]
    assert told(session, first) == ["draft-saved"]


def test_a_second_start_gives_back_the_standing_bid(session, round_):
    organisation, lead = a_group(session)
    first = a_draft(session, round_, organisation, lead)
    assert a_draft(session, round_, organisation, lead) is first
    assert trail(session, first) == ["start", "save-answers"]


def test_a_failed_quiz_opens_nothing(session, round_):
    organisation, lead = a_group(session)
    with pytest.raises(TransitionRefused, match="quiz-not-passed"):
        services.start_application(
            session,
            round_,
            organisation,
            QUIZ_PASSED | {"E3": "no"},
            actor=actor_of(session, lead),
            now=NOW,
            received_at=NOW,
        )


def test_only_a_lead_starts(session, round_):
    organisation, _ = a_group(session)
    helper = a_person(session, Role.CONTRIBUTOR, organisation=organisation)
    for person in (helper, a_group(session)[1], staff(session, an_office(session), Role.MANAGER)):
        with pytest.raises(NotAllowed):
            services.start_application(
                session,
                round_,
                organisation,
                QUIZ_PASSED,
                actor=actor_of(session, person),
                now=NOW,
                received_at=NOW,
            )


def test_after_a_withdrawal_the_place_is_free_again(session, round_):
    organisation, lead = a_group(session)
    first = a_draft(session, round_, organisation, lead)
    services.withdraw_application(session, first, reason="", actor=actor_of(session, lead), now=NOW)
    assert first.state is S.WITHDRAWN
    assert told(session, first) == ["draft-saved", "application-withdrawn"]
    assert a_draft(session, round_, organisation, lead) is not first


PAPER = Actor(person_id=None, name="Imported: officer", on_paper=True)


def test_a_paper_bid_skips_quiz_and_form_keeps_its_reference_and_is_never_mailed(session, round_):
    organisation, _ = a_group(session)
    actor = PAPER
    bid = services.start_application(
        session, round_, organisation, {}, actor=actor, now=NOW, received_at=NOW, reference="PAPER-7"
    )
    services.save_answers(session, bid, {"P1": "Typed from paper"}, actor=actor, now=NOW, received_at=NOW)
    services.submit_application(session, bid, actor=actor, now=NOW, received_at=NOW)
    assert (bid.reference, bid.state, bid.project_title) == ("PAPER-7", S.SUBMITTED, "Typed from paper")
    assert set(session.scalars(sa.select(OutboxEntry.progress).where(OutboxEntry.subject_id == bid.id))) >= {
        Progress.SUPPRESSED
    }
    with pytest.raises(TransitionRefused, match="live-bid-exists"):
        services.start_application(
            session, round_, organisation, {}, actor=actor, now=NOW, received_at=NOW, reference="PAPER-8"
        )


# Saving


def test_a_save_keeps_the_columns_that_lists_read(session, round_):
    bid = a_draft(session, round_, answers=answers_to_all(P7=["East Example", "West Example"]))
    assert (bid.project_title, bid.ask_pence, bid.minimum_viable_pence) == ("Safer evenings", 900_000, 500_000)
    assert bid.area_id == round_.areas[1].id
    areas = session.scalars(sa.select(ApplicationArea.area_id).where(ApplicationArea.application_id == bid.id)).all()
    assert sorted(areas) == sorted(area.id for area in round_.areas)
    assert "Safer evenings" in bid.search_text and bid.reference in bid.search_text
    services.save_answers(
        session, bid, {"P7": [], "B1": None, "P1": ""}, actor=lead_of(session, bid), now=NOW, received_at=NOW
    )
    assert (bid.project_title, bid.ask_pence, bid.area_id) == ("", None, None)


def test_a_save_writes_only_what_changed(session, round_):
    bid = a_draft(session, round_, answers={"P1": "One", "P2": "Two"})
    actor = lead_of(session, bid)
    later = NOW + timedelta(hours=1)
    given = {"P1": "One", "P2": "Other", "P3": ""}
    assert services.save_answers(session, bid, given, actor=actor, now=later, received_at=later).written == ("P2",)
    saved = dict(
        session.execute(
            sa.select(Answer.value, Answer.saved_at).where(Answer.application_id == bid.id, Answer.saved_at == later)
        ).all()
    )
    assert saved == {"Other": later}
    assert trail(session, bid)[-1] == "save-answers"
    count = len(trail(session, bid))
    assert services.save_answers(session, bid, given, actor=actor, now=later, received_at=later).written == ()
    assert len(trail(session, bid)) == count


def test_strangers_and_staff_read_no_draft(session, round_):
    bid = a_draft(session, round_)
    office = round_.office_id
    officer = Actor(person_id=99, name="Grants officer", office_roles=frozenset({(office, Role.OFFICER)}))
    for actor in (actor_of(session, a_group(session)[1]), officer):
        with pytest.raises(NotFound):
            queries.get_application(session, actor, bid.id)
        with pytest.raises(NotAllowed):
            services.save_answers(session, bid, {"P1": "x"}, actor=actor, now=NOW, received_at=NOW)
    sent = a_submitted_bid(session, round_)
    assert queries.get_application(session, officer, sent.id) is sent


# The deadline

# Closing at 17:00 London on the days around both clock changes: in UTC 17:00 before, 16:00 after, and back.
CLOSINGS = [
    (datetime(2024, 3, 30, 17, tzinfo=UTC), "the day before the clocks go forward"),
    (datetime(2024, 3, 31, 0, 59, 59, tzinfo=UTC), "the last second before the hour that is skipped"),
    (datetime(2024, 3, 31, 16, tzinfo=UTC), "the day on which they went forward"),
    (datetime(2024, 10, 26, 16, tzinfo=UTC), "the day before they go back"),
    (datetime(2024, 10, 27, 0, 30, tzinfo=UTC), "half past one, the first time"),
    (datetime(2024, 10, 27, 1, 30, tzinfo=UTC), "half past one, the second time"),
    (datetime(2024, 10, 27, 17, tzinfo=UTC), "the day on which they went back"),
]


@pytest.mark.parametrize(("closing", "when"), CLOSINGS, ids=[when for _, when in CLOSINGS])
def test_the_last_millisecond_is_in_time_and_the_closing_is_late(session, closing, when):
    early = closing - timedelta(days=3)
    round_ = a_round(session, an_office(session), now=early, closes_at=closing)
    bids = [a_draft(session, round_, answers=answers_to_all(), now=early) for _ in range(2)]
    late = {"actor": lead_of(session, bids[1]), "now": closing, "received_at": closing}
    with pytest.raises(TooLate):
        services.submit_application(session, bids[1], **late)
    with pytest.raises(TooLate):
        services.save_answers(session, bids[1], {"P1": "Late"}, **late)
    # Its turn came late, but it had been received in time.
    submission = services.submit_application(
        session, bids[0], actor=lead_of(session, bids[0]), now=closing + timedelta(seconds=9), received_at=closing - MS
    )
    assert (bids[0].state, bids[1].state) == (S.SUBMITTED, S.DRAFT)
    assert submission.received_at == bids[0].submitted_at == closing - MS


def test_grace_and_an_extension_move_the_last_moment(session):
    closing = NOW + timedelta(days=1)
    round_ = a_round(session, an_office(session), closes_at=closing, grace_minutes=10)
    bid = a_draft(session, round_, answers=answers_to_all())
    bid.deadline_extended_to = closing + timedelta(hours=2)
    session.flush()
    actor = lead_of(session, bid)
    with pytest.raises(TooLate):
        services.submit_application(session, bid, actor=actor, now=NOW, received_at=closing + timedelta(hours=2))
    services.submit_application(session, bid, actor=actor, now=NOW, received_at=closing + timedelta(hours=2) - MS)
    assert bid.state is S.SUBMITTED


# Sending


def test_a_sending_copies_what_was_sent_and_gives_a_receipt(session, round_):
    bid = a_submitted_bid(session, round_)
    submission = session.scalars(sa.select(Submission)).one()
    assert submission.receipt_number.startswith(f"{bid.reference}-")
    assert not set(submission.receipt_number.removeprefix(f"{bid.reference}-")) & set("01258BILOSZ")
    assert submission.content_hash == queries.hash_of(submission.content)
    by_code = {each["code"]: each for each in submission.content}
    assert by_code["B1"]["value"] == 900_000 and by_code["B1"]["shown"] == "£9,000"
    assert by_code["P9a"]["shown"] == "1 April 2024"
    assert by_code["E1"]["shown"] == "Registered charity"
    assert trail(session, bid)[-1] == "submit"
    entry = session.scalars(sa.select(OutboxEntry).where(OutboxEntry.template == "submission-receipt")).one()
    assert entry.detail["submission_id"] == submission.id


def test_a_refused_sending_leaves_nothing_behind(session, round_):
    bid = a_draft(session, round_)
    with pytest.raises(TransitionRefused, match="form-not-complete") as refused:
        services.submit_application(session, bid, actor=lead_of(session, bid), now=NOW, received_at=NOW)
    assert "P1" in refused.value.detail["problems"]
    assert bid.submitted_at is None
    assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 0


def test_taken_back_at_the_last_moment_it_lapses_with_the_drafts(session, round_):
    bid = a_submitted_bid(session, round_)
    actor, closing = lead_of(session, bid), round_.closes_at
    just_before = closing - timedelta(minutes=1)
    with pytest.raises(TooLate):
        services.unsubmit_application(session, bid, actor=actor, now=closing, received_at=closing)
    services.unsubmit_application(session, bid, actor=actor, now=just_before, received_at=just_before)
    assert bid.state is S.DRAFT
    assert services.lapse_due_drafts(session, closing + timedelta(seconds=59)) == 0
    assert services.lapse_due_drafts(session, closing + timedelta(seconds=60)) == 1
    assert services.lapse_due_drafts(session, closing + timedelta(seconds=61)) == 0
    assert bid.state is S.LAPSED
    assert trail(session, bid)[-2:] == ["unsubmit", "lapse"]
    assert told(session, bid)[-2:] == ["submission-taken-back", "application-lapsed"]


def run_at_once(app, work, count=5):
    """The same work in that many threads at the same moment, each in its own transaction."""
    together = Barrier(count)

    def one(_):
        with app.app_context():
            together.wait()
            try:
                result = work(db.session)
                db.session.commit()
                return result
            except (Stale, TransitionRefused) as error:
                db.session.rollback()
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_five_sendings_at_once_make_one_submission(app, session, round_):
    bid = a_draft(session, round_, answers=answers_to_all())
    actor, bid_id = lead_of(session, bid), bid.id
    session.commit()

    def send(own):
        found = own.get(Application, bid_id)
        return services.submit_application(own, found, actor=actor, now=NOW, received_at=NOW).receipt_number

    results = run_at_once(app, send)
    assert sum(isinstance(result, str) for result in results) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 1
    assert told(session, bid).count("submission-receipt") == 1


def test_five_starts_at_once_open_one_draft(app, session, round_):
    organisation, lead = a_group(session)
    actor, ids = actor_of(session, lead), (round_.id, organisation.id)
    session.commit()

    def start(own):
        found, group = own.get(Round, ids[0]), own.get(type(organisation), ids[1])
        made = services.start_application(own, found, group, QUIZ_PASSED, actor=actor, now=NOW, received_at=NOW)
        return made.id

    assert len(set(run_at_once(app, start))) == 1
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(Application)) == 1
    assert session.get(Round, ids[0]).last_reference == 1


# Duties


def test_only_due_drafts_lapse_in_few_queries(session, round_):
    drafts = [a_draft(session, round_) for _ in range(6)]
    longer = a_draft(session, round_)
    longer.deadline_extended_to = round_.closes_at + timedelta(days=1)
    open_still = a_draft(session, a_round(session, an_office(session), closes_at=NOW + timedelta(days=90)))
    due = round_.closes_at + timedelta(seconds=60)
    session.flush()
    with counted(session) as statements:
        assert services.lapse_due_drafts(session, due) == 6
    assert len(statements) <= 8, statements
    assert {draft.state for draft in drafts} == {S.LAPSED}
    assert (longer.state, open_still.state) == (S.DRAFT, S.DRAFT)
    assert services.lapse_due_drafts(session, due) == 0
    assert services.lapse_due_drafts(session, due + timedelta(days=1)) == 1


def test_drafts_of_a_cancelled_round_lapse_at_once(session, round_):
    draft = a_draft(session, round_)
    office = session.get(type(round_), round_.id).office_id
    head = Actor(person_id=None, name="Chief executive", office_roles=frozenset({(office, Role.CHIEF_EXECUTIVE)}))
    funds.cancel_round(session, round_, "The money was withdrawn", actor=head, now=NOW)
    assert services.lapse_due_drafts(session, NOW) == 1
    assert draft.state is S.LAPSED


def test_checks_start_when_the_round_has_closed_and_no_draft_is_left(session, round_):
    sent, draft = a_submitted_bid(session, round_), a_draft(session, round_)
    assert services.start_due_checks(session, NOW) == 0
    closing = round_.closes_at
    funds.close_due_rounds(session, closing)
    assert services.start_due_checks(session, closing) == 1
    assert (sent.state, round_.state) == (S.CHECKING, RoundState.CLOSED)
    assert services.start_due_checks(session, closing) == 0
    later = closing + timedelta(minutes=1)
    services.lapse_due_drafts(session, later)
    assert draft.state is S.LAPSED
    assert services.start_due_checks(session, later) == 1
    assert round_.state is RoundState.CHECKING
    assert services.start_due_checks(session, later) == 0
    assert trail(session, sent)[-1] == "start-checking"


def test_a_rolling_round_checks_each_bid_as_it_comes(session):
    round_ = a_round(session, an_office(session), closes_at=None, is_rolling=True)
    bid = a_submitted_bid(session, round_)
    assert services.lapse_due_drafts(session, NOW + timedelta(days=999)) == 0
    assert services.start_due_checks(session, NOW) == 1
    assert (bid.state, round_.state) == (S.CHECKING, RoundState.OPEN)


def test_the_timer_does_nothing_of_the_groups(session, round_):
    with pytest.raises(NotAllowed):
        services.withdraw_application(session, a_draft(session, round_), actor=SYSTEM, now=NOW)
