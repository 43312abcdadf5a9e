"""What a group keeps of itself: changed by its lead or signatory alone; every earlier answer stays on the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Organisation, OrganisationDetail
from grants.accounts.queries import MIRRORED, details_of
from grants.core import audit, formats
from workflows.actors import Actor, Role
from workflows.errors import Invalid, NotAllowed, Stale
from workflows.rules import answers
from workflows.rules.formats import Checked

KEEPERS = frozenset({Role.LEAD, Role.SIGNATORY})
# What a register or the post office writes in one way only.
FORMATS = {"O3": "charity_number", "O4": "company_number", "O5a": "postcode"}


def save_details(
    session: Session,
    organisation: Organisation,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    seen: Mapping[str, str] | None = None,
    source: str = "",
) -> list[str]:
    """Write the details that differ from what is kept, by the model form's ids; returns the codes written.

    `seen` are the fingerprints of what the page showed: a detail that somebody else changed since, and the person
    changed too, raises Stale with the codes. Raises NotAllowed for anybody but the group's lead or signatory.
    """
    if not actor.roles_in(organisation.scope) & KEEPERS:
        raise NotAllowed()
    # The group's row is the queue, so that two people who save at once take turns.
    session.execute(sa.select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    session.refresh(organisation)
    kept = details_of(session, organisation)
    changed, lost = {}, []
    for code, typed in given.items():
        value = _in_form(code, typed)
        mark, was = answers.fingerprint(value), answers.fingerprint(kept[code].value if code in kept else None)
        shown = was if seen is None else seen.get(code, was)
        if mark in {was, shown}:
            continue
        if was != shown:
            lost.append(code)
        changed[code] = value
    if lost:
        raise Stale(subject="organisation", id=organisation.id, codes=lost)
    _write(session, organisation, changed, actor, now, source)
    return list(changed)


def _in_form(code: str, value: Any) -> Any:
    """The value in the spelling to keep. Raises Invalid for what a public fact can't be."""
    text = value.strip() if isinstance(value, str) else value
    if code in MIRRORED and not answers.is_blank(text):
        most = Organisation.__table__.c[MIRRORED[code]].type.length
        checked = formats.check(FORMATS[code], str(text)) if code in FORMATS else Checked(str(text))
        if checked.error or len(checked.value) > most:
            raise Invalid(problems={code: checked.error.code if checked.error else "name-too-long"})
        return checked.value
    return text


def _write(
    session: Session, organisation: Organisation, changed: Mapping[str, Any], actor: Actor, now: datetime, source: str
) -> None:
    if not changed:
        return
    if "O1" in changed and answers.is_blank(changed["O1"]):
        raise Invalid(problems={"O1": "organisation-name-needed"})
    for code, value in changed.items():
        session.add(
            OrganisationDetail(
                organisation_id=organisation.id,
                code=code,
                value=value,
                person_id=actor.person_id,
                source=source[:40],
                saved_at=now,
            )
        )
        if code in MIRRORED:
            setattr(organisation, MIRRORED[code], value or "")
    session.flush()
    audit.record(
        session,
        subject_type="organisation",
        subject_id=organisation.id,
        action="save-details",
        actor=actor,
        at=now,
        office_id=None,
        detail={"codes": list(changed), "source": source},
    )
