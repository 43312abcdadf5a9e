"""What the sample's groups wrote: a whole form, and a project of its own for each group."""

from __future__ import annotations

from typing import Any

QUIZ: dict[str, Any] = {"E1": "registered_charity", "E2": "yes", "E3": "yes", "E4": "yes", "E5": "yes"}

# Answers to every question that must be answered, by code; money in pence.
WHOLE: dict[str, Any] = {
    "O7": "We give people of all ages a place to meet, to learn and to be heard. We started in 2012.",
    "O8": 5,
    "O9": 240_000,
    "O10": 14,
    "C1": "Project manager",
    "C1a": "0116 496 0000",
    "C2": "Chair of the committee",
    "P1": "Safer evenings",
    "P2": "Sport, music and a listening ear on two evenings a week.",
    "P3": (
        "Two youth workers and six trained volunteers run sessions on Tuesdays and Fridays from six to nine. "
        "Each starts with a meal. Sport and music follow, and a room is kept quiet for those who want to talk."
    ),
    "P4": (
        "Fifty-two young people answered our survey in spring. Two in three had felt unsafe on the way home in the "
        "month before. The neighbourhood team's figures show most calls on these two evenings."
    ),
    "P5": ["prevent", "young_people"],
    "P6": "Young people who are busy, known and listened to are drawn into violence less often.",
    "P7": [],
    "P8": ["11_17", "18_25"],
    "P8a": 80,
    "P14": "They chose the evenings and the food, and two of them sit on our committee.",
    "P16": "We fetch people from the two estates without a bus, and have a worker who speaks Gujarati and Polish.",
    "P18": "Volunteers trained with the grant go on; the hall is free for us for five years.",
    "B1": 780_000,
    "B1a": 960_000,
    "B2": [
        {"description": "Youth workers, 40 weeks", "amount_pence": 560_000},
        {"description": "Training for volunteers", "amount_pence": 120_000},
        {"description": "Food and materials", "amount_pence": 100_000},
    ],
    "B4": 520_000,
    "B5": "It comes to less than £100 for each young person in a year.",
    "S1": "yes",
    "S2": "yes",
    "S4": "Every worker and volunteer is checked. Nobody works alone. Parents have a number to ring.",
    "X1": ["yes"],
}

PROJECTS = {
    2: ("Safe on the way home", "Trained volunteers walk home with young people after evening sessions."),
    3: ("Paint it together", "A wall in the underpass painted by those who walk through it."),
    5: ("The open kitchen", "A meal each week at which estates that do not mix sit down together."),
    6: ("Eyes on the green", "Evening walks and a phone tree around the green."),
    8: ("A brighter corner", "A new front and lamps for the shop on the corner where people gather."),
}
