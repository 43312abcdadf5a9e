"""Signs of interests: what is known of those who judge and of the bids, and which signs still wait for an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from grants.accounts.models import Membership, Organisation, OrganisationDetail, Person
from grants.applications.models import Answer, Application
from grants.applications.queries import entered_pairs
from grants.assessment.models import InterestDeclaration, InterestProposal
from grants.assessment.queries.anonymous import ADDRESS_CODES
from grants.core.scoping import visible
from grants.endorsements.models import Endorsement
from grants.funds.models import Question, QuestionKind
from workflows.actors import Actor
from workflows.assignment import Interest
from workflows.rules.formats import normal_name
from workflows.rules.interests import Bid, Someone, Traces, traces_in

# Phone numbers by the model form's ids; an office's own question tells by its kind.
PHONE_CODES = frozenset({"C1a", "C2a", "O6"})


def known_people(session: Session, person_ids: Collection[int]) -> list[Someone]:
    """What is known of these people and of the groups that they belong or belonged to."""
    people = list(session.scalars(sa.select(Person).where(Person.id.in_(sorted(person_ids)))))
    rows = session.execute(
        sa.select(Membership.person_id, Membership.ended_at, Organisation)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id.in_(sorted(person_ids)))
        .order_by(Membership.ended_at.is_not(None), Membership.id)
    ).all()
    kept = _kept_details(session, {organisation.id for _, _, organisation in rows})
    groups: dict[int, dict[int, tuple[str, bool, Traces]]] = defaultdict(dict)
    for person_id, ended_at, organisation in rows:
        traces = kept.get(organisation.id, Traces()) | traces_in(organisation.postcode, is_address=True)
        groups[person_id].setdefault(organisation.id, (organisation.name, ended_at is not None, traces))
    return [
        Someone(
            each.id,
            Traces(emails=traces_in(each.email).emails, names=frozenset({normal_name(each.name)})),
            groups[each.id],
        )
        for each in people
    ]


def _kept_details(session: Session, organisation_ids: Collection[int]) -> dict[int, Traces]:
    """What these groups keep of themselves; without their people, who are others."""
    if not organisation_ids:
        return {}
    found: dict[int, Traces] = defaultdict(Traces)
    codes = sorted(ADDRESS_CODES | PHONE_CODES)
    rows = sa.select(OrganisationDetail).where(
        OrganisationDetail.organisation_id.in_(sorted(organisation_ids)), OrganisationDetail.code.in_(codes)
    )
    for row in session.scalars(rows):
        is_phone = row.code in PHONE_CODES
        found[row.organisation_id] |= traces_in(row.value, is_address=row.code in ADDRESS_CODES, is_phone=is_phone)
    return found


def known_bids(session: Session, application_ids: Collection[int]) -> dict[int, Bid]:
    """What these bids say of the people behind them."""
    ids = sorted(application_ids)
    traces: dict[int, Traces] = defaultdict(Traces)
    organisations: dict[int, int] = {}
    people = (
        sa.select(Application.id, Organisation, Person.email)
        .join(Application.organisation)
        .outerjoin(Application.lead)
        .where(Application.id.in_(ids))
    )
    for bid_id, organisation, email in session.execute(people):
        organisations[bid_id] = organisation.id
        traces[bid_id] |= traces_in(email or "") | traces_in(organisation.postcode, is_address=True)
    answers = (
        sa.select(Answer.application_id, Question.code, Question.kind, Answer.value)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.application_id.in_(ids))
    )
    for bid_id, code, kind, value in session.execute(answers):
        is_phone = kind is QuestionKind.PHONE or code in PHONE_CODES
        traces[bid_id] |= traces_in(value, is_address=code in ADDRESS_CODES, is_phone=is_phone)
    return _bids(session, ids, organisations, traces)


def _bids(
    session: Session, ids: Sequence[int], organisations: dict[int, int], traces: dict[int, Traces]
) -> dict[int, Bid]:
    endorsers: dict[int, set[str]] = defaultdict(set)
    asked = sa.select(Endorsement.application_id, Endorsement.email).where(Endorsement.application_id.in_(ids))
    for bid_id, email in session.execute(asked):
        endorsers[bid_id].add(email.lower())
    writers: dict[int, set[int]] = defaultdict(set)
    for person_id, bid_id in entered_pairs(session, ids):
        writers[bid_id].add(person_id)
    return {
        each: Bid(organisations[each], traces[each], frozenset(endorsers[each]), frozenset(writers[each]))
        for each in organisations
    }


def open_proposals(
    session: Session, application_ids: Collection[int], person_ids: Collection[int]
) -> dict[tuple[int, int], list[InterestProposal]]:
    """By (bid, person): the signs that wait for the person's answer; one query."""
    found: dict[tuple[int, int], list[InterestProposal]] = defaultdict(list)
    for row in session.scalars(
        sa.select(InterestProposal)
        .where(
            InterestProposal.application_id.in_(sorted(application_ids)),
            InterestProposal.person_id.in_(sorted(person_ids)),
            InterestProposal.answered_at.is_(None),
        )
        .order_by(InterestProposal.id)
    ):
        found[row.application_id, row.person_id].append(row)
    return dict(found)


def proposals_of_round(session: Session, actor: Actor, round_id: int) -> list[tuple[InterestProposal, str]]:
    """Every sign in a round's bids that the actor may see, those that wait first, each with what was declared."""
    rows = session.scalars(
        sa.select(InterestProposal)
        .join(InterestProposal.application)
        .options(joinedload(InterestProposal.application), joinedload(InterestProposal.person))
        .where(Application.round_id == round_id, visible(Application, actor))
        .order_by(InterestProposal.answered_at.is_not(None), InterestProposal.id)
    ).all()
    said = sa.select(InterestDeclaration).where(
        InterestDeclaration.application_id.in_(sorted({row.application_id for row in rows}))
    )
    standing = {(each.application_id, each.person_id): each for each in session.scalars(said.order_by("id"))}
    return [(row, _answer(row, standing.get((row.application_id, row.person_id)))) for row in rows]


ANSWERS = {
    Interest.NONE: "Answered: no interest",
    Interest.INDIRECT: "Answered: an indirect interest",
    Interest.DIRECT: "Answered: a direct interest",
}


def _answer(row: InterestProposal, declared: InterestDeclaration | None) -> str:
    if row.answered_at is None or declared is None:
        return ""
    return f"{ANSWERS[declared.interest]}. {declared.detail}".strip()
