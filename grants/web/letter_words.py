"""The letters to a group in words: what staff call each, and what stands in the places that its own words may fill."""

from __future__ import annotations

from collections.abc import Iterable

TITLES: dict[str, str] = {
    "draft-saved": "Application started",
    "draft-reminder": "Reminder: application not sent",
    "form-changed": "Form changed",
    "deadline-moved": "Deadline moved",
    "more-time-given": "More time for one group",
    "round-cancelled": "Round cancelled",
    "application-lapsed": "Application not sent in time",
    "submission-receipt": "Receipt for an application",
    "submission-taken-back": "Application taken back",
    "clarification-asked": "Question about a bid",
    "clarification-reminder": "Reminder: question about a bid",
    "clarification-taken-back": "Question about a bid taken back",
    "application-disqualified": "Not eligible",
    "application-reinstated": "Back in the round",
    "progressed-to-assessment": "Now being scored",
    "outcome-declined": "Not successful",
    "outcome-reserve": "On the reserve list",
    "reserve-ended": "Reserve list ended",
    "offer": "Offer of a grant",
    "offer-reminder": "Reminder: offer to answer",
    "offer-lapsed": "Offer ended",
    "offer-accepted-copy": "Offer accepted: copy for the group",
    "award-active": "Grant started",
    "return-reminder": "Reminder: return",
    "return-to-sign": "Return to sign",
    "return-receipt": "Return received",
    "return-queried": "Question about a return",
    "return-reopened": "Return reopened",
    "return-accepted": "Return accepted",
    "return-waived": "Return not needed",
}
PLACES: dict[str, str] = {
    "group": "the name of the group",
    "reference": "the number of the application",
    "project": "the name of the project",
    "round": "the title of the round",
    "closes": "the day and hour by which to send it",
    "receipt": "the number of the receipt",
    "answer by": "the day by which to answer",
    "amount": "the amount of the grant",
    "accept by": "the last day to accept the offer",
    "reserve until": "the last day of the reserve list",
    "starts": "the first day of the grant",
    "ends": "the last day of the grant",
    "period": "the days that the return is about",
    "due": "the day by which to send the return",
}


def unknown_words(unknown: Iterable[str], known: Iterable[str]) -> str:
    """What to say of places that a letter does not know."""
    return f"This letter does not know {', '.join(unknown)}. It knows {', '.join(f'{{{name}}}' for name in known)}."
