"""Several people write one bid: every text that reached the service is kept, and nobody writes over another unasked."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.applications import queries, services
from grants.applications.models import Answer, AnswerVersion
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.funds.models import Question
from tests.apps import NOW
from tests.builders import a_draft, a_group, a_person, a_round, actor_of, an_office
from tests.queries import counted
from workflows.actors import Role
from workflows.errors import NotAllowed, TooLate
from workflows.rules.answers import fingerprint

SECOND = timedelta(seconds=1)


@pytest.fixture
def pair(session):
    """A bid and two people who write it."""
    organisation, lead = a_group(session)
    helper = a_person(session, Role.CONTRIBUTOR, organisation=organisation, name="Bid writer")
    bid = a_draft(session, a_round(session, an_office(session)), organisation, lead)
    return bid, actor_of(session, lead), actor_of(session, helper)


def save(session, bid, actor, given, *, at=NOW, seen=None, **more):
    return services.save_answers(session, bid, given, actor=actor, now=at, received_at=at, seen=seen, **more)


def history(session, bid, code):
    """The rows of an answer in the order of writing: (text, person, aside)."""
    rows = session.execute(
        sa.select(AnswerVersion.value, AnswerVersion.person_id, AnswerVersion.is_aside)
        .join(Question, Question.id == AnswerVersion.question_id)
        .where(AnswerVersion.application_id == bid.id, Question.code == code)
        .order_by(AnswerVersion.id)
    )
    return [tuple(row) for row in rows]


def trail(session, bid):
    entries = sa.select(AuditEntry).where(
        AuditEntry.subject_type == "application",
        AuditEntry.subject_id == bid.id,
        AuditEntry.action == "save-answers",
    )
    return [(entry.actor_person_id, entry.detail["codes"]) for entry in session.scalars(entries.order_by("id"))]


def test_two_people_on_one_page_keep_both_peoples_fields(session, pair):
    bid, lead, helper = pair
    seen = {"P1": "", "P2": ""}
    before = len(trail(session, bid))
    mail = session.scalar(sa.select(sa.func.count(OutboxEntry.id)))
    assert save(session, bid, lead, {"P1": "Title", "P2": ""}, seen=seen).written == ("P1",)
    told = save(session, bid, helper, {"P1": "", "P2": "Summary"}, seen=seen)
    assert (told.written, told.conflicts, told.newer) == (("P2",), (), ("P1",))
    assert told.fingerprints == {"P2": fingerprint("Summary")}, "what the page does not show has no mark"
    assert queries.answers_of(session, bid) | {"P1": "Title", "P2": "Summary"} == queries.answers_of(session, bid)
    assert trail(session, bid)[before:] == [(lead.person_id, ["P1"]), (helper.person_id, ["P2"])]
    assert bid.state == "draft"
    assert session.scalar(sa.select(sa.func.count(OutboxEntry.id))) == mail, "a save mails nobody"


def test_over_anothers_answer_both_texts_come_back_and_the_rest_is_saved(session, pair):
    bid, lead, helper = pair
    seen = {"P1": "", "P2": ""}
    save(session, bid, lead, {"P1": "Theirs"}, seen=seen)
    told = save(session, bid, helper, {"P1": "Mine", "P2": "Kept"}, seen=seen, at=NOW + SECOND)
    assert told.written == ("P2",)
    conflict = told.conflicts[0]
    assert (conflict.code, conflict.theirs, conflict.mine) == ("P1", "Theirs", "Mine")
    assert (conflict.who, conflict.saved_at, conflict.fingerprint) == (lead.name, NOW, fingerprint("Theirs"))
    assert queries.answers_of(session, bid)["P1"] == bid.project_title == "Theirs"
    assert history(session, bid, "P1") == [("Theirs", lead.person_id, False), ("Mine", helper.person_id, True)]
    # Whoever has seen both may put theirs in its place, and both stay in the history.
    again = save(session, bid, helper, {"P1": "Mine"}, seen={"P1": conflict.fingerprint}, at=NOW + 2 * SECOND)
    assert again.written == ("P1",)
    assert history(session, bid, "P1")[-1] == ("Mine", helper.person_id, False)
    assert [row[0] for row in history(session, bid, "P1")] == ["Theirs", "Mine", "Mine"]


def test_a_text_that_is_kept_aside_while_they_type_is_one_row(session, pair):
    bid, lead, helper = pair
    save(session, bid, lead, {"P2": "Theirs"}, seen={"P2": ""})
    for number, text in enumerate(("Min", "Mine", "Mine to")):
        save(session, bid, helper, {"P2": text}, seen={"P2": ""}, at=NOW + number * SECOND)
    assert history(session, bid, "P2") == [("Theirs", lead.person_id, False), ("Mine to", helper.person_id, True)]


def test_ones_own_newer_text_wins_and_the_older_stays_in_the_history(session, pair):
    bid, lead, _ = pair
    save(session, bid, lead, {"P1": "On the laptop"}, seen={"P1": ""})
    told = save(session, bid, lead, {"P1": "On the phone"}, seen={"P1": ""}, at=NOW + SECOND)
    assert (told.written, told.conflicts) == (("P1",), ())
    assert [row[0] for row in history(session, bid, "P1")] == ["On the laptop", "On the phone"]


def test_a_minute_of_typing_is_one_row_and_one_entry_of_the_trail(session, pair):
    bid, lead, _ = pair
    before, mark = len(trail(session, bid)), ""
    for number in range(0, 90, 3):
        text = "word " * (number + 3)
        told = save(session, bid, lead, {"P3": text}, seen={"P3": mark}, at=NOW + number * SECOND)
        mark = told.fingerprints["P3"]
    assert [len(row[0].split()) for row in history(session, bid, "P3")] == [60, 90]
    assert len(trail(session, bid)) - before == 2


def test_anothers_row_is_never_typed_over(session, pair):
    bid, lead, helper = pair
    mark = ""
    for number, (actor, text) in enumerate(
        [(lead, "Ours"), (helper, "Ours too"), (lead, "Ours too."), (lead, "x" * 9)]
    ):
        told = save(session, bid, actor, {"P2": text}, seen={"P2": mark}, at=NOW + number * SECOND)
        mark = told.fingerprints["P2"]
    assert [row[0] for row in history(session, bid, "P2")] == ["Ours", "Ours too", "x" * 9]


@pytest.mark.parametrize("slip", ["", "a", None, {"typed": ""}])
def test_a_text_that_was_wiped_by_a_slip_keeps_its_row(session, pair, slip):
    bid, lead, _ = pair
    text = "Five hundred words that were pasted a moment ago."
    mark = save(session, bid, lead, {"P4": text}, seen={"P4": ""}).fingerprints["P4"]
    save(session, bid, lead, {"P4": slip}, seen={"P4": mark}, at=NOW + SECOND)
    assert [row[0] for row in history(session, bid, "P4")] == [text, slip]


def test_an_answer_from_before_there_was_a_history_is_its_first_row(session, pair):
    bid, lead, helper = pair
    save(session, bid, lead, {"P1": "Old"})
    session.execute(sa.delete(AnswerVersion))
    save(session, bid, helper, {"P1": "New"}, at=NOW + SECOND)
    assert [row[:2] for row in history(session, bid, "P1")] == [("Old", lead.person_id), ("New", helper.person_id)]


def test_an_earlier_answer_is_put_back_and_nothing_goes(session, pair):
    bid, lead, helper = pair
    save(session, bid, lead, {"P1": "First"})
    save(session, bid, helper, {"P1": "Second"}, at=NOW + SECOND)
    first = next(each for each in session.scalars(sa.select(AnswerVersion)) if each.value == "First")
    at = {"now": NOW + 2 * SECOND, "received_at": NOW + 2 * SECOND}
    stale = services.put_back(session, bid, first, actor=lead, seen=fingerprint("Never seen"), **at)
    assert [each.theirs for each in stale.conflicts] == ["Second"]
    told = services.put_back(session, bid, first, actor=lead, seen=fingerprint("Second"), **at)
    assert told.written == ("P1",)
    assert bid.project_title == queries.answers_of(session, bid)["P1"] == "First"
    assert [row[0] for row in history(session, bid, "P1") if not row[2]] == ["First", "Second", "First"]


def test_a_question_that_left_the_form_keeps_its_answer_and_loses_no_other(session, pair):
    bid, lead, _ = pair
    gone = session.scalars(sa.select(Question).where(Question.round_id == bid.round_id, Question.code == "P3")).one()
    gone.retired_at = NOW
    bid.round.form_version += 1
    session.flush()
    given = {"P1": "Title", "P3": "Typed before it went", "Z9": "Never asked"}
    told = save(session, bid, lead, given, seen=dict.fromkeys(given, ""))
    assert (told.written, told.unknown) == (("P1", "P3"), ("Z9",))
    assert queries.answers_of(session, bid)["P3"] == "Typed before it went"


def test_a_late_save_and_a_strangers_save_leave_no_row(session, pair):
    bid, lead, _ = pair
    count = sa.select(sa.func.count(AnswerVersion.id))
    before = session.scalar(count)
    with pytest.raises(TooLate):
        save(session, bid, lead, {"P1": "Late"}, at=bid.round.closes_at)
    with pytest.raises(NotAllowed):
        save(session, bid, actor_of(session, a_group(session)[1]), {"P1": "Stranger"})
    assert session.scalar(count) == before


def test_a_signatory_reads_and_does_not_write(session, pair):
    bid, _, _ = pair
    signs = actor_of(session, a_person(session, Role.SIGNATORY, organisation=bid.organisation))
    with pytest.raises(NotAllowed):
        save(session, bid, signs, {"P1": "x"})


def test_a_save_of_a_whole_page_asks_the_database_no_more_than_it_must(session, pair):
    bid, lead, _ = pair
    codes = ("P1", "P2", "P3", "P4", "P6")
    save(session, bid, lead, {code: f"{code} first" for code in codes})
    session.expire_all()
    session.get(type(bid), bid.id)
    with counted(session) as first:
        save(session, bid, lead, {code: f"{code} second, and longer" for code in codes}, at=NOW + 90 * SECOND)
    # The lock, what is stored, the answers, their history, the bid's own columns, the trail; and the bid's round.
    assert len(first) <= 9, first
    with counted(session) as typing:
        save(session, bid, lead, {"P2": "P2 second, and longer still"}, at=NOW + 92 * SECOND)
    assert len(typing) <= 6, typing


def test_every_answer_of_a_quiz_and_a_save_has_its_row(session, pair):
    bid, lead, _ = pair
    save(session, bid, lead, {"P1": "Title", "B1": 900_000, "P7": ["West Example"], "B2": [{"description": "x"}]})
    answered = set(session.scalars(sa.select(Answer.question_id).where(Answer.application_id == bid.id)))
    kept = set(session.scalars(sa.select(AnswerVersion.question_id).where(AnswerVersion.application_id == bid.id)))
    assert answered == kept
