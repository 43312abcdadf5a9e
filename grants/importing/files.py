"""The files of a round that was run on paper, as typed rows: the whole of them, or every problem at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from grants.funds.definition import FileProblem, RoundDefinition, RoundFileError, read_round_file
from grants.funds.known import KnownRound, all_known
from grants.importing.bids import BidReader
from grants.importing.rows import Bid
from grants.importing.scores import ScoreReader
from grants.importing.tables import CsvFile, read_text
from workflows.deadlines import london_date


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFiles:
    """Everything that was read. `has_marks` is whether a file of marks came with it."""

    definition: RoundDefinition
    round_file: str
    code_row: str
    applications_file: str = ""
    bids: tuple[Bid, ...] = ()
    has_marks: bool = False
    warnings: tuple[FileProblem, ...] = ()

    @property
    def is_on_paper(self) -> bool:
        """A file with no bids sets a live round up; one with bids tells of a round that is over."""
        return bool(self.bids)


class FilesRefused(Exception):
    """The files can't be brought in; `problems` lists everything that is wrong with them."""

    def __init__(self, problems: list[FileProblem], warnings: list[FileProblem] | None = None) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
        self.warnings = warnings or []


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was given: the name that problems are reported under, and its bytes."""

    name: str
    data: bytes


def read_files(round_: Source, applications: Source | None, marks: Source | None, *, now: datetime) -> RoundFiles:
    """Read all the files. Raises FilesRefused with every problem of each of them."""
    round_file = _RoundFile(round_)
    definition = round_file.definition
    problems, warnings = round_file.problems, list(definition.warnings if definition else ())
    if applications is not None:
        problems += round_file.not_over(has_marks=marks is not None, now=now)
    # Beside a round file with problems the other files are read in the light of what is known of it all the same.
    bids_file = CsvFile(applications.name if applications else "")
    reader = BidReader(round_file.known, bids_file)
    bids = reader.read(applications.data) if applications else ()
    marks_file = CsvFile(marks.name if marks else "")
    if marks is not None and applications is None:
        marks_file.say(1, "", "marks can't come without the applications that they are for")
    elif marks is not None:
        bids = ScoreReader(round_file.known, bids, bids_file, marks_file).read(marks.data)
    problems = [*problems, *bids_file.problems, *marks_file.problems]
    warnings = [*warnings, *bids_file.warnings, *marks_file.warnings]
    if problems or definition is None:
        raise FilesRefused(problems, warnings)
    rules = (*definition.rules, *reader.added_rules.values())
    return RoundFiles(
        definition=replace(definition, is_on_paper=applications is not None, rules=rules),
        round_file=round_.name,
        code_row=round_file.row("code"),
        applications_file=bids_file.name,
        bids=bids,
        has_marks=marks is not None,
        warnings=tuple(warnings),
    )


class _RoundFile:
    """ROUND.toml: what it defines, or what is wrong with it."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self.definition: RoundDefinition | None = None
        self.known = KnownRound()
        file = CsvFile(source.name)
        self.text = read_text(source.data, file, "UTF-8") or ""
        self.problems = file.problems
        if not self.problems:
            try:
                self.definition = read_round_file(self.text, source.name)
            except RoundFileError as error:
                self.problems, self.known = error.problems, error.known
            else:
                self.known = all_known(self.definition)

    def row(self, key: str) -> str:
        """The line in which a key of the top stands."""
        lines = enumerate(self.text.splitlines(), 1)
        return next((str(number) for number, line in lines if re.match(rf"\s*{key}\s*=", line)), "1")

    def not_over(self, *, has_marks: bool, now: datetime) -> list[FileProblem]:
        """A round that comes with bids has closed, and one with marks has been to its panel."""
        known = self.known
        if known.is_rolling:
            message = "a round with applications needs the time at which it closed"
            return [FileProblem(self.name, self.row("rolling"), "closes_at", message)]
        ends = {"closes_at": known.closes_at is not None and known.closes_at > now}
        if has_marks:
            ends["scoring_ends_at"] = known.scoring_ends_at is not None and known.scoring_ends_at > now
            ends["panel_on"] = known.panel_on is not None and known.panel_on > london_date(now)
        message = "this is still to come: a round is brought in when it is over"
        return [FileProblem(self.name, self.row(key), key, message) for key, is_ahead in ends.items() if is_ahead]
