"""The verbs of telling people: make the messages, deliver them, and send again what gave up."""

from grants.notifications.services.again import send_again
from grants.notifications.services.deliver import Postroom, deliver_due, give_back_expired
from grants.notifications.services.expand import expand_outbox
from grants.notifications.services.leases import give_lease_back, take_lease
from grants.notifications.services.rehearsing import Rehearsed, letters_of

__all__ = [
    "Postroom",
    "Rehearsed",
    "deliver_due",
    "expand_outbox",
    "give_back_expired",
    "give_lease_back",
    "letters_of",
    "send_again",
    "take_lease",
]
