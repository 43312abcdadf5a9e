"""A published form changes by versions: whoever has a bid is told, and no accepted answer is ever lost or unseen."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from grants.applications import queries as bids
from grants.applications import services as applications
from grants.applications.models import Answer
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.extensions import db
from grants.funds import queries
from grants.funds import services as funds
from grants.funds.changes import What, changes_between, question_codes
from grants.funds.models import Question, QuestionKind, RoundVersion
from grants.funds.parts import AreaDef
from grants.funds.stored import from_stored
from tests.apps import NOW
from tests.builders import a_draft, a_round, a_submitted_bid, actor_of, an_office, staff
from tests.services.test_funds_editing import with_question, without
from workflows.actors import Role
from workflows.errors import NotAllowed, Stale, TransitionRefused
from workflows.round import RoundState as S
from workflows.rules import answers

DAY = timedelta(days=1)


@pytest.fixture
def office(session):
    return an_office(session)


@pytest.fixture
def manager(session, office):
    return actor_of(session, staff(session, office, Role.MANAGER, name="Grants manager"))


@pytest.fixture
def round_(session, office, now):
    return a_round(session, office, now=now)


def change(session, round_, make, actor, now, reason="A question was unclear"):
    """Save what `make` makes of the form, and publish it."""
    start = queries.editable(session, round_)
    funds.save_definition(
        session, round_, make(start.definition), seen_version=start.seen_version, actor=actor, now=now
    )
    seen = queries.editable(session, round_).seen_version
    applications.publish_form_change(session, round_, reason, seen_version=seen, actor=actor, now=now)


def with_words(definition, code, **values):
    """The definition with one question changed."""
    parts = (
        replace(s, questions=tuple(replace(q, **values) if q.code == code else q for q in s.questions))
        for s in definition.sections
    )
    return replace(definition, sections=tuple(parts))


def ids_of(session, round_):
    rows = sa.select(Question.code, Question.id).where(Question.round_id == round_.id, Question.retired_at.is_(None))
    return dict(session.execute(rows).all())


def told(session):
    return [
        (row.template, row.audience) for row in session.scalars(sa.select(OutboxEntry)) if row.event == "round.revise"
    ]


def test_publishing_freezes_the_first_version(session, round_):
    version = session.scalars(sa.select(RoundVersion)).one()
    assert (version.number, round_.form_version, version.published_at) == (1, 1, round_.published_at)
    assert from_stored(version.content) == queries.current_definition(session, round_)
    assert len(version.content_hash) == 64


def test_a_change_is_published_with_its_reason_and_everyone_is_told(session, round_, manager, now):
    before, key = ids_of(session, round_), round_.form_key
    change(session, round_, lambda d: with_question(without(d, "P16"), "project", code="N1"), manager, now)
    session.commit()
    after = ids_of(session, round_)
    assert after.keys() == before.keys() - {"P16"} | {"N1"}
    assert all(after[code] == before[code] for code in before if code != "P16")
    assert (round_.state, round_.form_version) == (S.OPEN, 2)
    assert round_.form_key != key
    assert not queries.editable(session, round_).is_working_copy
    second = queries.list_versions(session, round_)[1]
    assert (second.number, second.reason, second.published_at) == (2, "A question was unclear", now)
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "revise")).one()
    assert (entry.reason, entry.from_state, entry.to_state) == ("A question was unclear", "open", "open")
    assert entry.detail == {"number": 2, "changed": ["question N1", "question P16"]}
    assert told(session) == [("form-changed", "applicants")]
    retired = session.scalars(sa.select(Question).where(Question.code == "P16")).one()
    assert (retired.id, retired.retired_at) == (before["P16"], now)


def test_a_question_that_comes_back_is_the_same_question_with_its_answers(session, round_, manager, now):
    first = queries.current_definition(session, round_)
    bid = a_draft(session, round_, answers={"P3": "We mend bicycles."})
    before = ids_of(session, round_)["P3"]
    change(session, round_, lambda d: without(d, "P3"), manager, now)
    assert "P3" not in {question.code for question in bids.paper_of(session, round_).questions}
    change(session, round_, lambda d: first, manager, now)
    assert ids_of(session, round_)["P3"] == before
    assert bids.answers_of(session, bid)["P3"] == "We mend bicycles."
    assert queries.current_definition(session, round_) == first


def test_an_answer_is_never_read_as_one_of_another_kind(session, round_, manager, now):
    bid = a_draft(session, round_, answers={"P16": "By minibus."})
    first = queries.current_definition(session, round_)
    old = ids_of(session, round_)["P16"]
    as_date = {"kind": QuestionKind.DATE, "word_limit": None, "label": "When do you begin?"}
    # The model form's codes keep their kind, so the question is one of the office's own.
    change(session, round_, lambda d: with_question(d, "project", code="N1", label="How?"), manager, now)
    save = {"actor": actor_of(session, bid.lead), "now": now, "received_at": now}
    applications.save_answers(session, bid, {"N1": "On foot."}, **save)
    text = ids_of(session, round_)["N1"]
    change(session, round_, lambda d: with_words(d, "N1", **as_date), manager, now)
    assert ids_of(session, round_)["N1"] != text
    assert "N1" not in bids.answers_of(session, bid)
    assert [(a.label, a.shown) for a in bids.kept_answers(session, bid, bids.paper_of(session, round_))] == [
        ("How?", "On foot.")
    ]
    change(session, round_, lambda d: with_words(d, "N1", kind=QuestionKind.LONG_TEXT, label="How?"), manager, now)
    assert (ids_of(session, round_)["N1"], bids.answers_of(session, bid)["N1"]) == (text, "On foot.")
    assert ids_of(session, round_)["P16"] == old
    assert first.questions


def test_nothing_unsound_unreasoned_or_unchanged_is_published(session, round_, manager, now):
    def publish(reason="Why", seen=None):
        applications.publish_form_change(session, round_, reason, seen_version=seen, actor=manager, now=now)

    start = queries.editable(session, round_)
    for make, reason, code in (
        (lambda d: d, "Why", "nothing-changed"),
        (lambda d: without(d, "B1"), "Why", "round-not-ready"),
        (lambda d: replace(d, pot_pence=d.pot_pence + 1), "Why", "round-not-ready"),
        (lambda d: replace(d, title="Other"), " ", "reason-needed"),
    ):
        seen = queries.editable(session, round_).seen_version
        changed = make(start.definition)
        funds.save_definition(session, round_, changed, seen_version=seen, actor=manager, now=now)
        with pytest.raises(TransitionRefused) as caught:
            publish(reason)
        assert caught.value.code == code
    with pytest.raises(Stale):
        publish(seen=1)
    assert (round_.form_version, told(session)) == (1, [])
    funds.discard_changes(session, round_, seen_version=None, actor=manager, now=now)
    with pytest.raises(TransitionRefused) as caught:
        publish()
    assert caught.value.code == "nothing-changed"


def test_only_a_manager_publishes_a_change(session, office, round_, manager, now):
    start = queries.editable(session, round_)
    other = replace(start.definition, title="Other")
    funds.save_definition(session, round_, other, seen_version=0, actor=manager, now=now)
    officer = actor_of(session, staff(session, office, Role.OFFICER))
    with pytest.raises(NotAllowed):
        applications.publish_form_change(session, round_, "Why", seen_version=1, actor=officer, now=now)


def test_bids_under_judgement_keep_their_rubric_but_words_may_change(session, office, manager, now):
    rolling = a_round(session, office, now=now, closes_at=None, is_rolling=True)
    a_submitted_bid(session, rolling)
    applications.start_due_checks(session, now)

    def weights(definition):
        first, *middle, last = definition.criteria
        lighter, heavier = replace(first, weight=first.weight - 1), replace(last, weight=last.weight + 1)
        return replace(definition, criteria=(lighter, *middle, heavier))

    with pytest.raises(TransitionRefused) as caught:
        change(session, rolling, weights, manager, now)
    assert (caught.value.code, caught.value.detail["count"]) == ("rubric-in-use", 1)
    funds.discard_changes(session, rolling, seen_version=None, actor=manager, now=now)
    change(session, rolling, lambda d: with_words(d, "P2", label="In short?"), manager, now)
    assert rolling.form_version == 2


def test_a_form_from_before_versions_is_kept_when_it_is_first_changed(session, round_, manager, now):
    session.execute(sa.delete(RoundVersion))
    round_.form_version = 0
    session.flush()
    was = queries.current_definition(session, round_)
    change(session, round_, lambda d: replace(d, title="New title"), manager, now)
    first, second = queries.list_versions(session, round_)
    assert (first.number, from_stored(first.content), second.number) == (1, was, 2)


def test_staff_see_who_is_affected_and_no_words_of_theirs(session, round_, manager, now):
    a_draft(session, round_, answers={"P16": "Secret words"})
    sent = a_submitted_bid(session, round_)
    found = bids.who_is_affected(session, round_, ("P16", "P4"))
    assert (found.draft_count, found.sent_count, found.answered) == (1, 1, {"P16": 2, "P4": 1})
    assert [(bid.reference, bid.group, bid.codes) for bid in found.bids] == [
        (sent.reference, sent.organisation_name, ["P16", "P4"])
    ]
    assert "Secret" not in repr(found)


def test_a_group_is_told_until_it_has_looked_and_sending_looks(session, round_, manager, now):
    draft, sent = a_draft(session, round_), a_submitted_bid(session, round_)
    assert bids.form_news(session, draft) is None
    change(session, round_, lambda d: with_words(d, "P2", label="In short?"), manager, now, "First")
    change(session, round_, lambda d: without(d, "P16"), manager, now, "Second")
    for bid in (draft, sent):
        news = bids.form_news(session, bid)
        assert list(news.reasons) == ["First", "Second"]
        assert question_codes(news.changes, What.CHANGED) == ("P2",)
        assert question_codes(news.changes, What.REMOVED) == ("P16",)
    lead = actor_of(session, draft.lead)
    with pytest.raises(NotAllowed):
        applications.note_form_seen(session, draft, actor=manager, now=now)
    for _ in range(2):
        applications.note_form_seen(session, draft, actor=lead, now=now)
    assert bids.form_news(session, draft) is None
    assert len(session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "form-seen")).all()) == 1
    content = bids.find_submission(session, sent).content
    assert "P16" in {entry["code"] for entry in content}, "what was sent stays as it was sent"
    when = {"actor": actor_of(session, sent.lead), "now": now, "received_at": now}
    applications.unsubmit_application(session, sent, **when)
    applications.submit_application(session, sent, **when)
    assert (sent.form_version, bids.form_news(session, sent)) == (3, None)


CHANGES = ["P2", "P3", "P4", "P16", "P18", "O7"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["drop", "kind", "back", "options", "areas", "answer"]), st.sampled_from(CHANGES)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_whatever_the_form_becomes_every_answer_is_stored_and_shown(_sqlite_app, steps):
    with _sqlite_app.app_context():
        session, now = db.session, NOW
        office = an_office(session, f"office-{next(NUMBERS)}")
        manager = actor_of(session, staff(session, office, Role.MANAGER))
        round_ = a_round(session, office, now=now)
        first = queries.current_definition(session, round_)
        choice = {"code": "N1", "kind": QuestionKind.RADIO, "options": (("a", "First"), ("b", "Second"))}
        change(session, round_, lambda d: with_question(d, "project", **choice), manager, now)
        given = {code: f"Words of {code}" for code in CHANGES} | {"N1": "a", "P7": ["West Example"]}
        bid = a_draft(session, round_, answers=given)
        for number, (step, code) in enumerate(steps):
            written = _take(session, round_, first, bid, step, code, number, manager, now)
            given.update(written)
        stored = session.scalars(sa.select(Answer.value).where(Answer.application_id == bid.id)).all()
        shown = _shown(session, round_, bid)
        for value in given.values():
            assert value in stored
            words = {"a": "First"}.get(value, value) if isinstance(value, str) else value[0]
            assert words in shown, (value, shown)
        session.rollback()


def _take(session, round_, first, bid, step, code, number, manager, now):
    asked = {question.code: question for question in bids.paper_of(session, round_).questions}
    if step == "answer":
        new = f"Later words {number}"
        if code in asked and str(asked[code].kind) in {"text", "long_text"}:
            save = {"actor": actor_of(session, bid.lead), "now": now, "received_at": now}
            applications.save_answers(session, bid, {code: new}, **save)
            return {code: new}
        return {}
    current = queries.current_definition(session, round_)
    make = {
        "drop": lambda d: without(d, code),
        "kind": lambda d: with_words(d, code, word_limit=number + 10, help_text=f"Help {number}"),
        "back": lambda d: replace(d, sections=first.sections, title=f"Title {number}"),
        "options": lambda d: with_words(d, "N1", options=(("b", "Second"), (f"c{number}", "Third"))),
        "areas": lambda d: replace(d, areas=(AreaDef(name=f"Area {number}"),)),
    }[step]
    # A criterion that nobody's question reads is refused; any other change goes out.
    read = {question.criterion_code for question in make(current).questions}
    if changes_between(current, make(current)) and {each.code for each in current.criteria} <= read:
        change(session, round_, make, manager, now)
    return {}


def _shown(session, round_, bid):
    """Every text that the group can see of its own: in the form, or among what is no longer asked."""
    paper, given = bids.paper_of(session, round_), bids.answers_of(session, bid)
    in_form = [answers.shown(question, given.get(question.code)) for question in paper.questions]
    return "\n".join(in_form + [kept.shown for kept in bids.kept_answers(session, bid, paper)])


NUMBERS = iter(range(1, 10_000))
