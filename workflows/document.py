"""Documents: a file waits for the scan, is clean or shut away, and stays on record when its people take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflows.actors import Actor, Role, Scope
from workflows.effects import Audience, Tell
from workflows.engine import NEW, Workflow
from workflows.errors import Refusal


class DocumentState(StrEnum):
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    REPLACED = "replaced"
    REMOVED = "removed"


class DocumentKind(StrEnum):
    """What a file is, in the words of domain practice (section 16)."""

    GOVERNING_DOCUMENT = "governing_document"
    ACCOUNTS = "accounts"
    SAFEGUARDING_POLICY = "safeguarding_policy"
    EQUALITY_POLICY = "equality_policy"
    INSURANCE = "insurance"
    QUOTE = "quote"
    ENDORSEMENT_LETTER = "endorsement_letter"
    ACCOUNTABLE_BODY = "accountable_body"
    PHOTO = "photo"
    OTHER = "other"


S, K = DocumentState, DocumentKind
# Kept once at the organisation and offered again with each bid; the others belong to one bid.
KEPT_KINDS = (K.GOVERNING_DOCUMENT, K.ACCOUNTS, K.SAFEGUARDING_POLICY, K.EQUALITY_POLICY, K.INSURANCE, K.OTHER)
# What a group still has in hand.
HELD = frozenset({S.WAITING, S.CLEAN, S.INFECTED})
GONE = frozenset({S.REPLACED, S.REMOVED})
# What may be named in an answer, and given in with a bid.
USABLE = frozenset({S.WAITING, S.CLEAN})


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """What the guards of a file may ask; defaults refuse. `scan_found` is the scanner's answer, None before it."""

    scope: Scope
    now: datetime
    was_sent: bool = True
    scan_found: str | None = None


def scanned_clean(facts: DocumentFacts, actor: Actor) -> Refusal | None:
    return None if facts.scan_found == "" else Refusal("not-scanned")


def scan_found_harm(facts: DocumentFacts, actor: Actor) -> Refusal | None:
    return None if facts.scan_found else Refusal("not-scanned")


def was_never_sent(facts: DocumentFacts, actor: Actor) -> Refusal | None:
    # What a receipt names can be asked for years later, so it stays (our default, until retention).
    return Refusal("file-was-sent") if facts.was_sent else None


def why_shut(state: DocumentState, *, is_clean: bool, uploaded_by: int | None, actor: Actor) -> Refusal | None:
    """Why this person, who may see what the file belongs to, can't open it; None when they can.

    Before the scan only who uploaded it opens it; what was found harmful, or was taken back, opens for nobody.
    """
    if state in {S.INFECTED, S.REMOVED}:
        return Refusal("file-infected" if state is S.INFECTED else "file-removed")
    if is_clean or (actor.person_id is not None and actor.person_id == uploaded_by):
        return None
    return Refusal("file-not-scanned")


GROUP = {Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY}
# An officer enters a bid that came on paper or by telephone.
WRITERS = GROUP | {Role.OFFICER, Role.MANAGER}
TIMER = {Role.SYSTEM}

# fmt: off
DOCUMENT = Workflow(
    "document",
    DocumentState,
    initial=S.WAITING,
    terminal={S.REMOVED},
    rows=[
        # action        from                    to          who      provided that      then
        ("upload",      NEW,                    S.WAITING,  WRITERS, [],                []),
        ("pass-scan",   S.WAITING,              S.CLEAN,    TIMER,   [scanned_clean],   []),
        ("pass-scan",   S.REPLACED,             S.REPLACED, TIMER,   [scanned_clean],   []),
        ("quarantine",  {S.WAITING, S.REPLACED}, S.INFECTED, TIMER,  [scan_found_harm],
            [Tell("file-infected", Audience.MEMBERS)]),
        ("replace",     {S.WAITING, S.CLEAN},   S.REPLACED, WRITERS, [],                []),
        ("remove",      HELD,                   S.REMOVED,  WRITERS, [was_never_sent],  []),
    ],
)
# fmt: on
