"""Every condition of the tables and every eligibility rule has its line, with its source, on the page of rules."""

import re

import pytest

from config import ROOT
from workflows.catalogue import LIFECYCLES
from workflows.rules.eligibility import RULES

PAGE = (ROOT / "docs" / "rules.md").read_text()
CONDITIONS = {guard.__name__ for workflow in LIFECYCLES for row in workflow.rows for guard in row.guards}


def named():
    """Everything in code quotes in the tables."""
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    return {name for line in rows for name in re.findall(r"`(\w+)`", line)}


def test_every_condition_is_on_the_page():
    assert CONDITIONS - named() == set()


def test_the_page_names_no_condition_that_is_gone():
    assert named() - CONDITIONS == set()


@pytest.mark.parametrize("code", RULES)
def test_every_eligibility_rule_is_there_with_its_source(code):
    assert re.search(
        rf"^\| {code} \| {re.escape(RULES[code].title)} \| .* \| {re.escape(RULES[code].source)} \|$", PAGE, re.M
    )


def test_every_line_has_a_source():
    for line in PAGE.splitlines():
        if line.startswith("|") and not line.startswith("|---"):
            assert all(cell.strip() for cell in line.strip("|").split("|")), line
