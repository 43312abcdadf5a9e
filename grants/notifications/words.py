"""What staff read for each e-mail and for where it stands; a test shows that every template has its words here."""

from __future__ import annotations

from grants.core.outbox import Delivery

# What kind of e-mail it is, in the words of the list.
TITLES: dict[str, str] = {
    "already-has-account": "Already has an account",
    "application-disqualified": "Not eligible",
    "application-lapsed": "Application not sent in time",
    "application-reinstated": "Back in the round",
    "application-withdrawn": "Application withdrawn",
    "award-active": "Grant started",
    "clarification-answered": "Question about a bid answered",
    "clarification-asked": "Question about a bid",
    "clarification-overdue": "Question about a bid not answered",
    "clarification-reminder": "Reminder: question about a bid",
    "clarification-taken-back": "Question about a bid taken back",
    "deadline-moved": "Deadline moved",
    "decision-awaiting": "Decision waiting",
    "decision-rejected": "Decision notice rejected",
    "decision-returned": "Decision notice returned",
    "disqualification-to-confirm": "Disqualification to confirm",
    "document-expiring": "Reminder: document runs out",
    "draft-reminder": "Reminder: application not sent",
    "draft-saved": "Application started",
    "file-infected": "Harmful file",
    "form-changed": "Form changed",
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
    "join-let-in": "Let into a group",
    "join-refused": "Not let into a group",
    "marker-recused": "Marker stood aside",
    "marking-assigned": "Bid to mark",
    "marking-reminder": "Reminder: marking",
    "marking-reopened": "Marks reopened",
    "merge-to-agree": "Two records of one group: agree?",
    "moderation-ready": "Round ready for the panel",
    "office-invitation": "Invitation to the office",
    "news-already": "News of rounds: on the list already",
    "news-confirm": "News of rounds: link to confirm",
    "more-time-given": "More time for one group",
    "offer": "Offer of a grant",
    "offer-accepted": "Offer accepted",
    "offer-accepted-copy": "Offer accepted: copy for the group",
    "offer-declined": "Offer turned down",
    "offer-lapsed": "Offer ended",
    "offer-reminder": "Reminder: offer to answer",
    "outcome-declined": "Not successful",
    "outcome-reserve": "On the reserve list",
    "progressed-to-assessment": "Now being scored",
    "recommendation-recorded": "Panel closed",
    "return-accepted": "Return accepted",
    "return-answered": "Question answered",
    "return-queried": "Question about a return",
    "return-receipt": "Return received",
    "return-received": "Return to read",
    "return-reminder": "Reminder: return",
    "return-reopened": "Return reopened",
    "return-to-sign": "Return to sign",
    "return-waived": "Return not needed",
    "round-cancelled": "Round cancelled",
    "round-decided": "Round decided",
    "round-opened": "News of rounds: open now",
    "sign-in-link": "Sign-in link",
    "sign-up-link": "Sign-up link",
    "submission-receipt": "Receipt for an application",
    "submission-taken-back": "Application taken back",
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
