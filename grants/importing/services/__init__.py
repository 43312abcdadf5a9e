"""Bringing in a round that was run on paper: through the one door, with the dates it had, all of it or nothing.

Whatever is done here is done on paper, so it says so in the audit and is never mailed. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from grants.accounts import services as accounts
from grants.accounts.models import Office
from grants.accounts.queries import find_office
from grants.applications import services as applications
from grants.applications.models import Application
from grants.applications.queries import base_facts
from grants.core import transitions
from grants.core.transitions import Move
from grants.funds import queries as fund_queries
from grants.funds import services as funds
from grants.funds.definition import FileProblem
from grants.funds.models import Round
from grants.importing.files import FilesRefused, RoundFiles
from grants.importing.services.assessing import assess
from grants.importing.services.checking import check_all
from grants.importing.services.entering import submit_all
from grants.importing.services.hands import PAPER_TIMER, Dates, Hands
from workflows.actors import Actor
from workflows.round import RoundFacts

__all__ = ["Imported", "import_round"]

# What the round file can get past its own reader and the set-up rule still refuses.
NOT_READY = {
    "areas-needed": "question {question} asks for areas and the round names none: add areas, or leave the question out",
    "criterion-unread": "no question is read for the criteria {criteria}: add them to questions, or take all out",
    "dates-out-of-order": "the dates do not follow one another",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """The round as it stands after the import, and what somebody should look at."""

    round_: Round
    warnings: tuple[FileProblem, ...]


def import_round(session: Session, files: RoundFiles, *, now: datetime) -> Imported:
    """Bring the round in. With bids and marks it ends in `recommending`; with bids alone after their checks.

    A round file alone sets a live round up and publishes it. Raises FilesRefused: the code is taken, or a tie
    across the line that the rule can't settle.
    """
    definition = files.definition
    office = find_office(session, definition.office)
    if office is not None and fund_queries.find_round(session, office.id, definition.code):
        message = f'the round "{definition.code}" is there already: it is brought in once, or choose another code'
        raise FilesRefused([FileProblem(files.round_file, files.code_row, "code", message)], list(files.warnings))
    started = definition.opens_at if files.is_on_paper and definition.opens_at else now
    office = office or _create_office(session, definition.office, started)
    hands = Hands.of(office.id)
    round_ = funds.create_round(session, office, definition, actor=hands.officer, now=started, create_missing=True)
    _refuse_unsound(session, round_, files)
    funds.approve_round(session, round_, actor=hands.second_officer, now=started)
    funds.publish_round(session, round_, actor=hands.officer, now=started)
    if not files.is_on_paper:
        _open(session, round_, now=now)
        return Imported(round_, files.warnings)
    dates = Dates.of(round_, now)
    _open(session, round_, now=dates.opened)
    bids = submit_all(session, round_, files.bids, hands.officer)
    _close(session, round_, bids, hands.officer, dates)
    warnings = check_all(session, round_, files, bids, hands, dates.closed)
    if files.has_marks:
        assess(session, round_, files, bids, hands, dates)
    return Imported(round_, (*files.warnings, *warnings))


def _create_office(session: Session, code: str, now: datetime) -> Office:
    return accounts.create_office(session, code, code.upper(), actor=PAPER_TIMER, now=now)


def _refuse_unsound(session: Session, round_: Round, files: RoundFiles) -> None:
    problems = [
        FileProblem(
            files.round_file,
            files.code_row,
            problem.field,
            NOT_READY.get(problem.code, f"the round can't be approved: {problem.code}").format(**problem.detail),
        )
        for problem in fund_queries.problems_of(session, round_)
    ]
    if problems:
        raise FilesRefused(problems, list(files.warnings))


def _open(session: Session, round_: Round, *, now: datetime) -> None:
    if round_.opens_at is None or round_.opens_at > now:
        return
    facts = fund_queries.facts_for_round(session, round_, now=now)
    transitions.apply(session, round_, "open", facts, actor=PAPER_TIMER, now=now)


def _close(session: Session, round_: Round, bids: Sequence[Application], officer: Actor, dates: Dates) -> None:
    closing = fund_queries.facts_for_round(session, round_, now=dates.closed)
    transitions.apply(session, round_, "close", closing, actor=PAPER_TIMER, now=dates.closed)
    moves = [Move(bid, base_facts(session, bid, now=dates.closed)) for bid in bids]
    transitions.apply_many(session, "start-checking", moves, actor=PAPER_TIMER, now=dates.closed)
    # Every bid of the file was sent, so that none was left to lapse.
    facts = RoundFacts(scope=round_.scope, now=dates.closed, bids_to_lapse=0)
    transitions.apply(session, round_, "start-checking", facts, actor=officer, now=dates.closed)
    applications.count_answers(session, round_, actor=officer, now=dates.closed)
