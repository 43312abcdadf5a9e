"""Reading MARKS.csv in the light of its round and bids: every score that counts, every problem with its cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from grants.funds.definition import CriterionDef
from grants.funds.known import KnownRound
from grants.importing.bids import LONG
from grants.importing.rows import Bid, Mark, folded
from grants.importing.tables import Cells, CsvFile, read_text, rows_of
from workflows.rules.scoring import MAX_SCORE

COLUMNS: Final = ("reference", "marker", "criterion", "score", "justification")
MODERATED: Final = "moderated"


class ScoreReader:
    """Reads the marks of one file as far as its round and its bids are known."""

    def __init__(self, round_: KnownRound, bids: Sequence[Bid], bids_file: CsvFile, file: CsvFile) -> None:
        self.bids = {folded(bid.reference): bid for bid in bids}
        self.bids_file = bids_file
        self.file = file
        self.criteria = {folded(each.code): each for each in round_.criteria or ()}
        # Bids, or "" for any, of which a row could not be placed: what they lack may stand in that row.
        self.unsure: set[str] = set()

    def read(self, data: bytes) -> tuple[Bid, ...]:
        """The bids with their marks; every bid that was eligible has a score for each criterion."""
        text = read_text(data, self.file)
        given = self._marks(text) if text is not None else {}
        for bid in self.bids.values() if self._is_whole(given) else ():
            if bid.is_eligible and bid.reference not in self.unsure:
                self._check_whole(bid, given.get(bid.reference, {}))
        return tuple(_with_marks(bid, given.get(bid.reference, {})) for bid in self.bids.values())

    def _is_whole(self, given: Mapping[str, object]) -> bool:
        """Whether the bid of every row is known; of a file that breaks off, or has a wrong header, it is not."""
        problems = self.file.problems
        return "" not in self.unsure and all(each.column for each in problems) and bool(given or not problems)

    def _marks(self, text: str) -> dict[str, dict[str, dict[str, Mark]]]:
        given: dict[str, dict[str, dict[str, Mark]]] = defaultdict(lambda: defaultdict(dict))
        for cells in rows_of(text, self.file, COLUMNS):
            bid = self._bid(cells)
            marker = cells.text("marker", longest=120, needed=True)
            marker = MODERATED if marker.casefold() == MODERATED else marker
            criterion = self._criterion(cells)
            score = cells.whole("score", most=criterion.max_score if criterion else MAX_SCORE)
            words = cells.text("justification", longest=LONG)
            if bid is None or criterion is None or not marker:
                self.unsure.add(bid.reference if bid else "")
                continue
            marks = given[bid.reference][marker]
            if criterion.code in marks:
                first = marks[criterion.code].row
                cells.say("criterion", f"{marker} has a score for {criterion.code} in row {first}: take one out")
            else:
                marks[criterion.code] = Mark(row=cells.row, score=score or 0, justification=words)
        return given

    def _bid(self, cells: Cells) -> Bid | None:
        reference = cells.text("reference", longest=40, needed=True)
        bid = self.bids.get(folded(reference))
        # Where no bid could be read, each row would only say again what is wrong with the other file.
        if bid is None and reference and (self.bids or not self.bids_file.problems):
            cells.say("reference", f'there is no application "{reference}": correct it, or add the application')
        if bid is not None and not bid.is_eligible:
            cells.say("reference", f"{reference} was disqualified: take its marks out")
        return bid

    def _criterion(self, cells: Cells) -> CriterionDef | None:
        code = cells.text("criterion", longest=60, needed=True)
        criterion = self.criteria.get(folded(code))
        if criterion is None and code and self.criteria:
            known = ", ".join(each.code for each in self.criteria.values())
            cells.say("criterion", f'there is no criterion "{code}": write one of {known}')
        return criterion

    def _check_whole(self, bid: Bid, given: Mapping[str, Mapping[str, Mark]]) -> None:
        codes = [criterion.code for criterion in self.criteria.values()]
        markers = {name: marks for name, marks in given.items() if name != MODERATED}
        for name, marks in markers.items():
            last = max(mark.row for mark in marks.values())
            for code in codes:
                if code not in marks:
                    self.file.say(last, "criterion", f"{name} has no score for {code} on {bid.reference}: add a row")
        agreed = given.get(MODERATED, {})
        lacking = [code for code in codes if code not in agreed] if not markers else []
        if lacking:
            message = f"{bid.reference} is eligible and has no mark for {', '.join(lacking)} in {self.file.name}"
            self.bids_file.say(bid.row, "reference", message)


def _with_marks(bid: Bid, given: Mapping[str, Mapping[str, Mark]]) -> Bid:
    markers = {name: marks for name, marks in given.items() if name != MODERATED}
    return replace(bid, markers=markers, moderated=given.get(MODERATED, {}))
