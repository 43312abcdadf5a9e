"""The conventions of the house as tests: where things live, who imports what, who writes a state or reads the clock."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from config import ROOT

ROOMS = ("grants", "workflows", "worker", "deploy")
MODULES = sorted(
    path.relative_to(ROOT)
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if "versions" not in path.parts and "__pycache__" not in path.parts
)
FEATURES = (
    "accounts",
    "funding",
    "funds",
    "events",
    "subscriptions",
    "applications",
    "endorsements",
    "eligibility",
    "assessment",
    "decisions",
    "awards",
)
FEATURES += ("documents", "monitoring", "reporting", "notifications", "audit", "importing", "sample")
FEATURES += ("diligence", "representatives", "allocation", "meetings", "reviews", "bulk")
NOT_FEATURES = {"core", "web", "commands", "migrations", "static"}

# The five files of every feature; those not needed are left out, and one that outgrows its file becomes a package.
FILES = {"__init__", "models", "services", "queries", "forms", "views"}
# What a feature has besides, each for a reason of its own.
MORE_FILES = {
    # A round described in a file, the form that a fund starts from, and what both are made of: data, not verbs.
    "funds": {
        "changes",
        "definition",
        "definition_file",
        "described",
        "editing",
        "file_tables",
        "form_tables",
        "group_form",
        "known",
        "model_form",
        "parts",
        "presets",
        "stored",
    },
    # What a file is by its content, each format with the part of it that may not stay; where bytes are, and who scans.
    "documents": {"containers", "heic", "kinds", "photos", "receiving", "scanner", "scrubbing", "storage"},
    # Whom a letter goes to, what it says, whether it is still owed, and the way out to the mail server.
    "notifications": {
        "audiences",
        "facts",
        "links",
        "owed",
        "rendering",
        "samples",
        "strangers",
        "sweeps",
        "transport",
        "words",
    },
    # One figure for the dashboard and the command alike.
    "reporting": {"funnel"},
    # Not a feature of the web: a round on paper, read from files in steps.
    "importing": {"bids", "files", "rows", "scores", "tables"},
    # Not a feature of the web: the sample's data, a file for each part of the story.
    "sample": {
        *("answers", "checks", "dates", "groups", "help", "history", "live", "marking", "panels", "paper", "papers"),
        *("people", "places", "residents", "words"),
    },
}
# Longer than 400 lines, and read from top to bottom like a table.
LONG = {
    "grants/funds/models.py": "a round and everything that it is made of, table by table",
}


@cache
def tree(module: Path) -> ast.Module:
    return ast.parse((ROOT / module).read_text())


def imports(module: Path) -> Iterator[tuple[str, int]]:
    """The top-level packages that a module imports, wherever in it, with the line."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno


def names(module: Path) -> str:
    return module.as_posix()


@pytest.mark.parametrize("module", MODULES, ids=names)
def test_a_module_says_what_it_promises(module: Path) -> None:
    if not tree(module).body:
        assert module.name == "__init__.py", "an empty module that is no package"
        return
    assert ast.get_docstring(tree(module)), "no docstring"


@pytest.mark.parametrize("module", MODULES, ids=names)
def test_only_the_door_writes_a_state(module: Path) -> None:
    if module.as_posix() == "grants/core/transitions.py":
        return
    written = [line for target, line in _written(module) if target in {"state", "state_entered_at"}]
    assert not written, f"lines {written}"


def _written(module: Path) -> Iterator[tuple[str, int]]:
    """Attributes assigned, named in setattr, or set by an UPDATE or INSERT."""
    for node in ast.walk(tree(module)):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            for target in targets:
                yield from ((each.attr, node.lineno) for each in ast.walk(target) if isinstance(each, ast.Attribute))
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in {"setattr", "set_committed_value"} and isinstance(node.args[1], ast.Constant):
                yield node.args[1].value, node.lineno
            if called == "values":
                yield from ((keyword.arg or "", node.lineno) for keyword in node.keywords)


@pytest.mark.parametrize("path", ["tests/builders.py", "tests/stages.py"])
def test_things_for_tests_come_by_real_transitions(path: str) -> None:
    assert not [line for target, line in _written(Path(path)) if target == "state"]


def may_know_flask(module: Path) -> bool:
    parts = module.parts
    if parts[0] != "grants":
        # The worker makes the application to have its settings and its database, and nothing more of it.
        return module.as_posix() == "worker/app.py"
    inside = parts[1]
    return (
        inside in {"__init__.py", "extensions.py", "cli.py", "web", "commands", "migrations"}
        or (len(parts) > 3 and parts[2] in {"views", "forms"})
        or module.name in {"views.py", "forms.py"}
    )


@pytest.mark.parametrize("module", MODULES, ids=names)
def test_flask_stays_at_the_edge(module: Path) -> None:
    web = {"flask", "flask_wtf", "werkzeug", "wtforms", "flask_login"}
    found = [(package, line) for package, line in imports(module) if package in web]
    assert not found or may_know_flask(module), found


@pytest.mark.parametrize("module", [each for each in MODULES if each.parts[0] != "worker"], ids=names)
def test_the_broker_is_known_to_the_worker_alone(module: Path) -> None:
    assert not [
        found for found in imports(module) if found[0] in {"celery", "kombu", "redis", "redbeat", "worker", "amqp"}
    ]


@pytest.mark.parametrize("module", [each for each in MODULES if each.parts[0] == "workflows"], ids=names)
def test_the_domain_needs_nothing_installed(module: Path) -> None:

    assert not [found for found in imports(module) if found[0] not in sys.stdlib_module_names | {"workflows"}]


def may_read_the_clock(module: Path) -> bool:
    parts = module.parts
    at_the_edge = parts[0] in {"worker", "deploy"} or parts[1] in {"web", "commands"} or "views" in module.stem
    return at_the_edge or "views" in parts or module.as_posix() == "grants/clock.py"


@pytest.mark.parametrize("module", [each for each in MODULES if not may_read_the_clock(each)], ids=names)
def test_below_the_views_nobody_asks_what_time_it_is(module: Path) -> None:
    # A stop-watch (time.monotonic) is no clock: it says how long and never when.
    asked = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
    asked |= {("time", "localtime"), ("time", "gmtime"), ("func", "now"), ("func", "current_timestamp")}
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert (node.value.id, node.attr) not in asked, f"line {node.lineno}"
        if isinstance(node, ast.Name):
            assert node.id != "utc_now", f"line {node.lineno}"


@pytest.mark.parametrize("module", MODULES, ids=names)
def test_nothing_is_left_to_do(module: Path) -> None:
    text = (ROOT / module).read_text()
    assert not [mark for mark in ("TO" + "DO", "FIX" + "ME", "X" * 3, "NotImplemented" + "Error(") if mark in text]


@pytest.mark.parametrize("module", MODULES, ids=names)
def test_a_file_is_short_enough_to_read(module: Path) -> None:
    lines = len((ROOT / module).read_text().splitlines())
    assert lines <= 400 or module.as_posix() in LONG, f"{lines} lines"


def test_no_long_file_is_excused_that_is_short_or_gone() -> None:
    assert [name for name in LONG if len((ROOT / name).read_text().splitlines()) <= 400] == []


@pytest.mark.parametrize("module", MODULES, ids=names)
def test_a_function_fits_on_a_screen(module: Path) -> None:
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert not long


LONGEST_FUNCTION = 60


def test_every_folder_of_the_application_is_a_feature_or_known() -> None:
    folders = {path.name for path in (ROOT / "grants").iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert folders - NOT_FEATURES <= set(FEATURES)


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_has_the_files_that_every_feature_has(feature: str) -> None:
    found = {path.stem for path in (ROOT / "grants" / feature).iterdir() if not path.name.startswith("__p")}
    assert found <= FILES | MORE_FILES.get(feature, set())


@pytest.mark.parametrize("module", MODULES, ids=names)
def test_no_module_is_a_drawer_for_everything(module: Path) -> None:
    assert not {*module.parts[:-1], module.stem} & {"utils", "util", "helpers", "common", "misc", "manager"}


def test_the_top_level_holds_what_it_should() -> None:
    allowed = {"grants", "workflows", "templates", "worker", "tests", "benchmarks", "sample", "docs", "deploy", ".ci"}
    allowed |= {"config.py", "wsgi.py", "pyproject.toml", "README.md", "run", "Makefile", "LICENSE"}
    allowed |= {"requirements.lock", "requirements-dev.lock"}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__"))} | {".ci"}
    assert found <= allowed, found - allowed
