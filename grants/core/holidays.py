"""The bank holidays of England and Wales, from the list that comes with the package: nothing is fetched.

The list reaches some years ahead; beyond its end only weekends are known, so the package is kept current.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib.resources import files


@cache
def bank_holidays() -> frozenset[date]:
    """Every bank holiday of England and Wales that is known, read once for each process."""
    # The package's own class would import an HTTP client into every process; its data is all that is needed.
    text = files("govuk_bank_holidays").joinpath("bank-holidays.json").read_text(encoding="utf-8")
    return frozenset(date.fromisoformat(event["date"]) for event in json.loads(text)["england-and-wales"]["events"])
