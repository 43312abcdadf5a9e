"""What a cleaned file says of who made it: nothing, in no byte of it; and it still opens, with its words."""

import io
import zipfile

import openpyxl
import pytest
from docx import Document
from openpyxl.comments import Comment
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Text
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from grants.documents.scrubbing import scrub
from workflows.rules.files import DOCX, JPEG, ODT, PDF, PNG, XLSX

NAME = "Example Street Youth Club"
WORDS = "Two evenings of football a week"


def saved(thing) -> bytes:
    made = io.BytesIO()
    thing.save(made) if hasattr(thing, "save") else thing.write(made)
    return made.getvalue()


def everything(content: bytes) -> bytes:
    """Every byte of a file and of the files within it, unpacked."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as folder:
            parts = [each.filename.encode() + each.comment + each.extra for each in folder.infolist()]
            return b"\n".join([*parts, *(everything(folder.read(each)) for each in folder.infolist())])
    if content[:5] == b"%PDF-":
        reader = PdfReader(io.BytesIO(content))
        held = [reader.get_object(number) for number in range(1, reader.trailer["/Size"])]
        streams = [each.get_data() for each in held if hasattr(each, "get_data") and each.get("/Subtype") != "/Image"]
        return b"\n".join([content, *(repr(each).encode() for each in held), *streams])
    return content


def jpeg() -> bytes:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = NAME
    Image.new("RGB", (40, 30), "green").save(made, "JPEG", exif=exif, comment=NAME.encode())
    return made.getvalue()


def png() -> bytes:
    from PIL.PngImagePlugin import PngInfo

    made, info = io.BytesIO(), PngInfo()
    info.add_text("Author", NAME)
    Image.new("RGB", (40, 30), "green").save(made, "PNG", pnginfo=info)
    return made.getvalue()


def docx() -> bytes:
    made = Document()
    paragraph = made.add_paragraph(WORDS)
    made.add_comment(paragraph.runs, text="A remark", author=NAME, initials="ESYC")
    made.add_picture(io.BytesIO(jpeg()))
    made.core_properties.author = made.core_properties.last_modified_by = made.core_properties.title = NAME
    return saved(made)


def xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"] = WORDS
    book.active["A1"].comment = Comment("A remark", NAME)
    book.properties.creator = book.properties.title = NAME
    return saved(book)


def odt() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as folder:
        folder.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        folder.writestr("content.xml", f"<office:text><dc:creator>{NAME}</dc:creator><p>{WORDS}</p></office:text>")
        folder.writestr("meta.xml", f"<office:meta><meta:initial-creator>{NAME}</meta:initial-creator></office:meta>")
        folder.writestr("Thumbnails/thumbnail.png", NAME)
        folder.comment = NAME.encode()
    return made.getvalue()


def pdf(**changed) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    stream = DecodedStreamObject()
    stream.set_data(f"BT ({WORDS}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    xmp = DecodedStreamObject()
    xmp.set_data(f"<dc:creator>{NAME}</dc:creator>".encode())
    page[NameObject("/Metadata")] = writer._add_object(xmp)
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Who"): TextStringObject(NAME)})
    writer.root_object[NameObject("/Metadata")] = writer._add_object(xmp)
    writer.add_metadata({"/Author": NAME, "/Title": NAME})
    remark = Text(rect=(0, 0, 20, 20), text="A remark", title_bar=NAME)
    writer.add_annotation(0, remark)
    writer.add_attachment("who.txt", NAME.encode())
    if changed.get("locked"):
        writer.encrypt("secret")
    return saved(writer)


@pytest.mark.parametrize(
    ("kind", "content"),
    [(JPEG, jpeg()), (PNG, png()), (DOCX, docx()), (XLSX, xlsx()), (ODT, odt()), (PDF, pdf())],
    ids=["jpeg", "png", "docx", "xlsx", "odt", "pdf"],
)
def test_nothing_of_who_made_it_is_left(kind, content):
    assert NAME.encode() in everything(content)
    cleaned = scrub(kind.media_type, content)
    assert cleaned is not None
    assert NAME.encode() not in everything(cleaned)
    assert NAME.encode("utf-16-be") not in everything(cleaned)
    assert b"ESYC" not in everything(cleaned)
    if kind not in (JPEG, PNG):
        assert WORDS.encode() in everything(cleaned)
    assert scrub(kind.media_type, cleaned) is not None


def test_cleaned_files_open_as_before():
    assert Document(io.BytesIO(scrub(DOCX.media_type, docx()))).paragraphs[0].text == WORDS
    book = openpyxl.load_workbook(io.BytesIO(scrub(XLSX.media_type, xlsx())))
    assert book.active["A1"].value == WORDS
    reader = PdfReader(io.BytesIO(scrub(PDF.media_type, pdf())))
    assert (len(reader.pages), reader.attachments) == (1, {})
    Image.open(io.BytesIO(scrub(JPEG.media_type, jpeg()))).load()


def within(name: str, content: bytes) -> bytes:
    """A Word file with one more file inside it."""
    made = io.BytesIO(docx())
    with zipfile.ZipFile(made, "a") as folder:
        folder.writestr(name, content)
    return made.getvalue()


def test_a_file_within_a_file_is_cleaned_too():
    cleaned = scrub(DOCX.media_type, within("word/embeddings/Sheet1.xlsx", xlsx()))
    assert cleaned is not None and NAME.encode() not in everything(cleaned)


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        (PDF.media_type, pdf(locked=True)),
        (PDF.media_type, b"%PDF-1.7 and nothing that follows"),
        (DOCX.media_type, b"PK\x03\x04 broken"),
        (DOCX.media_type, within("word/embeddings/oleObject1.bin", b"anything")),
        (DOCX.media_type, within("word/comments9.xml", "<a/>".encode("utf-16"))),
        (JPEG.media_type, jpeg()[:200]),
        ("text/plain", b"a file of no kind that we take"),
    ],
)
def test_what_cannot_be_cleaned_is_not_handed_out(media_type, content):
    assert scrub(media_type, content) is None
