"""The offline pack: a marker's own bids of a round to read on paper, and a sheet to write the marks in.

Only bids that the marker has declared on and may still read are in it, without their group where the round hides it.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from grants.accounts.models import Person
from grants.applications.models import Application
from grants.assessment.models import Assignment, BroughtSheet
from grants.assessment.queries.anonymous import reader_for
from grants.assessment.queries.interests import barred_in
from grants.assessment.queries.marks import Rubric, rubric_of
from grants.assessment.queries.walk import marking_order, own_work
from grants.assessment.queries.work import shown_answers
from grants.core.pdf import Block, paragraphs, render_pdf, table
from grants.core.scoping import visible
from grants.core.sheets import NO_SIGNS, Cell, as_csv
from grants.funds.models import QuestionKind, Round
from grants.representatives.queries import shut_pairs
from workflows.actors import Actor
from workflows.application import PASSED_CHECKS, ApplicationState
from workflows.assignment import OUT, WORKING, AssignmentState

HEAD = ("Bid", "Project", "Criterion", "What it asks", "Lowest", "Highest", "Score", "Reason", "Saved")
BID, CRITERION, SCORE, REASON, SAVED = 0, 2, 6, 7, 8
WIDTHS = (16, 30, 10, 40, 8, 8, 8, 80, 8)
OPEN_STATES = WORKING | {AssignmentState.INTEREST_DECLARED}
SHEET_NAME = "Marks"
GUIDANCE = (
    "How to use this file",
    "Write a whole number under Score and your words under Reason. Leave every other column as it is.",
    "An empty cell changes nothing: what you saved on the website stays.",
    "When you are done, send the file back on the page where you got it. You see what changes first.",
    "Nothing is locked by this file. You lock your marks on the website.",
    "This file holds what other people must not see. Keep it safe, and delete it when you are done.",
)


@dataclass(frozen=True, slots=True)
class Pack:
    """A marker's work of one round that is open to them, in their own order, with the round's criteria."""

    round: Round
    work: Sequence[Assignment]
    rubric: Rubric
    # Whose it is where somebody of the office makes it for them; None for one's own.
    marker: Person | None = None

    @property
    def unlocked(self) -> list[Assignment]:
        """What can still be marked."""
        return [
            each
            for each in self.work
            if each.state in OPEN_STATES and each.application.state is ApplicationState.SCORING
        ]


def pack_of(session: Session, actor: Actor, round_: Round) -> Pack:
    """What the actor has declared on and may read."""
    return Pack(round_, _work(session, round_, own_work(actor)), rubric_of(session, round_.id))


def pack_for(session: Session, actor: Actor, round_: Round, marker: Person) -> Pack:
    """A marker's work for a manager who brings in their sheet.

    Only what the marker has declared on and not begun on the website, so that nobody reads marks typed there; no bid
    that a direct interest closes to the manager, or that is or was the manager's own to mark.
    """
    own = sa.select(Assignment.application_id).where(Assignment.person_id == (actor.person_id or 0))
    theirs = (
        Assignment.person_id == marker.id,
        Assignment.state.not_in(sorted(OUT)),
        sa.or_(Assignment.state == AssignmentState.INTEREST_DECLARED, Assignment.is_on_paper),
        Application.state.in_(sorted(PASSED_CHECKS)),
        Application.id.not_in(own),
        Application.id.not_in(barred_in(session, round_.id, actor)),
        visible(Application, actor),
    )
    work = _work(session, round_, theirs)
    shut = shut_pairs(session, [each.application_id for each in work], [marker.id])
    within = [each for each in work if (each.application_id, marker.id) not in shut]
    return Pack(round_, within, rubric_of(session, round_.id), marker)


def _work(session: Session, round_: Round, whose: Sequence[sa.ColumnElement[bool]]) -> list[Assignment]:
    rows = session.scalars(
        sa.select(Assignment)
        .join(Assignment.application)
        .options(
            contains_eager(Assignment.application).options(joinedload(Application.round), joinedload(Application.area)),
            selectinload(Assignment.scores),
        )
        .where(Assignment.round_id == round_.id, Assignment.state != AssignmentState.ASSIGNED, *whose)
    ).unique()
    return sorted(rows, key=marking_order)


def brought_in(
    session: Session, application_ids: Collection[int], person_ids: Collection[int]
) -> frozenset[tuple[int, int]]:
    """The (bid, person) pairs where the person brought in somebody's sheet, so has read another's marks."""
    rows = session.execute(
        sa.select(Assignment.application_id, BroughtSheet.person_id)
        .join(Assignment, Assignment.id == BroughtSheet.assignment_id)
        .where(Assignment.application_id.in_(sorted(application_ids)), BroughtSheet.person_id.in_(sorted(person_ids)))
    )
    return frozenset((bid, person) for bid, person in rows)


def sheet_rows(session: Session, pack: Pack) -> Iterator[tuple[Cell, ...]]:
    """One row for each bid and criterion, with what is saved now."""
    reader = reader_for(session, [each.application for each in pack.work])
    for work in pack.unlocked:
        saved = {row.criterion_id: row for row in work.scores if row.voided_at is None}
        for criterion in pack.rubric.criteria:
            row = saved.get(criterion.id)
            yield (
                work.application.reference,
                reader.title(work.application),
                criterion.code,
                criterion.title,
                criterion.min_score,
                criterion.max_score,
                row.score if row else None,
                row.justification if row else "",
                row.version if row else 0,
            )


def marks_csv(session: Session, pack: Pack) -> Iterator[str]:
    return as_csv([HEAD, *sheet_rows(session, pack)])


def marks_workbook(session: Session, pack: Pack) -> bytes:
    """A sheet that takes only whole numbers of the scale, and lets nothing but score and reason be written."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, Protection
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    sheet.title = SHEET_NAME
    for number, row in enumerate([HEAD, *sheet_rows(session, pack)], 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value = NO_SIGNS.sub(" ", value)
                # Whatever it begins with, it is text.
                cell.data_type = "s"
            else:
                cell.value = value
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 1)
            cell.protection = Protection(locked=number == 1 or column - 1 not in {SCORE, REASON})
        if number > 1:
            scale = DataValidation("whole", allow_blank=True, formula1=str(row[4]), formula2=str(row[5]))
            scale.error, scale.showErrorMessage = f"Write a whole number from {row[4]} to {row[5]}.", True
            scale.add(sheet.cell(number, SCORE + 1).coordinate)
            sheet.add_data_validation(scale)
    for letter, width in zip("ABCDEFGHI", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["I"].hidden = True
    sheet.freeze_panes = "A2"
    sheet.protection.sheet = True
    help_ = book.create_sheet("Guidance")
    help_.column_dimensions["A"].width = 100
    for line in GUIDANCE:
        help_.append([line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def bids_pdf(session: Session, pack: Pack, *, office: str, made_at: datetime) -> bytes:
    """The bids one after another, as the marker reads them on the page."""
    reader = reader_for(session, [each.application for each in pack.work])
    sections = []
    for work in pack.work:
        bid = work.application
        for title, items in reader.sections(bid, shown_answers(session, bid)):
            answers = [{"label": _label(item), "blocks": _blocks(item)} for item in items]
            sections.append({"title": f"{bid.reference}: {title.strip() or 'Answers'}", "answers": answers})
    heading = f"Bids to mark: {pack.round.title}"
    data = {
        "title": heading,
        "heading": heading,
        "office": office,
        "lead": paragraphs("For the marker who made this copy, and nobody else. Destroy it when you are done."),
        "facts": [[each.application.reference, reader.title(each.application)] for each in pack.work],
        "sections": sections,
        "ending": None,
    }
    return render_pdf("receipt", data, made_at=made_at)


def _label(item: Mapping[str, Any]) -> str:
    return str(item.get("label") or "").strip() or str(item.get("code") or "Answer")


def _blocks(item: Mapping[str, Any]) -> list[Block]:
    if item.get("kind") == QuestionKind.FILES:
        names = "\n".join(str(line.get("name") or "") for line in item.get("value") or () if isinstance(line, Mapping))
        return [paragraphs(names or "No file")]
    if grid := item.get("table"):
        return [table(grid["head"], grid["rows"], total=grid["total"], numeric=grid["numeric"])]
    return [paragraphs(str(item.get("shown") or "") or "No answer")]
