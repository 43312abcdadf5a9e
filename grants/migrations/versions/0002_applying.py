"""Applying: versions of forms, files, events, history of answers, and what else the second release keeps."""

import sqlalchemy as sa
from alembic import op

from workflows.rules.formats import normal_name

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


def _name_keys() -> None:
    # By which a group that is here already is noticed; it is worked out from the name of each row.
    organisation = sa.table("organisation", sa.column("id"), sa.column("name"), sa.column("name_key"))
    rows = op.get_bind().execute(sa.select(organisation.c.id, organisation.c.name)).all()
    for number, name in rows:
        key = normal_name(name)[:200]
        op.execute(organisation.update().where(organisation.c.id == number).values(name_key=key))


def upgrade() -> None:
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("is_let_in", sa.Boolean(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (is_let_in IS NULL)", name=op.f("ck_join_request_answered_means_answer")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_join_request_answered_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_join_request_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_join_request_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
    )
    with op.batch_alter_table("join_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_join_request_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_join_request_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_join_request_open",
            ["person_id", "organisation_id"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.create_table(
        "organisation_detail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("saved_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_detail_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_organisation_detail_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_detail")),
    )
    with op.batch_alter_table("organisation_detail", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_detail_code", ["organisation_id", "code", "id"], unique=False)

    op.create_table(
        "organisation_merge",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("kept_agreed_by_id", sa.Integer(), nullable=True),
        sa.Column("gone_agreed_by_id", sa.Integer(), nullable=True),
        sa.Column("merged_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("proposed", "merged", "dropped", "undone", name="mergestate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'merged', 'dropped', 'undone')", name=op.f("ck_organisation_merge_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('merged', 'undone') OR merged_at IS NOT NULL",
            name=op.f("ck_organisation_merge_merged_has_time"),
        ),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_organisation_merge_are_two")),
        sa.ForeignKeyConstraint(
            ["gone_agreed_by_id"],
            ["person.id"],
            name=op.f("fk_organisation_merge_gone_agreed_by_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["gone_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_merge_gone_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["kept_agreed_by_id"],
            ["person.id"],
            name=op.f("fk_organisation_merge_kept_agreed_by_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["kept_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_merge_kept_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_organisation_merge_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"],
            ["person.id"],
            name=op.f("fk_organisation_merge_proposed_by_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_merge")),
    )
    with op.batch_alter_table("organisation_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_merge_kept_id"), ["kept_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_merge_office_id"), ["office_id"], unique=False)
        batch_op.create_index(
            "uq_organisation_merge_open",
            ["gone_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'merged')"),
            postgresql_where=sa.text("state IN ('proposed', 'merged')"),
        )

    op.create_table(
        "merged_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=60), nullable=False),
        sa.Column("column_name", sa.String(length=60), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"],
            ["organisation_merge.id"],
            name=op.f("fk_merged_row_merge_id_organisation_merge"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merged_row")),
    )
    with op.batch_alter_table("merged_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merged_row_merge_id"), ["merge_id"], unique=False)

    op.create_table(
        "counted_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("is_several", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("bids_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count BETWEEN 0 AND bids_count", name=op.f("ck_counted_answer_count_in_range")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_counted_answer_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted_answer")),
        sa.UniqueConstraint("round_id", "code", "value", name=op.f("uq_counted_answer_round_id_code_value")),
    )
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
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("area", sa.String(length=120), nullable=False),
        sa.Column("theme", sa.String(length=100), nullable=False),
        sa.Column("wish_hash", sa.String(length=64), nullable=False),
        sa.Column("confirm_hash", sa.String(length=64), nullable=False),
        sa.Column("end_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "round_id IS NULL OR (office_id IS NULL AND area = '' AND theme = '')",
            name=op.f("ck_subscription_one_wish"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_subscription_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_subscription_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("confirm_hash", name=op.f("uq_subscription_confirm_hash")),
        sa.UniqueConstraint("end_hash", name=op.f("uq_subscription_end_hash")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subscription_round_id"), ["round_id"], unique=False)
        batch_op.create_index(
            "uq_subscription_standing",
            ["email", "wish_hash"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
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
        sa.Column("is_aside", sa.Boolean(), nullable=False),
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

    op.create_table(
        "assistance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_details", sa.String(length=500), nullable=False),
        sa.Column("consent_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("consent_words", sa.Text(), nullable=False),
        sa.Column("entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("read_back_hash", sa.String(length=64), nullable=False),
        sa.Column("read_back_to", sa.String(length=200), nullable=False),
        sa.Column(
            "read_back_how",
            sa.Enum("phone", "in-person", "post", "email", name="readbackby", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("read_back_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("read_back_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "read_back_how IN ('phone', 'in-person', 'post', 'email')", name=op.f("ck_assistance_read_back_how_known")
        ),
        sa.CheckConstraint(
            "(read_back_at IS NULL) = (read_back_how IS NULL) AND (read_back_at IS NULL) = (read_back_by IS NULL)",
            name=op.f("ck_assistance_read_back_is_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_assistance_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["person.id"], name=op.f("fk_assistance_entered_by_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["read_back_by"], ["person.id"], name=op.f("fk_assistance_read_back_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistance")),
        sa.UniqueConstraint("application_id", name=op.f("uq_assistance_application_id")),
    )
    op.create_table(
        "clarification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("taken_back_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_clarification_answered_has_answer")),
        sa.CheckConstraint(
            "answered_at IS NULL OR ended_at IS NOT NULL", name=op.f("ck_clarification_answered_means_ended")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_clarification_answered_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_clarification_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_clarification_asked_by_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clarification")),
    )
    with op.batch_alter_table("clarification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clarification_application_id"), ["application_id"], unique=False)
        batch_op.create_index("ix_clarification_due", ["ended_at", "due_on"], unique=False)
        batch_op.create_index(
            "uq_clarification_open",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "document",
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("question_code", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "governing_document",
                "accounts",
                "safeguarding_policy",
                "equality_policy",
                "insurance",
                "quote",
                "endorsement_letter",
                "accountable_body",
                "photo",
                "other",
                name="documentkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=120), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("sent_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("scanned_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("scan_found", sa.String(length=200), nullable=False),
        sa.Column("scan_attempts", sa.Integer(), nullable=False),
        sa.Column("scan_again_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "clean",
                "infected",
                "replaced",
                "removed",
                name="documentstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('governing_document', 'accounts', 'safeguarding_policy', 'equality_policy', 'insurance', 'quote', 'endorsement_letter', 'accountable_body', 'photo', 'other')",
            name=op.f("ck_document_kind_known"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'clean', 'infected', 'replaced', 'removed')", name=op.f("ck_document_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('clean', 'infected') OR scanned_at IS NOT NULL", name=op.f("ck_document_verdict_has_a_time")
        ),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_document_size_positive")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_document_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_document_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_document_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["document.id"], name=op.f("fk_document_replaces_id_document"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["person.id"], name=op.f("fk_document_uploaded_by_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_document_storage_key")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_application_id"), ["application_id"], unique=False)
        batch_op.create_index("ix_document_expiry", ["expires_on", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_document_scan", ["scanned_at", "scan_again_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_uploaded_by"), ["uploaded_by"], unique=False)

    op.create_table(
        "endorsement",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("asked_name", sa.String(length=200), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.String(length=200), nullable=False),
        sa.Column("given_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "given",
                "declined",
                "expired",
                "withdrawn",
                name="endorsementstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state <> 'given' OR (words <> '' AND name <> '' AND position <> '' AND given_at IS NOT NULL)",
            name=op.f("ck_endorsement_given_with_words"),
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'given', 'declined', 'expired', 'withdrawn')",
            name=op.f("ck_endorsement_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_endorsement_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_endorsement_asked_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_endorsement_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_endorsement_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsement")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_endorsement_token_hash")),
    )
    with op.batch_alter_table("endorsement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_endorsement_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_endorsement_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "ix_endorsement_waiting",
            ["application_id", "asked_at"],
            unique=False,
            sqlite_where=sa.text("endorsement.state = 'requested'"),
            postgresql_where=sa.text("endorsement.state = 'requested'"),
        )
        batch_op.create_index(
            "uq_endorsement_standing",
            ["application_id", "email"],
            unique=True,
            sqlite_where=sa.text("state IN ('requested', 'given')"),
            postgresql_where=sa.text("state IN ('requested', 'given')"),
        )

    op.create_table(
        "late_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("until", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("was_given", sa.Boolean(), nullable=True),
        sa.CheckConstraint("settled_at IS NULL OR was_given IS NOT NULL", name=op.f("ck_late_time_settled_has_answer")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_late_time_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_late_time_proposed_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_late_time_settled_by_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_time")),
    )
    with op.batch_alter_table("late_time", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_late_time_application_id"), ["application_id"], unique=False)
        batch_op.create_index(
            "uq_late_time_open",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("question_code", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("mark", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("begun_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "document_id IS NULL OR received_bytes = size_bytes", name=op.f("ck_upload_finished_is_whole")
        ),
        sa.CheckConstraint("received_bytes BETWEEN 0 AND size_bytes", name=op.f("ck_upload_received_in_range")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_upload_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_upload_document_id_document"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_upload_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("key", name=op.f("uq_upload_key")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_upload_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_upload_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_trial", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("form_version", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column(
                "assisted_by", sa.Enum("paper", "phone", name="assistedby", native_enum=False, length=40), nullable=True
            )
        )
        batch_op.add_column(sa.Column("taken_over_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_key", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("is_test", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_organisation_charity_number"), ["charity_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_company_number"), ["company_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisation_name_key"), ["name_key"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_organisation_merged_into_id_organisation"),
            "organisation",
            ["merged_into_id"],
            ["id"],
            ondelete="RESTRICT",
        )

    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("show_when", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("is_hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("retired_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.alter_column("office_id", existing_type=sa.INTEGER(), nullable=True)

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

    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("round") as batch_op:
        batch_op.create_check_constraint(op.f("ck_round_trial_is_of_a_round"), "is_trial = (trial_of_id IS NOT NULL)")
        batch_op.create_check_constraint(
            op.f("ck_round_endorsement_known"), "endorsement IN ('none', 'welcome', 'needed')"
        )
        batch_op.create_check_constraint(op.f("ck_round_form_version_not_negative"), "form_version >= 0")
    with op.batch_alter_table("application") as batch_op:
        batch_op.drop_constraint(op.f("ck_application_state_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_application_assisted_by_known"), "assisted_by IN ('paper', 'phone')")
        batch_op.create_check_constraint(
            op.f("ck_application_only_helped_is_taken_over"), "taken_over_at IS NULL OR assisted_by IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f("ck_application_state_known"),
            "state IN ('draft', 'submitted', 'checking', 'clarification', 'disqualified', 'eligible', 'scoring', 'scored', 'moderated', 'recommended', 'reserve', 'not_recommended', 'approved', 'declined', 'awarded', 'lapsed', 'withdrawn', 'offer_lapsed')",
        )
    with op.batch_alter_table("question") as batch_op:
        batch_op.drop_constraint(op.f("ck_question_kind_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_question_kind_known"),
            "kind IN ('text', 'long_text', 'money', 'number', 'date', 'yes_no', 'radio', 'checkboxes', 'areas', 'budget', 'declaration', 'table', 'files', 'postcode', 'email', 'phone', 'url', 'charity_number', 'company_number')",
        )
    _name_keys()
    with op.batch_alter_table("application") as batch_op:
        batch_op.alter_column("is_trial", server_default=None)
        batch_op.alter_column("form_version", server_default=None)
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.alter_column("name_key", server_default=None)
        batch_op.alter_column("is_test", server_default=None)
    with op.batch_alter_table("question") as batch_op:
        batch_op.alter_column("is_hidden", server_default=None)
    with op.batch_alter_table("round") as batch_op:
        batch_op.alter_column("form_version", server_default=None)
        batch_op.alter_column("letters", server_default=None)
        batch_op.alter_column("endorsement", server_default=None)
        batch_op.alter_column("is_trial", server_default=None)
    with op.batch_alter_table("submission") as batch_op:
        batch_op.alter_column("about", server_default=None)
    # A bid that waits for an answer holds its group's one place in the round.
    op.drop_index("uq_application_live", "application")
    op.create_index(
        "uq_application_live",
        "application",
        ["round_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('approved', 'awarded', 'checking', 'clarification', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'reserve', 'scored', 'scoring', 'submitted')"
        ),
        postgresql_where=sa.text(
            "state IN ('approved', 'awarded', 'checking', 'clarification', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'reserve', 'scored', 'scoring', 'submitted')"
        ),
    )
    _search_again()


def downgrade() -> None:
    op.drop_index("uq_application_live", "application")
    op.create_index(
        "uq_application_live",
        "application",
        ["round_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('approved', 'awarded', 'checking', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'reserve', 'scored', 'scoring', 'submitted')"
        ),
        postgresql_where=sa.text(
            "state IN ('approved', 'awarded', 'checking', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'reserve', 'scored', 'scoring', 'submitted')"
        ),
    )
    with op.batch_alter_table("round") as batch_op:
        batch_op.drop_constraint(op.f("ck_round_trial_is_of_a_round"), type_="check")
        batch_op.drop_constraint(op.f("ck_round_endorsement_known"), type_="check")
        batch_op.drop_constraint(op.f("ck_round_form_version_not_negative"), type_="check")
    with op.batch_alter_table("application") as batch_op:
        batch_op.drop_constraint(op.f("ck_application_assisted_by_known"), type_="check")
        batch_op.drop_constraint(op.f("ck_application_only_helped_is_taken_over"), type_="check")
        batch_op.drop_constraint(op.f("ck_application_state_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_application_state_known"),
            "state IN ('draft', 'submitted', 'checking', 'disqualified', 'eligible', 'scoring', 'scored', 'moderated', 'recommended', 'reserve', 'not_recommended', 'approved', 'declined', 'awarded', 'lapsed', 'withdrawn', 'offer_lapsed')",
        )
    with op.batch_alter_table("question") as batch_op:
        batch_op.drop_constraint(op.f("ck_question_kind_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_question_kind_known"),
            "kind IN ('text', 'long_text', 'money', 'number', 'date', 'yes_no', 'radio', 'checkboxes', 'areas', 'budget', 'declaration')",
        )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_column("about")

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

    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.alter_column("office_id", existing_type=sa.INTEGER(), nullable=False)

    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_column("retired_at")
        batch_op.drop_column("is_hidden")
        batch_op.drop_column("show_when")

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_organisation_merged_into_id_organisation"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_organisation_name_key"))
        batch_op.drop_index(batch_op.f("ix_organisation_merged_into_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_company_number"))
        batch_op.drop_index(batch_op.f("ix_organisation_charity_number"))
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("is_test")
        batch_op.drop_column("name_key")

    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_column("taken_over_at")
        batch_op.drop_column("assisted_by")
        batch_op.drop_column("form_version")
        batch_op.drop_column("is_trial")

    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_person_id"))
        batch_op.drop_index(batch_op.f("ix_upload_document_id"))
        batch_op.drop_index(batch_op.f("ix_upload_application_id"))

    op.drop_table("upload")
    with op.batch_alter_table("late_time", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_late_time_open",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_late_time_application_id"))

    op.drop_table("late_time")
    with op.batch_alter_table("endorsement", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_endorsement_standing",
            sqlite_where=sa.text("state IN ('requested', 'given')"),
            postgresql_where=sa.text("state IN ('requested', 'given')"),
        )
        batch_op.drop_index(
            "ix_endorsement_waiting",
            sqlite_where=sa.text("endorsement.state = 'requested'"),
            postgresql_where=sa.text("endorsement.state = 'requested'"),
        )
        batch_op.drop_index(batch_op.f("ix_endorsement_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_endorsement_office_id"))

    op.drop_table("endorsement")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_uploaded_by"))
        batch_op.drop_index("ix_document_scan")
        batch_op.drop_index(batch_op.f("ix_document_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_document_office_id"))
        batch_op.drop_index("ix_document_expiry")
        batch_op.drop_index(batch_op.f("ix_document_application_id"))

    op.drop_table("document")
    with op.batch_alter_table("clarification", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_clarification_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index("ix_clarification_due")
        batch_op.drop_index(batch_op.f("ix_clarification_application_id"))

    op.drop_table("clarification")
    op.drop_table("assistance")
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
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_subscription_standing",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_subscription_round_id"))
        batch_op.drop_index(batch_op.f("ix_subscription_office_id"))

    op.drop_table("subscription")
    with op.batch_alter_table("round_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_round_version_working",
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        )

    op.drop_table("round_version")
    op.drop_table("counted_answer")
    with op.batch_alter_table("merged_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_merged_row_merge_id"))

    op.drop_table("merged_row")
    with op.batch_alter_table("organisation_merge", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_organisation_merge_open",
            sqlite_where=sa.text("state IN ('proposed', 'merged')"),
            postgresql_where=sa.text("state IN ('proposed', 'merged')"),
        )
        batch_op.drop_index(batch_op.f("ix_organisation_merge_office_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_merge_kept_id"))

    op.drop_table("organisation_merge")
    with op.batch_alter_table("organisation_detail", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_detail_code")

    op.drop_table("organisation_detail")
    with op.batch_alter_table("join_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_join_request_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_join_request_person_id"))
        batch_op.drop_index(batch_op.f("ix_join_request_organisation_id"))

    op.drop_table("join_request")
    _search_again()
