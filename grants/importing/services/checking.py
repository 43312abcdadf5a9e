"""The eligibility of a paper round, as its file has it: what the rules would have said otherwise is a warning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.applications.queries import base_facts, eligibility_facts, judge_rule
from grants.core import transitions
from grants.core.transitions import Move
from grants.eligibility import services as eligibility
from grants.eligibility.models import EligibilityResult
from grants.funds.definition import FileProblem
from grants.funds.models import Round
from grants.importing.files import RoundFiles
from grants.importing.rows import Bid
from grants.importing.services.entering import answers_of
from grants.importing.services.hands import Hands
from workflows.rules.eligibility import Outcome


def check_all(
    session: Session, round_: Round, files: RoundFiles, bids: Sequence[Application], hands: Hands, now: datetime
) -> list[FileProblem]:
    """Pass the bids that were eligible and disqualify the others; returns where the rules would have differed."""
    warnings = [warning for bid in files.bids for warning in _differences(round_, bid, files.applications_file)]
    _record_results(session, round_, files, bids, now)
    passed = [bid for row, bid in zip(files.bids, bids, strict=True) if row.is_eligible]
    moves = [
        Move(bid, base_facts(session, bid, now=now, failed_rules=(), unresolved_rules=(), on_paper=True))
        for bid in passed
    ]
    transitions.apply_many(session, "pass-checks", moves, actor=hands.officer, now=now)
    for row, bid in zip(files.bids, bids, strict=True):
        if not row.is_eligible:
            reason = f"On paper: failed {', '.join(row.failed_rules)}"
            eligibility.propose_disqualification(session, bid, row.failed_rules, reason, actor=hands.officer, now=now)
            eligibility.confirm_disqualification(session, bid, actor=hands.second_officer, now=now)
    return warnings


def _record_results(
    session: Session, round_: Round, files: RoundFiles, bids: Sequence[Application], now: datetime
) -> None:
    """Each rule as the paper has it: all passed by a bid that was eligible, those named failed by one that was not."""
    rows = [
        {
            "application_id": application.id,
            "rule_id": rule.id,
            "outcome": Outcome.PASS if bid.is_eligible else Outcome.FAIL,
            "is_automatic": False,
            "reason_code": "",
            "evidence": {"on_paper": True},
            "note": f"As {files.applications_file} has it",
            "person_id": None,
            "decided_at": now,
        }
        for bid, application in zip(files.bids, bids, strict=True)
        for rule in round_.rules
        if bid.is_eligible or rule.code in bid.failed_rules
    ]
    if rows:
        session.execute(sa.insert(EligibilityResult), rows)


def _differences(round_: Round, bid: Bid, file: str) -> list[FileProblem]:
    """Where the rules that the computer can judge would have judged otherwise; the file holds all the same."""
    areas = tuple(area.name for area in round_.areas)
    facts = eligibility_facts(round_, areas, answers_of(bid), is_on_time=True)
    found = []
    for rule in round_.rules:
        if not rule.is_automatic:
            continue
        judged = judge_rule(rule, facts).outcome
        if judged is Outcome.FAIL and rule.code not in bid.failed_rules:
            message = f'{bid.reference} would fail {rule.code} ("{rule.title}") by the rule; the file holds'
            found.append(FileProblem(file, str(bid.row), "eligibility", message))
        elif judged is Outcome.PASS and rule.code in bid.failed_rules:
            message = f'{bid.reference} would pass {rule.code} ("{rule.title}") by the rule; the file holds'
            found.append(FileProblem(file, str(bid.row), "failed_rules", message))
    return found
