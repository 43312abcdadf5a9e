"""The first schema: every table of the service, the append-only audit trail and the search index."""

import sqlalchemy as sa
from alembic import op

import grants.core.columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# DDL that differs between the databases: the append-only audit trail and the search index.
SQLITE = [
    "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
    "CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
    "CREATE VIRTUAL TABLE application_search USING fts5(search_text, content='application', content_rowid='id')",
    "CREATE TRIGGER application_search_insert AFTER INSERT ON application BEGIN INSERT INTO application_search(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER application_search_delete AFTER DELETE ON application BEGIN INSERT INTO application_search(application_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER application_search_update AFTER UPDATE OF search_text ON application BEGIN INSERT INTO application_search(application_search, rowid, search_text) VALUES ('delete', old.id, old.search_text); INSERT INTO application_search(rowid, search_text) VALUES (new.id, new.search_text); END",
]
POSTGRES = [
    "CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$",
    "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()",
    "ALTER TABLE application ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', regexp_replace(search_text, '[^[:alnum:]]+', ' ', 'g'))) STORED",
    "CREATE INDEX ix_application_search_vector ON application USING gin (search_vector) WITH (fastupdate = off)",
]


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=True),
        sa.Column("actor_person_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("is_on_paper", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_audit_entry_subject", ["subject_type", "subject_id", "id"], unique=False)

    op.create_table(
        "duty_lease",
        sa.Column("duty", sa.String(length=60), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("until", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("duty", name=op.f("pk_duty_lease")),
    )
    op.create_table(
        "installation",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_installation")),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("decision_maker_title", sa.String(length=120), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("brand_colour", sa.String(length=7), nullable=False),
        sa.Column("privacy_notice", sa.Text(), nullable=False),
        sa.Column("accessibility_statement", sa.Text(), nullable=False),
        sa.Column("needs_officer_approval", sa.Boolean(), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("code", name=op.f("uq_office_code")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("charity_number", sa.String(length=20), nullable=False),
        sa.Column("company_number", sa.String(length=20), nullable=False),
        sa.Column("postcode", sa.String(length=10), nullable=False),
        sa.Column("is_fictional", sa.Boolean(), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "outbox_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("event", sa.String(length=80), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "progress",
            sa.Enum("waiting", "held", "expanded", "suppressed", name="progress", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("hold_key", sa.String(length=40), nullable=True),
        sa.Column("expanded_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "progress IN ('waiting', 'held', 'expanded', 'suppressed')", name=op.f("ck_outbox_entry_progress_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_entry")),
    )
    with op.batch_alter_table("outbox_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_entry_hold_key"), ["hold_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_entry_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_outbox_entry_progress", ["progress", "id"], unique=False)
        batch_op.create_index("ix_outbox_entry_subject", ["subject_type", "subject_id"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_confirmed_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("sample_key", sa.String(length=40), nullable=True),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("sample_key", name=op.f("uq_person_sample_key")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("obligation", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("offset_code", sa.String(length=20), nullable=False),
        sa.Column("is_superseded", sa.Boolean(), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "obligation",
            "subject_id",
            "person_id",
            "offset_code",
            name=op.f("uq_reminder_obligation_subject_id_person_id_offset_code"),
        ),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_office_id"), ["office_id"], unique=False)

    op.create_table(
        "sign_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("organisation", sa.JSON(), nullable=False),
        sa.Column("next_path", sa.String(length=300), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("spent_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_up_token_hash")),
    )
    op.create_table(
        "fund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("legal_power", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_fund_office_id_office"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
        sa.UniqueConstraint("office_id", "code", name=op.f("uq_fund_office_id_code")),
    )
    with op.batch_alter_table("fund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fund_office_id"), ["office_id"], unique=False)

    op.create_table(
        "kept_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_kept_text_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_text")),
        sa.UniqueConstraint("person_id", "path", name=op.f("uq_kept_text_person_id_path")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead",
                "contributor",
                "signatory",
                "officer",
                "manager",
                "marker",
                "chair",
                "panel_member",
                "decision_maker",
                "chief_executive",
                "finance",
                "admin",
                "system",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('lead', 'contributor', 'signatory', 'officer', 'manager', 'marker', 'chair', 'panel_member', 'decision_maker', 'chief_executive', 'finance', 'admin', 'system')",
            name=op.f("ck_membership_role_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_membership_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_membership_current",
            ["person_id", "organisation_id", "role"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbox_entry_id", sa.Integer(), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=160), nullable=False),
        sa.Column("message_id", sa.String(length=160), nullable=False),
        sa.Column(
            "delivery",
            sa.Enum("queued", "sending", "sent", "dead", "not_owed", name="delivery", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease_until", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=60), nullable=True),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("subject_line", sa.String(length=250), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "delivery IN ('queued', 'sending', 'sent', 'dead', 'not_owed')", name=op.f("ck_message_delivery_known")
        ),
        sa.ForeignKeyConstraint(
            ["outbox_entry_id"], ["outbox_entry.id"], name=op.f("fk_message_outbox_entry_id_outbox_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_message_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_message_message_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_due", ["delivery", "next_attempt_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_outbox_entry_id"), ["outbox_entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_person_id"), ["person_id"], unique=False)

    op.create_table(
        "money_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("restriction", sa.Text(), nullable=False),
        sa.Column("spend_by_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_money_source_amount_positive")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_money_source_office_id_office"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_source")),
    )
    with op.batch_alter_table("money_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_money_source_office_id"), ["office_id"], unique=False)

    op.create_table(
        "office_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead",
                "contributor",
                "signatory",
                "officer",
                "manager",
                "marker",
                "chair",
                "panel_member",
                "decision_maker",
                "chief_executive",
                "finance",
                "admin",
                "system",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("started_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('lead', 'contributor', 'signatory', 'officer', 'manager', 'marker', 'chair', 'panel_member', 'decision_maker', 'chief_executive', 'finance', 'admin', 'system')",
            name=op.f("ck_office_role_role_known"),
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["person.id"], name=op.f("fk_office_role_given_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_office_role_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_office_role_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_role")),
    )
    with op.batch_alter_table("office_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_office_role_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_office_role_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_office_role_current",
            ["person_id", "office_id", "role"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "past_award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("programme", sa.String(length=200), nullable=False),
        sa.Column("area_and_work", sa.Text(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("qualifier", sa.String(length=20), nullable=False),
        sa.Column("stated_amount", sa.String(length=60), nullable=False),
        sa.Column("is_commissioned", sa.Boolean(), nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("awarded_text", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_past_award_amount_positive")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_past_award_office_id_office"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_award")),
    )
    with op.batch_alter_table("past_award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_past_award_office_id"), ["office_id"], unique=False)

    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("client_hash", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("next_path", sa.String(length=300), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("spent_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_link_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_link_address_hash"), ["address_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_link_client_hash"), ["client_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_link_person_id"), ["person_id"], unique=False)

    op.create_table(
        "totp_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_totp_failure_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_totp_failure")),
    )
    with op.batch_alter_table("totp_failure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_totp_failure_person_id"), ["person_id"], unique=False)

    op.create_table(
        "fund_money",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("money_source_id", sa.Integer(), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_fund_money_amount_positive")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_fund_money_fund_id_fund"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["money_source_id"],
            ["money_source.id"],
            name=op.f("fk_fund_money_money_source_id_money_source"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_money")),
        sa.UniqueConstraint("fund_id", "money_source_id", name=op.f("uq_fund_money_fund_id_money_source_id")),
    )
    with op.batch_alter_table("fund_money", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fund_money_fund_id"), ["fund_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fund_money_money_source_id"), ["money_source_id"], unique=False)

    op.create_table(
        "round",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("theme", sa.String(length=300), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("guidance", sa.Text(), nullable=False),
        sa.Column("privacy_notice", sa.Text(), nullable=False),
        sa.Column("opens_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closes_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("is_rolling", sa.Boolean(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("scoring_ends_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("panel_on", sa.Date(), nullable=True),
        sa.Column("decide_by_on", sa.Date(), nullable=True),
        sa.Column("announce_on", sa.Date(), nullable=True),
        sa.Column("pot_pence", sa.BigInteger(), nullable=False),
        sa.Column("line_hundredths", sa.Integer(), nullable=False),
        sa.Column("band_edges", sa.JSON(), nullable=False),
        sa.Column("min_ask_pence", sa.BigInteger(), nullable=True),
        sa.Column("max_ask_pence", sa.BigInteger(), nullable=True),
        sa.Column("max_project_cost_pence", sa.BigInteger(), nullable=True),
        sa.Column("max_months", sa.Integer(), nullable=False),
        sa.Column("markers_needed", sa.Integer(), nullable=False),
        sa.Column("panel_quorum", sa.Integer(), nullable=False),
        sa.Column("needs_community_rep", sa.Boolean(), nullable=False),
        sa.Column("tells_disqualified_at_once", sa.Boolean(), nullable=False),
        sa.Column("acceptance_working_days", sa.Integer(), nullable=False),
        sa.Column("published_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("is_money_confirmed", sa.Boolean(), nullable=False),
        sa.Column("is_on_paper", sa.Boolean(), nullable=False),
        sa.Column("is_fictional", sa.Boolean(), nullable=False),
        sa.Column("cancelled_reason", sa.Text(), nullable=False),
        sa.Column("last_reference", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "approved",
                "scheduled",
                "open",
                "closed",
                "checking",
                "scoring",
                "moderating",
                "recommending",
                "decided",
                "announced",
                "complete",
                "cancelled",
                name="roundstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "closes_at IS NOT NULL OR is_rolling OR state = 'draft'", name=op.f("ck_round_closes_or_rolls")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'scheduled', 'open', 'closed', 'checking', 'scoring', 'moderating', 'recommending', 'decided', 'announced', 'complete', 'cancelled')",
            name=op.f("ck_round_state_known"),
        ),
        sa.CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name=op.f("ck_round_opens_before_closes")),
        sa.CheckConstraint("line_hundredths BETWEEN 0 AND 10000", name=op.f("ck_round_line_in_range")),
        sa.CheckConstraint("markers_needed >= 1", name=op.f("ck_round_markers_needed_positive")),
        sa.CheckConstraint("pot_pence > 0", name=op.f("ck_round_pot_positive")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_round_fund_id_fund"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_round_office_id_office"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("office_id", "code", name=op.f("uq_round_office_id_code")),
    )
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_fund_id"), ["fund_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_round_office_id"), ["office_id"], unique=False)
        batch_op.create_index("ix_round_state_times", ["state", "opens_at", "closes_at"], unique=False)

    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("guidance", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("max_score", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_criterion_weight_in_range")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_criterion_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("round_id", "code", name=op.f("uq_criterion_round_id_code")),
    )
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criterion_round_id"), ["round_id"], unique=False)

    op.create_table(
        "deadline_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("old_closes_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("new_closes_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("new_closes_at > old_closes_at", name=op.f("ck_deadline_change_only_later")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_deadline_change_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_deadline_change_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_change")),
    )
    with op.batch_alter_table("deadline_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deadline_change_round_id"), ["round_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("declarations", sa.JSON(), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_name", sa.String(length=200), nullable=False),
        sa.Column("decided_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("interests_statement", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("is_fictional", sa.Boolean(), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "consultation",
                "officer_approval",
                "with_pcc",
                "approved",
                "rejected",
                "returned",
                "published",
                name="decisionstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'consultation', 'officer_approval', 'with_pcc', 'approved', 'rejected', 'returned', 'published')",
            name=op.f("ck_decision_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'published', 'rejected') OR decided_at IS NOT NULL",
            name=op.f("ck_decision_decided_has_date"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_decision_decided_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_decision_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["raised_by_id"], ["person.id"], name=op.f("fk_decision_raised_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_decision_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("office_id", "reference", name=op.f("uq_decision_office_id_reference")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_round_id"), ["round_id"], unique=False)

    op.create_table(
        "panel",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("line_moved_to_hundredths", sa.Integer(), nullable=True),
        sa.Column("line_reason", sa.Text(), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "convened",
                "interests_declared",
                "in_session",
                "closed",
                name="panelstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('convened', 'interests_declared', 'in_session', 'closed')", name=op.f("ck_panel_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_panel_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_panel_round_id_round"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel")),
        sa.UniqueConstraint("round_id", name=op.f("uq_panel_round_id")),
    )
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_office_id"), ["office_id"], unique=False)

    op.create_table(
        "round_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_round_area_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_area")),
        sa.UniqueConstraint("round_id", "name", name=op.f("uq_round_area_round_id_name")),
    )
    with op.batch_alter_table("round_area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_area_round_id"), ["round_id"], unique=False)

    op.create_table(
        "round_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("on_breach", sa.String(length=10), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_round_rule_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_rule")),
        sa.UniqueConstraint("round_id", "code", name=op.f("uq_round_rule_round_id_code")),
    )
    with op.batch_alter_table("round_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_rule_round_id"), ["round_id"], unique=False)

    op.create_table(
        "section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("guidance", sa.Text(), nullable=False),
        sa.Column("is_eligibility", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_section_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
        sa.UniqueConstraint("round_id", "code", name=op.f("uq_section_round_id_code")),
    )
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_section_round_id"), ["round_id"], unique=False)

    op.create_table(
        "application",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("lead_person_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("project_title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("crime_reduction_reason", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("ask_pence", sa.BigInteger(), nullable=True),
        sa.Column("minimum_viable_pence", sa.BigInteger(), nullable=True),
        sa.Column("project_cost_pence", sa.BigInteger(), nullable=True),
        sa.Column("quiz_outcome", sa.String(length=10), nullable=False),
        sa.Column("submitted_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("deadline_extended_to", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("percent_millionths", sa.BigInteger(), nullable=True),
        sa.Column("was_recommended", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("is_fictional", sa.Boolean(), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "checking",
                "disqualified",
                "eligible",
                "scoring",
                "scored",
                "moderated",
                "recommended",
                "reserve",
                "not_recommended",
                "approved",
                "declined",
                "awarded",
                "lapsed",
                "withdrawn",
                "offer_lapsed",
                name="applicationstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'checking', 'disqualified', 'eligible', 'scoring', 'scored', 'moderated', 'recommended', 'reserve', 'not_recommended', 'approved', 'declined', 'awarded', 'lapsed', 'withdrawn', 'offer_lapsed')",
            name=op.f("ck_application_state_known"),
        ),
        sa.CheckConstraint(
            "submitted_at IS NOT NULL OR state IN ('draft', 'lapsed', 'withdrawn')",
            name=op.f("ck_application_sent_means_submitted"),
        ),
        sa.CheckConstraint("ask_pence IS NULL OR ask_pence >= 0", name=op.f("ck_application_ask_not_negative")),
        sa.ForeignKeyConstraint(
            ["area_id"], ["round_area.id"], name=op.f("fk_application_area_id_round_area"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lead_person_id"], ["person.id"], name=op.f("fk_application_lead_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_application_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_application_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_application_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("round_id", "reference", name=op.f("uq_application_round_id_reference")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_lead_person_id"), ["lead_person_id"], unique=False)
        batch_op.create_index("ix_application_list_area", ["round_id", "area_id", "id"], unique=False)
        batch_op.create_index("ix_application_list_ask", ["round_id", "ask_pence", "id"], unique=False)
        batch_op.create_index("ix_application_list_organisation", ["round_id", "organisation_name", "id"], unique=False)
        batch_op.create_index("ix_application_list_percent", ["round_id", "percent_millionths", "id"], unique=False)
        batch_op.create_index("ix_application_list_state", ["round_id", "state", "id"], unique=False)
        batch_op.create_index(
            "ix_application_list_state_percent", ["round_id", "state", "percent_millionths", "id"], unique=False
        )
        batch_op.create_index("ix_application_list_submitted", ["round_id", "submitted_at", "id"], unique=False)
        batch_op.create_index("ix_application_list_title", ["round_id", "project_title", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_reference"), ["reference"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_round_id"), ["round_id"], unique=False)
        batch_op.create_index(
            "uq_application_live",
            ["round_id", "organisation_id"],
            unique=True,
            sqlite_where=sa.text(
                "state IN ('approved', 'awarded', 'checking', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'reserve', 'scored', 'scoring', 'submitted')"
            ),
            postgresql_where=sa.text(
                "state IN ('approved', 'awarded', 'checking', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'reserve', 'scored', 'scoring', 'submitted')"
            ),
        )

    op.create_table(
        "panel_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_chair", sa.Boolean(), nullable=False),
        sa.Column("is_officer", sa.Boolean(), nullable=False),
        sa.Column("is_community_rep", sa.Boolean(), nullable=False),
        sa.Column("is_present", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["panel.id"], name=op.f("fk_panel_member_panel_id_panel"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_panel_member_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_member")),
        sa.UniqueConstraint("panel_id", "person_id", name=op.f("uq_panel_member_panel_id_person_id")),
    )
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "text",
                "long_text",
                "money",
                "number",
                "date",
                "yes_no",
                "radio",
                "checkboxes",
                "areas",
                "budget",
                "declaration",
                name="questionkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("help_text", sa.Text(), nullable=False),
        sa.Column("word_limit", sa.Integer(), nullable=True),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("criterion_code", sa.String(length=20), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('text', 'long_text', 'money', 'number', 'date', 'yes_no', 'radio', 'checkboxes', 'areas', 'budget', 'declaration')",
            name=op.f("ck_question_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_question_round_id_round"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_question_section_id_section"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("round_id", "code", name=op.f("uq_question_round_id_code")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_question_section_id"), ["section_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_answer_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_answer_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_question_id_question"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("application_id", "question_id", name=op.f("uq_answer_application_id_question_id")),
    )
    op.create_table(
        "application_area",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_area_application_id_application")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["round_area.id"], name=op.f("fk_application_area_area_id_round_area")),
        sa.PrimaryKeyConstraint("application_id", "area_id", name=op.f("pk_application_area")),
    )
    with op.batch_alter_table("application_area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_area_area_id"), ["area_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("paper_marker", sa.String(length=120), nullable=False),
        sa.Column("due_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("locked_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "assigned",
                "interest_declared",
                "recused",
                "marking",
                "locked",
                "reopened",
                "final",
                name="assignmentstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('assigned', 'interest_declared', 'recused', 'marking', 'locked', 'reopened', 'final')",
            name=op.f("ck_assignment_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_assignment_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_assignment_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_assignment_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_assignment_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("application_id", "person_id", name=op.f("uq_assignment_application_id_person_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_round_id"), ["round_id"], unique=False)

    op.create_table(
        "decision_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome <> 'grant' OR amount_pence > 0", name=op.f("ck_decision_item_grant_has_amount")),
        sa.CheckConstraint("outcome IN ('grant', 'reserve', 'decline')", name=op.f("ck_decision_item_outcome_known")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_decision_item_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_item_decision_id_decision"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_item")),
        sa.UniqueConstraint("decision_id", "application_id", name=op.f("uq_decision_item_decision_id_application_id")),
    )
    with op.batch_alter_table("decision_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_item_application_id"), ["application_id"], unique=False)

    op.create_table(
        "disqualification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("rule_codes", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("was_confirmed", sa.Boolean(), nullable=True),
        sa.Column("settled_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "settled_at IS NULL OR was_confirmed IS NOT NULL", name=op.f("ck_disqualification_settled_has_answer")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_disqualification_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"],
            ["person.id"],
            name=op.f("fk_disqualification_proposed_by_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_disqualification_settled_by_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disqualification")),
    )
    with op.batch_alter_table("disqualification", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disqualification_application_id"), ["application_id"], unique=False)
        batch_op.create_index(
            "uq_disqualification_open",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.create_table(
        "eligibility_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('pass', 'fail', 'refer')", name=op.f("ck_eligibility_result_outcome_known")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_eligibility_result_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_eligibility_result_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["round_rule.id"], name=op.f("fk_eligibility_result_rule_id_round_rule"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_result")),
        sa.UniqueConstraint("application_id", "rule_id", name=op.f("uq_eligibility_result_application_id_rule_id")),
    )
    op.create_table(
        "interest_declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "interest",
            sa.Enum("none", "indirect", "direct", name="interest", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("declared_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "interest IN ('none', 'indirect', 'direct')", name=op.f("ck_interest_declaration_interest_known")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_interest_declaration_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_interest_declaration_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_declaration")),
    )
    with op.batch_alter_table("interest_declaration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_declaration_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_interest_declaration_who", ["application_id", "person_id", "id"], unique=False)

    op.create_table(
        "moderated_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score >= 0", name=op.f("ck_moderated_score_score_not_negative")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_moderated_score_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["criterion.id"],
            name=op.f("fk_moderated_score_criterion_id_criterion"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_moderated_score_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderated_score")),
        sa.UniqueConstraint(
            "application_id", "criterion_id", name=op.f("uq_moderated_score_application_id_criterion_id")
        ),
    )
    op.create_table(
        "recommendation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reserve_rank", sa.Integer(), nullable=True),
        sa.Column("crime_reduction_reason", sa.Text(), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome <> 'recommended' OR amount_pence > 0", name=op.f("ck_recommendation_recommended_has_amount")
        ),
        sa.CheckConstraint(
            "outcome IN ('recommended', 'reserve', 'not_recommended')", name=op.f("ck_recommendation_outcome_known")
        ),
        sa.CheckConstraint("amount_pence >= 0", name=op.f("ck_recommendation_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_recommendation_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_recommendation_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recommendation_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_recommendation_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
        sa.UniqueConstraint("application_id", name=op.f("uq_recommendation_application_id")),
    )
    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recommendation_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recommendation_round_id"), ["round_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("receipt_number", sa.String(length=40), nullable=False),
        sa.Column("received_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_submission_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_submission_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("application_id", "number", name=op.f("uq_submission_application_id_number")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_submission_receipt_number")),
    )
    op.create_table(
        "award",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("decision_item_id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("project_title", sa.String(length=200), nullable=False),
        sa.Column("amount_pence", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("conditions_met_note", sa.Text(), nullable=False),
        sa.Column("offered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("accept_by_on", sa.Date(), nullable=True),
        sa.Column("accepted_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_name", sa.String(length=200), nullable=False),
        sa.Column("signed_role", sa.String(length=120), nullable=False),
        sa.Column("declined_reason", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_fictional", sa.Boolean(), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "offer_draft",
                "offered",
                "accepted",
                "active",
                "declined_by_recipient",
                "lapsed",
                name="awardstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state = 'offer_draft' OR accept_by_on IS NOT NULL", name=op.f("ck_award_offered_has_period")
        ),
        sa.CheckConstraint(
            "state IN ('offer_draft', 'offered', 'accepted', 'active', 'declined_by_recipient', 'lapsed')",
            name=op.f("ck_award_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'active') OR accepted_at IS NOT NULL", name=op.f("ck_award_accepted_has_date")
        ),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_award_amount_positive")),
        sa.CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name=op.f("ck_award_starts_before_ends")),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["person.id"], name=op.f("fk_award_accepted_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_award_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decision_item_id"],
            ["decision_item.id"],
            name=op.f("fk_award_decision_item_id_decision_item"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_award_fund_id_fund"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_award_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_award_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("application_id", name=op.f("uq_award_application_id")),
        sa.UniqueConstraint("office_id", "reference", name=op.f("uq_award_office_id_reference")),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_decision_item_id"), ["decision_item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_fund_id"), ["fund_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index("ix_award_state", ["state", "accept_by_on"], unique=False)

    op.create_table(
        "score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("justification", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("voided_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("saved_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score >= 0", name=op.f("ck_score_score_not_negative")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_score_assignment_id_assignment"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_score_criterion_id_criterion"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score")),
        sa.UniqueConstraint("assignment_id", "criterion_id", name=op.f("uq_score_assignment_id_criterion_id")),
    )
    op.create_table(
        "monitoring_return",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("period_start_on", sa.Date(), nullable=False),
        sa.Column("period_end_on", sa.Date(), nullable=False),
        sa.Column("opens_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("own_rag", sa.String(length=10), nullable=False),
        sa.Column("own_rag_note", sa.Text(), nullable=False),
        sa.Column("narrative", sa.Text(), nullable=False),
        sa.Column("lessons", sa.Text(), nullable=False),
        sa.Column("people_new_count", sa.Integer(), nullable=True),
        sa.Column("people_continuing_count", sa.Integer(), nullable=True),
        sa.Column("sessions_count", sa.Integer(), nullable=True),
        sa.Column("attendances_count", sa.Integer(), nullable=True),
        sa.Column("spend_pence", sa.BigInteger(), nullable=True),
        sa.Column("spend_note", sa.Text(), nullable=False),
        sa.Column("submitted_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("certified_by_id", sa.Integer(), nullable=True),
        sa.Column("certified_name", sa.String(length=200), nullable=False),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("officer_rag", sa.String(length=10), nullable=False),
        sa.Column("feedback", sa.Text(), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "scheduled",
                "open",
                "in_progress",
                "awaiting_sign_off",
                "submitted",
                "queried",
                "accepted",
                "waived",
                name="returnstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('scheduled', 'open', 'in_progress', 'awaiting_sign_off', 'submitted', 'queried', 'accepted', 'waived')",
            name=op.f("ck_monitoring_return_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitted', 'queried', 'accepted') OR submitted_at IS NOT NULL",
            name=op.f("ck_monitoring_return_submitted_has_date"),
        ),
        sa.CheckConstraint("period_start_on <= period_end_on", name=op.f("ck_monitoring_return_period_in_order")),
        sa.CheckConstraint(
            "spend_pence IS NULL OR spend_pence >= 0", name=op.f("ck_monitoring_return_spend_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"],
            ["person.id"],
            name=op.f("fk_monitoring_return_accepted_by_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_monitoring_return_award_id_award"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["certified_by_id"],
            ["person.id"],
            name=op.f("fk_monitoring_return_certified_by_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_monitoring_return_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_monitoring_return_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_return")),
        sa.UniqueConstraint("award_id", "number", name=op.f("uq_monitoring_return_award_id_number")),
    )
    with op.batch_alter_table("monitoring_return", schema=None) as batch_op:
        batch_op.create_index("ix_monitoring_return_due", ["state", "opens_at", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_monitoring_return_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_monitoring_return_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "return_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["person.id"],
            name=op.f("fk_return_question_answered_by_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_return_question_asked_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["monitoring_return.id"],
            name=op.f("fk_return_question_return_id_monitoring_return"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_question")),
    )
    with op.batch_alter_table("return_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_question_return_id"), ["return_id"], unique=False)

    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE application_search")
    with op.batch_alter_table("return_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_return_question_return_id"))

    op.drop_table("return_question")
    with op.batch_alter_table("monitoring_return", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_monitoring_return_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_monitoring_return_office_id"))
        batch_op.drop_index("ix_monitoring_return_due")

    op.drop_table("monitoring_return")
    op.drop_table("score")
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_index("ix_award_state")
        batch_op.drop_index(batch_op.f("ix_award_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_award_office_id"))
        batch_op.drop_index(batch_op.f("ix_award_fund_id"))
        batch_op.drop_index(batch_op.f("ix_award_decision_item_id"))

    op.drop_table("award")
    op.drop_table("submission")
    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendation_round_id"))
        batch_op.drop_index(batch_op.f("ix_recommendation_office_id"))

    op.drop_table("recommendation")
    op.drop_table("moderated_score")
    with op.batch_alter_table("interest_declaration", schema=None) as batch_op:
        batch_op.drop_index("ix_interest_declaration_who")
        batch_op.drop_index(batch_op.f("ix_interest_declaration_person_id"))

    op.drop_table("interest_declaration")
    op.drop_table("eligibility_result")
    with op.batch_alter_table("disqualification", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_disqualification_open",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_disqualification_application_id"))

    op.drop_table("disqualification")
    with op.batch_alter_table("decision_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_item_application_id"))

    op.drop_table("decision_item")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_round_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_person_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_office_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("application_area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_area_area_id"))

    op.drop_table("application_area")
    op.drop_table("answer")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_section_id"))
        batch_op.drop_index(batch_op.f("ix_question_round_id"))

    op.drop_table("question")
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_member_person_id"))

    op.drop_table("panel_member")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_application_live",
            sqlite_where=sa.text(
                "state IN ('approved', 'awarded', 'checking', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'reserve', 'scored', 'scoring', 'submitted')"
            ),
            postgresql_where=sa.text(
                "state IN ('approved', 'awarded', 'checking', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'reserve', 'scored', 'scoring', 'submitted')"
            ),
        )
        batch_op.drop_index(batch_op.f("ix_application_round_id"))
        batch_op.drop_index(batch_op.f("ix_application_reference"))
        batch_op.drop_index(batch_op.f("ix_application_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_application_office_id"))
        batch_op.drop_index("ix_application_list_title")
        batch_op.drop_index("ix_application_list_submitted")
        batch_op.drop_index("ix_application_list_state_percent")
        batch_op.drop_index("ix_application_list_state")
        batch_op.drop_index("ix_application_list_percent")
        batch_op.drop_index("ix_application_list_organisation")
        batch_op.drop_index("ix_application_list_ask")
        batch_op.drop_index("ix_application_list_area")
        batch_op.drop_index(batch_op.f("ix_application_lead_person_id"))
        batch_op.drop_index(batch_op.f("ix_application_area_id"))

    op.drop_table("application")
    with op.batch_alter_table("section", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_section_round_id"))

    op.drop_table("section")
    with op.batch_alter_table("round_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_rule_round_id"))

    op.drop_table("round_rule")
    with op.batch_alter_table("round_area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_area_round_id"))

    op.drop_table("round_area")
    with op.batch_alter_table("panel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_office_id"))

    op.drop_table("panel")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_round_id"))
        batch_op.drop_index(batch_op.f("ix_decision_office_id"))

    op.drop_table("decision")
    with op.batch_alter_table("deadline_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deadline_change_round_id"))

    op.drop_table("deadline_change")
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_criterion_round_id"))

    op.drop_table("criterion")
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_index("ix_round_state_times")
        batch_op.drop_index(batch_op.f("ix_round_office_id"))
        batch_op.drop_index(batch_op.f("ix_round_fund_id"))

    op.drop_table("round")
    with op.batch_alter_table("fund_money", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fund_money_money_source_id"))
        batch_op.drop_index(batch_op.f("ix_fund_money_fund_id"))

    op.drop_table("fund_money")
    with op.batch_alter_table("totp_failure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_totp_failure_person_id"))

    op.drop_table("totp_failure")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_person_id"))
        batch_op.drop_index(batch_op.f("ix_sign_in_link_client_hash"))
        batch_op.drop_index(batch_op.f("ix_sign_in_link_address_hash"))

    op.drop_table("sign_in_link")
    with op.batch_alter_table("past_award", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_past_award_office_id"))

    op.drop_table("past_award")
    with op.batch_alter_table("office_role", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_office_role_current",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_office_role_person_id"))
        batch_op.drop_index(batch_op.f("ix_office_role_office_id"))

    op.drop_table("office_role")
    with op.batch_alter_table("money_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_money_source_office_id"))

    op.drop_table("money_source")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_person_id"))
        batch_op.drop_index(batch_op.f("ix_message_outbox_entry_id"))
        batch_op.drop_index(batch_op.f("ix_message_office_id"))
        batch_op.drop_index("ix_message_due")

    op.drop_table("message")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_membership_current",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_membership_person_id"))
        batch_op.drop_index(batch_op.f("ix_membership_organisation_id"))

    op.drop_table("membership")
    op.drop_table("kept_text")
    with op.batch_alter_table("fund", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fund_office_id"))

    op.drop_table("fund")
    op.drop_table("sign_up")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_office_id"))

    op.drop_table("reminder")
    op.drop_table("person")
    with op.batch_alter_table("outbox_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_entry_subject")
        batch_op.drop_index("ix_outbox_entry_progress")
        batch_op.drop_index(batch_op.f("ix_outbox_entry_office_id"))
        batch_op.drop_index(batch_op.f("ix_outbox_entry_hold_key"))

    op.drop_table("outbox_entry")
    op.drop_table("organisation")
    op.drop_table("office")
    op.drop_table("installation")
    op.drop_table("duty_lease")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_subject")
        batch_op.drop_index(batch_op.f("ix_audit_entry_office_id"))

    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_refuse()")
