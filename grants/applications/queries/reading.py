"""Reading bids: always as the actor may, with the form that belongs to the round and the answers given so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import Organisation, Person
from grants.applications.models import Answer, Application, Submission
from grants.applications.queries.after import is_embargoed
from grants.core.kept import Kept
from grants.core.scoping import get_visible
from grants.funds.described import question_values
from grants.funds.models import Question, Round, RoundArea, Section
from grants.funds.parts import RoundDefinition
from workflows.actors import GROUP_ROLES, Actor, Role
from workflows.application import LIVE, ApplicationState
from workflows.errors import NotFound
from workflows.rules import answers
from workflows.rules.formats import is_district

M = TypeVar("M")
REFUSED = frozenset({ApplicationState.DECLINED, ApplicationState.DISQUALIFIED})


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the form with its questions in order."""

    section: Section
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole form of a round: its parts in order and the names of its areas."""

    parts: tuple[Part, ...]
    areas: tuple[RoundArea, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for part in self.parts for question in part.questions)

    @property
    def area_names(self) -> tuple[str, ...]:
        return tuple(area.name for area in self.areas)

    @property
    def districts(self) -> frozenset[str]:
        """The postcode districts of the round's areas; none unless each area lists its own among its other names."""
        listed = [{name.strip().upper() for name in area.aliases if is_district(name)} for area in self.areas]
        return frozenset().union(*listed) if listed and all(listed) else frozenset()

    @property
    def quiz(self) -> Part | None:
        """The eligibility questions, asked before anything else."""
        return next((part for part in self.parts if part.section.is_eligibility), None)

    def part(self, code: str) -> Part:
        """The part with this code; NotFound when the round has none."""
        found = next((part for part in self.parts if part.section.code == code), None)
        if found is None:
            raise NotFound(subject="section")
        return found


def get_application(session: Session, actor: Actor, application_id: int) -> Application:
    """The bid with its round, fund-giving office left to the round, and organisation; NotFound when not the actor's."""
    return get_visible(session, Application, application_id, actor, along=("round", "organisation"))


def find_live(session: Session, round_id: int, organisation_id: int) -> Application | None:
    """The bid that holds this group's one place in the round, or None.

    One that was refused holds it until its group may know that, or a second try would show it.
    """
    found = session.scalars(
        sa.select(Application)
        .where(
            Application.round_id == round_id,
            Application.organisation_id == organisation_id,
            Application.state.in_(sorted(LIVE | REFUSED)),
        )
        .options(joinedload(Application.round))
        .order_by(Application.id.desc())
    ).all()
    live = next((each for each in found if each.state in LIVE), None)
    return live or next((each for each in found if not each.round.is_rolling and is_embargoed(each)), None)


def list_mine(session: Session, actor: Actor, *, limit: int = 100) -> list[Application]:
    """The bids of the actor's groups, newest first, with their rounds."""
    groups = sorted({group for group, role in actor.organisation_roles if role in GROUP_ROLES})
    if not groups:
        return []
    return list(
        session.scalars(
            sa.select(Application)
            .where(Application.organisation_id.in_(groups))
            .options(joinedload(Application.round))
            .order_by(Application.id.desc())
            .limit(limit)
        )
    )


def list_groups_led(session: Session, actor: Actor, *, is_trial: bool = False) -> list[Organisation]:
    """The groups for which the actor may start a bid, by name; in a try-out of a form its test group alone."""
    led = sorted({group for group, role in actor.organisation_roles if role is Role.LEAD})
    if not led:
        return []
    mine = Organisation.id.in_(led), Organisation.is_test.is_(is_trial)
    return list(session.scalars(sa.select(Organisation).where(*mine).order_by(Organisation.name)))


# A question page is the most asked-for page on the last evening: its statements are put together once.
def _of_round(model: Any, *asked: Any) -> Any:
    mine = (model.round_id == sa.bindparam("round_id"), model.retired_at.is_(None), *asked)
    return sa.select(model.__table__).where(*mine).order_by(model.position, model.id)


_SECTIONS, _AREAS = _of_round(Section), _of_round(RoundArea)
_QUESTIONS = _of_round(Question, ~Question.is_hidden)
_ANSWERS = (
    sa.select(Question.code, Answer.value)
    .join(Question, Question.id == Answer.question_id)
    .where(Answer.application_id == sa.bindparam("application_id"))
)
_WRITERS = (
    sa.select(Question.code, Question.section_id, Answer.value, Answer.saved_at, Person.name)
    .join(Question, Question.id == Answer.question_id)
    .outerjoin(Person, Person.id == Answer.person_id)
    .where(Answer.application_id == sa.bindparam("application_id"))
)


_papers: Kept[Paper] = Kept()


def paper_of(session: Session, round_: Round) -> Paper:
    """The form of a round, for reading: three queries, and none once it is published and was read before."""
    return _papers.get(session, round_.form_key, lambda: _read_paper(session, round_.id))


def left_section(session: Session, round_: Round, code: str) -> Part | None:
    """A section that a later version of the form left out, without its questions; no query for a form's first."""
    if round_.form_version < 2:
        return None
    left = Section.round_id == round_.id, Section.code == code, Section.retired_at.is_not(None)
    section = session.scalars(sa.select(Section).where(*left)).one_or_none()
    return None if section is None else Part(section, ())


def list_questions(session: Session, round_: Round, codes: Iterable[str]) -> list[Question]:
    """Questions of the round by code, also those that no version asks any more; nothing is read for no codes."""
    wanted = sorted(codes)
    if not wanted:
        return []
    asked = sa.select(Question).where(Question.round_id == round_.id, Question.code.in_(wanted))
    return list(session.scalars(asked.order_by(Question.position, Question.id)))


def _read_paper(session: Session, round_id: int) -> Paper:
    sections = _copies(session, Section, _SECTIONS, round_id)
    questions = _copies(session, Question, _QUESTIONS, round_id)
    areas = _copies(session, RoundArea, _AREAS, round_id)
    return Paper(tuple(_part(section, questions) for section in sections), areas)


def paper_from(definition: RoundDefinition) -> Paper:
    """The form that a definition describes, as if it were a round's: for looking at it before anybody is asked."""
    parts = []
    for number, part in enumerate(definition.sections, 1):
        section = Section(
            id=number, code=part.code, title=part.title, guidance=part.guidance, is_eligibility=part.is_eligibility
        )
        asked = [question for question in part.questions if not question.is_hidden]
        rows = [Question(section_id=number, code=each.code, **question_values(each)) for each in asked]
        parts.append(Part(section, tuple(rows)))
    areas = (RoundArea(name=area.name, aliases=list(area.aliases)) for area in definition.areas)
    return Paper(tuple(parts), tuple(areas))


def _copies(session: Session, model: type[M], statement: Any, round_id: int) -> tuple[M, ...]:
    # They outlive the session, so they are not its own: nothing that happens to them reaches the database.
    return tuple(model(**row) for row in session.execute(statement, {"round_id": round_id}).mappings())


def _part(section: Section, questions: Iterable[Question]) -> Part:
    return Part(section, tuple(question for question in questions if question.section_id == section.id))


def left_out_of(part: Part, asked: Sequence[Question], given: Mapping[str, Any]) -> frozenset[str]:
    """The questions of a section that its page leaves out: they wait for an answer of another section that is not so.

    One that waits for an answer on its own page stays there, and so does one whose other answer is still to come.
    """
    counted = answers.in_force(asked, given)
    known = {question.code: question for question in asked}
    here = {question.code for question in part.questions}
    out: set[str] = set()
    for question in part.questions:
        code = str(question.show_when["question"]) if question.show_when else ""
        if not code or (code in here and code not in out) or answers.applies(question, counted):
            continue
        is_to_come = code in known and code not in out and answers.is_blank(counted.get(code))
        if not is_to_come or not answers.applies(known[code], counted):
            out.add(question.code)
    return frozenset(out)


def answers_of(session: Session, application: Application) -> dict[str, Any]:
    """The current answers by question code; a question never answered is left out."""
    rows = session.execute(_ANSWERS, {"application_id": application.id})
    return {code: value for code, value in rows if value is not None}


@dataclass(frozen=True, slots=True)
class LastChange:
    """Who changed something last, and when."""

    who: str
    at: datetime


def answers_and_writers(session: Session, application: Application) -> tuple[dict[str, Any], dict[int, LastChange]]:
    """The current answers by question code, and who last changed one of each section, by the section's id."""
    given: dict[str, Any] = {}
    last: dict[int, LastChange] = {}
    for row in session.execute(_WRITERS, {"application_id": application.id}):
        if row.value is not None:
            given[row.code] = row.value
        if row.section_id not in last or last[row.section_id].at <= row.saved_at:
            last[row.section_id] = LastChange(row.name or "", row.saved_at)
    return given, last


def list_submissions(session: Session, application: Application) -> list[Submission]:
    """Everything that was sent for this bid, the latest first."""
    return list(
        session.scalars(
            sa.select(Submission).where(Submission.application_id == application.id).order_by(Submission.number.desc())
        )
    )


def find_submission(session: Session, application: Application) -> Submission | None:
    """What was sent last, or None when nothing ever was."""
    return next(iter(list_submissions(session, application)), None)
