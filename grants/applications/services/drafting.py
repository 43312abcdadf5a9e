"""Drafting: a bid is begun once for each group and round, however often the button is pressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import Organisation
from grants.accounts.queries import details_of
from grants.applications.models import Application, AssistedBy
from grants.applications.queries import Paper, base_facts, find_live, fitting_details, judge_quiz, paper_of
from grants.applications.services.history import Change, write_answers
from grants.core import transitions
from grants.funds.models import Question, Round
from workflows.actors import HELPERS, Actor, Role, Scope
from workflows.errors import Invalid, NotAllowed
from workflows.rules.eligibility import Outcome


def start_application(
    session: Session,
    round_: Round,
    organisation: Organisation,
    quiz: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    received_at: datetime,
    reference: str = "",
    paper: Paper | None = None,
    assisted_by: AssistedBy | None = None,
) -> Application:
    """Open the group's draft in this round, or give back the bid it has: pressed five times, one draft.

    `quiz` holds the answers to the eligibility questions by code. A paper bid (`actor.on_paper`) skips the quiz and
    may bring its own `reference`; a second one of the same group is then refused, never merged. `paper` spares
    reading the round's form again. `assisted_by` says how it came that an officer enters it for the group, which
    then leads it alone; what the group keeps of itself is not shown to them.
    """
    actor = speaking_for(actor, Scope(round_.office_id, organisation.id, is_helped=assisted_by is not None))
    # The round's row is the queue: whoever comes second waits here and then finds the first one's draft.
    session.execute(sa.select(Round.id).where(Round.id == round_.id).with_for_update())
    if round_.is_trial is not organisation.is_test:
        raise NotAllowed()
    standing = find_live(session, round_.id, organisation.id)
    if standing is not None and not reference:
        return standing
    paper = paper or paper_of(session, round_)
    # What a group says on paper or by telephone is taken in as it is, and looked at when it is checked.
    if assisted_by is not None:
        outcome = Outcome.REFER
    else:
        outcome = Outcome.PASS if actor.on_paper else judge_quiz(session, round_, paper, quiz).outcome
    application = Application(
        office_id=round_.office_id,
        round_id=round_.id,
        round=round_,
        organisation_id=organisation.id,
        organisation=organisation,
        organisation_name=organisation.name,
        lead_person_id=None if assisted_by else actor.person_id,
        assisted_by=assisted_by,
        reference=reference or _next_reference(session, round_),
        quiz_outcome=str(outcome),
        form_version=round_.form_version,
        is_fictional=organisation.is_fictional,
        is_trial=round_.is_trial,
        created_at=now,
    )
    facts = base_facts(session, application, now=now, received_at=received_at, has_live_bid=standing is not None)
    transitions.create(session, [application], "start", facts, actor=actor, now=now)
    # What the group keeps of itself is not asked again; the quiz is answered anew each time.
    kept = {} if actor.on_paper or assisted_by else fitting_details(paper, details_of(session, organisation))
    given = kept | dict(quiz)
    first = [Change(_known(paper.questions, code), given[code]) for code in given]
    write_answers(session, application, first, actor=actor, now=now)
    return application


def speaking_for(actor: Actor, scope: Scope) -> Actor:
    """Whoever enters a group's paper form, or what it says on the telephone, speaks for it; others for themselves."""
    is_helper = scope.is_helped and not actor.roles_in(scope).isdisjoint(HELPERS)
    if scope.organisation_id is None or not (actor.on_paper or is_helper):
        return actor
    return replace(actor, organisation_roles=actor.organisation_roles | {(scope.organisation_id, Role.LEAD)})


def lock(session: Session, application: Application) -> None:
    """Hold the bid's row until the end of the transaction, and read it afresh: saves and sendings take turns."""
    # The row is taken, not only asked for: an answer that nobody fetches refreshes nothing.
    session.scalars(_LOCK, {"application_id": application.id}).one()


_LOCK = (
    sa.select(Application)
    .where(Application.id == sa.bindparam("application_id"))
    .with_for_update(of=Application)
    # What is read afresh forgets its round, so that comes with it.
    .options(joinedload(Application.round, innerjoin=True))
    .execution_options(populate_existing=True)
)


def _known(questions: Iterable[Question], code: str) -> Question:
    found = next((question for question in questions if question.code == code), None)
    if found is None:
        raise Invalid("unknown-question", question=code)
    return found


def _next_reference(session: Session, round_: Round) -> str:
    number = session.scalars(
        sa.update(Round)
        .where(Round.id == round_.id)
        .values(last_reference=Round.last_reference + 1)
        .returning(Round.last_reference)
        .execution_options(synchronize_session=False)
    ).one()
    return f"{round_.code}-{number:04d}"
