"""A round goes out as one file and comes back equal: made-up ones, the model form, every preset and the sample's."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings

from grants.extensions import db
from grants.funds import model_form, presets, queries
from grants.funds import services as funds
from grants.funds.definition import RoundFileError, read_round_file
from grants.funds.definition_file import file_of, tables_of
from grants.funds.form_tables import with_reads
from grants.funds.parts import AreaDef, RoundDefinition
from grants.funds.stored import from_stored, hash_of, stored_of
from tests.apps import sign_in
from tests.builders import a_round, actor_of, an_office, staff
from tests.definitions import BASE, definitions
from workflows.actors import Role

SAMPLE = sorted((Path(__file__).parents[2] / "sample" / "rounds").glob("*.toml"))


def back(definition):
    return replace(read_round_file(file_of(definition), "ROUND.toml"), warnings=())


@settings(max_examples=50, deadline=None)
@given(definitions())
def test_a_definition_comes_back_equal_from_its_file(definition):
    assert back(definition) == definition


@settings(max_examples=30, deadline=None)
@given(definitions())
def test_a_definition_comes_back_equal_from_a_version(definition):
    kept = json.loads(json.dumps(stored_of(definition)))
    assert from_stored(kept) == definition
    assert hash_of(kept) == hash_of(dict(reversed(stored_of(definition).items())))


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.name)
def test_the_samples_rounds_come_back_equal(path):
    read = read_round_file(path.read_text(), path.name)
    assert back(read) == replace(read, warnings=())


def test_the_model_form_comes_back_equal():
    sections = model_form.sections_for(model_form.CRITERIA)
    definition = RoundDefinition(
        office="PCC",
        fund="CSF",
        code="M-1",
        title="Model",
        pot_pence=100_00,
        opens_at=BASE,
        closes_at=None,
        is_rolling=True,
        criteria=with_reads(model_form.CRITERIA, sections),
        sections=sections,
        rules=model_form.default_rules(),
        areas=(AreaDef(name="West"),),
    )
    assert back(definition) == definition


@pytest.mark.parametrize("preset", presets.list_presets(), ids=lambda preset: preset.key)
def test_every_preset_comes_back_equal(preset):
    # What a preset leaves to whoever uses it: whose round it is, when, and where a practice names no pot, how much.
    mine = {"office": "PCC", "fund": "CSF", "code": "P-1", "opens_at": BASE, "closes_at": None, "is_rolling": True}
    definition = replace(preset.definition, **mine, pot_pence=preset.definition.pot_pence or 10**8, warnings=())
    definition = replace(definition, criteria=with_reads(definition.criteria, definition.sections))
    assert back(definition) == definition


def test_the_full_model_form_comes_back_equal():
    definition = read_round_file(SAMPLE[0].read_text(), SAMPLE[0].name)
    kept = [criterion.code for criterion in definition.criteria]
    sections = tuple(
        replace(s, questions=tuple(_read_for(question, kept) for question in s.questions))
        for s in model_form.FULL_SECTIONS
    )
    whole = replace(definition, sections=sections, criteria=with_reads(definition.criteria, sections), warnings=())
    assert back(whole) == whole


def _read_for(question, criteria):
    return question if question.criterion_code in criteria else replace(question, criterion_code="")


def test_the_file_says_everything_itself():
    definition = read_round_file(SAMPLE[0].read_text(), SAMPLE[0].name)
    tables = tables_of(definition)
    assert tables["complete"] is True
    assert [each["code"] for each in tables["questions"]] == [question.code for question in definition.questions]
    assert all(each["label"] for each in tables["questions"])
    bare = 'complete = true\noffice = "A"\nfund = "F"\ncode = "C"\ntitle = "T"\npot = 5\nline = 5\n'
    with pytest.raises(RoundFileError) as caught:
        read_round_file(bare, "R.toml")
    assert {problem.column for problem in caught.value.problems} == {"opens_at", "closes_at", "criteria", "questions"}


@settings(max_examples=5, deadline=None, phases=[Phase.generate])
@given(definition=definitions())
def test_a_definition_comes_back_equal_from_the_rows(app_on_sqlite, definition):
    app, session = app_on_sqlite
    with app.app_context():
        office = an_office(session, f"o{hash_of(stored_of(definition))[:12]}")
        manager = actor_of(session, staff(session, office, Role.MANAGER))
        sound = replace(definition, office=office.code, fund_title=definition.fund_title or definition.fund)
        sound = replace(sound, privacy_notice=definition.privacy_notice or "How we use it")
        round_ = funds.create_round(session, office, sound, actor=manager, now=BASE, create_missing=True)
        session.flush()
        session.expire_all()
        events = tuple(sorted(sound.events, key=lambda event: event.starts_at))
        assert queries.current_definition(session, round_) == replace(sound, events=events)
        session.rollback()


@pytest.fixture(scope="module")
def app_on_sqlite(_sqlite_app):
    return _sqlite_app, db.session


def test_a_copy_has_no_events_of_the_round_that_it_copies(session, now):
    office = an_office(session)
    manager = actor_of(session, staff(session, office, Role.MANAGER))
    source = a_round(session, office, now=now)
    made = funds.copy_round(
        session, source, code="COPY", title="C", opens_at=BASE, closes_at=None, actor=manager, now=now
    )
    assert queries.current_definition(session, made).events == ()


def test_the_command_prints_what_import_round_takes(app, tmp_path):
    run = app.test_cli_runner()
    with app.app_context():
        a_round(db.session, an_office(db.session), code="EX-1")
        db.session.commit()
    printed = run.invoke(args=["export-round", "EX-1"])
    assert (printed.exit_code, printed.stderr) == (0, "")
    again = tmp_path / "AGAIN.toml"
    again.write_text(printed.stdout.replace('code = "EX-1"', 'code = "EX-2"', 1))
    taken = run.invoke(args=["import-round", str(again)])
    assert (taken.exit_code, taken.stderr) == (0, "")
    second = run.invoke(args=["export-round", "EX-2"])
    assert second.stdout == again.read_text()
    nothing = run.invoke(args=["export-round", "NO-SUCH"])
    assert (nothing.exit_code, nothing.stderr) == (1, "There is no round NO-SUCH.\n")


def test_staff_download_a_round_and_others_do_not(session, client, now):
    office = an_office(session)
    round_ = a_round(session, office, now=now)
    officer, foreign = staff(session, office, Role.OFFICER), staff(session, an_office(session, "other"), Role.MANAGER)
    marker = staff(session, office, Role.MARKER)
    url = f"/office/rounds/{round_.id}/file"
    for person, status in ((officer, 200), (foreign, 404), (marker, 404)):
        sign_in(client, person)
        answer = client.get(url)
        assert answer.status_code == status
        if status == 200:
            assert read_round_file(answer.text, "R.toml") == queries.current_definition(session, round_)
            assert answer.headers["Content-Disposition"] == f'attachment; filename="{round_.code}.toml"'
