"""The sample: the published totals reached by the workflow, something of every kind to look at, made once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from grants.accounts.models import Installation, Office, Organisation, Person
from grants.accounts.queries import list_sample_people
from grants.allocation.models import Scenario
from grants.applications.models import Application
from grants.assessment.models import Assignment, InterestDeclaration, InterestProposal, InterestRuling, Panel
from grants.awards.models import Award, PastAward
from grants.bulk.models import BulkJob, SavedView
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry, Progress
from grants.diligence.models import DiligenceItem, DueDiligence, FraudSignal
from grants.documents.models import Document
from grants.documents.storage import store_of
from grants.eligibility.models import Disqualification
from grants.extensions import db
from grants.funds.models import Question, QuestionKind, Round
from grants.meetings.models import Meeting, Minutes
from grants.monitoring.models import MonitoringReturn
from grants.monitoring.queries import is_overdue
from grants.reviews.models import Review
from grants.sample.dates import FOLDER
from grants.sample.services import DatabaseInUse, load_sample
from tests.apps import DATABASES, NOW, empty_database
from workflows.application import ApplicationState
from workflows.assignment import AssignmentState
from workflows.award import AwardState
from workflows.deadlines import from_london, to_london
from workflows.monitoring import ReturnState
from workflows.round import RoundState

MADE_AT = NOW + timedelta(days=800)


@pytest.fixture(scope="module", params=DATABASES)
def sample(request):
    """The sample, made once for the tests of this file, which only look at it."""
    app = request.getfixturevalue(f"_{request.param}_app")
    with app.app_context():
        empty_database(request.param)
        assert load_sample(db.session, now=MADE_AT)
        db.session.commit()
        yield db.session
        db.session.rollback()


@pytest.fixture(autouse=True)
def _only_looked_at(sample):
    yield
    sample.rollback()


def count(session, model, *conditions) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def test_the_people_are_found_by_their_keys(sample):
    keys = {person.sample_key: places for person, places in list_sample_people(sample)}
    for key in (
        *("llr.officer-1", "llr.officer-2", "llr.manager-1", "llr.marker-1", "llr.marker-2", "llr.marker-3"),
        *("llr.chair-1", "llr.panel-1", "llr.decision-maker-1", "llr.chief-executive-1", "llr.finance-1"),
        *("llr.admin-1", "lincs.officer-1", "lancs.officer-1", "group-1.lead", "group-8.lead"),
    ):
        assert keys[key], key
    people = sample.scalars(sa.select(Person)).all()
    assert all(person.email == f"{person.sample_key}@sample.example.org" for person in people)
    assert sample.scalars(sa.select(Office.code).order_by(Office.id)).all() == ["llr", "lincs", "lancs"]
    assert all(name.endswith("(fictional)") for name in sample.scalars(sa.select(Organisation.name)))
    assert len(set(sample.scalars(sa.select(Organisation.kind)))) >= 6


def test_there_is_a_round_of_every_kind(sample):
    rounds = {each.code: each for each in sample.scalars(sa.select(Round))}
    assert {code: each.state for code, each in rounds.items()} == {
        "CSF-R3": RoundState.ANNOUNCED,
        "CSF-R4": RoundState.OPEN,
        "NSG-R2": RoundState.ANNOUNCED,
        "NSG-R3": RoundState.SCORING,
        "LCS-R1": RoundState.ANNOUNCED,
        "SPF-R1": RoundState.RECOMMENDING,
        "SPF-R2": RoundState.MODERATING,
        "SPF-R3": RoundState.CHECKING,
        "CAF-W2": RoundState.SCHEDULED,
        "CAF-ROLLING": RoundState.OPEN,
    }
    assert all(each.is_fictional for each in rounds.values())
    kinds = set(sample.scalars(sa.select(Question.kind).where(Question.round_id == rounds["CSF-R4"].id)))
    # A table took the budget's place in the full form; the short one has it.
    assert kinds == set(QuestionKind) - {QuestionKind.BUDGET}
    left = rounds["CSF-R4"].closes_at - (MADE_AT)
    assert timedelta(days=20) < left < timedelta(days=22)
    opened, closed = (to_london(each) for each in (rounds["CSF-R3"].opens_at, rounds["CSF-R3"].closes_at))
    assert (opened.date().isoformat(), closed.isoformat()) == ("2023-12-11", "2024-01-15T17:00:00+00:00")


def test_two_groups_keep_documents_and_a_bid_was_sent_with_one(sample):
    kept = sample.scalars(sa.select(Document).order_by(Document.id)).all()
    assert sorted({each.kind for each in kept}) == ["governing_document", "insurance"] and len(kept) == 4
    assert [each.file_name for each in kept if each.sent_at] == ["Constitution, signed.pdf"]
    for each in kept:
        content = b"".join(store_of(sample).read(each.storage_key))
        assert content.startswith(b"%PDF-") and b"fictional" in content


def test_somebody_has_a_draft_and_markers_are_at_every_step(sample):
    draft = sample.scalars(sa.select(Application).where(Application.state == ApplicationState.DRAFT)).one()
    assert (draft.round.code, draft.lead.sample_key) == ("CSF-R4", "group-1.lead")
    steps = set(sample.scalars(sa.select(Assignment.state).join(Round).where(Round.code == "NSG-R3")))
    assert steps == {
        AssignmentState.ASSIGNED,
        AssignmentState.INTEREST_DECLARED,
        AssignmentState.MARKING,
        AssignmentState.LOCKED,
        AssignmentState.RECUSED,
    }


def states_in(session, code) -> list[str]:
    return sorted(session.scalars(sa.select(Application.state).join(Round).where(Round.code == code)))


def test_a_round_is_being_checked_with_a_bid_at_each_step(sample):
    assert states_in(sample, "SPF-R3") == ["checking"] * 3 + ["clarification"] * 2 + ["eligible"]
    waiting = sample.scalars(sa.select(Disqualification).where(Disqualification.settled_at.is_(None))).one()
    assert waiting.proposed_by.sample_key == "llr.officer-2"
    checks = sample.execute(
        sa.select(DueDiligence.state, sa.func.count(DiligenceItem.id))
        .join(DueDiligence.items)
        .group_by(DueDiligence.id, DueDiligence.state)
    ).all()
    assert sorted((str(state), count) for state, count in checks) == [("begun", 4), ("finished", 9)]
    signals = sample.scalars(sa.select(FraudSignal)).all()
    assert {str(each.kind) for each in signals} == {"copied-text", "price-outlier"}
    assert all(each.settled is None for each in signals)
    assert count(sample, SavedView) == 2
    assert sample.scalars(sa.select(BulkJob.state)).one() == "done"


def test_one_panel_has_recommended_one_sits_and_one_is_called_together(sample):
    panels = dict(sample.execute(sa.select(Round.code, Panel.state).join(Panel.round).order_by(Panel.id)).all())
    assert {code: str(panels[code]) for code in ("SPF-R1", "SPF-R2", "NSG-R3")} == {
        "SPF-R1": "closed",
        "SPF-R2": "in_session",
        "NSG-R3": "convened",
    }
    assert sample.scalars(sa.select(Minutes.state)).one() == "signed"
    scenarios = sa.select(Scenario.name).order_by(Scenario.name)
    assert sample.scalars(scenarios).all() == ["Down the list", "One in each area"]
    sitting = sample.scalars(sa.select(Meeting).where(Meeting.ended_at.is_(None))).one()
    assert (sitting.phase, sitting.current_id is None) == ("discuss", False)
    assert states_in(sample, "SPF-R2") == ["moderated", "scored", "scored", "scored"]


def test_an_interest_waits_for_a_ruling_a_sign_for_its_answer_and_a_group_for_a_review(sample):
    declared = sa.select(InterestDeclaration.person_id).where(InterestDeclaration.interest == "indirect")
    assert sample.get_one(Person, sample.scalars(declared).one()).sample_key == "llr.panel-3"
    assert count(sample, InterestRuling) == 0
    asked = sample.scalars(sa.select(InterestProposal).where(InterestProposal.answered_at.is_(None))).one()
    assert (asked.signal, sample.get_one(Person, asked.person_id).sample_key) == ("was_member", "llr.panel-1")
    assert sample.scalars(sa.select(Review.state)).one() == "requested"
    # One bid of the round that is with its markers lacks one.
    assert states_in(sample, "NSG-R3").count("eligible") == 1


def test_returns_are_due_overdue_queried_and_accepted(sample):
    now = MADE_AT
    returns = sample.scalars(sa.select(MonitoringReturn)).all()
    owed = [each for each in returns if each.state is ReturnState.OPEN]
    assert {is_overdue(each, now) for each in owed} == {True, False}
    assert {ReturnState.ACCEPTED, ReturnState.QUERIED} <= {each.state for each in returns}
    assert count(sample, Award, Award.state == AwardState.OFFERED) == 2
    assert count(sample, Award, Award.state == AwardState.ACTIVE) == 11
    awarded = sample.scalars(sa.select(Application.state).join(Round).where(Round.code == "CSF-R3")).all()
    assert awarded.count(ApplicationState.AWARDED) == 7


def test_the_history_is_what_the_reports_say(sample):
    totals = {
        programme: (number, pence)
        for programme, number, pence in sample.execute(
            sa.select(PastAward.programme, sa.func.count(), sa.func.sum(PastAward.amount_pence)).group_by(
                PastAward.programme
            )
        )
    }
    assert totals["Street pastors, street angels and similar organisations"] == (5, 45_490_00)
    assert totals["Community safety partnerships: serious violence"] == (5, 29_300_00)
    visited = sample.scalars(sa.select(PastAward).where(PastAward.programme.startswith("Visited"))).all()
    assert [(each.organisation_name, each.amount_pence) for each in sorted(visited, key=lambda p: p.position)] == [
        ("FreeVa", 1_400_000_00),
        ("Harborough CSP", 17_157_00),
        ("Melton CSP", 71_793_00),
        ("Charnwood CSP", 30_000_00),
        ("Charnwood CSP", 16_318_00),
        ("Loughborough Brownies", 5_150_00),
    ]
    assert [each.organisation_name for each in visited if each.is_commissioned] == ["FreeVa"]
    assert {each.qualifier for each in visited if each.is_commissioned} == {"about"}
    assert all("12 March 2024" in each.source and "Table One" in each.source for each in visited)


def test_letters_of_the_past_are_not_sent_and_some_of_today_are(sample):
    waiting = sample.scalars(sa.select(OutboxEntry.template).where(OutboxEntry.progress == Progress.WAITING)).all()
    assert sorted(waiting) == ["draft-saved", "marking-assigned", "return-queried"]
    assert count(sample, OutboxEntry, OutboxEntry.progress == Progress.HELD) == 0
    assert count(sample, OutboxEntry, OutboxEntry.progress == Progress.SUPPRESSED) > 100


def test_every_state_was_reached_through_the_door(sample):
    moves = sample.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.to_state)
        .where(AuditEntry.subject_type == "application", AuditEntry.to_state.is_not(None))
        .order_by(AuditEntry.id)
    )
    last = dict(moves.all())
    stands = sample.execute(sa.select(Application.id, Application.state))
    assert last == {application: str(state) for application, state in stands}


def test_it_is_made_once_by_the_service_too(sample):
    assert not load_sample(sample, now=NOW)
    sample.delete(sample.get(Installation, "made_by"))
    sample.flush()
    with pytest.raises(DatabaseInUse):
        load_sample(sample, now=NOW)


def test_no_name_of_a_person_comes_with_the_files():
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.rglob("*.*")) if path.is_file())
    for word in ("Mr ", "Mrs ", "Ms ", "Dr ", "Cllr", "Councillor"):
        assert word not in text


@pytest.mark.parametrize("now", ["2024-01-13T09:00", "2026-09-29T08:00"])
def test_it_can_be_made_as_at_any_day(sample, now):
    database = sample.get_bind().dialect.name
    sample.remove()
    empty_database("sqlite" if database == "sqlite" else "postgres")
    assert load_sample(sample, now=from_london(datetime.fromisoformat(now)))
    states = set(sample.scalars(sa.select(MonitoringReturn.state)))
    assert {ReturnState.ACCEPTED, ReturnState.OPEN, ReturnState.QUERIED} <= states
