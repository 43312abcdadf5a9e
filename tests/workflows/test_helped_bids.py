"""A bid that the office enters for its group: who holds the pen, what may be sent, and who does not judge it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.workflows.facts import willing
from tests.workflows.test_lifecycles import someone
from workflows.actors import Role, Scope
from workflows.application import APPLICATION, HELPED
from workflows.application import ApplicationState as S
from workflows.engine import Allowed, decide
from workflows.errors import Refusal

OWN = Scope(office_id=1, organisation_id=2)
HELPED_SCOPE = replace(OWN, is_helped=True)


@pytest.mark.parametrize(
    ("action", "state", "role"),
    [
        ("pass-checks", S.CHECKING, Role.OFFICER),
        ("disqualify", S.CHECKING, Role.MANAGER),
        ("set-aside-proposal", S.CHECKING, Role.MANAGER),
        ("reinstate", S.DISQUALIFIED, Role.MANAGER),
    ],
)
def test_whoever_entered_it_does_not_judge_it(action, state, role):
    facts, judge = willing("application", action), someone(role)
    assert isinstance(decide(APPLICATION, action, state, facts, judge), Allowed)
    entered = replace(facts, entered_by=frozenset({judge.person_id}))
    assert decide(APPLICATION, action, state, entered, judge) == Refusal("entered-by-you")
    others = replace(facts, entered_by=frozenset({judge.person_id + 1}))
    assert isinstance(decide(APPLICATION, action, state, others, judge), Allowed)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
def test_the_office_sends_only_what_was_read_back(role):
    facts = replace(willing("application", "submit"), scope=HELPED_SCOPE)
    unread = replace(facts, needs_read_back=True)
    assert decide(APPLICATION, "submit", S.DRAFT, unread, someone(role)) == Refusal("read-back-needed")
    assert isinstance(
        decide(APPLICATION, "submit", S.DRAFT, replace(facts, needs_read_back=False), someone(role)), Allowed
    )
    # The group's own lead needs nobody to read its words back.
    assert isinstance(decide(APPLICATION, "submit", S.DRAFT, unread, someone(Role.LEAD)), Allowed)


@pytest.mark.parametrize("role", sorted(Role))
def test_only_officers_and_managers_of_its_office_hold_the_pen(role):
    holds = {Role.OFFICER, Role.MANAGER, Role.LEAD}
    assert (Role.LEAD in someone(role).roles_in(HELPED_SCOPE)) is (role in holds)
    assert (Role.LEAD in someone(role).roles_in(OWN)) is (role is Role.LEAD)
    elsewhere = replace(HELPED_SCOPE, office_id=7, organisation_id=8)
    assert Role.LEAD not in someone(role).roles_in(elsewhere)


def test_nobody_holds_the_pen_once_it_is_judged():
    assert {S.DRAFT, S.SUBMITTED, S.CLARIFICATION} == HELPED
