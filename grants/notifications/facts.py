"""What an e-mail may say about a thing: names, references, days and links, read at the moment of sending.

Nothing sensitive is among them: reasons, scores and answers wait behind the sign-in, except that a receipt carries
the group's own answers back to the group.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from grants.accounts.models import Membership, Office, Person
from grants.accounts.services import Site
from grants.applications.models import Application
from grants.applications.queries import told_of
from grants.assessment.models import Assignment, Panel, Recommendation
from grants.awards.models import Award
from grants.core.outbox import Message
from grants.decisions.models import Decision
from grants.documents.models import Document
from grants.eligibility.models import Clarification
from grants.endorsements.models import Endorsement
from grants.funds.models import Round, SupportEvent
from grants.monitoring.models import MonitoringReturn
from grants.notifications.links import (
    GROUP_PAGES,
    GROUP_WORK_PAGES,
    HOME,
    KEPT_DOCUMENTS,
    OFFICE_PAGES,
    PUBLIC_ROUND,
    WORK_PAGES,
)
from grants.notifications.strangers import facts_of
from grants.reviews.models import Review
from grants.web import file_labels, filters
from workflows.deadlines import london_date
from workflows.rules.letters import LETTERS, filled

Facts = dict[str, Any]
# These go to the group and to the office, and each is led to its own page.
TOLD_TO_BOTH = frozenset({"offer-lapsed"})


def facts_for(session: Session, message: Message, site: Site) -> Facts:
    """Everything that the template of this message may name."""
    base_url = site.base_url
    person = session.get(Person, message.person_id) if message.person_id else None
    office = session.get(Office, message.office_id) if message.office_id else None
    facts: Facts = {
        "name": person.name if person else "",
        "office_name": office.name if office else "Safer Grants",
        "office_contact": office.contact_email if office else "",
        "home": base_url + HOME,
        "detail": message.detail,
    }
    about = ABOUT.get(message.subject_type)
    if about is not None:
        facts |= about(session, message.subject_id)
    facts |= _pages(message, facts, base_url)
    facts |= facts_of(session, message, site)
    if message.template in TOLD_TO_BOTH and not _is_of_the_group(session, message, facts["organisation_id"]):
        facts["link"] = facts["office_link"]
    if message.template == "submission-receipt":
        facts |= _receipt(session, message)
    facts["own_words"] = _own_words(session, message, facts)
    return facts


def _pages(message: Message, facts: Facts, base_url: str) -> Facts:
    own = OFFICE_PAGES.get(message.subject_type, HOME)
    group = GROUP_WORK_PAGES.get(message.template, GROUP_PAGES.get(message.subject_type, HOME))
    office = WORK_PAGES.get(message.template, own)
    if message.subject_type == "document" and facts["application_id"] is None:
        group = KEPT_DOCUMENTS
    links = {"link": base_url + group.format_map(facts), "office_link": base_url + office.format_map(facts)}
    return links | ({"public_link": base_url + PUBLIC_ROUND.format_map(facts)} if "round_id" in facts else {})


def _own_words(session: Session, message: Message, facts: Facts) -> str:
    """The office's own words in this letter, with their places filled; staff who get the same letter read none."""
    if message.template not in LETTERS:
        return ""
    round_ = _round_of(session, message)
    words = str(round_.letters.get(message.template, "")).strip() if round_ else ""
    if not words:
        return ""
    if message.template in TOLD_TO_BOTH and not _is_of_the_group(session, message, facts["organisation_id"]):
        return ""
    return filled(words, place_values(facts | {"round_title": round_.title if round_ else ""}))


def _round_of(session: Session, message: Message) -> Round | None:
    if message.subject_type == "round":
        return session.get_one(Round, message.subject_id)
    model = BID_OF.get(message.subject_type)
    return None if model is None else model(session, message.subject_id).round


BID_OF: Mapping[str, Callable[[Session, int], Application]] = {
    "application": lambda session, number: session.get_one(Application, number),
    "clarification": lambda session, number: session.get_one(Clarification, number).application,
    "award": lambda session, number: session.get_one(Award, number).application,
    "return": lambda session, number: session.get_one(MonitoringReturn, number).award.application,
}


def place_values(facts: Facts) -> dict[str, str]:
    """What stands in each place of an office's own words, of those that these facts know."""
    closes = facts.get("closes_at", facts.get("round_closes_at"))
    made = {
        "group": facts.get("group"),
        "reference": facts.get("reference"),
        "project": facts.get("project"),
        "round": facts.get("round_title"),
        "closes": filters.london(closes) if closes else "any time",
        "receipt": facts.get("receipt_number"),
        "answer by": filters.day(facts.get("answer_by_on")),
        "amount": filters.pounds(facts.get("amount_pence")),
        "accept by": filters.day(facts.get("accept_by_on")),
        "reserve until": filters.day(facts.get("reserve_until_on")),
        "starts": filters.day(facts.get("starts_on")),
        "ends": filters.day(facts.get("ends_on")),
        "due": filters.day(facts.get("due_on")),
        "period": " to ".join(
            filters.day(facts[name]) for name in ("period_start_on", "period_end_on") if facts.get(name)
        ),
    }
    return {name: str(value) for name, value in made.items() if value}


def _is_of_the_group(session: Session, message: Message, organisation_id: int) -> bool:
    membership = sa.select(Membership.id).where(
        Membership.person_id == message.person_id,
        Membership.organisation_id == organisation_id,
        Membership.ended_at.is_(None),
    )
    return session.scalar(sa.select(membership.exists())) is True


def _round(session: Session, round_id: int) -> Facts:
    return _about_round(session.get_one(Round, round_id))


def _about_round(round_: Round) -> Facts:
    return {"round_id": round_.id, "round_title": round_.title, "round_closes_at": round_.closes_at}


def _application(session: Session, application_id: int) -> Facts:
    bid = session.get_one(Application, application_id)
    until = sa.select(Recommendation.reserve_until_on).where(Recommendation.application_id == bid.id)
    return _about_bid(bid) | {"reserve_until_on": session.scalar(until)}


def _about_bid(bid: Application) -> Facts:
    return _about_round(bid.round) | {
        "application_id": bid.id,
        "reference": bid.reference,
        "group": bid.organisation_name,
        "project": bid.project_title or bid.round.title,
        "closes_at": bid.deadline_extended_to or bid.round.closes_at,
    }


def _clarification(session: Session, clarification_id: int) -> Facts:
    asked = session.get_one(Clarification, clarification_id)
    return _about_bid(asked.application) | {"answer_by_on": asked.due_on}


def _assignment(session: Session, assignment_id: int) -> Facts:
    work = session.get_one(Assignment, assignment_id)
    due_at = work.due_at or work.application.round.scoring_ends_at
    return {
        "assignment_id": work.id,
        "application_id": work.application_id,
        "round_id": work.round_id,
        "round_title": work.application.round.title,
        "reference": work.application.reference,
        "due_at": due_at,
    }


def _panel(session: Session, panel_id: int) -> Facts:
    panel = session.get_one(Panel, panel_id)
    return {"panel_id": panel.id} | _about_round(panel.round)


def _decision(session: Session, decision_id: int) -> Facts:
    decision = session.get_one(Decision, decision_id)
    return {"decision_id": decision.id, "decision_reference": decision.reference} | _about_round(decision.round)


def _award(session: Session, award_id: int) -> Facts:
    return _about_award(session.get_one(Award, award_id))


def _about_award(award: Award) -> Facts:
    return {
        "award_id": award.id,
        "organisation_id": award.organisation_id,
        "application_id": award.application_id,
        "reference": award.reference,
        "group": award.organisation_name,
        "project": award.project_title or award.reference,
        "amount_pence": award.amount_pence,
        "accept_by_on": award.accept_by_on,
        "starts_on": award.starts_on,
        "ends_on": award.ends_on,
    }


def _return(session: Session, return_id: int) -> Facts:
    owed = session.get_one(MonitoringReturn, return_id)
    return _about_award(owed.award) | {
        "return_id": owed.id,
        "return_number": owed.number,
        "period_start_on": owed.period_start_on,
        "period_end_on": owed.period_end_on,
        "due_on": owed.due_on,
        "opens_on": london_date(owed.opens_at),
        "is_final": owed.is_final,
    }


def _document(session: Session, document_id: int) -> Facts:
    document = session.get_one(Document, document_id)
    return {
        "file_name": document.file_name,
        "what": file_labels.KINDS[document.kind],
        "organisation_id": document.organisation_id,
        "application_id": document.application_id,
        "expires_on": document.expires_on,
    }


def _event(session: Session, event_id: int) -> Facts:
    event = session.get_one(SupportEvent, event_id)
    return _about_round(event.round) | {
        "event_id": event.id,
        "event_title": event.title,
        "starts_at": event.starts_at,
        "place": event.place,
        "joining_link": event.link,
        "recording_link": event.recording_link,
    }


def _endorsement(session: Session, endorsement_id: int) -> Facts:
    asked = session.get_one(Endorsement, endorsement_id)
    return _about_bid(asked.application) | {"asked_name": asked.asked_name}


def _review(session: Session, review_id: int) -> Facts:
    review = session.get_one(Review, review_id)
    return _about_bid(review.application) | {"review_id": review.id}


def _receipt(session: Session, message: Message) -> Facts:
    submission = told_of(session, message)
    return {
        "receipt_number": submission.receipt_number,
        "received_at": submission.received_at,
        "answers": [_answer(each) for each in submission.content],
    }


def _answer(entry: Mapping[str, Any]) -> Facts:
    shown = entry.get("shown")
    return {
        "section": str(entry.get("section", "")),
        "label": str(entry.get("label", "")),
        "shown": str(shown).strip() if shown not in (None, "") else "(no answer)",
    }


ABOUT: Mapping[str, Callable[[Session, int], Facts]] = {
    "endorsement": _endorsement,
    "event": _event,
    "application": _application,
    "assignment": _assignment,
    "award": _award,
    "clarification": _clarification,
    "decision": _decision,
    "document": _document,
    "panel": _panel,
    "return": _return,
    "review": _review,
    "round": _round,
}
