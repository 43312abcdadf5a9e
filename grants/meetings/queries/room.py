"""The room: who is in it, who has left it for the bid on the table, and whether those who stay may agree anything.

Whoever leaves the room for a bid learns nothing of it here: not what it is, nor what was said or scored.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.assessment import queries as assessment
from grants.assessment.models import Panel, PanelMember, Ruling
from grants.assessment.queries.interests import representatives_on
from grants.assessment.queries.rulings import rulings_of
from grants.meetings.models import Attendance, ChairTurn, Meeting
from grants.representatives.queries import shut_pairs
from workflows.actors import SYSTEM, Actor, Scope
from workflows.assignment import Interest
from workflows.panel import PanelFacts, quorate


@dataclass(frozen=True, slots=True)
class Sitting:
    """A panel with the meeting that it holds now or held last; None before its first."""

    panel: Panel
    meeting: Meeting | None

    @property
    def scope(self) -> Scope:
        return self.panel.scope

    @property
    def is_running(self) -> bool:
        return self.meeting is not None and self.meeting.ended_at is None


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many may decide, of how many needed; `is_met` by the whole rule, not by the count alone."""

    present: int
    needed: int
    is_met: bool


def find_meeting(session: Session, panel_id: int) -> Meeting | None:
    """The panel's newest meeting."""
    return session.scalars(
        sa.select(Meeting).where(Meeting.panel_id == panel_id).order_by(Meeting.number.desc()).limit(1)
    ).one_or_none()


def get_sitting(session: Session, actor: Actor, panel_id: int) -> Sitting:
    """The panel for its members and the staff who prepare it, with its meeting."""
    panel = assessment.get_panel(session, actor, panel_id)
    return Sitting(panel, find_meeting(session, panel.id))


def away_for(session: Session, panel: Panel, application_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """For each of these bids the members who leave the room for it, by person id, whether they are in it or not.

    The rule of `assessment.queries.leaves_for` for many bids in two queries; a test holds the two together.
    """
    members = [each.person_id for each in panel.members]
    standing = assessment.interests_of(session, application_ids, members)
    indirect = [row.id for row in standing.values() if row.interest is Interest.INDIRECT]
    ruled = rulings_of(session, indirect) if indirect else {}
    away: dict[int, set[int]] = {each: set() for each in application_ids}
    for application_id, person_id in shut_pairs(session, application_ids, representatives_on(panel)):
        away[application_id].add(person_id)
    for (application_id, person_id), row in standing.items():
        ruling = ruled.get(row.id)
        takes_part = ruling is not None and ruling.ruling is Ruling.TAKES_PART
        if row.interest is Interest.DIRECT or (row.interest is Interest.INDIRECT and not takes_part):
            away[application_id].add(person_id)
    return {application_id: frozenset(people) for application_id, people in away.items()}


def leaving(session: Session, panel: Panel, application_id: int | None) -> frozenset[int]:
    """Who leaves for this one; nobody when there is none."""
    return away_for(session, panel, [application_id])[application_id] if application_id else frozenset()


def leaves(session: Session, panel: Panel, application_id: int | None, actor: Actor) -> bool:
    """Whether this person may not see the bid: a member who leaves for it, or anybody with a direct interest."""
    if application_id is None:
        return False
    if actor.person_id in leaving(session, panel, application_id):
        return True
    return bool(assessment.barred_from(session, actor.person_id, [application_id]))


def quorum_of(panel: Panel, away: Collection[int], now: datetime) -> Quorum:
    """The panel's own rule, over those who are in the room and have not left it for the bid."""
    here = [each for each in panel.members if each.is_present and each.person_id not in away]
    facts = PanelFacts(
        scope=panel.scope,
        now=now,
        round_state=panel.round.state,
        members_present=len(here),
        quorum=panel.round.panel_quorum,
        has_officer=any(each.is_officer for each in here),
        has_community_rep=any(each.is_community_rep for each in here),
        needs_community_rep=panel.round.needs_community_rep,
        chair_present=any(each.is_chair for each in here),
    )
    refusal = quorate(facts, SYSTEM)
    return Quorum(len(here), panel.round.panel_quorum, refusal is None)


def seat_words(member: PanelMember) -> str:
    """What somebody sits as, for people."""
    if member.is_chair:
        return "chair"
    if member.is_officer:
        return "officer"
    return "represents residents" if member.is_community_rep else "member"


def attendance_of(session: Session, meeting: Meeting) -> list[Attendance]:
    """Every stay in the room, in the order of coming in."""
    return list(
        session.scalars(
            sa.select(Attendance)
            .options(joinedload(Attendance.person))
            .where(Attendance.meeting_id == meeting.id)
            .order_by(Attendance.came_at, Attendance.id)
        )
    )


def turns_of(session: Session, meeting: Meeting) -> list[ChairTurn]:
    """Who held the chair, in order."""
    return list(
        session.scalars(
            sa.select(ChairTurn)
            .options(joinedload(ChairTurn.person))
            .where(ChairTurn.meeting_id == meeting.id)
            .order_by(ChairTurn.id)
        )
    )
