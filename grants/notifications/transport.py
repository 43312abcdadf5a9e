"""How a message leaves: by SMTP to the server that MAIL_URL names, or not at all where none is named.

A password never crosses the network in the clear, and nothing waits for a silent server without end.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

# For each answer that is waited for; a task is ended after 60 s whatever happens.
ANSWER_WITHIN_SECONDS = 10.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS = {"smtp": 25, "smtps": 465}


class TransportDown(Exception):
    """The mail server can't be reached or won't talk at all: no message will go for now."""


class Transport(Protocol):
    """Where messages go. `send` returns when the other side has taken the message over, or raises."""

    def send(self, message: EmailMessage, address: str) -> None: ...

    def close(self) -> None: ...


class NoTransport:
    """For the sample without MAIL_URL: no mail leaves, and the mailbox page shows what would have been sent."""

    def send(self, message: EmailMessage, address: str) -> None:
        return None

    def close(self) -> None:
        return None


@dataclass
class SmtpTransport:
    """One connection, opened by the first message and used again until something goes wrong with it."""

    url: str = field(repr=False)
    _server: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, address: str) -> None:
        """Hand the message over. Raises TransportDown, or what smtplib raises when this one message is refused."""
        server = self._talking() or self._open()
        try:
            server.send_message(message, to_addrs=[address])
        except smtplib.SMTPServerDisconnected as error:
            self._drop()
            raise TransportDown("the mail server closed the connection") from error
        except smtplib.SMTPException:
            # This one message was refused; the conversation goes on.
            raise
        except OSError as error:
            self._drop()
            raise TransportDown(_said(error)) from error

    def close(self) -> None:
        if self._server is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._server.quit()
            self._drop()

    def _talking(self) -> smtplib.SMTP | None:
        # Servers hang up after so many messages or so long a silence; that is no failure of the next message.
        try:
            if self._server is not None and self._server.noop()[0] == 250:
                return self._server
        except (smtplib.SMTPException, OSError):
            pass
        self._drop()
        return None

    def _open(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        try:
            self._server = _greet(parts)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise TransportDown(f"{parts.hostname}: {_said(error)}") from error
        return self._server

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def transport_for(mail_url: str) -> Transport:
    """The transport that this address names; one that sends nothing when it is empty."""
    return SmtpTransport(mail_url) if mail_url else NoTransport()


def _greet(parts: SplitResult) -> smtplib.SMTP:
    host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, _own_name(), timeout=ANSWER_WITHIN_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, _own_name(), timeout=ANSWER_WITHIN_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
    if parts.username:
        _sign_in(server, parts, host)
    return server


@cache
def _own_name() -> str:
    # Looking it up can take a name server's patience, so it is asked once for each process.
    return socket.getfqdn()


def _sign_in(server: smtplib.SMTP, parts: SplitResult, host: str) -> None:
    if not isinstance(server.sock, ssl.SSLSocket) and host not in _LOOPBACK:
        server.close()
        raise smtplib.SMTPException("the server offers no encryption, so the password was not sent")
    server.login(unquote(parts.username or ""), unquote(parts.password or ""))


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
