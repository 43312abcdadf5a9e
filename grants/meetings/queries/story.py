"""The minutes as they follow from what happened, from the opening of the meeting to what it recommends."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Person
from grants.allocation.models import Followed
from grants.applications.models import Application
from grants.assessment import queries as assessment
from grants.assessment.models import Recommendation, Ruling
from grants.assessment.queries.marks import agreed_of, locked_marks
from grants.assessment.queries.panels import CONSIDERED
from grants.assessment.queries.table import BidRow, panel_bids
from grants.meetings.models import LineChange, Meeting, MeetingItem
from grants.meetings.queries.items import CONDITIONS, NOTES, items_of, words_of
from grants.meetings.queries.pieces import (
    EN_BLOC,
    INTERESTS,
    ITEMS,
    LINE,
    MEETING,
    OTHERS,
    OUTCOMES,
    PARTS,
    PRESENT,
    RESOLVED,
    SCENARIO,
    Piece,
    Told,
    clock,
    day,
    outcome_of,
    percent_of,
    table,
    title_of,
)
from grants.meetings.queries.room import attendance_of, seat_words, turns_of
from grants.representatives.queries import unprepared_among
from workflows.assignment import Interest
from workflows.money import format_pounds
from workflows.rules.scoring import show_percent

WHY = {
    "criterion-spread": "markers differed by 2 points or more on a criterion",
    "total-spread": "markers differed by 15 percentage points or more",
    "near-line": "it was within 5 points of the line",
    "zero-score": "it had a score of 0",
    "red-due-diligence": "its due diligence was red",
    "large-ask": "it asked for more than a quarter of the pot",
    "first-time-below-line": "it was a first application that fell below the line",
}
KINDS = {Interest.DIRECT: "a direct", Interest.INDIRECT: "an indirect"}
RULINGS = {Ruling.TAKES_PART: "take part", Ruling.LEAVES: "leave the room"}


def story_of(session: Session, meeting: Meeting) -> list[Piece]:
    """The whole minutes of a sitting, as it stands now."""
    told = _read(session, meeting)
    pieces = [_meeting(session, told), _present(session, told)]
    pieces += _interests(session, told)
    pieces += [_item(told, each) for each in told.items if not each.is_en_bloc]
    together = [each for each in told.items if each.is_en_bloc]
    if together:
        pieces.append(_en_bloc(told, together[0]))
    pieces += [_agreed_together(told, each) for each in together]
    pieces += _line(session, told)
    pieces += _scenario(session, told)
    met = {each.application_id for each in told.items}
    pieces += [_other(told, row) for key, row in told.bids.items() if key not in met and row.recommendation]
    pieces += _resolved(told)
    order = list(PARTS)
    return sorted(pieces, key=lambda each: order.index(each.part))


def _read(session: Session, meeting: Meeting) -> Told:
    panel = meeting.panel
    rubric = assessment.rubric_of(session, panel.round_id)
    rows = {each.application.id: each for each in panel_bids(session, panel.round_id, CONSIDERED)}
    items = items_of(session, meeting)
    names = {each.person_id: f"{each.person.name} ({seat_words(each)})" for each in panel.members}
    return Told(
        meeting=meeting,
        rubric=rubric,
        bids=rows,
        items=items,
        words=words_of(session, [each.id for each in items]),
        agreed=agreed_of(session, list(rows), rubric),
        work=assessment.marks_of(session, list(rows), rubric),
        percents=assessment.percents_of(session, panel.round_id, list(rows)),
        names=names,
    )


def _meeting(session: Session, told: Told) -> Piece:
    meeting, round_ = told.meeting, told.meeting.panel.round
    ended = f", ended at {clock(meeting.ended_at)}" if meeting.ended_at else ", and is not over"
    sitting = f" Sitting {meeting.number} of this panel." if meeting.number > 1 else ""
    began = f"Began on {day(meeting.began_at)} at {clock(meeting.began_at)}{ended}."
    lines = [f"{round_.code}, {round_.title}. {began}{sitting}"]
    for turn in turns_of(session, meeting):
        why = f": {turn.reason}" if turn.reason else "."
        lines.append(f"In the chair from {clock(turn.from_at)}: {told.called([turn.person_id])}{why}")
    return Piece(MEETING, "When, and who chaired", "\n\n".join(lines))


def _present(session: Session, told: Told) -> Piece:
    stays = attendance_of(session, told.meeting)
    ended = told.meeting.ended_at
    to_the_end = "stayed to the end" if ended else "still there"
    rows = [
        (
            told.called([each.person_id]),
            clock(each.came_at),
            clock(each.left_at) if each.left_at and each.left_at != ended else to_the_end,
        )
        for each in stays
    ]
    absent = set(told.names) - {each.person_id for each in stays}
    round_ = told.meeting.panel.round
    rep = ", somebody who represents residents" if round_.needs_community_rep else ""
    text = table(("Who", "Came in", "Left"), rows)
    if absent:
        text += f"\n\nNot there: {told.called(absent)}."
    text += f"\n\nA quorum is {round_.panel_quorum} members, among them a chair and an officer{rep}."
    prepared = _prepared(session, told, {each.person_id for each in stays})
    if prepared:
        text += f"\n\nTrained, and bound to confidentiality, before the bids opened to them: {told.called(prepared)}."
    return Piece(PRESENT, "In the room", text)


def _prepared(session: Session, told: Told, here: set[int]) -> set[int]:
    panel = told.meeting.panel
    reps = {each.person_id for each in panel.members if each.is_community_rep} & here
    return reps - set(unprepared_among(session, panel.round, reps)) if panel.round.needs_prepared_reps else set()


def _interests(session: Session, told: Told) -> list[Piece]:
    return [
        Piece(
            INTERESTS, f"{line.application.reference}: {line.person.name}", _declared(told, line), line.application.id
        )
        for line in assessment.interests_for_minutes(session, told.meeting.panel)
    ]


def _declared(told: Told, line: assessment.InterestLine) -> str:
    row = line.declaration
    detail = row.detail.strip().rstrip(".") or "no words"
    if line.kind_words:
        detail = f"{line.kind_words}: {detail}"
    who = told.names.get(line.person.id, f"{line.person.name} (marker)")
    words = f"{who} declared {KINDS[row.interest]} interest on {day(row.declared_at)}: {detail}."
    if row.interest is Interest.DIRECT:
        return f"{words} They left the room for this bid, and saw nothing of it."
    if line.ruling is None:
        return f"{words} Nobody ruled on it{', so they left the room for this bid' if line.is_standing else ''}."
    ruled_by = line.ruling.ruled_by.name if line.ruling.ruled_by else "a chair"
    ruling = RULINGS[line.ruling.ruling]
    return f"{words} {ruled_by} ruled on {day(line.ruling.ruled_at)} that they {ruling}: {line.ruling.reason.strip()}"


def _item(told: Told, item: MeetingItem) -> Piece:
    application_id = item.application_id
    lines = [_opened(told, item)]
    lines.append(_scores(told, application_id))
    lines += [_settled(told, item)] if item.agreed_at else ["Not agreed in this sitting."]
    for code, words in ((NOTES, "Discussion"), (CONDITIONS, "Conditions")):
        row = told.words.get((item.id, code))
        lines += [f"{words}: {row.text}"] if row and row.text else []
    outcome = outcome_of(told.bids.get(application_id))
    lines += [outcome] if outcome else []
    return Piece(ITEMS, title_of(told, application_id), "\n\n".join(each for each in lines if each), application_id)


def _opened(told: Told, item: MeetingItem) -> str:
    why = [WHY.get(code, code.replace("-", " ")) for code in item.record.get("why", ())]
    because = f" because {', and '.join(why)}" if why else ""
    row = told.bids.get(item.application_id)
    ask = f" It asks for {format_pounds(row.application.ask_pence or 0)}." if row else ""
    return f"Taken up at {clock(item.opened_at)}{because}.{ask}"


def _scores(told: Told, application_id: int) -> str:
    agreed = told.agreed.get(application_id, {})
    marks = locked_marks(told.work.get(application_id, []), told.rubric)
    rows = []
    for each in told.rubric.criteria:
        given = sorted(mark[each.code] for mark in marks)
        spread = "-" if not given else str(given[0]) if given[0] == given[-1] else f"{given[0]} to {given[-1]}"
        row = agreed.get(each.code)
        rows.append((each.title, spread, str(row.score) if row else "markers' mean", row.reason if row else ""))
    return table(("Criterion", "Markers gave", "Agreed", "Reason"), rows)


def _settled(told: Told, item: MeetingItem) -> str:
    record = item.record
    left = record.get("left") or []
    gone = f" Left the room for it: {told.called(left)}." if left else ""
    chair = told.called([item.agreed_by_id]) if item.agreed_by_id else "nobody"
    when = clock(item.agreed_at) if item.agreed_at else "a time that was not kept"
    return (
        f"Agreed at {when} at {percent_of(told, item.application_id)}, with {chair} in the chair."
        f" Present: {told.called(record.get('present') or [])}.{gone}"
    )


def _en_bloc(told: Told, first: MeetingItem) -> Piece:
    when = f" at {clock(first.agreed_at)}" if first.agreed_at else ""
    text = f"The markers' means of the following bids were agreed together{when}, without talking about each."
    return Piece(EN_BLOC, "How they were agreed", text)


def _agreed_together(told: Told, item: MeetingItem) -> Piece:
    left = item.record.get("left") or []
    gone = f" Left the room for it: {told.called(left)}." if left else ""
    outcome = outcome_of(told.bids.get(item.application_id))
    text = f"Agreed at {percent_of(told, item.application_id)}.{gone}{' ' + outcome if outcome else ''}"
    return Piece(EN_BLOC, title_of(told, item.application_id), text, item.application_id)


def _line(session: Session, told: Told) -> list[Piece]:
    panel = told.meeting.panel
    moves = session.scalars(
        sa.select(LineChange).where(LineChange.meeting_id == told.meeting.id).order_by(LineChange.id)
    ).all()
    if not moves:
        shown = show_percent(assessment.line_of(panel.round, panel))
        moved = f" It was moved, with this reason: {panel.line_reason}" if panel.line_reason else ""
        return [Piece(LINE, "Where it stands", f"The line is {shown}%.{moved}")]
    pieces = []
    for each in moves:
        who = session.get(Person, each.person_id) if each.person_id else None
        text = (
            f"Moved once for the whole round at {clock(each.at)}, from {each.from_hundredths / 100:.2f}% to"
            f" {each.to_hundredths / 100:.2f}%, by {who.name if who else 'the chair'}. Reason: {each.reason}"
        )
        pieces.append(Piece(LINE, "Moved", text))
        pieces += [_side(told, key, "now reaches the line") for key in each.rose]
        pieces += [_side(told, key, "is now below the line") for key in each.fell]
    return pieces


def _side(told: Told, application_id: int, what: str) -> Piece:
    text = f"At {percent_of(told, application_id)} it {what}."
    return Piece(LINE, title_of(told, application_id), text, application_id)


def _scenario(session: Session, told: Told) -> list[Piece]:
    """The set of awards that the panel made its own in this sitting, the last if it chose again."""
    meeting = told.meeting
    own = sa.select(Followed).where(
        Followed.round_id == meeting.panel.round_id,
        Followed.recorded_at >= meeting.began_at,
        sa.true() if meeting.ended_at is None else Followed.recorded_at <= meeting.ended_at,
    )
    row = session.scalars(own.order_by(Followed.id.desc()).limit(1)).one_or_none()
    if row is None:
        return []
    who = told.called([row.person_id]) if row.person_id else "a chair"
    text = f"The panel's recommendation follows “{row.taken['name']}”, recorded at {clock(row.recorded_at)} by {who}."
    known = {each.application.reference: key for key, each in told.bids.items()}
    departs = [(known[reference], why) for reference, why in sorted(row.reasons.items()) if reference in known]
    return [
        Piece(SCENARIO, "Which one", text),
        *(Piece(SCENARIO, title_of(told, key), f"It departs from its rank: {why}", key) for key, why in departs),
    ]


def _other(told: Told, row: BidRow) -> Piece:
    key = row.application.id
    # Agreed on the bid's own page, without having been put on the table.
    agreed = [_scores(told, key)] if told.agreed.get(key) else []
    return Piece(
        OTHERS, title_of(told, key), "\n\n".join([*agreed, f"{percent_of(told, key)}. {outcome_of(row)}"]), key
    )


def _resolved(told: Told) -> list[Piece]:
    """Every outcome in one table with the money beside the pot: what the notice for the decision is written from."""
    placed = sorted(
        ((row.application, row.recommendation) for row in told.bids.values() if row.recommendation),
        key=lambda pair: _rank(told, *pair),
    )
    if not placed:
        return []
    rows = [
        (
            title_of(told, bid.id),
            percent_of(told, bid.id),
            OUTCOMES[made.outcome],
            format_pounds(made.amount_pence) if made.amount_pence else "",
        )
        for bid, made in placed
    ]
    pot, given = told.meeting.panel.round.pot_pence, sum(made.amount_pence for _, made in placed)
    left = f"{format_pounds(pot - given)} is left" if given <= pot else f"{format_pounds(given - pot)} is above it"
    counts = Counter(made.outcome for _, made in placed)
    counted = ", ".join(f"{words.lower()}: {counts[code]}" for code, words in OUTCOMES.items() if counts[code])
    text = f"{counted.capitalize()}. {format_pounds(given)} of a pot of {format_pounds(pot)}; {left}."
    return [Piece(RESOLVED, "Every bid", f"{table(('Bid', 'Percent', 'Outcome', 'Amount'), rows)}\n\n{text}")]


def _rank(told: Told, bid: Application, made: Recommendation) -> tuple[Any, ...]:
    percent = told.percents.get(bid.id)
    return list(OUTCOMES).index(made.outcome), made.reserve_rank or 0, -(percent or 0), bid.reference
