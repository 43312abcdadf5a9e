"""A group that names a link to the police or the office: who chooses markers knows it first; nobody is barred by it."""

from dataclasses import replace

import pytest
import time_machine

from grants.assessment import queries
from grants.assessment import services as assessment
from grants.funds import model_form
from tests import stages
from tests.apps import sign_in
from tests.pages import read_page
from tests.queries import counted

WORDS = "One of our trustees is a police sergeant."
TOLD = "somebody from the police or the office, or their family, helps to run it"


def sections():
    """The short form with the two questions of the full one."""
    full = {each.code: each for section in model_form.FULL_SECTIONS for each in section.questions}
    asked = tuple(replace(full[code], is_required=False) for code in ("O12", "O12a"))
    first, second, *more = model_form.sections_for(model_form.CRITERIA)
    return (first, replace(second, questions=second.questions + asked), *more)


@pytest.fixture
def stage(session):
    made = stages.eligible(session, sections=sections(), answers={"O12": "yes", "O12a": WORDS})
    session.commit()
    with time_machine.travel(made.now):
        yield made


def test_officers_and_managers_read_it_before_they_choose_markers(client, session, stage):
    bid, other = stage.bids[:2]
    sign_in(client, stage.people["manager"])
    for page in (f"/office/applications/{bid.id}", f"/office/applications/{bid.id}/markers"):
        text = read_page(client.get(page)).text
        assert TOLD in text and WORDS in text, page
        assert TOLD not in read_page(client.get(page.replace(f"/{bid.id}", f"/{other.id}"))).text
    overview = read_page(client.get(f"/office/rounds/{stage.round_.id}/markers"))
    assert overview.text.count("Names a link to us") == 1
    sign_in(client, stage.people["decision-maker"])
    text = read_page(client.get(f"/office/applications/{bid.id}")).text
    assert WORDS not in text and TOLD not in text, "the words are private, and the choice is not theirs"


def test_a_marker_and_a_panel_member_are_asked_about_it_without_the_words(client, session, stage):
    manager = {"actor": stage.actor("manager"), "now": stage.now}
    mine = [assessment.assign_marker(session, bid, stage.people["marker-1"], **manager) for bid in stage.bids]
    seats = [
        assessment.Seat(stage.people["chair"].id, is_chair=True),
        assessment.Seat(stage.people["officer"].id, is_officer=True),
        assessment.Seat(stage.people["member"].id),
    ]
    panel = assessment.convene_panel(session, stage.round_, seats, **manager)
    session.commit()
    sign_in(client, stage.people["marker-1"])
    told, untold = (read_page(client.get(f"/office/marking/{each.id}/interest")).text for each in mine[:2])
    assert TOLD in told and WORDS not in told
    assert TOLD not in untold
    sign_in(client, stage.people["member"])
    text = read_page(client.get(f"/office/panels/{panel.id}/interests")).text
    assert text.count(TOLD) == 1 and WORDS not in text


@pytest.mark.parametrize(
    ("said", "alerts"),
    [
        ({"O12": "yes", "O12a": ""}, [""]),
        ({"O12": "no"}, []),
        ({"O12": "no", "O12a": WORDS}, []),
        ({}, []),
    ],
)
def test_what_was_said_beneath_a_no_is_not_said(session, said, alerts):
    made = stages.submitted(session, sections=sections(), answers=said, scores=(5,))
    session.flush()
    with counted(session) as asked:
        found = queries.interest_alerts(session, [bid.id for bid in made.bids])
    assert (list(found.values()), len(asked)) == (alerts, 1)
