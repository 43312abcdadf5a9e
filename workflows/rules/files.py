"""Files as answers: which types are taken, and the list of what is given in, each with its hash, or "it follows".

A value is `[{"document_id", "name", "sha256"}, ...]`, or `[{"to_follow": true}]` where the question's settings allow
it (`may_follow`); `most` is how many files it takes (our default: ten), and `types` names the sorts that it takes
(our default: all).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from workflows.errors import Refusal

MOST: Final = 10


class FileType(NamedTuple):
    """One type that is taken: what it is to the web, to a person, and at the end of a name."""

    media_type: str
    words: str
    extensions: tuple[str, ...]


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
PDF: Final = FileType("application/pdf", "PDF", (".pdf",))
DOCX: Final = FileType(f"{_OFFICE}.wordprocessingml.document", "Word document", (".docx",))
XLSX: Final = FileType(f"{_OFFICE}.spreadsheetml.sheet", "Excel spreadsheet", (".xlsx",))
ODT: Final = FileType(f"{_OPEN}.text", "OpenDocument text", (".odt",))
ODS: Final = FileType(f"{_OPEN}.spreadsheet", "OpenDocument spreadsheet", (".ods",))
JPEG: Final = FileType("image/jpeg", "JPEG photo", (".jpg", ".jpeg"))
PNG: Final = FileType("image/png", "PNG picture", (".png",))
HEIC: Final = FileType("image/heic", "HEIC photo", (".heic", ".heif"))
TYPES: Final = {each.media_type: each for each in (PDF, DOCX, ODT, XLSX, ODS, JPEG, PNG, HEIC)}
# Sorts of files that a question may be narrowed to.
SORTS: Final[Mapping[str, tuple[FileType, ...]]] = {
    "text": (PDF, DOCX, ODT),
    "sheet": (XLSX, ODS),
    "photo": (JPEG, PNG, HEIC),
}
ACCEPTED_WORDS: Final = "PDF, Word (docx), Excel (xlsx), OpenDocument (odt, ods), JPEG, PNG or HEIC"
FOLLOWS: Final[list[dict[str, Any]]] = [{"to_follow": True}]
FOLLOWS_WORDS: Final = "We will send this later"
_KEYS: Final = {"document_id": int, "name": str, "sha256": str}


def problem(settings: Mapping[str, Any], value: Any) -> Refusal | None:
    """What is wrong with the list itself; whether its files are there and clean is known elsewhere."""
    if follows(value):
        return None if settings.get("may_follow") else Refusal("file-later-not-allowed")
    lines = value if isinstance(value, list) else [None]
    if not all(_is_whole(line) for line in lines):
        return Refusal("answer-unreadable", {"kind": "files"})
    most = most_of(settings)
    return Refusal("too-many-files", {"most": most}) if len(lines) > most else None


def most_of(settings: Mapping[str, Any]) -> int:
    """How many files a question takes."""
    return max(1, int(settings.get("most") or MOST))


def types_of(settings: Mapping[str, Any]) -> tuple[FileType, ...]:
    """The types that a question takes; all where it names no sort that is known."""
    named_sorts = [sort for sort in SORTS if sort in (settings.get("types") or ())]
    return tuple(each for sort in named_sorts or SORTS for each in SORTS[sort])


def type_problem(settings: Mapping[str, Any], media_type: str) -> Refusal | None:
    """Why a file of this type is none for this question."""
    taken = types_of(settings)
    if any(each.media_type == media_type for each in taken):
        return None
    return Refusal("file-type-not-asked", {"types": ", ".join(each.words for each in taken)})


def follows(value: Any) -> bool:
    """The group says that it sends the files later."""
    return bool(value == FOLLOWS)


def named(value: Any) -> list[dict[str, Any]]:
    """The files of an answer; none when they follow."""
    lines = value if isinstance(value, list) else []
    return [line for line in lines if _is_whole(line)]


def ids_in(value: Any) -> list[int]:
    """The numbers of its documents."""
    return [line["document_id"] for line in named(value)]


def shown(value: Any) -> str:
    """The answer as it stands on a receipt: each file by its name and SHA-256."""
    if follows(value):
        return FOLLOWS_WORDS
    return "\n".join(f"{line['name']} (SHA-256 {line['sha256']})" for line in named(value))


def names(value: Any) -> str:
    """The same by the names alone, for a page on which nobody compares hashes."""
    return FOLLOWS_WORDS if follows(value) else "\n".join(line["name"] for line in named(value))


def _is_whole(line: Any) -> bool:
    return isinstance(line, Mapping) and all(type(line.get(key)) is kind for key, kind in _KEYS.items())
