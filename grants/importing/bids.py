"""Reading APPLICATIONS.csv in the light of its round: every bid as a row, every problem with its cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from grants.funds import model_form
from grants.funds.definition import RuleDef
from grants.funds.known import KnownRound
from grants.importing.rows import Bid, folded
from grants.importing.tables import Cells, CsvFile, read_text, rows_of
from workflows.money import Stated
from workflows.rules.eligibility import RULES
from workflows.rules.eligibility_facts import OrgType

COLUMNS: Final = (
    *("reference", "organisation", "organisation_type", "registration", "area", "project_title", "summary"),
    *("crime_reduction_reason", "amount_requested", "minimum_viable_amount", "eligibility", "failed_rules"),
)
OPTIONAL: Final = ("submitted_at",)
LONG: Final = 20_000
# The last instant at which a bid is still in time; the default where the file does not say when each came.
JUST_IN_TIME: Final = timedelta(milliseconds=1)

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


class BidReader:
    """Reads the bids of one file as far as its round is known; `added_rules` are those that the round lacked."""

    def __init__(self, round_: KnownRound, file: CsvFile) -> None:
        self.round = round_
        self.file = file
        self.areas = {folded(name): area.name for area in round_.areas or () for name in (*area.aliases, area.name)}
        # Of a round whose rules are unsure only the registry of rules can be asked.
        self.rules = {rule.code.upper() for rule in round_.rules} if round_.rules is not None else set(RULES)
        self.added_rules: dict[str, RuleDef] = {}

    def read(self, data: bytes) -> tuple[Bid, ...]:
        """Every bid of the file, also those with problems, so that marks can be told which they belong to."""
        text = read_text(data, self.file)
        if text is None:
            return ()
        bids: list[Bid] = []
        references: dict[str, int] = {}
        groups: dict[str, int] = {}
        for cells in rows_of(text, self.file, COLUMNS, OPTIONAL):
            bid = self._bid(cells)
            _once(cells, "reference", bid.reference, references)
            _once(cells, "organisation", bid.organisation, groups)
            bids.append(bid)
        if not bids and not self.file.problems:
            self.file.say(1, "", "there are no applications in this file: leave the file out, or add a row for each")
        return tuple(bids)

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
        reference = cells.text("reference", longest=30, needed=True)
        if re.search(r"\s", reference):
            cells.say("reference", f'"{reference}": a reference has no spaces')
        return reference

    def _eligibility(self, cells: Cells) -> bool:
        word = cells.text("eligibility").casefold()
        if word not in {"eligible", "disqualified"}:
            cells.say("eligibility", f'"{word}": write eligible or disqualified')
        # A slip of the pen is one problem; the bid's marks are not called wrong for it as well.
        return word != "disqualified"

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
        if self.round.areas is None:
            return name
        area = self.areas.get(folded(name))
        if area is None:
            known = ", ".join(dict.fromkeys(self.areas.values())) or "none"
            cells.say(
                "area", f'"{name}" is not an area of the round ({known}): correct it, or add it under [area_aliases]'
            )
        return area

    def _failed_rules(self, cells: Cells, is_eligible: bool) -> tuple[str, ...]:
        text = cells.text("failed_rules", longest=LONG)
        codes = tuple(dict.fromkeys(code.strip().upper() for code in text.split(";") if code.strip()))
        if codes and cells.text("eligibility").casefold() == "eligible":
            cells.say("failed_rules", "this bid is eligible: take its failed rules out, or write disqualified")
        if not is_eligible and not codes and cells.text("eligibility").casefold() == "disqualified":
            cells.say("failed_rules", "name at least one rule that this bid failed, such as ER1;ER6")
        for code in codes:
            if code in RULES and code not in self.rules:
                cells.warn("failed_rules", f"{code} was not a rule of this round and was added to it")
                self.rules.add(code)
                self.added_rules[code] = model_form.rule_of(code)
            elif code not in self.rules:
                cells.say("failed_rules", f'there is no rule "{code}": write one of {", ".join(RULES)}')
        return codes

    def _submitted_at(self, cells: Cells) -> datetime:
        given = cells.moment("submitted_at")
        round_ = self.round
        if given is not None and round_.deadline and given >= round_.deadline:
            cells.say("submitted_at", "this is not before the closing time of the round")
        if given is not None and round_.opens_at and given < round_.opens_at:
            cells.say("submitted_at", "this is before the round opened")
        return given or (round_.closes_at or datetime.max.replace(tzinfo=UTC)) - JUST_IN_TIME


def _once(cells: Cells, column: str, value: str, seen: dict[str, int]) -> None:
    key = folded(value)
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
