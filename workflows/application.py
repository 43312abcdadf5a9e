"""Applications: one bid's life from first save to outcome (A1-A20); receipt time at the server decides what is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal
from workflows.judging import (
    all_markers_locked,
    chair_has_no_direct_interest,
    enough_markers,
    every_score_agreed,
    fits_the_pot,
    group_did_not_fail,
    marks_missing,
    open_check_is_covered,
    panel_sits,
    part_can_be_done,
    reaches_the_line,
)
from workflows.late_time import ASK_FOR_TIME, GIVE_TIME, time_is_proposed
from workflows.round import ASSESSING, RoundState


class ApplicationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKING = "checking"
    CLARIFICATION = "clarification"
    DISQUALIFIED = "disqualified"
    ELIGIBLE = "eligible"
    SCORING = "scoring"
    SCORED = "scored"
    MODERATED = "moderated"
    RECOMMENDED = "recommended"
    RECOMMENDED_PART = "recommended_part"
    RESERVE = "reserve"
    NOT_RECOMMENDED = "not_recommended"
    APPROVED = "approved"
    DECLINED = "declined"
    AWARDED = "awarded"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    OFFER_LAPSED = "offer_lapsed"


S = ApplicationState
DRAFTING = frozenset({S.DRAFT})
IN_CHECKS = frozenset({S.SUBMITTED, S.CHECKING, S.CLARIFICATION})
IN_ASSESSMENT = frozenset({S.ELIGIBLE, S.SCORING, S.SCORED, S.MODERATED})
# Recommended whole or in part: both become grants.
TO_FUND = frozenset({S.RECOMMENDED, S.RECOMMENDED_PART})
PANEL_OUTCOMES = TO_FUND | {S.RESERVE, S.NOT_RECOMMENDED}
DECIDED = frozenset({S.APPROVED, S.DECLINED, S.AWARDED, S.OFFER_LAPSED, S.DISQUALIFIED})
# Decided to become a grant, and not lapsed.
GRANTED = frozenset({S.APPROVED, S.AWARDED})
ENDED_UNDECIDED = frozenset({S.LAPSED, S.WITHDRAWN})
# While a bid is in these states officers may act for a group that applies on paper or by telephone.
HELPED = frozenset({S.DRAFT, S.SUBMITTED, S.CLARIFICATION})
# One live bid for each organisation and round: these states hold the place (contracts of the service, 4).
LIVE = frozenset(S) - {S.LAPSED, S.WITHDRAWN, S.DECLINED, S.DISQUALIFIED, S.OFFER_LAPSED}
BEFORE_AWARDED = DRAFTING | IN_CHECKS | IN_ASSESSMENT | PANEL_OUTCOMES | {S.APPROVED}
# A bid that passed its eligibility check, wherever it is now.
PASSED_CHECKS = IN_ASSESSMENT | PANEL_OUTCOMES | {S.APPROVED, S.DECLINED, S.AWARDED, S.OFFER_LAPSED}

# The closer waits this long, so that a submit received in time is never overtaken by the timer (our default).
LAPSE_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFacts:
    """What the guards of a bid may ask. Money in pence; defaults refuse, so a forgotten fact never permits.

    `received_at` is when the request entered the service, `deadline` this bid's own (round closing, grace, extension).
    """

    scope: Scope
    now: datetime
    received_at: datetime
    round_state: RoundState
    opens_at: datetime | None = None
    deadline: datetime | None = None
    is_rolling: bool = False
    quiz_outcome: str = ""
    has_live_bid: bool = True
    new_deadline: datetime | None = None
    # How long after its deadline a bid may still be given time; nothing where nobody said.
    late_for: timedelta = timedelta(0)
    late_proposal_by: int | None = None
    had_late_time: bool = True
    problems: tuple[str, ...] = ("not-checked",)
    reason: str = ""
    failed_rules: tuple[str, ...] = ()
    unresolved_rules: tuple[str, ...] = ("not-checked",)
    proposal_by: int | None = None
    # A bid that the office entered for a group: whether what is written was read back, and who of the office wrote it.
    needs_read_back: bool = True
    entered_by: frozenset[int] = frozenset()
    question: str = ""
    answer: str = ""
    answer_due_at: datetime | None = None
    markers_ready: int = 0
    markers_needed: int = 2
    markers_unlocked: int = 1
    marks_are_void: bool = False
    panel_in_session: bool = False
    has_direct_interest: bool = False
    criteria_not_agreed: tuple[str, ...] = ("not-checked",)
    agreed_without_reason: tuple[str, ...] = ()
    at_or_above_line: bool = False
    ask_pence: int = 0
    # Of a part award: its amount, the least with which the project can go ahead, and what is left out of it.
    award_pence: int | None = None
    minimum_pence: int | None = None
    lines_removed: str = ""
    pot_left_pence: int = 0
    took_part: bool = True
    award_reason: str = ""
    # Of due diligence: the group failed it; the fund asks for it and it is not done; the conditions of the grant.
    failed_diligence: bool = True
    diligence_open: bool = True
    conditions: str = ""
    decision_approved: bool = False
    offer_accepted: bool = False
    offer_over: bool = False
    # The last day of the reserve list has gone by, and the group has not been told so yet.
    reserve_over: bool = False
    on_paper: bool = False
    # The group has not been told yet what came of its bid.
    is_held_back: bool = False
    # The reader stands aside from a bid, so what the others leave of the pot is not theirs to know.
    hides_pot: bool = False


def round_running(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return Refusal("round-cancelled") if facts.round_state is RoundState.CANCELLED else None


def on_time(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # The stored state of the round is not asked: a late timer neither shuts anyone out nor lets anyone in.
    if facts.round_state in {RoundState.DRAFT, RoundState.APPROVED}:
        return Refusal("round-not-open")
    if facts.opens_at is None or facts.received_at < facts.opens_at:
        return Refusal("round-not-open", {"opens_at": facts.opens_at})
    if facts.deadline is None:
        return None if facts.is_rolling else Refusal("round-not-open")
    if facts.received_at >= facts.deadline:
        return Refusal("deadline-passed", {"deadline": facts.deadline, "received_at": facts.received_at})
    return None


def quiz_not_failed(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return None if facts.quiz_outcome in {"pass", "refer"} else Refusal("quiz-not-passed")


def no_other_live_bid(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return Refusal("live-bid-exists") if facts.has_live_bid else None


def complete(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return Refusal("form-not-complete", {"problems": facts.problems}) if facts.problems else None


def read_back_and_agreed(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # Only a group's own people may send what nobody has read back to it.
    if not facts.needs_read_back or facts.scope.organisation_id in actor.organisation_ids:
        return None
    return Refusal("read-back-needed")


def not_who_entered_it(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # Whoever wrote a bid down for its group does not judge it (our default).
    return Refusal("entered-by-you") if actor.person_id in facts.entered_by else None


def still_in_time(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    if facts.deadline is None:
        return Refusal("round-is-rolling")
    # Nobody is let in again whose time was over: that would be another deadline than the one that was published.
    if facts.now >= facts.deadline:
        return Refusal("deadline-passed", {"deadline": facts.deadline, "received_at": facts.now})
    return None


def more_time(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    if facts.new_deadline is None or facts.deadline is None or facts.new_deadline <= facts.deadline:
        return Refusal("deadline-only-later", {"closes_at": facts.deadline})
    return None


def past_deadline_and_pause(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    if facts.round_state is RoundState.CANCELLED:
        return None
    if facts.deadline is None or facts.now < facts.deadline + LAPSE_AFTER:
        return Refusal("closing-not-reached", {"closes_at": facts.deadline})
    return None


def entries_closed(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # A rolling round checks each bid as it comes in.
    if facts.round_state in ASSESSING or (facts.is_rolling and facts.round_state is RoundState.OPEN):
        return None
    return Refusal("round-still-open")


def reason_given(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return None if facts.reason.strip() else Refusal("reason-needed")


def a_rule_failed(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return None if facts.failed_rules else Refusal("no-failed-rule")


def no_rule_failed(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return Refusal("rule-failed", {"rules": facts.failed_rules}) if facts.failed_rules else None


def referrals_settled(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    if facts.unresolved_rules:
        return Refusal("rules-unsettled", {"rules": facts.unresolved_rules})
    return None


def nothing_proposed(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return Refusal("disqualification-pending") if facts.proposal_by is not None else None


def proposal_waits(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return Refusal("no-disqualification-proposed") if facts.proposal_by is None else None


def not_the_proposer(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # Four eyes: a bid is never thrown out on one person's word. On paper, two people had signed.
    if facts.on_paper or facts.proposal_by != actor.person_id:
        return None
    return Refusal("same-person")


def question_asked(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return None if facts.question.strip() else Refusal("question-needed")


def time_to_answer(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    if facts.answer_due_at is None or facts.answer_due_at <= facts.now:
        return Refusal("answer-day-past")
    return None


def answer_given(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return None if facts.answer.strip() else Refusal("answer-needed")


def answered_in_time(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # As with the closing of a round, when it came in counts, and not when a timer got round to it.
    if facts.answer_due_at is None or facts.received_at >= facts.answer_due_at:
        return Refusal("answer-too-late", {"due_at": facts.answer_due_at})
    return None


def answer_overdue(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    if facts.answer_due_at is None or facts.now < facts.answer_due_at + LAPSE_AFTER:
        return Refusal("answer-still-awaited", {"due_at": facts.answer_due_at})
    return None


def scoring_not_over(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    early = {RoundState.OPEN, RoundState.CLOSED, RoundState.CHECKING, RoundState.SCORING}
    return None if facts.round_state in early else Refusal("scoring-over")


def never_their_own(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return Refusal("took-part-earlier") if facts.took_part else None


def says_why(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # The publication order asks, for each grant, why it helps to reduce crime and disorder (SI 2011/3050, 3(f)).
    return None if facts.award_reason.strip() else Refusal("award-reason-needed")


def decision_stands(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return None if facts.decision_approved else Refusal("decision-not-approved")


def accepted_offer(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return None if facts.offer_accepted else Refusal("offer-not-accepted")


def not_told_yet(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    # Could it not be withdrawn like any other, a group would see that it is out before it is told.
    return None if facts.is_held_back else Refusal("disqualified-already")


def reserve_ended(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return None if facts.reserve_over else Refusal("reserve-still-open")


def offer_ended(facts: ApplicationFacts, actor: Actor) -> Refusal | None:
    return None if facts.offer_over else Refusal("offer-still-open")


GROUP = {Role.LEAD, Role.CONTRIBUTOR}
LEAD = {Role.LEAD}
TIMER = {Role.SYSTEM}
STAFF = {Role.OFFICER, Role.MANAGER}
MANAGER = {Role.MANAGER}
CHAIR = {Role.CHAIR}
DECIDER = {Role.DECISION_MAKER}

# fmt: off
APPLICATION = Workflow(
    "application",
    ApplicationState,
    initial=S.DRAFT,
    terminal={S.DECLINED, S.AWARDED, S.WITHDRAWN, S.OFFER_LAPSED},
    rows=[
        # action              from              to                 who             provided that                                   then
        ("start",             NEW,              S.DRAFT,           LEAD,           [round_running, on_time, quiz_not_failed, no_other_live_bid],
            [Tell("draft-saved", Audience.LEAD)]),
        ("submit",            S.DRAFT,          S.SUBMITTED,       LEAD,           [round_running, on_time, complete, read_back_and_agreed],
            [Tell("submission-receipt", Audience.LEAD)]),
        ("unsubmit",          S.SUBMITTED,      S.DRAFT,           LEAD,           [round_running, on_time],
            [Tell("submission-taken-back", Audience.LEAD)]),
        ("give-more-time",    S.DRAFT,          S.DRAFT,           MANAGER,        [round_running, still_in_time, more_time, reason_given],
            [Tell("more-time-given", Audience.MEMBERS)]),
        # After its deadline: for a short while, before anybody scores, and by two people (our default).
        ("propose-late-time", S.DRAFT,          S.DRAFT,           STAFF,          [round_running, *ASK_FOR_TIME, reason_given],
            [Tell("late-time-to-confirm", Audience.MANAGERS)]),
        ("propose-late-time", S.LAPSED,         S.LAPSED,          STAFF,          [round_running, *ASK_FOR_TIME, reason_given],
            [Tell("late-time-to-confirm", Audience.MANAGERS)]),
        ("give-late-time",    S.DRAFT,          S.DRAFT,           MANAGER,        [round_running, *GIVE_TIME],
            [Tell("more-time-given", Audience.MEMBERS)]),
        ("give-late-time",    S.LAPSED,         S.DRAFT,           MANAGER,        [round_running, *GIVE_TIME, no_other_live_bid],
            [Tell("more-time-given", Audience.MEMBERS)]),
        ("refuse-late-time",  S.DRAFT,          S.DRAFT,           MANAGER,        [time_is_proposed],                             []),
        ("refuse-late-time",  S.LAPSED,         S.LAPSED,          MANAGER,        [time_is_proposed],                             []),
        ("lapse",             S.DRAFT,          S.LAPSED,          TIMER,          [past_deadline_and_pause],
            [Tell("application-lapsed", Audience.LEAD)]),
        ("start-checking",    S.SUBMITTED,      S.CHECKING,        TIMER | STAFF,  [round_running, entries_closed],                []),
        ("propose-disqualification", S.CHECKING, S.CHECKING,       STAFF,          [round_running, not_who_entered_it, nothing_proposed, a_rule_failed, reason_given],
            [Tell("disqualification-to-confirm", Audience.MANAGERS)]),
        ("set-aside-proposal", S.CHECKING,      S.CHECKING,        MANAGER,        [not_who_entered_it, proposal_waits, not_the_proposer, reason_given], []),
        ("disqualify",        S.CHECKING,       S.DISQUALIFIED,    MANAGER,        [round_running, not_who_entered_it, proposal_waits, not_the_proposer, a_rule_failed],
            [Tell("application-disqualified", Audience.LEAD)]),
        # A question may mend documents and facts, never improve the bid (published practice, A6 and A7).
        ("ask",               S.CHECKING,       S.CLARIFICATION,   STAFF,          [round_running, nothing_proposed, question_asked, time_to_answer],
            [Tell("clarification-asked", Audience.MEMBERS)]),
        ("answer",            S.CLARIFICATION,  S.CHECKING,        GROUP,          [round_running, answer_given, answered_in_time],
            [Tell("clarification-answered", Audience.OFFICERS)]),
        ("stop-waiting",      S.CLARIFICATION,  S.CHECKING,        TIMER,          [answer_overdue],
            [Tell("clarification-overdue", Audience.OFFICERS)]),
        ("take-back-question", S.CLARIFICATION, S.CHECKING,        STAFF,          [reason_given],
            [Tell("clarification-taken-back", Audience.MEMBERS)]),
        ("pass-checks",       S.CHECKING,       S.ELIGIBLE,        STAFF,          [round_running, not_who_entered_it, nothing_proposed, no_rule_failed, referrals_settled], []),
        ("reinstate",         S.DISQUALIFIED,   S.ELIGIBLE,        MANAGER,        [round_running, not_who_entered_it, reason_given, scoring_not_over],
            [Tell("application-reinstated", Audience.LEAD)]),
        ("start-scoring",     S.ELIGIBLE,       S.SCORING,         MANAGER,        [round_running, enough_markers],
            [Tell("progressed-to-assessment", Audience.LEAD)]),
        ("finish-scoring",    S.SCORING,        S.SCORED,          TIMER,          [all_markers_locked],                           []),
        ("return-to-markers", {S.SCORED, S.MODERATED}, S.SCORING,  TIMER,          [round_running, marks_missing],                 []),
        ("reopen-scoring",    {S.SCORED, S.MODERATED}, S.SCORING,  CHAIR,          [round_running, reason_given],                  []),
        ("moderate",          {S.SCORED, S.MODERATED}, S.MODERATED, CHAIR,         [round_running, panel_sits, chair_has_no_direct_interest, every_score_agreed], []),
        ("recommend",         {S.MODERATED} | PANEL_OUTCOMES, S.RECOMMENDED, CHAIR,
            [round_running, panel_sits, chair_has_no_direct_interest, group_did_not_fail, open_check_is_covered, reaches_the_line, fits_the_pot], []),
        ("recommend-part",    {S.MODERATED} | PANEL_OUTCOMES, S.RECOMMENDED_PART, CHAIR,
            [round_running, panel_sits, chair_has_no_direct_interest, group_did_not_fail, open_check_is_covered, reaches_the_line, part_can_be_done,
             fits_the_pot], []),
        ("put-in-reserve",    {S.MODERATED} | PANEL_OUTCOMES, S.RESERVE, CHAIR,    [round_running, panel_sits, chair_has_no_direct_interest, reason_given], []),
        ("not-recommend",     {S.MODERATED} | PANEL_OUTCOMES, S.NOT_RECOMMENDED, CHAIR, [round_running, panel_sits, chair_has_no_direct_interest], []),
        ("send-back",         PANEL_OUTCOMES,   S.MODERATED,       DECIDER,        [reason_given],                                 []),
        ("approve",           TO_FUND,          S.APPROVED,        DECIDER,        [round_running, never_their_own, group_did_not_fail, says_why, fits_the_pot], []),
        ("decline",           PANEL_OUTCOMES,   S.DECLINED,        DECIDER,        [round_running, never_their_own],               []),
        ("announce-declined", S.DECLINED,       S.DECLINED,        MANAGER,        [decision_stands],
            [Tell("outcome-declined", Audience.LEAD)]),
        ("announce-reserve",  S.RESERVE,        S.RESERVE,         MANAGER,        [decision_stands],
            [Tell("outcome-reserve", Audience.LEAD)]),
        # What was decided stays what was decided: the bid was good enough, and no money became free in time.
        ("end-reserve",       S.RESERVE,        S.RESERVE,         TIMER,          [decision_stands, reserve_ended],
            [Tell("reserve-ended", Audience.LEAD)]),
        ("award",             S.APPROVED,       S.AWARDED,         TIMER,          [accepted_offer],                               []),
        ("lapse-offer",       S.APPROVED,       S.OFFER_LAPSED,    TIMER,          [offer_ended],                                  []),
        ("withdraw",          BEFORE_AWARDED,   S.WITHDRAWN,       LEAD,           [],
            [Tell("application-withdrawn", Audience.OFFICERS)]),
        ("withdraw",          S.DISQUALIFIED,   S.WITHDRAWN,       LEAD,           [not_told_yet],
            [Tell("application-withdrawn", Audience.OFFICERS)]),
    ],
)
# fmt: on
