"""What a group keeps of itself for its bids: the latest of each, by the model form's ids, and who changed what when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Organisation, OrganisationDetail, Person

# Public facts stand in columns of their own, for they are searched by; the rest is the group's own.
MIRRORED: Final = {"O1": "name", "O3": "charity_number", "O4": "company_number", "O5a": "postcode"}


@dataclass(frozen=True, slots=True)
class Detail:
    """One answer as the group keeps it now; `saved_at` is None for what is known from its sign-up alone."""

    value: Any
    saved_at: datetime | None = None
    person_name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class DetailVersion:
    """One answer as it was saved once."""

    code: str
    value: Any
    saved_at: datetime
    person_name: str
    source: str


def details_of(session: Session, organisation: Organisation) -> dict[str, Detail]:
    """The latest of everything that the group keeps, by code; what is blank is left out."""
    latest = (
        sa.select(sa.func.max(OrganisationDetail.id))
        .where(OrganisationDetail.organisation_id == organisation.id)
        .group_by(OrganisationDetail.code)
    )
    found = {code: Detail(value) for code, column in MIRRORED.items() if (value := getattr(organisation, column))}
    for version in _versions(session, OrganisationDetail.id.in_(latest)):
        if version.code in MIRRORED and version.value != getattr(organisation, MIRRORED[version.code]):
            # The column was changed since by another way, as by a merge: it is what counts.
            continue
        found[version.code] = Detail(version.value, version.saved_at, version.person_name, version.source)
    return {code: detail for code, detail in found.items() if detail.value not in (None, "", [])}


def list_detail_versions(session: Session, organisation_id: int, *, limit: int = 100) -> list[DetailVersion]:
    """Who changed what and when, the latest first."""
    return _versions(session, OrganisationDetail.organisation_id == organisation_id, limit=limit)


def _versions(session: Session, *which: Any, limit: int | None = None) -> list[DetailVersion]:
    rows = session.execute(
        sa.select(OrganisationDetail.__table__, Person.name.label("person_name"))
        .outerjoin(Person, Person.id == OrganisationDetail.person_id)
        .where(*which)
        .order_by(OrganisationDetail.id.desc())
        .limit(limit)
    )
    return [
        DetailVersion(row.code, row.value, row.saved_at, row.person_name or "the service", row.source) for row in rows
    ]
