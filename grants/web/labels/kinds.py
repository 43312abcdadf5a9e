"""Roles of people and kinds of organisations, by the names and words that people read."""

from __future__ import annotations

# How a bid came that the office entered for its group.
ASSISTED = {"paper": "On paper", "phone": "By telephone"}

# role -> (its name, what it lets a person do); the order is that of the screens
OFFICE_ROLES: dict[str, tuple[str, str]] = {
    "officer": ("Grants officer", "Checks bids, asks questions, reads returns"),
    "manager": ("Grants manager", "Sets up rounds, confirms, announces, invites people"),
    "marker": ("Marker", "Scores the bids they are given"),
    "chair": ("Panel chair", "Leads moderation and records agreed scores"),
    "panel_member": ("Panel member", "Declares interests and takes part in the panel"),
    "community_rep": (
        "Community representative",
        "A resident who marks or sits on panels once trained and sworn to confidence; with Marker or Panel member",
    ),
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
