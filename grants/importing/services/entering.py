"""Entering the bids of a paper round: each begun, filled in and sent at the time at which it had come in."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts import services as accounts
from grants.accounts.models import Organisation
from grants.applications import services as applications
from grants.applications.models import Application
from grants.applications.queries import Paper, paper_of
from grants.core import audit
from grants.funds import model_form as form
from grants.funds.models import Round
from grants.importing.rows import Bid
from workflows.actors import Actor


def submit_all(session: Session, round_: Round, bids: Sequence[Bid], actor: Actor) -> list[Application]:
    """Send every bid of the file; the applications come back in its order."""
    groups = _groups(session, round_, bids)
    paper = paper_of(session, round_)
    return [_submit(session, round_, paper, bid, groups[bid.organisation.casefold()], actor) for bid in bids]


def _groups(session: Session, round_: Round, bids: Sequence[Bid]) -> dict[str, Organisation]:
    """The organisation of each bid, by its name in small letters; made where no such group is known."""
    names = {bid.organisation.casefold() for bid in bids}
    # SQLite's lower() knows the plain letters only, so the name as written is looked for too.
    written = {bid.organisation for bid in bids}
    same = sa.or_(Organisation.name.in_(written), sa.func.lower(Organisation.name).in_(names))
    known = session.scalars(sa.select(Organisation).where(same).order_by(Organisation.id.desc())).all()
    groups = {each.name.casefold(): each for each in known}
    for bid in bids:
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


def _submit(session: Session, round_: Round, paper: Paper, bid: Bid, group: Organisation, actor: Actor) -> Application:
    at = bid.submitted_at
    when = {"actor": actor, "now": at, "received_at": at}
    application = applications.start_application(
        session, round_, group, {}, reference=bid.reference, paper=paper, **when
    )
    asked = {question.code for question in paper.questions}
    given = {code: value for code, value in answers_of(bid).items() if code in asked}
    applications.save_answers(session, application, given, **when)
    applications.submit_application(session, application, paper=paper, **when)
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


def answers_of(bid: Bid) -> dict[str, object]:
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
