"""Words of the work queue of eligibility and requests for a review."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {}
RECORDED: dict[tuple[str, str], str] = {
    ("application", "take-up-check"): "Take up the check",
}
SENTENCES: dict[str, str] = {}
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
