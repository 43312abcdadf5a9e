"""A round before the person who changes its form: what a change starts from, how it is saved, and the page it is on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from grants.clock import utc_now
from grants.extensions import db
from grants.funds import editing, queries, services
from grants.funds.models import Round
from grants.funds.parts import QuestionDef, RoundDefinition, SectionDef
from grants.funds.queries import Editable
from grants.web.access import current_actor
from grants.web.forms import Form
from workflows.actors import Actor, Scope
from workflows.errors import Invalid, NotFound, Stale
from workflows.round import PUBLISHED, RoundState

Change = Callable[[RoundDefinition], RoundDefinition]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """A round with what a change of it starts from."""

    round: Round
    editable: Editable

    @property
    def scope(self) -> Scope:
        return self.round.scope

    @property
    def definition(self) -> RoundDefinition:
        return self.editable.definition

    @property
    def may_change(self) -> bool:
        """As a draft and while it takes bids; what is approved goes back to draft first, what is over was answered."""
        return self.round.state in PUBLISHED | {RoundState.DRAFT}


@dataclass(frozen=True, slots=True)
class SectionDesk(Desk):
    """A section of the form before its manager."""

    section: SectionDef


@dataclass(frozen=True, slots=True)
class QuestionDesk(Desk):
    """A question of the form before its manager."""

    question: QuestionDef
    home: SectionDef


def load_desk(session: Session, actor: Actor, round_id: int) -> Desk:
    round_ = queries.get_round(session, actor, round_id)
    return Desk(round_, queries.editable(session, round_))


def load_section(session: Session, actor: Actor, round_id: int, code: str) -> SectionDesk:
    desk = load_desk(session, actor, round_id)
    return SectionDesk(desk.round, desk.editable, _still_there(lambda: editing.section_of(desk.definition, code)))


def load_question(session: Session, actor: Actor, round_id: int, code: str) -> QuestionDesk:
    desk = load_desk(session, actor, round_id)
    question = _still_there(lambda: editing.question_of(desk.definition, code))
    return QuestionDesk(desk.round, desk.editable, question, editing.home_of(desk.definition, code))


def _still_there(find: Callable[[], T]) -> T:
    """What a page is about; who sends a page about what somebody has removed meanwhile gets back what they typed."""
    try:
        return find()
    except NotFound:
        if request.method == "POST":
            raise Stale("part-removed-meanwhile") from None
        raise


def save(desk: Desk, form: Form, change: Change, done: str) -> bool:
    """Save the changed definition; what is refused is beside its field, and nothing is saved.

    Raises Stale where the change names a part that somebody has removed meanwhile.
    """
    try:
        services.save_definition(
            db.session,
            desk.round,
            _still_there(lambda: change(desk.definition)),
            seen_version=form.seen_version.data,
            actor=current_actor(),
            now=utc_now(),
        )
    except Invalid as error:
        db.session.rollback()
        form.refuse(error)
        return False
    flash(done, "success")
    return True


def back_to_form(desk: Desk, anchor: str = "") -> Any:
    return redirect(url_for("funds.structure", round_id=desk.round.id, _anchor=anchor or None), 303)


def form_page(template: str, desk: Desk, form: Form, **more: Any) -> Any:
    if form.seen_version.data is None:
        form.seen_version.data = desk.editable.seen_version
    page = render_template(template, desk=desk, round=desk.round, definition=desk.definition, form=form, **more)
    return (page, 422) if form.is_submitted() else page
