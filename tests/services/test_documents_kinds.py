"""A file is what is in it: every type that is taken, everything that lies about itself, and what is said of it."""

from __future__ import annotations

import io
import struct
import time
import zipfile

import pytest

from grants.documents import containers, kinds
from grants.documents.receiving import as_given
from grants.web import labels
from tests.files import EICAR, PDF, PDF_WITH_SCRIPT, a_photo, a_zip, docx, open_document, xlsx
from workflows.errors import Refusal


def judge(content):
    return kinds.judge(io.BytesIO(content))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PDF, kinds.PDF),
        (docx(), kinds.DOCX),
        (xlsx(), kinds.XLSX),
        (open_document("text"), kinds.ODT),
        (open_document("spreadsheet"), kinds.ODS),
        (a_photo("JPEG"), kinds.JPEG),
        (a_photo("PNG"), kinds.PNG),
        (a_photo("HEIF"), kinds.HEIC),
        # Script in a PDF is taken: it is only ever saved, never opened in a page of ours.
        (PDF_WITH_SCRIPT, kinds.PDF),
    ],
)
def test_what_is_taken_is_known_by_its_content(content, expected):
    assert judge(content) is expected


GIF = b"GIF89a" + b"\0" * 40
EXE = b"MZ\x90\0" + b"\0" * 200
WEBP = b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "file-empty", "empty"),
        (b"Dear panel,\n", "file-type-refused", "a text file"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "file-type-refused", "a web page"),
        (b"  <svg xmlns='http://www.w3.org/2000/svg'/>", "file-type-refused", "a web page or drawing"),
        (EXE, "file-type-refused", "a program"),
        (GIF, "file-type-refused", "a GIF picture"),
        (WEBP, "file-type-refused", "a WebP picture"),
        (OLD_WORD, "file-old-or-locked", "password"),
        (a_zip(("holiday.jpg", b"x")), "file-type-refused", "a zip folder"),
        (docx(("word/vbaProject.bin", b"Sub AutoOpen()")), "file-has-macros", "macros"),
        (xlsx(("xl/vbaProject.bin", b"x")), "file-has-macros", "macros"),
        (open_document("text", ("Basic/Standard/Module1.xml", b"x")), "file-has-macros", "macros"),
        # Something else in front of a PDF or a folder is neither: a reader that is kinder than we are would find it.
        (b"GIF89a;" + PDF, "file-type-refused", "GIF"),
        (EXE + docx(), "file-type-refused", "a program"),
        (b"\0\1\2\3" * 10, "file-type-refused", "do not know"),
        # Says that it is two documents at once.
        (docx(("xl/workbook.xml", b"x")), "file-type-refused", "a zip folder"),
        (open_document("presentation"), "file-type-refused", "a zip folder"),
    ],
)
def test_what_is_refused_is_told_what_it_is(content, code, words):
    refusal = judge(content)

    assert isinstance(refusal, Refusal) and refusal.code == code
    assert words in labels.sentence_for(refusal.code, refusal.detail)


@pytest.mark.parametrize("found", [b"PK\x03\x04" + b"\0" * 40, docx()[:-10], docx()[:40] + b"\0" * 400])
def test_a_folder_that_was_cut_off_is_called_damaged(found):
    assert judge(found).code == "file-broken"


def a_bomb(size):
    return docx(("word/media/image1.bmp", b"\0" * size))


def test_a_bomb_is_refused_by_what_it_says_it_unpacks_to():
    content = a_bomb(50_000_000)
    assert len(content) < 100_000

    began = time.monotonic()
    assert judge(content).code == "file-unpacks-too-large"
    assert time.monotonic() - began < 0.5, "it was unpacked"


def test_what_packs_well_and_is_small_is_no_bomb():
    assert judge(a_bomb(3_000_000)) is kinds.DOCX


def test_entries_that_lie_over_one_another_are_a_bomb():
    # Every entry of the list points at the same packed bytes, so together they are larger than the file.
    plain = bytearray(docx(*((f"word/{number}.xml", b"x" * 5_000) for number in range(3))))
    with zipfile.ZipFile(io.BytesIO(bytes(plain))) as archive:
        entries = archive.infolist()
    table = plain.index(b"PK\x01\x02")
    at = table
    for _ in entries:
        plain[at + 20 : at + 24] = struct.pack("<I", 900)
        at = plain.find(b"PK\x01\x02", at + 4)
    assert judge(bytes(plain)).code == "file-unpacks-too-large"


def test_a_list_of_contents_too_long_to_read_is_not_read(monkeypatch):
    monkeypatch.setattr(containers, "ZipFile", None)
    many = docx()
    end = many.rindex(b"PK\x05\x06")
    lying = many[: end + 10] + struct.pack("<HL", 60_000, 9_000_000) + many[end + 16 :]
    assert judge(lying).code == "file-broken"


def test_a_folder_with_a_password_is_refused():
    content = bytearray(docx())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert judge(bytes(content)).code == "file-old-or-locked"


def test_a_harmful_file_is_not_found_here_but_by_the_scanner():
    assert judge(PDF + EICAR) is kinds.PDF


NAMES = [
    "accounts 2024.pdf",
    'a "quoted", comma; name.pdf',
    "../../etc/passwd",
    "C:\\Users\\somebody\\letter.docx",
    "two\nlines\r\n.pdf",
    "rechnung\u202efdp.exe",
    "zero\u200bwidth.pdf",
    "پیوست قرارداد.pdf",
    "x" * 255,
    "x" * 300 + ".pdf",
    "<script>alert(1)</script>.pdf",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_survives_as_it_was_given(name):
    assert as_given(name) == name


def test_a_name_that_no_database_keeps_is_kept_as_far_as_it_can_be():
    assert as_given("nul\0.pdf") == "nul.pdf"
    assert as_given("half\ud800.pdf") == "half?.pdf"
    assert as_given("x" * 5_000 + ".pdf") == "x" * 996 + ".pdf"
    assert as_given("") == "file"
