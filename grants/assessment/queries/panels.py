"""Panels as their members may see them: a panel of another office, or that one does not sit on, does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from grants.accounts.models import OfficeRole, Person
from grants.applications.models import Application
from grants.assessment.models import Panel, PanelMember
from grants.assessment.queries.facts import member_of
from grants.assessment.queries.interests import barred_from
from grants.core.scoping import offices_of
from grants.funds.models import Round
from workflows.actors import Actor, Role, Scope
from workflows.application import IN_ASSESSMENT, PANEL_OUTCOMES
from workflows.errors import NotFound

# Staff who prepare and minute a panel may look on; the others must sit on it.
LOOKERS_ON = frozenset({Role.MANAGER, Role.OFFICER})
SEATS = frozenset({Role.CHAIR, Role.PANEL_MEMBER, Role.OFFICER, Role.MANAGER})
# Being a representative gives no seat by itself.
SHOWN = SEATS | {Role.COMMUNITY_REP}
CONSIDERED = IN_ASSESSMENT | PANEL_OUTCOMES


@dataclass(frozen=True, slots=True)
class PanelBid:
    """One bid on a panel's table, for a person who may read it."""

    panel: Panel
    application: Application

    @property
    def scope(self) -> Scope:
        return self.panel.scope


def find_panel(session: Session, round_id: int) -> Panel | None:
    """The round's panel with its members, if it was convened."""
    return session.scalars(
        sa.select(Panel)
        .options(joinedload(Panel.round), selectinload(Panel.members).joinedload(PanelMember.person))
        .where(Panel.round_id == round_id)
    ).one_or_none()


def get_panel(session: Session, actor: Actor, panel_id: int) -> Panel:
    """The panel, for its members and for the office's staff who prepare it."""
    panel = session.scalars(
        sa.select(Panel)
        .options(joinedload(Panel.round), selectinload(Panel.members).joinedload(PanelMember.person))
        .where(Panel.id == panel_id, Panel.office_id.in_(sorted(actor.office_ids)))
    ).one_or_none()
    if panel is None:
        raise NotFound(subject="panel")
    if member_of(panel, actor.person_id) is None and not LOOKERS_ON & actor.roles_in(panel.scope):
        raise NotFound(subject="panel")
    return panel


def get_panel_bid(session: Session, actor: Actor, panel_id: int, application_id: int) -> PanelBid:
    """One of the panel's bids; for a person with a direct interest in it there is none."""
    panel = get_panel(session, actor, panel_id)
    application = session.scalars(
        sa.select(Application)
        .options(joinedload(Application.area))
        .where(
            Application.id == application_id,
            Application.round_id == panel.round_id,
            Application.state.in_(sorted(CONSIDERED)),
        )
    ).one_or_none()
    if application is None or barred_from(session, actor.person_id, [application_id]):
        raise NotFound(subject="application")
    return PanelBid(panel, application)


def list_panels(session: Session, actor: Actor) -> list[Panel]:
    """The panels that the actor sits on, and those that their office role lets them look on; newest first."""
    mine = sa.exists().where(PanelMember.panel_id == Panel.id, PanelMember.person_id == (actor.person_id or 0))
    looked_on = Panel.office_id.in_(offices_of(actor, LOOKERS_ON))
    return list(
        session.scalars(
            sa.select(Panel)
            .join(Panel.round)
            .options(contains_eager(Panel.round))
            .where(Panel.office_id.in_(sorted(actor.office_ids)), sa.or_(mine, looked_on))
            .order_by(Panel.id.desc())
        )
    )


def bids_of_panel(session: Session, panel: Panel) -> list[Application]:
    """Every bid that the panel considers, from its eligibility on, by reference."""
    return list(
        session.scalars(
            sa.select(Application)
            .where(Application.round_id == panel.round_id, Application.state.in_(sorted(CONSIDERED)))
            .order_by(Application.reference)
        )
    )


def line_of(round_: Round, panel: Panel | None) -> Fraction:
    """The line in percent: the round's provisional one, unless the panel moved it."""
    moved = panel.line_moved_to_hundredths if panel else None
    return Fraction(round_.line_hundredths if moved is None else moved, 100)


def list_seats(session: Session, office_id: int) -> list[tuple[Person, frozenset[Role]]]:
    """Everybody in the office who may sit on a panel, with the roles they hold there."""
    rows = session.execute(
        sa.select(Person, OfficeRole.role)
        .join(OfficeRole, OfficeRole.person_id == Person.id)
        .where(OfficeRole.office_id == office_id, OfficeRole.ended_at.is_(None), OfficeRole.role.in_(sorted(SHOWN)))
        .order_by(Person.name, Person.id)
    )
    people: dict[int, tuple[Person, set[Role]]] = {}
    for person, role in rows:
        people.setdefault(person.id, (person, set()))[1].add(role)
    return [(person, frozenset(roles)) for person, roles in people.values() if roles & SEATS]
