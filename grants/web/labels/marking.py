"""Words of marking."""

from __future__ import annotations

STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {}
RECORDED: dict[tuple[str, str], str] = {
    ("application", "release-file"): "File given to the markers as it is",
}
SENTENCES: dict[str, str] = {
    "marks-are-locked": "Your marks on this bid are locked, so there is nothing to come back to.",
    "file-held-back": "This file can't be cleaned of who made it, so markers are not given it. An officer can look into it and give it to them.",
    "file-not-held-back": "Markers have this file already.",
}

# What each score of a scale means, from the lowest up; a round's own words stand with its criteria.
SCALES: dict[tuple[int, int], tuple[str, ...]] = {
    (0, 5): (
        "nothing relevant, or not answered",
        "weak: claims without support, or large gaps that would worry us",
        "partial: some of what was asked, with key points vague or not tested",
        "sound: answers what was asked, credible, with minor gaps that a condition can fix",
        "strong: specific, with evidence, well thought through",
        "outstanding: complete and compelling, with evidence from several places",
    ),
    (1, 5): (
        "weak: not answered, or claims without support",
        "partial: some of what was asked, with key points vague or not tested",
        "sound: answers what was asked, credible, with minor gaps that a condition can fix",
        "strong: specific, with evidence, well thought through",
        "outstanding: complete and compelling, with evidence from several places",
    ),
    (0, 4): (
        "nothing relevant, or not answered",
        "weak: claims without support, or large gaps that would worry us",
        "partial: some of what was asked, with key points vague or not tested",
        "sound: answers what was asked, credible, with minor gaps",
        "strong: specific, with evidence, well thought through",
    ),
    (0, 3): (
        "nothing relevant, or not answered",
        "weak: large gaps that would worry us",
        "sound: answers what was asked, with minor gaps",
        "strong: specific, with evidence, well thought through",
    ),
    (0, 1): ("does not meet it", "meets it"),
}
# How a marker's mean lies beside the others' on the same bids, kindly said.
LEANS: dict[str, str] = {
    "alike": "Your marks lie close to the others'.",
    "higher": "You gave a little more than the others on the same bids. That is no mistake: the panel sees who marks "
    "generously and who marks strictly, and talks about the bids where it matters.",
    "lower": "You gave a little less than the others on the same bids. That is no mistake: the panel sees who marks "
    "generously and who marks strictly, and talks about the bids where it matters.",
}
