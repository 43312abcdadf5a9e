"""The pages of accounts, by subject, on one blueprint; importing this package registers them all."""

from grants.accounts.views import about, groups, merges, offices, people, sample, sign_in, sign_up
from grants.accounts.views.blueprint import bp

__all__ = ["about", "bp", "groups", "merges", "offices", "people", "sample", "sign_in", "sign_up"]
