"""A starter library of outputs and outcomes by theme, from which a group may fill the tables of its plan.

Each says what is counted, how (each person once, each event, a share) and where the figure comes from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Counts = Literal["unique", "event", "percent"]
Good = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Output:
    """Something that is done, and what one of it is."""

    name: str
    unit: str
    counts: Counts = "event"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that changes, what shows it, which way is good, and where the figure comes from."""

    change: str
    indicator: str
    source: str
    good: Good = "up"
    counts: Counts = "percent"


@dataclass(frozen=True, slots=True)
class Theme:
    """What a project is about."""

    title: str
    outputs: tuple[Output, ...]
    outcomes: tuple[Outcome, ...]


BEFORE_AND_AFTER: Final = "Asked at the start and at the end"
LIBRARY: Final = (
    Theme(
        "Keeping young people out of trouble",
        (
            Output("Sessions held", "sessions"),
            Output("Young people reached", "different people", "unique"),
            Output("Attendances", "attendances"),
            Output("Referrals taken in", "referrals"),
            Output("Awards or certificates gained", "certificates"),
        ),
        (
            Outcome("Young people feel safer", "Share who say that they feel safer", BEFORE_AND_AFTER),
            Outcome("Young people take fewer risks", "Share who have stopped a risky habit", "Worker's record"),
            Outcome("Less anti-social behaviour nearby", "Calls about young people", "Police figures", "down", "event"),
        ),
    ),
    Theme(
        "Domestic abuse and sexual violence",
        (
            Output("People supported", "different people", "unique"),
            Output("Hours of support", "hours"),
            Output("Cases taken to the risk conference", "cases"),
            Output("Training places", "places"),
        ),
        (
            Outcome("People feel safer", "Share who say that they feel safer", BEFORE_AND_AFTER),
            Outcome("People are in control of their lives", "Share who feel more in control", BEFORE_AND_AFTER),
            Outcome("Less repeat harm", "Share referred again within the year", "Referral records", "down"),
        ),
    ),
    Theme(
        "Helping people to stop offending",
        (
            Output("People engaged", "different people", "unique"),
            Output("One-to-one hours", "hours"),
            Output("Courses completed", "courses"),
        ),
        (
            Outcome("People find work or training", "Share in work or training after six months", "Follow-up calls"),
            Outcome("Fewer new offences", "Share with a new conviction in the year", "Probation's figures", "down"),
        ),
    ),
    Theme(
        "Anti-social behaviour and the environment",
        (
            Output("Clean-ups", "days"),
            Output("Cameras put up", "cameras"),
            Output("Alley gates put in", "gates"),
            Output("Lights put up", "lights"),
            Output("Disputes mediated", "cases"),
        ),
        (
            Outcome("Fewer incidents", "Incidents in the streets named", "Police figures", "down", "event"),
            Outcome("People like where they live", "Share content with their street", "Door-to-door survey"),
            Outcome("Less rubbish dumped", "Fly-tips reported", "Council's figures", "down", "event"),
        ),
    ),
    Theme(
        "Fraud and burglary",
        (
            Output("Call blockers fitted", "homes"),
            Output("Security kits given", "kits"),
            Output("Advice sessions", "sessions"),
            Output("Homes made more secure", "homes"),
        ),
        (
            Outcome("People are harder to cheat", "Share who feel more confident", BEFORE_AND_AFTER),
            Outcome("Fewer repeat victims", "Share burgled or cheated again", "Police figures", "down"),
        ),
    ),
    Theme(
        "Nights out",
        (
            Output("Patrol nights", "nights"),
            Output("Volunteers trained", "different people", "unique"),
            Output("People helped", "people"),
        ),
        (
            Outcome("Trouble ends early", "Incidents calmed without police", "Patrol log", "up", "event"),
            Outcome("Fewer ambulances", "Ambulance calls avoided", "Patrol log", "up", "event"),
        ),
    ),
    Theme(
        "Road safety",
        (Output("Speed watch hours", "hours"), Output("Sessions", "sessions")),
        (
            Outcome("Drivers slow down", "Average speed on the roads named", "Speed watch log", "down", "event"),
            Outcome("Fewer complaints", "Complaints about speed", "Council's figures", "down", "event"),
        ),
    ),
    Theme(
        "Bringing communities together",
        (
            Output("Events held", "events"),
            Output("New volunteers", "different people", "unique"),
            Output("Groups formed", "groups"),
        ),
        (
            Outcome("Neighbours trust each other", "Share who trust their neighbours", "Survey before and after"),
            Outcome("People speak up", "Share who would report a crime", "Survey before and after"),
        ),
    ),
)


def outcome_suggestions() -> list[dict[str, Any]]:
    """The library as rows for the table of outcomes; baseline and target are the group's own to write."""
    return [
        {
            "label": theme.title,
            "rows": [
                {"outcome": each.change, "indicator": each.indicator, "how": each.source} for each in theme.outcomes
            ],
        }
        for theme in LIBRARY
    ]


def output_suggestions() -> list[dict[str, Any]]:
    """The library as rows for the table of outputs; the targets are the group's own to write."""
    return [
        {"label": theme.title, "rows": [{"output": each.name, "unit": each.unit} for each in theme.outputs]}
        for theme in LIBRARY
    ]
