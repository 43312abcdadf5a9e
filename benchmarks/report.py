"""The table that a run prints: each figure, its limit, its aim, and whether it was met."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """What one run measured on one database."""

    database: str
    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    def ratio(self, work: str, ms: float, limit_ms: float, aim: float, limit_name: str = "L2", note: str = "") -> None:
        """A time beside a limit that was measured in the same run."""
        ratio = ms / limit_ms
        self.rows.append(
            (
                work,
                f"{ms:.2f} ms",
                f"{ratio:.2f} x {limit_name}",
                f"at most {aim:g} x {limit_name}",
                _met(ratio <= aim, note),
            )
        )

    def figure(self, work: str, shown: str, aim: str, is_met: bool | None, note: str = "") -> None:
        """Any other figure."""
        self.rows.append((work, shown, "", aim, "" if is_met is None else _met(is_met, note)))

    def as_markdown(self) -> str:
        head = ["", f"### {self.database}", "", "| work | median | ratio | aim | |", "|---|---|---|---|---|"]
        return "\n".join([*head, *("| " + " | ".join(row) + " |" for row in self.rows), ""])


def _met(is_met: bool, note: str) -> str:
    return ("met" if is_met else "MISSED") + (f"; {note}" if note else "")
