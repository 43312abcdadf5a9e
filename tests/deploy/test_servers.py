"""The servers that the tests bring along are the real ones."""

import psycopg
import redis

from tests.servers import postgres_database
from worker.app import client_address


def test_postgres_answers_and_a_new_database_is_empty(postgres_server_url: str) -> None:
    with postgres_database(postgres_server_url) as url, psycopg.connect(url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert tables == (0,)
        assert "PostgreSQL" in connection.execute("SELECT version()").fetchone()[0]


def test_the_broker_answers_on_its_unix_socket(redis_url: str) -> None:
    with redis.from_url(client_address(redis_url)) as client:
        client.set("question", "answer")
        assert client.get("question") == b"answer"
