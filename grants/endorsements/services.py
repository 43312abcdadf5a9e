"""Asking for an endorsement, answering it by the link, and what the timer does; the group never writes the words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.accounts.services.links import Site, hash_of
from grants.accounts.services.people import normal_email
from grants.applications.models import Application
from grants.applications.services.drafting import lock
from grants.core import news, transitions
from grants.core.transitions import Move
from grants.endorsements import queries
from grants.endorsements.models import Endorsement
from grants.funds.models import Endorsement as Wanted
from workflows.actors import SYSTEM, Actor
from workflows.endorsement import WAITING, EndorsementState
from workflows.engine import decide
from workflows.errors import Invalid, Refusal, TransitionRefused

BATCH = 200
# Who answers by the link: no account, and no name on the trail, which is kept for ever.
ENDORSER = Actor(name="Endorser", is_system=True)


def ask_for_endorsement(
    session: Session, application: Application, email: str, asked_name: str, *, site: Site, actor: Actor, now: datetime
) -> Endorsement:
    """Send the one-use link to an address; asked again while that waits, it is the same asking.

    Raises TransitionRefused: endorsement-closed, endorsements-too-many; Invalid where the round wants none.
    """
    lock(session, application)
    if application.round.endorsement is Wanted.NONE:
        raise Invalid(problems={"email": "endorsement-not-wanted"})
    address, so_far = _reached(session, application, email, actor), queries.list_for(session, application)
    standing = next(
        (each for each in so_far if each.email == address and each.state in {*WAITING, EndorsementState.GIVEN}), None
    )
    if standing is not None:
        return standing
    made = Endorsement(
        office_id=application.office_id,
        organisation_id=application.organisation_id,
        application_id=application.id,
        application=application,
        email=address,
        asked_name=asked_name.strip(),
        asked_by_id=actor.person_id,
        created_at=now,
        asked_at=now,
        words="",
        name="",
        position="",
    )
    made.token_hash = hash_of(queries.link_token(site, made))
    facts = queries.facts_for(made, now=now, asked_count=len(so_far))
    transitions.create(session, [made], "ask", facts, actor=actor, now=now)
    return made


def _reached(session: Session, application: Application, email: str, actor: Actor) -> str:
    # What is tried out reaches nobody but who tries it.
    tester = session.get(Person, actor.person_id) if application.round.is_trial and actor.person_id else None
    return normal_email(tester.email if tester else email)


def resend(
    session: Session, endorsement: Endorsement, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """Send the same link again, once a day at most."""
    facts = queries.facts_for(endorsement, now=now)
    transitions.apply(session, endorsement, "resend", facts, actor=actor, now=now, seen_version=seen_version)
    endorsement.asked_at = now
    session.flush()


def withdraw(
    session: Session, endorsement: Endorsement, *, seen_version: int | None = None, actor: Actor, now: datetime
) -> None:
    """The group asks no more; the link is dead from this moment."""
    facts = queries.facts_for(endorsement, now=now)
    transitions.apply(session, endorsement, "withdraw", facts, actor=actor, now=now, seen_version=seen_version)


def give(session: Session, endorsement: Endorsement, words: str, name: str, position: str, *, now: datetime) -> None:
    """What the endorser says, in their own name; it is in the bid at once. Raises Invalid with what is wrong."""
    lock(session, endorsement.application)
    given = {"words": words.strip(), "name": name.strip(), "position": position.strip()}
    facts = queries.facts_for(endorsement, now=now, **given)
    _refuse_words(endorsement, facts)
    endorsement.words, endorsement.name, endorsement.position = given.values()
    endorsement.given_at = now
    transitions.apply(session, endorsement, "give", facts, actor=ENDORSER, now=now)


def decline(session: Session, endorsement: Endorsement, *, now: datetime) -> None:
    """The endorser would rather not; they need say no reason."""
    lock(session, endorsement.application)
    facts = queries.facts_for(endorsement, now=now)
    transitions.apply(session, endorsement, "decline", facts, actor=ENDORSER, now=now)


def remind_endorsers(session: Session, now: datetime) -> int:
    """Remind once, three days before the deadline, those who have not answered; returns how many."""
    due = [each for each in _all(queries.list_to_remind, session, now) if _may(each, "remind", now)]
    _move(session, "remind", due, now)
    for each in due:
        each.reminded_at = now
    session.flush()
    return len(due)


def expire_endorsements(session: Session, now: datetime) -> int:
    """End the askings whose bid can't be added to any more; returns how many."""
    due = [each for each in _all(queries.list_to_expire, session, now) if _may(each, "expire", now)]
    _move(session, "expire", due, now)
    return len(due)


@news.on("application.submitted")
def refuse_without(session: Session, applications: Sequence[Application], actor: Actor, now: datetime) -> None:
    """A round that needs an endorsement takes no bid without one; a bid from paper brings its own."""
    for bid in applications:
        needs = bid.round.endorsement is Wanted.NEEDED and not actor.on_paper
        if needs and not queries.given_with(session, bid):
            raise TransitionRefused("endorsement-needed")


def _refuse_words(endorsement: Endorsement, facts: Any) -> None:
    answer = decide(Endorsement.__workflow__, "give", endorsement.state, facts, ENDORSER)
    if isinstance(answer, Refusal) and answer.code in {"endorsement-incomplete", "too-many-words"}:
        raise Invalid(problems={"words": answer.code}, detail=answer.detail)


def _all(due: Callable[..., list[Endorsement]], session: Session, now: datetime) -> list[Endorsement]:
    found: list[Endorsement] = []
    while page := due(session, now, after_id=found[-1].id if found else 0, limit=BATCH):
        found += page
        if len(page) < BATCH:
            break
    return found


def _may(endorsement: Endorsement, action: str, now: datetime) -> bool:
    facts = queries.facts_for(endorsement, now=now)
    return not isinstance(decide(Endorsement.__workflow__, action, endorsement.state, facts, SYSTEM), Refusal)


def _move(session: Session, action: str, things: list[Endorsement], now: datetime) -> None:
    moves = [Move(each, queries.facts_for(each, now=now)) for each in things]
    transitions.apply_many(session, action, moves, actor=SYSTEM, now=now)
