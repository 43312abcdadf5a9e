"""When the database or the broker goes away: a plain page, nothing half-written, and all is well again by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from grants.applications.models import Application, Submission
from grants.clock import utc_now
from grants.core.audit import AuditEntry
from grants.extensions import db
from tests.builders import a_draft, a_group, a_round, an_office, answers_to_all
from tests.deploy.processes import free_port, outcome
from tests.live import Live, at_once, serving
from tests.migrated import migrated_app
from workflows.application import ApplicationState as S


@pytest.fixture
def live(postgres_server_url, tmp_path) -> Iterator[Live]:
    """A server on PostgreSQL. Its broker's address leads nowhere: the web process has no use for one."""
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    with migrated_app("postgres", postgres_server_url, tmp_path) as app, serving(app, REDIS_URL=nowhere) as made:
        yield made


@pytest.fixture
def bid(live):
    """A bid ready to be sent, and its lead's browser."""
    with live.app.app_context():
        now = utc_now()
        round_ = a_round(db.session, an_office(db.session), now=now)
        organisation, lead = a_group(db.session, now=now)
        whole = answers_to_all(P7=[round_.areas[0].name])
        made = a_draft(db.session, round_, organisation, lead, answers=whole, now=now)
        db.session.commit()
        return made.id, live.visitor(lead)


def statement(live, text, **values):
    """Run something as the database's administrator, in a connection of its own."""
    with psycopg.connect(live.app.extensions["settings"].database, autocommit=True) as connection:
        return connection.execute(text, values).fetchall()


def drop_connections(live):
    """End every connection to the database but this one, as a failover does."""
    ended = statement(
        live,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    return len(ended)


def test_the_request_after_a_dropped_connection_works(live, bid):
    number, visitor = bid
    with live.app.app_context():
        db.session.remove()
        db.engine.dispose()
    for _ in range(6):
        assert visitor.get(f"/applications/{number}").status == 200
    assert drop_connections(live) >= 1
    for _ in range(6):
        assert visitor.get(f"/applications/{number}").status == 200
    form = visitor.open(f"/applications/{number}/check", "/submit")
    drop_connections(live)
    assert visitor.post(form).status == 303


def test_a_request_whose_connection_is_dropped_midway_wrote_nothing_and_can_be_sent_again(live, bid):
    number, visitor = bid
    form = visitor.open(f"/applications/{number}/check", "/submit")

    with psycopg.connect(live.app.extensions["settings"].database) as holder:
        # The bid's row is held, so that the sending stands in the middle of its work when the connection goes.
        holder.execute("SELECT id FROM application WHERE id = %s FOR UPDATE", (number,))

        def cut():
            waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            until = time.monotonic() + 30
            while not (found := statement(live, waiting)) and time.monotonic() < until:
                time.sleep(0.02)
            assert found, "nobody waits for the bid"
            return statement(live, "SELECT pg_terminate_backend(%(pid)s)", pid=found[0][0])

        answer, _ = at_once([lambda: visitor.post(form), cut])
        holder.rollback()
    assert answer.status == 503
    # A page for people, with a heading and no trace of the inside.
    assert answer.page.h1
    assert "Traceback" not in answer.text
    assert "psycopg" not in answer.text
    with live.app.app_context():
        assert db.session.get(Application, number).state is S.DRAFT
        assert db.session.scalar(sa.select(sa.func.count(Submission.id))) == 0
        assert db.session.scalars(sa.select(AuditEntry.id).where(AuditEntry.action == "submit")).all() == []
    assert visitor.post(visitor.open(f"/applications/{number}/check", "/submit")).status == 303


def test_readiness_and_pages_while_the_database_is_gone_and_after_it_is_back(live, bid):
    number, visitor = bid
    assert visitor.get("/readyz").status == 200
    name = statement(live, "SELECT current_database()")[0][0]
    server = live.app.extensions["settings"].database.replace(f"/{name}?", "/postgres?")
    assert server != live.app.extensions["settings"].database
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            assert visitor.get("/healthz").status == 200
            ready = visitor.get("/readyz")
            assert (ready.status, "unavailable" in ready.text) == (503, True)
            page = visitor.get(f"/applications/{number}")
            assert page.status == 503
            assert page.page.h1
        finally:
            administrator.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')
    assert visitor.get("/readyz").status == 200
    assert visitor.get(f"/applications/{number}").status == 200


def test_without_a_broker_pages_saves_and_submits_work(live, bid):
    number, visitor = bid
    assert visitor.get("/readyz").status == 200
    overview = visitor.get(f"/applications/{number}").page
    section = next(link for link in overview.links() if "/sections/" in link or link.endswith("/project"))
    assert visitor.post(visitor.open(section)).status == 303
    assert visitor.post(visitor.open(f"/applications/{number}/check", "/submit")).status == 303


def test_the_web_process_never_loads_a_broker(tmp_path):
    seen = (
        "import sys, wsgi\n"
        "client = wsgi.app.test_client()\n"
        "client.get('/'), client.get('/readyz'), client.get('/rounds')\n"
        "loaded = sorted({'celery', 'kombu', 'redis', 'amqp', 'worker'} & set(sys.modules))\n"
        "sys.exit(' '.join(loaded) or 0)\n"
    )
    with migrated_app("sqlite", "", tmp_path) as app:
        folder = app.extensions["settings"].data_dir
        env = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(folder), "SAMPLE": "1", "SECRET_KEY": "k" * 40}
        assert outcome(["-c", seen], env) == (0, [])
