"""Words of the work queue of eligibility and requests for a review."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {
    "review": {
        "requested": ("Waits for a reviewer", "We have your request", "yellow"),
        "taken_up": ("Being reviewed", "Somebody is looking at it", "blue"),
        "upheld": ("The decision stands", "The decision stands", "grey"),
        "reopened": ("Reopened", "It is looked at again", "green"),
    }
}
ACTIONS: dict[tuple[str, str], str] = {
    ("review", "request"): "Ask for a review",
    ("review", "record"): "Write down a request for a review",
    ("review", "take-up"): "Take the review up",
    ("review", "hand-back"): "Hand the review back",
    ("review", "uphold"): "Say that the decision stands",
    ("review", "reopen"): "Reopen it",
    ("review", "follow-up"): "Record what came of it",
}
RECORDED: dict[tuple[str, str], str] = {
    ("application", "take-up-check"): "Take up the check",
}
SENTENCES: dict[str, str] = {
    "files-of-no-question": "Choose documents that the form asks for.",
    "file-not-asked-for": "Only the documents that we named can come with this answer.",
    "review-nothing-decided": "There is no decision on this application that can be reviewed.",
    "review-too-late": "The time to ask for a review is over: it ended at {late_from}.",
    "review-asked-already": "Your group has asked for a review of this decision already.",
    "review-ground-needed": "Choose what went wrong, and tell us about it.",
    "review-words-needed": "Tell us what went wrong.",
    "review-asker-needed": "Say who of the group asked, and how.",
    "review-who-asked-needed": "Write who of the group asked.",
    "review-came-by-needed": "Choose how it came.",
    "review-day-impossible": "This day must not be in the future, nor before the group was told.",
    "review-had-a-part": "You can't review this, because you {part}. Somebody who had no part in it has to.",
    "review-is-anothers": "Somebody else reviews this, or nobody has taken it up.",
    "review-followed-up": "What came of it is recorded already, or nothing is left to do.",
    "review-reinstate-first": "Reinstate the bid first: scoring is not over, so it can be scored like the others.",
}
CAME_BY: dict[str, str] = {"letter": "By letter", "phone": "By telephone", "in-person": "In person"}
# What went wrong, as the group chooses it.
GROUNDS: dict[str, str] = {
    "rule-read-wrongly": "A rule of the round was read wrongly",
    "something-missed": "Something that we sent was not looked at",
    "facts-wrong": "A fact about us or our project is wrong in the decision",
    "steps-not-kept": "The steps that the round promised were not kept",
    "interest": "Somebody took part who should not have, because of an interest",
}
# Where a reopened bid goes -> (what staff read, what the group reads)
RETURNS: dict[str, tuple[str, str]] = {
    "reinstated": ("The bid was reinstated.", "Your application is back in the round."),
    "check": (
        "A manager reinstates the bid: scoring is not over.",
        "Your application goes back into the round. We write to you when it is.",
    ),
    "panel": (
        "Scoring is over, so the panel and the decision maker look at the bid on its own. This service does not add it to the round's ranking: it is done and minuted by them, and what came of it is recorded here.",
        "The panel looks at your application. We write to you what came of it.",
    ),
    "decision": (
        "The decision was announced, and no review changes it by itself. The panel and the decision maker look at what went wrong; a new decision is a notice of its own, made outside this round. What came of it is recorded here.",
        "Those who decided look at what went wrong. We write to you what came of it.",
    ),
}
# What has to be done next with a bid in its check -> (heading in the queue, what it means)
NEXT: dict[str, tuple[str, str]] = {
    "confirm": (
        "Disqualification to confirm",
        "A colleague proposed it. A second person confirms it or sets it aside.",
    ),
    "answered": ("Answer came in", "Read what the group says, and judge the rule that it is about."),
    "overdue": ("Answer overdue", "Nobody answered in time. Judge the bid on what was sent, or ask again."),
    "automatic-fail": (
        "Failed by the computer",
        "Look whether the rule is right. Then ask the group, or propose to disqualify.",
    ),
    "failed": ("Failed by a person", "Ask the group, or propose to disqualify."),
    "referred": ("Referrals to settle", "A rule needs a person to look."),
    "manual": ("Rules to judge", "Only a person can judge them, or nobody has yet."),
    "ready": ("Ready to pass", "Every rule is met."),
    "second-person": ("Waits for a second person", "A disqualification is proposed, and it is not for you to confirm."),
    "written-by-you": ("You wrote it in", "You entered or read back this bid for its group, so a colleague checks it."),
    "with-group": ("Question with the group", "The check waits for the answer."),
    "not-closed": ("Not in its check yet", "It was sent, and its round has not closed."),
}
