"""Staff's pages that read across features: what waits, a round's dashboard, its list of bids, one bid."""

from grants.reporting.views import (  # noqa: F401  (their routes)
    bids,
    bulk,
    counted,
    events,
    files,
    home,
    listing,
    organisations,
    rounds,
)
from grants.reporting.views.blueprint import bp

__all__ = ["bp"]
