"""What is done in a panel's meeting, and to its minutes."""

from grants.assessment.services.moderation import require_chair
from grants.meetings.services.items import (
    LONGEST_WORDS,
    Dispute,
    agree_en_bloc,
    agree_item,
    open_item,
    put_away,
    save_words,
    set_phase,
)
from grants.meetings.services.line import SideChange, move_line, sides
from grants.meetings.services.minutes import add_note, correct_section, sign_minutes
from grants.meetings.services.room import begin_meeting, record_presence, show_marks, take_chair

__all__ = [
    "LONGEST_WORDS",
    "Dispute",
    "SideChange",
    "add_note",
    "agree_en_bloc",
    "agree_item",
    "begin_meeting",
    "correct_section",
    "move_line",
    "open_item",
    "put_away",
    "record_presence",
    "require_chair",
    "save_words",
    "set_phase",
    "show_marks",
    "sides",
    "sign_minutes",
    "take_chair",
]
