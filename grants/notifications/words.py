"""What staff read for each e-mail and for where it stands; a test shows that every template has its words here."""

from __future__ import annotations

from grants.core.outbox import Delivery
from grants.web import letter_words

# What kind of e-mail it is, in the words of the list.
TITLES: dict[str, str] = {
    **letter_words.TITLES,
    "already-has-account": "Already has an account",
    "application-withdrawn": "Application withdrawn",
    "clarification-answered": "Question about a bid answered",
    "clarification-overdue": "Question about a bid not answered",
    "decision-awaiting": "Decision waiting",
    "decision-rejected": "Decision notice rejected",
    "decision-returned": "Decision notice returned",
    "disqualification-to-confirm": "Disqualification to confirm",
    "document-expiring": "Reminder: document runs out",
    "file-infected": "Harmful file",
    "endorsement-declined": "Endorsement: turned down",
    "endorsement-given": "Endorsement: given",
    "endorsement-reminder": "Reminder: endorsement",
    "endorsement-request": "Endorsement: link to answer",
    "event-cancelled": "Event: cancelled",
    "event-moved": "Event: changed",
    "event-place": "Event: your place",
    "event-recording": "Event: recording",
    "event-reminder": "Reminder: event",
    "group-invitation": "Invitation to a group",
    "join-asked": "Somebody asks to join a group",
    "join-asked-of-office": "Somebody asks to join a group without a lead",
    "join-let-in": "Let into a group",
    "join-refused": "Not let into a group",
    "late-time-to-confirm": "Time after the deadline to confirm",
    "marker-recused": "Marker stood aside",
    "marking-assigned": "Bid to mark",
    "marking-reminder": "Reminder: marking",
    "marking-round": "Bids to mark: what changed",
    "marking-reopened": "Marks reopened",
    "merge-to-agree": "Two records of one group: agree?",
    "moderation-ready": "Round ready for the panel",
    "office-invitation": "Invitation to the office",
    "news-already": "News of rounds: on the list already",
    "news-confirm": "News of rounds: link to confirm",
    "offer-accepted": "Offer accepted",
    "offer-declined": "Offer turned down",
    "recommendation-recorded": "Panel closed",
    "return-answered": "Question answered",
    "return-received": "Return to read",
    "review-followed-up": "Review: what came of it",
    "review-outcome": "Review: outcome",
    "review-received": "Review: request received",
    "review-reopened": "Reopened by a review",
    "review-requested": "Review asked for",
    "round-decided": "Round decided",
    "round-opened": "News of rounds: open now",
    "sign-in-link": "Sign-in link",
    "sign-up-link": "Sign-up link",
}

# Where a message stands -> (words, colour of the tag)
DELIVERIES: dict[Delivery, tuple[str, str]] = {
    Delivery.QUEUED: ("Waiting to go", "blue"),
    Delivery.SENDING: ("Being sent", "blue"),
    Delivery.SENT: ("Sent", "green"),
    Delivery.DEAD: ("Could not be sent", "red"),
    Delivery.NOT_OWED: ("No longer needed", "grey"),
}

# These carry a link that lets somebody in: the link is wiped once it is sent, and they go before all others.
SECRET_TEMPLATES = frozenset({"sign-in-link", "sign-up-link", "office-invitation", "group-invitation", "news-confirm"})
# What these say holds a link for its reader alone: they can go again, and no copy of the words is kept.
PRIVATE_TEMPLATES = frozenset(
    {
        *("endorsement-reminder", "endorsement-request", "news-already", "round-opened"),
        *("event-moved", "event-place", "event-reminder"),
    }
)
