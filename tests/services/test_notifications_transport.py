"""Mail leaves by SMTP, over one connection that is opened again when the server hung up; never a bare password."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from grants.notifications.transport import NoTransport, SmtpTransport, TransportDown, transport_for
from tests.deploy.processes import free_port
from tests.worker.service import mail_server


def a_mail(number: int = 1) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "grants@office.example.org"
    mail["To"] = "somebody@group.example.org"
    mail["Subject"] = "Ünïcode £"
    mail["Message-ID"] = f"<{number}@safer-grants>"
    mail.set_content("Words with a £ sign.\n")
    return mail


def test_without_an_address_of_a_server_nothing_leaves() -> None:
    transport = transport_for("")

    assert isinstance(transport, NoTransport)
    transport.send(a_mail(), "somebody@group.example.org")
    transport.close()


def test_messages_share_a_connection_and_survive_its_end() -> None:
    with mail_server() as (post, url):
        transport = SmtpTransport(url)
        transport.send(a_mail(1), "somebody@group.example.org")
        first = transport._server
        transport.send(a_mail(2), "somebody@group.example.org")
        assert transport._server is first is not None
        # The server hangs up between two messages, as many do after so many.
        first.sock.close()
        transport.send(a_mail(3), "somebody@group.example.org")
        transport.close()

    assert post.ids == ["<1@safer-grants>", "<2@safer-grants>", "<3@safer-grants>"]


def test_a_refused_message_does_not_end_the_conversation() -> None:
    with mail_server(refuses=True) as (post, url):
        transport = SmtpTransport(url)
        with pytest.raises(smtplib.SMTPDataError):
            transport.send(a_mail(1), "somebody@group.example.org")
        first = transport._server
        post.refuses = False
        transport.send(a_mail(2), "somebody@group.example.org")
        assert transport._server is first
        transport.close()

    assert post.ids == ["<2@safer-grants>"]


def test_a_server_that_is_not_there_is_said_to_be_away() -> None:
    with pytest.raises(TransportDown, match=r"127\.0\.0\.1"):
        SmtpTransport(f"smtp://127.0.0.1:{free_port()}").send(a_mail(), "somebody@group.example.org")


def test_a_password_is_not_sent_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as (post, url):
        monkeypatch.setattr("grants.notifications.transport._LOOPBACK", frozenset())
        transport = SmtpTransport(url.replace("smtp://", "smtp://user:secret@"))
        with pytest.raises(TransportDown, match="the password was not sent"):
            transport.send(a_mail(), "somebody@group.example.org")
        assert post.ids == []


def test_name_and_password_are_read_as_a_web_address_spells_them() -> None:
    seen: list[tuple[bytes, bytes]] = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        seen.append((given.login, given.password))
        return AuthResult(success=True)

    port = free_port()
    options = {"authenticator": check, "auth_require_tls": False}
    controller = Controller(object(), hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        transport = SmtpTransport(f"smtp://me%40office:p%2Fw@127.0.0.1:{port}")
        transport.send(a_mail(), "somebody@group.example.org")
        transport.close()
    finally:
        controller.stop()

    assert seen == [(b"me@office", b"p/w")]


def test_the_address_with_its_password_is_not_in_what_is_logged() -> None:
    assert "secret" not in repr(SmtpTransport("smtp://user:secret@mail.example.org"))
