"""Signals are found in bids as they were sent, in the round and in the year before it, and a person settles them."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from grants.applications import services as applications
from grants.core.audit import AuditEntry
from grants.diligence import queries, services
from grants.diligence.models import FraudSignal
from grants.diligence.queries.comparing import earlier_rounds
from grants.funds import services as funds
from tests import stages
from tests.builders import a_group, a_round, a_submitted_bid
from workflows.application import ApplicationState as S

COPIED = (
    "Our volunteers walk with older neighbours on dark evenings, mend the gate locks that burglars force, and ring "
    "each household once a week to ask what frightens them, so that nobody feels alone behind a broken door."
)
OWN = ("Bikes are repaired by teenagers.", "A choir sings in the arcade.", "Dogs are chipped at the market.")


def round_with(session, office, texts, *, fund="", phones=(), now=stages.NOW, names=(), **overrides):
    """A round in which each group wrote one of these texts, with its own phone number where none is given."""
    made = a_round(session, office, now=now, **(overrides | ({"fund": fund} if fund else {})))
    bids = []
    for place, text in enumerate(texts):
        organisation, lead = a_group(session, now=now)
        phone = phones[place] if place < len(phones) else f"0116 496 {1000 + organisation.id}"
        said = {"P3": text, "C1a": phone} | ({"C1": names[place]} if place < len(names) else {})
        bids.append(a_submitted_bid(session, made, organisation, lead, answers=said, now=now))
    return made, bids


def seen(session, round_) -> set[tuple[str, int, int | None]]:
    rows = session.scalars(sa.select(FraudSignal).where(FraudSignal.round_id == round_.id))
    return {(str(row.kind), row.application_id, row.other_id) for row in rows}


def test_the_duty_finds_copied_words_and_shared_details_also_in_the_year_before(session) -> None:
    stage = stages.submitted(session, scores=())
    office, year_ago = stage.office, stages.NOW - timedelta(days=200)
    fund = "FUND-SHARED"
    # Two years ago is too long ago; another fund is another matter.
    ancient = stages.NOW - timedelta(days=700)
    old_round, _ = round_with(session, office, [COPIED], fund=fund, now=ancient)
    before, (source, quiet) = round_with(
        session, office, [f"Long ago. {COPIED}", OWN[0]], fund=fund, now=year_ago, phones=["0116 496 7777"]
    )
    other_fund, _ = round_with(session, office, [COPIED], now=year_ago)
    now_round, (copier, third, alone) = round_with(
        session,
        office,
        [f"We say: {COPIED.upper()}", OWN[1], OWN[2]],
        fund=fund,
        phones=["0116 496 8888", "+44 116 496 8888 (mobile)"],
        names=["First Contact", "Second Contact", "first  contact"],
    )
    assert earlier_rounds(session, now_round) == [before]
    assert earlier_rounds(session, before) == []
    assert old_round.fund_id == before.fund_id == now_round.fund_id != other_fund.fund_id
    assert now_round.closes_at is not None
    stage.now = now_round.closes_at + timedelta(minutes=2)
    for duty in (funds.close_due_rounds, applications.start_due_checks):
        while duty(session, stage.now):
            pass
    while services.search_due_rounds(session, stage.now):
        pass
    assert seen(session, now_round) == {
        ("copied-text", source.id, copier.id),
        ("shared-detail", copier.id, third.id),
        ("shared-detail", copier.id, alone.id),
    }
    # What the earlier round's own bids have in common is not looked for again here, and nothing is found twice.
    officer = stage.actor("officer")
    assert services.find_signals(session, now_round, actor=officer, now=stage.now) == 0
    rows = {
        row.kind: row for row in session.scalars(sa.select(FraudSignal).where(FraudSignal.round_id == now_round.id))
    }
    copy = rows["copied-text"]
    assert copy.evidence["words"] == len(COPIED.split())
    assert copy.evidence["passage"] == COPIED.rstrip(".")
    assert copy.evidence["other_passage"] == COPIED.upper().rstrip(".")
    # A signal is nobody's verdict: no bid moved, and a person's note settles it and raises the tier of both.
    before_states = (copier.state, source.state)
    services.settle_signal(session, copier, copy, "watched", "One writer helped both.", actor=officer, now=stage.now)
    assert (copier.state, source.state) == before_states and copier.state is S.CHECKING
    assert (copy.settled, copy.settled_by_id) == ("watched", officer.person_id)
    assert queries.is_flagged(session, copier.id) and queries.is_flagged(session, source.id)
    assert not queries.is_flagged(session, quiet.id)
    assert "flagged" in queries.needed_tier(session, copier, now=stage.now)[1]
    done = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "settle-signal")).one()
    assert (done.subject_id, done.reason) == (copier.id, "One writer helped both.")
