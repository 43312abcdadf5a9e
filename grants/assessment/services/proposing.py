"""Looking for interests that nobody declared: each sign is asked once, and stands on the record with its answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.assessment import queries
from grants.assessment.models import InterestProposal
from grants.assessment.queries.proposals import known_bids, known_people
from grants.core import audit
from workflows.actors import Actor
from workflows.assignment import Interest
from workflows.rules.interests import Sign, signs_of

Pairs = Collection[tuple[Application, int]]


def propose_interests(session: Session, pairs: Pairs, *, actor: Actor, now: datetime) -> int:
    """Ask each (bid, person) about every sign that was not asked yet; returns how many signs are new.

    Nobody is asked about a bid that a direct interest closes to them already, nor about one that came from paper.
    """
    if not pairs or actor.on_paper:
        return 0
    session.flush()
    bids = {bid.id: bid for bid, _ in pairs}
    people = {person_id for _, person_id in pairs}
    said = queries.interests_of(session, bids, people)
    asked = _asked(session, bids, people)
    about, known = known_bids(session, bids), {each.person_id: each for each in known_people(session, people)}
    made = 0
    for bid, person_id in pairs:
        standing = said.get((bid.id, person_id))
        if standing is not None and standing.interest is Interest.DIRECT:
            continue
        new = sorted(signs_of(known[person_id], about[bid.id]) - asked.get((bid.id, person_id), set()))
        _propose(session, bid, person_id, new, actor, now)
        made += len(new)
    session.flush()
    return made


def _asked(session: Session, bids: Iterable[int], people: Iterable[int]) -> dict[tuple[int, int], set[Sign]]:
    rows = session.scalars(
        sa.select(InterestProposal).where(
            InterestProposal.application_id.in_(sorted(bids)), InterestProposal.person_id.in_(sorted(people))
        )
    )
    found: dict[tuple[int, int], set[Sign]] = {}
    for row in rows:
        found.setdefault((row.application_id, row.person_id), set()).add(Sign(row.signal, row.evidence))
    return found


def _propose(
    session: Session, bid: Application, person_id: int, signs: list[Sign], actor: Actor, now: datetime
) -> None:
    for sign in signs:
        session.add(
            InterestProposal(
                application_id=bid.id,
                person_id=person_id,
                signal=sign.signal,
                evidence=sign.evidence,
                proposed_at=now,
            )
        )
        audit.record(
            session,
            subject_type="application",
            subject_id=bid.id,
            action="propose-interest",
            actor=actor,
            at=now,
            office_id=bid.office_id,
            detail={"person_id": person_id, "signal": sign.signal},
        )
