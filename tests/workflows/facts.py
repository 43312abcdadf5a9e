"""Facts for the matrix: `willing` lets every guard of an action pass, `refusing` leaves every fact at its default."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from workflows.actors import Scope
from workflows.application import ApplicationFacts
from workflows.assignment import AssignmentFacts, Interest
from workflows.award import AwardFacts
from workflows.bulk import BulkFacts
from workflows.decision import DecisionFacts
from workflows.diligence import DiligenceFacts
from workflows.document import DocumentFacts
from workflows.endorsement import EndorsementFacts
from workflows.event import EventFacts
from workflows.merging import MergeFacts
from workflows.minutes import MinutesFacts
from workflows.monitoring import ReturnFacts
from workflows.panel import PanelFacts
from workflows.review import ReviewFacts
from workflows.round import RoundFacts, RoundState

SCOPE = Scope(office_id=1, organisation_id=2)
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TODAY = date(2024, 1, 10)

BARE = {
    "round": RoundFacts(scope=SCOPE, now=NOW),
    "application": ApplicationFacts(scope=SCOPE, now=NOW, received_at=NOW, round_state=RoundState.DRAFT),
    "assignment": AssignmentFacts(scope=SCOPE, now=NOW, marker_id=1),
    "document": DocumentFacts(scope=SCOPE, now=NOW),
    "panel": PanelFacts(scope=SCOPE, now=NOW, round_state=RoundState.DRAFT),
    "decision": DecisionFacts(scope=SCOPE, now=NOW),
    "award": AwardFacts(scope=SCOPE, now=NOW, today=TODAY),
    "return": ReturnFacts(scope=SCOPE, now=NOW, today=TODAY),
    "event": EventFacts(scope=SCOPE, now=NOW),
    "endorsement": EndorsementFacts(scope=SCOPE, now=NOW),
    "merge": MergeFacts(scope=SCOPE, now=NOW),
    "bulk": BulkFacts(scope=SCOPE, now=NOW),
    "minutes": MinutesFacts(scope=SCOPE, now=NOW),
    "review": ReviewFacts(scope=SCOPE, now=NOW, received_at=NOW),
    "diligence": DiligenceFacts(scope=SCOPE, now=NOW),
}
FACTS = {
    "diligence": replace(
        BARE["diligence"],
        stands=False,
        unsettled=(),
        concerns=0,
        large_for_income=False,
        result="pass",
        rating="green",
        reason="Because",
        proposed_by=8,
        expires_at=NOW,
    ),
    "review": replace(
        BARE["review"],
        was_told_no=True,
        late_from=NOW + HOUR,
        has_request=False,
        ground="something-missed",
        words="The second page was not read.",
        came_by="letter",
        asker="The group's chair",
        part=None,
        reviewer_id=9,
        reason="Because",
        is_followed_up=False,
    ),
    "bulk": replace(BARE["bulk"], planned_by=9, planned_at=NOW, due_at=NOW + HOUR, count=2),
    "minutes": replace(BARE["minutes"], meeting_ended=True, chaired=True, words="As it was"),
    "merge": replace(
        BARE["merge"],
        reason="The same charity",
        are_two=True,
        is_known_here=True,
        both_stand=True,
        clash="",
        waits_for_count=0,
        opens_other_offices=False,
        is_last=True,
    ),
    "endorsement": replace(
        BARE["endorsement"],
        bid_takes_words=True,
        bid_is_over=True,
        closes_at=NOW + HOUR,
        asked_count=0,
        last_asked_at=NOW - 48 * HOUR,
        was_reminded=False,
        words="They know the place.",
        name="Endorser",
        position="Neighbourhood officer",
    ),
    "event": replace(
        BARE["event"],
        starts_at=NOW + HOUR,
        reminder_at=NOW - HOUR,
        was_reminded=False,
        ends_at=NOW - HOUR,
        recording_link="https://video.example.org/1",
        reason="Ill",
    ),
    "round": replace(
        BARE["round"],
        opens_at=NOW - HOUR,
        closes_at=NOW + HOUR,
        new_closes_at=NOW + 2 * HOUR,
        reason="Because",
        setup_problems=(),
        has_changes=True,
        is_trial=True,
        judged_by_it=0,
        bids_to_lapse=0,
        bids_unchecked=0,
        bids_eligible=3,
        bids_unscored=0,
        bids_unmoderated=0,
        panel_closed=True,
        decision_approved=True,
        offers_unanswered=0,
    ),
    "application": replace(
        BARE["application"],
        round_state=RoundState.OPEN,
        opens_at=NOW - HOUR,
        deadline=NOW + HOUR,
        is_rolling=True,
        new_deadline=NOW + 2 * HOUR,
        late_for=24 * HOUR,
        had_late_time=False,
        quiz_outcome="pass",
        has_live_bid=False,
        problems=(),
        reason="Because",
        unresolved_rules=(),
        question="Which address is it?",
        answer="1 Example Street",
        answer_due_at=NOW + HOUR,
        markers_ready=2,
        markers_unlocked=0,
        panel_in_session=True,
        criteria_not_agreed=(),
        at_or_above_line=True,
        ask_pence=100,
        pot_left_pence=100,
        took_part=False,
        award_reason="Less crime",
        failed_diligence=False,
        diligence_open=False,
        decision_approved=True,
        offer_accepted=True,
        offer_over=True,
        reserve_over=True,
        is_held_back=True,
    ),
    "assignment": replace(
        BARE["assignment"],
        marker_id=9,
        marker_declared=Interest.NONE,
        is_proposed=False,
        marker_belongs_to_group=False,
        is_beyond_reach=False,
        unscored=(),
        bid_in_scoring=True,
        reason="Because",
        actor_marks_bid=False,
        is_confirmed=True,
    ),
    "document": replace(BARE["document"], was_sent=False, scan_found=""),
    "panel": replace(
        BARE["panel"],
        round_state=RoundState.MODERATING,
        undeclared=0,
        unprepared=(),
        members_present=3,
        has_officer=True,
        chair_present=True,
        without_outcome=0,
        recommended_pence=100,
        pot_pence=100,
        decision_is_settled=False,
        reason="Because",
    ),
    "decision": replace(
        BARE["decision"],
        panel_closed=True,
        has_items=True,
        declarations_missing=(),
        officer_approval_needed=False,
        interests_stated=True,
        took_part=False,
        grants_without_reason=(),
        total_pence=100,
        pot_pence=100,
        reason="Because",
    ),
    "award": replace(
        BARE["award"],
        decision_approved=True,
        round_announced=True,
        amount_pence=100,
        decided_pence=100,
        accept_by_on=TODAY,
        signed_name="Signatory",
        agreed_terms=True,
        conditions_open=0,
        starts_on=TODAY,
        ends_on=TODAY,
        reason="Because",
    ),
    "return": replace(
        BARE["return"],
        award_active=True,
        opens_at=NOW - HOUR,
        problems=(),
        award_pence=100,
        certified=True,
        question="Why?",
        answer="So.",
        reason="Because",
    ),
}
# Where guards of two actions of one lifecycle want opposite facts, what this action wants.
FOR_ACTION = {
    ("round", "close"): {"closes_at": NOW},
    ("application", "lapse"): {"deadline": NOW - HOUR},
    ("application", "propose-late-time"): {"deadline": NOW - HOUR},
    ("application", "give-late-time"): {"deadline": NOW - HOUR, "late_proposal_by": 1},
    ("application", "refuse-late-time"): {"late_proposal_by": 1},
    ("application", "stop-waiting"): {"answer_due_at": NOW - HOUR},
    ("application", "start-checking"): {"round_state": RoundState.CLOSED},
    ("application", "propose-disqualification"): {"failed_rules": ("ER8",)},
    ("application", "disqualify"): {"failed_rules": ("ER8",), "proposal_by": 1},
    ("application", "set-aside-proposal"): {"proposal_by": 1},
    ("bulk", "drop"): {"planned_at": NOW - HOUR},
    ("bulk", "carry-out"): {"due_at": NOW},
    ("application", "recommend-part"): {"award_pence": 1, "minimum_pence": 1, "ask_pence": 2, "lines_removed": "Hall"},
    ("document", "quarantine"): {"scan_found": "Eicar-Test-Signature"},
    ("assignment", "recuse"): {"marker_declared": Interest.DIRECT},
    ("assignment", "set-aside"): {"marker_declared": Interest.DIRECT},
    ("application", "return-to-markers"): {"markers_ready": 1, "marks_are_void": True},
    ("assignment", "finalise"): {"moderation_closed": True},
    ("award", "lapse"): {"accept_by_on": TODAY - timedelta(days=1)},
}


def willing(name, action=""):
    """Facts with which every guard of `action` passes."""
    return replace(FACTS[name], **FOR_ACTION.get((name, action), {}))


def refusing(name):
    """Facts that nobody filled in."""
    return BARE[name]
