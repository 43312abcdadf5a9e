"""Bringing in a round that was run on paper: through the one door, with the dates it had, all of it or nothing.

Whatever is done here is done on paper, so it says so in the audit and is never mailed. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts import services as accounts
from grants.accounts.models import Office, Organisation
from grants.accounts.queries import find_office
from grants.applications import services as applications
from grants.applications.models import Application
from grants.applications.queries import base_facts, eligibility_facts, judge_rule
from grants.assessment import services as assessment
from grants.assessment.queries import panel_facts
from grants.core import audit, transitions
from grants.core.transitions import Move
from grants.eligibility import services as eligibility
from grants.eligibility.models import EligibilityResult
from grants.funds import model_form as form
from grants.funds import queries as fund_queries
from grants.funds import services as funds
from grants.funds.definition import FileProblem
from grants.funds.models import Round
from grants.importing.files import Bid, FilesRefused, RoundFiles
from grants.importing.marks import record_marks
from workflows.actors import OFFICE_ROLES, SYSTEM, Actor
from workflows.application import ApplicationState
from workflows.deadlines import london_time_on
from workflows.round import RoundFacts
from workflows.rules.allocation import UnresolvedTie
from workflows.rules.eligibility import Outcome
from workflows.rules.eligibility_facts import EligibilityFacts

PAPER_TIMER = replace(SYSTEM, name="Imported: timer", on_paper=True)


@dataclass(frozen=True, slots=True)
class Imported:
    """The round as it stands after the import, and what somebody should look at."""

    round_: Round
    warnings: tuple[FileProblem, ...]


@dataclass(frozen=True, slots=True)
class Hands:
    """The three people who had signed on paper; they hold every role of the office, and are named for what they are."""

    officer: Actor
    second_officer: Actor
    chair: Actor

    @classmethod
    def of(cls, office_id: int) -> Hands:
        roles = frozenset((office_id, role) for role in OFFICE_ROLES)
        return cls(
            *(
                Actor(name=f"Imported: {name}", office_roles=roles, on_paper=True)
                for name in ("officer", "second officer", "chair")
            )
        )


@dataclass(frozen=True, slots=True)
class Dates:
    """When each thing had happened, as instants."""

    opened: datetime
    closed: datetime
    scored: datetime
    panel: datetime

    @classmethod
    def of(cls, round_: Round, now: datetime) -> Dates:
        opened = round_.opens_at or now
        closed = round_.closes_at or opened
        scored = round_.scoring_ends_at or closed
        panel = max(london_time_on(round_.panel_on), scored) if round_.panel_on else scored
        return cls(opened, closed, scored, panel)


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
    funds.approve_round(session, round_, actor=hands.second_officer, now=started)
    funds.publish_round(session, round_, actor=hands.officer, now=started)
    if not files.is_on_paper:
        _open(session, round_, now=now)
        return Imported(round_, files.warnings)
    dates = Dates.of(round_, now)
    _open(session, round_, now=dates.opened)
    bids = _submit_all(session, round_, files, hands.officer)
    _close(session, round_, bids, hands.officer, dates)
    warnings = _check_all(session, round_, files, bids, hands, dates.closed)
    if files.has_marks:
        _assess(session, round_, files, bids, hands, dates)
    return Imported(round_, (*files.warnings, *warnings))


def _create_office(session: Session, code: str, now: datetime) -> Office:
    return accounts.create_office(session, code, code.upper(), actor=replace(PAPER_TIMER, name="Import"), now=now)


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


# --- bids


def _submit_all(session: Session, round_: Round, files: RoundFiles, actor: Actor) -> list[Application]:
    groups = _groups(session, files, round_)
    return [_submit(session, round_, bid, groups[bid.organisation.casefold()], actor) for bid in files.bids]


def _groups(session: Session, files: RoundFiles, round_: Round) -> dict[str, Organisation]:
    """The organisation of each bid, by its name in small letters; made where no such group is known."""
    names = {bid.organisation.casefold() for bid in files.bids}
    lower = sa.func.lower(Organisation.name)
    known = session.scalars(sa.select(Organisation).where(lower.in_(names)).order_by(Organisation.id.desc())).all()
    groups = {each.name.casefold(): each for each in known}
    for bid in files.bids:
        if bid.organisation.casefold() not in groups:
            groups[bid.organisation.casefold()] = accounts.create_organisation(
                session,
                name=bid.organisation,
                kind=bid.kind,
                now=bid.submitted_at,
                charity_number=bid.charity_number,
                company_number=bid.company_number,
                is_fictional=round_.is_fictional,
            )
    return groups


def _submit(session: Session, round_: Round, bid: Bid, group: Organisation, actor: Actor) -> Application:
    at = bid.submitted_at
    when = {"actor": actor, "now": at, "received_at": at}
    application = applications.start_application(session, round_, group, {}, reference=bid.reference, **when)
    asked = {question.code for question in round_.questions}
    given = {code: value for code, value in _answers(bid).items() if code in asked}
    applications.save_answers(session, application, given, **when)
    applications.submit_application(session, application, **when)
    if bid.stated:
        audit.record(
            session,
            subject_type="application",
            subject_id=application.id,
            action="stated-amounts",
            actor=actor,
            at=at,
            office_id=application.office_id,
            detail=dict(bid.stated),
        )
    return application


def _answers(bid: Bid) -> dict[str, object]:
    """What the file says, as answers to the model form's questions; what it does not say stays unanswered."""
    answers: dict[str, object | None] = {
        form.ORG_TYPE: str(bid.kind),
        form.PROJECT_TITLE: bid.project_title,
        form.SUMMARY: bid.summary,
        form.REASON: bid.crime_reduction_reason,
        form.AREAS: [bid.area] if bid.area else None,
        form.ASK: bid.ask_pence,
        form.MINIMUM_VIABLE: bid.minimum_viable_pence,
    }
    return {code: value for code, value in answers.items() if value not in (None, "")}


# --- eligibility


def _check_all(
    session: Session, round_: Round, files: RoundFiles, bids: Sequence[Application], hands: Hands, now: datetime
) -> list[FileProblem]:
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
    facts = _known_facts(round_, bid)
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


def _known_facts(round_: Round, bid: Bid) -> EligibilityFacts:
    areas = tuple(area.name for area in round_.areas)
    return eligibility_facts(round_, areas, _answers(bid), is_on_time=True)


# --- marks and the panel


def _assess(
    session: Session,
    round_: Round,
    files: RoundFiles,
    bids: Sequence[Application],
    hands: Hands,
    dates: Dates,
) -> None:
    if not any(bid.state is ApplicationState.ELIGIBLE for bid in bids):
        return
    assessment.start_scoring(session, round_, actor=hands.officer, now=dates.closed)
    pairs = [(row, bid) for row, bid in zip(files.bids, bids, strict=True) if row.is_eligible]
    record_marks(session, round_, pairs, chair=hands.chair, timer=PAPER_TIMER, scored=dates.scored, panel=dates.panel)
    panel = assessment.convene_panel(session, round_, [], actor=hands.chair, now=dates.panel)
    ready = panel_facts(session, panel, actor=hands.chair, now=dates.panel)
    transitions.apply(session, panel, "interests-complete", ready, actor=PAPER_TIMER, now=dates.panel)
    assessment.open_panel(session, panel, [], actor=hands.chair, now=dates.panel)
    try:
        assessment.draw_the_line(session, round_, actor=hands.chair, now=dates.panel)
    except UnresolvedTie as tie:
        raise _tie_refused(files, tie) from tie
    assessment.close_panel(session, panel, actor=hands.chair, now=dates.panel)


def _tie_refused(files: RoundFiles, tie: UnresolvedTie) -> FilesRefused:
    message = (
        f"{', '.join(tie.references)} are equal in all that the rule compares, and the line falls between them: "
        "add moderated scores that tell them apart"
    )
    problems = [
        FileProblem(files.applications_file, str(bid.row), "reference", message)
        for bid in files.bids
        if bid.reference in tie.references
    ]
    return FilesRefused(problems, list(files.warnings))
