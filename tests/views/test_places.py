"""A place outside the round's areas is a note, by the postcode districts that the office lists; never an error."""

from dataclasses import replace
from pathlib import Path

import pytest
import time_machine

from grants.applications.queries import paper_from
from grants.funds import model_form
from grants.funds.definition import AreaDef, read_round_file
from grants.funds.definition_file import file_of
from tests.apps import NOW, sign_in
from tests.builders import a_draft, a_group, a_round, an_office
from tests.pages import read_page
from workflows.rules import formats

NOTE = "We don't think that this is in the areas of this round: {}. Is it right?"
LISTED = (AreaDef(name="West Example", aliases=("The West", "le3", "LE4")), AreaDef(name="East", aliases=("LE4",)))
ROUND = sorted((Path(__file__).parents[2] / "sample" / "rounds").glob("*.toml"))[0]
HALF = (LISTED[0], AreaDef(name="East", aliases=("The East",)))


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("areas", "typed", "outside"),
    [
        (LISTED, "LE3 1AA\nle4 2bb", ""),
        (LISTED, "LE3 1AA\nLE31 1AA\nCV1 1AA", "LE31 1AA, CV1 1AA"),
        (LISTED, "", ""),
        # Nothing is said where an area lists none: the place may be there.
        (HALF, "CV1 1AA", ""),
        ((AreaDef(name="West Example"),), "CV1 1AA", ""),
    ],
)
def test_a_place_elsewhere_is_asked_about_once_and_stops_nobody(client, session, areas, typed, outside):
    sections = model_form.sections_for(model_form.CRITERIA, model_form.FULL_SECTIONS)
    round_, (organisation, lead) = (
        a_round(session, an_office(session), areas=areas, sections=sections),
        a_group(session),
    )
    draft = a_draft(session, round_, organisation, lead)
    session.commit()
    sign_in(client, lead)
    address = f"/applications/{draft.id}/sections/reach"
    assert client.post(address, data={"P7a": typed, "go": "later"}).status_code == 303
    for page in (client.get(address), client.get(f"/applications/{draft.id}/check")):
        text = read_page(page).text
        assert (NOTE.format(outside) in text) if outside else NOTE.partition("{")[0] not in text
        assert "Error" not in read_page(page).title


def test_the_preview_knows_the_same_districts():
    definition = replace(read_round_file(ROUND.read_text(), ROUND.name), areas=LISTED)
    assert paper_from(definition).districts == {"LE3", "LE4"}
    assert paper_from(replace(definition, areas=HALF)).districts == frozenset()


def test_a_district_is_the_first_half_of_a_postcode():
    names = ("LE3", "ec1a", "M1", "LE", "LE3 1AA", "The West", "W Leics", "")
    assert [each for each in names if formats.is_district(each)] == ["LE3", "ec1a", "M1"]
    typed = ("le31aa", "EC1A 1BB", "nowhere", "GIR 0AA")
    assert [formats.district_of(each) for each in typed] == ["LE3", "EC1A", "", "GIR"]


def test_a_district_of_two_areas_is_of_both_in_the_rounds_file():
    areas = (AreaDef(name="West", aliases=("LE3", "LE4")), AreaDef(name="East", aliases=("LE4",)))
    assert (
        read_round_file(file_of(replace(read_round_file(ROUND.read_text(), ROUND.name), areas=areas)), "R.toml").areas
        == areas
    )
