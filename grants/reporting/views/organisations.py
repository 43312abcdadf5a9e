"""Groups for the staff of an office, and a group's own history: each sees what is theirs to see, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from grants.accounts.models import Organisation
from grants.accounts.queries import details_of, get_organisation
from grants.applications.queries import list_known
from grants.applications.views.words import state_for_group
from grants.documents.queries import list_for_organisation
from grants.extensions import db
from grants.reporting.queries import organisations as queries
from grants.reporting.views.blueprint import READERS, bp, link
from grants.web import file_labels, labels
from grants.web.access import allows, current_actor
from grants.web.numbers import row_argument
from grants.web.shedding import can_wait
from workflows.actors import Actor, Role
from workflows.rules import answers
from workflows.rules.formats import org_ids

PAGE = 50
GROUP = (Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY)
HANDLERS = frozenset({Role.OFFICER, Role.MANAGER})
# Of what a group keeps, these are on public registers, or on its own website, and shown to any office.
PUBLIC_DETAILS = {"O2": "Other names", "O6": "Website", "O7a": "Started in"}


@bp.get("/office/organisations")
@can_wait
@allows(*READERS)
def organisations() -> Any:
    """Groups with bids to the office, found by name, number or postcode."""
    actor, words = current_actor(), request.args.get("q", "")[:200]
    last_id = row_argument("after_id")
    after = None if last_id is None else (request.args.get("after_name", "")[:200], last_id)
    found = list_known(db.session, actor, words=words, after=after, limit=PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    following = last and url_for("reporting.organisations", q=words, after_name=last.name, after_id=last.id)
    return render_template(
        "reporting/organisations.html",
        found=found[:PAGE],
        words=words,
        next_url=following or "",
        duplicates_url=link("applications.duplicates") if actor.all_roles & HANDLERS else "",
    )


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group as any office may look it up: it has no scope, for it belongs to none."""

    organisation: Organisation


def load_known(session: Session, actor: Actor, organisation_id: int) -> KnownGroup:
    return KnownGroup(queries.get_known_organisation(session, actor, organisation_id))


@bp.get("/office/organisations/<int:organisation_id>")
@can_wait
@allows(*READERS, on=load_known)
def organisation(group: KnownGroup) -> Any:
    """One group: public facts, bids to this office, published awards of all offices."""
    actor, found = current_actor(), group.organisation
    bids = queries.list_bids(db.session, actor, found)
    sees_files = {office_id for office_id, role in actor.office_roles if role in HANDLERS}
    readable = [bid for bid in bids if bid.office_id in sees_files]
    details = details_of(db.session, found)
    return render_template(
        "reporting/organisation.html",
        organisation=found,
        kind=labels.ORGANISATION_KINDS[found.kind],
        identifiers=org_ids(found.charity_number, found.company_number),
        public=[(words, details[code].value) for code, words in PUBLIC_DETAILS.items() if code in details],
        bids=bids,
        awards=queries.list_published_awards(db.session, found),
        documents=queries.list_sent_documents(db.session, readable) if readable else [],
        references={bid.id: bid.reference for bid in bids},
        labels=labels,
        file_labels=file_labels,
    )


def load_group(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    return get_organisation(session, actor, organisation_id)


@bp.get("/groups/<int:organisation_id>/history")
@can_wait
@allows(*GROUP, on=load_group)
def group_history(organisation: Organisation) -> Any:
    """All bids and awards of a group, in every office, for its own people; and the files that it keeps."""
    actor = current_actor()
    bids = queries.list_group_bids(db.session, organisation)
    return render_template(
        "reporting/group_history.html",
        organisation=organisation,
        bids=[(bid, office, *state_for_group(bid)) for bid, office in bids],
        awards=queries.list_group_awards(db.session, actor, organisation),
        documents=list_for_organisation(db.session, actor, organisation.id),
        labels=labels,
        file_labels=file_labels,
        shown=answers.shown,
    )
