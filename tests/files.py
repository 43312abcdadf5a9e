"""Files for tests: good ones, ones that lie, a scanner and a bucket that are servers of the test."""

from __future__ import annotations

import io
import re
import socket
import socketserver
import struct
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, unquote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from xml.sax.saxutils import escape, unescape

from PIL import Image
from sqlalchemy.orm import Session

from grants.accounts.models import Organisation, Person
from grants.documents import services
from grants.documents.models import Document
from grants.documents.receiving import Taken, take_in
from grants.documents.storage import store_of
from tests.apps import NOW
from tests.builders import a_person, actor_of
from workflows.actors import Role
from workflows.document import DocumentKind

LARGEST = 10_000_000
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PDF_WITH_SCRIPT = PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>")
# The standard harmless file that every scanner knows; in two parts, so that no scanner of a desk stops this one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
EICAR_PDF = PDF + EICAR


def a_zip(*entries: tuple[str, bytes], packed: bool = True) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, content in entries:
            stored = zipfile.ZIP_STORED if name == "mimetype" else None
            archive.writestr(name, content, compress_type=stored)
    return buffer.getvalue()


def docx(*more: tuple[str, bytes]) -> bytes:
    return a_zip(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w:document/>"), *more)


def xlsx(*more: tuple[str, bytes]) -> bytes:
    return a_zip(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"), *more)


def open_document(kind: str, *more: tuple[str, bytes]) -> bytes:
    mimetype = f"application/vnd.oasis.opendocument.{kind}".encode()
    return a_zip(("mimetype", mimetype), ("content.xml", b"<office:document-content/>"), *more)


def a_photo(form: str = "JPEG", *, turned: int = 6, size: tuple[int, int] = (64, 48)) -> bytes:
    """A photo taken in Leicester with the camera on its side."""
    if form == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9003] = turned, "Camera of somebody", "2024:01:10 12:00:00"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (52.0, 38.0, 10.0), "W", (1.0, 8.0, 0.0)
    buffer = io.BytesIO()
    more: dict[str, Any] = {} if form == "PNG" else {"xmp": b"<x:xmpmeta>GPSLatitude 52.6</x:xmpmeta>"}
    Image.effect_noise(size, 60).convert("RGB").save(buffer, form, exif=exif, **more)
    return buffer.getvalue()


def multipart(fields: dict[str, str], name: str, files: list[tuple[bytes, str]]) -> dict[str, Any]:
    """A form with files as a browser sends it; three signs of a file's name have no place in its header."""
    edge = "----tests" + "x" * 16
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n'.encode()
        for key, text in fields.items()
    ]
    for content, file_name in files:
        plain = file_name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{plain}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    return {
        "data": b"".join(parts) + f"--{edge}--\r\n".encode(),
        "content_type": f"multipart/form-data; boundary={edge}",
    }


def taken(session: Session, content: bytes = PDF, name: str = "constitution.pdf") -> Taken:
    """A file in the store of the test, without a row."""
    return take_in(store_of(session), [content], name, largest=LARGEST)


def a_document(
    session: Session,
    organisation: Organisation,
    person: Person | None = None,
    *,
    content: bytes = PDF,
    name: str = "constitution.pdf",
    kind: DocumentKind = DocumentKind.GOVERNING_DOCUMENT,
    expires_on: date | None = None,
    now: datetime = NOW,
) -> Document:
    """A file that the organisation keeps, put there by its lead unless somebody else is named."""
    person = person or a_person(session, Role.LEAD, organisation=organisation, now=now)
    actor = actor_of(session, person)
    kept = taken(session, content, name)
    return services.keep_for_organisation(
        session, organisation.id, kept, kind, expires_on=expires_on, actor=actor, now=now
    )


class _Clamd(socketserver.StreamRequestHandler):
    """INSTREAM as ClamAV's daemon speaks it: EICAR is found, and a request can be told to hang up."""

    def handle(self) -> None:
        server: Any = self.server
        command = self.rfile.read(len(b"zINSTREAM\0"))
        assert command == b"zINSTREAM\0"
        content = b""
        while (size := struct.unpack(">I", self.rfile.read(4))[0]) > 0:
            content += self.rfile.read(size)
        server.seen.append(content)
        if server.hangs_up:
            return
        said = server.answer or ("stream: Eicar-Test-Signature FOUND" if EICAR in content else "stream: OK")
        self.wfile.write(said.encode() + b"\0")


class Clamd(socketserver.ThreadingTCPServer):
    """What the tests ask of the scanner: what it saw, and how it is to misbehave."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Clamd)
        self.seen: list[bytes] = []
        self.hangs_up = False
        self.answer = ""

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running(server: Any) -> Iterator[Any]:
    """The server in a thread until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


class Bucket:
    """As much of S3 as the store speaks: PUT, GET, HEAD, deleting many, and the list of a prefix in pages of two."""

    def __init__(self) -> None:
        self.things: dict[str, tuple[bytes, datetime]] = {}
        self.is_broken = False

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        _, _bucket, *rest = unquote(environ["PATH_INFO"]).split("/", 2)
        key, method = (rest[0] if rest else ""), environ["REQUEST_METHOD"]
        if self.is_broken:
            return self._say(start, "500 Internal Server Error", b"<Error><Code>InternalError</Code></Error>")
        if method == "PUT":
            self.things[key] = (self._body(environ), datetime.now(UTC))
            return self._say(start, "200 OK", b"", ("ETag", '"1"'))
        if method == "GET" and not key:
            return self._say(start, "200 OK", self._list(parse_qs(environ["QUERY_STRING"])))
        if method == "POST":
            deleted = re.findall("<Key>(.*?)</Key>", self._body(environ).decode())
            for each in deleted:
                self.things.pop(unescape(each), None)
            said = "".join(f"<Deleted><Key>{each}</Key></Deleted>" for each in deleted)
            return self._say(start, "200 OK", f"<DeleteResult>{said}</DeleteResult>".encode())
        if key not in self.things:
            return self._say(start, "404 Not Found", b"<Error><Code>NoSuchKey</Code></Error>")
        content, at = self.things[key]
        stamp = ("Last-Modified", f"{at:%a, %d %b %Y %H:%M:%S GMT}")
        if method == "HEAD":
            start("200 OK", [("Content-Length", str(len(content))), ("ETag", '"1"'), stamp])
            return [b""]
        return self._say(start, "200 OK", content, ("ETag", '"1"'), stamp)

    @staticmethod
    def _say(start: Any, status: str, body: bytes, *headers: tuple[str, str]) -> list[bytes]:
        start(status, [("Content-Length", str(len(body))), *headers])
        return [body]

    @staticmethod
    def _body(environ: dict[str, Any]) -> bytes:
        return bytes(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))

    def _list(self, asked: dict[str, list[str]]) -> bytes:
        prefix, after = asked.get("prefix", [""])[0], asked.get("continuation-token", [""])[0]
        keys = [key for key in sorted(self.things) if key.startswith(prefix) and key > after]
        page, more = keys[:2], len(keys) > 2
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.things[key][0])}</Size><ETag>1</ETag>"
            f"<LastModified>{self.things[key][1]:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
            for key in page
        )
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        flag = str(more).lower()
        return f"<ListBucketResult><IsTruncated>{flag}</IsTruncated>{token}{entries}</ListBucketResult>".encode()


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def a_bucket() -> Iterator[tuple[Bucket, str]]:
    """A bucket and the FILES_URL that leads to it."""
    bucket = Bucket()
    server: WSGIServer = make_server("127.0.0.1", 0, bucket, handler_class=_Quiet)
    with running(server):
        port = server.server_address[1]
        yield bucket, f"s3://our-bucket/grants?endpoint=http://127.0.0.1:{port}&region=eu-west-2"
