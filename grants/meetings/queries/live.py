"""What the room sees now, and one cheap question that tells whether it has changed.

A person who leaves for the bid on the table gets the word that they have left, and nothing else of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.applications.models import Application
from grants.assessment.models import InterestDeclaration, InterestRuling, Panel, PanelMember
from grants.assessment.queries.marks import Rubric, agreed_of, rubric_of
from grants.assessment.queries.panels import LOOKERS_ON, PanelBid, get_panel_bid
from grants.assessment.queries.table import ModerationLine, moderation_line
from grants.meetings.models import Meeting, MeetingItem, MeetingWords
from grants.meetings.queries.room import Quorum, Sitting, find_meeting, leaves, leaving, quorum_of
from workflows.actors import Actor, Scope
from workflows.application import ApplicationState
from workflows.errors import NotFound
from workflows.panel import SITTING

A = ApplicationState
# Bids that have all their marks; what was placed already may be taken up again.
READY = frozenset({A.SCORED, A.MODERATED, A.RECOMMENDED, A.RECOMMENDED_PART, A.RESERVE, A.NOT_RECOMMENDED})
# Agreed already, in this sitting or before it.
AGREED = READY - {A.SCORED}


@dataclass(frozen=True, slots=True)
class Watch:
    """Who asks about which panel, and a mark that changes with whatever they could see."""

    panel_id: int
    office_id: int
    mark: str
    # The same, which changes besides with every word that is written for an item.
    words_mark: str

    @property
    def scope(self) -> Scope:
        return Scope(self.office_id)


def _marking() -> sa.Select:
    panel_id, person_id = sa.bindparam("panel_id"), sa.bindparam("person_id")
    bids = sa.select(sa.func.sum(Application.version)).where(Application.round_id == Panel.round_id)
    # A declaration in the middle of an item sends its author out at once.
    declared = (
        sa.select(sa.func.max(InterestDeclaration.id))
        .join(Application, Application.id == InterestDeclaration.application_id)
        .where(Application.round_id == Panel.round_id)
    )
    # So does a ruling that somebody may come back, or has to go.
    ruled = (
        sa.select(sa.func.max(InterestRuling.id))
        .join(InterestDeclaration, InterestDeclaration.id == InterestRuling.declaration_id)
        .join(Application, Application.id == InterestDeclaration.application_id)
        .where(Application.round_id == Panel.round_id)
    )
    met = sa.select(Meeting.id, Meeting.version).where(Meeting.panel_id == panel_id)
    newest = met.order_by(Meeting.number.desc()).limit(1).subquery()
    written = (
        sa.select(sa.func.max(MeetingWords.saved_at))
        .join(MeetingItem, MeetingItem.id == MeetingWords.item_id)
        .where(MeetingItem.meeting_id == newest.c.id)
    )
    sits = sa.exists().where(PanelMember.panel_id == Panel.id, PanelMember.person_id == person_id)
    return (
        sa.select(
            Panel.office_id,
            Panel.version,
            sits.label("sits"),
            newest.c.id,
            newest.c.version.label("meeting_version"),
            bids.correlate(Panel).scalar_subquery().label("bids"),
            declared.correlate(Panel).scalar_subquery().label("declared"),
            ruled.correlate(Panel).scalar_subquery().label("ruled"),
            written.correlate(newest).scalar_subquery().label("written"),
        )
        .outerjoin(newest, sa.true())
        .where(Panel.id == panel_id)
    )


_MARKING = _marking()


def watch(session: Session, actor: Actor, panel_id: int) -> Watch:
    """The mark as this person may ask for it, in one query; NotFound as for the panel itself."""
    row = session.execute(_MARKING, {"panel_id": panel_id, "person_id": actor.person_id or 0}).one_or_none()
    if row is None or row.office_id not in actor.office_ids:
        raise NotFound(subject="panel")
    if not row.sits and not LOOKERS_ON & actor.roles_in(Scope(row.office_id)):
        raise NotFound(subject="panel")
    seen = (actor.person_id, row.version, row.id, row.meeting_version, row.bids, row.declared, row.ruled)
    # Hashed, so that nobody counts from it what others did to bids that they may not see.
    return Watch(panel_id, row.office_id, _hashed(*seen), _hashed(*seen, row.written))


def _hashed(*seen: object) -> str:
    return sha256("-".join(str(each or 0) for each in seen).encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class OnTable:
    """The bid on the table, as everybody who stays in the room sees it."""

    item: MeetingItem
    line: ModerationLine
    rubric: Rubric
    agreed: dict[str, int]

    @property
    def application(self) -> Application:
        return self.item.application


@dataclass(frozen=True, slots=True)
class Room:
    """One look into the room. `has_left` empties the item; `gone` are the names of those who left for it."""

    sitting: Sitting
    quorum: Quorum
    present: tuple[PanelMember, ...]
    absent: tuple[PanelMember, ...]
    gone: tuple[str, ...]
    has_left: bool
    on_table: OnTable | None
    chair_name: str
    # Who wrote last for the bid on the table, and when.
    written: MeetingWords | None = None

    @property
    def meeting(self) -> Meeting | None:
        return self.sitting.meeting


def look_in(session: Session, sitting: Sitting, actor: Actor, now: datetime) -> Room:
    """The room as this person may see it."""
    panel, meeting = sitting.panel, sitting.meeting
    current = meeting.current_id if meeting else None
    away = leaving(session, panel, current)
    left = leaves(session, panel, current, actor)
    members = sorted(panel.members, key=lambda each: (not each.is_chair, each.person.name, each.person_id))
    names = {each.person_id: each.person.name for each in members}
    on_table = None if left or meeting is None or current is None else _on_table(session, panel, meeting, actor)
    return Room(
        sitting=sitting,
        quorum=quorum_of(panel, away, now),
        present=tuple(each for each in members if each.is_present and each.person_id not in away),
        absent=tuple(each for each in members if not each.is_present),
        gone=tuple(names[each.person_id] for each in members if each.person_id in away and each.is_present),
        has_left=left,
        on_table=on_table,
        written=_last_written(session, on_table.item.id) if on_table else None,
        chair_name=names.get(meeting.chair_id or 0, "") if meeting else "",
    )


def _on_table(session: Session, panel: Panel, meeting: Meeting, actor: Actor) -> OnTable | None:
    item = session.scalars(
        sa.select(MeetingItem).where(
            MeetingItem.meeting_id == meeting.id, MeetingItem.application_id == meeting.current_id
        )
    ).one()
    line = moderation_line(session, panel, item.application, actor)
    if line.application is None:
        # Its group took the bid back while it was talked about.
        return None
    rubric = rubric_of(session, panel.round_id)
    rows = agreed_of(session, [item.application_id], rubric).get(item.application_id, {})
    return OnTable(item, line, rubric, {code: row.score for code, row in rows.items()})


def _last_written(session: Session, item_id: int) -> MeetingWords | None:
    rows = sa.select(MeetingWords).options(joinedload(MeetingWords.person)).where(MeetingWords.item_id == item_id)
    return session.scalars(rows.order_by(MeetingWords.saved_at.desc(), MeetingWords.id.desc()).limit(1)).one_or_none()


@dataclass(frozen=True, slots=True)
class SittingBid:
    """One bid in the running meeting, for somebody who stays in the room for it."""

    sitting: Sitting
    application: Application

    @property
    def scope(self) -> Scope:
        return self.sitting.scope

    @property
    def panel(self) -> Panel:
        return self.sitting.panel

    @property
    def meeting(self) -> Meeting:
        if self.sitting.meeting is None:
            raise NotFound(subject="meeting")
        return self.sitting.meeting


def get_sitting_bid(session: Session, actor: Actor, panel_id: int, application_id: int) -> SittingBid:
    """The bid before the meeting; whoever leaves the room for it finds none."""
    found: PanelBid = get_panel_bid(session, actor, panel_id, application_id)
    meeting = find_meeting(session, panel_id)
    if meeting is None or leaves(session, found.panel, application_id, actor):
        raise NotFound(subject="application")
    return SittingBid(Sitting(found.panel, meeting), found.application)


def is_sitting_now(panel: Panel) -> bool:
    return panel.state in SITTING
