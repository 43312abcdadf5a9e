"""Every lifecycle, every state, action and role: allowed where its table says, refused by code elsewhere."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.facts import FACTS, refusing, willing
from workflows import (
    application,
    assignment,
    award,
    bulk,
    decision,
    diligence,
    document,
    endorsement,
    event,
    merging,
    minutes,
    monitoring,
    panel,
    review,
)
from workflows import round as rounds
from workflows.actors import GROUP_ROLES, SYSTEM, Actor, Role
from workflows.catalogue import LIFECYCLES
from workflows.engine import NEW, Allowed, available, decide
from workflows.errors import Refusal

GROUPS = {
    "endorsement": (endorsement.WAITING, endorsement.ANSWERED, endorsement.ENDED),
    "merge": (merging.OPEN, merging.CLOSED),
    "event": (event.COMING, event.PAST, event.CALLED_OFF),
    "document": (document.HELD, document.GONE),
    "round": (rounds.SETTING_UP, rounds.PUBLISHED, rounds.ASSESSING, rounds.FINISHED),
    "application": (
        application.DRAFTING,
        application.IN_CHECKS,
        application.IN_ASSESSMENT,
        application.PANEL_OUTCOMES,
        application.DECIDED,
        application.ENDED_UNDECIDED,
    ),
    "assignment": (
        assignment.UNDECLARED,
        assignment.DECLARED,
        assignment.WORKING,
        assignment.LOCKED_STATES,
        assignment.OUT,
    ),
    "diligence": (diligence.OPEN, diligence.ENDED),
    "review": (review.WAITING, review.UNDER_REVIEW, review.CONCLUDED),
    "bulk": (bulk.PLANNED, bulk.WAITING, bulk.OVER),
    "minutes": (minutes.OPEN, minutes.CLOSED),
    "panel": (panel.PREPARING, panel.SITTING, panel.DONE),
    "decision": (decision.PREPARING, decision.WAITING, decision.SETTLED, decision.REFUSED),
    "award": (award.UNANSWERED, award.COMMITTED, award.RELEASED),
    "return": (
        monitoring.NOT_YET,
        monitoring.OWED,
        monitoring.WITH_OFFICE,
        monitoring.ASKED_BACK,
        monitoring.SETTLED,
    ),
}
BY_NAME = {workflow.name: workflow for workflow in LIFECYCLES}
ACTIONS = [(workflow.name, action) for workflow in LIFECYCLES for action in workflow.actions]


def someone(role, office_id=1, organisation_id=2):
    """A person who holds just this role in this office or organisation."""
    if role is Role.SYSTEM:
        return SYSTEM
    if role in GROUP_ROLES:
        return Actor(person_id=9, name="Group", organisation_roles=frozenset({(organisation_id, role)}))
    return Actor(person_id=9, name="Staff", office_roles=frozenset({(office_id, role)}))


@pytest.mark.parametrize("name", BY_NAME)
def test_the_groups_of_states_partition_the_states(name):
    members = [state for group in GROUPS[name] for state in group]
    assert sorted(members) == sorted(BY_NAME[name].states)


@pytest.mark.parametrize(("name", "action"), ACTIONS)
def test_with_willing_facts_only_the_tables_rows_are_allowed(name, action):
    workflow = BY_NAME[name]
    for state, role in product([NEW, *workflow.states], Role):
        row = workflow.row(action, state)
        answer = decide(workflow, action, state, willing(name, action), someone(role))
        if row and role in row.who:
            assert isinstance(answer, Allowed), (state, role, answer)
            assert answer.target is row.target
        else:
            assert isinstance(answer, Refusal), (state, role)
            assert answer.code in {"not-allowed", "not-in-this-state"}


@pytest.mark.parametrize("name", BY_NAME)
def test_facts_that_nobody_filled_in_permit_nothing_that_is_guarded(name):
    workflow = BY_NAME[name]
    for row in workflow.rows:
        if not row.guards:
            continue
        for source, role in product(row.sources, row.who):
            answer = decide(workflow, row.action, source, refusing(name), someone(role))
            # A cancelled round is the one thing that only a filled-in fact can say.
            guards = {guard.__name__ for guard in row.guards}
            if (
                guards - {"round_running", "chair_has_no_direct_interest", "no_rule_failed", "nothing_proposed"}
                == set()
            ):
                continue
            assert isinstance(answer, Refusal), (row.action, role)


@pytest.mark.parametrize("name", BY_NAME)
def test_roles_elsewhere_are_no_roles_here(name):
    workflow = BY_NAME[name]
    for row in workflow.rows:
        for source, role in product(row.sources, row.who - {Role.SYSTEM}):
            stranger = someone(role, office_id=77, organisation_id=88)
            answer = decide(workflow, row.action, source, willing(name, row.action), stranger)
            assert isinstance(answer, Refusal)
            assert answer.code == "not-allowed"


@given(data=st.data())
@pytest.mark.parametrize("name", BY_NAME)
def test_a_random_walk_never_leaves_the_table_and_never_revives_what_ended(name, data):
    workflow = BY_NAME[name]
    state, actors = workflow.initial, [someone(role) for role in Role]
    for _ in range(25):
        moves = [
            (option.action, actor)
            for actor in actors
            for option in available(workflow, state, willing(name), actor)
            if option.is_allowed
        ]
        if not moves:
            assert state in workflow.terminal or name in {"round", "application", "award"}
            return
        action, actor = data.draw(st.sampled_from(moves))
        answer = decide(workflow, action, state, willing(name), actor)
        assert isinstance(answer, Allowed)
        assert state not in workflow.terminal or answer.target is state
        state = answer.target


def test_each_lifecycle_has_facts_for_the_matrix():
    assert set(FACTS) == set(BY_NAME)
