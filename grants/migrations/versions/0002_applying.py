"""Applying: versions of forms, files, events, history of answers, and what else the second release keeps."""

import sqlalchemy as sa
from alembic import op

import grants.core.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# SQLite makes a changed table anew, and its triggers are gone with the old one.
SEARCH = [
    "CREATE TRIGGER application_search_insert AFTER INSERT ON application BEGIN INSERT INTO application_search(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER application_search_delete AFTER DELETE ON application BEGIN INSERT INTO application_search(application_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER application_search_update AFTER UPDATE OF search_text ON application BEGIN INSERT INTO application_search(application_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); INSERT INTO application_search(rowid, search_text) VALUES (new.id, new.search_text); END",
]


def _search_again() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in SEARCH:
            op.execute(statement.replace("CREATE TRIGGER ", "CREATE TRIGGER IF NOT EXISTS ", 1))


def upgrade() -> None:
    op.create_table(
        "round_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_round_version_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_round_version_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_version")),
        sa.UniqueConstraint("round_id", "number", name=op.f("uq_round_version_round_id_number")),
    )
    with op.batch_alter_table("round_version", schema=None) as batch_op:
        batch_op.create_index(
            "uq_round_version_working",
            ["round_id"],
            unique=True,
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        )

    op.create_table(
        "support_event",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("workshop", "online", "drop_in", name="eventkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("starts_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("recording_link", sa.String(length=500), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned", "held", "recording_published", "cancelled", name="eventstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('workshop', 'online', 'drop_in')", name=op.f("ck_support_event_kind_known")),
        sa.CheckConstraint(
            "state IN ('planned', 'held', 'recording_published', 'cancelled')",
            name=op.f("ck_support_event_state_known"),
        ),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name=op.f("ck_support_event_capacity_positive")),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_support_event_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_support_event_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_support_event_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_event")),
    )
    with op.batch_alter_table("support_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_support_event_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_support_event_round", ["round_id", "starts_at"], unique=False)

    op.create_table(
        "event_sign_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("group_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("is_waiting", sa.Boolean(), nullable=False),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["support_event.id"],
            name=op.f("fk_event_sign_up_event_id_support_event"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_event_sign_up_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_sign_up")),
        sa.UniqueConstraint("event_id", "email", name=op.f("uq_event_sign_up_event_id_email")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_event_sign_up_token_hash")),
    )
    with op.batch_alter_table("event_sign_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_sign_up_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "answer_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_answer_version_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_answer_version_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_version_question_id_question"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_version")),
    )
    with op.batch_alter_table("answer_version", schema=None) as batch_op:
        batch_op.create_index("ix_answer_version_answer", ["application_id", "question_id", "id"], unique=False)

    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("form_version", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column(
                "assisted_by", sa.Enum("paper", "phone", name="assistedby", native_enum=False, length=40), nullable=True
            )
        )
        batch_op.add_column(sa.Column("consent_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("read_back_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("show_when", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("is_hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("retired_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("form_version", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("letters", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(
            sa.Column(
                "endorsement",
                sa.Enum("none", "welcome", "needed", name="endorsement", native_enum=False, length=40),
                nullable=False,
                server_default="none",
            )
        )
        batch_op.add_column(sa.Column("is_trial", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("trial_of_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_round_trial_of_id"), ["trial_of_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_round_trial_of_id_round"), "round", ["trial_of_id"], ["id"])

    with op.batch_alter_table("round_area", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retired_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.add_column(sa.Column("retired_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True))
    with op.batch_alter_table("round") as batch_op:
        batch_op.create_check_constraint(op.f("ck_round_form_version_not_negative"), "form_version >= 0")
        batch_op.create_check_constraint(op.f("ck_round_trial_is_of_a_round"), "is_trial = (trial_of_id IS NOT NULL)")
        batch_op.create_check_constraint(
            op.f("ck_round_endorsement_known"), "endorsement IN ('none', 'welcome', 'needed')"
        )
    with op.batch_alter_table("application") as batch_op:
        batch_op.create_check_constraint(op.f("ck_application_assisted_by_known"), "assisted_by IN ('paper', 'phone')")
        batch_op.create_check_constraint(
            op.f("ck_application_assisted_means_consent"), "assisted_by IS NULL OR consent_at IS NOT NULL"
        )
    with op.batch_alter_table("question") as batch_op:
        batch_op.drop_constraint(op.f("ck_question_kind_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_question_kind_known"),
            "kind IN ('text', 'long_text', 'money', 'number', 'date', 'yes_no', 'radio', 'checkboxes', 'areas', 'budget', 'declaration', 'table', 'files', 'postcode', 'email', 'phone', 'url', 'charity_number', 'company_number')",
        )
    with op.batch_alter_table("application") as batch_op:
        batch_op.alter_column("form_version", server_default=None)
    with op.batch_alter_table("question") as batch_op:
        batch_op.alter_column("is_hidden", server_default=None)
    with op.batch_alter_table("round") as batch_op:
        batch_op.alter_column("form_version", server_default=None)
        batch_op.alter_column("letters", server_default=None)
        batch_op.alter_column("endorsement", server_default=None)
        batch_op.alter_column("is_trial", server_default=None)
    _search_again()


def downgrade() -> None:
    with op.batch_alter_table("round") as batch_op:
        batch_op.drop_constraint(op.f("ck_round_form_version_not_negative"), type_="check")
        batch_op.drop_constraint(op.f("ck_round_trial_is_of_a_round"), type_="check")
        batch_op.drop_constraint(op.f("ck_round_endorsement_known"), type_="check")
    with op.batch_alter_table("application") as batch_op:
        batch_op.drop_constraint(op.f("ck_application_assisted_by_known"), type_="check")
        batch_op.drop_constraint(op.f("ck_application_assisted_means_consent"), type_="check")
    with op.batch_alter_table("question") as batch_op:
        batch_op.drop_constraint(op.f("ck_question_kind_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_question_kind_known"),
            "kind IN ('text', 'long_text', 'money', 'number', 'date', 'yes_no', 'radio', 'checkboxes', 'areas', 'budget', 'declaration')",
        )
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.drop_column("retired_at")

    with op.batch_alter_table("round_area", schema=None) as batch_op:
        batch_op.drop_column("retired_at")

    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_round_trial_of_id_round"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_round_trial_of_id"))
        batch_op.drop_column("trial_of_id")
        batch_op.drop_column("is_trial")
        batch_op.drop_column("endorsement")
        batch_op.drop_column("letters")
        batch_op.drop_column("form_version")

    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_column("retired_at")
        batch_op.drop_column("is_hidden")
        batch_op.drop_column("show_when")

    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_column("read_back_at")
        batch_op.drop_column("consent_at")
        batch_op.drop_column("assisted_by")
        batch_op.drop_column("form_version")

    with op.batch_alter_table("answer_version", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_version_answer")

    op.drop_table("answer_version")
    with op.batch_alter_table("event_sign_up", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_sign_up_organisation_id"))

    op.drop_table("event_sign_up")
    with op.batch_alter_table("support_event", schema=None) as batch_op:
        batch_op.drop_index("ix_support_event_round")
        batch_op.drop_index(batch_op.f("ix_support_event_office_id"))

    op.drop_table("support_event")
    with op.batch_alter_table("round_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_round_version_working",
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        )

    op.drop_table("round_version")
    _search_again()
