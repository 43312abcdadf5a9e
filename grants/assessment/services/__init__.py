"""The verbs of assessment: assign, declare, mark, lock, convene, moderate, draw the line, close."""

from grants.assessment.services.assigning import (
    assign_marker,
    assign_markers,
    start_moderating,
    start_scoring,
)
from grants.assessment.services.gates import undeclared_pairs
from grants.assessment.services.interests import declare_interest
from grants.assessment.services.line import draw_the_line, move_line
from grants.assessment.services.locking import Confirmed, lock_assignment, lock_for_marker, reopen_assignment
from grants.assessment.services.marking import Mark, come_back, keep_marks, save_mark, save_marks
from grants.assessment.services.moderation import reopen_scoring, save_agreed_scores
from grants.assessment.services.outcomes import set_outcome
from grants.assessment.services.panel import (
    Seat,
    change_members,
    close_panel,
    convene_panel,
    open_panel,
    reopen_panel,
)
from grants.assessment.services.paper import record_paper_marks
from grants.assessment.services.proposing import propose_interests
from grants.assessment.services.releasing import release_file
from grants.assessment.services.reminders import remind_due_markers
from grants.assessment.services.rulings import record_found_interest, rule_on_interest
from grants.assessment.services.sharing import confirm_sharing, give_out, propose_sharing, remind_markers

__all__ = [
    "Confirmed",
    "Mark",
    "Seat",
    "assign_marker",
    "assign_markers",
    "change_members",
    "close_panel",
    "come_back",
    "confirm_sharing",
    "convene_panel",
    "declare_interest",
    "draw_the_line",
    "give_out",
    "keep_marks",
    "lock_assignment",
    "lock_for_marker",
    "move_line",
    "open_panel",
    "propose_interests",
    "propose_sharing",
    "record_found_interest",
    "record_paper_marks",
    "release_file",
    "remind_due_markers",
    "remind_markers",
    "reopen_assignment",
    "reopen_panel",
    "reopen_scoring",
    "rule_on_interest",
    "save_agreed_scores",
    "save_mark",
    "save_marks",
    "set_outcome",
    "start_moderating",
    "start_scoring",
    "undeclared_pairs",
]
