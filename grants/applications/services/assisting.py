"""Assisted digital: an officer enters a bid that came on paper or by telephone, with the group's consent.

Nothing is sent that was not read back and agreed as it stands, and the group's own people may take the bid over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts import services as accounts
from grants.accounts.models import Organisation
from grants.applications.models import Application, Assistance, AssistedBy, ReadBackBy
from grants.applications.queries import answers_of, content_of, find_assistance, find_live, hash_of, paper_of
from grants.applications.services.drafting import lock, start_application
from grants.core import audit
from grants.funds.model_form import ORG_TYPE
from grants.funds.models import Round
from workflows.actors import HELPERS, Actor, Role
from workflows.application import ApplicationState
from workflows.errors import Invalid, NotAllowed, Stale


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """How a group asked for it: by what way, through whom, and the consent that was given, as it was put."""

    how: AssistedBy
    contact_name: str
    contact_details: str
    consent_at: datetime
    consent_words: str


def enter_for_group(
    session: Session,
    round_: Round,
    group: Organisation | Mapping[str, str],
    given: Help,
    *,
    contact_email: str = "",
    actor: Actor,
    now: datetime,
    received_at: datetime,
) -> Application:
    """Begin the group's draft in the office's hands; pressed twice, it is one draft.

    `group` is one that is here, or the columns of a new one. With an e-mail address the contact of a new one leads it
    from the start, hears what every applicant hears, and can take the bid over. Raises Invalid: group-has-bid
    where it has one of its own, and consent-not-given-yet for a day to come.
    """
    _require_helper(actor, round_.office_id)
    if given.consent_at > now:
        raise Invalid(problems={"consent_on": "consent-not-given-yet"})
    organisation = group if isinstance(group, Organisation) else _new_group(session, group, actor, now)
    session.execute(sa.select(Round.id).where(Round.id == round_.id).with_for_update())
    standing = find_live(session, round_.id, organisation.id)
    if standing is not None and not standing.is_helped:
        raise Invalid(problems={"name": "group-has-bid"})
    if standing is not None:
        return standing
    if organisation is not group and contact_email:
        person = accounts.ensure_person(session, contact_email, given.contact_name, now=now)
        for role in (Role.LEAD, Role.SIGNATORY):
            accounts.join_organisation(session, person, organisation, role, actor=actor, now=now)
    times = {"now": now, "received_at": received_at}
    paper = paper_of(session, round_)
    # What kind of organisation it is was said just now.
    known = {each.code: organisation.kind for each in paper.questions if each.code == ORG_TYPE}
    bid = start_application(
        session, round_, organisation, known, actor=actor, paper=paper, assisted_by=given.how, **times
    )
    session.add(
        Assistance(
            application_id=bid.id,
            entered_by=actor.person_id,
            contact_name=given.contact_name,
            contact_details=given.contact_details,
            consent_at=given.consent_at,
            consent_words=given.consent_words,
            entered_at=now,
        )
    )
    _record(session, bid, "enter-for-group", actor, now, {"how": str(given.how), "contact": given.contact_name})
    return bid


def _new_group(session: Session, columns: Mapping[str, str], actor: Actor, now: datetime) -> Organisation:
    made = accounts.create_organisation(session, now=now, **columns)
    about = {"subject_type": "organisation", "subject_id": made.id, "action": "create", "office_id": None}
    audit.record(session, **about, actor=actor, at=now)
    return made


def record_read_back(
    session: Session,
    application: Application,
    *,
    to: str,
    how: ReadBackBy,
    seen_hash: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Write down that the answers, as `seen_hash` names them, were read back to `to` and agreed.

    Stale when an answer has changed since the copy was made. Raises NotAllowed when the group has taken the bid over.
    """
    lock(session, application)
    _require_helper(actor, application.office_id)
    if not application.is_helped or application.state is not ApplicationState.DRAFT:
        raise NotAllowed()
    stands = hash_of(content_of(paper_of(session, application.round), answers_of(session, application)))
    if seen_hash != stands:
        raise Stale(subject="application", id=application.id)
    found = find_assistance(session, application)
    assert found is not None  # noqa: S101 - a helped bid is never without its row
    found.read_back_to, found.read_back_how, found.read_back_hash = to, how, stands
    found.read_back_at, found.read_back_by = now, actor.person_id
    _record(session, application, "read-back", actor, now, {"to": to, "how": str(how), "content_hash": stands})


def take_over(session: Session, application: Application, *, actor: Actor, now: datetime) -> None:
    """The group's own lead takes the pen; from then on the office can neither read nor change the draft."""
    lock(session, application)
    if (application.organisation_id, Role.LEAD) not in actor.organisation_roles:
        raise NotAllowed()
    if not application.is_helped or application.state is not ApplicationState.DRAFT:
        raise Stale(subject="application", id=application.id)
    application.taken_over_at, application.lead_person_id = now, actor.person_id
    _record(session, application, "take-over", actor, now, {})


def _require_helper(actor: Actor, office_id: int) -> None:
    if not any((office_id, role) in actor.office_roles for role in HELPERS):
        raise NotAllowed()


def _record(
    session: Session, application: Application, action: str, actor: Actor, now: datetime, detail: dict[str, str]
) -> None:
    audit.record(
        session,
        subject_type="application",
        subject_id=application.id,
        action=action,
        actor=actor,
        at=now,
        office_id=application.office_id,
        detail=detail,
    )
