"""What staff and groups read for each state of a lifecycle, and the colour of its tag."""

from __future__ import annotations

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
    "merge": {
        "proposed": ("Waits for the groups", "Waits for your group", "yellow"),
        "merged": ("Merged", "Merged", "green"),
        "dropped": ("Not merged", "Not merged", "grey"),
        "undone": ("Undone", "Undone", "grey"),
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
    "endorsement": {
        "requested": ("Asked", "Waiting for an answer", "blue"),
        "given": ("Given", "Given", "green"),
        "declined": ("Turned down", "Turned down", "grey"),
        "expired": ("Not answered in time", "Not answered in time", "grey"),
        "withdrawn": ("Taken back", "Taken back", "grey"),
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
