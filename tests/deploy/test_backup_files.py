"""Uploaded files are part of a backup: byte for byte, from a folder into a bucket or back, and never half of them."""

from __future__ import annotations

import json
import zipfile
from contextlib import contextmanager

import flask_migrate
import pytest
import sqlalchemy as sa

from grants.core.backup import MANIFEST
from grants.documents.models import Document
from grants.documents.storage import store_of
from grants.extensions import db
from tests.apps import DATABASES
from tests.builders import a_group
from tests.deploy.test_backup import OTHER, rewritten, run
from tests.files import PDF, a_bucket, a_document, a_photo
from tests.migrated import new_app


@contextmanager
def stamped(kind, url, folder, **settings):
    """An application with an empty database of this version."""
    with new_app(kind, url, folder, **settings) as app:
        with app.app_context():
            db.create_all()
            flask_migrate.stamp()
        yield app


@pytest.fixture(params=DATABASES)
def source(request, postgres_server_url, tmp_path):
    """A group keeps two files, one with a name that no path could bear."""
    with stamped(request.param, postgres_server_url, tmp_path) as app:
        app.kind = request.param
        with app.app_context():
            organisation, lead = a_group(db.session)
            a_document(db.session, organisation, lead, name="../../\u202erules\n.pdf")
            a_document(db.session, organisation, lead, content=a_photo(), name="photo.jpg")
            db.session.commit()
        yield app


def kept(app):
    """Each file's name with its bytes."""
    with app.app_context():
        store = store_of(db.session)
        rows = db.session.scalars(sa.select(Document).order_by(Document.id))
        return [(each.file_name, b"".join(store.read(each.storage_key))) for each in rows]


def test_every_file_comes_back_byte_for_byte_on_the_other_database(source, postgres_server_url, tmp_path):
    file = tmp_path / "all.zip"
    before = kept(source)
    made = run(source, "backup", file)
    assert (made.stderr, made.exit_code) == ("", 0) and "2 uploaded files" in made.stdout

    with stamped(OTHER[source.kind], postgres_server_url, tmp_path) as target:
        restored = run(target, "restore", file)
        assert (restored.stderr, restored.exit_code) == ("", 0) and "2 uploaded files" in restored.stdout
        assert kept(target) == before
        assert before[0] == ("../../\u202erules\n.pdf", PDF)


def test_a_folder_moves_into_a_bucket(source, postgres_server_url, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    file = tmp_path / "all.zip"
    assert run(source, "backup", file).exit_code == 0
    with (
        a_bucket() as (bucket, url),
        stamped("sqlite", postgres_server_url, tmp_path, files_url=url) as target,
    ):
        assert run(target, "restore", file).exit_code == 0
        assert kept(target) == kept(source)
        assert len(bucket.things) == 2


def test_a_file_that_the_store_lost_is_named_and_the_rest_is_kept(source, tmp_path):
    with source.app_context():
        key = db.session.scalar(sa.select(Document.storage_key).order_by(Document.id))
        store_of(db.session).delete([key])
    file = tmp_path / "all.zip"
    made = run(source, "backup", file)
    assert made.exit_code == 0 and "1 uploaded files" in made.stdout
    assert key in made.stderr
    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read(MANIFEST))["lost_files"] == [key]


@pytest.mark.parametrize("change", [lambda content: content[:-1], lambda content: b"x" * len(content), None])
def test_a_damaged_file_restores_nothing(source, postgres_server_url, tmp_path, change):
    file = tmp_path / "all.zip"
    assert run(source, "backup", file).exit_code == 0
    rewritten(
        file,
        lambda name, content: content if not name.startswith("uploaded/") else change and change(content),
    )
    with stamped("sqlite", postgres_server_url, tmp_path) as target:
        refused = run(target, "restore", file)
        assert refused.exit_code == 1 and "Nothing was restored" in refused.output
        assert kept(target) == []


def test_a_backup_of_the_time_before_files_is_still_good(source, postgres_server_url, tmp_path):
    file = tmp_path / "all.zip"
    assert run(source, "backup", file).exit_code == 0

    def older(name, content):
        if name != MANIFEST:
            return None if name.startswith("uploaded/") else content
        said = json.loads(content)
        return json.dumps({key: value for key, value in said.items() if "files" not in key}).encode()

    rewritten(file, older)
    with stamped("sqlite", postgres_server_url, tmp_path) as target:
        assert run(target, "restore", file).exit_code == 0
        with target.app_context():
            assert db.session.scalar(sa.select(sa.func.count()).select_from(Document)) == 2


def test_the_files_of_another_time_are_not_overwritten_when_rows_are_refused(source, tmp_path):
    file = tmp_path / "all.zip"
    before = kept(source)
    assert run(source, "backup", file).exit_code == 0
    refused = run(source, "restore", file)
    assert refused.exit_code == 1 and "holds data already" in refused.output
    assert kept(source) == before
