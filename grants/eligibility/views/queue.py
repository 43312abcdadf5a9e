"""The queue of eligibility: what has to be done next with every bid in its check, and going from one to the next."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from grants.clock import utc_now
from grants.eligibility import queries, services
from grants.eligibility.forms import TakeForm
from grants.eligibility.queries import Next
from grants.eligibility.views.blueprint import bp
from grants.eligibility.views.checking import CHECKERS
from grants.extensions import db
from grants.web.access import allows, current_actor
from grants.web.labels.checks import NEXT
from grants.web.numbers import row_argument, row_of
from workflows.deadlines import london_date


@bp.get("/office/eligibility")
@allows(*CHECKERS)
def queue() -> Any:
    """Every bid in its check in the actor's offices, by what is to be done."""
    actor, now = current_actor(), utc_now()
    round_id, kind = row_argument("round"), _kind(request.args.get("kind", ""))
    page = queries.list_queue(
        db.session, actor, now=now, round_id=round_id, kind=kind, after=request.args.get("after", "")
    )
    today = london_date(now)
    return render_template(
        "eligibility/queue.html",
        page=page,
        counts=queries.counts_of(db.session, actor, now=now, round_id=round_id),
        days={
            row.application.id: (today - london_date(row.application.submitted_at)).days
            for row in page.rows
            if row.application.submitted_at
        },
        asked={"round": round_id, "kind": kind},
        doable=queries.DOABLE,
        words=NEXT,
    )


@bp.post("/office/eligibility/next")
@allows(*CHECKERS)
def take() -> Any:
    """On to the bid that is to be done next, which no colleague is given meanwhile."""
    form = TakeForm()
    round_id, kind = row_of(form.round.data or ""), _kind(form.kind.data or "")
    bid = services.take_next(
        db.session,
        actor=current_actor(),
        now=utc_now(),
        round_id=round_id,
        kind=kind,
        but=row_of(form.but.data or ""),
    )
    asked = {"round": round_id, "kind": kind}
    if bid is None:
        flash("Nothing is left here that you can do now.", "success")
        return redirect(url_for("eligibility.queue", **asked), 303)
    return redirect(url_for("eligibility.check", application_id=bid.id, **asked), 303)


def _kind(text: str) -> Next | None:
    return Next(text) if text in set(Next) else None
