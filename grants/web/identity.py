"""The signed-in person as Flask-Login holds them: an id, the epoch that ends every session at once, and the actor."""

from __future__ import annotations

from flask_login import UserMixin

from grants.accounts.queries import get_actor
from grants.extensions import db
from workflows.actors import Actor


class SignedIn(UserMixin):
    """A person whose cookie named an epoch that still holds."""

    def __init__(self, actor: Actor, epoch: int) -> None:
        self.actor = actor
        self.epoch = epoch

    def get_id(self) -> str:
        return f"{self.actor.person_id}:{self.epoch}"

    def to_actor(self) -> Actor:
        return self.actor


def load(cookie_id: str) -> SignedIn | None:
    """The person of this cookie, or None when the session was ended."""
    person_id, _, epoch = cookie_id.partition(":")
    if not (person_id.isdecimal() and epoch.isdecimal()):
        return None
    actor = get_actor(db.session, int(person_id), int(epoch))
    return None if actor is None else SignedIn(actor, int(epoch))
