"""The page of a bid that was sent: what comes next, what was asked, decided and sent; and nothing before its day."""

from __future__ import annotations

import re
from datetime import timedelta

import sqlalchemy as sa
import time_machine
from flask import Flask, url_for

from grants.applications import services
from grants.applications.models import Application
from grants.assessment.models import Recommendation
from grants.clock import utc_now
from grants.core.outbox import Message, OutboxEntry
from grants.eligibility import services as eligibility
from grants.notifications.owed import is_owed
from tests import stages
from tests.apps import sign_in
from tests.architecture.access_table import GROUP, TABLE, address
from tests.pages import read_page
from tests.queries import counted
from workflows.application import ApplicationState as S

# In the past, so that the days of the round have all gone by: what slipped has to be said.
LONG_AGO = utc_now().replace(microsecond=0) - timedelta(days=400)
FEEDBACK = "Say next time how <b>many</b> young people come."
# What differs between two readings of one page: the token, and the counts of the machine itself.
NOISE = re.compile(r'name="csrf_token" value="[^"]*"|nonce-[\w-]+|(?<="now":")[^"]*|\b[0-9a-f]{16}\b')
NAMED = {"application_id", "round_id", "organisation_id", "person_id", "award_id", "decision_id", "code", "number"}
OTHERS = [(S.MODERATED, 810_000), (S.RESERVE, 1), (S.DECLINED, None), (S.RECOMMENDED, 990_000), (S.NOT_RECOMMENDED, 0)]


def opened(session, client, stage, index=0):
    sign_in(client, stage.groups[index][1])
    session.commit()
    return client


def page_of(client, bid):
    return read_page(client.get(f"/applications/{bid.id}"))


def step_texts(page):
    return [each.text for each in page.elements if each.attributes.get("class") == "app-steps__step"]


def test_before_the_closing_it_says_until_when_and_what_was_sent_each_time(client, session) -> None:
    now = utc_now().replace(microsecond=0)
    stage = stages.submitted(session, now=now)
    bid, lead = stage.bids[0], stage.group_actor()
    first = bid.submitted_at
    services.unsubmit_application(session, bid, actor=lead, now=now, received_at=now)
    services.save_answers(session, bid, {"P1": "A second title"}, actor=lead, now=now, received_at=now)
    later = now + timedelta(seconds=1)
    services.submit_application(session, bid, actor=lead, now=later, received_at=later)
    page = page_of(opened(session, client, stage), bid)
    assert step_texts(page)[0].startswith("You sent your application Done")
    assert "The round closes Next" in step_texts(page)[1]
    assert "You can do this until " in page.text
    old = read_page(client.get(f"/applications/{bid.id}/receipts/1"))
    new = read_page(client.get(f"/applications/{bid.id}/receipts/2"))
    assert "You sent it again after this" in old.text
    assert "Safer evenings" in old.text
    assert "A second title" in new.text
    assert "You sent it again" not in new.text
    assert first is not None
    assert f"/applications/{bid.id}/receipts/1" in page.links()
    assert client.get(f"/applications/{bid.id}/receipts/3").status_code == 404
    assert opened(session, client, stage, 1).get(f"/applications/{bid.id}/receipts/1").status_code == 404


def test_a_question_its_answer_and_the_way_to_it_are_here(client, session) -> None:
    stage = stages.checking(session, now=LONG_AGO)
    bid, officer, now = stage.bids[0], stage.actor("officer"), utc_now()
    due = now.date() + timedelta(days=5)
    eligibility.ask_clarification(session, bid, "Which <i>hall</i>?", due, actor=officer, now=now)
    page = page_of(opened(session, client, stage), bid)
    assert "Which <i>hall</i>?" in page.text
    assert "Answer the question" in page.text
    assert any("You answer our question Now By the end of" in each for each in step_texts(page))
    assert page.links().count(f"/applications/{bid.id}/questions") >= 2
    actor = stage.group_actor()
    eligibility.answer_clarification(session, bid, "The new one.", actor=actor, now=now, received_at=now)
    page = page_of(opened(session, client, stage), bid)
    assert "You answered. The new one." in page.text
    assert "Answer the question" not in page.text


def test_a_day_that_slipped_is_owned_up_to(client, session) -> None:
    stage = stages.scoring(session, now=LONG_AGO)
    stage.round_.panel_on = (LONG_AGO + timedelta(days=60)).date()
    session.commit()
    page = page_of(opened(session, client, stage), stage.bids[0])
    assert "It is later than we said" in page.text
    assert "Expected by" not in page.text


def test_the_outcome_and_its_words_are_in_the_same_place_and_only_after_the_announcement(client, session) -> None:
    stage = stages.decided(session, now=LONG_AGO)
    session.execute(sa.update(Recommendation).values(feedback=FEEDBACK))
    declined = next(index for index, bid in enumerate(stage.bids) if bid.state is S.DECLINED)
    before = page_of(opened(session, client, stage, declined), stage.bids[declined])
    assert FEEDBACK not in before.text
    assert "What was decided" not in before.text.replace("We tell you what was decided", "")
    stage.now = utc_now()
    stages.awards.announce_round(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    after = page_of(opened(session, client, stage, declined), stage.bids[declined])
    assert FEEDBACK in after.text
    assert "not successful this time" in after.text
    assert "of all marks" in after.text
    assert "Ask us to look again" in after.text
    granted = page_of(opened(session, client, stage, 0), stage.bids[0])
    assert "You are offered a grant of £" in granted.text
    assert f"/grants/{stage.awards[0].id}" in granted.links()
    assert "of all marks" not in granted.text
    assert "Ask us to look again" not in granted.text
    assert any(
        each.startswith("You accept the offer, or turn it down Now By the end of") for each in step_texts(granted)
    )


def test_the_way_to_ask_again_ends_with_its_days(client, session) -> None:
    stage = stages.announced(session, now=LONG_AGO)
    declined = next(index for index, bid in enumerate(stage.bids) if bid.state is S.DECLINED)
    page = page_of(opened(session, client, stage, declined), stage.bids[declined])
    assert "Ask us to look again" not in page.text


def test_a_running_grant_shows_where_its_returns_are(client, session) -> None:
    stage = stages.running(session, now=LONG_AGO)
    with counted(session) as queries:
        page = page_of(opened(session, client, stage), stage.bids[0])
    assert f"/grants/{stage.awards[0].id}/returns" in page.links()
    assert any(each.startswith("The grant started Done 1 April") for each in step_texts(page))
    assert len(queries) <= 25


def own_pages(app: Flask, stage, without=frozenset()) -> list[str]:
    """Every page that the group of the first bid may ask for: about the bid, its round, its grant and itself."""
    with app.test_request_context():
        return sorted(
            {
                url_for(rule.endpoint, **address(rule.endpoint, set(rule.arguments), stage))
                for rule in app.url_map.iter_rules()
                if "GET" in (rule.methods or ()) and rule.endpoint in TABLE
                if TABLE[rule.endpoint] & (GROUP | {"public", "signed-in"}) and set(rule.arguments) <= NAMED - without
            }
        )


def seen(client, pages: list[str]) -> dict[str, tuple[int, str, str]]:
    answers = {page: client.get(page) for page in pages}
    return {
        # A receipt is a PDF, and its bytes have to be the same as well.
        page: (each.status_code, each.headers.get("Location", ""), NOISE.sub("", each.data.decode(errors="replace")))
        for page, each in answers.items()
    }


def test_before_the_announcement_nothing_that_the_group_can_open_tells_one_outcome_from_another(
    app, client, session
) -> None:
    stage = stages.decided(session, now=LONG_AGO)
    bid = stage.bids[0]
    session.execute(sa.update(Recommendation).values(feedback=FEEDBACK))
    lead = opened(session, client, stage)
    pages = own_pages(app, stage)
    assert f"/applications/{bid.id}" in pages
    assert f"/grants/{stage.awards[0].id}" in pages
    assert len(pages) > 40
    with time_machine.travel(utc_now(), tick=False):
        approved = seen(lead, pages)
        for number, (state, percent) in enumerate(OTHERS, 1):
            # Put there by hand, version and all: what the same bid would show had it come to something else.
            changed = {"state": state, "version": bid.version + number, "percent_millionths": percent}
            session.execute(sa.update(Application).where(Application.id == bid.id).values(**changed))
            session.commit()
            other = seen(lead, pages)
            assert [page for page in pages if other[page] != approved[page]] == [], state
    assert approved[f"/applications/{bid.id}"][0] == 200
    assert approved[f"/grants/{stage.awards[0].id}"][0] == 404
    assert not any(FEEDBACK.split("<")[0] in body for _, _, body in approved.values())


def test_where_the_disqualified_are_told_later_nothing_tells_them_earlier(app, client, session) -> None:
    stage = stages.scoring(session, now=LONG_AGO, tells_disqualified_at_once=False)
    bid, others = stage.bids[0], {bid.id for bid in stage.bids[1:]}
    lead = opened(session, client, stage)
    pages = [page for page in own_pages(app, stage, without={"award_id", "decision_id"}) if "/withdraw" not in page]
    with time_machine.travel(utc_now(), tick=False):
        eligible = seen(lead, pages)
        session.execute(sa.update(Application).where(Application.id == bid.id).values(state=S.DISQUALIFIED))
        session.commit()
        out = seen(lead, pages)
        assert [page for page in pages if out[page] != eligible[page]] == []
        form = f"/applications/{bid.id}/withdraw"
        assert form in read_page(lead.get(f"/applications/{bid.id}")).links()
        page = read_page(lead.get(form))
        assert lead.post(form, data={"seen_version": page.value("seen_version"), "reason": ""}).status_code == 303
    session.expire_all()
    assert (bid.state, others) == (S.WITHDRAWN, {each.id for each in stage.bids[1:]})
    letter = Message(template="progressed-to-assessment", subject_type="application", subject_id=stage.bids[1].id)
    letter.person_id = stage.groups[1][1].id
    assert not is_owed(session, letter, now=LONG_AGO)
    stage.round_.tells_disqualified_at_once = True
    session.commit()
    assert is_owed(session, letter, now=LONG_AGO)


def test_nobody_of_a_group_is_written_to_between_the_panel_and_the_announcement(session) -> None:
    stage = stages.in_session(session, now=LONG_AGO)
    before = session.scalar(sa.select(sa.func.max(OutboxEntry.id)))
    chair = stage.actor("chair")
    for bid in stage.bids:
        stages.assessment.save_agreed_scores(session, bid, {}, actor=chair, now=stage.now)
    stages.assessment.draw_the_line(session, stage.round_, actor=chair, now=stage.now)
    stages.assessment.close_panel(session, stage.panel, actor=chair, now=stage.now)
    decision = stages.decisions.raise_decision(session, stage.round_, actor=stage.actor("manager"), now=stage.now)
    reasons = {bid.id: "Fewer are drawn into violence." for bid in stage.bids}
    decider = stage.actor("decision-maker")
    stages.decisions.approve_decision(session, decision, reasons, "No interest.", actor=decider, now=stage.now)
    told = session.scalars(sa.select(OutboxEntry.audience).where(OutboxEntry.id > before)).all()
    assert told
    assert not {"lead", "members", "signatories", "lead_and_signatories"} & set(told)
