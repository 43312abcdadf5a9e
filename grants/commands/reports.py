"""`flask report-round`: the funnel of a round on one line, or as JSON for a machine."""

from __future__ import annotations

import json

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from grants.accounts.models import Office
from grants.cli import refuse
from grants.core.database import reading_only
from grants.extensions import db
from grants.funds.models import Round
from grants.reporting.funnel import as_json, as_text, funnel_of


@click.command("report-round")
@click.argument("code")
@click.option("--office", help="The office's code, when two offices have a round of the same code.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON instead of the line.")
@with_appcontext
def report_round(code: str, office: str | None, is_json: bool) -> None:
    """Print what the round CODE came to."""
    with reading_only():
        funnel = funnel_of(db.session, the_round(code, office))
        click.echo(json.dumps(as_json(funnel), indent=2, ensure_ascii=False) if is_json else as_text(funnel))


def the_round(code: str, office: str | None) -> Round:
    """The one round of this code, or the command ends with what to do."""
    found = _rounds(code, office)
    if not found:
        refuse(f"There is no round {code}.")
    if len(found) > 1:
        refuse(f"More than one office has a round {code}: name one with --office.")
    return found[0]


def _rounds(code: str, office: str | None) -> list[Round]:
    statement = sa.select(Round).join(Office, Office.id == Round.office_id).where(Round.code == code, ~Round.is_trial)
    if office:
        statement = statement.where(Office.code == office)
    return list(db.session.scalars(statement))


commands = [report_round]
