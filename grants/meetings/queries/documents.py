"""The minutes as files: a PDF that a screen reader can read, and a Word document that the office can go on with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from grants.core import pdf
from grants.meetings.queries.minutes import Copy

BAR = " | "
NOT_WHOLE = "This copy leaves out the bids that its reader left the room for. It is whole once the round is announced."


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a table whose first row is its head."""

    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def blocks_of(text: str) -> list[Block]:
    """A section's text as it is drawn: two lines or more with as many bars each are a table."""
    found: list[Block] = []
    for part in text.split("\n\n"):
        lines = [line for line in part.splitlines() if line.strip()]
        cells = [tuple(cell.strip() for cell in line.split(BAR)) for line in lines]
        if len(cells) > 1 and len(cells[0]) > 1 and len({len(row) for row in cells}) == 1:
            found.append(Block(rows=tuple(cells)))
        elif lines:
            found.append(Block(text="\n".join(lines)))
    return found


def title_of(copy: Copy) -> str:
    return f"Minutes of the panel of {copy.sitting.panel.round.title}"


def status_of(copy: Copy, signed_on: str) -> str:
    """Whether the minutes hold, in one sentence."""
    minutes = copy.minutes
    if minutes is None:
        return "The meeting is not over. This is what the minutes say so far."
    if minutes.signed_at is not None:
        return f"Signed by {minutes.signed_by_name} on {signed_on}."
    return "Not signed yet."


def minutes_pdf(copy: Copy, *, office: str, status: str, made_at: datetime, noted: list[tuple[str, str]]) -> bytes:
    """`noted` are the dated notes: (who and when, text)."""
    data = {
        "title": title_of(copy),
        "heading": title_of(copy),
        "office": office,
        "lead": pdf.paragraphs(status if copy.is_whole else f"{status}\n\n{NOT_WHOLE}"),
        "facts": [],
        "sections": [
            {
                "title": words,
                "answers": [
                    {"label": each.title, "blocks": [_pdf_block(block) for block in blocks_of(each.text)]}
                    for each in sections
                ],
            }
            for words, sections in copy.parts
        ]
        + [{"title": "Notes after signing", "answers": [_pdf_note(*each) for each in noted]}][: bool(noted)],
        "ending": None,
    }
    return pdf.render_pdf("receipt", data, made_at=made_at)


def _pdf_block(block: Block) -> pdf.Block:
    return pdf.table(block.rows[0], block.rows[1:]) if block.rows else pdf.paragraphs(block.text)


def _pdf_note(heading: str, text: str) -> dict[str, Any]:
    return {"label": heading, "blocks": [pdf.paragraphs(text)]}


def minutes_docx(copy: Copy, *, office: str, status: str, made_at: datetime, noted: list[tuple[str, str]]) -> bytes:
    """The same for Word: headings, tables with a head that repeats, in British English, from the office."""
    from docx import Document

    document = Document()
    _say_who(document, title_of(copy), office, made_at)
    document.add_heading(title_of(copy), level=0)
    document.add_paragraph(office)
    for line in (status, "" if copy.is_whole else NOT_WHOLE):
        if line:
            document.add_paragraph(line)
    for words, sections in copy.parts:
        document.add_heading(words, level=1)
        for each in sections:
            document.add_heading(each.title, level=2)
            _fill(document, blocks_of(each.text))
    if noted:
        document.add_heading("Notes after signing", level=1)
    for heading, text in noted:
        document.add_heading(heading, level=2)
        document.add_paragraph(_legible(text))
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()


def _say_who(document: Any, title: str, office: str, made_at: datetime) -> None:
    from docx.oxml.ns import qn

    about = document.core_properties
    about.title, about.author, about.language = title, office, "en-GB"
    # The template of the library names itself here, and a day of its own.
    about.comments, about.last_modified_by, about.keywords = "", office, ""
    about.created = about.modified = made_at.replace(tzinfo=None)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")


def _fill(document: Any, blocks: list[Block]) -> None:
    for block in blocks:
        if block.rows:
            _table(document, block.rows)
        else:
            document.add_paragraph(_legible(block.text))


def _table(document: Any, rows: tuple[tuple[str, ...], ...]) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for place, row in enumerate(rows):
        cells = table.add_row()
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = _legible(text)
            for run in cell.paragraphs[0].runs:
                run.bold = place == 0
    head = table.rows[0]._tr.get_or_add_trPr()
    repeats = OxmlElement("w:tblHeader")
    repeats.set(qn("w:val"), "true")
    head.append(repeats)
    document.add_paragraph()


# What XML can't hold.
_NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _legible(text: str) -> str:
    """The text without the signs that no page can show."""
    return _NOT_IN_XML.sub("", text)
