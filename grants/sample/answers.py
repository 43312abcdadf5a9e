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

# What the full form asks besides; the table of costs comes to the same sums as the short form's lines.
FULL: dict[str, Any] = {
    "O3": "1234567",
    "O4": "01234567",
    "O5": "12 Example Street\nExampleton",
    "O5a": "LE1 1AA",
    "O6": ["https://www.example.org"],
    "O7a": "2012",
    "O12": "no",
    "O8a": 8,
    "O10a": 3,
    "O9a": 6_100_000,
    "O9b": 5_800_000,
    "O11": "no",
    "C1b": "manager@sample.example.org",
    "C2a": "0116 496 0001",
    "C2b": "chair@sample.example.org",
    "P5a": "Two evenings a week have somebody to turn to, before trouble starts and not after it.",
    "P15": "The nearest club is two bus rides away. It sends us those who live here, and we share a minibus with it.",
    "P19": "We ran the same evenings for one summer. Fifty came, and the centre asked us to come back.",
    "P7a": ["LE1 1AA"],
    "P8b": ["11_17", "18_25"],
    "P8c": 80,
    "P8e": 40,
    "P8d": 2_400,
    "P13": "The neighbourhood team looks in once a month. The school tells families about us.",
    "P13a": [{"who": "Example Academy (fictional)", "does": "Tells families", "agreed": "yes"}],
    "P17": [
        {"risk": "Few come", "likelihood": "medium", "impact": "medium", "action": "Ask at school gates each week"},
        {
            "risk": "A worker leaves",
            "likelihood": "low",
            "impact": "high",
            "action": "Two volunteers can lead",
        },
    ],
    "P11": [
        {
            "outcome": "Young people feel safer",
            "indicator": "Share who say that they feel safer",
            "baseline": "1 in 3",
            "target": "2 in 3",
            "how": "Asked at the start and at the end",
        },
        {
            "outcome": "Less anti-social behaviour nearby",
            "indicator": "Calls about young people",
            "baseline": "60 in the year",
            "target": "40 in the year",
            "how": "Police figures",
        },
    ],
    "P12": [
        {"output": "Sessions held", "unit": "sessions", "q1": 20, "q2": 20, "q3": 20, "q4": 20},
        {"output": "Young people reached", "unit": "different people", "q1": 30, "q2": 20, "q3": 20, "q4": 10},
    ],
    "B2": [
        {
            "category": "staffing",
            "what": "Youth workers, 40 weeks",
            "quantity": 40,
            "unit": 18_500,
            "total": 740_000,
            "grant": 560_000,
            "other": 180_000,
        },
        {
            "category": "training",
            "what": "Training for volunteers",
            "quantity": 6,
            "unit": 20_000,
            "total": 120_000,
            "grant": 120_000,
        },
        {
            "category": "materials",
            "what": "Food and materials",
            "quantity": 80,
            "unit": 1_250,
            "total": 100_000,
            "grant": 100_000,
        },
    ],
    "B3": [{"source": "Our own funds", "amount": 180_000, "form": "money", "secured": "yes"}],
    "B6": [{"when": "The first six months", "amount": 400_000}, {"when": "The rest", "amount": 380_000}],
    "B4a": "One evening a week instead of two, with the same workers.",
    "B7": "no",
    "S2a": "The project manager",
    "S3": "Everybody has an enhanced check before the first evening. We look again every three years.",
    "S5": 500_000_000,
    "S5a": "yes",
    "S6": ["equality", "data_protection", "health_and_safety"],
    "D1": [{"to_follow": True}],
    "D2": [{"to_follow": True}],
    "D3": [{"to_follow": True}],
    "X1": ["true", "authorised", "terms", "published", "checks", "not_paid", "report", "interests"],
    "X2": "The project manager",
    "X2a": "Project manager",
    "Q2": "group",
}

PROJECTS = {
    1: ("Open square", "Two evenings a week of food, music and lamps on the square."),
    2: ("Safe on the way home", "Trained volunteers walk home with young people after evening sessions."),
    3: ("Paint it together", "A wall in the underpass painted by those who walk through it."),
    4: ("The green again", "Benches, a path and a games wall on a green that families left."),
    5: ("The open kitchen", "A meal each week at which estates that do not mix sit down together."),
    6: ("Eyes on the green", "Evening walks and a phone tree around the green."),
    7: ("Nets up", "Nets, lamps and a coach on the pitch where nobody plays after dark."),
    8: ("A brighter corner", "A new front and lamps for the shop on the corner where people gather."),
}
