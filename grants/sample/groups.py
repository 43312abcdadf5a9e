"""What the sample's groups keep of themselves, and a second record of one of them that somebody made by mistake."""

from __future__ import annotations

from datetime import datetime

from grants.accounts import services as accounts
from grants.sample.people import Cast
from workflows.rules.eligibility_facts import OrgType

DETAILS = {
    "O2": "Example Street YC",
    "O3": "1999001",
    "O5": "1 Example Street\nLeicester",
    "O6": ["https://youth-club.example.org"],
    "O7": "We give young people in the west of the city somewhere to go, and people to talk to. We started in 2011.",
    "O7a": "2011",
    "O8a": 7,
    "O8": 6,
    "O10": 14,
    "O10a": 2,
    "O9a": 4_820_000,
    "O9b": 4_610_000,
    "O9": 930_000,
    "O11": "no",
}
TWIN_OF = 2


def load_group_details(cast: Cast, *, now: datetime) -> None:
    """Write the first group's details, all but one, and sign the second group up a second time."""
    session = cast.session
    accounts.save_details(session, cast.groups[1], DETAILS, actor=cast.actor("group-1.lead"), now=now)
    known = cast.groups[TWIN_OF]
    accounts.create_organisation(
        session,
        name=f"The {known.name}",
        kind=OrgType.REGISTERED_CHARITY,
        postcode=known.postcode,
        is_fictional=True,
        now=now,
    )
