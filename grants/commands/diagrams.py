"""`flask state-diagrams`: writes the lifecycles into docs/lifecycles.md, from the tables themselves."""

from __future__ import annotations

import click

from config import ROOT
from workflows.catalogue import document

PAGE = ROOT / "docs" / "lifecycles.md"


@click.command("state-diagrams")
@click.option("--check", is_flag=True, help="Write nothing; fail when the page is out of date.")
def state_diagrams(check: bool) -> None:
    """Write each lifecycle as a diagram and a table."""
    text = document()
    if check:
        if PAGE.read_text() != text:
            click.echo(f"{PAGE.name} is out of date: run `./run flask state-diagrams`.", err=True)
            raise SystemExit(1)
        return
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text)
    click.echo(f"Wrote {PAGE.relative_to(ROOT)}")


commands = [state_diagrams]
