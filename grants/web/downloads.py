"""Handing files out, to be saved and never shown in a page of ours; and the name of one that comes in.

Who may see what a file belongs to was settled before; whether it may be opened is settled here, once for all pages.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from werkzeug.datastructures import FileStorage

from grants.documents.models import Document
from grants.documents.queries import require_open
from grants.documents.storage import FileMissing, StorageDown, store_of
from grants.extensions import db
from grants.web import labels, refused
from grants.web.access import current_actor
from grants.web.handouts import hand_out
from workflows.errors import NotFound
from workflows.rules.files import TYPES

LONGEST_NAME = 150


def download(document: Document, name: str = "") -> Any:
    """The file as an attachment, under its own name unless another is given; refused when it can't be opened."""
    require_open(document, current_actor())
    try:
        content = store_of(db.session).read(document.storage_key)
    except FileMissing as error:
        raise NotFound(subject="document") from error
    except StorageDown:
        return refused.page(503, labels.heading_for(503), labels.sentence_for("http-503"))
    return hand_out(content, document.media_type, name or name_for_saving(document), size=document.size_bytes)


def name_as_given(chosen: FileStorage) -> str:
    """The name of a file that came with a form, with the three signs put back that a form's header can't hold.

    Browsers write them as the HTML standard says (4.10.22.8).
    """
    return (chosen.filename or "").replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


def name_for_saving(document: Document) -> str:
    """The given name as a computer may save it: no path, no sign that hides another, and the ending of what it is.

    So `photo.html` that is a JPEG is saved as `photo.html.jpg`, and opens as a photo.
    """
    name = re.split(r"[/\\]", document.file_name)[-1]
    plain = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in name)
    plain = "".join(sign for sign in plain if unicodedata.category(sign) not in {"Cf", "Cs", "Co"})
    plain = " ".join(plain.split()).strip(". ") or "file"
    extensions = TYPES[document.media_type].extensions
    ending = next((each for each in extensions if plain.lower().endswith(each)), "")
    stem = plain[: len(plain) - len(ending)] if ending else plain
    return stem[:LONGEST_NAME] + (plain[len(plain) - len(ending) :] if ending else extensions[0])
