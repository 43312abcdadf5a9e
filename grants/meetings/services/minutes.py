"""The minutes: written when the meeting ends, corrected beside what was written, signed by a chair, then only noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from grants.assessment.queries.facts import member_of
from grants.core import transitions
from grants.meetings.models import Meeting, Minutes, MinutesNote, MinutesSection
from grants.meetings.queries.story import story_of
from workflows.actors import SYSTEM, Actor
from workflows.errors import Stale
from workflows.minutes import MinutesFacts


def write_minutes(session: Session, meeting: Meeting, *, actor: Actor, now: datetime) -> Minutes:
    """The draft, from what happened."""
    minutes = Minutes(office_id=meeting.office_id, meeting=meeting, created_at=now)
    facts = MinutesFacts(scope=meeting.panel.scope, now=now, meeting_ended=meeting.ended_at is not None)
    timer = replace(SYSTEM, on_paper=actor.on_paper)
    minutes.sections = [
        MinutesSection(
            position=place,
            part=piece.part,
            title=piece.title[:250],
            generated=piece.text,
            application_id=piece.application_id,
            version=1,
        )
        for place, piece in enumerate(story_of(session, meeting), start=1)
    ]
    transitions.create(session, [minutes], "write", facts, actor=timer, now=now)
    return minutes


def facts_of(minutes: Minutes, *, actor: Actor, now: datetime, words: str = "") -> MinutesFacts:
    """What the table asks."""
    seat = member_of(minutes.meeting.panel, actor.person_id)
    return MinutesFacts(
        scope=minutes.scope,
        now=now,
        meeting_ended=minutes.meeting.ended_at is not None,
        chaired=seat is not None and seat.is_chair,
        words=words,
    )


def correct_section(
    session: Session,
    minutes: Minutes,
    section: MinutesSection,
    text: str,
    *,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
) -> None:
    """Put a corrected text beside the one that was generated. `seen_version` is the section's.

    Raises Stale when somebody else corrected it since; the same words as before change nothing.
    """
    text = text.replace("\r\n", "\n").strip()
    if seen_version is not None and seen_version != section.version:
        raise Stale(subject="minutes_section", id=section.id)
    if text == section.text:
        return
    before = section.text
    section.corrected, section.corrected_by_id, section.corrected_at = text, actor.person_id, now
    section.version += 1
    transitions.apply(
        session,
        minutes,
        "correct",
        facts_of(minutes, actor=actor, now=now, words=text),
        actor=actor,
        now=now,
        detail={"section": section.id, "before": before},
    )


def sign_minutes(
    session: Session, minutes: Minutes, *, actor: Actor, now: datetime, seen_version: int | None = None
) -> None:
    """A chair of the panel signs them off; from here on they only take notes."""
    facts = facts_of(minutes, actor=actor, now=now)
    transitions.check(minutes, "sign", facts, actor, seen_version=seen_version)
    minutes.signed_at, minutes.signed_by_id, minutes.signed_by_name = now, actor.person_id, actor.name
    transitions.apply(session, minutes, "sign", facts, actor=actor, now=now, seen_version=seen_version)


def add_note(session: Session, minutes: Minutes, text: str, *, actor: Actor, now: datetime) -> None:
    """A correction after the signature: a dated note."""
    text = text.replace("\r\n", "\n").strip()
    facts = facts_of(minutes, actor=actor, now=now, words=text)
    transitions.check(minutes, "add-note", facts, actor)
    session.add(MinutesNote(minutes_id=minutes.id, text=text, person_id=actor.person_id, at=now))
    transitions.apply(session, minutes, "add-note", facts, actor=actor, now=now)
