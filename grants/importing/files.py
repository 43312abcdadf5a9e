"""The files of a round that was run on paper, as typed rows: the whole of them, or every problem at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from grants.funds import model_form
from grants.funds.definition import FileProblem, RoundDefinition, RoundFileError, read_round_file
from grants.importing.tables import Cells, CsvFile, read_text, rows_of
from workflows.money import Stated
from workflows.rules.eligibility import RULES
from workflows.rules.eligibility_facts import OrgType

APPLICATION_COLUMNS: Final = (
    *("reference", "organisation", "organisation_type", "registration", "area", "project_title", "summary"),
    *("crime_reduction_reason", "amount_requested", "minimum_viable_amount", "eligibility", "failed_rules"),
)
MARK_COLUMNS: Final = ("reference", "marker", "criterion", "score", "justification")
MODERATED: Final = "moderated"
# The last instant at which a bid is still in time; the default where a file does not say when each came.
JUST_IN_TIME: Final = timedelta(milliseconds=1)
LONG: Final = 20_000

_BEFORE_NUMBER = re.compile(r"(?i)^((charity|company|registered|registration|reg|no|number)\b\W*)+")
# How people write the kinds of organisation besides the model form's own words.
_KINDS: Final = {
    "charity": OrgType.REGISTERED_CHARITY,
    "cic": OrgType.CIC_GUARANTEE,
    "community_interest_company": OrgType.CIC_GUARANTEE,
    "company_limited_by_guarantee": OrgType.COMPANY_BY_GUARANTEE,
    "charitable_incorporated_organisation": OrgType.CIO,
    "unincorporated": OrgType.UNINCORPORATED_GROUP,
    "unincorporated_association": OrgType.UNINCORPORATED_GROUP,
    "community_group": OrgType.UNINCORPORATED_GROUP,
    "constituted_group": OrgType.UNINCORPORATED_GROUP,
    "voluntary_group": OrgType.UNINCORPORATED_GROUP,
    "council": OrgType.LOCAL_AUTHORITY,
    "csp": OrgType.LOCAL_AUTHORITY,
    "community_safety_partnership": OrgType.LOCAL_AUTHORITY,
    "town_council": OrgType.PARISH_COUNCIL,
    "college": OrgType.SCHOOL,
    "university": OrgType.SCHOOL,
    "faith_group": OrgType.FAITH_BODY,
    "faith": OrgType.FAITH_BODY,
    "church": OrgType.FAITH_BODY,
    "social_enterprise": OrgType.OTHER,
    "police": OrgType.PUBLIC_BODY,
    **{re.sub(r"\W+", "_", label.casefold()).strip("_"): OrgType(value) for value, label in model_form.ORG_TYPES},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One score of one marker, or of the panel, from the row that it stands in."""

    row: int
    score: int
    justification: str


# Marker -> criterion -> mark.
Marks = Mapping[str, Mapping[str, Mark]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """One bid as the files have it; money in pence. `stated` keeps the amounts that were written with a qualifier."""

    row: int
    reference: str
    organisation: str
    kind: OrgType
    charity_number: str
    company_number: str
    area: str | None
    project_title: str
    summary: str
    crime_reduction_reason: str
    ask_pence: int
    minimum_viable_pence: int | None
    is_eligible: bool
    failed_rules: tuple[str, ...]
    submitted_at: datetime
    stated: Mapping[str, str] = field(default_factory=dict)
    markers: Marks = field(default_factory=dict)
    moderated: Mapping[str, Mark] = field(default_factory=dict)


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
    problems: list[FileProblem] = []
    warnings: list[FileProblem] = []
    definition, code_row = _definition(round_, problems)
    if definition is not None:
        warnings += definition.warnings
        if applications is not None:
            problems += _over_by_now(round_.name, definition, has_marks=marks is not None, now=now)
    # Without a definition the other files are read all the same, as far as they can be without it.
    reading = _Reading(definition)
    bids = reading.bids(applications) if applications else []
    if marks is not None:
        bids = reading.with_marks(bids, marks, applications.name if applications else "")
    problems += reading.problems
    warnings += reading.warnings
    if problems or definition is None:
        raise FilesRefused(problems, warnings)
    return RoundFiles(
        definition=replace(definition, is_on_paper=bool(bids), rules=(*definition.rules, *reading.added_rules())),
        round_file=round_.name,
        code_row=code_row,
        applications_file=applications.name if applications else "",
        bids=tuple(bids),
        has_marks=marks is not None,
        warnings=tuple(warnings),
    )


def _definition(source: Source, problems: list[FileProblem]) -> tuple[RoundDefinition | None, str]:
    file = CsvFile(source.name)
    text = read_text(source.data, file)
    problems += file.problems
    if text is None:
        return None, "1"
    lines = text.splitlines()
    code_row = next((str(n) for n, line in enumerate(lines, 1) if re.match(r"\s*code\s*=", line)), "1")
    try:
        return read_round_file(text, source.name), code_row
    except RoundFileError as error:
        problems += error.problems
        return None, code_row


def _over_by_now(name: str, definition: RoundDefinition, *, has_marks: bool, now: datetime) -> list[FileProblem]:
    """A round that came on paper has closed, and one with marks has been to its panel."""
    if definition.closes_at is None:
        return [FileProblem(name, "", "closes_at", "a round with applications needs the time at which it closed")]
    days = [("closes_at", definition.closes_at)]
    days += [("scoring_ends_at", definition.scoring_ends_at)] if has_marks and definition.scoring_ends_at else []
    problems = [
        FileProblem(name, "", key, "this is still to come: a round is brought in with its bids when that is over")
        for key, moment in days
        if moment > now
    ]
    if has_marks and definition.panel_on and definition.panel_on > now.date():
        problems.append(
            FileProblem(name, "", "panel_on", "this is still to come: marks are brought in after the panel")
        )
    return problems


class _Reading:
    """Reads the two tables in the light of the round; `definition` is None when the round file was refused."""

    def __init__(self, definition: RoundDefinition | None) -> None:
        self.definition = definition
        self.files: list[CsvFile] = []
        self.areas = {
            _folded(name): area.name
            for area in (definition.areas if definition else ())
            for name in (*area.aliases, area.name)
        }
        self.rules = {rule.code.upper() for rule in definition.rules} if definition else set()
        self.criteria = {_folded(each.code): each for each in definition.criteria} if definition else {}
        self.rules_added: dict[str, None] = {}

    @property
    def problems(self) -> list[FileProblem]:
        return [problem for file in self.files for problem in file.problems]

    @property
    def warnings(self) -> list[FileProblem]:
        return [warning for file in self.files for warning in file.warnings]

    def added_rules(self) -> list:
        return [model_form.rule_of(code) for code in self.rules_added]

    # --- applications

    def bids(self, source: Source) -> list[Bid]:
        file = CsvFile(source.name)
        self.files.append(file)
        text = read_text(source.data, file)
        if text is None:
            return []
        bids: list[Bid] = []
        references: dict[str, int] = {}
        groups: dict[str, int] = {}
        for cells in rows_of(text, file, APPLICATION_COLUMNS, optional=("submitted_at",)):
            bid = self._bid(cells)
            _once(cells, "reference", bid.reference, references)
            _once(cells, "organisation", bid.organisation, groups)
            bids.append(bid)
        if not bids and not file.problems:
            file.say(1, "", "there are no applications in this file: leave the file out, or add a row for each")
        return bids

    def _bid(self, cells: Cells) -> Bid:
        is_eligible = self._eligibility(cells)
        ask = cells.money("amount_requested", needed=True)
        least = cells.money("minimum_viable_amount")
        self._check_amounts(cells, ask, least)
        charity, company = _registration(cells)
        return Bid(
            row=cells.row,
            reference=self._reference(cells),
            organisation=cells.text("organisation", needed=True),
            kind=_kind(cells),
            charity_number=charity,
            company_number=company,
            area=self._area(cells, is_eligible),
            project_title=cells.text("project_title", needed=True),
            summary=cells.text("summary", longest=LONG),
            crime_reduction_reason=cells.text("crime_reduction_reason", longest=LONG),
            ask_pence=ask.pence if ask else 0,
            minimum_viable_pence=least.pence if least else None,
            is_eligible=is_eligible,
            failed_rules=self._failed_rules(cells, is_eligible),
            submitted_at=self._submitted_at(cells),
            stated=_qualified(cells, {"amount_requested": ask, "minimum_viable_amount": least}),
        )

    def _reference(self, cells: Cells) -> str:
        reference = cells.text("reference", longest=40, needed=True)
        if re.search(r"\s", reference):
            cells.say("reference", f'"{reference}": a reference has no spaces')
        return reference

    def _eligibility(self, cells: Cells) -> bool:
        word = cells.text("eligibility").casefold()
        if word not in {"eligible", "disqualified"}:
            cells.say("eligibility", f'"{word}": write eligible or disqualified')
        return word == "eligible"

    def _check_amounts(self, cells: Cells, ask: Stated | None, least: Stated | None) -> None:
        if ask is not None and ask.pence <= 0:
            cells.say("amount_requested", "the amount must be more than £0")
        if ask is not None and least is not None and least.pence > ask.pence:
            cells.warn("minimum_viable_amount", "this is more than was asked for: check both")

    def _area(self, cells: Cells, is_eligible: bool) -> str | None:
        name = cells.text("area")
        if not name:
            # A bid may have been thrown out because it named no area.
            if self.areas and is_eligible:
                cells.say("area", f"this is empty: write one of {', '.join(dict.fromkeys(self.areas.values()))}")
            return None
        if self.definition is None:
            return name
        area = self.areas.get(_folded(name))
        if area is None:
            known = ", ".join(dict.fromkeys(self.areas.values())) or "none"
            cells.say(
                "area", f'"{name}" is not an area of the round ({known}): correct it, or add it under [area_aliases]'
            )
        return area

    def _failed_rules(self, cells: Cells, is_eligible: bool) -> tuple[str, ...]:
        text = cells.text("failed_rules", longest=LONG)
        codes = tuple(dict.fromkeys(code.strip().upper() for code in text.split(";") if code.strip()))
        if is_eligible and codes:
            cells.say("failed_rules", "this bid is eligible: take its failed rules out, or write disqualified")
        if not is_eligible and not codes and cells.text("eligibility").casefold() == "disqualified":
            cells.say("failed_rules", "name at least one rule that this bid failed, such as ER1;ER6")
        if self.definition is None:
            return codes
        for code in codes:
            if code in RULES and code not in self.rules:
                cells.warn("failed_rules", f"{code} was not a rule of this round and was added to it")
                self.rules.add(code)
                self.rules_added[code] = None
            elif code not in self.rules:
                cells.say("failed_rules", f'there is no rule "{code}": write one of {", ".join(RULES)}')
        return codes

    def _submitted_at(self, cells: Cells) -> datetime:
        given = cells.moment("submitted_at")
        if self.definition is None or self.definition.closes_at is None:
            return given or datetime.max.replace(tzinfo=UTC)
        deadline = self.definition.closes_at + timedelta(minutes=self.definition.grace_minutes)
        if given is not None and given >= deadline:
            cells.say("submitted_at", "this is not before the closing time of the round")
        if given is not None and self.definition.opens_at and given < self.definition.opens_at:
            cells.say("submitted_at", "this is before the round opened")
        return given or self.definition.closes_at - JUST_IN_TIME

    # --- marks

    def with_marks(self, bids: list[Bid], source: Source, applications_file: str) -> list[Bid]:
        """The same bids with their marks; every bid that was eligible has a score for each criterion."""
        file = CsvFile(source.name)
        self.files.append(file)
        text = read_text(source.data, file)
        if text is None:
            return bids
        if not applications_file:
            file.say(1, "", "marks can't come without the applications that they are for")
            return bids
        given = self._marks(text, file, {bid.reference: bid for bid in bids})
        if file.problems or self.definition is None:
            return bids
        for bid in bids:
            if bid.is_eligible:
                self._check_marks(bid, given[bid.reference], file)
        return [
            replace(
                bid,
                markers={name: marks for name, marks in given[bid.reference].items() if name != MODERATED},
                moderated=given[bid.reference].get(MODERATED, {}),
            )
            for bid in bids
        ]

    def _marks(self, text: str, file: CsvFile, bids: Mapping[str, Bid]) -> dict[str, dict[str, dict[str, Mark]]]:
        given: dict[str, dict[str, dict[str, Mark]]] = defaultdict(lambda: defaultdict(dict))
        for cells in rows_of(text, file, MARK_COLUMNS):
            bid = self._bid_of(cells, bids)
            marker = cells.text("marker", longest=120, needed=True)
            marker = MODERATED if marker.casefold() == MODERATED else marker
            criterion = self._criterion(cells)
            score = cells.whole("score", most=5 if criterion is None else criterion.max_score)
            words = cells.text("justification", longest=LONG)
            if bid is None or criterion is None or not marker:
                continue
            marks = given[bid.reference][marker]
            if criterion.code in marks:
                first = marks[criterion.code].row
                cells.say("criterion", f"{marker} has a score for {criterion.code} in row {first}: take one out")
            else:
                marks[criterion.code] = Mark(row=cells.row, score=score or 0, justification=words)
        return given

    def _bid_of(self, cells: Cells, bids: Mapping[str, Bid]) -> Bid | None:
        reference = cells.text("reference", longest=40, needed=True)
        bid = bids.get(reference)
        if bid is None and reference:
            cells.say("reference", f'there is no application "{reference}": correct it, or add the application')
        if bid is not None and not bid.is_eligible:
            cells.say("reference", f"{reference} was disqualified: take its marks out")
        return bid

    def _criterion(self, cells: Cells):
        code = cells.text("criterion", longest=60, needed=True)
        criterion = self.criteria.get(_folded(code))
        if criterion is None and code and self.definition is not None:
            known = ", ".join(each.code for each in self.criteria.values())
            cells.say("criterion", f'there is no criterion "{code}": write one of {known}')
        return criterion

    def _check_marks(self, bid: Bid, given: Mapping[str, Mapping[str, Mark]], file: CsvFile) -> None:
        codes = [criterion.code for criterion in self.criteria.values()]
        markers = {name: marks for name, marks in given.items() if name != MODERATED}
        for name, marks in markers.items():
            for code in codes:
                if code not in marks:
                    last = max(mark.row for mark in marks.values())
                    file.say(last, "criterion", f"{name} has no score for {code} on {bid.reference}: add a row")
        if not markers:
            agreed = given.get(MODERATED, {})
            for code in codes:
                if code not in agreed:
                    where = next((file for file in self.files if file.name), file)
                    where.say(bid.row, "reference", f"{bid.reference} is eligible and has no score for {code}")


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _once(cells: Cells, column: str, value: str, seen: dict[str, int]) -> None:
    key = _folded(value)
    if key and key in seen:
        which = "this reference" if column == "reference" else "a bid of this organisation"
        cells.say(column, f'"{value}": {which} is in row {seen[key]} already')
    elif key:
        seen[key] = cells.row


def _kind(cells: Cells) -> OrgType:
    text = cells.text("organisation_type")
    word = re.sub(r"\W+", "_", text.casefold()).strip("_")
    found = OrgType(word) if word in set(OrgType) else _KINDS.get(word)
    if found is None:
        cells.warn("organisation_type", f'"{text}" is taken as other: no kind of organisation is written like that')
    return found or OrgType.OTHER


def _registration(cells: Cells) -> tuple[str, str]:
    """(charity number, company number): which of the two it is shows from its form."""
    text = cells.text("registration", longest=60)
    number = re.sub(
        r"[\s-]", "", re.sub(r"(?i)^(charity|company|reg(istered|istration)?)\W*(no\W*|number\W*)?", "", text)
    )
    if re.fullmatch(r"(?i)(SC|NIC)?[0-9]{6,7}", number):
        return number.upper(), ""
    if re.fullmatch(r"(?i)[0-9]{8}|[A-Z]{2}[0-9]{6}|R[0-9]{7}", number):
        return "", number.upper()
    if number.casefold() not in {"", "none", "na", "n/a"}:
        cells.warn("registration", f'"{text}" is neither a charity nor a company number and was left out')
    return "", ""


def _qualified(cells: Cells, amounts: Mapping[str, Stated | None]) -> dict[str, str]:
    return {
        column: cells.text(column)
        for column, stated in amounts.items()
        if stated is not None and (stated.qualifier or stated.warning)
    }
