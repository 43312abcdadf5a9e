"""Marks that come back in a file: every row is judged as typed ones are, and nothing is saved before it is confirmed.

An empty cell changes nothing, and what was saved since the file was made is never overwritten without being chosen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from grants.assessment.models import Assignment, BroughtSheet, Score
from grants.assessment.queries.packs import BID, CRITERION, HEAD, REASON, SAVED, SCORE, Pack
from grants.assessment.services.marking import LONGEST_JUSTIFICATION, Mark, save_marks
from grants.core import audit
from grants.core.workbooks import Cell, Odd, Sheet
from grants.funds.models import Criterion
from workflows.actors import Actor
from workflows.errors import NotFound, Refusal
from workflows.rules.scoring import justification_problem

WHOLE = re.compile(r"[0-9]{1,4}")
# Below everything that a text may hold but tab and line ends.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
NEEDED = (BID, CRITERION, SCORE, REASON)
MOST_PROBLEMS = 200
NOT_OURS = "this is not one of your bids that you have declared on"
NOT_THEIRS = "this bid is not in the pack that you can make for this marker"
NOT_A_NUMBER = {
    Odd.FORMULA: "this is a formula: write the number itself",
    Odd.DATE: "this is a date: write a whole number",
    Odd.FRACTION: "this is not a whole number",
    Odd.YES_NO: "this is yes or no: write a whole number",
    Odd.ERROR: "this is an error of the spreadsheet: write a whole number",
    Odd.TOO_LONG: "this is too long: write a whole number",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Where something is wrong and what: sheet, row and column as the spreadsheet names them."""

    sheet: str
    row: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Change:
    """One mark of the file that differs from what is saved; `is_newer` when it was saved since the file was made."""

    assignment_id: int
    reference: str
    criterion: str
    title: str
    score: int | None
    words: str
    saved_score: int | None
    saved_words: str
    version: int
    is_newer: bool
    # What the words lack for a lock; they are saved all the same.
    lacks: Refusal | None = None


@dataclass(slots=True)
class Reading:
    """What a file would change, what of it is as it was, and what is wrong with it."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def lacking(self) -> int:
        """How many could not be locked with these words."""
        return sum(each.lacks is not None for each in self.changes)

    @property
    def clear(self) -> list[Change]:
        return [each for each in self.changes if not each.is_newer]

    @property
    def newer(self) -> list[Change]:
        return [each for each in self.changes if each.is_newer]


def read_marks(pack: Pack, sheets: Sequence[Sheet]) -> Reading:
    """Judge every row of every sheet that has the columns of ours; saves nothing."""
    reading = Reading()
    known = [(sheet, columns) for sheet in sheets if (columns := _columns(sheet)) is not None]
    if not known:
        first = sheets[0].name if sheets else ""
        reading.problems.append(Problem(first, 1, "", "no sheet has the columns Bid, Criterion, Score and Reason"))
    seen: dict[tuple[str, str], int] = {}
    for sheet, columns in known:
        for number, row in sheet.rows[1:]:
            _Row(pack, reading, sheet.name, number, {key: _at(row, at) for key, at in columns.items()}).judge(seen)
    return reading


def _columns(sheet: Sheet) -> dict[int, int] | None:
    if not sheet.rows:
        return None
    names = {str(cell).strip().casefold(): at for at, cell in reversed(list(enumerate(sheet.rows[0][1])))}
    found = {key: names[HEAD[key].casefold()] for key in (*NEEDED, SAVED) if HEAD[key].casefold() in names}
    return found if set(NEEDED) <= set(found) else None


def _at(row: Sequence[Cell], at: int) -> Cell:
    return row[at] if at < len(row) else None


class _Row:
    """One row: whose it is, what it says, and what is wrong with it."""

    def __init__(self, pack: Pack, reading: Reading, sheet: str, number: int, cells: Mapping[int, Cell]) -> None:
        self.pack, self.reading, self.sheet, self.number, self.cells = pack, reading, sheet, number, cells
        self.is_wrong = False

    def say(self, column: int, sentence: str) -> None:
        self.is_wrong = True
        if len(self.reading.problems) < MOST_PROBLEMS:
            self.reading.problems.append(Problem(self.sheet, self.number, HEAD[column], sentence))

    def judge(self, seen: dict[tuple[str, str], int]) -> None:
        reference, code = (str(self.cells.get(key) or "").strip() for key in (BID, CRITERION))
        if self.cells.get(SCORE) is None and self.cells.get(REASON) is None:
            self.reading.unchanged += 1
            return None
        work = next((each for each in self.pack.work if each.application.reference == reference), None)
        criterion = self.pack.rubric.find(code)
        if work is None:
            return self.say(BID, NOT_OURS if self.pack.marker is None else NOT_THEIRS)
        if criterion is None:
            return self.say(CRITERION, "the round has no such criterion")
        if work not in self.pack.unlocked:
            return self.say(BID, "the marks on this bid are locked, or it is not being marked now")
        if (reference, code) in seen:
            return self.say(BID, f"this bid and criterion stand in row {seen[reference, code]} already")
        seen[reference, code] = self.number
        score, words = self._score(criterion), self._words()
        if not self.is_wrong:
            self._compare(work, criterion, score, words)
        return None

    def _score(self, criterion: Criterion) -> int | None:
        cell = self.cells.get(SCORE)
        if cell is None:
            return None
        if isinstance(cell, Odd):
            self.say(SCORE, NOT_A_NUMBER[cell])
            return None
        text = str(cell).strip()
        if not WHOLE.fullmatch(text):
            self.say(SCORE, "this is not a whole number in plain digits")
            return None
        if not criterion.min_score <= int(text) <= criterion.max_score:
            self.say(SCORE, f"the score goes from {criterion.min_score} to {criterion.max_score}")
            return None
        return int(text)

    def _words(self) -> str:
        cell = self.cells.get(REASON)
        if isinstance(cell, Odd):
            self.say(REASON, "this is too long" if cell is Odd.TOO_LONG else "write the reason as plain text")
            return ""
        text = "" if cell is None else str(cell).strip()
        if CONTROL.search(text):
            self.say(REASON, "this text holds a character that can't be printed: type it again")
        if len(text) > LONGEST_JUSTIFICATION:
            self.say(REASON, f"this is too long: use {LONGEST_JUSTIFICATION:,} letters or fewer")
        return text

    def _compare(self, work: Assignment, criterion: Criterion, score: int | None, words: str) -> None:
        row = next((each for each in work.scores if each.criterion_id == criterion.id), None)
        saved = (row.score, row.justification) if row else (None, "")
        # An empty cell leaves what is saved.
        wanted = (saved[0] if score is None else score, words or saved[1])
        if wanted == saved:
            self.reading.unchanged += 1
            return
        self.reading.changes.append(
            Change(
                work.id,
                work.application.reference,
                criterion.code,
                criterion.title,
                *wanted,
                *saved,
                row.version if row else 0,
                self._is_newer(row),
                self._lacks(*wanted),
            )
        )

    def _lacks(self, score: int | None, words: str) -> Refusal | None:
        return None if score is None else justification_problem(score, words, extremes=self.pack.rubric.extremes)

    def _is_newer(self, row: Score | None) -> bool:
        """Whether the mark was saved since; a file that does not say what it was made from is never sure."""
        said = str(self.cells.get(SAVED) if self.cells.get(SAVED) is not None else "")
        return row is not None and (not WHOLE.fullmatch(said) or int(said) != row.version)


def keep_file(
    session: Session,
    pack: Pack,
    marks: Collection[tuple[int, str, int | None, str, int]],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Save the confirmed marks (assignment, criterion, score, words, version seen); returns how many changed.

    Goes through `save_marks`: Stale when one was saved since the page was drawn, and then nothing is kept. Raises
    NotFound for work that is not the actor's or is locked.
    """
    open_work = {each.id: each for each in pack.unlocked}
    by_work: dict[int, dict[str, Mark]] = {}
    for work_id, code, score, words, version in marks:
        if work_id not in open_work:
            raise NotFound(subject="assignment")
        by_work.setdefault(work_id, {})[code] = Mark(score, words, version)
    kept = 0
    for work_id, some in sorted(by_work.items()):
        work = open_work[work_id]
        changed = save_marks(session, work, some, actor=actor, now=now, is_brought=pack.marker is not None)
        kept += len(changed)
        if pack.marker is not None and actor.person_id is not None:
            session.add(BroughtSheet(assignment_id=work.id, person_id=actor.person_id, brought_at=now))
        audit.record(
            session,
            subject_type="assignment",
            subject_id=work.id,
            action="bring-marks",
            actor=actor,
            at=now,
            office_id=work.office_id,
            detail={"criteria": changed} | ({"for_person_id": pack.marker.id} if pack.marker else {}),
        )
    return kept
