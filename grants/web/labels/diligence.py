"""Words of due diligence."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {
    "diligence": {
        "begun": ("Begun", "Begun", "blue"),
        "fail_proposed": ("Fail waits for a second person", "Begun", "orange"),
        "finished": ("Finished", "Finished", "green"),
        "expired": ("Expired", "Expired", "grey"),
    }
}
ACTIONS: dict[tuple[str, str], str] = {
    ("diligence", "begin"): "Begin due diligence",
    ("diligence", "finish"): "Finish due diligence",
    ("diligence", "propose-fail"): "Propose that it fails",
    ("diligence", "confirm-fail"): "Confirm that it fails",
    ("diligence", "set-aside-fail"): "Set the proposal aside",
    ("diligence", "reopen"): "Open due diligence again",
    ("diligence", "expire"): "Expire",
}
RECORDED: dict[tuple[str, str], str] = {
    ("diligence", "record-item"): "Record an item",
    ("diligence", "ask-register"): "Ask a register",
    ("application", "settle-signal"): "Settle a signal",
    ("round", "find-signals"): "Compare the bids",
    ("fund", "set-diligence-rules"): "Set the rules of due diligence",
}
SENTENCES: dict[str, str] = {
    "diligence-stands": "A check of this group holds or is begun already.",
    "diligence-items-open": "Record every item first: {count} are left.",
    "diligence-rating-needed": "Choose the risk.",
    "diligence-result-needed": "Choose the result.",
    "diligence-conditions-needed": "Write the conditions.",
    "diligence-reason-needed": "Say why: there is a concern, a red risk, or a grant that is large beside the income.",
    "diligence-second-person": "A second person has to confirm it.",
    "diligence-still-holds": "It still holds.",
    "diligence-outcome-needed": "Choose what you found.",
    "diligence-evidence-needed": "Write what you saw, or why it is not relevant.",
    "diligence-file-unknown": "Choose a file that was sent with this bid.",
    "diligence-no-bank-numbers": "Take the account number or sort code out: we do not keep them here.",
    "diligence-failed": "The group failed due diligence, so this bid can't be recommended.",
    "diligence-failed-since": (
        "Failed due diligence since the panel met: {references}. Return the notice to the panel."
    ),
    "diligence-open": "Due diligence is not done. Keep a condition of the grant, or write the reason.",
    "tier-amount-needed": "Write an amount above nothing.",
    "tiers-must-rise": "Write an amount above that of the low tier.",
    "months-out-of-range": "Write a number from 1 to 36.",
    "signal-settled": "Somebody has settled this signal already.",
    "signal-choose": "Choose one.",
    "signal-note-needed": "Write a note.",
}
TIERS: dict[str, str] = {"low": "Low", "standard": "Standard", "enhanced": "Enhanced"}
WHY: dict[str, str] = {
    "amount": "by the amount",
    "no-amount": "no amount is known",
    "at-risk": "works with children or adults at risk",
    "new": "a new group",
    "flagged": "an officer flagged a signal",
}
# What is looked at -> (its name, what it means)
ITEMS: dict[str, tuple[str, str]] = {
    "identity": ("Who they are", "Register entry, same name, at least three trustees or directors, filings on time."),
    "governing": ("Governing document", "Powers, and what happens to the money if the group ends."),
    "bank": ("Bank proof", "A statement in the group's name was seen. Write no numbers here."),
    "call-back": ("Call-back", "Details confirmed by a call to a number found elsewhere."),
    "accounts": ("Accounts", "Income, reserves, going concern; the grant beside a year's income."),
    "policies": ("Policies, insurance and DBS", "Those that this work needs."),
    "record": ("Earlier grants and references", "Our own record; another office, partnership or council."),
    "adverse": ("Adverse media and disqualified people", "Only what is needed, with the lawful basis."),
    "subsidy": ("Subsidy", "Other public money in three years, if the group trades."),
    "constitution": ("Constitution", "Signed and dated, with the minutes that adopted it."),
    "officers": ("Three officers", "Three named officers who are not related."),
    "two-signatures": ("Two signatures", "An account that needs two people, or an agreement with an accountable body."),
    "forecast": ("Forecast", "A new group's forecast, and payment in stages."),
}
FOUND: dict[str, str] = {"done": "In order", "concern": "A concern", "not-relevant": "Not relevant"}
FOUND_COLOURS: dict[str, str] = {"done": "green", "concern": "red", "not-relevant": "grey"}
PASSING: dict[str, str] = {"pass": "Pass", "conditions": "Pass with conditions"}
RESULTS: dict[str, str] = PASSING | {"fail": "Fail"}
RATINGS: dict[str, str] = {"green": "Green", "amber": "Amber", "red": "Red"}
RATING_COLOURS: dict[str, str] = {"green": "green", "amber": "orange", "red": "red"}
REGISTERS: dict[str, str] = {"charity_number": "Register of charities", "company_number": "Register of companies"}
SETTLED: dict[str, str] = {
    "explained": "Explained: nothing to do",
    "watched": "To be watched: due diligence is enhanced",
    "concern": "A concern: due diligence is enhanced",
}
SIGNALS: dict[str, str] = {
    "copied-text": "The same words",
    "shared-detail": "The same detail",
    "price-outlier": "A price far from the others",
}
DETAILS: dict[str, str] = {
    "person": "account",
    "email": "e-mail address",
    "phone": "phone number",
    "address": "address",
    "postcode": "postcode",
    "name": "name",
}
