"""Every route is tried as everybody: each role, nobody, another office's whole staff and another group's lead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from grants.accounts.services import Site
from grants.endorsements import services as endorsements
from grants.events import services as events
from grants.extensions import db
from grants.notifications import services as notifications
from tests import stages
from tests.apps import sign_in
from tests.architecture.access_table import ARGUMENTS, SHOWN_TO_EVERY_OFFICE, TABLE, address
from tests.builders import a_draft, a_group, a_person, a_plan, a_round, an_office, staff
from tests.stages import Stage
from workflows.actors import GROUP_ROLES, OFFICE_ROLES, Role

OPEN = {"public", "signed-in"}
REFUSED = {403, 404}


def rows(app: Flask) -> Iterator[tuple[str, str, set[str]]]:
    """The routes that have a row; the first test names the others."""
    return (route for route in routes(app) if route[0] in TABLE)


def routes(app: Flask) -> Iterator[tuple[str, str, set[str]]]:
    """Endpoint, method and names of arguments of everything that is served."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method, set(rule.arguments)


@pytest.fixture
def stage(session) -> Iterator[Stage]:
    """A round walked to its first running grant, with its mail written."""
    made = stages.running(session)
    manager = made.actor("manager")
    events.plan_event(session, made.round_, a_plan(made.now), actor=manager, now=made.now)
    other = a_round(session, made.office, now=made.now, endorsement="welcome")
    asking = {"site": Site("", "key"), "actor": made.group_actor(), "now": made.now}
    bid = a_draft(session, other, *made.groups[0], now=made.now)
    endorsements.ask_for_endorsement(session, bid, "officer@police.example.org", "Officer", **asking)
    while notifications.expand_outbox(session, made.now):
        pass
    session.commit()
    with time_machine.travel(made.now):
        yield made


def visit(app: Flask, person, endpoint: str, method: str, arguments: dict) -> tuple[int, str]:
    """What the person is told: the status, and where they are sent."""
    client = app.test_client()
    if person is not None:
        sign_in(client, person)
    with app.test_request_context():
        path = app.url_for(endpoint, **arguments)
    response = client.open(path, method=method)
    return response.status_code, response.location or ""


def test_every_route_has_a_row_and_every_row_a_route(_sqlite_app):
    served = {endpoint for endpoint, _, _ in routes(_sqlite_app)}
    assert served - set(TABLE) == set(), "add its row to tests/architecture/access_table.py"
    assert set(TABLE) - served == set(), "take its row out of tests/architecture/access_table.py"


@pytest.mark.parametrize("endpoint", sorted(TABLE))
def test_the_rule_of_the_view_is_the_row_of_the_table(_sqlite_app, endpoint):
    assert _sqlite_app.view_functions[endpoint].__allows__ == TABLE[endpoint]


def test_every_thing_in_an_address_can_be_named(_sqlite_app):
    named = {
        (endpoint, name)
        for endpoint, _, names in rows(_sqlite_app)
        for name in names
        if "public" not in TABLE[endpoint]
    }
    assert {pair for pair in named if pair[1] not in ARGUMENTS} == set(), "say in ARGUMENTS how to name it"


def test_no_role_gets_in_where_its_row_does_not_let_it(app, stage):
    office, organisation = stage.office, stage.groups[0][0]
    people = {str(role): staff(db.session, office, role) for role in sorted(OFFICE_ROLES)}
    for role in sorted(GROUP_ROLES):
        people[str(role)] = a_person(db.session, role, organisation=organisation)
    people["nobody"] = None
    wrong = []
    for endpoint, method, names in rows(app):
        if "public" in TABLE[endpoint]:
            continue
        arguments = address(endpoint, names, stage)
        for name, person in people.items():
            if name in TABLE[endpoint] or (person is not None and "signed-in" in TABLE[endpoint]):
                if method != "GET":
                    continue
                status, location = visit(app, person, endpoint, method, arguments)
                # With a thing in the address more than a role may be asked for: that it was given to this marker.
                fine = status < 500 and not location.startswith("/sign-in") and (names or status not in REFUSED)
            else:
                status, location = visit(app, person, endpoint, method, arguments)
                fine = status in REFUSED if person else status in {302, 303} and location.startswith("/sign-in")
            if not fine:
                wrong.append(f"{method} {endpoint} as {name}: {status} {location}")
    assert wrong == []


def test_what_belongs_to_others_does_not_exist(app, stage):
    elsewhere = an_office(db.session)
    strangers = {
        "another office's staff": staff(db.session, elsewhere, *sorted(OFFICE_ROLES - {Role.COMMUNITY_REP})),
        "another group's lead": a_group(db.session)[1],
    }
    wrong = []
    for endpoint, method, names in rows(app):
        if not names or TABLE[endpoint] & OPEN:
            continue
        for name, person in strangers.items():
            status, _ = visit(app, person, endpoint, method, address(endpoint, names, stage))
            is_shown = endpoint in SHOWN_TO_EVERY_OFFICE and name == "another office's staff"
            if status != (200 if is_shown else 404):
                wrong.append(f"{method} {endpoint} as {name}: {status}")
    assert wrong == []


def test_the_table_names_only_roles_that_exist():
    assert set().union(*TABLE.values()) <= {str(role) for role in Role} | OPEN
