"""What a transition asks for afterwards; written to the outbox in the same transaction, done by workers later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Who is told, as a relation to the thing; the worker turns it into people when it sends."""

    LEAD = "lead"
    SIGNATORY = "signatory"
    MEMBERS = "members"
    OFFICERS = "officers"
    MANAGERS = "managers"
    MARKER = "marker"
    CHAIR = "chair"
    DECISION_MAKERS = "decision_makers"
    APPLICANTS = "applicants"
    SUBSCRIBERS = "subscribers"
    ENDORSER = "endorser"
    SIGN_UPS = "sign_ups"


@dataclass(frozen=True, slots=True)
class Tell:
    """Send the e-mail `template` to everyone in `audience`, one message for each person."""

    template: str
    audience: Audience


Effect = Tell
