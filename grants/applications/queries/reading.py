"""Reading bids: always as the actor may, with the form that belongs to the round and the answers given so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import Organisation
from grants.applications.models import Answer, Application, Submission
from grants.core.scoping import visible
from grants.funds.models import Question, Round, RoundArea, Section
from workflows.actors import GROUP_ROLES, Actor, Role
from workflows.application import LIVE
from workflows.errors import NotFound


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
    statement = (
        sa.select(Application)
        .where(Application.id == application_id, visible(Application, actor))
        .options(joinedload(Application.round), joinedload(Application.organisation))
    )
    application = session.scalars(statement).one_or_none()
    if application is None:
        raise NotFound(subject="application")
    return application


def find_live(session: Session, round_id: int, organisation_id: int) -> Application | None:
    """The bid that holds this group's one place in the round, or None."""
    return session.scalars(
        sa.select(Application).where(
            Application.round_id == round_id,
            Application.organisation_id == organisation_id,
            Application.state.in_(sorted(LIVE)),
        )
    ).one_or_none()


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


def list_groups_led(session: Session, actor: Actor) -> list[Organisation]:
    """The groups for which the actor may start a bid, by name."""
    led = sorted({group for group, role in actor.organisation_roles if role is Role.LEAD})
    if not led:
        return []
    return list(session.scalars(sa.select(Organisation).where(Organisation.id.in_(led)).order_by(Organisation.name)))


# A question page is the most asked-for page on the last evening: its statements are put together once.
_SECTIONS = (
    sa.select(Section).where(Section.round_id == sa.bindparam("round_id")).order_by(Section.position, Section.id)
)
_QUESTIONS = (
    sa.select(Question).where(Question.round_id == sa.bindparam("round_id")).order_by(Question.position, Question.id)
)
_SECTION_QUESTIONS = (
    sa.select(Question)
    .where(Question.section_id == sa.bindparam("section_id"))
    .order_by(Question.position, Question.id)
)
_AREAS = (
    sa.select(RoundArea)
    .where(RoundArea.round_id == sa.bindparam("round_id"))
    .order_by(RoundArea.position, RoundArea.id)
)
_ANSWERS = (
    sa.select(Question.code, Answer.value)
    .join(Question, Question.id == Answer.question_id)
    .where(Answer.application_id == sa.bindparam("application_id"))
)


def paper_of(session: Session, round_: Round) -> Paper:
    """The form of a round, in three queries however long it is."""
    of = {"round_id": round_.id}
    sections, questions = session.scalars(_SECTIONS, of).all(), session.scalars(_QUESTIONS, of).all()
    return Paper(tuple(_part(section, questions) for section in sections), tuple(session.scalars(_AREAS, of)))


def page_of(session: Session, round_: Round, code: str) -> Paper:
    """The form of a round with the questions of one section only, for its page; NotFound when there is no such one."""
    of = {"round_id": round_.id}
    sections = session.scalars(_SECTIONS, of).all()
    wanted = next((section.id for section in sections if section.code == code), None)
    if wanted is None:
        raise NotFound(subject="section")
    questions = session.scalars(_SECTION_QUESTIONS, {"section_id": wanted}).all()
    needs_areas = any(question.kind == "areas" for question in questions)
    areas = tuple(session.scalars(_AREAS, of)) if needs_areas else ()
    return Paper(tuple(_part(section, questions) for section in sections), areas)


def _part(section: Section, questions: Iterable[Question]) -> Part:
    return Part(section, tuple(question for question in questions if question.section_id == section.id))


def answers_of(session: Session, application: Application) -> dict[str, Any]:
    """The current answers by question code; a question never answered is left out."""
    rows = session.execute(_ANSWERS, {"application_id": application.id})
    return {code: value for code, value in rows if value is not None}


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
