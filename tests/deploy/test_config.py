"""Settings: what is read, what is kept secret, and what a production start is refused for."""

import stat
from pathlib import Path

import pytest

from config import DEFAULT_SECRET, Settings

GOOD = {
    "SECRET_KEY": "k" * 40,
    "MAIL_URL": "smtp://user:hush@mail.example.org:587",
    "MAIL_FROM": "grants@example.org",
    "BASE_URL": "https://grants.example.org/",
}


def settings(**changes: str) -> Settings:
    return Settings.from_environ({**GOOD, **changes})


def test_a_complete_production_environment_has_no_problems() -> None:
    assert settings().problems() == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": DEFAULT_SECRET}, "SECRET_KEY is the default"),
        ({"SECRET_KEY": "k" * 31}, "SECRET_KEY is short"),
        ({"MAIL_URL": ""}, "MAIL_URL is missing"),
        ({"MAIL_URL": "http://mail.example.org"}, "MAIL_URL cannot be read"),
        ({"MAIL_URL": "smtp://"}, "MAIL_URL cannot be read"),
        ({"MAIL_URL": "smtp://mail.example.org:many"}, "MAIL_URL cannot be read"),
        ({"MAIL_FROM": ""}, "MAIL_FROM is missing"),
        ({"BASE_URL": ""}, "BASE_URL is missing"),
        ({"BASE_URL": "grants.example.org"}, "BASE_URL is missing or no address"),
        ({"PORT": "80a"}, "PORT is '80a'"),
        ({"PORT": "65536"}, "from 1 to 65535"),
        ({"WEB_WORKERS": "0"}, "WEB_WORKERS is '0'"),
        ({"WORKER_CONCURRENCY": "-1"}, "WORKER_CONCURRENCY is '-1'"),
        ({"TRUSTED_PROXIES": "²"}, "TRUSTED_PROXIES is '²'"),
    ],
)
def test_each_problem_is_one_line_that_names_the_setting(changes: dict[str, str], says: str) -> None:
    (problem,) = settings(**changes).problems()
    assert says in problem
    assert "\n" not in problem


def test_a_problem_never_repeats_a_password() -> None:
    (problem,) = settings(MAIL_URL="smpt://user:hush@mail.example.org").problems()
    assert "hush" not in problem


def test_settings_do_not_show_their_secrets() -> None:
    assert "hush" not in repr(settings())
    assert "k" * 40 not in repr(settings())


def test_the_sample_needs_nothing_but_readable_numbers(tmp_path: Path) -> None:
    sample = {"SAMPLE": "1", "DATA_DIR": str(tmp_path)}
    assert Settings.from_environ(sample).problems() == []
    assert len(Settings.from_environ({**sample, "PORT": "x"}).problems()) == 1


def test_only_sample_1_is_sample_mode() -> None:
    assert settings(SAMPLE="1").is_sample
    assert not settings(SAMPLE="yes").is_sample
    assert not settings().is_sample


def test_the_sample_secret_is_random_and_stays_and_is_private(tmp_path: Path) -> None:
    env = {"SAMPLE": "1", "DATA_DIR": str(tmp_path / "new")}
    first = Settings.from_environ(env).secret_key
    assert first == Settings.from_environ(env).secret_key
    assert first != Settings.from_environ({**env, "DATA_DIR": str(tmp_path / "other")}).secret_key
    assert len(first) >= 32
    (kept,) = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_database_is_a_file_in_the_data_folder_unless_one_is_named(tmp_path: Path) -> None:
    assert settings(DATA_DIR=str(tmp_path)).database_url == f"sqlite:///{tmp_path}/safer-grants.sqlite3"
    named = settings(DATA_DIR=str(tmp_path), DATABASE_URL="postgres://u@h/d")
    assert named.database_url == "postgresql://u@h/d"


def test_flask_gets_https_cookies_only_where_people_come_by_https() -> None:
    assert settings().flask_config()["SESSION_COOKIE_SECURE"] is True
    assert settings(BASE_URL="http://localhost:8000").flask_config()["SESSION_COOKIE_SECURE"] is False
    assert settings().flask_config()["BASE_URL"] == "https://grants.example.org"
