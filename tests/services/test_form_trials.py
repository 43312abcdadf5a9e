"""A form is tried in a round of its own: real in everything, seen and counted nowhere, and its mail for one alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.accounts.models import Organisation
from grants.accounts.queries import get_actor
from grants.applications import queries as bids
from grants.applications import services as applications
from grants.applications.models import Application
from grants.core.audit import AuditEntry
from grants.core.outbox import Message
from grants.duties import DUTIES, open_and_close_rounds
from grants.funds import queries
from grants.funds import services as funds
from grants.funds.models import Round
from grants.notifications.services import expand_outbox
from grants.reporting.queries.home import list_waiting
from tests.apps import sign_in
from tests.builders import a_group, a_round, actor_of, an_office, answers_to_all, staff
from workflows.actors import SYSTEM, Role
from workflows.errors import NotAllowed, NotFound, TransitionRefused
from workflows.round import RoundState as S

DAY = timedelta(days=1)


@pytest.fixture
def office(session):
    return an_office(session)


@pytest.fixture
def officer(session, office):
    return staff(session, office, Role.OFFICER, name="Grants officer")


@pytest.fixture
def others(session, office):
    """Colleagues who must hear nothing of a test."""
    return [staff(session, office, role) for role in (Role.OFFICER, Role.MANAGER, Role.CHAIR)]


@pytest.fixture
def round_(session, office, now):
    return a_round(session, office, now=now)


@pytest.fixture
def trial(session, round_, officer, now):
    return funds.try_form(session, round_, actor=actor_of(session, officer), now=now)


def a_sent_bid(session, trial, officer, now):
    """The test group's whole bid, sent by the officer."""
    actor = get_actor(session, officer.id)
    (group,) = bids.list_groups_led(session, actor, is_trial=True)
    times = {"actor": actor, "now": now, "received_at": now}
    quiz = {code: answers_to_all()[code] for code in ("E1", "E2", "E3", "E4", "E5")}
    bid = applications.start_application(session, trial, group, quiz, **times)
    applications.save_answers(session, bid, answers_to_all(), **times)
    applications.submit_application(session, bid, **times)
    return bid


def test_a_trial_is_a_round_of_the_form_as_its_editor_has_it(session, round_, office, officer, now):
    manager = actor_of(session, staff(session, office, Role.MANAGER))
    start = queries.editable(session, round_)
    changed = replace(start.definition, title="Next version")
    funds.save_definition(session, round_, changed, seen_version=0, actor=manager, now=now)
    trial = funds.try_form(session, round_, actor=actor_of(session, officer), now=now)
    assert (trial.state, trial.code, trial.title) == (S.OPEN, f"{round_.code}-TRY1", "Test of Next version")
    assert (trial.opens_at, trial.closes_at, trial.trial_of_id) == (now, now + 7 * DAY, round_.id)
    assert [q.code for q in trial.questions] == [q.code for q in changed.questions]
    done = sa.select(AuditEntry.action).where(AuditEntry.subject_type == "round", AuditEntry.subject_id == trial.id)
    assert session.scalars(done.order_by(AuditEntry.id)).all() == ["try", "open-trial"]
    second = funds.try_form(session, round_, actor=actor_of(session, officer), now=now)
    assert second.code.endswith("-TRY2")
    assert session.scalars(sa.select(sa.func.count()).where(Organisation.is_test)).one() == 1


def test_a_draft_can_be_tried_before_it_is_sound(session, round_, office, officer, now):
    manager = actor_of(session, staff(session, office, Role.MANAGER))
    dates = {"opens_at": now + DAY, "closes_at": None}
    draft = funds.copy_round(session, round_, code="DRAFT-1", title="Draft", **dates, actor=manager, now=now)
    trial = funds.try_form(session, draft, actor=actor_of(session, officer), now=now)
    assert (draft.state, trial.state, trial.closes_at) == (S.DRAFT, S.OPEN, now + 7 * DAY)


def test_only_officers_and_managers_of_the_office_try(session, round_, office, officer, trial, now):
    for person in (staff(session, office, Role.CHAIR), staff(session, an_office(session, "other"), Role.OFFICER)):
        with pytest.raises(NotAllowed):
            funds.try_form(session, round_, actor=actor_of(session, person), now=now)
        with pytest.raises(NotAllowed):
            funds.end_trial(session, trial, actor=actor_of(session, person), now=now)
    with pytest.raises(NotFound):
        queries.get_trial(session, actor_of(session, officer), round_.id)


def test_its_mail_goes_to_the_officer_alone(session, trial, officer, others, now):
    bid = a_sent_bid(session, trial, officer, now)
    actor = get_actor(session, officer.id)
    applications.withdraw_application(session, bid, reason="Done", actor=actor, now=now)
    while expand_outbox(session, now):
        pass
    sent = session.execute(sa.select(Message.template, Message.address)).all()
    mine = {template for template, address in sent if address == officer.email}
    assert {"draft-saved", "submission-receipt"} <= mine
    assert not {address for _, address in sent} & {person.email for person in others}


def test_groups_do_not_get_into_a_trial_nor_its_group_into_a_round(session, round_, trial, officer, now):
    group, lead = a_group(session)
    times = {"now": now, "received_at": now}
    with pytest.raises(NotAllowed):
        applications.start_application(session, trial, group, {}, actor=actor_of(session, lead), **times)
    actor = get_actor(session, officer.id)
    test_group = bids.list_groups_led(session, actor, is_trial=True)[0]
    with pytest.raises(NotAllowed):
        applications.start_application(session, round_, test_group, {}, actor=actor, **times)
    assert bids.list_groups_led(session, actor) == []
    with pytest.raises(NotFound):
        queries.get_public_round(session, actor_of(session, lead), trial.id)
    assert queries.get_public_round(session, actor, trial.id) is trial


def test_it_takes_no_money_and_stands_in_no_list(session, office, round_, trial, officer, others, now):
    bid = a_sent_bid(session, trial, officer, now)
    assert (bid.is_trial, bid.reference) == (True, f"{trial.code}-0001")
    assert queries.unallocated_pence(session, round_.fund_id) == 0, "the round's own pot, and no other"
    for person in others:
        actor = actor_of(session, person)
        assert trial.id not in [row[0].id for row in queries.list_rounds(session, actor)]
        with pytest.raises(NotFound):
            queries.get_round(session, actor, trial.id)
        with pytest.raises(NotFound):
            bids.get_application(session, actor, bid.id)
        assert list_waiting(session, actor) == []
    assert trial.id not in [found.id for found, _ in queries.list_public_rounds(session, now=now)]


PAGES = (
    "/office/rounds",
    "/office",
    "/office/applications",
    "/office/rounds/{round}",
    "/office/rounds/{round}/applications",
    "/office/rounds/{round}/applications.csv",
    "/office/organisations",
    "/office/messages",
    "/",
    "/rounds",
    "/rounds.atom",
    "/rounds.ics",
)


def test_no_page_list_feed_or_export_has_it(app, client, session, round_, trial, officer, others, now):
    a_sent_bid(session, trial, officer, now)
    expand_outbox(session, now)
    session.commit()
    for person in others:
        sign_in(client, person)
        found = 0
        for url in PAGES:
            answer = client.get(url.format(round=round_.id))
            if answer.status_code == 200:
                found += 1
                assert trial.code not in answer.text, url
                assert "not a real group" not in answer.text, url
        assert found >= 5
    for url in (f"/office/rounds/{trial.id}", f"/office/rounds/{trial.id}/setup", f"/office/rounds/{trial.id}/file"):
        assert client.get(url).status_code == 404
    report = app.test_cli_runner().invoke(args=["report-round", trial.code])
    assert (report.exit_code, report.stderr) == (1, f"There is no round {trial.code}.\n")


def test_it_ends_by_the_timer_or_by_hand_and_no_sweep_takes_it_on(session, round_, trial, officer, now):
    bid = a_sent_bid(session, trial, officer, now)
    later = now + 7 * DAY
    assert open_and_close_rounds(session, later - timedelta(seconds=1)) == 0
    assert open_and_close_rounds(session, later) == 1
    assert (trial.state, funds.end_due_trials(session, later)) == (S.CANCELLED, 0)
    last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (last.action, last.actor_name) == ("end-trial", SYSTEM.name)
    for name, duty in DUTIES.items():
        if name not in {"deliver-outbox"}:
            duty(session, later + DAY)
    session.refresh(bid)
    assert bid.state == "submitted"
    again = funds.try_form(session, round_, actor=get_actor(session, officer.id), now=now)
    funds.end_trial(session, again, seen_version=again.version, actor=get_actor(session, officer.id), now=now)
    assert again.state == S.CANCELLED
    assert queries.list_trials(session, round_) == []


def test_a_real_round_is_never_opened_or_ended_as_a_trial(session, round_, officer, now):
    with pytest.raises(TransitionRefused) as caught:
        funds.end_trial(session, round_, actor=actor_of(session, officer), now=now)
    assert caught.value.code == "not-a-trial"
    assert session.scalars(sa.select(sa.func.count()).where(Round.is_trial)).one() == 0
    assert session.scalars(sa.select(sa.func.count()).where(Application.is_trial)).one() == 0
