"""Things for tests, made by walking the services that people use; nothing here pokes a state.

Each takes the session first and everything else by name; two calls make two different things.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from grants.accounts import queries as account_queries
from grants.accounts import services as accounts
from grants.accounts.models import Office, Organisation, Person
from grants.applications import services as applications
from grants.applications.models import Application
from grants.events.services import Plan
from grants.funds import model_form
from grants.funds import services as funds
from grants.funds.definition import AreaDef, RoundDefinition
from grants.funds.models import Round
from tests.apps import NOW
from workflows.actors import SYSTEM, Actor, Role

_numbers = count(1)


def an_office(session: Session, code: str = "", *, now: datetime = NOW, **columns: Any) -> Office:
    """An office; `columns` set what its screens would."""
    code = code or f"office-{next(_numbers)}"
    office = accounts.create_office(session, code, f"Office {code} (fictional)", actor=SYSTEM, now=now)
    for name, value in columns.items():
        setattr(office, name, value)
    session.flush()
    return office


def a_person(
    session: Session,
    *roles: Role,
    office: Office | None = None,
    organisation: Organisation | None = None,
    name: str = "",
    now: datetime = NOW,
) -> Person:
    """Somebody with these roles: those of staff in `office`, those of a group in `organisation`."""
    number = next(_numbers)
    label = name or (f"{roles[0].replace('_', ' ').capitalize()} {number}" if roles else f"Person {number}")
    person = accounts.ensure_person(session, f"person-{number}@group.example.org", label, now=now)
    for role in roles:
        if role in {Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY}:
            assert organisation is not None, f"{role} needs an organisation"
            accounts.join_organisation(session, person, organisation, role, actor=SYSTEM, now=now)
        else:
            assert office is not None, f"{role} needs an office"
            accounts.give_role(session, person, office, role, actor=SYSTEM, now=now)
    return person


def staff(session: Session, office: Office, *roles: Role, name: str = "") -> Person:
    """Somebody who holds these roles in the office."""
    return a_person(session, *roles, office=office, name=name)


def an_organisation(session: Session, name: str = "", *, now: datetime = NOW, **columns: Any) -> Organisation:
    """A group with nobody in it yet."""
    name = name or f"Example Street Group {next(_numbers)} (fictional)"
    kind = columns.pop("kind", "registered_charity")
    return accounts.create_organisation(session, name=name, kind=kind, is_fictional=True, now=now, **columns)


def a_group(session: Session, name: str = "", *, now: datetime = NOW, **columns: Any) -> tuple[Organisation, Person]:
    """A group and its lead, who may also sign for it."""
    organisation = an_organisation(session, name, now=now, **columns)
    return organisation, a_person(session, Role.LEAD, Role.SIGNATORY, organisation=organisation, now=now)


def actor_of(session: Session, person: Person) -> Actor:
    """The person as services take them, with the roles they hold now."""
    actor = account_queries.get_actor(session, person.id)
    assert actor is not None
    return actor


def answers_to_all(**changed: Any) -> dict[str, Any]:
    """A good answer to every question of the model form, by code; `changed` replaces some."""
    answers = {
        **QUIZ_PASSED,
        "O7": "We run a youth club. We started in 2011.",
        "O8": 5,
        "O9": 120_000,
        "O10": 12,
        "C1": "Club manager",
        "C1a": "0116 496 0000",
        "C2": "Chair of the committee",
        "P1": "Safer evenings",
        "P2": "Football and mentoring on two evenings a week.",
        "P3": "Two youth workers run sessions on Tuesdays and Fridays.",
        "P4": "Forty young people told us that they have nowhere to go.",
        "P5": ["prevent", "young_people"],
        "P6": "Young people who are busy and known are less often drawn into violence.",
        "P7": ["West Example"],
        "P8": ["11_17"],
        "P8a": 60,
        "P9a": "2024-04-01",
        "P9b": "2025-03-31",
        "P14": "They chose the evenings.",
        "P16": "We go to the two estates by minibus.",
        "P18": "The club keeps the sessions going.",
        "B1": 900_000,
        "B1a": 1_000_000,
        "B2": [
            {"description": "Youth workers", "amount_pence": 800_000},
            {"description": "Hall", "amount_pence": 100_000},
        ],
        "B4": 500_000,
        "B5": "It costs £150 for each young person.",
        "S1": "yes",
        "S2": "yes",
        "X1": ["yes"],
    }
    return answers | changed


QUIZ_PASSED = {"E1": "registered_charity", "E2": "yes", "E3": "yes", "E4": "yes", "E5": "yes"}


def a_draft(
    session: Session,
    round_: Any,
    organisation: Organisation | None = None,
    lead: Person | None = None,
    *,
    answers: dict[str, Any] | None = None,
    now: datetime = NOW,
) -> Application:
    """A draft in this open round, of a new group unless one is named; `answers` are saved into it."""
    if organisation is None or lead is None:
        organisation, lead = a_group(session, now=now)
    actor = actor_of(session, lead)
    made = applications.start_application(
        session, round_, organisation, QUIZ_PASSED, actor=actor, now=now, received_at=now
    )
    if answers:
        applications.save_answers(session, made, answers, actor=actor, now=now, received_at=now)
    return made


def a_submitted_bid(
    session: Session,
    round_: Any,
    organisation: Organisation | None = None,
    lead: Person | None = None,
    *,
    answers: dict[str, Any] | None = None,
    now: datetime = NOW,
) -> Application:
    """A whole bid, sent; `answers` replace some of the good ones."""
    if organisation is None or lead is None:
        organisation, lead = a_group(session, now=now)
    whole = answers_to_all(**({"P7": [area.name for area in round_.areas[:1]]} | (answers or {})))
    made = a_draft(session, round_, organisation, lead, answers=whole, now=now)
    actor = actor_of(session, lead)
    applications.submit_application(session, made, actor=actor, now=now, received_at=now)
    return made


def a_round(session: Session, office: Office, *, now: datetime = NOW, **overrides: Any) -> Round:
    """A round that is open at `now`, with the model form, rubric and rules; `overrides` are of its definition."""
    number = next(_numbers)
    values = {
        "office": office.code,
        "fund": f"FUND-{number}",
        "code": f"ROUND-{number}",
        "title": f"Round {number}",
        "pot_pence": 10_000_000,
        "opens_at": now - timedelta(days=7),
        "closes_at": now + timedelta(days=14),
        "areas": (AreaDef(name="West Example"), AreaDef(name="East Example", aliases=("The East",))),
        "criteria": model_form.CRITERIA,
        "sections": model_form.sections_for(overrides.get("criteria", model_form.CRITERIA)),
        "rules": model_form.default_rules(),
        "guidance": model_form.GUIDANCE,
        "is_fictional": True,
    }
    actor = actor_of(session, staff(session, office, Role.MANAGER))
    round_ = funds.create_round(
        session, office, RoundDefinition(**values | overrides), actor=actor, now=now, create_missing=True
    )
    funds.approve_round(session, round_, actor=actor, now=now)
    funds.publish_round(session, round_, actor=actor, now=now)
    funds.open_due_rounds(session, now)
    return round_


def a_plan(now: datetime = NOW, **changed: Any) -> Plan:
    """A workshop in ten days, for two hours; `changed` replace some of it."""
    values: dict[str, Any] = {
        "title": "How to apply",
        "starts_at": now + timedelta(days=10),
        "ends_at": now + timedelta(days=10, hours=2),
        "about": "We go through the form.",
        "place": "Example Hall",
        "link": "https://call.example.org/join",
    }
    return Plan(**values | changed)
