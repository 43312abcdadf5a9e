"""Whether a round's set-up is sound enough to approve: everything that is wrong with it at once, each with its field.

The conditions are those of R1 of the published practice: the pot is covered, the rubric adds up, the dates follow one
another, and the group is told how its data are used.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as keeps
from datetime import date, datetime
from typing import Final

from workflows.deadlines import london_date
from workflows.money import Pence
from workflows.rules.form_setup import AskedSection, SetupProblem, form_problems
from workflows.rules.scoring import WEIGHTS_SUM

__all__ = ["DATES", "RoundSetup", "SetupProblem", "follows", "setup_problems"]

DATES: Final = ("opens_at", "closes_at", "scoring_ends_at", "panel_on", "decide_by_on", "announce_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSetup:
    """A round's set-up. `weights` by criterion; `read_by` is criterion by question, empty texts left out."""

    opens_at: datetime | None
    closes_at: datetime | None
    is_rolling: bool
    scoring_ends_at: datetime | None
    panel_on: date | None
    decide_by_on: date | None
    announce_on: date | None
    pot_pence: Pence
    unallocated_pence: Pence
    is_money_confirmed: bool
    min_ask_pence: Pence | None
    max_ask_pence: Pence | None
    has_privacy_notice: bool
    has_guidance: bool
    question_count: int
    weights: Mapping[str, int]
    read_by: Mapping[str, str]
    has_areas: bool = True
    sections: Sequence[AskedSection] = ()
    fixed_kinds: Mapping[str, str] = keeps(default_factory=dict)
    needed: Sequence[str] = ()
    rules: Sequence[str] = ()
    rule_reads: Mapping[str, Sequence[frozenset[str]]] = keeps(default_factory=dict)


def setup_problems(setup: RoundSetup) -> list[SetupProblem]:
    """Everything to put right before a round can be approved; an empty list means that it is ready."""
    form = form_problems(
        setup.sections,
        fixed_kinds=setup.fixed_kinds,
        needed=setup.needed if setup.question_count else (),
        rules=setup.rules,
        rule_reads=setup.rule_reads if setup.question_count else {},
    )
    return [*_dates(setup), *_money(setup), *_rubric(setup), *_areas(setup), *form, *_papers(setup)]


def _areas(setup: RoundSetup) -> Iterator[SetupProblem]:
    asked = (question for section in setup.sections for question in section.questions if not question.is_hidden)
    code = next((question.code for question in asked if str(question.kind) == "areas"), "")
    if code and not setup.has_areas:
        yield SetupProblem("areas", "areas-needed", {"question": code})


def _dates(setup: RoundSetup) -> Iterator[SetupProblem]:
    if setup.opens_at is None:
        yield SetupProblem("opens_at", "opening-missing")
    if setup.closes_at is None and not setup.is_rolling:
        yield SetupProblem("closes_at", "closing-missing")
    earlier: tuple[str, date] | None = None
    for name in DATES:
        value: date | None = getattr(setup, name)
        if value is None:
            continue
        if earlier is not None and not follows(earlier[1], value):
            yield SetupProblem(name, "dates-out-of-order", {"earlier": earlier[0]})
        earlier = name, value


def follows(first: date, then: date) -> bool:
    """Whether the second comes after the first: instants must rise, a day may be the London day of what precedes it."""
    if isinstance(first, datetime) and isinstance(then, datetime):
        return first < then
    return _day(first) <= _day(then)


def _day(value: date) -> date:
    return london_date(value) if isinstance(value, datetime) else value


def _money(setup: RoundSetup) -> Iterator[SetupProblem]:
    if setup.pot_pence > setup.unallocated_pence:
        figures = {"pot_pence": setup.pot_pence, "free_pence": setup.unallocated_pence}
        yield SetupProblem("pot", "pot-not-covered", figures)
    if not setup.is_money_confirmed:
        yield SetupProblem("is_money_confirmed", "money-not-confirmed")
    least, most = setup.min_ask_pence, setup.max_ask_pence
    if least is not None and most is not None and least > most:
        yield SetupProblem("min_ask", "limits-out-of-order")
    if most is not None and most > setup.pot_pence:
        yield SetupProblem("max_ask", "limit-above-pot")


def _rubric(setup: RoundSetup) -> Iterator[SetupProblem]:
    total = sum(setup.weights.values())
    if total != WEIGHTS_SUM:
        yield SetupProblem("criteria", "weights-not-100", {"total": total})
    if not setup.question_count:
        yield SetupProblem("questions", "no-questions")
    unknown = sorted(set(setup.read_by.values()) - set(setup.weights))
    if unknown:
        yield SetupProblem("questions", "question-of-unknown-criterion", {"criteria": unknown})
    # A form that says what each question counts for says it for every criterion; one that never does is
    # judged as a whole on each.
    unread = [code for code in setup.weights if code not in set(setup.read_by.values())]
    if setup.read_by and unread:
        yield SetupProblem("criteria", "criterion-unread", {"criteria": unread})


def _papers(setup: RoundSetup) -> Iterator[SetupProblem]:
    if not setup.has_privacy_notice:
        yield SetupProblem("privacy_notice", "privacy-notice-missing")
    if not setup.has_guidance:
        yield SetupProblem("guidance", "guidance-missing")
