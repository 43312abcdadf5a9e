"""The pages of the meeting on one blueprint: the room, its items, and the minutes."""

from grants.meetings.views import items, minutes, room
from grants.meetings.views.blueprint import bp

__all__ = ["bp", "items", "minutes", "room"]
