"""Every e-mail that a lifecycle asks for exists, and says what it must in words that anybody can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import ROOT
from grants.accounts.models import Office
from grants.applications.models import Application, Submission
from grants.assessment.models import Assignment, Panel, Recommendation
from grants.awards.models import Award
from grants.core.outbox import Delivery, Message
from grants.decisions.models import Decision, DecisionItem
from grants.eligibility.models import Clarification
from grants.endorsements.models import Endorsement
from grants.funds import queries
from grants.funds.definition import AreaDef
from grants.funds.models import SupportEvent
from grants.monitoring.models import MonitoringReturn
from grants.notifications.links import GROUP_PAGES, OFFICE_PAGES, WORK_PAGES
from grants.notifications.rendering import FOLDER, Letter, render
from grants.notifications.samples import sample_letter
from grants.notifications.words import DELIVERIES, TITLES
from grants.reviews.models import Review
from grants.web import letter_words
from tests import builders
from tests.files import a_document
from tests.mail import LETTERHEAD
from workflows import (
    application,
    assignment,
    award,
    decision,
    document,
    endorsement,
    event,
    monitoring,
    panel,
    review,
    round,
)
from workflows.actors import Role
from workflows.engine import Workflow
from workflows.rules.letters import LETTERS
from workflows.rules.reminders import (
    CLARIFICATION_OFFSETS,
    DRAFT_OFFSETS,
    EXPIRY_OFFSETS,
    MARKER_OFFSETS,
    OFFER_OFFSETS,
    RETURN_OFFSETS,
)

MACHINES: tuple[Workflow[Any], ...] = (
    event.EVENT,
    endorsement.ENDORSEMENT,
    round.ROUND,
    application.APPLICATION,
    assignment.ASSIGNMENT,
    document.DOCUMENT,
    panel.PANEL,
    decision.DECISION,
    award.AWARD,
    monitoring.MONITORING,
    review.REVIEW,
)
# template -> the kind of thing that it is about
TOLD = {effect.template: machine.name for machine in MACHINES for row in machine.rows for effect in row.effects}
REMINDERS = {
    "clarification-reminder": ("clarification", CLARIFICATION_OFFSETS),
    "document-expiring": ("document", EXPIRY_OFFSETS),
    "draft-reminder": ("application", DRAFT_OFFSETS),
    "marking-reminder": ("assignment", MARKER_OFFSETS),
    "offer-reminder": ("award", OFFER_OFFSETS),
    "return-reminder": ("return", RETURN_OFFSETS),
}
# One e-mail to each marker about all their bids of a round.
DIGESTS = {
    "marking-round": [{"what": what, "bids": bids} for what in ("given", "taken", "unfinished") for bids in (1, 4)]
}
ACCOUNTS = {
    "sign-in-link": {"url": "https://grants.example.org/x", "minutes": 15},
    "sign-up-link": {"url": "https://grants.example.org/x", "hours": 24, "organisation": "Group", "same_name": True},
    "already-has-account": {"url": "https://grants.example.org/x"},
    "office-invitation": {"url": "https://grants.example.org/x", "days": 7, "office": "Office", "roles": ["officer"]},
    "join-asked": {
        "url": "https://grants.example.org/groups",
        "organisation": "Group",
        "who": "Chair (a@b.example.org)",
    },
    "join-asked-of-office": {
        "url": "https://grants.example.org/office/join-requests/1",
        "organisation": "Group",
        "who": "Chair (a@b.example.org)",
    },
    "join-let-in": {"url": "https://grants.example.org/groups", "organisation": "Group"},
    "join-refused": {"url": "https://grants.example.org/groups/new", "organisation": "Group"},
    "merge-to-agree": {"url": "https://grants.example.org/groups/1/merges/1", "kept": "Group", "gone": "The Group"},
    "group-invitation": {"url": "https://grants.example.org/x", "days": 7, "organisation": "Group", "role": "lead"},
}
# To people who have no account.
STRANGERS = {
    "event-place": {},
    "news-confirm": {"url": "https://grants.example.org/x", "days": 7, "round": "Round", "office": "", "narrow": True},
    "news-already": {},
}
FILES = {path.stem for path in FOLDER.glob("[!_]*.txt")}
CASES = [(name, kind, {}) for name, kind in sorted(TOLD.items())]
CASES += [(name, kind, {"offset": each.key}) for name, (kind, series) in REMINDERS.items() for each in series]
CASES += [(name, "round", detail) for name, details in DIGESTS.items() for detail in details]
CASES += [(name, "event" if name.startswith("event") else "person", d) for name, d in (ACCOUNTS | STRANGERS).items()]


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_sentence_stays_on_its_line(name: str) -> None:
    # A mail program breaks lines where its window ends; a break of ours too makes ragged letters on a phone.
    lines = (FOLDER / f"{name}.txt").read_text().splitlines()
    assert [line for line in lines if line[:1].islower()] == []


def test_there_is_a_template_for_each_e_mail_and_none_besides() -> None:
    assert set(TOLD) | set(REMINDERS) | set(DIGESTS) | set(ACCOUNTS) | set(STRANGERS) == FILES


def test_staff_read_words_for_every_template_and_every_standing() -> None:
    assert set(TITLES) == FILES
    assert set(DELIVERIES) == set(Delivery)


def test_accounts_asks_only_for_templates_that_are_known() -> None:
    asked = {
        name
        for path in Path(ROOT, "grants", "accounts", "services").glob("*.py")
        for name in re.findall(r'"((?:sign|office|group|already|join|merge)-[a-z-]+)"', path.read_text())
    }
    assert {name for name in asked if name in FILES} == set(ACCOUNTS)


@pytest.fixture
def things(session: Session, now: datetime) -> dict[str, Any]:
    """One real thing of each kind, in one round."""
    office = builders.an_office(session, contact_email="help@office.example.org")
    areas = (AreaDef(name="West Leicester"), AreaDef(name="West Example"))
    round_ = builders.a_round(session, office, now=now, scoring_ends_at=now + timedelta(days=30), areas=areas)
    bid = builders.a_submitted_bid(session, round_, now=now)
    marker = builders.staff(session, office, Role.MARKER)
    return {"office": office, "round": round_, "application": bid} | _rest(session, office, bid, marker.id, now)


def _rest(session: Session, office: Office, bid: Application, marker_id: int, now: datetime) -> dict[str, Any]:
    # The words only read columns, so these rows are written as they would stand, each in its own first state.
    common = {"office_id": office.id, "state_entered_at": now, "created_at": now}
    work = Assignment(**common, state="assigned", round_id=bid.round_id, application_id=bid.id, person_id=marker_id)
    sitting = Panel(**common, state="convened", round_id=bid.round_id)
    notice = Decision(**common, state="draft", round_id=bid.round_id, reference="DN-1", title="Notice")
    item = DecisionItem(decision=notice, application_id=bid.id, outcome="grant", amount_pence=900_000)
    kept = a_document(session, bid.organisation, expires_on=date(2024, 3, 1), now=now)
    session.add_all([work, sitting, notice, item])
    session.flush()
    grant = Award(
        **common,
        state="offered",
        organisation_id=bid.organisation_id,
        application_id=bid.id,
        decision_item_id=item.id,
        fund_id=bid.round.fund_id,
        reference=bid.reference,
        organisation_name=bid.organisation_name,
        project_title=bid.project_title,
        amount_pence=900_050,
        accept_by_on=date(2024, 2, 7),
        offered_at=now,
    )
    session.add(grant)
    session.flush()
    owed = MonitoringReturn(
        **common,
        state="open",
        organisation_id=bid.organisation_id,
        award_id=grant.id,
        number=1,
        period_start_on=date(2024, 4, 1),
        period_end_on=date(2024, 6, 30),
        opens_at=now,
        due_on=date(2024, 7, 19),
    )
    asked = Clarification(application_id=bid.id, question="Which?", due_on=date(2024, 2, 1), asked_at=now)
    session.add_all([owed, asked])
    session.flush()
    backing = Endorsement(
        **common,
        state="requested",
        organisation_id=bid.organisation_id,
        application_id=bid.id,
        email="officer@police.example.org",
        asked_name="Neighbourhood officer",
        token_hash="x" * 64,
        asked_at=now,
    )
    workshop = SupportEvent(
        office_id=office.id,
        round_id=bid.round_id,
        title="How to apply",
        state="planned",
        starts_at=now,
        place="Example Hall",
        recording_link="https://video.example.org/watch",
        state_entered_at=now,
        created_at=now,
    )
    request = Review(
        office_id=office.id,
        round_id=bid.round_id,
        organisation_id=bid.organisation_id,
        application_id=bid.id,
        state="requested",
        state_entered_at=now,
        outcome="declined",
        told_at=now,
        late_from=now,
        ground="something-missed",
        words="Our second page.",
        asked_at=now,
    )
    session.add_all([backing, workshop, request])
    session.flush()
    return {
        "clarification": asked,
        "endorsement": backing,
        "event": workshop,
        "assignment": work,
        "document": kept,
        "panel": sitting,
        "decision": notice,
        "award": grant,
        "return": owed,
        "review": request,
    }


def letter(session: Session, things: dict[str, Any], template: str, kind: str, detail: dict[str, Any]) -> Letter:
    bid = things["application"]
    message = Message(
        office_id=None if kind == "person" else bid.office_id,
        template=template,
        person_id=bid.lead_person_id,
        address="somebody@group.example.org",
        subject_type=kind,
        subject_id=bid.lead_person_id if kind == "person" else things[kind].id,
        detail=detail,
        created_at=bid.submitted_at,
    )
    return render(session, message, LETTERHEAD)


def test_each_can_be_read_by_anybody(session: Session, things: dict[str, Any]) -> None:
    for template, kind, detail in CASES:
        written = letter(session, things, template, kind, detail)

        text = f"{template}: {written.subject}\n{written.body}"
        assert 10 < len(written.subject) < 150 and "\n" not in written.subject, text
        assert written.body.startswith("Hello Lead"), text
        assert "https://grants.example.org/" in written.body, text
        assert not re.search(r"\b(None|True|False|Undefined)\b|[{}]|\n{3}| $", text), text
        # Neither a code of ours nor a computer's number or time.
        assert not (codes := set(re.findall(r"\b[a-z]+_[a-z_]+\b", text))), codes
        assert not re.search(r"\d\.\d{3,}|\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|\+00:00", _without_answers(written.body)), text


def test_the_sentences_are_short(session: Session, things: dict[str, Any]) -> None:
    for template, kind, detail in CASES:
        body = _without_answers(letter(session, things, template, kind, detail).body)
        sentences = [each for part in body.split("\n\n") for each in re.split(r"(?<=[.:!?])\s", part)]
        assert max(len(each.split()) for each in sentences) <= 26, (template, sentences)


def _without_answers(body: str) -> str:
    return body.partition("This is a copy of your answers.")[0]


def test_a_receipt_has_its_number_its_time_and_all_the_answers(session: Session, things: dict[str, Any]) -> None:
    body = letter(session, things, "submission-receipt", "application", {}).body

    submission = session.scalars(sa.select(Submission)).one()
    assert submission.receipt_number in body
    assert "Received: Wednesday 10 January 2024 at midday" in body
    for entry in submission.content:
        assert entry["label"] in body
    assert "Two youth workers run sessions on Tuesdays and Fridays." in body


def test_reminders_of_a_return_say_where_one_stands(session: Session, things: dict[str, Any]) -> None:
    said = {
        each.key: letter(session, things, "return-reminder", "return", {"offset": each.key}) for each in RETURN_OFFSETS
    }

    starts = {key: written.subject.partition(":")[0] for key, written in said.items()}
    assert starts == {
        "open": "Please send",
        "-7d": "Due in a week",
        "-2d": "Due in two days",
        "0d": "Due today",
        "+1d": "Late",
        "+7d": "Late",
        "+14d": "Late",
        "+28d": "Late",
    }
    assert all("19 July 2024" in written.body for written in said.values())
    assert "is late" not in said["0d"].body and "is late" in said["+1d"].body


def test_money_and_the_last_day_of_an_offer_are_written_out(session: Session, things: dict[str, Any]) -> None:
    body = letter(session, things, "offer", "award", {}).body

    assert "£9,000.50" in body
    assert "7 February 2024" in body


def test_an_office_without_an_address_for_answers_names_none(session: Session, things: dict[str, Any]) -> None:
    things["office"].contact_email = ""
    session.flush()

    written = letter(session, things, "draft-saved", "application", {})

    assert written.reply_to == ""
    assert "Questions?" not in written.body


def test_the_offices_own_words_stand_in_each_letter_with_their_places_filled(
    session: Session, things: dict[str, Any]
) -> None:
    assert set(LETTERS) == set(letter_words.TITLES)
    assert {name for places in LETTERS.values() for name in places} == set(letter_words.PLACES)
    things["award"].starts_on, things["award"].ends_on = date(2024, 4, 1), date(2025, 3, 31)
    round_, bid = things["round"], things["application"]
    waits = Recommendation(office_id=bid.office_id, round_id=round_.id, application_id=bid.id, outcome="reserve")
    waits.reserve_until_on, waits.saved_at = date(2024, 3, 31), builders.NOW
    session.add(waits)
    round_.letters = {kind: f"From us: {' '.join(f'{{{name}}}' for name in LETTERS[kind])}." for kind in LETTERS}
    session.flush()
    cases = {name: (kind, detail) for name, kind, detail in CASES}
    for name in LETTERS:
        body = letter(session, things, name, *cases[name]).body
        said = body.partition("From us: ")[2].partition("\n")[0]
        assert said and "{" not in said, (name, body)
        assert ("reference" in LETTERS[name]) == (things["application"].reference in said), name
    assert "£9,000.50" in letter(session, things, "offer", "award", {}).body.partition("From us:")[2]
    # Staff get the same letter of a lapsed offer, without the words that are for the group.
    things["application"].lead_person_id = builders.staff(session, things["office"], Role.OFFICER).id
    assert "From us:" not in letter(session, things, "offer-lapsed", "award", {}).body


def test_every_letter_can_be_seen_with_sample_facts(session: Session, things: dict[str, Any], now: datetime) -> None:
    definition = replace(queries.current_definition(session, things["round"]), letters={"offer": "Until {accept by}!"})
    for name in LETTERS:
        subject, body = sample_letter(
            name, definition, things["office"], base_url="https://grants.example.org", now=now
        )
        assert subject
        assert not re.search(r"\b(None|Undefined)\b|[{}]", body), (name, body)
        assert ("Until 7 February 2024!" in body) == (name == "offer")


def _paths() -> Iterator[str]:
    for pages in (GROUP_PAGES, OFFICE_PAGES, WORK_PAGES):
        yield from (re.sub(r"\{\w+\}", "1", path) for path in pages.values())


@pytest.mark.parametrize("path", sorted(set(_paths())))
def test_every_link_leads_to_a_page(app: Any, path: str) -> None:
    endpoint, _ = app.url_map.bind("grants.example.org").match(path, method="GET")
    assert endpoint
