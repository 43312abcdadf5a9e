"""Reviews of a refusal: who may ask until when, who may look, and what follows; with the trail and the letters."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.accounts import services as accounts
from grants.applications.models import Application
from grants.applications.queries import story_of
from grants.assessment.models import InterestDeclaration
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.core.scoping import visible
from grants.decisions.models import Decision
from grants.eligibility import services as eligibility
from grants.reviews import queries, services
from grants.reviews.models import Review
from tests import stages
from tests.builders import actor_of, an_office, staff
from workflows.actors import SYSTEM, Role
from workflows.application import ApplicationState
from workflows.assignment import Interest
from workflows.deadlines import london_date
from workflows.decision import DecisionState
from workflows.errors import Invalid, NotAllowed, NotFound, Stale, TransitionRefused
from workflows.review import Part, Return, ReviewState
from workflows.round import RoundState


def trail_of(session, review):
    found = sa.select(AuditEntry).where(AuditEntry.subject_type == "review", AuditEntry.subject_id == review.id)
    return [(each.action, each.to_state, each.reason) for each in session.scalars(found.order_by(AuditEntry.id))]


def letters_of(session, review):
    found = sa.select(OutboxEntry).where(OutboxEntry.subject_type == "review", OutboxEntry.subject_id == review.id)
    return [(each.template, str(each.audience)) for each in session.scalars(found.order_by(OutboxEntry.id))]


def declare(session, bid, actor, interest, now):
    row = {"application_id": bid.id, "person_id": actor.person_id, "declared_at": now}
    session.add(InterestDeclaration(**row, interest=interest, detail="A neighbour."))
    session.flush()


def somebody(stage, *roles):
    """Somebody of the office who had no part in anything."""
    return actor_of(stage.session, staff(stage.session, stage.office, *roles or (Role.OFFICER,)))


def thrown_out(session, *, at_once=True, **options):
    """The first bid is disqualified, and its group told at once or with the outcomes."""
    stage = stages.checking(session, **options)
    stage.round_.tells_disqualified_at_once = at_once
    (bid, *_), officer = stage.bids, stage.actor("officer")
    eligibility.settle_rule(session, bid, "ER12", "fail", "A loan.", actor=officer, now=stage.now)
    eligibility.propose_disqualification(session, bid, ["ER12"], "It repays a loan.", actor=officer, now=stage.now)
    eligibility.confirm_disqualification(session, bid, actor=stage.actor("manager"), now=stage.now)
    return stage


def test_a_declined_group_asks_once_and_the_decision_stands(session):
    stage = stages.announced(session)
    bid = stage.bids[2]
    assert bid.state is ApplicationState.DECLINED
    with pytest.raises(Invalid) as told:
        stages.a_review(stage, 2, words="  ")
    assert told.value.detail["problems"] == {"words": "review-words-needed"}
    review = stages.a_review(stage, 2)
    assert (review.state, review.outcome, review.told_at) == (ReviewState.REQUESTED, "declined", stage.now)
    assert story_of(session, bid).review_state == "requested"
    with pytest.raises(TransitionRefused, match="review-asked-already"):
        stages.a_review(stage, 2)
    # Whoever was not told no has nothing to ask about.
    with pytest.raises(NotFound):
        stages.a_review(stage, 0)
    reviewer = somebody(stage)
    seen = review.version
    services.take_up(session, review, seen_version=seen, actor=reviewer, now=stage.now)
    with pytest.raises(Stale):
        services.take_up(session, review, seen_version=seen, actor=somebody(stage), now=stage.now)
    with pytest.raises(TransitionRefused, match="review-is-anothers"):
        services.uphold(session, review, "All was read.", actor=somebody(stage), now=stage.now)
    services.uphold(session, review, "All was read.", actor=reviewer, now=stage.now)
    assert (review.state, review.conclusion, bid.state) == (
        ReviewState.UPHELD,
        "All was read.",
        ApplicationState.DECLINED,
    )
    assert trail_of(session, review) == [
        ("request", "requested", ""),
        ("take-up", "taken_up", ""),
        ("uphold", "upheld", "All was read."),
    ]
    assert letters_of(session, review) == [
        ("review-received", "lead"),
        ("review-requested", "managers"),
        ("review-outcome", "lead"),
    ]


def test_the_last_millisecond_counts_and_the_next_is_late(session):
    stage = stages.announced(session)
    found = queries.get_refusal(session, stage.group_actor(2), stage.bids[2].id)
    late = dict.fromkeys(("now", "received_at"), found.late_from)
    with pytest.raises(TransitionRefused, match="review-too-late"):
        stages.a_review(stage, 2, **late)
    # It came in time, and the page took long.
    last = found.late_from - timedelta(milliseconds=1)
    assert stages.a_review(stage, 2, now=found.late_from + timedelta(seconds=3), received_at=last).asked_at == last


def test_nobody_asks_before_they_are_told_and_the_time_runs_from_the_letter(session):
    stage = stages.decided(session)
    with pytest.raises(NotFound):
        queries.get_refusal(session, stage.group_actor(2), stage.bids[2].id)
    held = thrown_out(session, at_once=False, scores=(5, 4))
    with pytest.raises(NotFound):
        queries.get_refusal(session, held.group_actor(0), held.bids[0].id)
    # The round is announced much later: the time to ask begins then.
    told = held.now + timedelta(days=40)
    held.round_.state = RoundState.ANNOUNCED
    session.add(
        Decision(
            office_id=held.office.id,
            round_id=held.round_.id,
            reference="D1",
            title="Decision",
            created_at=told,
            state=DecisionState.PUBLISHED,
            state_entered_at=told,
            decided_at=told,
            published_at=told,
        )
    )
    session.flush()
    assert queries.get_refusal(session, held.group_actor(0), held.bids[0].id).told_at == told
    assert story_of(session, held.bids[0]).refusal_told_on == told


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("marker-1", Part.MARKED),
        ("member", Part.SAT),
        ("chair", Part.SAT),
        ("officer", Part.SAT),
        ("manager", Part.DECIDED),
        ("decision-maker", Part.DECIDED),
    ],
)
def test_whoever_had_a_part_can_not_review(session, name, part):
    stage = stages.announced(session)
    review = stages.a_review(stage, 2)
    accounts.give_role(session, stage.people[name], stage.office, Role.OFFICER, actor=SYSTEM, now=stage.now)
    actor = stage.actor(name)
    assert queries.part_of(session, stage.bids[2], actor) is part
    with pytest.raises(TransitionRefused, match="review-had-a-part"):
        services.take_up(session, review, actor=actor, now=stage.now)
    assert (review.state, review.reviewer_id) == (ReviewState.REQUESTED, None)


def test_who_checked_or_threw_it_out_or_has_an_interest_can_not_review(session):
    stage = thrown_out(session)
    bid = stage.bids[0]
    review = stages.a_review(stage, 0)
    assert queries.part_of(session, bid, stage.actor("officer")) is Part.DISQUALIFIED
    assert queries.part_of(session, bid, stage.actor("manager")) is Part.DISQUALIFIED
    assert queries.part_of(session, stage.bids[1], stage.actor("manager")) is None
    checker = somebody(stage)
    eligibility.settle_rule(session, stage.bids[1], "ER12", "pass", "Fine.", actor=checker, now=stage.now)
    officer = stage.actor("officer")
    eligibility.settle_rule(session, stage.bids[1], "ER12", "pass", "Mine.", actor=officer, now=stage.now)
    # What somebody judged counts although another's judgement stands there now.
    assert queries.part_of(session, stage.bids[1], checker) is Part.CHECKED
    friend = somebody(stage)
    services.take_up(session, review, actor=friend, now=stage.now)
    declare(session, bid, friend, Interest.INDIRECT, stage.now)
    with pytest.raises(TransitionRefused, match="review-had-a-part"):
        services.uphold(session, review, "Fine.", actor=friend, now=stage.now)
    services.hand_back(session, review, "I know them.", actor=friend, now=stage.now)
    assert (review.state, review.reviewer_id) == (ReviewState.REQUESTED, None)
    # A direct interest shuts the review with its bid.
    kin = somebody(stage)
    assert queries.get_review(session, kin, review.id) is review
    declare(session, bid, kin, Interest.DIRECT, stage.now)
    assert not session.scalar(sa.select(Application.id).where(Application.id == bid.id, visible(Application, kin)))
    with pytest.raises(NotFound):
        queries.get_review(session, kin, review.id)
    assert queries.list_reviews(session, kin, is_open=True) == ([], None)


def test_a_manager_who_reopens_before_scoring_is_over_reinstates_the_bid(session):
    stage = thrown_out(session)
    bid, review = stage.bids[0], stages.a_review(stage, 0)
    reviewer = somebody(stage, Role.MANAGER)
    services.take_up(session, review, actor=reviewer, now=stage.now)
    services.reopen(session, review, "The loan is another's.", actor=reviewer, now=stage.now)
    assert (review.state, review.returned_to) == (ReviewState.REOPENED, Return.REINSTATED)
    assert bid.state is ApplicationState.ELIGIBLE
    assert ("review-reopened", "chair") in letters_of(session, review)
    assert trail_of(session, review)[-1][0] == "reopen"
    # Its page stays with its group, and nothing is left to do.
    assert queries.get_refusal(session, stage.group_actor(0), bid.id).review is review
    with pytest.raises(TransitionRefused, match="review-followed-up"):
        services.follow_up(session, review, "Done.", actor=stage.actor("manager"), now=stage.now)
    assert queries.list_reviews(session, reviewer, is_open=False)[0] == [review]


def test_an_officer_who_reopens_leaves_the_reinstating_to_a_manager(session):
    stage = thrown_out(session)
    bid, review, reviewer = stage.bids[0], stages.a_review(stage, 0), somebody(stage)
    services.take_up(session, review, actor=reviewer, now=stage.now)
    services.reopen(session, review, "The loan is another's.", actor=reviewer, now=stage.now)
    assert (review.returned_to, bid.state) == (Return.CHECK, ApplicationState.DISQUALIFIED)
    manager = stage.actor("manager-2")
    with pytest.raises(TransitionRefused, match="review-reinstate-first"):
        services.follow_up(session, review, "Done.", actor=manager, now=stage.now)
    eligibility.reinstate(session, bid, "By the review.", actor=manager, now=stage.now)
    services.follow_up(session, review, "It is back.", actor=manager, now=stage.now)
    assert letters_of(session, review)[-1] == ("review-followed-up", "lead")


def test_a_reopened_decision_is_followed_up_in_words_and_changes_no_award(session):
    stage = stages.announced(session)
    review, reviewer = stages.a_review(stage, 2), somebody(stage, Role.CHIEF_EXECUTIVE)
    services.take_up(session, review, actor=reviewer, now=stage.now)
    services.reopen(session, review, "A page was missed.", actor=reviewer, now=stage.now)
    assert (review.returned_to, stage.bids[2].state) == (Return.DECISION, ApplicationState.DECLINED)
    with pytest.raises(NotAllowed):
        services.follow_up(session, review, "Marked again.", actor=somebody(stage), now=stage.now)
    services.follow_up(session, review, "The panel read it; it stands.", actor=stage.actor("chair"), now=stage.now)
    assert review.follow_up == "The panel read it; it stands."
    assert stage.bids[2].state is ApplicationState.DECLINED


def test_reviews_are_an_offices_own_and_come_in_pages(session):
    stage = stages.announced(session, scores=(5, 2, 2, 2))
    asked = [stages.a_review(stage, index) for index in (1, 2, 3)]
    reviewer = somebody(stage)
    first, after = queries.list_reviews(session, reviewer, is_open=True, limit=2)
    rest, end = queries.list_reviews(session, reviewer, is_open=True, before=after, limit=2)
    assert [*first, *rest] == asked[::-1]
    assert end is None
    assert queries.count_waiting(session, reviewer) == 3
    stranger = actor_of(session, staff(session, an_office(session), *sorted(queries.READERS)))
    assert queries.list_reviews(session, stranger, is_open=True) == ([], None)
    with pytest.raises(NotFound):
        queries.get_review(session, stranger, asked[0].id)
    assert session.scalar(sa.select(sa.func.count()).select_from(Review)) == 3


def came(on, by="letter", asker="The group's chair"):
    return services.Came(asker, on, by)


def last_day_of(refusal):
    return london_date(refusal.late_from - timedelta(microseconds=1))


def test_the_office_writes_down_what_a_group_asks_by_letter_and_somebody_else_reviews_it(session):
    stage = stages.announced(session)
    clerk = somebody(stage)
    refusal = queries.get_refusal_to_record(session, clerk, stage.bids[2].id)
    review = services.record_request(
        session, refusal, "facts-wrong", "It is not true.", came(last_day_of(refusal)), actor=clerk,
        now=refusal.late_from + timedelta(days=3),
    )  # fmt: skip
    assert (review.state, review.recorded_by_id, review.asked_by_id) == (ReviewState.REQUESTED, clerk.person_id, None)
    assert (review.came_by, review.asker) == ("letter", "The group's chair")
    assert letters_of(session, review) == [("review-received", "lead"), ("review-requested", "managers")]
    with pytest.raises(TransitionRefused) as refused:
        services.take_up(session, review, actor=clerk, now=stage.now)
    assert refused.value.detail["part"] is Part.WROTE_DOWN
    services.take_up(session, review, actor=somebody(stage), now=stage.now)
    with pytest.raises(TransitionRefused, match="review-asked-already"):
        again = queries.get_refusal_to_record(session, clerk, stage.bids[2].id)
        services.record_request(
            session, again, "facts-wrong", "Again.", came(last_day_of(again)), actor=clerk, now=stage.now
        )


def test_what_came_after_the_last_day_is_late_whoever_writes_it_down(session):
    stage = stages.announced(session)
    clerk = somebody(stage)
    refusal = queries.get_refusal_to_record(session, clerk, stage.bids[2].id)
    day = last_day_of(refusal) + timedelta(days=1)
    with pytest.raises(TransitionRefused, match="review-too-late"):
        services.record_request(
            session, refusal, "facts-wrong", "Late.", came(day), actor=clerk, now=refusal.late_from + timedelta(days=9)
        )


def test_a_record_says_who_asked_how_and_on_a_day_that_can_be(session):
    stage = stages.announced(session)
    clerk = somebody(stage)
    refusal = queries.get_refusal_to_record(session, clerk, stage.bids[2].id)
    today = london_date(stage.now)
    for said, field in (
        (came(today, asker=" "), "asker"),
        (came(today, by="owl"), "came_by"),
        (came(today + timedelta(days=1)), "came_on"),
        (came(london_date(refusal.told_at) - timedelta(days=1)), "came_on"),
    ):
        with pytest.raises(Invalid) as refused:
            services.record_request(session, refusal, "facts-wrong", "Because.", said, actor=clerk, now=stage.now)
        assert list(refused.value.detail["problems"]) == [field]


def test_only_officers_and_managers_who_may_read_the_bid_write_a_request_down(session):
    stage = stages.announced(session)
    bid = stage.bids[2]
    away = actor_of(session, staff(session, an_office(session), Role.MANAGER))
    for actor in (stage.actor("marker-1"), stage.actor("chair"), stage.group_actor(2), away):
        with pytest.raises(NotFound):
            queries.get_refusal_to_record(session, actor, bid.id)
    with pytest.raises(NotFound):
        queries.get_refusal_to_record(session, stage.actor("manager"), stage.bids[0].id)
    clerk = somebody(stage)
    declare(session, bid, clerk, Interest.DIRECT, stage.now)
    with pytest.raises(NotFound):
        queries.get_refusal_to_record(session, clerk, bid.id)
