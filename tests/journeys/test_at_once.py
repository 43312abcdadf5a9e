"""Many people at one instant, on a real server: each is told the truth, one succeeds, and nothing is half-done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.applications.models import Application, Submission
from grants.assessment import services as assessment
from grants.clock import utc_now
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry
from grants.eligibility import services as eligibility
from grants.extensions import db
from grants.funds.models import Round
from tests import live as lives
from tests import stages
from tests.apps import DATABASES
from tests.builders import a_draft, a_group, a_round, an_office, answers_to_all, staff
from tests.live import Live, at_once, serving
from tests.migrated import migrated_app
from workflows.actors import Role
from workflows.application import ApplicationState as S
from workflows.assignment import Interest

CHANGED = "changed this since you opened it"
PEOPLE = 50
# A round that closed weeks ago, for what happens after; the server's clock is the real one.
AGO = timedelta(days=40)


@pytest.fixture(scope="module", params=DATABASES)
def live(request, postgres_server_url, tmp_path_factory) -> Iterator[Live]:
    """One server for the module; every test brings an office of its own."""
    folder = tmp_path_factory.mktemp("live")
    with migrated_app(request.param, postgres_server_url, folder) as app, serving(app) as made:
        yield made


@pytest.fixture
def session(live):
    with live.app.app_context():
        yield db.session
        db.session.rollback()


def trail(session, thing, action):
    """Who did this to the thing, as the audit trail has it."""
    own = sa.and_(AuditEntry.subject_type == thing.__workflow__.name, AuditEntry.subject_id == thing.id)
    return session.scalars(sa.select(AuditEntry).where(own, AuditEntry.action == action)).all()


def press(session, presses):
    """Press these buttons at one instant, while the test itself holds no lock (on SQLite its reading would)."""
    ready = list(presses)
    session.rollback()
    answers = lives.press(ready)
    session.rollback()
    return answers


def told(answers):
    """The answers' status codes, the good one first."""
    return sorted(answer.status for answer in answers)


def a_ready_draft(session, round_, now):
    organisation, lead = a_group(session, now=now)
    whole = answers_to_all(P7=[round_.areas[0].name])
    return a_draft(session, round_, organisation, lead, answers=whole, now=now), lead


def test_submit_pressed_five_times_at_once_is_one_submission_and_one_receipt(live, session):
    now = utc_now()
    bid, lead = a_ready_draft(session, a_round(session, an_office(session), now=now), now)
    session.commit()
    visitors = [live.visitor(lead) for _ in range(5)]
    presses = [(each, each.open(f"/applications/{bid.id}/check", "/submit")) for each in visitors]
    answers = press(session, presses)
    assert [(answer.status, answer.location) for answer in answers] == [(303, f"/applications/{bid.id}/receipt")] * 5
    sent = session.scalars(sa.select(Submission).where(Submission.application_id == bid.id)).one()
    assert session.get(Application, bid.id).state is S.SUBMITTED
    assert len(trail(session, bid, "submit")) == 1
    letters = sa.select(OutboxEntry.audience).where(
        OutboxEntry.subject_id == bid.id, OutboxEntry.template == "submission-receipt"
    )
    assert len(session.scalars(letters).all()) == 1
    for visitor in visitors:
        assert sent.receipt_number in visitor.get(f"/applications/{bid.id}/receipt").text


def test_start_pressed_five_times_at_once_opens_one_draft(live, session):
    now = utc_now()
    round_ = a_round(session, an_office(session), now=now)
    organisation, lead = a_group(session, now=now)
    session.commit()
    visitors = [live.visitor(lead) for _ in range(5)]
    quiz = [each.open(f"/rounds/{round_.id}/apply") for each in visitors]
    yes = {"E1": "registered_charity", "E2": "yes", "E3": "yes", "E4": "yes", "E5": "yes"}
    answers = press(session, [(visitor, chosen(form, **yes)) for visitor, form in zip(visitors, quiz, strict=True)])
    bid = session.scalars(sa.select(Application).where(Application.round_id == round_.id)).one()
    assert [(answer.status, answer.location) for answer in answers] == [(303, f"/applications/{bid.id}")] * 5
    assert (bid.state, bid.organisation_id) == (S.DRAFT, organisation.id)
    assert len(trail(session, bid, "start")) == 1


def chosen(form, **radios):
    """The form with these radios chosen; radios that nobody chose are not among a form's fields."""
    return type(form)(form.action, [*form.fields, *radios.items()])


def settled(session):
    """A stage whose bids have every rule settled, and two officers who could pass them."""
    stage = stages.checking(session, now=utc_now() - AGO)
    officer = stage.actor("officer")
    for bid in stage.bids:
        for result in eligibility.run_rules(session, bid, actor=officer, now=stage.now):
            if result.outcome != "pass":
                eligibility.settle_rule(
                    session, bid, result.rule.code, "pass", "Seen in the file.", actor=officer, now=stage.now
                )
    stage.people["officer-2"] = staff(session, stage.office, Role.OFFICER)
    session.commit()
    return stage


def test_two_officers_who_pass_one_bid_at_once(live, session):
    stage = settled(session)
    bid = stage.bids[0]
    officers = [live.visitor(stage.people[name]) for name in ("officer", "officer-2")]
    page = f"/office/applications/{bid.id}/eligibility"
    answers = press(session, [(each, each.open(page, "/eligibility/pass")) for each in officers])
    assert told(answers) == [303, 409]
    assert CHANGED in next(answer.page.one("main").text for answer in answers if answer.status == 409)
    assert session.get(Application, bid.id).state is S.ELIGIBLE
    assert len(trail(session, bid, "pass-checks")) == 1


def test_two_managers_who_start_scoring_at_once(live, session):
    stage = settled(session)
    for bid in stage.bids:
        eligibility.pass_checks(session, bid, actor=stage.actor("officer"), now=stage.now)
        with_markers(session, stage, bid)
    session.commit()
    managers = [live.visitor(stage.people[name]) for name in ("manager", "manager-2")]
    page = f"/office/rounds/{stage.round_.id}"
    answers = press(session, [(each, each.open(page, "/start-scoring")) for each in managers])
    assert told(answers) == [303, 409], [answer.page.one("main").text for answer in answers]
    assert session.get(Round, stage.round_.id).state == "scoring"
    assert len(trail(session, stage.round_, "start-scoring")) == 1
    for bid in stage.bids:
        assert session.get(Application, bid.id).state is S.SCORING
        assert len(trail(session, bid, "start-scoring")) == 1


def with_markers(session, stage, bid):
    for name in ("marker-1", "marker-2"):
        assessment.assign_marker(session, bid, stage.people[name], actor=stage.actor("manager"), now=stage.now)
        assessment.declare_interest(session, bid, Interest.NONE, "", actor=stage.actor(name), now=stage.now)


def test_two_decision_makers_who_approve_at_once(live, session):
    stage = stages.with_decision_maker(session, now=utc_now() - AGO)
    stage.people["decision-maker-2"] = staff(session, stage.office, Role.DECISION_MAKER)
    session.commit()
    visitors = [live.visitor(stage.people[name]) for name in ("decision-maker", "decision-maker-2")]
    where = stage.decision.id
    forms = [each.open(f"/office/decisions/{where}", "/approve") for each in visitors]
    reasons = {name: "It keeps young people busy." for name, _ in forms[0].fields if name.endswith("-reason")}
    assert reasons
    ready = [chosen(form.filled(**reasons), has_interest="none") for form in forms]
    answers = press(session, zip(visitors, ready, strict=True))
    assert told(answers) == [303, 409], [answer.page.one("main").text for answer in answers]
    assert CHANGED in next(answer.page.one("main").text for answer in answers if answer.status == 409)
    assert len(trail(session, stage.decision, "approve")) == 1
    # The award of each grant is drafted once.
    assert len(stage.awards) == len(reasons)


def proposed(session):
    stage = settled(session)
    bid, officer = stage.bids[0], stage.actor("officer")
    rule = next(each for each in stage.round_.rules)
    eligibility.settle_rule(session, bid, rule.code, "fail", "It is not so.", actor=officer, now=stage.now)
    eligibility.propose_disqualification(
        session, bid, [rule.code], "The rule is not met.", seen_version=None, actor=officer, now=stage.now
    )
    session.commit()
    return stage, bid


def test_two_managers_who_confirm_one_proposal_at_once(live, session):
    stage, bid = proposed(session)
    managers = [live.visitor(stage.people[name]) for name in ("manager", "manager-2")]
    page = f"/office/applications/{bid.id}/eligibility"
    answers = press(session, [(each, each.open(page, "/eligibility/confirm")) for each in managers])
    assert told(answers) == [303, 409]
    assert CHANGED in next(answer.page.one("main").text for answer in answers if answer.status == 409)
    assert session.get(Application, bid.id).state is S.DISQUALIFIED
    assert len(trail(session, bid, "disqualify")) == 1


def test_a_manager_who_confirms_while_another_sets_aside(live, session):
    stage, bid = proposed(session)
    first, second = (live.visitor(stage.people[name]) for name in ("manager", "manager-2"))
    page = f"/office/applications/{bid.id}/eligibility"
    aside = second.open(f"{page}/set-aside").filled(reason="The file proves it.")
    answers = press(session, [(first, first.open(page, "/eligibility/confirm")), (second, aside)])
    assert told(answers) == [303, 409]
    done = len(trail(session, bid, "disqualify")), len(trail(session, bid, "set-aside-proposal"))
    state = session.get(Application, bid.id).state
    assert (done, state) in [((1, 0), S.DISQUALIFIED), ((0, 1), S.CHECKING)]


def test_fifty_groups_that_send_in_the_closing_second_are_in_or_late_and_nothing_between(live, session):
    now = utc_now()
    closes_at = now + timedelta(days=1)
    round_ = a_round(session, an_office(session), now=now, closes_at=closes_at)
    bids = [a_ready_draft(session, round_, now) for _ in range(PEOPLE)]
    session.commit()
    with ThreadPoolExecutor(4) as pool:
        visitors = [live.visitor(lead) for _, lead in bids]
        paths = [f"/applications/{bid.id}/check" for bid, _ in bids]
        forms = list(pool.map(lambda pair: pair[0].open(pair[1], "/submit"), zip(visitors, paths, strict=True)))
    closes_at = utc_now() + timedelta(seconds=2)
    session.rollback()
    session.execute(sa.update(Round).where(Round.id == round_.id).values(closes_at=closes_at))
    session.commit()

    def send(index):
        # Spread over the last seconds and the beginning of the one after.
        starts_at = closes_at + timedelta(seconds=-1.5 + 1.75 * index / PEOPLE)
        time.sleep(max(0.0, (starts_at - utc_now()).total_seconds()))
        begun = utc_now()
        return begun, visitors[index].post(forms[index]), utc_now()

    answers = at_once([lambda index=index: send(index) for index in range(PEOPLE)])
    session.rollback()
    inside = 0
    for (bid, _), (begun, answer, ended) in zip(bids, answers, strict=True):
        sent = session.scalars(sa.select(Submission).where(Submission.application_id == bid.id)).all()
        state = session.get(Application, bid.id).state
        if answer.status == 303:
            inside += 1
            assert answer.location == f"/applications/{bid.id}/receipt"
            assert (len(sent), state, len(trail(session, bid, "submit"))) == (1, S.SUBMITTED, 1)
            assert sent[0].received_at < closes_at
            assert begun <= sent[0].received_at <= ended
        else:
            assert answer.status == 409, answer.text[:900]
            assert "deadline has passed" in answer.text
            assert (len(sent), state, len(trail(session, bid, "submit"))) == (0, S.DRAFT, 0)
            # Nobody is told so before it is so.
            assert ended >= closes_at
        assert not (begun >= closes_at and sent), "let in late"
    assert 0 < inside < PEOPLE, f"{inside} of {PEOPLE} were in time"
