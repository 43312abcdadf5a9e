"""Reading the meeting: the room, what it sees now, its agenda and items, and the minutes."""

from grants.meetings.queries.items import Agenda, agenda_for, earlier_words, find_item, items_of, mark_of, words_of
from grants.meetings.queries.live import Room, SittingBid, Watch, get_sitting_bid, look_in, watch
from grants.meetings.queries.room import Sitting, find_meeting, get_sitting, leaves, leaving, quorum_of

__all__ = [
    "Agenda",
    "Room",
    "Sitting",
    "SittingBid",
    "Watch",
    "agenda_for",
    "earlier_words",
    "find_item",
    "find_meeting",
    "get_sitting",
    "get_sitting_bid",
    "items_of",
    "leaves",
    "leaving",
    "look_in",
    "mark_of",
    "quorum_of",
    "watch",
    "words_of",
]
