"""The group's pages, by subject, on one blueprint: begin, write, check and send a bid, and see where it stands."""

from grants.applications.views import drafting, sending, standing, starting
from grants.applications.views.blueprint import bp

__all__ = ["bp", "drafting", "sending", "standing", "starting"]
