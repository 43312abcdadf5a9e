"""The commands that begin an installation: what they make, what they print, and how they refuse."""

import pytest
import sqlalchemy as sa

from grants.accounts.models import Office, OfficeRole, Person
from grants.core.outbox import Message
from grants.extensions import db
from workflows.actors import Role


@pytest.fixture
def run(app):
    """Run a command line in a process's own context."""
    return lambda *line: app.test_cli_runner().invoke(args=list(line))


def test_an_office_and_its_first_administrator(app, run, client):
    made = run("create-office", "abc", "Example Office (fictional)")
    assert (made.exit_code, made.stderr) == (0, "")
    invited = run("invite", "Admin@office.example.org", "--office", "ABC", "--role", "admin")
    assert invited.exit_code == 0, invited.stderr
    url = invited.stdout.strip()
    assert url.startswith("http://127.0.0.1:8000/sign-in/link/"), "the link, and nothing else, on stdout"
    with app.app_context():
        person = db.session.scalars(sa.select(Person)).one()
        role = db.session.scalars(sa.select(OfficeRole)).one()
        message = db.session.scalars(sa.select(Message)).one()
        assert person.email == "admin@office.example.org"
        assert (role.person_id, role.role) == (person.id, Role.ADMIN)
        assert (message.template, message.address, message.detail["url"]) == ("office-invitation", person.email, url)
    assert client.post(url).location == "/sign-in/set-up-code"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (("create-office", "abc", "Again (fictional)"), "Another office has this code."),
        (("create-office", "a b", "Spaces (fictional)"), "An office's code is 2 to 20 letters, digits or hyphens."),
        (("invite", "x@example.org", "--office", "nope", "--role", "admin"), "There is no office nope."),
        (("invite", "nobody", "--office", "abc", "--role", "admin"), "nobody is not an e-mail address."),
    ],
)
def test_a_refused_command_says_why_in_one_line_and_changes_nothing(app, run, line, complaint):
    run("create-office", "ABC", "Example Office (fictional)")
    refused = run(*line)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith(complaint)
    assert refused.stderr.count("\n") == 1
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Office.id))) == 1
        assert db.session.scalar(sa.select(sa.func.count(Person.id))) == 0


@pytest.mark.parametrize(
    "line",
    [("create-office",), ("invite", "x@example.org"), ("invite", "x@example.org", "--office", "abc", "--role", "king")],
)
def test_a_wrong_command_line_is_a_matter_of_usage(run, line):
    assert run(*line).exit_code == 2
