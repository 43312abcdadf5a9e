"""PDFs for everybody: a template of `templates/documents` over data, as tagged PDF/UA-1, the same bytes each time.

What people wrote goes in as data and is never read as markup; the typesetter sees no file but the template, and has
no reason to ask the network. It is loaded when somebody asks for a PDF and not before: a web process that makes none
does not carry it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any

from config import ROOT
from grants.core.glyphs import UNKNOWN, drawable

FOLDER = ROOT / "templates" / "documents"
Block = dict[str, Any]
# A word may be cut after so many letters, in a line of text and in all columns of a table together.
LONGEST_WORD, LETTERS_ACROSS = 40, 64
# Where a line may end inside a word; nothing is drawn for it.
_MAY_BREAK = "\u200b"
MOST_TRIES = 10
_NOT_DRAWN = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)


def render_pdf(template_name: str, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """The document as PDF bytes; equal for equal data and time.

    `template_name` is that of a file in `templates/documents` without its ending, whose head names its data. The
    "receipt" serves any copy of a bid: a receipt, or a draft that is read back (another heading, no ending).
    Build its blocks with `paragraphs`, `table` and `code`. `made_at` is written into the file as its date.
    """
    source = (FOLDER / f"{template_name}.typ").read_bytes()
    clean = _each_text(data, drawable)
    for _ in range(MOST_TRIES):
        try:
            return _compile(source, clean, made_at)
        except RuntimeError as error:
            # Signs that typefaces have one by one, and not set upon each other.
            not_drawn = _NOT_DRAWN.search(str(error))
            if not_drawn is None:
                raise
            clean = _each_text(clean, partial(_without, _read(not_drawn[1])))
    return _compile(source, _each_text(clean, _plainly), made_at)


def paragraphs(text: str) -> Block:
    """A block of text; an empty line begins a new paragraph, and other line ends are kept."""
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            parts[-1].append(_loosely(line, LONGEST_WORD))
        elif parts[-1]:
            parts.append([])
    return {"paragraphs": [part for part in parts if part]}


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    total: Sequence[str] = (),
    numeric: Sequence[int] = (),
    code_column: int | None = None,
) -> Block:
    """A table with a head, and a last row of totals if there is one.

    Columns whose places are in `numeric` stand to the right; the cells of `code_column`, such as hashes, are never cut.
    """
    longest = max(4, LETTERS_ACROSS // len(columns) - 4)

    def cells(row: Sequence[str]) -> list[str]:
        return [text if place == code_column else _loosely(text, longest) for place, text in enumerate(row)]

    return {
        "columns": cells(columns),
        "rows": [cells(row) for row in rows],
        "total": cells(total),
        "numeric": list(numeric),
        "code_column": code_column,
    }


def code(text: str) -> Block:
    """What is compared or typed letter by letter, on a line of its own."""
    return {"code": text}


def _compile(source: bytes, data: Any, made_at: datetime) -> bytes:
    import typst

    with TemporaryDirectory(prefix="pdf-") as empty:
        try:
            return typst.compile(
                source,
                root=empty,
                # No file outside the empty folder is found. A package would be fetched: no template names one.
                package_path=empty,
                package_cache_path=empty,
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=int(made_at.timestamp()),
                sys_inputs={"data": json.dumps(data)},
            )
        except BaseException as error:
            # A fault inside the typesetter is no Exception, and would take a worker past its next message.
            if type(error).__name__ == "PanicException":
                raise RuntimeError(f"the typesetter failed: {error}") from error
            raise


def _loosely(text: str, longest: int) -> str:
    text = text.replace(_MAY_BREAK, "")
    return re.sub(rf"\S{{{longest}}}(?=\w)", rf"\g<0>{_MAY_BREAK}", text)


def _each_text(data: Any, change: Any) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, Mapping):
        return {key: _each_text(value, change) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_each_text(value, change) for value in data]
    return data


def _read(quoted: str) -> str:
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), quoted)


def _without(signs: str, text: str) -> str:
    return text.replace(signs, UNKNOWN)


def _plainly(text: str) -> str:
    return "".join(sign if sign < "\u0180" or sign in {_MAY_BREAK, UNKNOWN} else UNKNOWN for sign in text)
