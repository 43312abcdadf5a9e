"""What is only counted: added up once when the checks begin, then forgotten; a manager sees no small number of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from grants.accounts.models import Office
from grants.applications import services as applications
from grants.applications.models import Answer, AnswerVersion, Application, CountedAnswer
from grants.core.audit import AuditEntry
from grants.funds import model_form
from grants.funds import services as funds
from grants.funds.models import Question
from tests.apps import NOW, sign_in
from tests.builders import a_draft, a_group, a_round, a_submitted_bid, actor_of, an_office, staff
from tests.pages import read_page
from workflows.actors import Role
from workflows.application import ApplicationState

HEARD = "Where did you hear of this round?"


def sections():
    """The short form with the questions of the full one that are only counted."""
    full = {each.code: each for section in model_form.FULL_SECTIONS for each in section.questions}
    first, second, *more = model_form.sections_for(model_form.CRITERIA)
    return (first, replace(second, questions=(*second.questions, full["Q1"], full["Q2"])), *more)


@pytest.fixture
def round_(session):
    return a_round(session, an_office(session), sections=sections())


def sent(session, round_, count, **answers):
    return [a_submitted_bid(session, round_, answers=answers) for _ in range(count)]


def closed(session, round_):
    """The round's checks have begun, a few minutes after its closing."""
    now = round_.closes_at + timedelta(minutes=2)
    for duty in (funds.close_due_rounds, applications.lapse_due_drafts, applications.start_due_checks):
        while duty(session, now):
            pass
    return now


def counts(session):
    rows = session.execute(sa.select(CountedAnswer.code, CountedAnswer.value, CountedAnswer.count))
    return {(code, value): count for code, value, count in rows if count}


def kept(session):
    """The bids of which a counted answer is still kept."""
    asked = sa.select(Question.id).where(Question.code.in_(["Q1", "Q2"]))
    return {
        row
        for model in (Answer, AnswerVersion)
        for row in session.scalars(sa.select(model.application_id).where(model.question_id.in_(asked)))
    }


def test_the_answers_are_added_up_once_and_those_of_each_bid_are_gone(session, round_):
    sent(session, round_, 6, Q1=["women", "young"], Q2="police")
    sent(session, round_, 1, Q1=["women"])
    gone = sent(session, round_, 1, Q2="media")[0]
    applications.withdraw_application(session, gone, actor=actor_of(session, gone.lead), now=NOW)
    draft = a_draft(session, round_, answers={"Q2": "event"})
    assert counts(session) == {}, "nothing before the round has closed"
    now = closed(session, round_)
    expected = {("Q1", "women"): 7, ("Q1", "young"): 6, ("Q2", "police"): 6, ("Q2", ""): 1}
    assert counts(session) == expected
    assert kept(session) == {gone.id, draft.id}, "what was not counted stays with its own bid, as the rest of it"
    assert applications.start_due_checks(session, now) == 0
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "count-answers")).all()
    assert [(each.subject_id, each.detail) for each in entries] == [(round_.id, {"questions": ["Q1", "Q2"]})]
    assert "police" not in str([each.detail for each in session.scalars(sa.select(AuditEntry))])


def test_a_bid_that_is_let_in_late_changes_no_count_and_is_forgotten_too(session, round_):
    sent(session, round_, 6, Q2="police")
    organisation, lead = a_group(session)
    late = a_draft(session, round_, organisation, lead, answers={"Q2": "media"})
    now = closed(session, round_)
    before = counts(session)
    # As a late extension that two people gave leaves it, with the group's sending in that time.
    session.execute(
        sa.update(Application)
        .where(Application.id == late.id)
        .values(state=ApplicationState.SUBMITTED, submitted_at=now)
    )
    session.expire_all()
    assert applications.start_due_checks(session, now) == 1
    assert counts(session) == before
    assert kept(session) == set()


def test_a_manager_sees_the_counts_and_no_small_number(client, session, round_):
    manager, officer = (
        staff(session, session.get_one(Office, round_.office_id), role) for role in (Role.MANAGER, Role.OFFICER)
    )
    page = f"/office/rounds/{round_.id}/counted"
    session.commit()
    sign_in(client, manager)
    assert "Nothing is counted here" in read_page(client.get(page)).text
    sent(session, round_, 8, Q1=["women"], Q2="police")
    sent(session, round_, 6, Q1=["none"], Q2="office")
    sent(session, round_, 2, Q2="media")
    now = closed(session, round_)
    session.commit()
    with time_machine.travel(now):
        sign_in(client, manager)
        text = read_page(client.get(page)).text
        assert "From the police8" in text
        # Two heard of it in the news: alone they could be subtracted, so the next is kept back too.
        assert "Not shown" in text and "From our office or website6" not in text
        file = client.get(f"{page}.csv")
        lines = file.get_data(as_text=True).lstrip("\ufeff").splitlines()
        assert lines[0] == "Question,Answer,Bids"
        assert f"{HEARD},From the police,8" in lines
        assert f"{HEARD},In the news or on social media,Not shown" in lines
        assert f"{HEARD},From our office or website,Not shown" in lines
        assert not [line for line in lines if line.endswith((",0", ",1", ",2", ",3", ",4"))]
        assert page in read_page(client.get(f"/office/rounds/{round_.id}")).links()
        sign_in(client, officer)
        assert [client.get(each).status_code for each in (page, f"{page}.csv")] == [403, 403]
        assert page not in read_page(client.get(f"/office/rounds/{round_.id}")).links()
        sign_in(client, staff(session, an_office(session), Role.MANAGER))
        session.commit()
        assert client.get(page).status_code == 404
