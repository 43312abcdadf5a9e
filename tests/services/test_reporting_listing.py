"""The officer's list: every bid once on a walk by key, filters and hostile searches, and the export of the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from grants.accounts.models import Office, Organisation
from grants.applications.models import Application, Submission
from grants.core.sheets import BYTE_ORDER_MARK, as_csv, as_sheet, pounds, safe
from grants.funds.models import Question, Round
from grants.reporting.queries import listing
from grants.reporting.queries.export import export_rows
from grants.reporting.queries.listing import Filter, Page, read_filter
from grants.web import labels
from tests.apps import NOW
from tests.builders import a_draft, a_group, a_round, a_submitted_bid, actor_of, an_office, staff
from tests.queries import counted
from workflows.actors import Actor, Role
from workflows.application import ApplicationState
from workflows.errors import NotFound

STATE_WORDS = {str(state): labels.state_label("application", state) for state in ApplicationState}


def many_bids(session: Session, round_: Round, count: int) -> list[int]:
    """Rows of bids with ties and gaps in every column, written at once: the list reads columns and nothing else."""
    groups = [
        {"name": f"Example Group {index} (fictional)", "kind": "cio", "created_at": NOW, "is_fictional": True}
        for index in range(count)
    ]
    session.execute(sa.insert(Organisation), groups)
    ids = session.scalars(sa.select(Organisation.id).order_by(Organisation.id.desc()).limit(count)).all()
    areas = [area.id for area in round_.areas] + [None]
    states = ["checking", "eligible", "withdrawn", "moderated"]
    rows = [
        {
            "office_id": round_.office_id,
            "round_id": round_.id,
            "organisation_id": organisation_id,
            "reference": f"{round_.code}-{index:04d}",
            "organisation_name": f"Group {index % 7}",
            "project_title": f"Project {index % 5}",
            "area_id": areas[index % 3],
            "ask_pence": None if index % 4 == 0 else (index % 6) * 10_000,
            "percent_millionths": None if index % 3 else (index % 9) * 10_000_000,
            "state": states[index % 4],
            "state_entered_at": NOW,
            "submitted_at": NOW - timedelta(seconds=index % 11),
            "created_at": NOW,
            "search_text": f"{round_.code}-{index:04d} Group{index % 7} théâtre football",
        }
        for index, organisation_id in enumerate(ids)
    ]
    session.execute(sa.insert(Application), rows)
    session.flush()
    return list(session.scalars(sa.select(Application.id).where(Application.round_id == round_.id)))


@pytest.fixture
def office(session: Session) -> Office:
    return an_office(session)


@pytest.fixture
def round_(session: Session, office: Office) -> Round:
    return a_round(session, office)


@pytest.fixture
def officer(session: Session, office: Office) -> Actor:
    return actor_of(session, staff(session, office, Role.OFFICER))


def read(round_: Round, **given: Any) -> Filter:
    return read_filter({name: str(value) for name, value in given.items()}, [area.id for area in round_.areas])


def walk(session: Session, officer: Actor, round_: Round, *, size: int, **given: Any) -> list[Page]:
    pages = [listing.list_page(session, officer, round_, read(round_, **given), size=size)]
    while pages[-1].after:
        asked = read(round_, **given, after=pages[-1].after)
        assert asked.problems == ()
        pages.append(listing.list_page(session, officer, round_, asked, size=size))
        assert len(pages) < 200
    return pages


def ids_of(pages: Sequence[Page]) -> list[int]:
    return [row.id for page in pages for row in page.rows]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", sorted(listing.SORTS))
def test_a_walk_by_key_visits_each_bid_once_in_order_and_back(
    session: Session, officer: Actor, round_: Round, sort: str, order: str
) -> None:
    expected = many_bids(session, round_, 61)
    pages = walk(session, officer, round_, size=7, sort=sort, order=order)
    assert sorted(ids_of(pages)) == sorted(expected)
    values = [getattr(row, listing.SORTS[sort].key) for page in pages for row in page.rows]
    given = [value for value in values if value is not None]
    assert given == sorted(given, reverse=order == "desc")
    # Rows without a value stand last, whichever way the list goes.
    assert values[: len(given)] == given
    back = [pages[-1]]
    while back[-1].before:
        asked = read(round_, sort=sort, order=order, before=back[-1].before)
        back.append(listing.list_page(session, officer, round_, asked, size=7))
    assert [[row.id for row in page.rows] for page in reversed(back)] == [
        [row.id for row in page.rows] for page in pages
    ]


@pytest.mark.parametrize("counted_to", [1000, 5])
@pytest.mark.parametrize("sort", sorted(listing.SORTS))
def test_filters_give_the_same_bids_whether_they_are_sorted_alone_or_met_on_a_walk(
    session: Session,
    officer: Actor,
    round_: Round,
    sort: str,
    counted_to: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many_bids(session, round_, 60)
    monkeypatch.setattr(listing, "COUNTED", counted_to)
    area = round_.areas[0].id
    given: dict[str, Any] = {"state": "moderated", "area": area, "q": "football"}
    expected = session.scalars(
        sa.select(Application.id).where(Application.state == "moderated", Application.area_id == area)
    ).all()
    pages = walk(session, officer, round_, size=2, sort=sort, **given)
    assert sorted(ids_of(pages)) == sorted(expected)
    assert (pages[0].total, pages[0].is_over) == ((5, False) if counted_to == 5 else (len(expected), False))


def test_totals_are_exact_to_a_point_and_then_over_it(
    session: Session, officer: Actor, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_bids(session, round_, 12)
    monkeypatch.setattr(listing, "COUNTED", 12)
    page = listing.list_page(session, officer, round_, Filter())
    assert (page.total, page.is_over) == (12, False)
    monkeypatch.setattr(listing, "COUNTED", 11)
    page = listing.list_page(session, officer, round_, Filter())
    assert (page.total, page.is_over) == (11, True)


def test_a_search_finds_the_beginnings_of_words(session: Session, officer: Actor, round_: Round) -> None:
    many_bids(session, round_, 15)
    for text, found in (
        (f"{round_.code}-0003", 1),
        (f"{round_.code.lower()}-000", 10),
        ("foot", 15),
        ("FOOTBALL group3", 2),
        ("ootball", 0),
        ("thé", 15),
    ):
        assert listing.list_page(session, officer, round_, read(round_, q=text)).total == found, text


@pytest.mark.parametrize(
    "text",
    [
        '"foot"',
        "foot* OR NOT NEAR(ball)",
        "foot'); DROP TABLE application; --",
        "foot & | ! ( ) <-> :*",
        "search_text: foot ^ {a b} -c",
        "\\foot\\",
        "foot\0ball",
        "fo" * 5000,
        "a " * 5000,
        "🦊 foot",
        "AND",
        "%foot_",
    ],
)
def test_no_search_is_read_as_the_databases_own_language(
    session: Session, officer: Actor, round_: Round, text: str
) -> None:
    many_bids(session, round_, 3)
    asked = read(round_, q=text)
    assert all(word.isalnum() for word in asked.words)
    assert len(asked.words) <= listing.MOST_WORDS
    assert listing.list_page(session, officer, round_, asked).total <= 3


def test_a_search_without_a_word_is_a_problem_and_not_an_empty_list(round_: Round) -> None:
    assert read(round_, q="'\"*").problems == ("q",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sort", "password"),
        ("order", "sideways"),
        ("state", "draft'"),
        ("area", "999999"),
        ("area", "1 OR 1=1"),
        ("after", "not-a-cursor"),
        ("after", "W10"),
        ("after", "W251bGwsMV0"),
        ("before", "WyJhIiwiYiJd"),
        ("after", "WyJSIiw5OTk5OTk5OTk5OTk5OTk5OTldICA"),
        ("after", "é" * 40),
        ("after", "W" * 5000),
    ],
)
def test_what_makes_no_sense_is_left_out_and_named(
    session: Session, officer: Actor, round_: Round, name: str, value: str
) -> None:
    asked = read(round_, **{name: value})
    assert asked.problems == (name,)
    assert listing.list_page(session, officer, round_, asked).total == 0


@pytest.mark.parametrize("sort", ["ask", "submitted", "state", "percent", "area"])
def test_a_cursor_of_another_sort_is_refused(round_: Round, sort: str) -> None:
    text = listing._cursor_of(type("Row", (), {"id": 1, "reference": "R-1"}), "reference")
    assert read(round_, sort=sort, after=text).problems == ("after",)


def test_drafts_are_nobodys_to_read_and_another_office_sees_nothing(
    session: Session, officer: Actor, office: Office, round_: Round
) -> None:
    sent = a_submitted_bid(session, round_)
    organisation, lead = a_group(session)
    a_draft(session, round_, organisation, lead)
    page = listing.list_page(session, officer, round_, Filter())
    assert [row.id for row in page.rows] == [sent.id]
    elsewhere = actor_of(session, staff(session, an_office(session), Role.OFFICER))
    with pytest.raises(NotFound):
        listing.list_page(session, elsewhere, round_, Filter())


@pytest.mark.parametrize("count", [0, 1, 120])
def test_a_page_takes_four_queries_at_most(session: Session, officer: Actor, round_: Round, count: int) -> None:
    many_bids(session, round_, count) if count else None
    for given in ({}, {"sort": "percent"}, {"q": "foot", "state": "moderated", "sort": "ask", "order": "desc"}):
        asked = read(round_, **given)
        with counted(session) as statements:
            listing.list_page(session, officer, round_, asked)
        assert len(statements) <= 4


def test_sqlite_walks_the_sorts_index_and_sorts_nothing(
    session: Session, officer: Actor, round_: Round, database: str
) -> None:
    if database != "sqlite":
        return
    many_bids(session, round_, 3)
    for sort in listing.SORTS:
        statement = listing._stretch(Application, Filter(sort=sort), None, is_empty=False, is_back=False)
        statement = statement.where(*listing.narrowed(session, officer, round_, Filter(sort=sort), "sqlite")).limit(51)
        text = str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        plan = " ".join(row[3] for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")))
        assert "USING INDEX" in plan or "USING COVERING INDEX" in plan, plan
        # The reference is one for each bid, so only its tie-break is sorted, among one row.
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan, plan


def test_sqlite_counts_a_state_by_the_states_own_index(
    session: Session, officer: Actor, round_: Round, database: str
) -> None:
    if database != "sqlite":
        return
    many_bids(session, round_, 3)
    asked = Filter(state=ApplicationState.AWARDED)
    statement = sa.select(Application.id).where(*listing.narrowed(session, officer, round_, asked, "sqlite")).limit(9)
    text = str(statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    plan = " ".join(row[3] for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")))
    assert "ix_application_list_state" in plan, plan
    assert "round_id=? AND state=?" in plan, plan


def table(rows: Any) -> list[list[str]]:
    text = "".join(as_csv(rows))
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text[1:])))


def test_the_export_has_a_column_for_each_question_and_the_answers_as_sent(
    session: Session, officer: Actor, round_: Round
) -> None:
    bid = a_submitted_bid(session, round_, answers={"P1": "=HYPERLINK(1)", "P3": "@one\nline two"})
    heading, row = table(export_rows(session, officer, round_, Filter(), STATE_WORDS))
    codes = session.scalars(
        sa.select(Question.code).where(Question.round_id == round_.id).order_by(Question.position, Question.id)
    ).all()
    assert [text.split(" ")[0] for text in heading[8:]] == list(codes)
    cells = dict(zip([*heading[:8], *codes], row, strict=True))
    assert cells["Reference"] == bid.reference
    assert (cells["Ask (pounds)"], cells["B1"], cells["State"]) == ("9000.00", "9000.00", "Submitted")
    assert cells["P1"] == "'=HYPERLINK(1)"
    assert cells["Project"] == "'=HYPERLINK(1)"
    assert cells["P3"] == "'@one\nline two"


def test_the_export_takes_the_latest_of_what_was_sent(session: Session, officer: Actor, round_: Round) -> None:
    bid = a_submitted_bid(session, round_)
    first = session.scalars(sa.select(Submission)).one()
    second = [{**item, "shown": "newer"} if item["code"] == "P3" else item for item in first.content]
    session.add(
        Submission(
            application_id=bid.id,
            number=2,
            receipt_number="R-2",
            received_at=NOW,
            content=second,
            content_hash="x",
        )
    )
    session.flush()
    _, row = table(export_rows(session, officer, round_, Filter(), STATE_WORDS))
    assert "newer" in row


def test_the_export_is_what_was_filtered_in_the_lists_order(session: Session, officer: Actor, round_: Round) -> None:
    many_bids(session, round_, 40)
    for given in ({"sort": "ask", "order": "desc"}, {"state": "moderated", "sort": "percent"}, {"q": "group3"}):
        asked = read(round_, **given)
        pages = walk(session, officer, round_, size=9, **given)
        rows = table(export_rows(session, officer, round_, asked, STATE_WORDS))[1:]
        assert [row[0] for row in rows] == [row.reference for page in pages for row in page.rows]


def test_a_long_export_is_read_in_chunks(
    session: Session, officer: Actor, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_bids(session, round_, 30)
    monkeypatch.setattr("grants.reporting.queries.export.CHUNK", 7)
    with counted(session) as queries:
        rows = list(export_rows(session, officer, round_, Filter(), STATE_WORDS))
    assert len(rows) == 31
    # The questions, the areas, what is shut to the reader, the order, and five chunks.
    assert len(queries) == 4 + 5


def test_the_workbook_holds_numbers_as_numbers_and_texts_as_texts(
    session: Session, officer: Actor, round_: Round
) -> None:
    a_submitted_bid(session, round_, answers={"P1": "=HYPERLINK(1)", "P3": "bell \x07 rings"})
    pieces = as_sheet(export_rows(session, officer, round_, Filter(), STATE_WORDS), "Bids")
    sheet = load_workbook(io.BytesIO(b"".join(pieces)))["Bids"]
    heading, row = sheet.iter_rows()
    cells = {str(name.value).split(" ")[0]: cell for name, cell in zip(heading, row, strict=True)}
    assert (cells["Ask"].value, cells["Ask"].data_type) == (9000, "n")
    assert (cells["Project"].value, cells["Project"].data_type) == ("=HYPERLINK(1)", "s")
    assert cells["P3"].value == "bell   rings"
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_what_a_spreadsheet_would_calculate_is_made_text(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert safe(f"a{text}") == f"a{text}"


@pytest.mark.parametrize(("pence", "cell"), [(None, ""), (0, "0.00"), (5, "0.05"), (1_415_529, "14155.29")])
def test_money_is_a_plain_number(pence: int | None, cell: str) -> None:
    assert "".join(as_csv([["a", pounds(pence)]])) == f"{BYTE_ORDER_MARK}a,{cell}\r\n"
