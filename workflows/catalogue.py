"""Every lifecycle of the service in one place: what diagrams, CHECKs and tests go through."""

from __future__ import annotations

from typing import Any

from workflows.application import APPLICATION
from workflows.assignment import ASSIGNMENT
from workflows.award import AWARD
from workflows.bulk import BULK
from workflows.decision import DECISION
from workflows.diligence import DILIGENCE
from workflows.document import DOCUMENT
from workflows.endorsement import ENDORSEMENT
from workflows.engine import NEW, Workflow
from workflows.event import EVENT
from workflows.merging import MERGE
from workflows.minutes import MINUTES
from workflows.monitoring import MONITORING
from workflows.panel import PANEL
from workflows.review import REVIEW
from workflows.round import ROUND

LIFECYCLES: tuple[Workflow[Any], ...] = (
    ROUND,
    EVENT,
    ENDORSEMENT,
    APPLICATION,
    DOCUMENT,
    DILIGENCE,
    ASSIGNMENT,
    PANEL,
    MINUTES,
    DECISION,
    AWARD,
    REVIEW,
    MONITORING,
    MERGE,
    BULK,
)


def diagram(workflow: Workflow[Any]) -> str:
    """The lifecycle as a Mermaid state diagram: one arrow for each row and state that it leaves."""
    lines = ["stateDiagram-v2"]
    for row in workflow.rows:
        for source in [NEW] * (NEW in row.sources) + [state for state in workflow.states if state in row.sources]:
            start = "[*]" if source is NEW else source
            who = ", ".join(sorted(role.replace("_", " ") for role in row.who))
            lines.append(f"    {start} --> {row.target}: {row.action} ({who})")
    lines += [f"    {state} --> [*]" for state in workflow.states if state in workflow.terminal]
    return "\n".join(lines)


def table(workflow: Workflow[Any]) -> str:
    """The lifecycle as a Markdown table: the law as it is read by people."""
    lines = ["| action | from | to | who | provided that | then |", "|---|---|---|---|---|---|"]
    for row in workflow.rows:
        sources = ", ".join(state for state in workflow.states if state in row.sources) or "(new)"
        who = ", ".join(sorted(role.replace("_", " ") for role in row.who))
        guards = ", ".join(guard.__name__.replace("_", " ") for guard in row.guards)
        effects = ", ".join(f"tell {effect.audience.replace('_', ' ')}: {effect.template}" for effect in row.effects)
        lines.append(f"| {row.action} | {sources} | {row.target} | {who} | {guards} | {effects} |")
    return "\n".join(lines)


def document() -> str:
    """The whole page of lifecycles."""
    parts = [
        "# Lifecycles",
        "Written by `./run flask state-diagrams` from the tables in `workflows/`; a test keeps the two equal.",
    ]
    for workflow in LIFECYCLES:
        parts += [f"## {workflow.name.capitalize()}", f"```mermaid\n{diagram(workflow)}\n```", table(workflow)]
    return "\n\n".join(parts) + "\n"
