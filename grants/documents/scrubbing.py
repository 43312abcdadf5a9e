"""A file as somebody may have it who is not to know who made it: its words and pictures stay, its particulars go.

What can't be cleaned is not handed out (None): an officer looks into it and decides. What stands in the text itself,
in a picture or on a letterhead, is not looked for.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from grants.documents import containers, heic, photos
from workflows.errors import Refusal
from workflows.rules.files import DOCX, HEIC, JPEG, ODS, ODT, PDF, PNG, XLSX

log = logging.getLogger(__name__)

# Above these a file is not cleaned while somebody waits for a page (our defaults).
LARGEST = 25_000_000
MOST_PAGES = 1_000
# Files within files within files; nobody sends more in good faith.
DEEPEST = 3
_EARLY = (1980, 1, 1, 0, 0, 0)

_CORE = b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
_APP = b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
_CUSTOM = b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>'
_META = (
    b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3">'
    b"<office:meta/></office:document-meta>"
)
_EMPTIED = {"docProps/core.xml": _CORE, "docProps/app.xml": _APP, "docProps/custom.xml": _CUSTOM}
# Who wrote a comment or a change, and where the file lay on their computer.
_TELLING = re.compile(
    rb"""((?:\s(?:[\w.-]+:)?(?:author|initials|userId|providerId|userName|lastModifiedBy)|absPath[^>]*\surl)\s*=\s*)"""
    rb"""("[^"]*"|'[^']*')"""
)
# A table's `displayName` is its own; a person's is theirs.
_PERSON = re.compile(rb"""(\sdisplayName\s*=\s*)("[^"]*"|'[^']*')""")
_AUTHORS = re.compile(rb"(<(?:\w+:)?author>)[^<]*")
_TEMPLATE = re.compile(rb'<Relationship\b[^>]*(?:attachedTemplate|/thumbnail|signature/origin)"[^>]*/?>')
_TEXT = re.compile(rb">[^<]+<")
_ODF_TELLING = re.compile(
    rb"(<(dc:creator|meta:creator-initials|meta:initial-creator|text:author-name|text:author-initials|text:sender-[\w-]+)"
    rb"\b[^>]*>)[^<]*"
)
_PRINTER = re.compile(rb'(config:name="Printer(?:Name|Setup)"[^>]*>)[^<]*')
_THUMBNAIL = re.compile(rb"<manifest:file-entry\b[^>]*Thumbnails/[^>]*/?>")


class CannotClean(Exception):
    """Something in the file could tell who made it, and can't be taken out."""


def scrub(media_type: str, content: bytes, *, depth: int = 0) -> bytes | None:
    """The file without what says who made it, when and where; None where that can't be promised."""
    if len(content) > LARGEST or depth > DEEPEST or media_type not in _SCRUBBERS:
        return None
    try:
        return _SCRUBBERS[media_type](content, depth)
    except CannotClean:
        return None
    except (BadZipFile, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, EOFError) as error:
        log.info("a file could not be cleaned: %s", type(error).__name__)
        return None
    except (RecursionError, NotImplementedError, ArithmeticError, RuntimeError) as error:
        log.info("a file could not be cleaned: %s", type(error).__name__)
        return None


def _photo(clean: Callable[[bytes], bytes | Refusal]) -> Callable[[bytes, int], bytes]:
    def scrubbed(content: bytes, depth: int) -> bytes:
        found = clean(content)
        if isinstance(found, Refusal):
            raise CannotClean
        return found

    return scrubbed


def _packed(part: Callable[[str, bytes, int], bytes | None]) -> Callable[[bytes, int], bytes]:
    """A zip folder written anew, each part by itself; None leaves a part out."""

    def scrubbed(content: bytes, depth: int) -> bytes:
        source = BytesIO(content)
        if containers.look_inside(source) is None:
            raise CannotClean
        made = BytesIO()
        with ZipFile(BytesIO(content)) as old, ZipFile(made, "w") as new:
            for each in old.infolist():
                kept = part(each.filename, old.read(each), depth)
                if kept is not None:
                    new.writestr(_entry(each), kept)
        return made.getvalue()

    return scrubbed


def _entry(old: ZipInfo) -> ZipInfo:
    # Without the time, the comment and the fields of whoever packed it.
    made = ZipInfo(old.filename, _EARLY)
    made.compress_type = ZIP_STORED if old.compress_type == ZIP_STORED else ZIP_DEFLATED
    return made


def _office_part(name: str, content: bytes, depth: int) -> bytes | None:
    if name in _EMPTIED:
        return _EMPTIED[name]
    if name.startswith(("docProps/", "_xmlsignatures/")):
        return None
    if "/media/" in name:
        return _picture(name, content, depth)
    if "/embeddings/" in name:
        return _within(name, content, depth)
    if not name.endswith((".xml", ".rels", ".vml")):
        return content
    _plain(content)
    if name.endswith(".rels"):
        return _TEMPLATE.sub(b"", content)
    if name.startswith("customXml/") and "/itemProps" not in name:
        return _TEXT.sub(b"><", content)
    if name.startswith("xl/persons/"):
        content = _PERSON.sub(rb'\1"Author"', content)
    return _AUTHORS.sub(rb"\1Author", _TELLING.sub(rb'\1"Author"', content))


def _open_part(name: str, content: bytes, depth: int) -> bytes | None:
    if name.rpartition("/")[2] == "meta.xml":
        return _META
    if name.startswith(("Thumbnails/", "META-INF/documentsignatures", "Versions/", "layout-cache")):
        return None
    if name.startswith(("Pictures/", "media/")):
        return _picture(name, content, depth)
    if not name.endswith((".xml", ".rdf")):
        return content
    _plain(content)
    return _THUMBNAIL.sub(b"", _PRINTER.sub(rb"\1", _ODF_TELLING.sub(rb"\1Author", content)))


def _plain(content: bytes) -> None:
    # In another spelling of letters nothing below would be found.
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in content[:100]:
        raise CannotClean


_PICTURES = {".jpg": JPEG, ".jpeg": JPEG, ".jfif": JPEG, ".png": PNG, ".heic": HEIC}
_WITHIN = {".docx": DOCX, ".xlsx": XLSX, ".odt": ODT, ".ods": ODS, ".pdf": PDF}
# Drawings and old pictures, which have no room for more than a picture, or none that office programs fill.
_DRAWN = (".emf", ".wmf", ".gif", ".bmp", ".svg", ".wdp")


def _picture(name: str, content: bytes, depth: int) -> bytes:
    ending = "." + name.rpartition(".")[2].lower()
    if ending in _PICTURES:
        return _whole(_PICTURES[ending].media_type, content, depth)
    if ending in _DRAWN or not content:
        return content
    raise CannotClean


def _within(name: str, content: bytes, depth: int) -> bytes:
    ending = "." + name.rpartition(".")[2].lower()
    if ending not in _WITHIN:
        raise CannotClean
    return _whole(_WITHIN[ending].media_type, content, depth + 1)


def _whole(media_type: str, content: bytes, depth: int) -> bytes:
    cleaned = scrub(media_type, content, depth=depth)
    if cleaned is None:
        raise CannotClean
    return cleaned


def _pdf(content: bytes, depth: int) -> bytes:
    # Only what the pages reach is copied; a second time, what they reached before their particulars were cut off.
    return _copied(_copied(content))


def _copied(content: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted or len(reader.pages) > MOST_PAGES:
            raise CannotClean
        writer = PdfWriter()
        for page in reader.pages:
            writer.add_page(page)
        _cut_off(writer._objects)
        made = BytesIO()
        writer.write(made)
    except PyPdfError as error:
        raise CannotClean from error
    return made.getvalue()


# What an object of a PDF may say of who made it (ISO 32000-2: 14.3, 14.5, 12.5.6.2), and files that hang on a page.
_PARTICULARS = ("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/FS", "/EF", "/Author", "/Creator", "/Company")
_OF_A_REMARK = ("/T", "/M", "/NM", "/CreationDate", "/Popup", "/IRT")


def _cut_off(objects: Iterable[Any]) -> None:
    for each in objects:
        if not hasattr(each, "keys"):
            continue
        for key in _PARTICULARS:
            each.pop(key, None)
        if each.get("/Type") == "/Annot" or "/Rect" in each:
            for key in _OF_A_REMARK:
                each.pop(key, None)
        if each.get("/Subtype") == "/Image":
            _clean_image(each)


def _clean_image(image: Any) -> None:
    filters = image.get("/Filter")
    named = [str(each) for each in filters] if isinstance(filters, list) else [str(filters)]
    if "/JPXDecode" in named:
        raise CannotClean
    if named == ["/DCTDecode"]:
        image._data = _whole(JPEG.media_type, image._data, 0)


_SCRUBBERS: dict[str, Callable[[bytes, int], bytes]] = {
    PDF.media_type: _pdf,
    DOCX.media_type: _packed(_office_part),
    XLSX.media_type: _packed(_office_part),
    ODT.media_type: _packed(_open_part),
    ODS.media_type: _packed(_open_part),
    JPEG.media_type: _photo(photos.without_place_jpeg),
    PNG.media_type: _photo(photos.without_place_png),
    HEIC.media_type: _photo(heic.without_place),
}
