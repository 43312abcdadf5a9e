"""Words of community representatives: what they do first, and what they may judge."""

from __future__ import annotations

from workflows.rules.representing import Preparation

KINDS: dict[Preparation, str] = {
    Preparation.TRAINING: "Training",
    Preparation.CONFIDENTIALITY: "Confidentiality statement",
}
# What a representative who lacks it is told.
LACKING: dict[Preparation, str] = {
    Preparation.TRAINING: "Do the training on how bids are judged. The office records it when you have done it.",
    Preparation.CONFIDENTIALITY: "Read the confidentiality statement and sign it.",
}
# Signed where an office has no words of its own.
STATEMENT = """I will use what I read in bids only to judge them.

I will not tell anybody outside the panel what is in a bid, who applied, how anybody scored it or what the panel said, \
before or after the outcome.

I will keep what I am given where nobody else can read it, and delete or return it when the round is over.

I will say at once if I know somebody behind a bid, or have something to gain or lose by it.

I will tell the office at once if anything was lost or seen by somebody else."""

STATES: dict[str, dict[str, tuple[str, str, str]]] = {}
ACTIONS: dict[tuple[str, str], str] = {}
RECORDED: dict[tuple[str, str], str] = {
    ("person", "set-reach"): "Change what a representative may judge",
    ("person", "record-preparation"): "Record training or a signed statement",
    ("person", "sign-confidentiality"): "Sign the confidentiality statement",
    ("person", "end-preparation"): "End training or a signed statement",
}
SENTENCES: dict[str, str] = {
    "rep-and-staff": (
        "A community representative can't be staff of the same office too. With it only Marker and Panel member go."
    ),
    "done-in-future": "It can't have been done after today. Check the date.",
    "done-too-long-ago": "That is more than ten years ago. Check the year.",
    "until-before-done": "The last day can't be before the day on which it was done.",
    "until-is-over": "The last day is over already. It has to be done again.",
    "evidence-needed": "Write what shows it, such as where and by whom.",
    "statement-changed": "The statement was changed since you opened this page. Read it again before you sign.",
    "signed-name-needed": "Type your name.",
    "rep-unprepared": (
        "Community representatives do the training and sign the confidentiality statement before a bid opens to them."
    ),
    "rep-out-of-scope": "{name} represents other rounds or areas than those of {reference}.",
    "member-out-of-scope": "A community representative among them was not asked to judge any bid of this round.",
    "reps-unprepared": "Not prepared yet (training, confidentiality): {names}. They can't sit. Leave them out or record it.",
}
