"""The words for files: why one is not taken, why one can't be opened, and what is said of one beside its name."""

from __future__ import annotations

from workflows.document import DocumentKind as K
from workflows.rules.files import TYPES

# Refusal code -> sentence; part of `labels.SENTENCES`.
SENTENCES: dict[str, str] = {
    "file-broken": "This file is damaged, or was cut off on its way. Open it on your device, save it again, and choose it again.",
    "file-empty": "This file is empty. Choose another one.",
    "file-expired": "This document ran out on {expires_on}. Upload the one that is good now.",
    "file-has-macros": "This file has a program (macros) inside, so we can't take it. Save it without macros, or as a PDF.",
    "file-infected": "We found something harmful in this file, so nobody can open it. Take it off and upload a clean copy.",
    "file-later-not-allowed": "This can't be sent later. Upload the file now.",
    "file-missing": "Choose a file first.",
    "file-not-scanned": "This file is still being checked for viruses. Until then only the person who uploaded it can open it.",
    "file-not-whole": "Not all of the file has come in. Choose it again: it goes on where it stopped.",
    "file-old-or-locked": "This file has a password, or is of an old type (doc, xls). Save it without a password as docx, xlsx or PDF.",
    "file-removed": "This file was taken off. Upload it again if you need it.",
    "file-too-large": "This file is too large. The most is {most}. Save it smaller, or as several files.",
    "file-type-refused": "This is {found}, and we can't take it. Save it as one of these: {accepted}.",
    "file-unpacks-too-large": "This file would unpack to far more than a document holds, so we can't take it. Save it as a PDF.",
    "file-was-sent": "You sent this file with an application, so it stays on record.",
    "files-away": "The file could not be kept just now. What you typed is safe. Try again in a minute.",
    "not-scanned": "This file has not been checked for viruses yet.",
    "photo-place-stays": "We could not take the place out of this photo. Save it as a JPEG, and choose that.",
    "photo-too-many-points": "This picture is larger than {most} million points. Save it smaller.",
    "too-many-files-ever": "You have uploaded {most} files here already, with those that you took off. Ask the office for help.",
    "too-many-files": "You can give {most} files here at most. Take one off first.",
}
# kind -> its name on a page
KINDS: dict[str, str] = {
    K.GOVERNING_DOCUMENT: "Governing document",
    K.ACCOUNTS: "Accounts or forecast",
    K.SAFEGUARDING_POLICY: "Safeguarding policy",
    K.EQUALITY_POLICY: "Equality policy",
    K.INSURANCE: "Insurance certificate",
    K.QUOTE: "Quote",
    K.ENDORSEMENT_LETTER: "Letter of support",
    K.ACCOUNTABLE_BODY: "Agreement with an accountable body",
    K.PHOTO: "Photo",
    K.OTHER: "Other document",
}


def type_words(media_type: str) -> str:
    """What a file is, by its content."""
    return TYPES[media_type].words


def size_words(size: int) -> str:
    """A size as people say it: 640 KB, 1.2 MB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1_000))} KB"
    return f"{size / 1_000_000:.1f} MB"
