"""Reading assessment: marks and percents, interests, markers' work, panels and their tables, and what guards ask."""

from grants.assessment.queries.agenda import Agenda, AgendaItem, agenda_of
from grants.assessment.queries.alerts import interest_alerts, sent_alert
from grants.assessment.queries.anonymous import Reader, groups_of, hides, reader_for
from grants.assessment.queries.facts import (
    application_facts,
    assignment_facts,
    panel_facts,
    round_facts,
)
from grants.assessment.queries.held import cleaned, list_markers_files, name_for_markers, released_files
from grants.assessment.queries.history import History, history_of
from grants.assessment.queries.interests import (
    barred_from,
    barred_in,
    belonging,
    beyond_members,
    interests_of,
    must_declare,
    proposed_to,
    took_part,
    undeclared_by,
)
from grants.assessment.queries.marks import (
    MarkerMarks,
    Rubric,
    marker_spreads,
    marks_of,
    percent_of,
    percents_of,
    rubric_of,
)
from grants.assessment.queries.panels import (
    PanelBid,
    bids_of_panel,
    find_panel,
    get_panel,
    get_panel_bid,
    line_of,
    list_panels,
)
from grants.assessment.queries.rulings import (
    InterestLine,
    get_interest_line,
    interests_for_minutes,
    leaves_for,
    needs_ruling,
)
from grants.assessment.queries.scored import Scored, scored_bids
from grants.assessment.queries.standing import Beside, Standing, beside, earlier_marks, standing_of
from grants.assessment.queries.statistics import Statistics, statistics_of
from grants.assessment.queries.table import ModerationLine, ModerationTable, moderation_table
from grants.assessment.queries.told import feedback_told
from grants.assessment.queries.walk import Walk, get_marked_round, walk_of
from grants.assessment.queries.work import (
    MarkerLoad,
    assignments_of,
    get_assignment,
    get_bid,
    get_round,
    get_work,
    list_markers,
    list_queue,
    marker_loads,
    shown_answers,
)

__all__ = [
    "Agenda",
    "AgendaItem",
    "Beside",
    "History",
    "InterestLine",
    "MarkerLoad",
    "MarkerMarks",
    "ModerationLine",
    "ModerationTable",
    "PanelBid",
    "Reader",
    "Rubric",
    "Scored",
    "Standing",
    "Statistics",
    "Walk",
    "agenda_of",
    "application_facts",
    "assignment_facts",
    "assignments_of",
    "barred_from",
    "barred_in",
    "belonging",
    "beside",
    "beyond_members",
    "bids_of_panel",
    "cleaned",
    "earlier_marks",
    "feedback_told",
    "find_panel",
    "get_assignment",
    "get_bid",
    "get_interest_line",
    "get_marked_round",
    "get_panel",
    "get_panel_bid",
    "get_round",
    "get_work",
    "groups_of",
    "hides",
    "history_of",
    "interest_alerts",
    "interests_for_minutes",
    "interests_of",
    "leaves_for",
    "line_of",
    "list_markers",
    "list_markers_files",
    "list_panels",
    "list_queue",
    "marker_loads",
    "marker_spreads",
    "marks_of",
    "moderation_table",
    "must_declare",
    "name_for_markers",
    "needs_ruling",
    "panel_facts",
    "percent_of",
    "percents_of",
    "proposed_to",
    "reader_for",
    "released_files",
    "round_facts",
    "rubric_of",
    "scored_bids",
    "sent_alert",
    "shown_answers",
    "standing_of",
    "statistics_of",
    "took_part",
    "undeclared_by",
    "walk_of",
]
