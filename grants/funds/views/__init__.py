"""The pages of funds and rounds: what anyone may read, the list that staff start from, and the set-up of a round."""

from grants.funds.views import (  # noqa: F401  (their routes)
    feeds,
    funds,
    letters,
    public,
    questions,
    round_parts,
    running,
    setting_up,
    staff,
    starting,
    structure,
    trying,
)
from grants.funds.views.blueprint import bp

__all__ = ["bp"]
