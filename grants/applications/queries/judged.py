"""Which answers those who judge a bid may read: never what is private, whatever a round's editor forgot to tick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.funds.model_form.codes import BANK_ACCOUNT
from grants.funds.models import Question, QuestionKind

# A marker and somebody who represents residents see no bank matters, phone numbers, e-mail or home addresses (domain
# practice, section 2). The group's address is its secretary's home more often than not.
NEVER_JUDGED_KINDS = frozenset({QuestionKind.EMAIL, QuestionKind.PHONE})
NEVER_JUDGED_CODES = frozenset({BANK_ACCOUNT, "O5", "O5a", "C1", "C1a", "C1b", "C2", "C2a", "C2b", "C3", "X2"})

_JUDGED = sa.select(Question.code, Question.criterion_code, Question.settings).where(
    Question.round_id == sa.bindparam("round_id"),
    Question.is_private.is_(False),
    Question.kind.not_in(sorted(NEVER_JUDGED_KINDS)),
    Question.code.not_in(sorted(NEVER_JUDGED_CODES)),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question that is read: for which criteria, and whether its answers say whose bid it is."""

    criteria: tuple[str, ...]
    identifies: bool


def judged_questions(session: Session, round_id: int) -> dict[str, Judged]:
    """The questions whose answers are read, by code; one query."""
    return {
        code: Judged(tuple(each for each in (criterion, *settings.get("also_for", ())) if each), _tells(settings))
        for code, criterion, settings in session.execute(_JUDGED, {"round_id": round_id})
    }


def _tells(settings: dict[str, Any]) -> bool:
    return bool(settings.get("identifies"))
