"""No code reaches a page: every state, action and refusal of the domain has its words."""

import ast
from pathlib import Path

import pytest

from config import ROOT
from grants.web import labels
from workflows.catalogue import LIFECYCLES


def refusal_codes():
    """Every literal code that the domain and the features refuse with."""
    found = {}
    for path in [*Path(ROOT, "workflows").rglob("*.py"), *Path(ROOT, "grants").rglob("*.py")]:
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in {"Refusal", "TransitionRefused", "NotAllowed", "TooLate", "Stale"}:
                    found[node.args[0].value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


@pytest.mark.parametrize("workflow", LIFECYCLES, ids=lambda workflow: workflow.name)
def test_every_state_has_words_for_each_audience_and_a_colour(workflow):
    assert set(labels.STATES[workflow.name]) == set(workflow.states)


@pytest.mark.parametrize("workflow", LIFECYCLES, ids=lambda workflow: workflow.name)
def test_every_action_has_words(workflow):
    missing = [action for action in workflow.actions if (workflow.name, action) not in labels.ACTIONS]
    assert not missing


def test_no_action_has_words_that_the_tables_do_not_know():
    known = {(workflow.name, action) for workflow in LIFECYCLES for action in workflow.actions}
    assert not set(labels.ACTIONS) - known


def test_every_refusal_has_a_sentence():
    missing = {code: where for code, where in refusal_codes().items() if code not in labels.SENTENCES}
    assert not missing
