"""A folder and a bucket keep files alike: whole or not at all, found by their key, listed, deleted."""

from __future__ import annotations

import io
import stat

import pytest

from config import Settings
from grants.documents.storage import FileMissing, Folder, StorageDown, new_key, store_for
from tests.files import a_bucket, a_free_port

CONTENT = bytes(range(256)) * 4_000


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path, monkeypatch):
    if request.param == "folder":
        yield Folder(tmp_path / "kept")
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    with a_bucket() as (_, url):
        yield store_for(Settings(files_url=url, data_dir=tmp_path))


@pytest.mark.parametrize("given", [CONTENT, io.BytesIO(CONTENT)], ids=["bytes", "stream"])
def test_what_is_put_is_read_again(store, given):
    if not isinstance(given, bytes):
        given.seek(0)
    key = new_key("files")
    store.put(key, given)
    assert b"".join(store.read(key)) == CONTENT


def test_keys_are_listed_with_the_time_and_go_when_deleted(store):
    keys = [new_key("files") for _ in range(5)] + [new_key("pieces")]
    for key in keys:
        store.put(key, b"x")

    listed = list(store.list_keys())
    assert {each.key for each in listed} == set(keys)
    assert all(each.put_at.tzinfo for each in listed)

    store.delete([*keys[:5], "files/00/never-there"])
    assert [each.key for each in store.list_keys()] == keys[5:]


def test_a_key_of_nothing_is_missing(store):
    with pytest.raises(FileMissing):
        list(store.read(new_key("files")))


def test_a_key_leads_out_of_no_folder(tmp_path):
    (tmp_path / "secret").write_text("x")
    with pytest.raises(FileMissing):
        Folder(tmp_path / "kept").read("../secret")


def test_files_are_their_owners_alone(tmp_path):
    store = Folder(tmp_path)
    key = new_key("files")
    store.put(key, b"x")
    assert stat.S_IMODE((tmp_path / key).stat().st_mode) == 0o600


def test_what_was_half_written_is_not_there(tmp_path):
    store = Folder(tmp_path)

    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError("the line broke")

    with pytest.raises(StorageDown):
        store.put("files/aa/one", Broken())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_folder_that_takes_nothing_says_so(tmp_path):
    (tmp_path / "files").write_text("no folder")
    with pytest.raises(StorageDown):
        Folder(tmp_path).put("files/aa/one", b"x")


def test_a_bucket_that_fails_says_so_in_our_words(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    with a_bucket() as (bucket, url):
        store = store_for(Settings(files_url=url, data_dir=tmp_path))
        bucket.is_broken = True
        with pytest.raises(StorageDown):
            store.put("files/aa/one", b"x")
        with pytest.raises(StorageDown):
            store.read("files/aa/one")
        with pytest.raises(StorageDown):
            list(store.list_keys())


def test_a_bucket_that_is_away_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    url = f"s3://our-bucket?endpoint=http://127.0.0.1:{a_free_port()}"
    with pytest.raises(StorageDown):
        store_for(Settings(files_url=url, data_dir=tmp_path)).put("files/aa/one", b"x")


def test_the_setting_chooses_the_place(tmp_path):
    assert store_for(Settings(data_dir=tmp_path)).root == tmp_path / "files"
    named = store_for(Settings(files_url="file:///srv/grants-files", data_dir=tmp_path))
    assert str(named.root) == "/srv/grants-files"
