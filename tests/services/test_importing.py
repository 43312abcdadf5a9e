"""Bringing a paper round in: through the same door, on the dates it had, never mailed, and all of it or nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from grants.accounts.models import Office, Organisation
from grants.accounts.queries import find_office
from grants.applications.models import Application, Submission
from grants.assessment.models import Assignment, ModeratedScore, Panel, Recommendation, Score
from grants.core.audit import AuditEntry
from grants.core.outbox import OutboxEntry, Progress
from grants.eligibility.models import Disqualification, EligibilityResult
from grants.extensions import db
from grants.funds.models import Fund, Round
from grants.importing.files import FilesRefused, Source, read_files
from grants.importing.services import import_round
from grants.reporting.funnel import as_json, as_text, funnel_of
from tests.paper_round import (
    BIDS,
    MARKS,
    NOW,
    ROUND,
    a_bid,
    agreed,
    applications_csv,
    marks_csv,
    marks_for,
    read,
    thrown_out,
    written,
)
from workflows.application import ApplicationState as A
from workflows.assignment import AssignmentState
from workflows.panel import PanelState
from workflows.round import RoundState

LINE = (
    "Received 4 · Disqualified 1 (25.0%) · Moderated 3 · Recommended 2 (50.0% of received, 66.7% of eligible) · "
    "£9,500.00 of £10,000.00 (95.0%) · £500.00 unallocated · West Leicester 2 · mean £4,750.00"
)


def bring_in(session, *files, now: datetime = NOW) -> Round:
    return import_round(session, read(*files), now=now).round_


def states(session) -> dict[str, A]:
    return dict(session.execute(sa.select(Application.reference, Application.state)).all())


def rows_in_all(session) -> dict[str, int]:
    return {
        table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) for table in db.metadata.sorted_tables
    }


@pytest.fixture
def run(app):
    return lambda *line: app.test_cli_runner().invoke(args=["import-round", *line])


def test_a_paper_round_ends_where_its_panel_left_it(session):
    round_ = bring_in(session)
    assert round_.state is RoundState.RECOMMENDING
    assert states(session) == {
        "T-1": A.RECOMMENDED,
        "T-2": A.RECOMMENDED,
        "T-3": A.NOT_RECOMMENDED,
        "T-4": A.DISQUALIFIED,
    }
    assert session.scalars(sa.select(Panel.state)).all() == [PanelState.CLOSED]
    assert set(session.scalars(sa.select(Assignment.state))) == {AssignmentState.FINAL}
    assert session.scalar(sa.select(sa.func.count()).select_from(Score)) == 12
    assert as_text(funnel_of(session, round_)) == LINE


def test_office_fund_and_money_are_made_where_they_are_missing(session):
    round_ = bring_in(session)
    office = find_office(session, "ABC")
    assert (office.code, round_.office_id, round_.is_money_confirmed) == ("abc", office.id, True)
    bring_in(session, ROUND.replace('code = "TEST-R1"', 'code = "TEST-R2"'))
    assert session.scalar(sa.select(sa.func.count()).select_from(Office)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Fund)) == 1
    # The same groups came again: nobody is made twice.
    assert session.scalar(sa.select(sa.func.count()).select_from(Organisation)) == 4


def test_everything_says_that_it_was_on_paper_and_when(session):
    round_ = bring_in(session)
    bid = session.scalars(sa.select(Application).where(Application.reference == "T-1")).one()
    entries = session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject_type == "application", AuditEntry.subject_id == bid.id)
        .order_by(AuditEntry.id)
    ).all()
    assert all(entry.is_on_paper for entry in session.scalars(sa.select(AuditEntry)))
    london_noon = datetime(2024, 4, 16, 8, tzinfo=UTC)
    assert [(each.action, each.actor_name, each.at) for each in entries if each.to_state] == [
        ("start", "Imported: officer", bid.submitted_at),
        ("submit", "Imported: officer", bid.submitted_at),
        ("start-checking", "Imported: timer", round_.closes_at),
        ("pass-checks", "Imported: officer", round_.closes_at),
        ("start-scoring", "Imported: officer", round_.closes_at),
        ("finish-scoring", "Imported: timer", round_.scoring_ends_at),
        ("moderate", "Imported: chair", london_noon),
        ("recommend", "Imported: chair", london_noon),
    ]
    out = session.scalars(
        sa.select(AuditEntry.actor_name)
        .join(Application, Application.id == AuditEntry.subject_id)
        .where(Application.reference == "T-4", AuditEntry.action.in_(["propose-disqualification", "disqualify"]))
        .order_by(AuditEntry.id)
    ).all()
    assert out == ["Imported: officer", "Imported: second officer"]


def test_nothing_of_an_import_is_ever_mailed(session):
    bring_in(session)
    counts = dict(
        session.execute(sa.select(OutboxEntry.progress, sa.func.count()).group_by(OutboxEntry.progress)).all()
    )
    assert set(counts) == {Progress.SUPPRESSED}
    assert counts[Progress.SUPPRESSED] > 10


def test_what_was_sent_is_kept_with_its_receipt(session):
    bring_in(session)
    sent = session.scalars(sa.select(Submission).join(Application).where(Application.reference == "T-2")).one()
    content = {part["code"]: part["value"] for part in sent.content}
    assert (content["P1"], content["B1"], content["P7"]) == ("Project T-2", 550_000, ["West Leicester"])
    assert (len(sent.content_hash), sent.received_at) == (64, datetime(2024, 3, 31, 15, 59, 59, 999000, tzinfo=UTC))


def test_the_files_eligibility_holds_and_a_rule_that_differs_is_a_warning(session):
    bids = [a_bid("T-1", organisation_type="individual"), thrown_out("T-2", "ER1")]
    imported = import_round(session, read(ROUND, bids, marks_for("T-1", (5, 4))), now=NOW)
    told = [str(each) for each in imported.warnings]
    assert any(each.startswith("A.csv:2:eligibility: T-1 would fail ER1") for each in told), told
    assert any(each.startswith("A.csv:3:failed_rules: T-2 would pass ER1") for each in told), told
    assert states(session) == {"T-1": A.RECOMMENDED, "T-2": A.DISQUALIFIED}
    outcomes = session.execute(
        sa.select(Application.reference, EligibilityResult.outcome, sa.func.count())
        .join(Application, Application.id == EligibilityResult.application_id)
        .group_by(Application.reference, EligibilityResult.outcome)
    ).all()
    rules = len(imported.round_.rules)
    assert sorted(map(tuple, outcomes)) == [("T-1", "pass", rules), ("T-2", "fail", 1)]
    assert session.scalars(sa.select(Disqualification.was_confirmed)).all() == [True]


def test_agreed_scores_stand_for_the_criteria_that_they_name(session):
    marks = [*marks_for("T-1", (5, 4), (4, 5)), agreed("T-1", "NEED", 1)]
    round_ = bring_in(session, ROUND, [a_bid("T-1")], marks)
    # 60 x 1/5 + 40 x 4.5/5 = 48%.
    assert session.scalars(sa.select(Application.percent_millionths)).one() == 48_000_000
    assert states(session) == {"T-1": A.NOT_RECOMMENDED}
    assert session.scalars(sa.select(ModeratedScore.reason)).all() == ["Agreed by the panel."]
    assert funnel_of(session, round_).bands == {">=75": 0, "60-75": 0, "<60": 1}


def test_a_bid_that_does_not_fit_waits_in_reserve_and_the_walk_goes_on(session):
    bids = [a_bid("T-1", amount_requested="6000"), a_bid("T-2", amount_requested="6000"), a_bid("T-3")]
    marks = [*marks_for("T-1", (5, 5)), *marks_for("T-2", (5, 4)), *marks_for("T-3", (4, 4))]
    bring_in(session, ROUND, bids, marks)
    assert states(session) == {"T-1": A.RECOMMENDED, "T-2": A.RESERVE, "T-3": A.RECOMMENDED}
    reason = session.scalars(sa.select(Recommendation.reason_code).where(Recommendation.outcome == "reserve")).one()
    assert reason == "does-not-fit"


def test_equal_bids_parted_by_the_line_are_refused_with_the_list(session):
    bids = [a_bid("T-1", amount_requested="6000"), a_bid("T-2", amount_requested="6000")]
    marks = [*marks_for("T-1", (5, 5)), *marks_for("T-2", (5, 5))]
    with pytest.raises(FilesRefused) as caught:
        bring_in(session, ROUND, bids, marks)
    first, second = map(str, caught.value.problems)
    assert first.startswith("A.csv:2:reference: T-1, T-2 are equal in all that the rule compares")
    assert second.startswith("A.csv:3:reference: T-1, T-2")


def test_the_same_code_again_is_refused(session):
    bring_in(session)
    with pytest.raises(FilesRefused) as caught:
        bring_in(session, ROUND.replace("TEST-R1", "test-r1"))
    assert [str(each) for each in caught.value.problems] == [
        'R.toml:4:code: the round "test-r1" is there already: it is brought in once, or choose another code'
    ]


def test_bids_without_marks_stop_after_their_checks(session):
    files = read_files(Source("R.toml", ROUND.encode()), Source("A.csv", applications_csv()), None, now=NOW)
    round_ = import_round(session, files, now=NOW).round_
    assert round_.state is RoundState.CHECKING
    assert sorted(set(states(session).values())) == [A.DISQUALIFIED, A.ELIGIBLE]


def test_a_round_file_alone_sets_up_a_live_round(session):
    for code, now, state in (
        ("L-1", datetime(2024, 2, 1, tzinfo=UTC), RoundState.SCHEDULED),
        ("L-2", datetime(2024, 3, 5, tzinfo=UTC), RoundState.OPEN),
    ):
        files = read_files(Source("R.toml", ROUND.replace("TEST-R1", code).encode()), None, None, now=now)
        round_ = import_round(session, files, now=now).round_
        # Real people will act in it, so nothing of it may be taken for paper.
        assert (round_.state, round_.is_on_paper) == (state, False)


def test_a_round_without_an_eligible_bid_stops_after_its_checks(session):
    round_ = bring_in(session, ROUND, [thrown_out("T-1")], [])
    assert (round_.state, states(session)) == (RoundState.CHECKING, {"T-1": A.DISQUALIFIED})


def test_stated_amounts_keep_their_words(session):
    bring_in(session, ROUND, [a_bid("T-1", amount_requested="over £3,000")], marks_for("T-1", (5, 5)))
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "stated-amounts")).one()
    assert entry.detail == {"amount_requested": "over £3,000"}
    assert session.scalars(sa.select(Application.ask_pence)).one() == 300_000


def test_a_form_that_leaves_a_criterion_unread_is_said_as_the_other_problems_are(session):
    question = '[[questions]]\ncode = "{}"\nkind = "{}"\nlabel = "Question"\ncriterion = "{}"\n'
    form = question.format("P1", "text", "NEED") + question.format("B1", "money", "NEED")
    with pytest.raises(FilesRefused) as caught:
        bring_in(session, ROUND + form)
    assert "no question is read for the criteria" in str(caught.value)


# --- the command


def test_the_command_prints_the_funnel_and_commits_once(app, run, tmp_path):
    done = run(*written(tmp_path))
    assert (done.exit_code, done.stdout.strip(), done.stderr) == (0, LINE, "")
    report = app.test_cli_runner().invoke(args=["report-round", "TEST-R1"])
    assert report.stdout.strip() == LINE


def test_a_dry_run_prints_the_same_and_writes_nothing(app, run, tmp_path):
    with app.app_context():
        before = rows_in_all(db.session)
    done = run(*written(tmp_path), "--dry-run")
    assert (done.exit_code, done.stdout.strip()) == (0, LINE)
    with app.app_context():
        assert rows_in_all(db.session) == before == dict.fromkeys(before, 0)


def test_one_bad_row_at_the_end_leaves_nothing_behind(app, run, tmp_path):
    spoilt = marks_csv([*MARKS[:-1], MARKS[-1] | {"score": "7"}])
    done = run(*written(tmp_path, marks=spoilt))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f'{tmp_path / "M.csv"}:13:score: "7": write a whole number from 0 to 5\n'
    with app.app_context():
        assert set(rows_in_all(db.session).values()) == {0}


def test_a_refusal_in_mid_walk_leaves_nothing_behind(app, run, tmp_path):
    rows = [a_bid("T-1", amount_requested="6000"), a_bid("T-2", amount_requested="6000")]
    marks = marks_csv([*marks_for("T-1", (5, 5)), *marks_for("T-2", (5, 5))])
    done = run(*written(tmp_path, bids=applications_csv(rows), marks=marks))
    assert (done.exit_code, done.stderr.count("\n")) == (1, 2)
    with app.app_context():
        assert set(rows_in_all(db.session).values()) == {0}


def test_warnings_go_to_stderr_and_do_not_stop(run, tmp_path):
    rows = [BIDS[0] | {"amount_requested": "about £4,000"}, *BIDS[1:]]
    done = run(*written(tmp_path, bids=applications_csv(rows)))
    assert (done.exit_code, done.stdout.strip()) == (0, LINE)
    assert done.stderr.startswith(f"warning: {tmp_path / 'A.csv'}:2:amount_requested:")


@pytest.mark.parametrize("line", [(), ("missing.toml",), ("--what",)])
def test_wrong_usage_ends_with_two(run, line):
    assert run(*line).exit_code == 2


def test_the_report_as_json_has_its_keys_and_kinds(session):
    report = json.loads(json.dumps(as_json(funnel_of(session, bring_in(session)))))
    assert report == {
        "code": "TEST-R1",
        "title": "Test round (fictional)",
        "opens_at": "2024-03-01T09:00:00+00:00",
        "closes_at": "2024-03-31T17:00:00+01:00",
        "pot_pence": 1_000_000,
        "line": 60,
        "received": 4,
        "disqualified": 1,
        "moderated": 3,
        "recommended": 2,
        "recommended_pence": 950_000,
        "left_pence": 50_000,
        "mean_recommended_pence": 475_000,
        "percent_of_pot": 95.0,
        "success_of_received": 50.0,
        "success_of_eligible": 66.7,
        "by_area": {"West Leicester": {"count": 2, "pence": 950_000}, "East Leicester": {"count": 0, "pence": 0}},
        "bands": {">=75": 2, "60-75": 0, "<60": 1},
        "states": {"disqualified": 1, "recommended": 2, "not_recommended": 1},
    }


def test_an_import_of_many_bids_asks_few_questions_for_each(session):
    from tests.queries import counted

    def cost(count: int) -> int:
        bids = [a_bid(f"{count}-{n}", amount_requested=str(100 + n)) for n in range(count)]
        marks = [row for bid in bids for row in marks_for(bid["reference"], (4, 4), (3, 4))]
        files = read(ROUND.replace("TEST-R1", f"N-{count}"), bids, marks)
        with counted(session) as statements:
            import_round(session, replace(files), now=NOW)
        return len(statements)

    small, large = cost(5), cost(25)
    assert (large - small) / 20 < 40, "statements for each bid more"
