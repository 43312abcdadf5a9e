"""Offices, people, organisations and the roles that join them; a role that ended keeps its row for the record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from grants.core.base import Base
from grants.core.columns import (
    Id,
    Instant,
    ShortText,
    Stateful,
    UtcDateTime,
    one_of,
    references,
    state_check,
    text_enum,
)
from workflows.actors import Role, Scope
from workflows.merging import MERGE
from workflows.rules.formats import normal_name


class Installation(Base):
    """Facts about this database itself, such as that the sample made it."""

    __tablename__ = "installation"

    key: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    value: Mapped[str] = mapped_column(sa.Text)


class Office(Base):
    """A tenant: the office that gives the grants. Everything but people and organisations belongs to one."""

    __tablename__ = "office"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name: Mapped[ShortText]
    # What the public calls the one who decides; never assumed to be a commissioner (successor bodies).
    decision_maker_title: Mapped[str] = mapped_column(sa.String(120), default="Commissioner")
    contact_email: Mapped[str] = mapped_column(sa.String(254), default="")
    brand_colour: Mapped[str] = mapped_column(sa.String(7), default="#1d4f5c")
    privacy_notice: Mapped[str] = mapped_column(sa.Text, default="")
    accessibility_statement: Mapped[str] = mapped_column(sa.Text, default="")
    # What a community representative signs; empty for the service's own text.
    confidentiality_statement: Mapped[str] = mapped_column(sa.Text, default="")
    needs_officer_approval: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    created_at: Mapped[Instant]

    @property
    def scope(self) -> Scope:
        return Scope(office_id=self.id)


class Person(Base):
    """Somebody who signs in. Shared between offices and organisations; signs in by e-mailed link, never a password."""

    __tablename__ = "person"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[ShortText]
    totp_secret: Mapped[str | None] = mapped_column(sa.String(64))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The last TOTP time step used, so that a code seen over a shoulder can't be used again.
    totp_last_step: Mapped[int | None] = mapped_column(sa.Integer)
    # Every session carries this number; raising it ends them all.
    session_epoch: Mapped[int] = mapped_column(sa.Integer, default=1)
    # The sample's own name for a person, such as "llr.officer-1"; empty in a real installation.
    sample_key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    created_at: Mapped[Instant]

    office_roles: Mapped[list[OfficeRole]] = relationship(back_populates="person", foreign_keys="OfficeRole.person_id")
    memberships: Mapped[list[Membership]] = relationship(back_populates="person", foreign_keys="Membership.person_id")


class OfficeRole(Base):
    """A role that a person holds in an office, from when to when, and who gave it."""

    __tablename__ = "office_role"
    __table_args__ = (
        one_of("role", Role),
        sa.Index(
            "uq_office_role_current",
            "person_id",
            "office_id",
            "role",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = references("person.id")
    office_id: Mapped[int] = references("office.id")
    role: Mapped[Role] = mapped_column(text_enum(Role))
    given_by_id: Mapped[int | None] = references("person.id", index=False)
    started_at: Mapped[Instant]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(back_populates="office_roles", foreign_keys=[person_id])
    office: Mapped[Office] = relationship()


class Organisation(Base):
    """A group that applies. Shared between offices, so that its history is one history."""

    __tablename__ = "organisation"

    id: Mapped[Id]
    name: Mapped[ShortText]
    kind: Mapped[str] = mapped_column(sa.String(40))
    # The name as duplicates are looked for by it; it follows the name by itself.
    name_key: Mapped[str] = mapped_column(sa.String(200), default="", index=True)
    charity_number: Mapped[str] = mapped_column(sa.String(20), default="", index=True)
    company_number: Mapped[str] = mapped_column(sa.String(20), default="", index=True)
    postcode: Mapped[str] = mapped_column(sa.String(10), default="")
    is_fictional: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    # Made by an office to try a form out; it applies in try-outs alone and is no group.
    is_test: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    founded_on: Mapped[date | None] = mapped_column(sa.Date)
    # Set while this record is merged into another; its old links lead there.
    merged_into_id: Mapped[int | None] = references("organisation.id")
    created_at: Mapped[Instant]

    @validates("name")
    def _follow_name(self, key: str, name: str) -> str:
        self.name_key = normal_name(name)
        return name

    @property
    def scope(self) -> Scope:
        return Scope(organisation_id=self.id)


class OrganisationDetail(Base):
    """One answer that a group keeps for its bids, as it was saved at one time: the latest of a code holds.

    `code` is the model form's id (O1, O8 ...). Only the group's own people read these: another office sees of a group
    its public facts, and what a bid made to it carries.
    """

    __tablename__ = "organisation_detail"
    __table_args__ = (sa.Index("ix_organisation_detail_code", "organisation_id", "code", "id"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = references("organisation.id", index=False)
    code: Mapped[str] = mapped_column(sa.String(20))
    value: Mapped[Any] = mapped_column(sa.JSON)
    person_id: Mapped[int | None] = references("person.id", index=False)
    # The reference of the bid that it was taken from; empty when it was written on the group's own page.
    source: Mapped[str] = mapped_column(sa.String(40), default="")
    saved_at: Mapped[Instant]

    person: Mapped[Person | None] = relationship()


class OrganisationMerge(Stateful, Base):
    """Two records that an office takes for one group: which is kept, who agreed, and whether it was done or undone."""

    __tablename__ = "organisation_merge"
    __workflow__ = MERGE
    __table_args__ = (
        state_check(MERGE),
        sa.CheckConstraint("kept_id <> gone_id", name="are_two"),
        sa.CheckConstraint("state NOT IN ('merged', 'undone') OR merged_at IS NOT NULL", name="merged_has_time"),
        sa.Index(
            "uq_organisation_merge_open",
            "gone_id",
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'merged')"),
            postgresql_where=sa.text("state IN ('proposed', 'merged')"),
        ),
    )

    office_id: Mapped[int] = references("office.id")
    kept_id: Mapped[int] = references("organisation.id")
    gone_id: Mapped[int] = references("organisation.id", index=False)
    reason: Mapped[str] = mapped_column(sa.Text)
    proposed_by_id: Mapped[int | None] = references("person.id", index=False)
    kept_agreed_by_id: Mapped[int | None] = references("person.id", index=False)
    gone_agreed_by_id: Mapped[int | None] = references("person.id", index=False)
    merged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[Instant]

    kept: Mapped[Organisation] = relationship(foreign_keys=[kept_id])
    gone: Mapped[Organisation] = relationship(foreign_keys=[gone_id])
    office: Mapped[Office] = relationship()


class MergedRow(Base):
    """One row that a merge changed, so that an undo puts back exactly that one."""

    __tablename__ = "merged_row"

    id: Mapped[Id]
    merge_id: Mapped[int] = references("organisation_merge.id")
    table_name: Mapped[str] = mapped_column(sa.String(60))
    column_name: Mapped[str] = mapped_column(sa.String(60))
    row_id: Mapped[int] = mapped_column(sa.Integer)


class Membership(Base):
    """A role that a person holds in an organisation, from when to when."""

    __tablename__ = "membership"
    __table_args__ = (
        one_of("role", Role),
        sa.Index(
            "uq_membership_current",
            "person_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = references("person.id")
    organisation_id: Mapped[int] = references("organisation.id")
    role: Mapped[Role] = mapped_column(text_enum(Role))
    started_at: Mapped[Instant]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(back_populates="memberships", foreign_keys=[person_id])
    organisation: Mapped[Organisation] = relationship()


class JoinRequest(Base):
    """Somebody asks the people of a group to let them in; one question at a time from one person to one group."""

    __tablename__ = "join_request"
    __table_args__ = (
        sa.CheckConstraint("(answered_at IS NULL) = (is_let_in IS NULL)", name="answered_means_answer"),
        sa.Index(
            "uq_join_request_open",
            "person_id",
            "organisation_id",
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = references("person.id")
    organisation_id: Mapped[int] = references("organisation.id")
    asked_at: Mapped[Instant]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_let_in: Mapped[bool | None] = mapped_column(sa.Boolean)
    answered_by_id: Mapped[int | None] = references("person.id", index=False)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    organisation: Mapped[Organisation] = relationship()

    @property
    def scope(self) -> Scope:
        return Scope(organisation_id=self.organisation_id)


class SignInLink(Base):
    """A one-time link: only its hash is kept; also the ledger that sign-in requests are limited by."""

    __tablename__ = "sign_in_link"

    id: Mapped[Id]
    # None when nobody has that address: the request is counted all the same, and the page says the same.
    person_id: Mapped[int | None] = references("person.id")
    address_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    client_hash: Mapped[str] = mapped_column(sa.String(64), index=True)
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    next_path: Mapped[str] = mapped_column(sa.String(300), default="")
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    spent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignUp(Base):
    """A group that asked to join, waiting for its e-mail address to be proved by the link that was sent."""

    __tablename__ = "sign_up"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(sa.String(254))
    person_name: Mapped[ShortText]
    organisation: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    next_path: Mapped[str] = mapped_column(sa.String(300), default="")
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    spent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TotpFailure(Base):
    """A wrong code, counted so that codes can't be guessed."""

    __tablename__ = "totp_failure"

    id: Mapped[Id]
    person_id: Mapped[int] = references("person.id")
    at: Mapped[Instant]


class KeptText(Base):
    """A form that arrived after its session had ended, for its own person and page, until it is sent or a day old."""

    __tablename__ = "kept_text"
    __table_args__ = (sa.UniqueConstraint("person_id", "path"),)

    id: Mapped[Id]
    person_id: Mapped[int] = references("person.id", index=False)
    path: Mapped[str] = mapped_column(sa.String(500))
    form: Mapped[dict[str, list[str]]] = mapped_column(sa.JSON)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
