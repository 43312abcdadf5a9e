"""A definition is what an editor changes: saved into a draft's rows by their codes, or into a working copy."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.funds import queries
from grants.funds import services as funds
from grants.funds.models import Question, QuestionKind, RoundVersion
from grants.funds.parts import AreaDef, QuestionDef
from grants.funds.stored import from_stored, stored_of
from tests.builders import a_round, actor_of, an_office, staff
from workflows.actors import Role
from workflows.errors import Invalid, NotAllowed, Stale, TransitionRefused
from workflows.round import RoundState as S

DAY = timedelta(days=1)


@pytest.fixture
def office(session):
    return an_office(session)


@pytest.fixture
def manager(session, office):
    return actor_of(session, staff(session, office, Role.MANAGER, name="Grants manager"))


@pytest.fixture
def published(session, office, now):
    return a_round(session, office, now=now)


@pytest.fixture
def draft(session, published, manager, now):
    dates = {"opens_at": now + DAY, "closes_at": now + 8 * DAY}
    return funds.copy_round(session, published, code="COPY-1", title="The copy", **dates, actor=manager, now=now)


def ids_of(session, round_):
    rows = session.execute(sa.select(Question.code, Question.id).where(Question.round_id == round_.id))
    return dict(rows.all())


def without(definition, *codes):
    """The definition without these questions."""
    kept = (replace(s, questions=tuple(q for q in s.questions if q.code not in codes)) for s in definition.sections)
    return replace(definition, sections=tuple(kept))


def with_question(definition, section, **values):
    """The definition with one more question at the end of a section."""
    question = QuestionDef(**{"code": "N1", "kind": QuestionKind.TEXT, "label": "Anything else?"} | values)
    grown = (replace(s, questions=(*s.questions, question)) if s.code == section else s for s in definition.sections)
    return replace(definition, sections=tuple(grown))


def save(session, round_, definition, seen, actor, now):
    funds.save_definition(session, round_, definition, seen_version=seen, actor=actor, now=now)


def last_entry(session, round_):
    found = sa.select(AuditEntry).where(AuditEntry.subject_type == "round", AuditEntry.subject_id == round_.id)
    return session.scalars(found.order_by(AuditEntry.id.desc()).limit(1)).one()


def test_a_draft_is_edited_in_its_rows_and_what_was_not_touched_keeps_its_row(session, draft, manager, now):
    start, before = queries.editable(session, draft), ids_of(session, draft)
    assert (start.seen_version, start.is_working_copy) == (draft.version, False)
    changed = with_question(without(start.definition, "P2"), "project", code="N1", word_limit=50)
    changed = replace(changed, title="Better", areas=(*changed.areas, AreaDef(name="The middle", aliases=("Mid",))))
    save(session, draft, changed, start.seen_version, manager, now)
    session.commit()
    after = ids_of(session, draft)
    assert after.keys() == before.keys() - {"P2"} | {"N1"}
    assert {code: after[code] for code in before if code != "P2"} == {c: before[c] for c in before if c != "P2"}
    again = queries.editable(session, draft)
    assert replace(again.definition, criteria=()) == replace(changed, criteria=())
    entry = last_entry(session, draft)
    assert (entry.action, entry.to_state, entry.actor_name) == ("edit", "draft", "Grants manager")
    assert entry.detail["changed"] == ["areas", "sections", "title"]
    assert not session.scalars(sa.select(OutboxEntry).where(OutboxEntry.subject_id == draft.id)).all()


def test_the_second_editor_of_a_draft_is_told(session, draft, manager, now):
    start = queries.editable(session, draft)
    save(session, draft, replace(start.definition, title="First"), start.seen_version, manager, now)
    with pytest.raises(Stale):
        save(session, draft, replace(start.definition, title="Second"), start.seen_version, manager, now)
    assert draft.title == "First"


def test_a_published_round_is_changed_in_a_working_copy_and_stays_as_it_is(session, published, manager, now):
    start, version = queries.editable(session, published), published.version
    assert (start.seen_version, start.is_working_copy) == (0, False)
    changed = with_question(start.definition, "project", code="N1")
    save(session, published, changed, start.seen_version, manager, now)
    session.commit()
    again = queries.editable(session, published)
    assert (again.definition, again.seen_version, again.is_working_copy) == (changed, 1, True)
    assert "N1" not in ids_of(session, published)
    assert (published.state, published.version) == (S.OPEN, version)
    entry = last_entry(session, published)
    assert (entry.action, entry.detail["changed"]) == ("change-form", ["sections"])
    save(session, published, replace(changed, title="Once more"), again.seen_version, manager, now)
    assert queries.editable(session, published).seen_version == 2


@pytest.mark.parametrize("seen", [0, 1])
def test_the_second_editor_of_a_working_copy_is_told(session, published, manager, now, seen):
    start = queries.editable(session, published)
    for number in range(seen + 1):
        save(session, published, replace(start.definition, title=f"First {number}"), number, manager, now)
    with pytest.raises(Stale):
        save(session, published, replace(start.definition, title="Second"), seen, manager, now)
    assert queries.editable(session, published).definition.title == f"First {seen}"


def test_a_working_copy_can_be_thrown_away(session, published, manager, now):
    start = queries.editable(session, published)
    save(session, published, replace(start.definition, title="Never"), 0, manager, now)
    with pytest.raises(Stale):
        funds.discard_changes(session, published, seen_version=7, actor=manager, now=now)
    funds.discard_changes(session, published, seen_version=1, actor=manager, now=now)
    funds.discard_changes(session, published, seen_version=1, actor=manager, now=now)
    assert queries.editable(session, published) == start
    assert last_entry(session, published).action == "discard-change"


def test_a_version_does_not_move_the_deadline_or_rename_the_round(session, published, manager, now):
    start = queries.editable(session, published)
    moved = replace(start.definition, closes_at=now + 90 * DAY, code="OTHER")
    with pytest.raises(Invalid) as caught:
        save(session, published, moved, 0, manager, now)
    fixed = "fixed-once-published"
    assert caught.value.detail["problems"] == {"closes_at": fixed, "code": fixed}
    save(session, published, replace(start.definition, title="Longer"), 0, manager, now)
    later = published.closes_at + DAY
    funds.move_deadline(session, published, later, "The office was shut", actor=manager, now=now)
    assert queries.editable(session, published).definition.closes_at == later


def test_only_a_manager_of_the_office_edits_and_only_before_closing(session, office, draft, published, manager, now):
    officer = actor_of(session, staff(session, office, Role.OFFICER))
    elsewhere = actor_of(session, staff(session, an_office(session, "other"), Role.MANAGER))
    for round_ in (draft, published):
        start = queries.editable(session, round_)
        for actor in (officer, elsewhere):
            with pytest.raises(NotAllowed):
                save(session, round_, start.definition, start.seen_version, actor, now)
    later = published.closes_at + DAY
    funds.close_due_rounds(session, later)
    with pytest.raises(TransitionRefused):
        save(session, published, queries.editable(session, published).definition, 0, manager, later)


def test_what_no_row_could_hold_is_refused_all_at_once(session, draft, manager, now):
    session.commit()
    start = queries.editable(session, draft)
    first = start.definition.criteria[0]
    wrong = replace(
        with_question(start.definition, "project", code="P1"),
        title=" ",
        fund="NO-SUCH-FUND",
        areas=(AreaDef(name="x" * 121),),
        criteria=(replace(first, weight=0), *start.definition.criteria[1:]),
    )
    with pytest.raises(Invalid) as caught:
        save(session, draft, wrong, start.seen_version, manager, now)
    assert caught.value.detail["problems"] == {
        "title": "title-needed",
        "fund": "fund-unknown",
        "areas": "code-too-long",
        "criteria": "weight-out-of-range",
        "questions": "code-twice",
    }
    session.rollback()
    assert queries.editable(session, draft) == start


def test_an_unsound_form_is_kept_as_it_was_left(session, published, manager, now):
    start = queries.editable(session, published)
    half = replace(start.definition, criteria=start.definition.criteria[:1], sections=(), min_ask_pence=0, rules=())
    save(session, published, half, 0, manager, now)
    session.commit()
    assert queries.editable(session, published).definition == half
    copy = session.scalars(sa.select(RoundVersion).where(RoundVersion.published_at.is_(None))).one()
    assert from_stored(stored_of(half)) == half
    assert (copy.number, copy.published_at, len(copy.content_hash)) == (published.form_version + 1, None, 64)
