"""Documents of the sample: what a group keeps for all of its bids, and what one of its bids was sent with.

They are small PDFs that open, made here, and say that they are fictional.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from grants.documents import services as documents
from grants.documents.models import Document
from grants.documents.receiving import take_in
from grants.documents.storage import store_of
from grants.sample.people import Cast
from workflows.deadlines import london_date
from workflows.document import DocumentKind

LARGEST = 100_000


def keep_papers(session: Session, cast: Cast, group: int, *, now: datetime) -> dict[DocumentKind, Document]:
    """The group's constitution, and its insurance, which runs out in the autumn after next."""
    ends = london_date(now) + timedelta(days=400)
    constitution = _keep(session, cast, group, DocumentKind.GOVERNING_DOCUMENT, "Constitution, signed.pdf", None, now)
    cover = _keep(session, cast, group, DocumentKind.INSURANCE, "Public liability certificate.pdf", ends, now)
    return {each.kind: each for each in (constitution, cover)}


def _keep(
    session: Session, cast: Cast, group: int, kind: DocumentKind, name: str, ends: date | None, now: datetime
) -> Document:
    organisation = cast.groups[group]
    content = a_pdf(f"{name.removesuffix('.pdf')}: {organisation.name}")
    taken = take_in(store_of(session), [content], name, largest=LARGEST)
    actor = cast.actor(f"group-{group}.lead")
    return documents.keep_for_organisation(session, organisation.id, taken, kind, expires_on=ends, actor=actor, now=now)


def a_pdf(words: str) -> bytes:
    """One page with one line on it (ISO 32000-1, 7.5)."""
    line = words.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    text = b"BT /F1 14 Tf 60 760 Td (" + line + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end
