"""The receipt in the mail: made when the mail goes, the same each time, and tried again when it can't be made."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from grants.applications import services as applications
from grants.applications.queries import find_submission
from grants.applications.queries import receipts as receipt_queries
from grants.core import pdf
from grants.core.outbox import Delivery
from grants.notifications.services import deliver_due, expand_outbox, send_again
from grants.notifications.services.deliver import MAX_ATTEMPTS
from grants.notifications.transport import SmtpTransport
from tests import builders
from tests.mail import Kept, a_room, messages
from tests.pages import read_page
from tests.worker.service import mail_server
from workflows.actors import Role


@pytest.fixture
def sent(session: Session, now: Any) -> Any:
    """A bid that was sent; of its messages only the receipt waits."""
    office = builders.an_office(session)
    round_, (organisation, lead) = builders.a_round(session, office, now=now), builders.a_group(session)
    bid = builders.a_submitted_bid(session, round_, organisation, lead, now=now, answers={"P1": "Safer £ evenings"})
    session.commit()
    expand_outbox(session, now)
    for message in messages(session):
        if message.template != "submission-receipt":
            session.delete(message)
    session.commit()
    return bid


def receipt_of(mail: Any) -> tuple[str, bytes]:
    [part] = list(mail.iter_attachments())
    assert part.get_content_type() == "application/pdf" and part.get_content_disposition() == "attachment"
    return part.get_filename(), part.get_content()


def test_the_receipt_goes_with_its_mail_to_a_real_server(session: Session, sent: Any, now: Any, client: Any) -> None:
    submission = find_submission(session, sent)
    assert submission is not None
    number = submission.receipt_number
    with mail_server() as (post, url):
        transport = SmtpTransport(url)
        assert deliver_due(session, a_room(transport), now=now) == 1
        transport.close()

    [mail] = post.mails
    name, content = receipt_of(mail)
    assert name == f"receipt-{number}.pdf"
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    assert number in text and submission.content_hash in text and "Safer £ evenings" in text
    assert "Your receipt is attached" in mail.get_body(("plain",)).get_content()
    [message] = messages(session)
    assert message.delivery == Delivery.SENT and "%PDF" not in message.body
    # The bid is taken back and sent anew: the same letter still carries what it was the receipt of.
    later = now + timedelta(minutes=5)
    how = {"actor": builders.actor_of(session, sent.lead), "now": later, "received_at": later}
    applications.unsubmit_application(session, sent, **how)
    applications.save_answers(session, sent, {"P1": "Something else"}, **how)
    applications.submit_application(session, sent, **how)
    session.commit()
    expand_outbox(session, later)
    deliver_due(session, a_room(Kept()), now=later)
    page = read_page(client.get("/sample/mailbox"))
    second, first = (mail for mail in client.get("/sample/mailbox?format=json").json if "attachment" in mail)
    assert client.get(first["attachment"]).data == content != client.get(second["attachment"]).data
    assert {first["attachment"], second["attachment"]} <= set(page.links())
    assert client.get("/sample/mailbox/999/attachment").status_code == 404


def test_what_cannot_be_made_is_tried_again_and_then_shown_to_an_officer(
    session: Session, sent: Any, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> bytes:
        raise RuntimeError("no room for a page")

    kept, made = Kept(), pdf.render_pdf
    monkeypatch.setattr(receipt_queries, "render_pdf", fails)
    for _ in range(MAX_ATTEMPTS):
        [message] = messages(session)
        assert deliver_due(session, a_room(kept), now=message.next_attempt_at) == 1
    [message] = messages(session)
    assert (message.delivery, message.attempts, kept.mails) == (Delivery.DEAD, MAX_ATTEMPTS, [])
    assert "no room for a page" in message.last_error

    monkeypatch.setattr(receipt_queries, "render_pdf", made)
    officer = builders.staff(session, session.get_one(type(builders.an_office(session)), sent.office_id), Role.OFFICER)
    send_again(session, message, actor=builders.actor_of(session, officer), now=now)
    session.commit()
    assert deliver_due(session, a_room(kept), now=now) == 1
    assert receipt_of(kept.mails[0])[1].startswith(b"%PDF")
    assert [each.delivery for each in messages(session, "submission-receipt")] == [Delivery.SENT]


def test_a_fault_inside_the_typesetter_is_an_error_like_any(monkeypatch: pytest.MonkeyPatch, now: Any) -> None:
    import typst

    class PanicException(BaseException):
        pass

    def panics(*_: Any, **__: Any) -> bytes:
        raise PanicException("index out of bounds")

    monkeypatch.setattr(typst, "compile", panics)
    with pytest.raises(RuntimeError, match="index out of bounds"):
        pdf.render_pdf("receipt", {}, made_at=now)
