"""The meeting: who is there, what may be agreed, what nobody overwrites, and the minutes that come of it."""

from io import BytesIO

import docx
import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from grants.allocation.models import Followed, Scenario
from grants.assessment import queries as assessed
from grants.assessment import services as assessment
from grants.assessment.models import Score
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.meetings import queries, services
from grants.meetings.models import Attendance, ChairTurn, Minutes
from grants.meetings.queries.documents import NOT_WHOLE, minutes_docx, minutes_pdf
from grants.meetings.queries.minutes import LEFT_OUT, get_minutes
from tests.meetings import MINUTE, agree, come, meeting_of, meeting_stage, take_up
from workflows.assignment import Interest
from workflows.errors import NotAllowed, NotFound, Stale, TransitionRefused
from workflows.minutes import MinutesState


def recorded(session, action):
    return session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)).all()


def test_the_panel_opening_begins_a_meeting_with_those_who_are_there(session):
    stage = meeting_stage(session)
    meeting = meeting_of(stage)
    assert (meeting.number, meeting.chair_id, meeting.current_id) == (1, stage.people["chair"].id, None)
    stays = queries.room.attendance_of(session, meeting)
    assert {each.person_id for each in stays} == {
        stage.people[name].id for name in ("chair", "officer", "member", "member-2")
    }
    assert len(recorded(session, "meeting-began")) == 1


def test_people_come_and_leave_and_the_chair_follows(session):
    stage = meeting_stage(session)
    before = meeting_of(stage).version
    come(stage, "chair-2")
    stage.now += MINUTE
    come(stage, "chair", leave=True)
    meeting = meeting_of(stage)
    assert meeting.chair_id == stage.people["chair-2"].id
    assert [row.reason for row in session.scalars(sa.select(ChairTurn).order_by(ChairTurn.id))] == [
        "",
        "The chair had left the room.",
    ]
    own = sa.select(Attendance).where(Attendance.person_id == stage.people["chair"].id)
    assert [(row.came_at < row.left_at) for row in session.scalars(own)] == [True]
    # Said twice, nothing happens; and nobody speaks for another but a chair or the staff.
    version = meeting.version
    come(stage, "chair", leave=True)
    assert meeting.version == version > before
    with pytest.raises(NotAllowed):
        come(stage, "officer", by="member", leave=True)
    come(stage, "member-2", by="officer", leave=True)
    with pytest.raises(TransitionRefused, match="not-in-the-room"):
        take_up(stage, 1, by="chair")
    assert len(recorded(session, "left-room")) == 2


def test_the_recused_do_not_count_and_below_quorum_nothing_is_agreed(session):
    stage = meeting_stage(session)
    agree(stage, 1)
    come(stage, "member-2", leave=True)
    # Three are there, of whom one leaves for the first bid.
    with pytest.raises(TransitionRefused, match="not-quorate"):
        agree(stage, 0)
    # Nor by the older page of the bid.
    with pytest.raises(TransitionRefused, match="not-quorate"):
        assessment.save_agreed_scores(session, stage.bids[0], {}, actor=stage.actor("chair"), now=stage.now)
    assert stage.bids[0].state == "scored"
    come(stage, "member-2")
    agree(stage, 0)
    item = queries.find_item(session, meeting_of(stage), stage.bids[0].id)
    assert item.record["left"] == [stage.people["member"].id]
    assert stage.people["member"].id not in item.record["present"]
    assert stage.bids[0].state == "moderated"


def test_an_agreed_score_outside_the_markers_needs_a_reason_and_their_marks_stay(session):
    stage = meeting_stage(session)
    criterion = stage.round_.criteria[0]
    marks = session.execute(sa.select(Score.id, Score.score).order_by(Score.id)).all()
    with pytest.raises(TransitionRefused, match="agreed-score-needs-reason"):
        agree(stage, 1, {criterion.code: (1, "")})
    agree(stage, 1, {criterion.code: (1, "The costs are not explained.")})
    assert session.execute(sa.select(Score.id, Score.score).order_by(Score.id)).all() == marks
    assert [entry.subject_id for entry in recorded(session, "agree-item")] == [stage.bids[1].id]


def test_of_two_chairs_who_agree_at_once_the_second_is_told(session):
    stage = meeting_stage(session)
    come(stage, "chair-2")
    take_up(stage, 1)
    seen = stage.bids[1].version
    how = {"now": stage.now, "seen_version": seen}
    services.agree_item(session, meeting_of(stage), stage.bids[1], {}, actor=stage.actor("chair"), **how)
    with pytest.raises(Stale):
        services.agree_item(session, meeting_of(stage), stage.bids[1], {}, actor=stage.actor("chair-2"), **how)


def test_two_who_type_in_one_box_see_both_texts_and_lose_neither(session):
    stage = meeting_stage(session)
    come(stage, "chair-2")
    take_up(stage, 1)
    meeting, bid = meeting_of(stage), stage.bids[1]

    def write(name, text, seen):
        return services.save_words(
            session, meeting, bid, {"notes": text}, {"notes": seen}, actor=stage.actor(name), now=stage.now
        )

    assert write("chair", "Asked about cost", "") == []
    assert write("chair", "Asked about costs.", queries.mark_of("Asked about cost")) == []
    (dispute,) = write("chair-2", "A strong bid", "")
    assert (dispute.theirs.text, dispute.mine) == ("Asked about costs.", "A strong bid")
    # A box that was left alone is no dispute; having seen both, the second may put theirs in its place.
    assert write("chair-2", "", "") == []
    assert write("chair-2", "Both", queries.mark_of("Asked about costs.")) == []
    item = queries.find_item(session, meeting, bid.id)
    assert [row.text for row in queries.earlier_words(session, item.id)] == ["Asked about costs."]
    with pytest.raises(NotAllowed):
        write("officer", "Not mine to write", "")


def test_whoever_leaves_for_a_bid_finds_nothing_of_it(session):
    stage = meeting_stage(session)
    take_up(stage, 0)
    member, bid = stage.actor("member"), stage.bids[0]
    sitting = queries.get_sitting(session, member, stage.panel.id)
    room = queries.look_in(session, sitting, member, stage.now)
    assert (room.has_left, room.on_table) == (True, None)
    others = queries.look_in(session, sitting, stage.actor("officer"), stage.now)
    assert others.on_table is not None and others.gone == (stage.people["member"].name,)
    assert others.quorum.present == 3
    with pytest.raises(NotFound):
        queries.get_sitting_bid(session, member, stage.panel.id, bid.id)
    agenda = queries.agenda_for(session, stage.panel, meeting_of(stage), member)
    assert bid.id not in {each.line.application.id for each in (*agenda.discuss, *agenda.rest)}
    assert agenda.stands_aside


def test_an_interest_that_is_found_in_the_middle_of_an_item_changes_the_mark_at_once(session):
    stage = meeting_stage(session, interested=None)
    take_up(stage, 1)
    member = stage.actor("member-2")
    before = queries.watch(session, member, stage.panel.id).mark
    assert queries.watch(session, member, stage.panel.id).mark == before
    assessment.declare_interest(session, stage.bids[1], Interest.DIRECT, "My sister", actor=member, now=stage.now)
    assert queries.watch(session, member, stage.panel.id).mark != before
    sitting = queries.get_sitting(session, member, stage.panel.id)
    assert queries.look_in(session, sitting, member, stage.now).has_left


def test_an_indirect_interest_leaves_the_room_until_a_chair_rules_that_it_takes_part(session):
    stage = meeting_stage(session, interested=None)
    member, bid = stage.actor("member-2"), stage.bids[1]
    take_up(stage, 1)
    assessment.declare_interest(session, bid, Interest.INDIRECT, "A neighbour", actor=member, now=stage.now)

    def away():
        found = queries.leaving(session, stage.panel, bid.id)
        assert found == assessed.leaves_for(session, stage.panel, bid.id)
        return found

    assert away() == {member.person_id}
    assert [(room.has_left, room.on_table, room.written) for room in looks(stage, member)] == [(True, None, None)]
    before = queries.watch(session, member, stage.panel.id).mark
    (line,) = assessed.interests_for_minutes(session, stage.panel)
    chair = stage.actor("chair")
    assessment.rule_on_interest(
        session, stage.panel, line, "takes_part", "They hardly know them.", actor=chair, now=stage.now
    )
    assert away() == set() and queries.watch(session, member, stage.panel.id).mark != before
    assert [room.has_left for room in looks(stage, member)] == [False]
    text = "\n".join(each.text for each in get_minutes(session, chair, stage.panel.id, 1).sections)
    assert "A neighbour" in text and "that they take part: They hardly know them." in text


def looks(stage, actor):
    sitting = queries.get_sitting(stage.session, actor, stage.panel.id)
    return [queries.look_in(stage.session, sitting, actor, stage.now)]


def finished(session):
    """A meeting from its opening to its close, with everything in it that minutes tell."""
    stage = meeting_stage(session)
    come(stage, "chair-2")
    meeting = meeting_of(stage)
    take_up(stage, 0)
    services.save_words(
        session,
        meeting,
        stage.bids[0],
        {"notes": "The group has run this before.", "conditions": "A safeguarding policy first."},
        {},
        actor=stage.actor("chair"),
        now=stage.now,
    )
    criterion = stage.round_.criteria[0].code
    agreed = {criterion: (4, "The panel read the | evidence\nas weaker.")}
    services.agree_item(session, meeting, stage.bids[0], agreed, actor=stage.actor("chair"), now=stage.now)
    stage.now += 5 * MINUTE
    services.take_chair(session, meeting, "Her laptop died.", actor=stage.actor("chair-2"), now=stage.now)
    table = assessed.moderation_table(session, stage.panel, stage.actor("chair-2"))
    lines = {each.application.id: each for each in table.lines}
    services.agree_en_bloc(session, meeting, stage.bids[1:], lines, actor=stage.actor("chair-2"), now=stage.now)
    services.move_line(
        session,
        meeting,
        3000,
        f"There is money for the bid of {stage.bids[0].organisation_name} too.",
        actor=stage.actor("chair-2"),
        now=stage.now,
    )
    assessment.draw_the_line(session, stage.round_, actor=stage.actor("chair"), now=stage.now)
    stage.now += 5 * MINUTE
    assessment.close_panel(session, stage.panel, actor=stage.actor("chair"), now=stage.now)
    return stage


def test_the_minutes_tell_what_happened(session):
    stage = finished(session)
    copy = get_minutes(session, stage.actor("officer"), stage.panel.id, 1)
    assert copy.is_whole and copy.minutes.state is MinutesState.DRAFT
    text = "\n".join(f"{each.title}\n{each.text}" for each in copy.sections)
    names = {name: stage.people[name].name for name in ("chair", "chair-2", "member")}
    for words in (
        f"{names['chair']} (chair)",
        "Her laptop died.",
        f"{names['member']} (member) declared a direct interest",
        "Is a trustee",
        "The group has run this before.",
        "Conditions: A safeguarding policy first.",
        "5 | 4 | The panel read the / evidence as weaker.",
        f"Left the room for it: {names['member']} (member).",
        "agreed together",
        "from 60.00% to 30.00%",
        "Bid | Percent | Outcome | Amount",
        "now reaches the line",
        "Outcome: Recommended, £9,000.",
    ):
        assert words in text, words
    assert meeting_of(stage).ended_at is not None
    assert session.scalars(sa.select(OutboxEntry.template)).all().count("recommendation-recorded") == 1


def test_a_copy_for_somebody_with_an_interest_says_nothing_of_that_bid_in_any_form(session):
    stage = finished(session)
    bid = stage.bids[0]
    copy = get_minutes(session, stage.actor("member"), stage.panel.id, 1)
    about = {"office": "Office", "status": "Not signed yet.", "made_at": stage.now, "noted": []}
    word = docx.Document(BytesIO(minutes_docx(copy, **about)))
    read = [
        "\n".join(f"{each.title}\n{each.text}\n{each.generated}" for each in copy.sections),
        "\n".join(each.text for each in word.paragraphs)
        + "".join(cell.text for table in word.tables for row in table.rows for cell in row.cells),
        "\n".join(page.extract_text() for page in PdfReader(BytesIO(minutes_pdf(copy, **about))).pages),
    ]
    for text in read:
        assert bid.reference not in text and bid.organisation_name not in text
        assert "The group has run this before" not in text and "safeguarding" not in text
        assert stage.bids[1].reference in text.replace("\u200b", "")
    assert LEFT_OUT in read[0] and not copy.is_whole
    assert "of a pot of" not in read[0], "what is left of a sum tells what was taken out of it"
    assert NOT_WHOLE in read[1]


def test_the_word_document_can_be_read_by_everybody(session):
    stage = finished(session)
    copy = get_minutes(session, stage.actor("officer"), stage.panel.id, 1)
    made = minutes_docx(copy, office="The office", status="Not signed yet.", made_at=stage.now, noted=[("A", "\x07b")])
    word = docx.Document(BytesIO(made))
    about = word.core_properties
    assert (about.author, about.language, about.comments) == ("The office", "en-GB", "")
    assert {each.style.name for each in word.paragraphs} >= {"Title", "Heading 1", "Heading 2"}
    assert all(table.rows[0]._tr.trPr.xpath("w:tblHeader") for table in word.tables) and word.tables
    assert 'w:val="en-GB"' in word.styles.element.xml
    pdf = PdfReader(BytesIO(minutes_pdf(copy, office="The office", status="", made_at=stage.now, noted=[])))
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_minutes_are_corrected_beside_what_was_written_signed_and_then_only_noted(session):
    stage = finished(session)
    actor = stage.actor("officer")
    minutes = session.scalars(sa.select(Minutes)).one()
    section = minutes.sections[0]
    written = section.generated
    services.correct_section(session, minutes, section, "It began late.", actor=actor, now=stage.now, seen_version=1)
    assert (section.text, section.generated, section.corrected_by_id) == ("It began late.", written, actor.person_id)
    with pytest.raises(Stale):
        services.correct_section(session, minutes, section, "Mine", actor=actor, now=stage.now, seen_version=1)
    with pytest.raises(TransitionRefused):
        services.add_note(session, minutes, "Too early", actor=actor, now=stage.now)
    with pytest.raises(NotAllowed):
        services.sign_minutes(session, minutes, actor=actor, now=stage.now)
    services.sign_minutes(session, minutes, actor=stage.actor("chair"), now=stage.now)
    assert (minutes.state, minutes.signed_by_name) == (MinutesState.SIGNED, stage.people["chair"].name)
    with pytest.raises(TransitionRefused):
        services.correct_section(session, minutes, section, "After all", actor=actor, now=stage.now)
    session.refresh(section)
    services.add_note(session, minutes, "The time was 10:02.", actor=actor, now=stage.now)
    assert [each.text for each in minutes.notes] == ["The time was 10:02."]
    assert [entry.action for entry in recorded(session, "add-note")] == ["add-note"]


def test_a_panel_that_is_opened_again_has_another_sitting_with_minutes_of_its_own(session):
    stage = finished(session)
    assessment.reopen_panel(session, stage.panel, "A mistake", actor=stage.actor("chair"), now=stage.now)
    assert meeting_of(stage).number == 2
    assessment.close_panel(session, stage.panel, actor=stage.actor("chair"), now=stage.now)
    assert len(session.scalars(sa.select(Minutes)).all()) == 2


def test_the_minutes_name_the_set_of_awards_that_was_followed_and_each_departure(session):
    stage = meeting_stage(session)
    chair, panel = stage.actor("chair"), stage.panel
    scenario = Scenario(
        office_id=panel.office_id,
        round_id=panel.round_id,
        person_id=chair.person_id,
        name="Every area",
        computed_at=stage.now,
        created_at=stage.now,
    )
    session.add(scenario)
    session.flush()
    departs = {stage.bids[0].reference: "A duplicate.", stage.bids[1].reference: "Its area has nothing else."}
    session.add(
        Followed(
            office_id=panel.office_id,
            round_id=panel.round_id,
            scenario_id=scenario.id,
            taken={"name": "Every area"},
            reasons=departs,
            person_id=chair.person_id,
            recorded_at=stage.now + MINUTE,
        )
    )
    session.flush()
    told = {name: get_minutes(session, stage.actor(name), panel.id, 1).sections for name in ("officer", "member")}
    text = {name: "\n".join(each.text for each in sections) for name, sections in told.items()}
    assert "follows “Every area”, recorded at 12:03" in text["officer"] and "A duplicate." in text["officer"]
    assert "Its area has nothing else." in text["member"] and "A duplicate." not in text["member"]
