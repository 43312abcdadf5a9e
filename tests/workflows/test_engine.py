"""The engine refuses tables that contradict themselves, and answers by role before state before guards."""

from dataclasses import dataclass
from enum import StrEnum

import pytest

from workflows.actors import SYSTEM, Actor, Role, Scope
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Allowed, TableError, Workflow, available, decide
from workflows.errors import Refusal

SCOPE = Scope(office_id=1)


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    BROKEN = "broken"


@dataclass(frozen=True)
class LightFacts:
    scope: Scope = SCOPE
    is_safe: bool = True


def safe(facts, actor):
    return None if facts.is_safe else Refusal("not-safe")


OFFICER = {Role.OFFICER}
ROWS = [
    ("install", NEW, Light.RED, OFFICER, [], []),
    ("go", Light.RED, Light.GREEN, OFFICER, [safe], [Tell("light-green", Audience.LEAD)]),
    ("stop", Light.GREEN, Light.RED, OFFICER, [], []),
    ("break", {Light.RED, Light.GREEN}, Light.BROKEN, {Role.SYSTEM}, [], []),
]


def machine(rows=ROWS, terminal=(Light.BROKEN,)):
    return Workflow("light", Light, initial=Light.RED, terminal=terminal, rows=rows)


def officer(office_id=1):
    return Actor(person_id=7, name="Grants officer", office_roles=frozenset({(office_id, Role.OFFICER)}))


def test_yes_carries_the_target_and_the_effects():
    answer = decide(machine(), "go", Light.RED, LightFacts(), officer())
    assert answer == Allowed("go", Light.GREEN, (Tell("light-green", Audience.LEAD),))


def test_no_carries_the_guards_code():
    assert decide(machine(), "go", Light.RED, LightFacts(is_safe=False), officer()) == Refusal("not-safe")


def test_a_role_in_another_office_is_no_role_here():
    answer = decide(machine(), "go", Light.RED, LightFacts(), officer(office_id=2))
    assert isinstance(answer, Refusal) and answer.code == "not-allowed"


def test_a_wrong_role_learns_nothing_of_the_state():
    answer = decide(machine(), "stop", Light.RED, LightFacts(), officer(office_id=2))
    assert isinstance(answer, Refusal) and answer.code == "not-allowed"


def test_a_right_role_in_a_wrong_state_is_told_so():
    answer = decide(machine(), "stop", Light.RED, LightFacts(), officer())
    assert isinstance(answer, Refusal) and answer.code == "not-in-this-state"


def test_options_show_what_can_be_done_and_why_the_rest_can_not():
    options = available(machine(), Light.RED, LightFacts(is_safe=False), officer())
    assert [(o.action, o.is_allowed) for o in options] == [("go", False)]
    assert [o.action for o in available(machine(), Light.GREEN, LightFacts(), SYSTEM)] == ["break"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*ROWS, ("go", Light.RED, Light.RED, OFFICER, [], [])], "two rows"),
        ([*ROWS, ("mend", Light.BROKEN, Light.RED, OFFICER, [], [])], "leaves an ended state"),
        ([*ROWS, ("wave", Light.RED, Light.RED, set(), [], [])], "nobody"),
        ([*ROWS, ("bring", NEW, Light.GREEN, OFFICER, [], [])], "must create"),
        (ROWS[:1], "unreachable"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(rows, words):
    with pytest.raises(TableError, match=words):
        machine(rows)


def test_a_state_without_a_way_out_is_refused():
    with pytest.raises(TableError, match="no way out"):
        machine(terminal=())


def test_asking_for_an_unknown_action_is_a_mistake_of_ours():
    with pytest.raises(TableError):
        decide(machine(), "fly", Light.RED, LightFacts(), officer())
