"""The offline pack's pages: the files to save, the file that comes back, and what it would change before it does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from grants.accounts.models import Office
from grants.assessment import queries
from grants.assessment.queries.packs import Pack, bids_pdf, marks_csv, marks_workbook, pack_of
from grants.assessment.services.packs import Change, Reading, keep_file, read_marks
from grants.assessment.views.blueprint import bp
from grants.clock import utc_now
from grants.core.sheets import SHEET
from grants.core.workbooks import LARGEST, NotReadable, read
from grants.extensions import db
from grants.funds.models import Round
from grants.web import labels
from grants.web.access import allows, current_actor
from grants.web.filters import plural
from grants.web.forms import Form
from grants.web.handouts import hand_out
from workflows.actors import Role
from workflows.errors import Stale

Row = tuple[int, str, int | None, str, int]


def _pack(round_: Round) -> Pack:
    return pack_of(db.session, current_actor(), round_)


@bp.route("/office/marking/rounds/<int:round_id>/pack", methods=["GET", "POST"])
@allows(Role.MARKER, on=queries.get_marked_round)
def pack(round_: Round) -> Any:
    return pack_page(_pack(round_), _urls(round_))


def _urls(round_: Round) -> dict[str, str]:
    names = {"pdf": "pack_pdf", "workbook": "pack_workbook", "csv": "pack_csv", "keep": "keep_pack"}
    urls = {name: url_for(f"assessment.{endpoint}", round_id=round_.id) for name, endpoint in names.items()}
    return urls | {"back": url_for("assessment.queue")}


def pack_page(found: Pack, urls: Mapping[str, str]) -> Any:
    """The page of a pack, one's own or another's, with what a file that was sent would change."""
    if request.method == "POST":
        request.max_content_length = LARGEST + 100_000
    form = Form()
    reading, problem = None, ""
    if form.validate_on_submit():
        chosen = request.files.get("file")
        try:
            # One byte more than may be, so that a larger file is known without reading it.
            reading = read_marks(found, read(chosen.stream.read(LARGEST + 1) if chosen else b""))
        except NotReadable as error:
            problem = labels.sentence_for(error.code)
    page = render_template(
        "assessment/pack.html",
        round=found.round,
        pack=found,
        urls=urls,
        reading=reading,
        problem=problem,
        clear=_written(reading),
        written=_one,
        form=form,
        labels=labels,
    )
    return page, 422 if problem or (reading and reading.problems and not reading.changes) else 200


def _written(reading: Reading | None) -> str:
    return json.dumps([_row(each) for each in reading.clear]) if reading else ""


def _one(change: Change) -> str:
    return json.dumps(_row(change))


def _row(change: Change) -> list[Any]:
    return [change.assignment_id, change.criterion, change.score, change.words, change.version]


@bp.post("/office/marking/rounds/<int:round_id>/pack/keep")
@allows(Role.MARKER, on=queries.get_marked_round)
def keep_pack(round_: Round) -> Any:
    kept = keep_sent(_pack(round_))
    flash(f"{plural(kept, 'mark')} saved from your file. Nothing is locked yet.", "success")
    return redirect(url_for("assessment.queue"), 303)


def keep_sent(found: Pack) -> int:
    """Save the rows that the page confirms; returns how many marks changed."""
    request.max_content_length = request.max_form_memory_size = LARGEST
    rows = _sent()
    if rows is None:
        raise Stale(subject="round", id=found.round.id)
    return keep_file(db.session, found, rows, actor=current_actor(), now=utc_now())


def _sent() -> list[Row] | None:
    """The rows that the preview showed, with those that were chosen over newer ones; None when they are no rows."""
    try:
        sent = json.loads(request.form.get("marks") or "[]")
        sent += [json.loads(each) for each in request.form.getlist("take")]
        rows = [(work, code, score, words, version) for work, code, score, words, version in sent]
    except (ValueError, TypeError, RecursionError):
        return None
    return rows if all(_is_row(*row) for row in rows) else None


def _is_row(work: object, code: object, score: object, words: object, version: object) -> bool:
    numbers = all(type(each) is int and 0 <= each < 2**31 for each in (work, version))
    is_score = score is None or (type(score) is int and 0 <= score < 10_000)
    return numbers and is_score and isinstance(code, str) and isinstance(words, str) and "\x00" not in words


@bp.get("/office/marking/rounds/<int:round_id>/pack/marks.xlsx")
@allows(Role.MARKER, on=queries.get_marked_round)
def pack_workbook(round_: Round) -> Any:
    return hand_workbook(_pack(round_))


@bp.get("/office/marking/rounds/<int:round_id>/pack/marks.csv")
@allows(Role.MARKER, on=queries.get_marked_round)
def pack_csv(round_: Round) -> Any:
    return hand_csv(_pack(round_))


@bp.get("/office/marking/rounds/<int:round_id>/pack/bids.pdf")
@allows(Role.MARKER, on=queries.get_marked_round)
def pack_pdf(round_: Round) -> Any:
    return hand_pdf(_pack(round_))


def hand_workbook(found: Pack) -> Any:
    content = marks_workbook(db.session, found)
    return hand_out(content, SHEET, f"marks-{found.round.code}.xlsx", size=len(content))


def hand_csv(found: Pack) -> Any:
    content = "".join(marks_csv(db.session, found)).encode()
    return hand_out(content, "text/csv; charset=utf-8", f"marks-{found.round.code}.csv", size=len(content))


def hand_pdf(found: Pack) -> Any:
    office = db.session.get_one(Office, found.round.office_id)
    content = bids_pdf(db.session, found, office=office.name, made_at=utc_now())
    return hand_out(content, "application/pdf", f"bids-{found.round.code}.pdf", size=len(content))
