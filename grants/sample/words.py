"""What each group wrote of its own in the sample's rounds of the Safer Places Fund, and what it asks for there."""

from __future__ import annotations

from typing import Any

# Group -> what it does, its plan, and the need that it sees.
WORDS: dict[int, tuple[str, str, str]] = {
    1: (
        "We are a youth club with sixty members, four workers and a hall of our own.",
        "Workers open the square on two evenings a week with a van, lamps, music and a hot meal. Young people plan "
        "each month themselves, and those over sixteen learn to lead.",
        "The police recorded twenty-six calls to the square last summer, nearly all between seven and ten. Forty of "
        "our members told us that they walk a longer way home to avoid it.",
    ),
    2: (
        "We train young people to run things for other young people.",
        "Twelve volunteers in bright coats walk three routes home after evening sessions, in pairs, and note what is "
        "broken or dark. The council mends what they find.",
        "Seven in ten of those whom we asked at the bus stop would stay longer at their club if somebody walked home "
        "with them in the dark.",
    ),
    3: (
        "We are artists who work in streets rather than in galleries.",
        "Those who use the underpass choose the pictures at three open days. We paint it with them over two weeks in "
        "spring, and seal it so that it can be washed.",
        "People call it the tunnel and go round by the main road. Lamps were put in two years ago and were broken "
        "within a month, because nobody felt that the place was theirs.",
    ),
    4: (
        "We are a parish council that looks after three greens and a hall.",
        "Benches, a path that a pushchair can use and a games wall, put in by a local firm; residents open and close "
        "the gate by a rota.",
        "Families told our open meeting that they stopped coming after the swings were burnt.",
    ),
    5: (
        "We are a centre of one faith where people of all faiths eat and learn.",
        "A meal each Thursday at which two estates cook for each other, followed by a walk together round the blocks.",
        "The two estates share a shop, a school and a bus stop, and a history of trouble between them.",
    ),
    6: (
        "We are neighbours around one green, without staff.",
        "Evening walks in groups of six, a phone tree, and a box of tools to mend small things on the same day.",
        "In our survey of ninety doors, half of those who answered had seen something last year and told nobody.",
    ),
}
# Pence for workers, training and materials; the last price of the sixth group stands out.
COSTS = {
    1: (620_000, 140_000, 120_000),
    2: (480_000, 120_000, 90_000),
    3: (560_000, 60_000, 150_000),
    4: (900_000, 80_000, 140_000),
    5: (410_000, 110_000, 105_000),
    6: (300_000, 90_000, 460_000),
}
HEADINGS = ("Workers, 40 weeks", "Training for volunteers", "Food and materials")


def own_words(group: int) -> dict[str, Any]:
    """The answers of a group that are its own, by code."""
    about, plan, need = WORDS[group]
    costs = COSTS[group]
    ask = sum(costs)
    lines = [{"description": what, "amount_pence": pence} for what, pence in zip(HEADINGS, costs, strict=True)]
    money = {"B1": ask, "B1a": ask + 150_000, "B2": lines, "B4": ask * 2 // 3}
    return {"O7": about, "P3": plan, "P4": need, "P16": "We ask who did not come, and go to them."} | money
