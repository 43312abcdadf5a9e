"""The table that a run prints: each figure, its limit, its aim, and whether it was met."""

from __future__ import annotations

from dataclasses import dataclass, field

HEAD = ("work", "median", "beside its limit", "processor time", "queries", "aim", "")


@dataclass(slots=True)
class Report:
    """What one run measured on one database."""

    database: str
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def ratio(
        self, work: str, ms: float, ratio: float, aim: str, is_met: bool, *, cpu: str = "", queries: str = ""
    ) -> None:
        """A time beside a limit that was measured in turns with it."""
        self._add(work, f"{ms:.2f} ms", f"{ratio:.2f} x", cpu, queries, aim, _met(is_met))

    def figure(self, work: str, shown: str, aim: str, is_met: bool | None, *, queries: str = "") -> None:
        """Any other figure."""
        self._add(work, shown, "", "", queries, aim, "" if is_met is None else _met(is_met))

    def _add(self, *cells: str) -> None:
        self.rows.append(cells)

    def as_markdown(self) -> str:
        head = ["", f"### {self.database}", "", _line(HEAD), _line(["---"] * len(HEAD))]
        return "\n".join([*head, *(_line(row) for row in self.rows), ""])


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"
