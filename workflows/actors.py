"""Who acts: a person (or the timer) with roles that hold only inside one office or one organisation.

A role never floats free: being an officer of one office says nothing about another office's bids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """The hats of domain practice; one person may wear several."""

    LEAD = "lead"
    CONTRIBUTOR = "contributor"
    SIGNATORY = "signatory"
    OFFICER = "officer"
    MANAGER = "manager"
    MARKER = "marker"
    CHAIR = "chair"
    PANEL_MEMBER = "panel_member"
    COMMUNITY_REP = "community_rep"
    DECISION_MAKER = "decision_maker"
    CHIEF_EXECUTIVE = "chief_executive"
    FINANCE = "finance"
    ADMIN = "admin"
    SYSTEM = "system"


GROUP_ROLES = frozenset({Role.LEAD, Role.CONTRIBUTOR, Role.SIGNATORY})
OFFICE_ROLES = frozenset(Role) - GROUP_ROLES - {Role.SYSTEM}
# Roles that read nothing of an office by themselves: each reads only what it is given, or no bids at all
# (domain practice, section 2).
ON_REQUEST = frozenset({Role.MARKER, Role.PANEL_MEMBER, Role.COMMUNITY_REP, Role.ADMIN})
# A community representative is none of the office's own people: any other role reads or runs more than a resident may.
BESIDE_REP = ON_REQUEST - {Role.ADMIN}
# Who may enter a bid for a group that applies on paper or by telephone.
HELPERS = frozenset({Role.OFFICER, Role.MANAGER})


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a thing belongs: the office that owns it and, for a bid or award, the organisation it is about.

    `is_helped` is of a bid that the office enters for a group, with its consent: its officers hold the pen.
    """

    office_id: int | None = None
    organisation_id: int | None = None
    is_helped: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with the roles they hold now. `person_id` is None for nobody and for the timer."""

    person_id: int | None = None
    name: str = "Nobody"
    office_roles: frozenset[tuple[int, Role]] = frozenset()
    organisation_roles: frozenset[tuple[int, Role]] = frozenset()
    is_system: bool = False
    # An import speaks for people who signed on paper, so it holds every office role but is named for what it is.
    on_paper: bool = field(default=False)

    def roles_in(self, scope: Scope) -> frozenset[Role]:
        """The roles that count for a thing of this scope."""
        if self.is_system:
            return frozenset({Role.SYSTEM})
        office = {role for office_id, role in self.office_roles if office_id == scope.office_id}
        group = {role for org_id, role in self.organisation_roles if org_id == scope.organisation_id}
        if scope.is_helped and not office.isdisjoint(HELPERS):
            group.add(Role.LEAD)
        return frozenset(office | group)

    @property
    def office_ids(self) -> frozenset[int]:
        return frozenset(office_id for office_id, _ in self.office_roles)

    @property
    def organisation_ids(self) -> frozenset[int]:
        return frozenset(organisation_id for organisation_id, _ in self.organisation_roles)

    @property
    def all_roles(self) -> frozenset[Role]:
        if self.is_system:
            return frozenset({Role.SYSTEM})
        return frozenset(role for _, role in self.office_roles | self.organisation_roles)


NOBODY = Actor()
SYSTEM = Actor(name="Timer", is_system=True)
