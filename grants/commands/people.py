"""`flask invite`: the first administrator of an installation, and whoever else has lost their way in."""

from __future__ import annotations

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import with_appcontext

from grants.accounts import queries, services
from grants.cli import refuse
from grants.clock import utc_now
from grants.extensions import db
from grants.web import identity
from grants.web.labels import OFFICE_ROLES
from workflows.actors import SYSTEM, Role


@click.command("invite")
@click.argument("email")
@click.option("--office", "office_code", required=True, metavar="CODE", help="The office's code.")
@click.option("--role", required=True, type=click.Choice(sorted(OFFICE_ROLES)), help="What they may do there.")
@click.option("--name", default="", help="The person's name; their address until somebody says better.")
@with_appcontext
def invite(email: str, office_code: str, role: str, name: str) -> None:
    """Give EMAIL a role in an office, queue the mail with their one-time link, and print the link."""
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        refuse(f"{email} is not an e-mail address.")
    office = queries.find_office(db.session, office_code)
    if office is None:
        refuse(f"There is no office {office_code}. Make it first with: flask create-office {office_code} NAME")
    _, url = services.invite_to_office(
        db.session,
        office,
        email,
        name,
        [Role(role)],
        actor=SYSTEM,
        now=utc_now(),
        site=identity.site(),
        reason="Invited by command",
    )
    db.session.commit()
    click.echo(url)


commands = [invite]
