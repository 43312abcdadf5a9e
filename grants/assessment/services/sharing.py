"""Sharing out a round's bids, and giving away a marker's who drops out: what is confirmed is exactly what was shown.

Nothing is shared while bids, markers or interests are other than they were; every marker gets one e-mail for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.assessment.models import Assignment, Score
from grants.assessment.queries.facts import REOPENABLE, UNLOCKED
from grants.assessment.queries.sharing import ASSIGNABLE, Proposal, Settings, ground_of, propose, shown_again
from grants.assessment.services.assigning import Blocked, assign_markers
from grants.assessment.services.gates import finish_scoring, lock_row
from grants.core import audit, transitions
from grants.core.reminders import Owed, remind
from grants.core.transitions import Move
from grants.funds.models import Round
from workflows.actors import Actor, Role, Scope
from workflows.application import ApplicationState
from workflows.assignment import WORKING, AssignmentFacts
from workflows.deadlines import london_date
from workflows.errors import NotAllowed, Stale, TransitionRefused
from workflows.rules.assigning import Pair

TEMPLATE = "marking-round"
GIVEN, TAKEN, UNFINISHED = "given", "taken", "unfinished"


def propose_sharing(session: Session, round_: Round, settings: Settings, *, actor: Actor, leaver: int = 0) -> Proposal:
    """Who would mark what. With a `leaver` their bids go to others, with as few changes as can be."""
    blocked = partial(Blocked, session)
    ground = ground_of(session, round_, settings, blocked, actor=actor, leaver=leaver)
    return propose(ground, leaver=leaver)


def confirm_sharing(
    session: Session,
    round_: Round,
    settings: Settings,
    pairs: Collection[Pair],
    seen: str,
    *,
    actor: Actor,
    now: datetime,
    leaver: int = 0,
    reason: str = "",
) -> Proposal:
    """Give out these pairs of (bid, marker) beside those that stay, and end what the proposal ended.

    Raises Stale when anything that the proposal was made from has changed since; refused: nothing-to-take-off,
    reason-needed, and whatever `assign_markers` refuses.
    """
    lock_row(session, round_)
    ground = ground_of(session, round_, settings, partial(Blocked, session), actor=actor, leaver=leaver)
    if ground.seen != seen or not set(pairs) <= set(ground.question.open_pairs):
        raise Stale(subject="round", id=round_.id)
    done = shown_again(ground, ground.question.fixed | frozenset(pairs), leaver=leaver)
    if leaver and not done.left:
        raise TransitionRefused("nothing-to-take-off")
    ended = [*done.left, *(each for each in ground.standing if (each.application_id, each.person_id) in done.ended)]
    things = [(ground.bids[bid], ground.people[person]) for bid, person in done.new]
    take_off(session, ended, reason, actor=actor, now=now)
    give_out(session, round_, things, actor=actor, now=now)
    _settle(session, ended, actor=actor, now=now)
    gone = Counter(each.person for each in ended if each.person is not None)
    tell_each(session, round_, TAKEN, gone, actor=actor, now=now)
    return done


def give_out(
    session: Session, round_: Round, pairs: Sequence[tuple[Application, Person]], *, actor: Actor, now: datetime
) -> None:
    """`assign_markers` for many bids of one round; each marker is told of all of theirs at once."""
    assign_markers(session, pairs, actor=actor, now=now, action="give-out")
    tell_each(session, round_, GIVEN, Counter(person for _, person in pairs), actor=actor, now=now)


def take_off(
    session: Session, assignments: Collection[Assignment], reason: str, *, actor: Actor, now: datetime
) -> None:
    """End these; what was begun and never locked is void, and kept."""
    begun = [each.id for each in assignments if each.state in WORKING]
    moves = [Move(each, _facts(each, reason, now), reason=reason) for each in assignments]
    transitions.apply_many(session, "take-off", moves, actor=actor, now=now)
    if begun:
        session.execute(
            sa.update(Score).where(Score.assignment_id.in_(begun), Score.voided_at.is_(None)).values(voided_at=now)
        )


def _facts(assignment: Assignment, reason: str, now: datetime) -> AssignmentFacts:
    bid = assignment.application
    return AssignmentFacts(
        scope=Scope(assignment.office_id, bid.organisation_id),
        now=now,
        marker_id=assignment.person_id or 0,
        moderation_closed=bid.state not in REOPENABLE | {ApplicationState.ELIGIBLE, ApplicationState.CHECKING},
        reason=reason,
    )


def _settle(session: Session, ended: Iterable[Assignment], *, actor: Actor, now: datetime) -> None:
    # The marker who went may have been the last that a bid waited for.
    bids = {each.application_id: each.application for each in ended}
    for _, bid in sorted(bids.items()):
        if bid.state is ApplicationState.SCORING:
            finish_scoring(session, bid, actor=actor, now=now)


def tell_each(
    session: Session, round_: Round, what: str, bids: Mapping[Person, int], *, actor: Actor, now: datetime
) -> int:
    """One e-mail to each of these people about so many bids; of one kind once in a minute, a reminder once in a day.

    Returns how many are told. Nothing that is done on behalf of paper is mailed.
    """
    if actor.on_paper:
        return 0
    at = f"{london_date(now):%Y%m%d}" if what == UNFINISHED else f"{now:%Y%m%dT%H%M%S}"
    owed = [
        Owed(
            obligation=f"marking-{what}",
            subject_type="round",
            subject_id=round_.id,
            person_id=person.id,
            address=person.email,
            office_id=round_.office_id,
            template=TEMPLATE,
            offset_code=at,
            detail={"what": what, "bids": count},
        )
        for person, count in sorted(bids.items(), key=lambda each: each[0].id)
        if count
    ]
    return remind(session, owed, now=now)


def remind_markers(session: Session, round_: Round, *, actor: Actor, now: datetime) -> int:
    """Remind everyone with bids to finish, once each and once a day; returns how many.

    Refused: markers-reminded-today, when nobody is left to remind.
    """
    if Role.MANAGER not in actor.roles_in(round_.scope):
        raise NotAllowed(needs=["manager"])
    rows = session.execute(
        sa.select(Person, sa.func.count(Assignment.id))
        .join(Assignment, Assignment.person_id == Person.id)
        .join(Application, Application.id == Assignment.application_id)
        .where(
            Assignment.round_id == round_.id,
            Assignment.state.in_(sorted(UNLOCKED)),
            Application.state.in_(sorted(ASSIGNABLE)),
        )
        .group_by(Person.id)
    ).all()
    told = tell_each(session, round_, UNFINISHED, {row[0]: row[1] for row in rows}, actor=actor, now=now)
    if not told:
        raise TransitionRefused("markers-reminded-today")
    audit.record(
        session,
        subject_type="round",
        subject_id=round_.id,
        action="remind-markers",
        actor=actor,
        at=now,
        office_id=round_.office_id,
        detail={"told": told},
    )
    return told
