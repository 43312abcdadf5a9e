"""Presets: every one becomes a round, with the figures of its source, and says what the office has still to give."""

from dataclasses import fields
from datetime import timedelta

import pytest
import sqlalchemy as sa

from grants.core.audit import AuditEntry
from grants.funds import services as funds
from grants.funds.definition import read_round_file
from grants.funds.definition_file import file_of
from grants.funds.models import Question, Round
from grants.funds.parts import RoundDefinition
from grants.funds.presets import definition_for, get_preset, list_presets
from grants.funds.queries import problems_of
from tests.apps import NOW
from tests.builders import actor_of, an_office, staff
from workflows.actors import Role
from workflows.deadlines import to_london
from workflows.errors import Invalid, NotFound

KEYS = [preset.key for preset in list_presets()]
DATES = {"opens_at": NOW + timedelta(days=7), "closes_at": NOW + timedelta(days=49)}


def given_to(preset, **more):
    """What an office would give: a pot where none is known, dates, and the line."""
    pot = {} if preset.definition.pot_pence else {"pot_pence": 5_000_000}
    dates = {"opens_at": DATES["opens_at"]} if preset.definition.is_rolling else DATES
    return {**pot, **dates, "events": (), "code": f"{preset.definition.code}-NEW", **more}


def test_every_round_of_the_sources_is_there():
    assert set(KEYS) == {
        "commissioners-safety-fund-r3",
        "people-zones-r3",
        "community-action-fund",
        "reducing-reoffending",
        "street-pastors",
        "csp-serious-violence",
        "vcs-covid-support",
        "no-recourse-to-public-funds",
        "safer-streets-expressions",
    }


@pytest.mark.parametrize("key", KEYS)
def test_a_preset_becomes_a_round_that_could_be_published(session, key):
    preset, office = get_preset(key), an_office(session)
    actor = actor_of(session, staff(session, office, Role.MANAGER))
    made = funds.create_round(
        session, office, definition_for(preset, **given_to(preset)), actor=actor, now=NOW, create_missing=True
    )
    assert session.get(Round, made.id).state == "draft"
    assert problems_of(session, made) == []
    asked = session.scalars(sa.select(sa.func.count()).where(Question.round_id == made.id)).one()
    assert asked == len(preset.definition.questions) > 20
    trail = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject_type == "round"))
    assert "create" in set(trail)


@pytest.mark.parametrize("key", KEYS)
def test_a_preset_is_exported_and_comes_back_equal(key):
    preset = get_preset(key)
    made = definition_for(preset, **given_to(preset, office="llr", code="BACK"))
    again = read_round_file(file_of(made), "ROUND.toml")
    assert again.sections == made.sections
    assert (again.rules, again.pot_pence, again.areas) == (made.rules, made.pot_pence, made.areas)


@pytest.mark.parametrize("key", KEYS)
def test_a_preset_names_its_sources_and_what_it_leaves_open(key):
    preset = get_preset(key)
    known = {each.name for each in fields(RoundDefinition)}
    assert preset.sources and preset.known and preset.kind and preset.office
    assert set(preset.asks) <= known
    for name in ("pot_pence", "opens_at", "closes_at"):
        is_open = not getattr(preset.definition, name)
        assert (name in preset.asks) == is_open or (name == "closes_at" and preset.definition.is_rolling), name
    assert preset.definition.warnings == ()


def test_a_round_without_a_pot_is_refused_until_it_has_one():
    preset = get_preset("people-zones-r3")
    with pytest.raises(Invalid) as refused:
        definition_for(preset)
    assert refused.value.detail["problems"] == {"pot_pence": "amount-needed"}
    assert definition_for(preset, pot_pence=4_415_800).pot_pence == 4_415_800


def test_an_unknown_preset_is_not_found():
    with pytest.raises(NotFound):
        get_preset("../csf")


def day(instant):
    return to_london(instant).date().isoformat()


def test_the_figures_are_those_of_the_sources():
    csf = get_preset("commissioners-safety-fund-r3").definition
    assert (csf.pot_pence, csf.max_ask_pence, len(csf.areas)) == (100_000_00, None, 4)
    assert [day(csf.opens_at), day(csf.closes_at)] == ["2023-12-11", "2024-01-15"]
    assert day(csf.events[0].starts_at) == "2023-12-14"
    zones = get_preset("people-zones-r3").definition
    assert [area.name for area in zones.areas] == ["Bell Foundry", "New Parks", "Thringstone and Whitwick"]
    assert (zones.max_ask_pence, zones.needs_community_rep) == (10_000_00, True)
    assert day(zones.closes_at) == "2023-12-04"
    action = get_preset("community-action-fund").definition
    assert (action.max_ask_pence, action.max_project_cost_pence, action.is_rolling) == (3_000_00, 10_000_00, True)
    rules = {rule.code: rule for rule in action.rules}
    assert (rules["ER9"].on_breach, rules["ER9"].settings["cap_pence"]) == ("fail", 25_000_00)
    assert (rules["ER10"].on_breach, "ER14" in rules) == ("fail", True)
    assert {"D1", "D2"} <= {question.code for question in action.questions}
    assert get_preset("street-pastors").definition.pot_pence == 45_490_00
    assert 13_500 + 5_000 + 3_000 + 12_000 + 11_990 == 45_490
    partners = get_preset("csp-serious-violence").definition
    assert (partners.pot_pence, partners.max_ask_pence) == (14 * 20_000_00, 20_000_00)
    assert get_preset("vcs-covid-support").definition.pot_pence == 98_000_00
    assert [each.code for each in get_preset("vcs-covid-support").definition.criteria] == ["H", "D", "A"]
    assert get_preset("no-recourse-to-public-funds").definition.pot_pence == 62_000_00
    streets = get_preset("safer-streets-expressions").definition
    assert to_london(streets.closes_at).isoformat() == "2021-03-25T13:00:00+00:00"


@pytest.mark.parametrize("key", KEYS)
def test_a_preset_names_nobody(key):
    preset = get_preset(key)
    words = " ".join([preset.title, *preset.known, *preset.notes, preset.definition.purpose])
    assert "Mr " not in words and "@" not in words
