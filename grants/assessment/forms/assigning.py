"""Forms of sharing out bids: who takes part with how many bids at the most, and what each bid needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from wtforms import BooleanField, Field, HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, NumberRange

from grants.accounts.models import Person
from grants.assessment.forms import too_long
from grants.assessment.queries.sharing import Settings
from grants.web.forms import Form
from workflows.rules.assigning import LARGE_ASK_PENCE, LEAST_MARKERS, Pair

MOST_MARKERS, MOST_BIDS = 20, 5_000
_PAIRS = re.compile(r"(\d{1,15}:\d{1,15}( \d{1,15}:\d{1,15})*)?")
LONGEST_PAIRS = 500_000


class SharingFields:
    """What the form of sharing out offers besides its fields."""

    people: Sequence[Person]
    large_pence: int

    def rows(self) -> Iterator[tuple[Person, Field, Field, Field]]:
        """(marker, takes part, most bids, resident)."""
        for each in self.people:
            yield each, *(self._fields[f"{part}_{each.id}"] for part in ("in", "cap", "resident"))  # type: ignore[attr-defined]

    @property
    def settings(self) -> Settings:
        taking_part = [(each, cap, rep) for each, is_in, cap, rep in self.rows() if is_in.data]
        return Settings(
            caps={each.id: int(cap.data) for each, cap, _ in taking_part},
            residents=frozenset(each.id for each, _, rep in taking_part if rep.data),
            needs=int(self.needs.data),  # type: ignore[attr-defined]
            needs_of_large=int(self.needs_of_large.data),  # type: ignore[attr-defined]
            large_pence=self.large_pence,
            is_mixed=bool(self.is_mixed.data),  # type: ignore[attr-defined]
        )

    @property
    def pairs(self) -> frozenset[Pair] | None:
        """The proposal that was shown, as the page sends it back; None when it was tampered with."""
        text = self.shown.data or ""  # type: ignore[attr-defined]
        if len(text) > LONGEST_PAIRS or not _PAIRS.fullmatch(text):
            return None
        found = (each.split(":") for each in text.split())
        return frozenset((int(bid), int(marker)) for bid, marker in found)


def words_of(pairs: Any) -> str:
    """Pairs as a hidden field carries them."""
    return " ".join(f"{bid}:{marker}" for bid, marker in sorted(pairs))


def sharing_form(
    people: Sequence[Person], usual: Settings, *, least: int = LEAST_MARKERS, asks_why: bool = False
) -> Any:
    """A form class with a row for each marker; `asks_why` for a marker who is taken off."""
    count = [
        InputRequired(f"Write how many markers each bid needs, from {least} to {MOST_MARKERS}."),
        NumberRange(least, MOST_MARKERS, f"This must be from {least} to {MOST_MARKERS}."),
    ]
    fields: dict[str, Any] = {
        "people": people,
        "large_pence": LARGE_ASK_PENCE,
        "needs": IntegerField("Markers for each bid", default=usual.needs, validators=count),
        "needs_of_large": IntegerField(
            f"Markers for a bid of more than £{LARGE_ASK_PENCE // 100:,}",
            default=usual.needs_of_large,
            validators=count,
        ),
        "is_mixed": BooleanField("Every bid is marked by a resident and by somebody else", default=usual.is_mixed),
        "shown": HiddenField(),
        "seen": HiddenField(),
    }
    if asks_why:
        fields["reason"] = TextAreaField(
            "Why the marker is taken off", validators=[InputRequired("Write the reason."), too_long]
        )
    for each in people:
        fields[f"in_{each.id}"] = BooleanField(f"{each.name} takes part", default=each.id in usual.caps)
        fields[f"cap_{each.id}"] = IntegerField(
            f"Most bids for {each.name}",
            default=usual.caps.get(each.id, 0),
            validators=[
                InputRequired(f"Write how many bids {each.name} can take, or 0."),
                NumberRange(0, MOST_BIDS, f"The most bids for {each.name} must be from 0 to {MOST_BIDS:,}."),
            ],
        )
        fields[f"resident_{each.id}"] = BooleanField(f"{each.name} is a resident", default=each.id in usual.residents)
    return type("SharingForm", (SharingFields, Form), fields)
