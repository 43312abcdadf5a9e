"""The backup drill: everything comes back, on either database, and goes on from where it was; or nothing does."""

from __future__ import annotations

import hashlib
import json
import stat
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from grants.accounts import services as accounts
from grants.accounts.models import Office, Person, SignInLink
from grants.accounts.services.links import Site
from grants.awards import services as awards
from grants.awards.models import Award
from grants.commands.backup import LEFT_OUT, _tables
from grants.core import audit, backup
from grants.core.audit import AuditEntry
from grants.core.backup import MANIFEST, Backup
from grants.core.outbox import Message
from grants.extensions import db
from grants.funds.models import Round
from grants.reporting.funnel import as_json, funnel_of
from grants.reporting.queries.listing import Filter, list_page
from tests import stages
from tests.apps import DATABASES, NOW
from tests.builders import actor_of, an_office
from tests.migrated import migrated_app, new_app
from workflows.actors import SYSTEM

OTHER = {"sqlite": "postgres", "postgres": "sqlite"}


def run(app, *arguments):
    return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def counts(session):
    return {table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) for table in _tables()}


@pytest.fixture(params=DATABASES)
def kind(request):
    return request.param


@pytest.fixture
def source(kind, postgres_server_url, tmp_path):
    with migrated_app(kind, postgres_server_url, tmp_path) as app:
        yield app


@pytest.fixture
def target(kind, postgres_server_url, tmp_path):
    """An empty database of the other kind."""
    with migrated_app(OTHER[kind], postgres_server_url, tmp_path) as app:
        yield app


@pytest.fixture
def small(postgres_server_url, tmp_path):
    """A backup of one office, and an empty SQLite database for it."""
    file = tmp_path / "small.zip"
    with migrated_app("sqlite", postgres_server_url, tmp_path) as app:
        with app.app_context():
            an_office(db.session, "one")
            db.session.commit()
        assert run(app, "backup", file).exit_code == 0
    with migrated_app("sqlite", postgres_server_url, tmp_path) as app:
        yield file, app


def rewritten(file, change):
    """Write the backup again with some members changed: `change(name, bytes) -> bytes or None`."""
    with zipfile.ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, "w") as new:
        for name, content in members.items():
            changed = change(name, content)
            if changed is not None:
                new.writestr(name, changed)


def refused(app, *arguments):
    """The one line with which the command refuses."""
    done = run(app, *arguments)
    assert done.exit_code == 1, done.output
    assert len(done.output.splitlines()) == 1
    return done.output


def test_a_running_round_moves_to_the_other_database_and_goes_on(source, target, tmp_path):
    file = tmp_path / "round.zip"
    with source.app_context():
        stage = stages.running(db.session)
        db.session.commit()
        before, funnel, now = counts(db.session), as_json(funnel_of(db.session, stage.round_)), stage.now
        trail = db.session.execute(sa.select(AuditEntry.__table__).order_by(AuditEntry.id)).all()
        declined, people = stage.awards[1].id, {name: person.id for name, person in stage.people.items()}
        lead, title = stage.groups[1][1].id, stage.bids[1].reference
    made = run(source, "backup", file)
    assert (made.stderr, made.exit_code) == ("", 0)
    restored = run(target, "restore", file)
    assert (restored.stderr, restored.exit_code) == ("", 0)

    with target.app_context():
        assert counts(db.session) == before
        assert before["audit_entry"] > 20 and before["monitoring_return"] > 0 and before["answer"] > 50
        assert db.session.execute(sa.select(AuditEntry.__table__).order_by(AuditEntry.id)).all() == trail
        round_ = db.session.scalars(sa.select(Round)).one()
        assert as_json(funnel_of(db.session, round_)) == funnel
        officer = actor_of(db.session, db.session.get(Person, people["officer"]))
        found = list_page(db.session, officer, round_, Filter(search=title))
        assert [row.reference for row in found.rows] == [title]

        # The next steps of life, each of which writes rows with new numbers.
        award = db.session.get(Award, declined)
        actor = actor_of(db.session, db.session.get(Person, lead))
        awards.decline_offer(db.session, award, "We could not find a room.", actor=actor, now=now)
        newest = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.id > trail[-1].id).order_by(AuditEntry.id))
        first = newest.all()[0]
        assert (first.subject_type, first.action, first.id) == ("award", "decline", trail[-1].id + 1)
        office = an_office(db.session, "another")
        assert office.id == before["office"] + 1
        again = stages.submitted(db.session, scores=(3,), now=now)
        assert again.bids[0].id == before["application"] + 1
        db.session.commit()


def test_the_trail_stays_append_only_after_a_restore(small):
    file, app = small
    assert run(app, "restore", file).exit_code == 0
    with app.app_context(), pytest.raises(sa.exc.DatabaseError, match="append-only"):
        db.session.execute(sa.update(AuditEntry).values(reason="never"))


def test_a_backup_opens_no_account(source, target, tmp_path):
    with source.app_context():
        an_office(db.session, "one")
        person = accounts.ensure_person(db.session, "someone@group.example.org", "Someone", now=NOW)
        accounts.request_link(db.session, person.email, "", client="c", site=Site("http://x", "k" * 32), now=NOW)
        db.session.commit()
        assert db.session.scalar(sa.select(sa.func.count(Message.id))) == 1
    file = tmp_path / "links.zip"
    assert run(source, "backup", file).exit_code == 0
    with zipfile.ZipFile(file) as kept:
        assert not {f"{name}.jsonl" for name in LEFT_OUT} & set(kept.namelist())
        assert not any(b"/sign-in/link/" in kept.read(name) for name in kept.namelist())
    assert run(target, "restore", file).exit_code == 0
    with target.app_context():
        # A person of a restored service asks for a link again, and it is not taken for one already queued.
        accounts.request_link(
            db.session, "someone@group.example.org", "", client="c", site=Site("http://x", "k" * 32), now=NOW
        )
        db.session.commit()
        assert db.session.scalar(sa.select(sa.func.count(SignInLink.id))) == 1


def test_only_the_owner_may_read_a_backup(small):
    file, _ = small
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backup_never_replaces_a_file(small, tmp_path):
    _, app = small
    there = tmp_path / "there.zip"
    there.write_bytes(b"precious")
    assert "Choose another name" in refused(app, "backup", there)
    assert there.read_bytes() == b"precious"


def test_a_folder_that_is_not_there_is_refused_and_nothing_left_behind(small, tmp_path):
    _, app = small
    assert "can't be written" in refused(app, "backup", tmp_path / "nowhere" / "b.zip")


def test_without_a_file_name_it_is_wrong_use(small):
    _, app = small
    assert run(app, "backup").exit_code == 2
    assert run(app, "restore").exit_code == 2


def test_a_database_that_holds_data_is_left_as_it_is(small):
    file, app = small
    assert run(app, "restore", file).exit_code == 0
    with app.app_context():
        before = counts(db.session)
    assert "holds data already" in refused(app, "restore", file)
    with app.app_context():
        assert counts(db.session) == before


def test_another_revision_is_refused_with_what_to_do(small):
    file, app = small
    rewritten(
        file,
        lambda name, content: content if name != MANIFEST else content.replace(b'"revision": "', b'"revision": "x'),
    )
    assert "Restore with the version of the service that made it" in refused(app, "restore", file)
    assert_empty(app)


def test_a_changed_row_is_refused(small):
    file, app = small
    rewritten(file, lambda name, content: content.replace(b"fictional", b"factional") if "office" in name else content)
    assert "damaged (office" in refused(app, "restore", file)
    assert_empty(app)


def test_a_missing_row_is_refused(small):
    file, app = small
    rewritten(file, lambda name, content: b"" if name == "audit_entry.jsonl" else content)
    assert "damaged (audit_entry" in refused(app, "restore", file)
    assert_empty(app)


def test_a_missing_table_is_refused(small):
    file, app = small
    rewritten(file, lambda name, content: None if name == "audit_entry.jsonl" else content)
    assert "cut off or damaged" in refused(app, "restore", file)
    assert_empty(app)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_refused(small, part):
    file, app = small
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * part)])
    assert "cut off or damaged" in refused(app, "restore", file)
    assert_empty(app)


def test_a_flipped_bit_is_refused(small):
    file, app = small
    content = file.read_bytes()
    with zipfile.ZipFile(file) as kept:
        start = kept.getinfo("office.jsonl").header_offset + 70
    file.write_bytes(content[:start] + bytes([content[start] ^ 0x10]) + content[start + 1 :])
    refused(app, "restore", file)
    assert_empty(app)


def test_a_file_that_is_not_there_is_refused(small, tmp_path):
    _, app = small
    assert "can't be read (No such file" in refused(app, "restore", tmp_path / "none.zip")


def test_a_row_that_the_database_refuses_takes_everything_back(small):
    file, app = small
    with zipfile.ZipFile(file) as kept:
        manifest = json.loads(kept.read(MANIFEST))
        entry = json.loads(kept.read("audit_entry.jsonl").splitlines()[0])
    # Whole by its own account, and impossible all the same: a role of an office that is not in it.
    role = {"id": 1, "person_id": 9, "office_id": 9, "role": "officer", "given_by_id": None}
    line = json.dumps(role | {"started_at": entry["at"], "ended_at": None}).encode() + b"\n"
    manifest["tables"]["office_role"] = {"rows": 1, "sha256": hashlib.sha256(line).hexdigest()}
    changed = {MANIFEST: json.dumps(manifest).encode(), "office_role.jsonl": line}
    rewritten(file, lambda name, content: changed.get(name, content))
    assert "refused a row" in refused(app, "restore", file)
    assert_empty(app)


def test_a_database_without_tables_is_refused(postgres_server_url, small, kind, tmp_path):
    file, _ = small
    with new_app(kind, postgres_server_url, tmp_path) as app:
        assert "run `flask db upgrade`" in refused(app, "restore", file)
        assert "run `flask db upgrade`" in refused(app, "backup", tmp_path / "empty.zip")
    assert not (tmp_path / "empty.zip").exists()


def test_what_is_written_while_a_backup_runs_is_not_half_in_it(source, tmp_path, monkeypatch):
    with source.app_context():
        office_id = an_office(db.session, "one").id
        db.session.commit()
        before = counts(db.session)
    write_table = backup._write_table

    def write_and_then_somebody_works(connection, archive, table, only):
        described = write_table(connection, archive, table, only)
        if table.name == "audit_entry":
            # Another process in life, and here another thread.
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(work).result()
        return described

    def work():
        with source.app_context(), db.engine.begin() as connection:
            connection.execute(sa.update(Office).where(Office.id == office_id).values(name="Changed meanwhile"))
            late = {"email": "late@group.example.org", "name": "Late", "session_epoch": 1, "created_at": NOW}
            connection.execute(sa.insert(Person).values(late))

    monkeypatch.setattr(backup, "_write_table", write_and_then_somebody_works)
    file = tmp_path / "instant.zip"
    assert run(source, "backup", file).exit_code == 0
    with source.app_context():
        assert db.session.get(Office, office_id).name == "Changed meanwhile"
    with zipfile.ZipFile(file) as kept:
        manifest = json.loads(kept.read(MANIFEST))
        assert {name: table["rows"] for name, table in manifest["tables"].items()} == before
        assert b"Changed meanwhile" not in kept.read("office.jsonl")


def test_memory_stays_flat_however_much_there_is(source, target, tmp_path):
    few, many = (peak_of_moving(source, target, tmp_path / f"{rows}.zip", rows) for rows in (1_500, 7_500))
    assert many < few + 1_000_000, f"{few} bytes at the most for few rows, {many} for many"


def peak_of_moving(source, target, file, rows):
    entry = audit.entry_values(
        subject_type="office", subject_id=1, action="try", actor=SYSTEM, at=NOW, office_id=None, reason="r" * 300
    )
    with source.app_context(), db.engine.begin() as connection:
        connection.execute(sa.insert(AuditEntry), [entry] * rows)
    tracemalloc.start()
    try:
        assert run(source, "backup", file).exit_code == 0
        with target.app_context(), db.engine.begin() as connection, Backup(file) as kept:
            kept.load(connection, _tables())
            connection.rollback()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def assert_empty(app):
    with app.app_context():
        assert not any(counts(db.session).values())
