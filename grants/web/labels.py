"""Every word that stands for a code: states for each audience, actions, and the sentence of each refusal.

Codes come from `workflows`; a test shows that none of them reaches a page without its words here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from grants.web import answer_labels, file_labels
from workflows.deadlines import to_london
from workflows.money import format_pounds

STAFF, GROUP, PUBLIC = "staff", "group", "public"

# lifecycle -> state -> (what staff read, what the group reads, colour of the tag)
STATES: dict[str, dict[str, tuple[str, str, str]]] = {
    "round": {
        "draft": ("Being set up", "Not open", "grey"),
        "approved": ("Approved", "Not open", "grey"),
        "scheduled": ("Opens soon", "Opens soon", "blue"),
        "open": ("Open", "Open", "green"),
        "closed": ("Closed", "Closed", "grey"),
        "checking": ("Eligibility checks", "Closed: bids are being checked", "blue"),
        "scoring": ("Scoring", "Closed: bids are being scored", "blue"),
        "moderating": ("Moderation", "Closed: with the panel", "blue"),
        "recommending": ("With the panel", "Closed: with the panel", "blue"),
        "decided": ("Decided, not announced", "Closed: decision soon", "yellow"),
        "announced": ("Announced", "Decided", "green"),
        "complete": ("Complete", "Decided", "grey"),
        "cancelled": ("Cancelled", "Cancelled", "red"),
    },
    "application": {
        "draft": ("Draft", "Not sent yet", "yellow"),
        "submitted": ("Submitted", "Sent", "green"),
        "checking": ("Eligibility check", "Being checked", "blue"),
        "clarification": ("Question to the group", "We have a question", "yellow"),
        "disqualified": ("Disqualified", "Not eligible", "red"),
        "eligible": ("Eligible", "Being assessed", "blue"),
        "scoring": ("With markers", "Being assessed", "blue"),
        "scored": ("Scored", "Being assessed", "blue"),
        "moderated": ("Moderated", "Being assessed", "blue"),
        "recommended": ("Recommended", "Being assessed", "green"),
        "reserve": ("Reserve list", "Being assessed", "yellow"),
        "not_recommended": ("Not recommended", "Being assessed", "grey"),
        "approved": ("Approved", "Being assessed", "green"),
        "declined": ("Declined", "Being assessed", "red"),
        "awarded": ("Awarded", "Grant awarded", "green"),
        "lapsed": ("Lapsed", "Not sent in time", "grey"),
        "withdrawn": ("Withdrawn", "Withdrawn", "grey"),
        "offer_lapsed": ("Offer ended", "Offer ended", "grey"),
    },
    "document": {
        "waiting": ("Not yet scanned", "Not yet scanned", "yellow"),
        "clean": ("Scanned, clean", "Ready", "green"),
        "infected": ("Harmful: shut away", "Harmful: shut away", "red"),
        "replaced": ("Replaced by a newer one", "Replaced by a newer one", "grey"),
        "removed": ("Taken off", "Taken off", "grey"),
    },
    "assignment": {
        "assigned": ("Interests to declare", "", "yellow"),
        "interest_declared": ("Interests declared", "", "blue"),
        "recused": ("Stood aside", "", "grey"),
        "marking": ("Marking", "", "blue"),
        "locked": ("Locked", "", "green"),
        "reopened": ("Reopened", "", "yellow"),
        "final": ("Final", "", "green"),
    },
    "event": {
        "planned": ("Planned", "", "blue"),
        "held": ("Held", "", "grey"),
        "recording_published": ("Recording published", "", "green"),
        "cancelled": ("Cancelled", "", "red"),
    },
    "panel": {
        "convened": ("Interests to declare", "", "yellow"),
        "interests_declared": ("Ready to sit", "", "blue"),
        "in_session": ("In session", "", "green"),
        "closed": ("Closed", "", "grey"),
    },
    "decision": {
        "draft": ("Draft", "", "grey"),
        "consultation": ("Declarations", "", "blue"),
        "officer_approval": ("Officer approval", "", "blue"),
        "with_pcc": ("With the decision maker", "", "yellow"),
        "approved": ("Approved", "", "green"),
        "rejected": ("Rejected", "", "red"),
        "returned": ("Returned to the panel", "", "yellow"),
        "published": ("Published", "Published", "green"),
    },
    "award": {
        "offer_draft": ("Offer not made yet", "", "grey"),
        "offered": ("Offered", "Waiting for your answer", "yellow"),
        "accepted": ("Accepted", "Accepted", "green"),
        "active": ("Running", "Running", "green"),
        "declined_by_recipient": ("Turned down by the group", "You turned this down", "grey"),
        "lapsed": ("Offer lapsed", "The offer has ended", "red"),
    },
    "return": {
        "scheduled": ("Not open yet", "Not open yet", "grey"),
        "open": ("Asked for", "To do", "yellow"),
        "in_progress": ("Being written", "Started", "blue"),
        "awaiting_sign_off": ("Waiting for sign-off", "To sign", "yellow"),
        "submitted": ("To read", "Sent", "green"),
        "queried": ("Question asked", "Question to answer", "yellow"),
        "accepted": ("Accepted", "Accepted", "green"),
        "waived": ("Not needed", "Not needed", "grey"),
    },
}
# What a group reads once the round is announced: before that, every outcome looks the same to it.
ANNOUNCED_TO_GROUP = {
    "approved": ("Offer made", "green"),
    "declined": ("Not successful", "grey"),
    "reserve": ("On the reserve list", "yellow"),
}

# (lifecycle, action) -> the words on the button
ACTIONS: dict[tuple[str, str], str] = {
    ("round", "create"): "Create the round",
    ("round", "edit"): "Change the set-up",
    ("round", "approve"): "Approve the round",
    ("round", "schedule"): "Publish the round",
    ("round", "open"): "Open the round",
    ("round", "move-deadline"): "Move the deadline",
    ("round", "extend-deadline"): "Move the deadline",
    ("round", "change-form"): "Change the published form",
    ("round", "revise"): "Publish the change",
    ("round", "close"): "Close the round",
    ("round", "start-checking"): "Start eligibility checks",
    ("round", "start-scoring"): "Start scoring",
    ("round", "start-moderating"): "Start moderation",
    ("round", "start-recommending"): "Start recommending",
    ("round", "decide"): "Record the decision",
    ("round", "announce"): "Announce the outcomes",
    ("round", "complete"): "Complete the round",
    ("round", "cancel"): "Cancel the round",
    ("application", "start"): "Start an application",
    ("application", "submit"): "Send the application",
    ("application", "unsubmit"): "Take it back to change it",
    ("application", "lapse"): "Lapse",
    ("application", "start-checking"): "Start the eligibility check",
    ("application", "propose-disqualification"): "Propose to disqualify",
    ("application", "set-aside-proposal"): "Set the proposal aside",
    ("application", "disqualify"): "Confirm the disqualification",
    ("application", "ask"): "Ask the group a question",
    ("application", "answer"): "Answer the question",
    ("application", "stop-waiting"): "Stop waiting for an answer",
    ("application", "take-back-question"): "Take the question back",
    ("application", "pass-checks"): "Pass as eligible",
    ("application", "reinstate"): "Reinstate",
    ("application", "start-scoring"): "Send to the markers",
    ("application", "finish-scoring"): "Finish scoring",
    ("application", "reopen-scoring"): "Reopen scoring",
    ("application", "moderate"): "Record the agreed scores",
    ("application", "recommend"): "Recommend",
    ("application", "put-in-reserve"): "Put on the reserve list",
    ("application", "not-recommend"): "Do not recommend",
    ("application", "send-back"): "Send back to the panel",
    ("application", "approve"): "Approve",
    ("application", "decline"): "Decline",
    ("application", "announce-declined"): "Tell the group",
    ("application", "announce-reserve"): "Tell the group",
    ("application", "award"): "Award",
    ("application", "lapse-offer"): "End the offer",
    ("application", "withdraw"): "Withdraw the application",
    ("document", "upload"): "Upload",
    ("document", "pass-scan"): "Find clean",
    ("document", "quarantine"): "Shut away",
    ("document", "replace"): "Replace",
    ("document", "remove"): "Take off",
    ("assignment", "assign"): "Assign a marker",
    ("assignment", "declare"): "Declare interests",
    ("assignment", "recuse"): "Stand aside",
    ("assignment", "begin"): "Start marking",
    ("assignment", "lock"): "Lock your marks",
    ("assignment", "reopen"): "Reopen the marks",
    ("assignment", "finalise"): "Make final",
    ("event", "plan"): "Plan an event",
    ("event", "change"): "Change the event",
    ("event", "hold"): "Mark as held",
    ("event", "publish-recording"): "Publish the recording",
    ("event", "change-recording"): "Change the recording",
    ("event", "cancel"): "Cancel the event",
    ("panel", "convene"): "Convene the panel",
    ("panel", "interests-complete"): "Interests complete",
    ("panel", "interests-reopened"): "Ask for interests again",
    ("panel", "open"): "Open the session",
    ("panel", "close"): "Close the panel",
    ("panel", "reopen"): "Reopen the panel",
    ("decision", "raise"): "Draft the decision notice",
    ("decision", "consult"): "Send for declarations",
    ("decision", "consulted"): "Declarations complete",
    ("decision", "pass-on"): "Pass to the decision maker",
    ("decision", "approve"): "Approve the recommendations",
    ("decision", "return"): "Return to the panel",
    ("decision", "reject"): "Reject",
    ("decision", "publish"): "Publish the notice",
    ("award", "draft-offer"): "Draft the offer",
    ("award", "offer"): "Make the offer",
    ("award", "accept"): "Accept the offer",
    ("award", "decline"): "Turn the offer down",
    ("award", "lapse"): "End the offer",
    ("award", "activate"): "Start the grant",
    ("return", "schedule"): "Schedule",
    ("return", "open"): "Ask for the return",
    ("return", "start"): "Start the return",
    ("return", "finish"): "Send for sign-off",
    ("return", "send-back"): "Change it first",
    ("return", "submit"): "Sign and send",
    ("return", "query"): "Ask a question",
    ("return", "answer"): "Answer",
    ("return", "accept"): "Accept the return",
    ("return", "reopen"): "Reopen the return",
    ("return", "waive"): "Say it is not needed",
}

# What the record holds besides the actions of the tables.
RECORDED: dict[tuple[str, str], str] = {
    ("document", "change-expiry"): "Change the date it runs out",
    ("round", "discard-change"): "Drop the change of the form",
    ("application", "form-seen"): "Read what changed in the form",
    ("application", "save-answers"): "Save answers",
    ("application", "copy-answers"): "Take over answers of an earlier bid",
    ("application", "run-rules"): "Run the automatic rules",
    ("application", "settle-rule"): "Judge a rule",
    ("application", "declare-interest"): "Declare an interest",
    ("application", "interest-found"): "An interest was found",
    ("application", "stated-amounts"): "Keep the amounts as they were written",
}

# role -> (its name, what it lets a person do); the order is that of the screens
OFFICE_ROLES: dict[str, tuple[str, str]] = {
    "officer": ("Grants officer", "Checks bids, asks questions, reads returns"),
    "manager": ("Grants manager", "Sets up rounds, confirms, announces, invites people"),
    "marker": ("Marker", "Scores the bids they are given"),
    "chair": ("Panel chair", "Leads moderation and records agreed scores"),
    "panel_member": ("Panel member", "Declares interests and takes part in the panel"),
    "decision_maker": ("Decision maker", "Approves or returns the recommendations"),
    "chief_executive": ("Chief executive", "Passes decisions on where the office asks for it"),
    "finance": ("Finance officer", "Sees awards and what is committed"),
    "admin": ("Administrator", "Invites people and ends access; reads no bids"),
}
GROUP_ROLES: dict[str, tuple[str, str]] = {
    "contributor": ("Contributor", "Helps to write applications and returns"),
    "signatory": ("Signatory", "Accepts offers and signs returns for the group"),
    "lead": ("Lead", "Writes and sends applications, invites people"),
}
# Question E1 of the application form, in its order.
ORGANISATION_KINDS: dict[str, str] = {
    "registered_charity": "Registered charity",
    "cio": "Charitable incorporated organisation (CIO)",
    "cic_guarantee": "Community interest company limited by guarantee",
    "cic_shares": "Community interest company limited by shares",
    "company_by_guarantee": "Company limited by guarantee",
    "society": "Community benefit society or co-operative",
    "unincorporated_group": "Community group with a constitution, not registered",
    "parish_council": "Parish or town council",
    "local_authority": "Local authority or community safety partnership",
    "school": "School, college or university",
    "faith_body": "Faith body",
    "sports_club": "Sports club",
    "housing_association": "Housing association",
    "public_body": "Police or another public body",
    "business": "Business",
    "individual": "One person, not an organisation",
    "other": "Something else",
}

# Refusal code -> sentence. Braces are filled from the refusal's detail, money and times in people's form.
SENTENCES: dict[str, str] = {
    "amount-needed": "Enter an amount of more than £0.",
    "closing-missing": "Give a closing time, or say that the round is rolling.",
    "criterion-unread": "No question is read for these criteria: {criteria}.",
    "dates-out-of-order": "This date must come after the one before it.",
    "deadline-after-what-follows": "The deadline must stay before the end of scoring and the panel.",
    "fund-code-taken": "Another fund of the office has this code.",
    "fund-unknown": "The office has no fund with this code.",
    "guidance-missing": "Write the guidance for groups.",
    "limit-above-pot": "The most that a group may ask is more than the pot.",
    "limits-out-of-order": "The least that a group may ask is more than the most.",
    "money-not-confirmed": "Record that the finance officer has confirmed the money.",
    "more-than-the-source": "The money source has only {free_pence} left.",
    "name-too-long": "Use at most 200 characters.",
    "no-questions": "The round has no questions.",
    "opening-missing": "Give an opening time.",
    "pot-not-covered": "The pot is {pot_pence} and the fund has {free_pence} left. Lower the pot, or add money to the fund.",
    "privacy-notice-missing": "Write the privacy notice.",
    "question-of-unknown-criterion": "Some questions name a criterion that the round does not have: {criteria}.",
    "choice-without-options": "Question {question} has nothing to choose from. Give it answers.",
    "condition-no-such-answer": "Question {question} waits for an answer that the other question does not have.",
    "condition-not-asked-before": "Question {question} hangs on a question that is not asked before it.",
    "question-code-twice": "Two questions have the code {question}. Give each its own.",
    "question-kind-fixed": "Question {question} must take the kind of answer that it has in the model form, as rules read it.",
    "form-question-needed": "The form needs question {question}: without it a bid has no name or no amount.",
    "rule-question-missing": "Rule {rule} reads a question that the form does not ask: {questions}.",
    "scored-by-no-criterion": "Question {question} is scored, but no criterion reads it.",
    "section-code-twice": "Two sections have the code {section}. Give each its own.",
    "section-empty": 'The section "{title}" asks no question.',
    "table-without-columns": "Question {question} is a table without columns.",
    "word-limit-zero": "Question {question} has a word limit of 0. Take the limit out, or make it larger.",
    "nothing-changed": "Nothing is changed yet, so there is nothing to publish.",
    "rubric-in-use": "{count} bids are being judged already, so the criteria and rules can't change. Change only the questions and words.",
    "code-needed": "Each of these needs a code or a name.",
    "code-too-long": "One of these codes is too long.",
    "code-twice": "Two of these have the same code. Give each its own.",
    "fixed-once-published": "This can't be changed here once the round is published.",
    "title-too-long": "Use at most 200 characters for each title.",
    "weight-out-of-range": "A weight is a whole number from 1 to 100.",
    "round-code-taken": "The office has a round with this code already.",
    "round-file-wrong": "The file can't be used yet. What to put right is listed below.",
    "source-name-needed": "Give the money a name.",
    "title-needed": "Enter a title.",
    "weights-not-100": "The weights add up to {total}. Make them add up to 100.",
    "already-decided": "The decision on this round is made, so the panel stays closed.",
    "agreed-score-needs-reason": "Write the reason for each agreed score that is outside the markers' own scores: {criteria}.",
    "answer-day-past": "Give a day that is still to come.",
    "answer-still-awaited": "The group has until {due_at}.",
    "answer-too-late": "The time to answer ended at {due_at}.",
    "no-question-waits": "No question waits for an answer.",
    "answer-needed": "Write your answer to the question.",
    "award-not-active": "The grant has not started yet.",
    "award-reason-needed": "Write, for each grant, why it will help to reduce crime and disorder.",
    "below-line-needs-reason": "This bid is below the line. To recommend it all the same, write the panel's reason.",
    "bid-not-in-scoring": "This bid is not with the markers now, so marks can't be locked.",
    "bids-still-checking": "Eligibility checks come first: {count} still to finish.",
    "bids-still-moderating": "Every bid needs its agreed scores first: {count} still to do.",
    "bids-still-scoring": "Every marker must lock their marks first: {count} bids still to finish.",
    "bids-without-outcome": "Every bid needs an outcome first: {count} still to do.",
    "bid-not-in-round": "This bid is not part of the round.",
    "certification-needed": "Tick the box to say that the return is true, and type your name.",
    "budget-does-not-sum": "The budget lines add up to {total_pence}, and you ask for {ask_pence}. Make the two the same.",
    "budget-empty": "Write at least one line of the budget.",
    "changed-since-opened": "Someone changed this since you opened it. Open the page again to see it as it is now, then do what you wanted.",
    "closing-not-reached": "The closing time has not passed yet: {closes_at}.",
    "conditions-open": "Some conditions of the grant are not met yet.",
    "criteria-not-agreed": "Agree a score for every criterion first: {criteria}.",
    "criteria-unscored": "Score every criterion first: {criteria}.",
    "csrf": "For safety a page can be sent only for a limited time. What you typed is below. Open the page again and send it once more.",
    "round-not-to-come": "This round is open or over, so there is no opening to wait for.",
    "deadline-only-later": "A deadline can only be moved later. It is now {closes_at}.",
    "deadline-passed": "The deadline has passed: {deadline}. Nothing can be sent or changed after it.",
    "decision-not-approved": "The decision has not been approved yet.",
    "decision-under-way": "The notice of this round is already on its way.",
    "declarations-missing": "Some officers' declarations are missing: {which}.",
    "direct-interest": "A direct interest is declared in this bid, so it stays closed to that person.",
    "disqualification-pending": "A disqualification is proposed. A manager confirms it or sets it aside first.",
    "drafts-not-lapsed-yet": "The last drafts are ended one minute after closing: {count} to go.",
    "failed-rule-needed": "Choose at least one rule that failed.",
    "form-not-complete": "The application is not complete yet. The task list shows what is missing.",
    "funding-period-needed": "Give the first and the last day of the grant.",
    "interest-not-declared": "Say first whether you have an interest in this bid.",
    "interests-statement-needed": "Say whether you have an interest in any of these bids.",
    "interests-undeclared": "Every panel member declares their interests in every bid first: {count} declarations missing.",
    "invalid": "Something on the page is not right yet.",
    "justification-missing": "Write the reason for this score.",
    "justification-too-short": "Write at least {minimum} words for this score. You wrote {words}.",
    "last-keeper-of-office": "An office needs somebody who can invite others. Give another person the administrator or manager role first.",
    "last-lead-of-group": "A group needs a lead. Make somebody else a lead first.",
    "line-amount-missing": "Write the amount of this line.",
    "line-amount-not-positive": "The amount of a line must be more than £0.",
    "line-description-missing": "Write what this line pays for.",
    "link-spent": "This link has been used or is too old. Ask for a new one.",
    "link-not-sent-again": "This message carried a link that has ended. Ask the person to sign in, or invite them again.",
    "live-bid-exists": "Your group already has an application in this round. Each group may have one.",
    "marker-of-the-group": "This person belongs to the group that applied, so they can't mark its bid.",
    "markers-not-locked": "Waiting for markers to lock their marks: {count} to go.",
    "message-not-dead": "This message is not waiting for you: it was sent, or somebody has sent it again already.",
    "moderation-closed": "Moderation has closed, so marks stay as they are.",
    "moderation-not-closed": "Moderation is still open.",
    "no-direct-interest": "Only a person with a direct interest stands aside.",
    "no-disqualification-proposed": "No disqualification is proposed.",
    "no-eligible-bids": "No bid is eligible, so there is nothing to score.",
    "no-failed-rule": "No rule has failed. Record the failed rule and its evidence first.",
    "not-allowed": "Your role does not include this.",
    "not-found": "There is nothing here, or it is not yours to see.",
    "not-in-this-state": "This can't be done at this point. It may have been done already: open the page again to see.",
    "not-quorate": "The panel is not quorate. It needs {need} members present, with an officer and the chair, and a resident where the round asks for one.",
    "not-your-assignment": "This is another marker's work.",
    "nothing-recommended": "There are no outcomes to decide on.",
    "offer-expired": "The time to accept this offer has passed ({accept_by_on}). Ask the office.",
    "offer-not-accepted": "The offer has not been accepted.",
    "offer-still-open": "The offer is still open.",
    "offers-unanswered": "Some offers are still waiting for an answer: {count}.",
    "office-code-malformed": "An office's code is 2 to 20 letters, digits or hyphens.",
    "office-code-taken": "Another office has this code.",
    "office-name-needed": "Enter the office's name.",
    "officer-approval-needed": "The chief executive passes this on.",
    "event-not-over": "It ends at {ends_at}.",
    "recording-needed": "Give the address of the recording.",
    "opening-not-reached": "It opens at {opens_at}.",
    "organisation-kind-unknown": "Choose what kind of organisation you are.",
    "organisation-name-needed": "Enter the organisation's name.",
    "outcome-needed": "Choose what you find.",
    "over-the-decision": "An offer can't be more than was decided.",
    "over-the-pot": "This does not fit: {ask} is asked and {left} is left in the pot.",
    "own-last-access": "You can't end your own last way in. Ask another administrator or manager to do it.",
    "panel-not-closed": "The panel has not closed.",
    "panel-not-in-session": "The panel is not in session. The chair opens it first.",
    "proposal-waits": "A disqualification is proposed and waits for a second person.",
    "question-needed": "Write the question.",
    "quiz-not-passed": "Answer the eligibility questions first. Your answers must show that you can apply.",
    "reason-needed": "Write the reason.",
    "refused": "This can't be done.",
    "return-not-complete": "The return is not complete yet.",
    "role-not-of-a-group": "Choose a role in the group.",
    "role-not-of-an-office": "Choose a role in the office.",
    "round-cancelled": "This round was cancelled.",
    "round-is-rolling": "This round has no closing time to move.",
    "round-not-announced": "The outcomes have not been announced yet.",
    "round-not-open": "This round is not open for applications.",
    "round-not-ready": "The round is not ready yet. The page lists what to put right.",
    "round-still-open": "The round is still open. Checks start when it has closed.",
    "rule-not-of-the-round": "This round does not have that rule.",
    "rule-failed": "A rule has failed: {rules}. Propose to disqualify, or record new evidence.",
    "rules-unsettled": "Some rules still need a person to look: {rules}.",
    "same-person": "A second person must confirm this. You proposed it, so it can't be you.",
    "score-needs-justification": "Write the reason for each score: {criteria}. Scores of 0, 1 and 5 need at least 20 words.",
    "scoring-not-done": "Scoring is not finished yet.",
    "scoring-over": "Scoring is over, so a bid can't come back into it.",
    "signature-needed": "Type your full name to sign.",
    "spend-over-award": "The spending reported so far ({ask}) is more than the grant ({left}). Check the figures.",
    "terms-not-agreed": "Tick the box to say that the group agrees to the terms.",
    "too-few-markers": "Each bid needs {need} markers who have said that they have no direct interest. It has {have}.",
    "too-many-words": "Use {limit} words or fewer. You wrote {words}.",
    "took-part-earlier": "You marked, chaired, moderated or declared an interest here, so someone else must decide.",
    "wrong-code": "This code is not right. Codes change every 30 seconds, and each works once: wait for the next one.",
    "already-assigned": "{name} has been asked to mark {reference} already.",
    "amount-not-ask": "The panel recommends the whole ask or nothing, never a part.",
    "bid-not-eligible": "{reference} can't be given to markers now. It must have passed its checks, and its scoring must not be over.",
    "interest-detail-needed": "Say what the interest is.",
    "line-already-moved": "The line was moved once already. It can be moved only once in a round.",
    "line-out-of-range": "The line must be a number from 0 to 100.",
    "member-twice": "A person can sit on the panel only once.",
    "member-without-role": "Somebody on the list does not hold the role that this seat needs. An administrator gives roles.",
    "not-a-marker": "{name} is not a marker in this office.",
    "panel-convened-already": "This round has its panel already.",
    "panel-needs-chair": "Choose at least one chair.",
    "panel-opened-already": "The panel has opened, so its members stay as they are.",
    "recommended-below-line": "These bids are recommended below the line without a reason: {references}. Write the reason for each, or draw the line again.",
    "text-too-long": "This is too long. Use at most {most} characters.",
    "too-few-markers-on": "Each bid needs {need} markers who have said that they have no direct interest. These have too few: {references}.",
    "unresolved-tie": "These bids are equal in everything that the rule compares, and the pot or the line parts them: {references}. Set the outcome of each by hand, with the panel's reason.",
    "score-out-of-range": "A score of {score} is not possible here. The highest is {max_score}.",
    "unknown-criterion": "The round has no criterion {criterion}.",
    "http-400": "The request could not be read. Go back, check what you typed and send it again.",
    "http-401": "You have to sign in first. Copy what you typed, sign in, and send it again.",
    "http-404": "There is nothing here, or it is not yours to see. Check the address, or start from the first page.",
    "http-405": "This address can't be used in this way.",
    "http-413": "What was sent is too large.",
    "http-429": "You have tried many times in a short while. Wait 15 minutes and try again.",
    "http-500": "Something went wrong on our side. Nothing was half-saved. Try again; if it goes on, give the office the number below.",
    "http-503": "The service is not available for a moment. Nothing is lost. Try again in a minute.",
    "too-many-requests": "You have tried many times in a short while. Wait 15 minutes and try again.",
}
SENTENCES |= answer_labels.SENTENCES | file_labels.SENTENCES
HEADINGS = {
    400: "The request could not be read",
    401: "You are not signed in",
    403: "You can't do this",
    404: "Page not found",
    405: "This can't be done here",
    409: "This could not be done",
    410: "This link no longer works",
    413: "Too large",
    422: "There is a problem",
    429: "Too many tries",
    500: "Sorry, something went wrong",
    503: "Sorry, not available just now",
}


def state_label(lifecycle: str, state: str, audience: str = STAFF) -> str:
    """What this audience reads for a state."""
    staff, group, _ = STATES[lifecycle][str(state)]
    return staff if audience == STAFF else group


def state_colour(lifecycle: str, state: str) -> str:
    return STATES[lifecycle][str(state)][2]


def action_label(lifecycle: str, action: str) -> str:
    return ACTIONS.get((lifecycle, action)) or RECORDED[lifecycle, action]


def role_label(role: str) -> str:
    """The name of a role, as a person may be called by it."""
    return (OFFICE_ROLES | GROUP_ROLES)[str(role)][0]


def heading_for(status: int) -> str:
    return HEADINGS.get(status, HEADINGS[500] if status >= 500 else HEADINGS[400])


def sentence_for(code: str, detail: Mapping[str, Any] | None = None) -> str:
    """The sentence of a refusal, filled with the detail's values in the form that people read."""
    words = SENTENCES.get(code, SENTENCES["refused"])
    return words.format_map(_Shown({key: _show(key, value) for key, value in (detail or {}).items()}))


class _Shown(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "not set"


def _show(key: str, value: Any) -> str:
    if (key in {"ask", "left"} or key.endswith("_pence")) and isinstance(value, int):
        return format_pounds(value)
    if isinstance(value, datetime):
        return f"{to_london(value):%-d %B %Y at %H:%M}"
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    if isinstance(value, (tuple, list, set, frozenset)):
        return ", ".join(_show("", item) for item in value)
    if isinstance(value, StrEnum):
        return value.replace("_", " ")
    return "not set" if value is None else str(value)
