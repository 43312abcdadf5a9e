"""Answers of an earlier bid: what can be copied, never over what nobody ticked, never from another group."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from grants.accounts import services as accounts
from grants.accounts.models import Office
from grants.applications import queries as bids
from grants.applications import services as applications
from grants.core.audit import AuditEntry
from grants.funds import model_form
from grants.funds.definition import AreaDef
from tests.apps import NOW
from tests.builders import QUIZ_PASSED, a_draft, a_group, a_person, a_round, a_submitted_bid, actor_of, an_office, staff
from workflows.actors import SYSTEM, Role
from workflows.errors import NotAllowed, NotFound, Stale, TransitionRefused


@pytest.fixture
def pair(session):
    """A sent bid in one office, and a draft of the same group in another."""
    organisation, lead = a_group(session)
    source = a_submitted_bid(session, a_round(session, an_office(session)), organisation, lead)
    draft = a_draft(session, a_round(session, an_office(session)), organisation, lead, answers={"P1": "Mine"})
    return draft, source, actor_of(session, lead)


def marks(session, draft, source):
    return {each.question.code: each.mark for each in bids.copyable_answers(session, draft, source)}


def copy(session, draft, source, actor, codes, **more):
    seen = more.pop("seen", None) or marks(session, draft, source)
    return applications.copy_answers(
        session, draft, source, codes, seen=seen, actor=actor, now=NOW, received_at=NOW, **more
    )


def test_what_is_ticked_is_copied_and_the_rest_is_left(session, pair):
    draft, source, actor = pair
    assert set(copy(session, draft, source, actor, ["P3", "P4"])) == {"P3", "P4"}

    theirs, mine = bids.answers_of(session, source), bids.answers_of(session, draft)
    assert (mine["P3"], mine["P4"], mine["P1"]) == (theirs["P3"], theirs["P4"], "Mine")
    assert "P6" not in mine
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "copy-answers")).one()
    assert (entry.subject_id, set(entry.detail["codes"])) == (draft.id, {"P3", "P4"})
    assert source.reference not in str(entry.detail), "another office's bid is not named to this one"


def test_an_answer_is_replaced_when_it_is_ticked(session, pair):
    draft, source, actor = pair
    assert copy(session, draft, source, actor, ["P1"]) == ["P1"]
    assert draft.project_title == source.project_title


def test_the_same_question_in_both_is_offered_with_both_texts(session, pair):
    draft, source, _ = pair
    found = {each.question.code: each for each in bids.copyable_answers(session, draft, source)}
    assert (found["P1"].value, found["P1"].mine, found["P1"].is_new) == (source.project_title, "Mine", False)
    assert found["P3"].is_new
    assert not {"E1", "E2", "X1"} & set(found), "the quiz and the promises are said anew"


def test_what_this_round_can_not_take_is_not_offered_and_too_long_is_said(session, pair):
    _, source, actor = pair
    sections = tuple(
        section if section.code != "project" else _with_limit(section, "P3", 3)
        for section in model_form.sections_for(model_form.CRITERIA)
    )
    round_ = a_round(session, an_office(session), areas=(AreaDef(name="Elsewhere"),), sections=sections)
    draft = applications.start_application(
        session, round_, source.organisation, QUIZ_PASSED, actor=actor, now=NOW, received_at=NOW
    )
    found = {each.question.code: each for each in bids.copyable_answers(session, draft, source)}
    assert "P7" not in found, "its areas are others"
    assert found["P3"].problem.code == "too-many-words"


def _with_limit(section, code, limit):
    questions = tuple(replace(each, word_limit=limit) if each.code == code else each for each in section.questions)
    return replace(section, questions=questions)


def test_a_copy_over_what_somebody_else_wrote_meanwhile_is_refused_whole(session, pair):
    draft, source, actor = pair
    seen = marks(session, draft, source)
    applications.save_answers(session, draft, {"P3": "Meanwhile"}, actor=actor, now=NOW, received_at=NOW)
    with pytest.raises(Stale):
        copy(session, draft, source, actor, ["P3", "P4"], seen=seen)
    assert "P4" not in bids.answers_of(session, draft)


def test_codes_that_nobody_offered_are_left_out(session, pair):
    draft, source, actor = pair
    assert copy(session, draft, source, actor, ["X1", "E1", "nonsense", "P3"]) == ["P3"]


def test_only_another_bid_of_the_same_group_is_a_source(session, pair):
    draft, source, actor = pair
    other = a_submitted_bid(session, draft.round)
    for wrong in (other, draft):
        with pytest.raises(NotFound):
            bids.get_source(session, actor, draft, wrong.id)
    assert bids.get_source(session, actor, draft, source.id).id == source.id
    assert [each.id for each in bids.list_sources(session, draft)] == [source.id]


def test_somebody_in_both_groups_can_not_mix_their_bids(session, pair):
    draft, _, _ = pair
    person = a_person(session, Role.LEAD, organisation=draft.organisation)
    other_group, other_lead = a_group(session)
    accounts.join_organisation(session, person, other_group, Role.LEAD, actor=SYSTEM, now=NOW)
    other = a_submitted_bid(session, draft.round, other_group, other_lead)
    with pytest.raises(NotFound):
        bids.get_source(session, actor_of(session, person), draft, other.id)


def test_an_officer_reads_a_sent_bid_and_still_copies_nothing(session, pair):
    draft, source, _ = pair
    officer = actor_of(session, staff(session, session.get_one(Office, source.office_id), Role.OFFICER))
    with pytest.raises(NotAllowed):
        copy(session, draft, source, officer, ["P3"])


def test_a_sent_bid_takes_no_copies(session, pair):
    draft, source, actor = pair
    with pytest.raises(TransitionRefused):
        applications.copy_answers(
            session, source, draft, ["P1"], seen=marks(session, source, draft), actor=actor, now=NOW, received_at=NOW
        )
