"""What an officer can point at: the files that were sent with a bid, and its group's numbers in public registers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from grants.applications.models import Application
from grants.core.registers import KINDS
from grants.diligence.models import RegisterEntry
from grants.documents.models import Document
from grants.documents.queries import list_by_ids
from grants.funds.models import QuestionKind
from workflows.document import DocumentState
from workflows.rules import files
from workflows.rules.formats import check, normal_name

# What is not clean, or not yet, is nobody's to point at.
SHOWN = frozenset({DocumentState.CLEAN, DocumentState.REPLACED})


def sent_files(session: Session, application: Application, sent: Sequence[dict[str, Any]]) -> list[Document]:
    """The files that this bid was sent with, in the order of the form; what the group keeps besides is its own."""
    of_files = [item for item in sent if item.get("kind") == QuestionKind.FILES]
    ids = list(dict.fromkeys(number for item in of_files for number in files.ids_in(item.get("value"))))
    found = list_by_ids(session, application.organisation_id, ids)
    return [found[number] for number in ids if number in found and found[number].state in SHOWN]


def numbers_of(application: Application, sent: Sequence[dict[str, Any]]) -> dict[str, str]:
    """The group's number in each register, as the bid says it, else as its record does; left out where it has none."""
    group = application.organisation
    numbers = {"charity_number": group.charity_number, "company_number": group.company_number}
    for item in sent:
        if item.get("kind") in KINDS and isinstance(item.get("value"), str) and item["value"].strip():
            numbers[item["kind"]] = item["value"]
    checked = {kind: check(kind, number) for kind, number in numbers.items() if number.strip()}
    return {kind: number.value for kind, number in checked.items() if number.value and not number.error}


def is_same_name(entry: RegisterEntry, application: Application) -> bool:
    """Whether the register has the name under which the bid was made, however it is written."""
    return normal_name(entry.name) == normal_name(application.organisation_name)
