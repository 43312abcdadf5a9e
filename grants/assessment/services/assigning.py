"""Who marks which bid: never somebody of the group that applied, and never a bid before it passed its checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.applications.queries import entered_pairs
from grants.assessment import queries
from grants.assessment.models import Assignment, VoidMarks
from grants.assessment.queries.facts import assignment_counts, round_facts
from grants.assessment.queries.packs import brought_in
from grants.assessment.queries.sharing import ASSIGNABLE
from grants.assessment.queries.work import bids_in
from grants.assessment.services.gates import lock_row
from grants.assessment.services.proposing import propose_interests
from grants.core import transitions
from grants.core.transitions import Move
from grants.funds.models import Round
from grants.representatives.queries import out_of_scope_pairs
from workflows.actors import Actor, Scope
from workflows.application import ApplicationState
from workflows.assignment import AssignmentFacts, AssignmentState, Interest
from workflows.errors import TransitionRefused
from workflows.round import RoundState

Pair = tuple[Application, Person]


def assign_marker(
    session: Session, application: Application, person: Person, *, actor: Actor, now: datetime
) -> Assignment:
    """Ask this person to mark this bid.

    Refused: bid-not-eligible, not-a-marker, marker-of-the-group, entered-by-marker, direct-interest, already-assigned,
    rep-out-of-scope. A representative who is not prepared yet may be asked; the bid opens to them later.
    """
    return assign_markers(session, [(application, person)], actor=actor, now=now)[0]


def assign_markers(
    session: Session, pairs: Sequence[Pair], *, actor: Actor, now: datetime, action: str = "assign"
) -> list[Assignment]:
    """Assign all of these, or none: the first that can't be is refused by name and reference.

    By `give-out` nobody is told of each bid by itself; whoever calls tells each marker once.
    """
    blocked = Blocked(session, pairs)
    for application, person in pairs:
        blocked.refuse(application, person)
    made = []
    for office_id in sorted({application.office_id for application, _ in pairs}):
        here = [pair for pair in pairs if pair[0].office_id == office_id]
        again = [old for bid, person in here if (old := blocked.taken_off.get((bid.id, person.id)))]
        fresh = [_new(bid, person, now) for bid, person in here if (bid.id, person.id) not in blocked.taken_off]
        # Membership and interests were asked for every pair above; the guards of the table hear the answer.
        facts = AssignmentFacts(
            scope=Scope(office_id), now=now, marker_id=0, marker_belongs_to_group=False, on_paper=actor.on_paper
        )
        if fresh:
            transitions.create(session, fresh, action, facts, actor=actor, now=now)
        _begin_anew(session, again, now)
        transitions.apply_many(session, f"{action}-again", [Move(each, facts) for each in again], actor=actor, now=now)
        made += fresh + again
    propose_interests(session, [(bid, person.id) for bid, person in pairs], actor=actor, now=now)
    return made


def _begin_anew(session: Session, assignments: Sequence[Assignment], now: datetime) -> None:
    """Clear what was marked before, which stays on record as void."""
    for each in assignments:
        if each.scores:
            codes = queries.rubric_of(session, each.round_id).codes
            marks = {
                codes[row.criterion_id]: {"score": row.score, "justification": row.justification}
                for row in each.scores
                if row.criterion_id in codes
            }
            session.add(VoidMarks(assignment_id=each.id, marks=marks, given_back_at=now))
            for row in list(each.scores):
                session.delete(row)
            session.flush()
            session.expire(each, ["scores"])
        each.comes_back = each.is_on_paper = False
        each.due_at = each.application.round.scoring_ends_at


def _new(application: Application, person: Person, now: datetime) -> Assignment:
    return Assignment(
        office_id=application.office_id,
        round_id=application.round_id,
        application=application,
        person=person,
        due_at=application.round.scoring_ends_at,
        created_at=now,
    )


class Blocked:
    """Why a person may not mark a bid, for many pairs with the same few queries."""

    def __init__(self, session: Session, pairs: Sequence[Pair]) -> None:
        ids = {application.id for application, _ in pairs}
        people = {person.id for _, person in pairs}
        offices = {application.office_id for application, _ in pairs}
        self.markers = {
            (office_id, person.id) for office_id in offices for person in queries.list_markers(session, office_id)
        }
        self.members = queries.belonging(session, people, {application.organisation_id for application, _ in pairs})
        self.writers = entered_pairs(session, ids)
        self.interests = queries.interests_of(session, ids, people)
        self.beyond = out_of_scope_pairs(session, ids, people)
        every = [each for some in queries.assignments_of(session, ids).values() for each in some]
        # By hand these may be given back; a proposal never does.
        self.taken_off = {
            (each.application_id, each.person_id or 0): each
            for each in every
            if each.state is AssignmentState.TAKEN_OFF
        }
        self.assigned = {(each.application_id, each.person_id) for each in every} - set(self.taken_off)
        self.brought = brought_in(session, ids, people)

    def why(self, application: Application, person: Person) -> str | None:
        """The code of the first reason, or None."""
        standing = self.interests.get((application.id, person.id))
        reasons = {
            "bid-not-eligible": application.state not in ASSIGNABLE,
            "not-a-marker": (application.office_id, person.id) not in self.markers,
            "marker-of-the-group": (person.id, application.organisation_id) in self.members,
            "entered-by-marker": (person.id, application.id) in self.writers,
            "direct-interest": standing is not None and standing.interest is Interest.DIRECT,
            "rep-out-of-scope": (application.id, person.id) in self.beyond,
            "brought-in-by-marker": (application.id, person.id) in self.brought,
            "already-assigned": (application.id, person.id) in self.assigned,
        }
        return next((code for code, holds in reasons.items() if holds), None)

    def refuse(self, application: Application, person: Person) -> None:
        if code := self.why(application, person):
            raise TransitionRefused(code, reference=application.reference, name=person.name)


def start_scoring(session: Session, round_: Round, *, actor: Actor, now: datetime) -> int:
    """Pass the round's gate and send its eligible bids to their markers; returns how many bids went.

    All or none: `too-few-markers-on` lists the bids that lack markers who have declared. Called again in a round
    that is already scoring, it sends the bids that were reinstated since.
    """
    lock_row(session, round_)
    bids = bids_in(session, round_.id, {ApplicationState.ELIGIBLE})
    if round_.state is not RoundState.SCORING or not bids:
        transitions.apply(session, round_, "start-scoring", round_facts(session, round_, now=now), actor=actor, now=now)
    counts = assignment_counts(session, [bid.id for bid in bids])
    short = [bid.reference for bid in bids if counts[bid.id][0] < round_.markers_needed and not actor.on_paper]
    if short:
        raise TransitionRefused("too-few-markers-on", need=round_.markers_needed, references=tuple(short))
    moves = [
        Move(
            bid,
            queries.application_facts(
                session, bid, actor=actor, now=now, markers_ready=counts[bid.id][0], markers_unlocked=counts[bid.id][1]
            ),
        )
        for bid in bids
    ]
    transitions.apply_many(session, "start-scoring", moves, actor=actor, now=now)
    return len(moves)


def start_moderating(session: Session, round_: Round, *, actor: Actor, now: datetime) -> None:
    """Move the round on by hand, for when the last bid to score was withdrawn."""
    lock_row(session, round_)
    transitions.apply(session, round_, "start-moderating", round_facts(session, round_, now=now), actor=actor, now=now)
