"""PDFs: tagged for screen readers, the same bytes each time, and whatever people wrote is text and never markup."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from config import ROOT
from grants.applications.queries import copy_of
from grants.core import glyphs, pdf
from grants.core.pdf import Block, code, paragraphs, render_pdf, table

AT = datetime(2024, 1, 10, 12, 0, tzinfo=UTC)


def a_copy(*answers: tuple[str, list[Block]], heading: str = "Receipt") -> dict[str, Any]:
    return {
        "title": "Receipt CSF-R4-0001-9K4F",
        "heading": heading,
        "office": "Office of the PCC (fictional)",
        "lead": paragraphs("We have your application."),
        "facts": [["Receipt number", "CSF-R4-0001-9K4F"], ["Fingerprint", "a1" * 32, "code"]],
        "sections": [{"title": "About you", "answers": [{"label": label, "blocks": each} for label, each in answers]}],
        "ending": None,
    }


def made(*answers: tuple[str, list[Block]]) -> bytes:
    return render_pdf("receipt", a_copy(*answers), made_at=AT)


def said(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def tags(content: bytes) -> list[str]:
    """The tags of the document's tree, in the order of reading."""
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif hasattr(node, "get"):
            if "/S" in node:
                found.append(str(node["/S"]))
            walk(node.get("/K", []))

    walk(PdfReader(BytesIO(content)).trailer["/Root"]["/StructTreeRoot"])
    return found


def test_a_pdf_is_tagged_titled_and_the_same_twice() -> None:
    answers = ("What is it?", [paragraphs("A youth club.\nTwo lines.\n\nSecond paragraph."), code("sha256sum x")])
    budget = ("Budget", [table(["What", "Amount"], [["Hall", "£1,000"], ["Snacks", "£50"]])])

    content = made(answers, budget)

    assert content == made(answers, budget) != render_pdf("receipt", a_copy(answers), made_at=AT)
    reader = PdfReader(BytesIO(content))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en-GB" and root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None and reader.metadata.title == "Receipt CSF-R4-0001-9K4F"
    assert reader.metadata.creation_date == AT
    assert b"pdfuaid" in root["/Metadata"].get_data()
    found = tags(content)
    assert [tag for tag in found if tag.startswith("/H")] == ["/H1", "/H2", "/H3", "/H3"]
    assert found.count("/TH") == 2 and found.count("/TD") == 4 and found.count("/Table") == 1
    assert all(line in said(content) for line in ("Second paragraph.", "Hall", "£1,000", "Page 1 of 1", "a1" * 32))


def test_what_people_wrote_is_never_markup(tmp_path: Any) -> None:
    hostile = '#import "@preview/x:1.0.0" #read("/etc/passwd") $x^2$ *bold* _it_ @ref <label> \\ // = # [a] {b} `raw`'

    text = said(made((hostile, [paragraphs(hostile), table([hostile], [[hostile]])])))

    assert text.replace("\n", " ").count("$x^2$") == 4 and "@preview/x:1.0.0" in text and "*bold*" in text
    (tmp_path / "reads.typ").write_text('#read("/etc/passwd")')
    with pytest.MonkeyPatch.context() as patch, pytest.raises(RuntimeError, match="not found"):
        patch.setattr(pdf, "FOLDER", tmp_path)
        render_pdf("reads", {}, made_at=AT)


def test_no_template_reads_runs_or_fetches_anything() -> None:
    # The typesetter would fetch a package from the network, and `eval` would make markup of words.
    templates = list(pdf.FOLDER.glob("*.typ"))
    assert templates
    for path in templates:
        words = re.sub(r"//.*", "", path.read_text())
        assert not re.search(r"@|\b(import|include|eval|read|image|plugin|csv|yaml|toml|xml|cbor)\b", words), path.name


def test_signs_without_a_picture_do_not_stop_it() -> None:
    text = "Łódź ŵŷ \U0001f600\U0001f44d\U0001f3fd 漢字 \x07\ud800\ufffe\u202e\u200b\ufeff שלום عربى ᚠ\u0301 end"

    content = said(made((text, [paragraphs(text), table([text], [[text]])])))

    assert content.count("[grinning face]") == 4 and "[thumbs up sign] □□" in content and "Łódź ŵŷ" in content
    assert "\u202e" not in content and "fitzpatrick" not in content


def test_odd_answers_make_a_whole_document() -> None:
    odd = [
        {"code": "A1", "section": "", "label": " ", "kind": "text", "value": " ", "shown": " \n\u200b"},
        {"code": "A2", "section": "Two", "label": "w" * 3000, "kind": "text", "value": None, "shown": ""},
        {"code": "A3", "section": "Two", "label": "Piled", "kind": "text", "value": "", "shown": "e\u0301\u0489" * 400},
        {
            "code": "A4",
            "section": "Two",
            "label": "Unread",
            "kind": "files",
            "value": {"typed": 1},
            "shown": "As typed",
        },
        {
            "code": "A5",
            "section": "Two",
            "label": "Later",
            "kind": "files",
            "value": [{"to_follow": True}],
            "shown": "!",
        },
    ]
    wide = {"head": ["a"] * 40, "rows": [["long words here"] * 40], "total": [], "numeric": []}
    odd.append({"code": "A6", "section": "", "label": "Wide", "kind": "table", "value": 1, "shown": "", "table": wide})

    text = said(render_pdf("receipt", {**a_copy(), "sections": copy_of(odd)}, made_at=AT))

    assert all(words in text for words in ("Answers", "A1", "No answer", "As typed", "Wide"))


def test_the_list_of_signs_holds_against_the_typefaces() -> None:
    signs = [chr(sign) for first, last in glyphs._RUNS for sign in range(first, last + 1)]
    lines = [" ".join(signs[start : start + 60]) for start in range(0, len(signs), 60)]
    source = b"""#let lines = json(bytes(sys.inputs.data))
        #set document(title: "Signs")
        #set text(font: "Libertinus Serif")
        = Signs
        #for line in lines [#par(line) #par(strong(line)) #par(raw(line))]"""

    assert pdf._compile(source, lines, AT).startswith(b"%PDF")
    assert not glyphs.is_drawn(0x1F600) and not glyphs.is_drawn(0x0) and glyphs.is_drawn(ord("£"))


def test_much_is_made_within_bounds() -> None:
    began = time.monotonic()
    rows = [[str(number), "words of a cell", "£1,000", "yes", "12"] for number in range(10_000)]

    content = made(("Much", [paragraphs("word " * 40_000), paragraphs("w" * 200_000), paragraphs("x\n" * 20_000)]))
    large = made(("Rows", [table(list("ABCDE"), rows)]))

    assert len(PdfReader(BytesIO(content)).pages) > 100 and len(PdfReader(BytesIO(large)).pages) > 100
    # Some four seconds on a free core; the worker would end the task at 50.
    assert time.monotonic() - began < 40


def test_nobody_carries_the_typesetter_who_makes_no_pdf(tmp_path: Any) -> None:
    script = "import sys, grants; grants.create_app(); import worker.tasks; print('typst' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"SAMPLE": "1", "DATA_DIR": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "False"
