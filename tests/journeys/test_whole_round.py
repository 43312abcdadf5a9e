"""A round from the first question to an accepted return, by nine people in nine browsers, with scripts and without.

Nobody here touches the database: people press what the pages offer, and the calendar moves on between them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.people import SECTIONS, Company, Somebody, fill
from tests.journeys.scene import GROUP, OPENING, OTHER_GROUP, YEAR, Service

AFTER_CLOSING = OPENING + timedelta(days=15)
RETURN_OPENS = datetime(YEAR, 6, 24, 12, tzinfo=UTC)
RETURN_IS_NEAR = datetime(YEAR, 7, 21, 12, tzinfo=UTC)
REFERENCE = "SAFER-1-0002"
LETTERS = (
    f"We have your application {REFERENCE}",
    f"Your application {REFERENCE} is now being scored",
    "Your application SAFER-1-0001 can't go further",
    "An offer of a grant: £9,000 for Safer evenings",
    "You accepted a grant of £9,000",
    f"Your grant has started: {REFERENCE}",
    "Please send: return 1 for Safer evenings",
    "Due today: return 1 for Safer evenings",
    "We have return 1 for Safer evenings",
    "A question about return 1 for Safer evenings",
    "Return 1 for Safer evenings is accepted",
)
REASON = "Young people who are busy and known in the evening are less often drawn into violence."
WORDS = "It says what will be done and for whom, names its evidence, and has people who have done it well before now."


@pytest.mark.parametrize("has_javascript", [True, False], ids=["with scripts", "without scripts"])
def test_a_round_from_application_to_accepted_return(browser: Browser, service: Service, has_javascript: bool) -> None:
    calendar = service.calendar
    with Company(browser, service.address, has_javascript=has_javascript) as people:
        a_group_applies(people["group"])
        calendar.let_the_worker_run()

        people.come_back()
        calendar.turn_to(AFTER_CLOSING)
        the_officer_sees_how_many_came(people["officer"])
        the_officer_finds_the_bid_eligible(people["officer"])
        the_officer_proposes_to_disqualify_the_other(people["officer"])
        the_manager_confirms_it(people["manager"])
        calendar.let_the_worker_run()
        the_other_group_reads_why(people["group-2"])

        the_manager_gives_out_the_bid(people["manager"])
        calendar.let_the_worker_run()
        for marker in ("marker-1", "marker-2"):
            a_marker_declares(people[marker])
        the_manager_starts_scoring(people["manager"])
        for marker in ("marker-1", "marker-2"):
            a_marker_scores_and_locks(people[marker])

        the_manager_convenes_the_panel(people["manager"])
        for member in ("chair", "member", "officer"):
            a_member_declares(people[member])
        the_chair_leads_the_panel(people["chair"])

        the_manager_raises_the_notice(people["manager"])
        the_decision_maker_approves(people["decision-maker"])
        the_manager_announces(people["manager"])
        calendar.let_the_worker_run()
        the_group_accepts(people["group"])
        the_officer_starts_the_grant(people["officer"])

        people.come_back()
        calendar.turn_to(RETURN_OPENS)
        calendar.turn_to(RETURN_IS_NEAR)
        the_group_sends_its_return(people["group"])
        the_officer_asks_a_question_back(people["officer"])
        calendar.let_the_worker_run()
        the_group_answers(people["group"])
        the_officer_accepts_the_return(people["officer"])
        calendar.let_the_worker_run()

        the_mailbox_holds_each_letter_once(people["group"])
        the_round_shows_what_came_of_it(people["manager"])


def a_group_applies(group: Somebody) -> None:
    group.follow("Open rounds")
    group.follow("Safer Evenings Round One")
    group.choose(group.page.locator("a.govuk-button"))
    group.press("Start the application")
    expect(group.page.locator(".govuk-error-summary")).to_be_visible()
    fill(group.page, "eligibility")
    group.press("Start the application")
    assert group.heading == "Your application"
    group.follow("Your organisation")
    for code in SECTIONS:
        fill(group.page, code)
        if code == "money":
            _write_the_budget(group)
        group.press("Save and continue")
    assert group.heading == "Check your answers"
    group.press("Send the application")
    assert group.heading == "We have your application"
    group.follow("Go to your application")
    assert group.reads("Sent")


def _write_the_budget(group: Somebody) -> None:
    for number, (what, amount) in enumerate([("Youth workers", "8,000"), ("Hall", "1,000")]):
        group.page.locator(f"[name='B2-{number}-description']").fill(what)
        group.page.locator(f"[name='B2-{number}-amount']").fill(amount)


def the_officer_sees_how_many_came(officer: Somebody) -> None:
    officer.follow("Rounds")
    officer.follow("Safer Evenings Round One")
    assert officer.reads("Eligibility checks")
    assert officer.reads("Received 2")


def _open_the_bid(somebody: Somebody, group: str) -> None:
    somebody.follow("Rounds")
    somebody.follow("Safer Evenings Round One")
    somebody.follow("All bids")
    somebody.choose(somebody.page.get_by_role("row", name=group).get_by_role("link"))


def the_officer_finds_the_bid_eligible(officer: Somebody) -> None:
    _open_the_bid(officer, GROUP)
    assert officer.heading.endswith("Safer evenings")
    officer.follow("Eligibility check")
    # Each rule to judge stands beside the answers that it reads, with a form of its own.
    while (judging := officer.page.locator(".app-judge")).count():
        judging.first.get_by_label("It passes", exact=True).check()
        judging.first.get_by_role("textbox").fill("The papers in the file, which are in order.")
        officer.choose(judging.first.get_by_role("button", name="Record", exact=True))
    officer.press("Pass as eligible")
    assert officer.reads("Eligible")


def the_officer_proposes_to_disqualify_the_other(officer: Somebody) -> None:
    _open_the_bid(officer, OTHER_GROUP)
    officer.follow("Eligibility check")
    officer.choose(officer.page.get_by_role("link", name=re.compile("^(Judge|Change)")))
    officer.tick("It fails")
    officer.write("What did you look at, and what did you see?", "The register: the club is not on it.")
    officer.press("Record")
    officer.follow("Propose to disqualify")
    officer.page.get_by_role("checkbox").first.check()
    officer.write("Why does this mean that the bid can't go on?", "The club is not on the register of charities.")
    officer.press("Propose to disqualify")
    assert officer.reads("Proposed to disqualify by Grants officer")


def the_manager_confirms_it(manager: Somebody) -> None:
    _open_the_bid(manager, OTHER_GROUP)
    manager.follow("Eligibility check")
    manager.press("Confirm the disqualification")
    assert manager.reads("Disqualified")


def the_other_group_reads_why(group: Somebody) -> None:
    group.follow("Your applications")
    group.follow("Bar repairs")
    assert group.reads("Not eligible")
    group.follow("Why")
    assert group.reads("The club is not on the register of charities.")


def _open_the_round(somebody: Somebody) -> None:
    somebody.follow("Rounds")
    somebody.follow("Safer Evenings Round One")


def the_manager_gives_out_the_bid(manager: Somebody) -> None:
    _open_the_round(manager)
    manager.follow("Markers")
    manager.follow("Share out the bids")
    manager.press("Make a proposal")
    manager.press("Give out these bids")
    assert manager.reads("First marker (interests to declare), Second marker (interests to declare)")


def a_marker_declares(marker: Somebody) -> None:
    marker.follow("Marking")
    assert not marker.reads("Safer evenings")
    marker.choose(marker.page.locator("a.govuk-task-list__link").first)
    assert not marker.reads("9,000")
    marker.press("Declare")
    expect(marker.page.locator(".govuk-error-summary")).to_be_visible()
    marker.tick("No interest")
    marker.press("Declare")


def the_manager_starts_scoring(manager: Somebody) -> None:
    _open_the_round(manager)
    manager.press("Start scoring")
    assert manager.reads("Scoring")


def a_marker_scores_and_locks(marker: Somebody) -> None:
    marker.follow("Marking")
    marker.follow("Safer evenings")
    for score in marker.page.get_by_role("group", name=re.compile("^Score for")).all():
        score.get_by_label("4", exact=True).check()
    for reasons in marker.page.get_by_label(re.compile("^Reasons for")).all():
        reasons.fill(WORDS)
    marker.press("Save your marks")
    marker.press("Check and lock")
    marker.press("Lock your marks")
    assert marker.reads("Locked")


def the_manager_convenes_the_panel(manager: Somebody) -> None:
    _open_the_round(manager)
    manager.follow("Panel")
    manager.pick("Panel chair", "Chair")
    manager.pick("Panel member", "Member")
    manager.pick("Grants officer", "Member")
    manager.press("Convene the panel")
    _open_the_round(manager)
    assert manager.reads("Moderation")


def a_member_declares(member: Somebody) -> None:
    member.follow("Panels")
    member.follow("Safer Evenings Round One")
    if not member.heading.endswith("Your interests"):
        member.follow("Your interests")
    member.tick("No interest")
    member.press("Save your declarations")
    assert member.reads("You have declared on every bid.")


def the_chair_leads_the_panel(chair: Somebody) -> None:
    chair.follow("Go to the panel's table")
    chair.follow("Open the session")
    for name in ("Panel chair", "Panel member", "Grants officer"):
        chair.tick(name)
    chair.press("Open the session")
    chair.choose(chair.page.get_by_role("row", name=GROUP).get_by_role("link"))
    chair.press("Record the agreed scores")
    chair.press("Draw the line")
    assert chair.reads("Recommended so far £9,000.00")
    chair.press("Close the panel")
    assert chair.reads("Closed")


def the_manager_raises_the_notice(manager: Somebody) -> None:
    _open_the_round(manager)
    manager.press("Draft the decision notice")
    assert manager.reads("With the decision maker")


def the_decision_maker_approves(decision_maker: Somebody) -> None:
    decision_maker.follow("Decisions")
    decision_maker.choose(decision_maker.page.locator("main table a, main li a"))
    reason = "Why this grant will help to reduce crime and disorder"
    decision_maker.write(reason, "")
    decision_maker.tick("No, I have no interest in any of them")
    decision_maker.press("Approve the recommendations")
    assert decision_maker.reads("There is a problem")
    decision_maker.write(reason, REASON)
    decision_maker.press("Approve the recommendations")
    assert decision_maker.reads("Approved by Decision maker")


def the_manager_announces(manager: Somebody) -> None:
    _open_the_round(manager)
    manager.follow("Announce the outcomes")
    manager.tick("I have read the numbers above and want to tell the groups now")
    manager.press("Announce the outcomes")
    _open_the_round(manager)
    assert manager.reads("Announced")


def the_group_accepts(group: Somebody) -> None:
    group.follow("Your grants")
    group.follow("Safer evenings: £9,000")
    group.press("Accept the grant")
    expect(group.page.locator(".govuk-error-summary")).to_be_visible()
    group.tick("Our group agrees to the terms of the grant and I may sign for it")
    group.write("Your full name", "Chair of the club")
    group.write("Your role in the group", "Chair")
    group.press("Accept the grant")
    assert group.reads("You accepted on")
    assert group.reads("The terms in short") and not group.reads("Answer by")


def the_officer_starts_the_grant(officer: Somebody) -> None:
    officer.follow("Awards")
    officer.choose(officer.page.locator("main table a"))
    for words, date in {"First day of the grant": (1, 4, YEAR), "Last day of the grant": (31, 3, YEAR + 1)}.items():
        for part, number in zip(("Day", "Month", "Year"), date, strict=True):
            officer.part(words).get_by_label(part, exact=True).fill(str(number))
    officer.press("Start the grant")
    assert officer.reads("Running")
    officer.follow("Returns of this grant")
    assert officer.reads("Return 4 (final)")


def _open_the_return(group: Somebody) -> None:
    group.follow("Your grants")
    group.follow("Safer evenings")
    group.follow("See the return schedule")
    group.follow("Return 1")


def the_group_sends_its_return(group: Somebody) -> None:
    _open_the_return(group)
    group.tick("Going to plan")
    group.write("What did you do in these months?", "Twenty-four evenings of football and mentoring.")
    group.write("People you helped for the first time", "45")
    group.write("Sessions you ran", "24")
    group.write("Spent of the grant in these months", "2,250.50")
    group.write("What it was spent on, and anything that differs from the plan", "Youth workers and the hall.")
    group.press("Save and come back later")
    _open_the_return(group)
    assert group.page.get_by_label("Spent of the grant in these months").input_value() == "2,250.50"
    group.write("People who had come before and came again", "30")
    group.write("Attendances", "450")
    group.write("What went well, what did not, what you learned", "Tuesdays are quieter than Fridays.")
    group.press("Save and send to be signed")
    group.tick("I have read this return. It is true, and I may sign for the group.")
    group.write("Your full name", "Chair of the club")
    group.press("Sign and send")
    assert group.reads("Sent")


def the_officer_asks_a_question_back(officer: Somebody) -> None:
    officer.follow("Returns")
    officer.follow(", return 1")
    assert officer.reads("£2,250.50")
    officer.write("Your question", "What does the hall cost for each evening?")
    officer.press("Send the question")
    assert officer.reads("Question asked")


def the_group_answers(group: Somebody) -> None:
    _open_the_return(group)
    assert group.reads("What does the hall cost for each evening?")
    group.write("Your answer", "It costs £20 for each evening.")
    group.press("Send the answer")
    assert group.reads("It costs £20 for each evening.")


def the_officer_accepts_the_return(officer: Somebody) -> None:
    officer.follow("Returns")
    officer.follow(", return 1")
    assert officer.reads("It costs £20 for each evening.")
    officer.tick("Green")
    officer.press("Accept the return")
    assert officer.reads("Accepted")


def the_mailbox_holds_each_letter_once(somebody: Somebody) -> None:
    somebody.go_to("/sample/mailbox")
    subjects = [heading.inner_text() for heading in somebody.page.locator("main h2").all()]
    # A receipt's number ends in letters that nobody can foretell.
    begins = [subject.partition(": receipt")[0] for subject in subjects]
    assert {letter: begins.count(letter) for letter in LETTERS} == dict.fromkeys(LETTERS, 1)


def the_round_shows_what_came_of_it(manager: Somebody) -> None:
    _open_the_round(manager)
    assert manager.reads("Received 2")
    assert manager.reads("Recommended 1")
