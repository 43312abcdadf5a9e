"""A change of a form in words: what was added, removed or changed, before and after, for staff and for groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from grants.applications import queries
from grants.applications.models import Application
from grants.extensions import db
from grants.funds.changes import Change, Part, What
from grants.web import filters, letter_words
from workflows.money import format_pounds

PARTS: Final[dict[Part, str]] = {
    Part.QUESTION: "Question",
    Part.SECTION: "Section",
    Part.CRITERION: "Criterion",
    Part.RULE: "Eligibility rule",
    Part.AREA: "Area",
    Part.LETTER: "Letter",
    Part.ROUND: "The round",
}
WHAT: Final[dict[What, tuple[str, str]]] = {
    What.ADDED: ("Added", "green"),
    What.REMOVED: ("Removed", "red"),
    What.CHANGED: ("Changed", "blue"),
}
NAMES: Final[dict[str, str]] = {
    "kind": "Kind of answer",
    "label": "Words",
    "help_text": "Help",
    "word_limit": "Word limit",
    "is_required": "Must be answered",
    "options": "Answers to choose from",
    "settings": "Limits of the answer",
    "criterion_code": "Counts for",
    "is_private": "Kept from markers",
    "show_when": "Asked when",
    "section": "Section",
    "title": "Title",
    "guidance": "Guidance",
    "is_eligibility": "Asked before the form",
    "weight": "Weight",
    "min_score": "Lowest score",
    "max_score": "Highest score",
    "is_automatic": "Checked by the service",
    "on_breach": "Who does not meet it",
    "aliases": "Other names",
    "words": "Words",
    "theme": "Theme",
    "purpose": "Purpose",
    "privacy_notice": "Privacy notice",
    "pot_pence": "Pot",
    "min_ask_pence": "The least you can ask for",
    "max_ask_pence": "The most you can ask for",
    "max_project_cost_pence": "The most that the whole project may cost",
    "max_months": "Months of work at most",
    "scoring_ends_at": "Scoring ends",
    "panel_on": "Panel meets",
    "decide_by_on": "Decision by",
    "announce_on": "Groups are told by",
    "line_hundredths": "Line",
    "band_edges": "Bands",
    "markers_needed": "Markers for each bid",
    "panel_quorum": "Quorum of the panel",
    "needs_community_rep": "Needs somebody of the community",
    "needs_prepared_reps": "Representatives are trained and sign for confidentiality first",
    "tells_disqualified_at_once": "Tells groups at once that they are not eligible",
    "is_anonymous": "Hides the group's name from markers",
    "acceptance_working_days": "Working days to accept an offer",
    "endorsement": "Support of a partner",
}
PERCENTS: Final = frozenset({"line_hundredths", "band_edges"})
NOTHING: Final = "Nothing"


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """One change as a page draws it; `lines` are (what, before, after)."""

    heading: str
    code: str
    what: str
    colour: str
    lines: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class NewsWords:
    """What a group has not seen yet of its form."""

    reasons: tuple[str, ...]
    changes: tuple[ChangeWords, ...]


def change_words(changes: Iterable[Change]) -> tuple[ChangeWords, ...]:
    return tuple(_words(change) for change in changes)


def form_news_words(application: Application) -> NewsWords | None:
    """For the group's page of its bid; None when it has seen everything."""
    news = queries.form_news(db.session, application)
    return None if news is None else NewsWords(tuple(news.reasons), change_words(news.changes))


def _words(change: Change) -> ChangeWords:
    what, colour = WHAT[change.what]
    code = change.code if change.part in {Part.QUESTION, Part.CRITERION, Part.RULE} else ""
    title = "" if change.part is Part.ROUND else change.title
    if change.part is Part.LETTER:
        title = letter_words.TITLES.get(change.code, change.title)
    heading = ": ".join(text for text in (" ".join((PARTS[change.part], code)).strip(), title) if text)
    lines = tuple((NAMES[d.name], _shown(d.name, d.before), _shown(d.name, d.after)) for d in change.differences)
    return ChangeWords(heading, code, what, colour, lines)


def _shown(name: str, value: Any) -> str:
    if name == "show_when":
        return f"{value['question']} is {' or '.join(value['is'])}" if value else "Always"
    if name in PERCENTS:
        return ", ".join(f"{each / 100:g}%" for each in (value if isinstance(value, (tuple, list)) else (value,)))
    if name == "on_breach":
        return "Is out" if value == "fail" else "Is looked at by an officer"
    if name == "options":
        return ", ".join(label for _, label in value) or NOTHING
    return _plain(name, value)


def _plain(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value in (None, "", (), [], {}):
        return NOTHING
    if name.endswith("_pence") and isinstance(value, int):
        return format_pounds(value)
    if isinstance(value, datetime):
        return filters.london(value)
    if isinstance(value, date):
        return filters.day(value)
    if isinstance(value, StrEnum):
        return value.value.replace("_", " ").capitalize()
    if isinstance(value, Mapping):
        return "; ".join(f"{str(key).replace('_', ' ')}: {_plain(str(key), each)}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain("", each) for each in value)
    return str(value)
