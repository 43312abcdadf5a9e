"""Any walk of saving, sending, late nights and new versions keeps every accepted answer and at most one live bid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from grants.applications import queries, services
from grants.applications.models import AnswerVersion, Application, Submission
from grants.funds.models import Question
from tests.apps import NOW
from tests.builders import a_group, a_person, a_round, actor_of, an_office, answers_to_all
from workflows.actors import Role
from workflows.application import LIVE, ApplicationState
from workflows.errors import DomainError, TooLate, TransitionRefused
from workflows.rules.answers import fingerprint

WALKS, STEPS = 25, 30
CODES = ("P2", "P3", "P4")
PEOPLE = st.sampled_from(["lead", "helper"])
TEXTS = st.text(alphabet="ab \n\u05d0\U0001f600", min_size=0, max_size=12)
PAUSES = st.sampled_from([timedelta(seconds=2), timedelta(seconds=70), timedelta(hours=9)])
SITTING = timedelta(seconds=60)


class Walk(RuleBasedStateMachine):
    """Two people, one bid after another, and what a careful onlooker would write down of it."""

    session: Session

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.round_ = a_round(self.session, an_office(self.session), now=NOW, closes_at=NOW + timedelta(days=2))
        self.group, lead = a_group(self.session)
        helper = a_person(self.session, Role.CONTRIBUTOR, organisation=self.group)
        self.people = {"lead": lead, "helper": helper}
        self.bid = self._begin()
        # Who saved what when, each of which must be found again; and each row as it was last seen.
        self.accepted: list[tuple[int, str, int, Any, Any]] = []
        self.rows: dict[int, tuple[int | None, Any]] = {}
        self.sent: list[tuple[int, str]] = []
        self.current: dict[str, Any] = {}
        self.pages: dict[str, dict[str, str]] = {}
        self.acted: int | None = None
        self._begun()

    def _actor(self, name: str) -> Any:
        return actor_of(self.session, self.people[name])

    def _times(self) -> dict[str, Any]:
        return {"now": self.now, "received_at": self.now}

    def _begin(self) -> Application:
        whole = answers_to_all()
        quiz = {code: value for code, value in whole.items() if code.startswith("E")}
        lead = self._actor("lead")
        bid = services.start_application(self.session, self.round_, self.group, quiz, actor=lead, **self._times())
        services.save_answers(self.session, bid, whole, actor=lead, **self._times())
        return bid

    def _begun(self) -> None:
        given = queries.answers_of(self.session, self.bid)
        self.current = {code: given.get(code) for code in CODES}
        self.pages = {name: self._marks() for name in self.people}

    def _marks(self) -> dict[str, str]:
        return {code: fingerprint(self.current[code]) for code in CODES}

    @property
    def _is_open(self) -> bool:
        deadline = max(self.round_.closes_at, self.bid.deadline_extended_to or self.round_.closes_at)
        return self.bid.state is ApplicationState.DRAFT and self.now < deadline

    @rule(name=PEOPLE)
    def open_the_page(self, name: str) -> None:
        self.pages[name] = self._marks()

    @rule(name=PEOPLE, code=st.sampled_from(CODES), text=TEXTS, pause=PAUSES)
    def save(self, name: str, code: str, text: str, pause: timedelta) -> None:
        self.now += pause
        actor, was_open = self._actor(name), self._is_open
        self.acted = actor.person_id
        try:
            told = services.save_answers(
                self.session, self.bid, {code: text}, actor=actor, seen=self.pages[name], **self._times()
            )
        except (TooLate, TransitionRefused):
            assert not was_open
            return
        assert was_open, "nothing is saved late, or into what was sent"
        if told.conflicts:
            assert self.pages[name][code] != fingerprint(self.current[code]), "told only of what they had not seen"
            assert told.conflicts[0].theirs == self.current[code]
        if told.conflicts or told.written:
            self.accepted.append((self.bid.id, code, self.acted, text, self.now))
        if told.written:
            self.current[code] = text
        self.pages[name] |= told.fingerprints

    @rule(name=PEOPLE, code=st.sampled_from(CODES), more=st.sampled_from(["a", "b b", "\u05d0"]))
    def write_on(self, name: str, code: str, more: str) -> None:
        """Somebody goes on where the text ends, a moment after whoever wrote it."""
        self.open_the_page(name)
        self.save(name, code, f"{self.current[code] or ''}{more}", timedelta(seconds=2))

    @rule()
    def send(self) -> None:
        self._move(services.submit_application)
        if self.bid.state is ApplicationState.SUBMITTED and self.bid.submitted_at == self.now:
            content = queries.find_submission(self.session, self.bid)
            assert {each["code"]: each["value"] for each in content.content if each["code"] in CODES}.items() <= {
                **self.current
            }.items()
            self.sent.append((content.id, content.content_hash))

    @rule()
    def take_back(self) -> None:
        self._move(services.unsubmit_application)

    def _move(self, service: Any) -> None:
        self.now += timedelta(seconds=1)
        self.acted = self.people["lead"].id
        try:
            service(self.session, self.bid, actor=self._actor("lead"), **self._times())
        except DomainError as refused:
            assert refused.code not in {"changed-since-opened", "not-found"}

    @rule()
    def withdraw_and_begin_again(self) -> None:
        if self.now >= self.round_.closes_at:
            return
        self.now += timedelta(seconds=1)
        self.acted = self.people["lead"].id
        services.withdraw_application(self.session, self.bid, actor=self._actor("lead"), now=self.now)
        if self.now < self.round_.closes_at:
            self.bid = self._begin()
            self._begun()

    @rule(hours=st.integers(1, 30))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.acted = None
        while services.lapse_due_drafts(self.session, self.now):
            pass

    @rule(hours=st.integers(1, 40))
    def more_time_is_given(self, hours: int) -> None:
        self.bid.deadline_extended_to = self.round_.closes_at + timedelta(hours=hours)
        self.session.flush()

    @rule(code=st.sampled_from(CODES))
    def a_new_version_drops_a_question_or_brings_it_back(self, code: str) -> None:
        asked = sa.select(Question).where(Question.round_id == self.round_.id, Question.code == code)
        question = self.session.scalars(asked).one()
        question.retired_at = None if question.retired_at else self.now
        self.round_.form_version += 1
        self.session.flush()

    @invariant()
    def every_answer_that_was_accepted_is_there(self) -> None:
        found: dict[tuple[int, str], list[AnswerVersion]] = {}
        statement = sa.select(AnswerVersion, Question.code).join(Question, Question.id == AnswerVersion.question_id)
        mine = statement.where(Question.round_id == self.round_.id).order_by(AnswerVersion.id)
        for row, code in self.session.execute(mine):
            found.setdefault((row.application_id, code), []).append(row)
            person, value = self.rows.get(row.id, (row.person_id, row.value))
            assert value == row.value or person == self.acted, "somebody typed over another's row"
            self.rows[row.id] = (row.person_id, row.value)
        for bid_id, code, person, text, at in self.accepted:
            own = [row for row in found[bid_id, code] if row.person_id == person]
            assert any(row.value == text or row.saved_at <= at < row.saved_at + SITTING for row in own)

    @invariant()
    def what_stands_is_what_was_written_last(self) -> None:
        given = queries.answers_of(self.session, self.bid)
        assert {code: given.get(code) for code in CODES} == self.current

    @invariant()
    def one_live_bid_and_no_receipt_changes(self) -> None:
        live = sa.select(sa.func.count(Application.id)).where(
            Application.round_id == self.round_.id,
            Application.organisation_id == self.group.id,
            Application.state.in_(sorted(LIVE)),
        )
        assert self.session.scalar(live) <= 1
        for number, content_hash in self.sent:
            row = self.session.get_one(Submission, number)
            assert queries.hash_of(row.content) == row.content_hash == content_hash


def test_no_walk_loses_an_answer_or_makes_two_live_bids(session) -> None:
    def begin() -> Walk:
        return type("Walked", (Walk,), {"session": session})()

    run_state_machine_as_test(
        begin,
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            # A shorter walk that fails takes many minutes to find: the steps of the first one are told.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
