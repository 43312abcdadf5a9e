"""An answer may be read for two criteria: local people are part of the need and of what lasts."""

from dataclasses import replace

from grants.funds import model_form, queries
from tests.apps import sign_in
from tests.builders import a_round, an_office, staff
from tests.pages import read_page
from workflows.actors import Role


def also_for(sections):
    return [q.settings.get("also_for") for section in sections for q in section.questions if q.code == "P14"]


def test_groups_and_staff_see_both(client, session):
    office = an_office(session)
    round_, manager = a_round(session, office), staff(session, office, Role.MANAGER)
    session.commit()
    text = read_page(client.get(f"/rounds/{round_.id}")).text
    assert "counts for What lasts and for Need and evidence" in text
    sign_in(client, manager)
    assert "read for C6 and C1" in read_page(client.get(f"/office/rounds/{round_.id}/form")).text
    assert also_for(queries.current_definition(session, round_).sections) == [["C1"]]


def test_another_rubric_reads_nothing_for_a_criterion_that_it_has_not():
    renamed = [replace(each, code=f"X{each.code}") for each in model_form.CRITERIA]
    named = [replace(each, reads=("P14",)) if each.code == "C6" else each for each in model_form.CRITERIA]
    fewer = [each for each in model_form.CRITERIA if each.code != "C1"]
    for criteria in (renamed, named, fewer):
        assert also_for(model_form.sections_for(criteria)) == [None]
    assert also_for(model_form.sections_for(model_form.CRITERIA, model_form.FULL_SECTIONS)) == [["C1"]]
