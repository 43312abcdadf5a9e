"""The eligibility check: what the computer judges, what a person settles, and two people to throw a bid out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications import services as applications
from grants.applications.models import Application
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry, Progress, release
from grants.eligibility import queries, services
from grants.eligibility.models import Disqualification, EligibilityResult
from grants.funds.models import RoundRule
from tests import stages
from tests.builders import a_submitted_bid, actor_of, an_office, staff
from tests.queries import counted
from tests.stages import Stage
from workflows.actors import SYSTEM, Actor, Role
from workflows.application import ApplicationState
from workflows.errors import Invalid, NotAllowed, NotFound, Stale, TransitionRefused


def one_checking(session: Session, answers: dict[str, Any] | None = None, **round_: Any) -> tuple[Stage, Application]:
    """One bid in its check, with these answers."""
    stage = stages.submitted(session, scores=(), **round_)
    bid = a_submitted_bid(session, stage.round_, answers=answers, now=stage.now)
    assert stage.round_.closes_at is not None
    stage.now = stage.round_.closes_at + timedelta(minutes=2)
    stages.funds.close_due_rounds(session, stage.now)
    while applications.start_due_checks(session, stage.now):
        pass
    assert bid.state is ApplicationState.CHECKING
    return stage, bid


def with_failed_rule(session: Session, **round_: Any) -> tuple[Stage, Application]:
    """The bid's rules were run, and an officer found that it pays for an excluded purpose (ER12)."""
    stage, bid = one_checking(session, **round_)
    officer = stage.actor("officer")
    services.run_rules(session, bid, actor=officer, now=stage.now)
    services.settle_rule(session, bid, "ER12", "fail", "It is a loan.", actor=officer, now=stage.now)
    return stage, bid


def proposed(session: Session, **round_: Any) -> tuple[Stage, Application]:
    stage, bid = with_failed_rule(session, **round_)
    services.propose_disqualification(
        session, bid, ["ER12"], "The whole ask repays a loan.", actor=stage.actor("manager"), now=stage.now
    )
    return stage, bid


def outcomes(session: Session, bid: Application) -> dict[str, str]:
    return {line.rule.code: str(line.outcome) for line in queries.rule_lines(session, bid) if line.outcome is not None}


def trail(session: Session, bid: Application) -> list[AuditEntry]:
    own = sa.select(AuditEntry).where(AuditEntry.subject_type == "application", AuditEntry.subject_id == bid.id)
    return list(session.scalars(own.order_by(AuditEntry.id)))


def letters(session: Session, bid: Application, template: str) -> list[OutboxEntry]:
    return list(
        session.scalars(
            sa.select(OutboxEntry)
            .where(OutboxEntry.subject_type == "application", OutboxEntry.subject_id == bid.id)
            .where(OutboxEntry.template == template)
            .execution_options(populate_existing=True)
        )
    )


def settle_the_rest(session: Session, stage: Stage, bid: Application) -> None:
    for line in queries.rule_lines(session, bid):
        if not line.is_settled:
            services.settle_rule(
                session, bid, line.rule.code, "pass", "Seen.", actor=stage.actor("officer"), now=stage.now
            )


def test_the_duty_judges_each_new_bid_once_and_keeps_the_evidence(session: Session) -> None:
    stage, bid = one_checking(session)
    assert services.check_new_bids(session, stage.now) == 1
    assert services.check_new_bids(session, stage.now) == 0
    result = session.scalars(
        sa.select(EligibilityResult).join(EligibilityResult.rule).where(RoundRule.code == "ER8")
    ).one()
    assert (result.outcome, result.is_automatic, result.person_id) == ("pass", True, None)
    assert result.evidence["ask_pence"] == bid.ask_pence
    entry = trail(session, bid)[-1]
    assert (entry.action, entry.actor_name, entry.to_state) == ("run-rules", SYSTEM.name, None)
    assert entry.detail["outcomes"]["ER8"] == "pass"
    assert bid.state is ApplicationState.CHECKING


def test_the_duty_leaves_bids_alone_that_are_not_in_their_check(session: Session) -> None:
    stage = stages.submitted(session, scores=(3,))
    assert services.check_new_bids(session, stage.now) == 0
    assert outcomes(session, stage.bids[0]) == {}


def test_the_duty_finds_a_bid_that_a_person_began_and_rests_while_a_proposal_waits(session: Session) -> None:
    stage, bid = one_checking(session)
    officer = stage.actor("officer")
    services.settle_rule(session, bid, "ER12", "fail", "It is a loan.", actor=officer, now=stage.now)
    services.propose_disqualification(session, bid, ["ER12"], "A loan.", actor=officer, now=stage.now)
    assert services.check_new_bids(session, stage.now) == 0
    services.set_aside_proposal(session, bid, "No loan.", actor=stage.actor("manager"), now=stage.now)
    assert services.check_new_bids(session, stage.now) == 1
    assert services.check_new_bids(session, stage.now) == 0
    assert outcomes(session, bid)["ER12"] == "fail"


def test_a_rule_for_a_person_has_no_outcome_until_a_person_judged_it(session: Session) -> None:
    stage, bid = one_checking(session)
    services.run_rules(session, bid, actor=stage.actor("officer"), now=stage.now)
    assert "ER12" not in outcomes(session, bid)
    assert "ER12" in {line.rule.code for line in queries.unsettled(queries.rule_lines(session, bid))}


def test_running_again_keeps_what_a_person_settled_and_renews_the_rest(session: Session) -> None:
    stage, bid = one_checking(session)
    officer = stage.actor("officer")
    services.run_rules(session, bid, actor=officer, now=stage.now)
    services.settle_rule(session, bid, "ER8", "refer", "Ask the finance officer.", actor=officer, now=stage.now)
    later = stage.now + timedelta(days=1)
    lines = {line.rule.code: line for line in services.run_rules(session, bid, actor=officer, now=later)}
    assert lines["ER8"].outcome == "refer"
    assert lines["ER8"].result.note == "Ask the finance officer."
    assert lines["ER8"].result.decided_at == stage.now
    assert lines["ER11"].result.decided_at == later


def test_a_group_that_never_had_a_grant_here_owes_no_return(session: Session) -> None:
    stage, bid = one_checking(session)
    lines = {
        line.rule.code: line for line in services.run_rules(session, bid, actor=stage.actor("officer"), now=stage.now)
    }
    assert (lines["ER16"].outcome, lines["ER16"].result.evidence["has_overdue_returns"]) == ("pass", False)


def test_a_breach_fails_and_says_why(session: Session) -> None:
    stage, bid = one_checking(session, {"P9a": "2024-04-01", "P9b": "2026-03-31"})
    lines = {
        line.rule.code: line for line in services.run_rules(session, bid, actor=stage.actor("officer"), now=stage.now)
    }
    assert (lines["ER13"].outcome, lines["ER13"].result.reason_code) == ("fail", "too-long")


@pytest.mark.parametrize(
    ("code", "outcome", "note", "field"),
    [("ER12", "maybe", "Seen.", "outcome"), ("ER12", "pass", "  ", "note"), ("ER99", "pass", "Seen.", "rule_code")],
)
def test_a_judgement_needs_a_rule_an_outcome_and_a_note(
    session: Session, code: str, outcome: str, note: str, field: str
) -> None:
    stage, bid = one_checking(session)
    with pytest.raises(Invalid) as error:
        services.settle_rule(session, bid, code, outcome, note, actor=stage.actor("officer"), now=stage.now)
    assert list(error.value.detail["problems"]) == [field]
    assert outcomes(session, bid) == {}


def test_a_judgement_is_recorded_with_who_when_and_what_it_was(session: Session) -> None:
    stage, bid = with_failed_rule(session)
    entry = trail(session, bid)[-1]
    assert (entry.action, entry.reason) == ("settle-rule", "It is a loan.")
    assert entry.actor_person_id == stage.people["officer"].id
    assert entry.detail == {
        "rule": "ER12",
        "title": "Not for an excluded purpose",
        "was": "",
        "outcome": "fail",
    }


def test_a_judgement_of_what_a_colleague_has_judged_meanwhile_is_stale(session: Session) -> None:
    stage, bid = with_failed_rule(session)
    with pytest.raises(Stale):
        services.settle_rule(
            session, bid, "ER12", "pass", "Fine.", seen_outcome="", actor=stage.actor("manager"), now=stage.now
        )
    assert outcomes(session, bid)["ER12"] == "fail"


def test_only_officers_and_managers_of_the_office_judge(session: Session) -> None:
    stage, bid = one_checking(session)
    elsewhere = actor_of(session, staff(session, an_office(session), Role.OFFICER))
    for actor in (stage.actor("chair"), stage.actor("marker-1"), elsewhere):
        with pytest.raises(NotAllowed):
            services.run_rules(session, bid, actor=actor, now=stage.now)
        with pytest.raises(NotAllowed):
            services.settle_rule(session, bid, "ER12", "pass", "Seen.", actor=actor, now=stage.now)


def test_the_bid_of_another_office_or_of_ones_own_group_is_not_there(session: Session) -> None:
    stage, bid = one_checking(session)
    elsewhere = actor_of(session, staff(session, an_office(session), Role.OFFICER))
    assert bid.lead is not None
    for actor in (elsewhere, actor_of(session, bid.lead)):
        with pytest.raises(NotFound):
            queries.get_bid(session, actor, bid.id)
    assert queries.get_bid(session, stage.actor("officer"), bid.id) is bid


def test_a_proposal_leaves_the_bid_where_it_is_and_asks_the_managers(session: Session) -> None:
    _, bid = proposed(session)
    assert bid.state is ApplicationState.CHECKING
    entry = trail(session, bid)[-1]
    assert (entry.action, entry.detail) == ("propose-disqualification", {"rules": ["ER12"]})
    assert entry.reason == "The whole ask repays a loan."
    (letter,) = letters(session, bid, "disqualification-to-confirm")
    assert (letter.audience, letter.progress) == ("managers", Progress.WAITING)
    assert letters(session, bid, "application-disqualified") == []


@pytest.mark.parametrize(
    ("codes", "reason", "field"),
    [([], "Why.", "rule_codes"), (["ER8"], "Why.", "rule_codes"), (["ER12"], " ", "reason")],
)
def test_a_proposal_names_a_rule_that_failed_and_a_reason(
    session: Session, codes: list[str], reason: str, field: str
) -> None:
    stage, bid = with_failed_rule(session)
    with pytest.raises(Invalid) as error:
        services.propose_disqualification(session, bid, codes, reason, actor=stage.actor("officer"), now=stage.now)
    assert list(error.value.detail["problems"]) == [field]
    assert session.scalars(sa.select(Disqualification)).all() == []


def test_a_bid_without_a_failed_rule_is_not_proposed(session: Session) -> None:
    stage, bid = one_checking(session)
    with pytest.raises(TransitionRefused) as error:
        services.propose_disqualification(session, bid, ["ER12"], "Why.", actor=stage.actor("officer"), now=stage.now)
    assert error.value.code == "no-failed-rule"


def test_a_second_proposal_is_refused_and_rules_rest_while_one_waits(session: Session) -> None:
    stage, bid = proposed(session)
    officer = stage.actor("officer")
    for again in (
        lambda: services.propose_disqualification(session, bid, ["ER12"], "Why.", actor=officer, now=stage.now),
        lambda: services.settle_rule(session, bid, "ER12", "pass", "Fine.", actor=officer, now=stage.now),
        lambda: services.run_rules(session, bid, actor=officer, now=stage.now),
        lambda: services.pass_checks(session, bid, actor=officer, now=stage.now),
    ):
        with pytest.raises(TransitionRefused) as error:
            again()
        assert error.value.code == "disqualification-pending"


def test_the_proposer_never_confirms_or_sets_aside_their_own(session: Session) -> None:
    stage, bid = proposed(session)
    manager = stage.actor("manager")
    with pytest.raises(TransitionRefused) as error:
        services.confirm_disqualification(session, bid, actor=manager, now=stage.now)
    assert error.value.code == "same-person"
    with pytest.raises(TransitionRefused):
        services.set_aside_proposal(session, bid, "No.", actor=manager, now=stage.now)
    with pytest.raises(NotAllowed):
        services.confirm_disqualification(session, bid, actor=stage.actor("officer"), now=stage.now)
    assert bid.state is ApplicationState.CHECKING
    assert letters(session, bid, "application-disqualified") == []


def test_a_second_manager_confirms_and_the_group_is_told(session: Session) -> None:
    stage, bid = proposed(session)
    second = stage.actor("manager-2")
    services.confirm_disqualification(session, bid, seen_version=bid.version, actor=second, now=stage.now)
    assert bid.state is ApplicationState.DISQUALIFIED
    settled = session.scalars(sa.select(Disqualification)).one()
    assert (settled.was_confirmed, settled.settled_by_id) == (True, second.person_id)
    entry = trail(session, bid)[-1]
    assert (entry.action, entry.from_state, entry.to_state) == ("disqualify", "checking", "disqualified")
    assert entry.detail == {"rules": ["ER12"]}
    (letter,) = letters(session, bid, "application-disqualified")
    assert (letter.audience, letter.progress, letter.hold_key) == ("lead", Progress.WAITING, None)


def test_the_letter_waits_for_the_announcement_where_the_round_says_so(session: Session) -> None:
    stage, bid = proposed(session, tells_disqualified_at_once=False)
    services.confirm_disqualification(session, bid, actor=stage.actor("manager-2"), now=stage.now)
    (letter,) = letters(session, bid, "application-disqualified")
    assert (letter.progress, letter.hold_key) == (Progress.HELD, f"round:{stage.round_.id}")
    assert release(session, f"round:{stage.round_.id}") == 1


def test_a_proposal_set_aside_is_settled_with_its_reason_and_the_check_goes_on(session: Session) -> None:
    stage, bid = proposed(session)
    second = stage.actor("manager-2")
    with pytest.raises(TransitionRefused) as error:
        services.set_aside_proposal(session, bid, " ", actor=second, now=stage.now)
    assert error.value.code == "reason-needed"
    services.set_aside_proposal(session, bid, "It is no loan.", actor=second, now=stage.now)
    assert queries.find_proposal(session, bid) is None
    (settled,) = queries.list_proposals(session, bid)
    assert (settled.was_confirmed, settled.settled_reason) == (False, "It is no loan.")
    assert (trail(session, bid)[-1].action, bid.state) == ("set-aside-proposal", ApplicationState.CHECKING)
    services.settle_rule(session, bid, "ER12", "pass", "Read again.", actor=second, now=stage.now)


def test_a_bid_passes_only_when_every_rule_is_settled_and_none_failed(session: Session) -> None:
    stage, bid = with_failed_rule(session)
    officer = stage.actor("officer")
    with pytest.raises(TransitionRefused) as error:
        services.pass_checks(session, bid, actor=officer, now=stage.now)
    assert error.value.code == "rule-failed"
    assert error.value.detail["rules"] == ("Not for an excluded purpose",)
    services.settle_rule(session, bid, "ER12", "pass", "Read again.", actor=officer, now=stage.now)
    with pytest.raises(TransitionRefused) as error:
        services.pass_checks(session, bid, actor=officer, now=stage.now)
    assert error.value.code == "rules-unsettled"
    settle_the_rest(session, stage, bid)
    services.pass_checks(session, bid, actor=officer, now=stage.now)
    assert bid.state is ApplicationState.ELIGIBLE
    assert trail(session, bid)[-1].action == "pass-checks"
    with pytest.raises(TransitionRefused):
        services.run_rules(session, bid, actor=officer, now=stage.now)


def test_the_second_of_two_people_is_told_that_the_bid_changed(session: Session) -> None:
    stage, bid = proposed(session)
    seen = bid.version
    services.set_aside_proposal(session, bid, "No.", actor=stage.actor("manager-2"), now=stage.now)
    services.propose_disqualification(session, bid, ["ER12"], "Yes.", actor=stage.actor("officer"), now=stage.now)
    with pytest.raises(Stale):
        services.confirm_disqualification(
            session, bid, seen_version=seen, actor=stage.actor("manager-2"), now=stage.now
        )
    session.rollback()


def test_a_reinstated_bid_is_eligible_and_its_group_told(session: Session) -> None:
    stage, bid = proposed(session)
    second = stage.actor("manager-2")
    services.confirm_disqualification(session, bid, actor=second, now=stage.now)
    with pytest.raises(TransitionRefused):
        services.reinstate(session, bid, "", actor=second, now=stage.now)
    services.reinstate(session, bid, "The papers were there.", actor=second, now=stage.now)
    assert bid.state is ApplicationState.ELIGIBLE
    assert trail(session, bid)[-1].reason == "The papers were there."
    assert [each.progress for each in letters(session, bid, "application-reinstated")] == [Progress.WAITING]


def test_a_group_that_was_never_told_hears_nothing_of_what_was_taken_back(session: Session) -> None:
    stage, bid = proposed(session, tells_disqualified_at_once=False)
    second = stage.actor("manager-2")
    services.confirm_disqualification(session, bid, actor=second, now=stage.now)
    services.reinstate(session, bid, "The papers were there.", actor=second, now=stage.now)
    for template in ("application-disqualified", "application-reinstated"):
        assert [each.progress for each in letters(session, bid, template)] == [Progress.SUPPRESSED]
    assert release(session, f"round:{stage.round_.id}") == 0


def test_on_paper_two_people_had_signed_and_nothing_is_mailed(session: Session) -> None:
    stage, bid = one_checking(session)
    office = stage.office.id
    paper = Actor(
        name="Imported: officer",
        on_paper=True,
        office_roles=frozenset({(office, Role.OFFICER), (office, Role.MANAGER)}),
    )
    services.settle_rule(session, bid, "ER12", "fail", "", actor=paper, now=stage.now)
    services.propose_disqualification(session, bid, ["ER12"], "As on paper.", actor=paper, now=stage.now)
    services.confirm_disqualification(session, bid, actor=paper, now=stage.now)
    assert bid.state is ApplicationState.DISQUALIFIED
    assert trail(session, bid)[-1].is_on_paper
    assert [each.progress for each in letters(session, bid, "application-disqualified")] == [Progress.SUPPRESSED]


def test_the_duty_reads_a_round_s_form_once_for_all_its_bids(session: Session) -> None:
    stage = stages.checking(session, scores=(3,) * 8)
    with counted(session) as statements:
        assert services.check_new_bids(session, stage.now) == 8
    # Reads and writes of each bid, and four reads that are shared.
    assert len(statements) <= 5 + 8 * 12
