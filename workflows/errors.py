"""Typed refusals: every "no" carries a stable code; the sentence that a person reads is chosen by the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something can't be done: a kebab-case code and the plain values that its sentence needs."""

    code: str
    detail: Mapping[str, Any] = field(default_factory=dict)


class DomainError(Exception):
    """The root of everything that the domain refuses; mapped to HTTP once, in `grants.web.errors`."""

    code = "refused"

    def __init__(self, code: str | None = None, **detail: Any) -> None:
        self.code = code or self.code
        self.detail = detail
        super().__init__(self.code)


class NotFound(DomainError):
    """No such thing, or not for this actor: the two are never told apart (404)."""

    code = "not-found"


class NotAllowed(DomainError):
    """The actor's roles in this office do not include this action (403)."""

    code = "not-allowed"


class TransitionRefused(DomainError):
    """The table or one of its guards says no in this state (409)."""

    code = "not-in-this-state"


class Stale(DomainError):
    """Someone else changed the thing since the actor opened it (409)."""

    code = "changed-since-opened"


class TooLate(TransitionRefused):
    """The deadline had passed when the request reached the service (409)."""

    code = "deadline-passed"


class Invalid(DomainError):
    """Input that breaks a rule; `detail['problems']` maps field to code (422)."""

    code = "invalid"


class Gone(DomainError):
    """A one-time link that was spent or has expired (410)."""

    code = "link-spent"


class TooMany(DomainError):
    """Asked for, or guessed, too often in a short while (429)."""

    code = "too-many-requests"
