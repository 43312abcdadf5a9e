"""The last minute before a deadline: applicants save and submit, some too late, and then the database is asked.

A save that was answered with 200 is stored byte for byte, and a receipt stands for exactly one submission in time;
whatever contradicts that ends the run. The load comes from a process of its own (`benchmarks/crowd.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from benchmarks.client import visitor_for
from benchmarks.crowd import Heard
from benchmarks.limits import make_app
from benchmarks.scene import SECRET, database_of, environ_of
from benchmarks.server import serving
from config import ROOT, Settings
from grants.applications.models import Answer, AnswerVersion, Submission
from grants.extensions import db
from grants.funds.models import Question, Round
from tests.builders import a_draft, a_group, a_round, an_office, answers_to_all

# The crowd's process has to be up, and its plan read, before the first request is due.
HEAD_START = 3.0
SEED = 20_240_331


def run(database: str, folder: Path, *, applicants: int, seconds: float) -> str:
    """One closing minute on a new database of this kind; the lines to print."""
    with database_of(database) as url:
        app = make_app(Settings(sample=True, secret=SECRET, data_dir=folder, database=url))
        round_id, people = _ready(app, applicants)
        with serving(environ_of(folder, url)) as (port, _):
            load = os.getloadavg()[0]
            bare: float = _crowd(folder, {"port": port, "applicants": []})
            start = time.time() + HEAD_START
            deadline = _close_at(app, round_id, datetime.fromtimestamp(start + seconds, UTC))
            plan = {"port": port, "start": start, "seconds": seconds, "seed": SEED, "applicants": people}
            heard = [Heard(**each) for each in _crowd(folder, plan)]
            loads = f"{load:.1f} before, {os.getloadavg()[0]:.1f} after"
        with app.app_context():
            kept = _check_saves(heard)
            sent = _check_submissions(heard, round_id, deadline)
            db.session.remove()
            db.engine.dispose()
    lines = [f"{applicants} applicants, {seconds:g} s, load {loads}", f"L1 {bare:.0f} requests/s"]
    lines += [_line(kind, heard, deadline, seconds) for kind in ("save", "submit", "page", "check")]
    return "\n".join(["", f"### The closing minute: {database}", "", *(f"- {each}" for each in [*lines, kept, sent])])


def _ready(app: Flask, applicants: int) -> tuple[int, list[dict[str, object]]]:
    """One open round, and each applicant with a whole draft and the cookie of a session."""
    now = datetime.now(UTC)
    dates = {"P9a": now.date() + timedelta(days=60), "P9b": now.date() + timedelta(days=300)}
    answers = answers_to_all(**{code: day.isoformat() for code, day in dates.items()})
    with app.app_context():
        upgrade()
        round_ = a_round(db.session, an_office(db.session, "rush", now=now), now=now)
        leads = []
        for _ in range(applicants):
            group, lead = a_group(db.session, now=now)
            leads.append((a_draft(db.session, round_, group, lead, answers=answers, now=now).id, lead))
        db.session.commit()
        people = [{"id": bid, **asdict(visitor_for(app, lead))} for bid, lead in leads]
        round_id = round_.id
        db.session.remove()
        db.engine.dispose()
    return round_id, people


def _close_at(app: Flask, round_id: int, deadline: datetime) -> datetime:
    """Before anybody has asked for this round, so that no process has read another deadline."""
    with app.app_context():
        moved = sa.update(Round).where(Round.id == round_id).values(closes_at=deadline, version=Round.version + 1)
        db.session.execute(moved)
        db.session.commit()
        db.session.remove()
    return deadline


def _crowd(folder: Path, plan: dict[str, object]) -> Any:
    """Have the process do it; a plan without applicants asks for the bare page."""
    told, result = folder / "plan.json", folder / "heard.json"
    told.write_text(json.dumps(plan))
    subprocess.run([sys.executable, "-m", "benchmarks.crowd", told, result], cwd=ROOT, check=True)
    return json.loads(result.read_text())


def _check_saves(heard: Sequence[Heard]) -> str:
    """The last text of each answer that was accepted is what the database holds, or a row of its history."""
    last = {(each.who, each.code): each.text for each in heard if each.kind == "save" and each.status == 200}
    codes = {code for _, code in last}
    stored = {(bid, code): value for bid, code, value in _answers_in(Answer, codes)}
    history = {(bid, code, value) for bid, code, value in _answers_in(AnswerVersion, codes)}
    lost = [at for at, text in last.items() if stored.get(at) != text and (*at, text) not in history]
    if lost:
        raise RuntimeError(f"{len(lost)} saved answers are not in the database: {lost[:5]}")
    current = sum(stored.get(at) == text for at, text in last.items())
    return f"{len(last)} answers saved last, all stored byte for byte ({current} current, the rest in the history)"


def _answers_in(model: type[Answer] | type[AnswerVersion], codes: set[str]) -> list[tuple[int, str, str]]:
    rows = db.session.execute(
        sa.select(model.application_id, Question.code, model.value)
        .join(Question, Question.id == model.question_id)
        .where(Question.code.in_(codes))
    )
    return [(bid, code, value) for bid, code, value in rows]


def _check_submissions(heard: Sequence[Heard], round_id: int, deadline: datetime) -> str:
    """A receipt is one submission before the deadline; nothing that was sent after it was taken."""
    rows = db.session.execute(sa.select(Submission.application_id, Submission.received_at)).all()
    counts = Counter(bid for bid, _ in rows)
    thanked = {each.who for each in heard if each.kind == "submit" and each.status < 400 and each.status > 0}
    elsewhere = [
        each for each in heard if each.kind == "submit" and each.status == 303 and "/receipt" not in each.location
    ]
    taken = [
        each
        for each in heard
        if each.kind in {"save", "submit"} and each.sent_at >= deadline.timestamp() and 0 < each.status < 400
    ]
    wrong = {
        "with a receipt and without a submission": thanked - counts.keys(),
        "submitted twice": {bid for bid, count in counts.items() if count > 1},
        "received at or after the deadline": {bid for bid, received_at in rows if received_at >= deadline},
        "led somewhere else than to a receipt": {each.who for each in elsewhere},
        "taken although sent after the deadline": {each.who for each in taken},
    }
    found = {words: sorted(bids)[:5] for words, bids in wrong.items() if bids}
    if found:
        raise RuntimeError(f"round {round_id}: {found}")
    unheard = len(counts.keys() - thanked)
    return (
        f"{len(thanked)} applicants with a receipt, each with exactly one submission before the deadline; "
        f"{unheard} submissions whose receipt was not heard; none at or after the deadline, none twice"
    )


def _line(kind: str, heard: Sequence[Heard], deadline: datetime, seconds: float) -> str:
    """Rates are over the whole time and in the busiest second; times are of what was accepted.

    Of the late ones, "sent in time" were sent before the deadline and reached the application after it.
    """
    mine = [each for each in heard if each.kind == kind]
    good = [each for each in mine if 0 < each.status < 400]
    late = [each for each in mine if each.is_late]
    queued = sum(each.sent_at < deadline.timestamp() for each in late)
    errors = Counter(each.status for each in mine if each not in good and not each.is_late)
    busiest = max(Counter(int(each.sent_at + each.ms / 1000) for each in good).values(), default=0)
    cuts = quantiles([each.ms for each in good], n=100) if len(good) > 1 else [0.0] * 99
    times = " / ".join(f"{cuts[at - 1]:.0f}" for at in (50, 95, 99))
    said = ", ".join(f"{count} x {status or 'no answer'}" for status, count in sorted(errors.items())) or "none"
    return (
        f"{kind}: {len(good)}, {len(good) / seconds:.1f}/s (busiest second {busiest}), "
        f"p50/p95/p99 {times} ms, refused as late {len(late)} (sent in time {queued}), errors {said}"
    )
