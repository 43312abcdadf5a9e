"""Words of what the scores of a round say; of a marker they are kind, for marking apart from others is no fault."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {}
RECORDED: dict[tuple[str, str], str] = {}
SENTENCES: dict[str, str] = {}

# Why the percents are shown as they were marked and no other way.
NOT_ADJUSTED = {
    "too-few-bids": "There are too few bids to tell a severe marker from a set of weak bids.",
    "too-few-markers": "One marker marked everything, so there is nobody to compare them with.",
    "too-few-overlaps": "Too few bids were marked by the same people to compare how severe each is.",
    "disconnected": "The bids fall into groups that share no marker, so nobody can tell whether one group of bids is "
    "weaker or was marked by more severe people. One more marker for a bid or two of each group would join them.",
}
AGREEMENT = {
    "unknown": "too little to tell",
    "poor": "low: markers often saw the same bid differently, so talk before you decide",
    "fair": "fair: as usual for grant panels, and the order near the line is not firm",
    "good": "good: markers mostly put the same bids high and low",
    "strong": "strong: markers saw the bids nearly alike",
}
LEVEL = {"unknown": "Too little to tell", "poor": "Low", "fair": "Fair", "good": "Good", "strong": "Strong"}
SEVERITY = {
    "unknown": "too little to tell",
    "in-line": "marks much as the others do",
    "lower": "marks lower than others on the same bids, and the adjusted percents allow for it",
    "higher": "marks higher than others on the same bids, and the adjusted percents allow for it",
}
CONSISTENCY = {
    "unknown": "",
    "usual": "Differs from the others about as much as they do among themselves.",
    "uneven": "Often saw a bid differently from the others: worth hearing what they noticed.",
}
