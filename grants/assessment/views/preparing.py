"""Where a community representative is led who has not done yet what comes before the first bid."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from grants.accounts.models import Office
from grants.extensions import db
from grants.funds.models import Round
from grants.representatives.queries import Representative, list_own, unprepared_among
from grants.web.access import current_actor
from workflows.actors import Role


def must_prepare(round_: Round) -> bool:
    """Whether the reader is a representative to whom the round's bids do not open yet; no query for anybody else."""
    actor = current_actor()
    if Role.COMMUNITY_REP not in actor.roles_in(round_.scope):
        return False
    return bool(unprepared_among(db.session, round_, [actor.person_id or 0]))


def to_preparation(round_: Round) -> Any:
    """To the page that says what is missing and where to sign."""
    flash("The bids open to you when you have done what comes first.", "info")
    office = db.session.get_one(Office, round_.office_id)
    return redirect(url_for("representatives.own", office_code=office.code), 303)


def preparing() -> list[Representative]:
    """The reader as a representative of each office where something is left to do first."""
    return [each for each in list_own(db.session, current_actor()) if each.lacks]
