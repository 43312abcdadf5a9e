"""Where an e-mail leads: the page of each kind of thing for the group and for the office.

Written here and not asked of Flask, because a worker renders outside a request; a test holds each against the routes.
"""

from __future__ import annotations

HOME = "/"
# What anybody reads of a round, for those who have no account.
PUBLIC_ROUND = "/rounds/{round_id}"
# Kind of thing -> its page, filled with the ids that its facts know.
GROUP_PAGES: dict[str, str] = {
    "application": "/applications/{application_id}",
    "award": "/grants/{award_id}",
    "clarification": "/applications/{application_id}/questions",
    "event": "/events/{event_id}",
    "endorsement": "/applications/{application_id}/endorsements",
    "document": "/applications/{application_id}",
    "return": "/returns/{return_id}",
    "review": "/applications/{application_id}/review",
    "round": "/applications",
}
# A document that an organisation keeps belongs to no bid.
KEPT_DOCUMENTS = "/groups/{organisation_id}/documents"
OFFICE_PAGES: dict[str, str] = {
    "event": "/office/events/{event_id}",
    "application": "/office/applications/{application_id}",
    "assignment": "/office/marking/{assignment_id}",
    "award": "/office/awards/{award_id}",
    "decision": "/office/decisions/{decision_id}",
    "panel": "/office/panels/{panel_id}",
    "return": "/office/returns/{return_id}",
    "review": "/office/reviews/{review_id}",
    "round": "/office/rounds/{round_id}",
}
# Where the group does what an e-mail asks of it, when that is not the thing's own page.
GROUP_WORK_PAGES: dict[str, str] = {
    "clarification-asked": "/applications/{application_id}/questions",
    "clarification-taken-back": "/applications/{application_id}/questions",
}
# Where the work that an e-mail asks of staff is done, when that is not the thing's own page.
WORK_PAGES: dict[str, str] = {
    "clarification-answered": "/office/applications/{application_id}/eligibility",
    "clarification-overdue": "/office/applications/{application_id}/eligibility",
    "late-time-to-confirm": "/office/drafts/{application_id}/late-time",
    "disqualification-to-confirm": "/office/applications/{application_id}/eligibility",
    "marker-recused": "/office/applications/{application_id}/markers",
    "marking-round": "/office/marking",
    "round-decided": "/office/rounds/{round_id}/announce",
}
