"""Assessing: due diligence, interests, meetings, scenarios, reviews, and what else the third release keeps."""

import sqlalchemy as sa
from alembic import op

import grants.core.columns

revision = "0003"
down_revision = "0002"
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
        "preparation_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("training", "confidentiality", name="preparation", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("signed_name", sa.String(length=200), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('training', 'confidentiality')", name=op.f("ck_preparation_record_kind_known")),
        sa.CheckConstraint("until_on >= done_on", name=op.f("ck_preparation_record_until_after_done")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_preparation_record_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_preparation_record_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["person.id"],
            name=op.f("fk_preparation_record_recorded_by_id_person"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preparation_record")),
    )
    with op.batch_alter_table("preparation_record", schema=None) as batch_op:
        batch_op.create_index("ix_preparation_record_until", ["ended_at", "until_on"], unique=False)
        batch_op.create_index("ix_preparation_record_who", ["person_id", "office_id", "kind"], unique=False)

    op.create_table(
        "diligence_rules",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("is_needed", sa.Boolean(), nullable=False),
        sa.Column("low_pence", sa.BigInteger(), nullable=False),
        sa.Column("standard_pence", sa.BigInteger(), nullable=False),
        sa.Column("holds_months", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("holds_months BETWEEN 1 AND 36", name=op.f("ck_diligence_rules_months_in_range")),
        sa.CheckConstraint("low_pence > 0 AND low_pence < standard_pence", name=op.f("ck_diligence_rules_tiers_rise")),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["fund.id"], name=op.f("fk_diligence_rules_fund_id_fund"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_diligence_rules_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("fund_id", name=op.f("pk_diligence_rules")),
    )
    op.create_table(
        "bulk_job",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pass-checks", "ask", "take-back-question", "disqualify", name="bulkkind", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("planned_by_id", sa.Integer(), nullable=False),
        sa.Column("planned_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned", "waiting", "done", "called_back", "dropped", name="bulkstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('pass-checks', 'ask', 'take-back-question', 'disqualify')", name=op.f("ck_bulk_job_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'waiting', 'done', 'called_back', 'dropped')", name=op.f("ck_bulk_job_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_bulk_job_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["planned_by_id"], ["person.id"], name=op.f("fk_bulk_job_planned_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_bulk_job_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_job")),
    )
    with op.batch_alter_table("bulk_job", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_job_due", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_bulk_job_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bulk_job_round_id"), ["round_id"], unique=False)

    op.create_table(
        "over_programming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("hundredths", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("authorised_by_id", sa.Integer(), nullable=True),
        sa.Column("authorised_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hundredths >= 0 AND hundredths <= 5000", name=op.f("ck_over_programming_up_to_half")),
        sa.ForeignKeyConstraint(
            ["authorised_by_id"],
            ["person.id"],
            name=op.f("fk_over_programming_authorised_by_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_over_programming_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_over_programming_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_over_programming")),
        sa.UniqueConstraint("round_id", name=op.f("uq_over_programming_round_id")),
    )
    with op.batch_alter_table("over_programming", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_over_programming_office_id"), ["office_id"], unique=False)

    op.create_table(
        "representative_reach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("area_name", sa.String(length=120), nullable=False),
        sa.Column("given_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("round_id IS NULL OR area_name = ''", name=op.f("ck_representative_reach_round_or_area")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_representative_reach_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_representative_reach_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_representative_reach_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representative_reach")),
    )
    with op.batch_alter_table("representative_reach", schema=None) as batch_op:
        batch_op.create_index("ix_representative_reach_who", ["person_id", "office_id"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_saved_view_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_saved_view_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("round_id", "person_id", "name", name=op.f("uq_saved_view_round_id_person_id_name")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_view_person_id"), ["person_id"], unique=False)

    op.create_table(
        "scenario",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("awards", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("bids_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("computed_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_scenario_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_scenario_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_scenario_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        sa.UniqueConstraint("round_id", "name", name=op.f("uq_scenario_round_id_name")),
    )
    with op.batch_alter_table("scenario", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scenario_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scenario_person_id"), ["person_id"], unique=False)

    op.create_table(
        "signal_search",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("searched_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_signal_search_round_id_round"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_signal_search")),
    )
    op.create_table(
        "followed_scenario",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_followed_scenario_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_followed_scenario_person_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_followed_scenario_round_id_round"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["scenario_id"],
            ["scenario.id"],
            name=op.f("fk_followed_scenario_scenario_id_scenario"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followed_scenario")),
    )
    with op.batch_alter_table("followed_scenario", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_followed_scenario_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_followed_scenario_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_followed_scenario_scenario_id"), ["scenario_id"], unique=False)

    op.create_table(
        "bulk_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=False),
        sa.Column("letters", sa.JSON(), nullable=False),
        sa.Column(
            "result",
            sa.Enum("planned", "left_out", "done", "refused", name="itemresult", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "result IN ('planned', 'left_out', 'done', 'refused')", name=op.f("ck_bulk_item_result_known")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_bulk_item_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["job_id"], ["bulk_job.id"], name=op.f("fk_bulk_item_job_id_bulk_job"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_item")),
        sa.UniqueConstraint("job_id", "application_id", name=op.f("uq_bulk_item_job_id_application_id")),
    )
    with op.batch_alter_table("bulk_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bulk_item_application_id"), ["application_id"], unique=False)

    op.create_table(
        "check_claim",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("claimed_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_check_claim_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_check_claim_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_check_claim")),
    )
    op.create_table(
        "due_diligence",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "tier", sa.Enum("low", "standard", "enhanced", name="tier", native_enum=False, length=40), nullable=False
        ),
        sa.Column("tier_reasons", sa.JSON(), nullable=False),
        sa.Column("items_wanted", sa.JSON(), nullable=False),
        sa.Column("large_for_income", sa.Boolean(), nullable=False),
        sa.Column("begun_by_id", sa.Integer(), nullable=True),
        sa.Column("begun_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "result", sa.Enum("pass", "conditions", "fail", name="result", native_enum=False, length=40), nullable=True
        ),
        sa.Column(
            "rating", sa.Enum("green", "amber", "red", name="rating", native_enum=False, length=40), nullable=True
        ),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("finished_by_id", sa.Integer(), nullable=True),
        sa.Column("finished_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("expires_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "begun", "fail_proposed", "finished", "expired", name="diligencestate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.CheckConstraint("rating IN ('green', 'amber', 'red')", name=op.f("ck_due_diligence_rating_known")),
        sa.CheckConstraint("result IN ('pass', 'conditions', 'fail')", name=op.f("ck_due_diligence_result_known")),
        sa.CheckConstraint(
            "state <> 'fail_proposed' OR proposed_by_id IS NOT NULL", name=op.f("ck_due_diligence_proposed_by_somebody")
        ),
        sa.CheckConstraint(
            "state IN ('begun', 'fail_proposed', 'finished', 'expired')", name=op.f("ck_due_diligence_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('finished', 'expired') OR (result IS NOT NULL AND rating IS NOT NULL AND finished_at IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("ck_due_diligence_finished_has_result"),
        ),
        sa.CheckConstraint("tier IN ('low', 'standard', 'enhanced')", name=op.f("ck_due_diligence_tier_known")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_due_diligence_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["begun_by_id"], ["person.id"], name=op.f("fk_due_diligence_begun_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["finished_by_id"], ["person.id"], name=op.f("fk_due_diligence_finished_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_due_diligence_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_due_diligence_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["person.id"], name=op.f("fk_due_diligence_proposed_by_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_diligence")),
    )
    with op.batch_alter_table("due_diligence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_due_diligence_application_id"), ["application_id"], unique=False)
        batch_op.create_index("ix_due_diligence_expiry", ["state", "expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_due_diligence_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_due_diligence_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            "uq_due_diligence_open",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('begun', 'fail_proposed')"),
            postgresql_where=sa.text("state IN ('begun', 'fail_proposed')"),
        )

    op.create_table(
        "fraud_signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("copied-text", "shared-detail", "price-outlier", name="signal", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("found_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.String(length=20), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('copied-text', 'shared-detail', 'price-outlier')", name=op.f("ck_fraud_signal_kind_known")
        ),
        sa.CheckConstraint(
            "settled IN ('explained', 'watched', 'concern')", name=op.f("ck_fraud_signal_settled_known")
        ),
        sa.CheckConstraint("(settled IS NULL) = (settled_at IS NULL)", name=op.f("ck_fraud_signal_settled_has_time")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_fraud_signal_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["application.id"], name=op.f("fk_fraud_signal_other_id_application"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_fraud_signal_round_id_round"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_fraud_signal_settled_by_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fraud_signal")),
        sa.UniqueConstraint("round_id", "mark", name=op.f("uq_fraud_signal_round_id_mark")),
    )
    with op.batch_alter_table("fraud_signal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fraud_signal_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fraud_signal_other_id"), ["other_id"], unique=False)

    op.create_table(
        "interest_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "signal",
            sa.Enum(
                "email",
                "domain",
                "name",
                "phone",
                "postcode",
                "member",
                "was_member",
                "endorser",
                "entered",
                name="signal",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("evidence", sa.String(length=254), nullable=False),
        sa.Column("proposed_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "signal IN ('email', 'domain', 'name', 'phone', 'postcode', 'member', 'was_member', 'endorser', 'entered')",
            name=op.f("ck_interest_proposal_signal_known"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_interest_proposal_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_interest_proposal_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_proposal")),
        sa.UniqueConstraint(
            "application_id",
            "person_id",
            "signal",
            "evidence",
            name=op.f("uq_interest_proposal_application_id_person_id_signal_evidence"),
        ),
    )
    with op.batch_alter_table("interest_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_proposal_person_id"), ["person_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("chair_id", sa.Integer(), nullable=True),
        sa.Column("current_id", sa.Integer(), nullable=True),
        sa.Column("phase", sa.String(length=10), nullable=False),
        sa.Column("shows_marks", sa.Boolean(), nullable=False),
        sa.Column("began_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(current_id IS NULL) = (phase = '')", name=op.f("ck_meeting_item_has_phase")),
        sa.CheckConstraint("phase IN ('', 'discuss', 'rescore', 'agreed')", name=op.f("ck_meeting_phase_known")),
        sa.CheckConstraint("ended_at IS NULL OR current_id IS NULL", name=op.f("ck_meeting_ended_has_no_item")),
        sa.ForeignKeyConstraint(
            ["chair_id"], ["person.id"], name=op.f("fk_meeting_chair_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["current_id"], ["application.id"], name=op.f("fk_meeting_current_id_application"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_meeting_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["panel.id"], name=op.f("fk_meeting_panel_id_panel"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("panel_id", "number", name=op.f("uq_meeting_panel_id_number")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_office_id"), ["office_id"], unique=False)

    op.create_table(
        "review",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("told_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("late_from", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "rule-read-wrongly",
                "something-missed",
                "facts-wrong",
                "steps-not-kept",
                "interest",
                name="ground",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "came_by",
            sa.Enum("letter", "phone", "in-person", name="cameby", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("asker", sa.String(length=200), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("taken_up_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("concluded_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "returned_to",
            sa.Enum("reinstated", "check", "panel", "decision", name="return", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("follow_up", sa.Text(), nullable=False),
        sa.Column("followed_up_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("requested", "taken_up", "upheld", "reopened", name="reviewstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.CheckConstraint("came_by IN ('letter', 'phone', 'in-person')", name=op.f("ck_review_came_by_known")),
        sa.CheckConstraint(
            "ground IN ('rule-read-wrongly', 'something-missed', 'facts-wrong', 'steps-not-kept', 'interest')",
            name=op.f("ck_review_ground_known"),
        ),
        sa.CheckConstraint("outcome IN ('declined', 'disqualified')", name=op.f("ck_review_outcome_known")),
        sa.CheckConstraint(
            "returned_to IN ('reinstated', 'check', 'panel', 'decision')", name=op.f("ck_review_returned_to_known")
        ),
        sa.CheckConstraint(
            "state <> 'reopened' OR returned_to IS NOT NULL", name=op.f("ck_review_reopened_goes_somewhere")
        ),
        sa.CheckConstraint(
            "state = 'requested' OR reviewer_id IS NOT NULL", name=op.f("ck_review_reviewed_by_somebody")
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'taken_up', 'upheld', 'reopened')", name=op.f("ck_review_state_known")
        ),
        sa.CheckConstraint(
            "state NOT IN ('upheld', 'reopened') OR (conclusion <> '' AND concluded_at IS NOT NULL)",
            name=op.f("ck_review_concluded_with_words"),
        ),
        sa.CheckConstraint("(came_by IS NULL) = (recorded_by_id IS NULL)", name=op.f("ck_review_recorded_by_somebody")),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_review_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_review_asked_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_review_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_review_organisation_id_organisation"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["person.id"], name=op.f("fk_review_recorded_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["person.id"], name=op.f("fk_review_reviewer_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_review_round_id_round"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("application_id", "told_at", name=op.f("uq_review_application_id_told_at")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_office_id"), ["office_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_round_id"), ["round_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("came_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("left_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("left_at IS NULL OR left_at >= came_at", name=op.f("ck_attendance_left_after_coming")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_attendance_meeting_id_meeting"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_attendance_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(
            "uq_attendance_open",
            ["meeting_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )

    op.create_table(
        "brought_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("brought_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_brought_sheet_assignment_id_assignment"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_brought_sheet_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brought_sheet")),
    )
    with op.batch_alter_table("brought_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_brought_sheet_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_brought_sheet_person_id"), ["person_id"], unique=False)

    op.create_table(
        "chair_turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_chair_turn_meeting_id_meeting"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_chair_turn_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chair_turn")),
    )
    with op.batch_alter_table("chair_turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chair_turn_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "diligence_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("diligence_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("done", "concern", "not-relevant", name="found", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('done', 'concern', 'not-relevant')", name=op.f("ck_diligence_item_outcome_known")
        ),
        sa.ForeignKeyConstraint(
            ["diligence_id"],
            ["due_diligence.id"],
            name=op.f("fk_diligence_item_diligence_id_due_diligence"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_diligence_item_document_id_document"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_diligence_item_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diligence_item")),
    )
    with op.batch_alter_table("diligence_item", schema=None) as batch_op:
        batch_op.create_index("ix_diligence_item_code", ["diligence_id", "code", "id"], unique=False)

    op.create_table(
        "interest_ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column(
            "ruling", sa.Enum("takes_part", "leaves", name="ruling", native_enum=False, length=40), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ruled_by_id", sa.Integer(), nullable=True),
        sa.Column("ruled_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ruling IN ('takes_part', 'leaves')", name=op.f("ck_interest_ruling_ruling_known")),
        sa.ForeignKeyConstraint(
            ["declaration_id"],
            ["interest_declaration.id"],
            name=op.f("fk_interest_ruling_declaration_id_interest_declaration"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["ruled_by_id"], ["person.id"], name=op.f("fk_interest_ruling_ruled_by_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest_ruling")),
    )
    with op.batch_alter_table("interest_ruling", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_ruling_declaration_id"), ["declaration_id"], unique=False)

    op.create_table(
        "line_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("from_hundredths", sa.Integer(), nullable=False),
        sa.Column("to_hundredths", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rose", sa.JSON(), nullable=False),
        sa.Column("fell", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_line_change_meeting_id_meeting"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_line_change_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_change")),
    )
    with op.batch_alter_table("line_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_change_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "locked_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("locked_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reopened_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reopened_reason", sa.Text(), nullable=False),
        sa.Column("saw_others", sa.Boolean(), nullable=False),
        sa.Column("locked_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_how", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_locked_marks_assignment_id_assignment"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["locked_by_id"], ["person.id"], name=op.f("fk_locked_marks_locked_by_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locked_marks")),
        sa.UniqueConstraint("assignment_id", "number", name=op.f("uq_locked_marks_assignment_id_number")),
    )
    op.create_table(
        "meeting_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("is_en_bloc", sa.Boolean(), nullable=False),
        sa.Column("opened_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("agreed_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("agreed_by_id", sa.Integer(), nullable=True),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(agreed_at IS NULL) = (agreed_by_id IS NULL)", name=op.f("ck_meeting_item_agreed_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["agreed_by_id"], ["person.id"], name=op.f("fk_meeting_item_agreed_by_id_person"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_meeting_item_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_item_meeting_id_meeting"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_item")),
        sa.UniqueConstraint("meeting_id", "application_id", name=op.f("uq_meeting_item_meeting_id_application_id")),
    )
    with op.batch_alter_table("meeting_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_item_application_id"), ["application_id"], unique=False)

    op.create_table(
        "minutes",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("signed_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_by_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state_entered_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "corrected", "signed", name="minutesstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.CheckConstraint("state <> 'signed' OR signed_at IS NOT NULL", name=op.f("ck_minutes_signed_has_date")),
        sa.CheckConstraint("state IN ('draft', 'corrected', 'signed')", name=op.f("ck_minutes_state_known")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_minutes_meeting_id_meeting"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_minutes_office_id_office"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["person.id"], name=op.f("fk_minutes_signed_by_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_minutes_meeting_id")),
    )
    with op.batch_alter_table("minutes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_minutes_office_id"), ["office_id"], unique=False)

    op.create_table(
        "register_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("diligence_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["diligence_id"],
            ["due_diligence.id"],
            name=op.f("fk_register_entry_diligence_id_due_diligence"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_register_entry_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
    )
    with op.batch_alter_table("register_entry", schema=None) as batch_op:
        batch_op.create_index("ix_register_entry_check", ["diligence_id", "id"], unique=False)

    op.create_table(
        "released_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_released_file_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_released_file_document_id_document"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_released_file_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_released_file")),
        sa.UniqueConstraint("application_id", "document_id", name=op.f("uq_released_file_application_id_document_id")),
    )
    op.create_table(
        "void_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("given_back_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_void_marks_assignment_id_assignment"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_void_marks")),
    )
    with op.batch_alter_table("void_marks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_void_marks_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "meeting_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["meeting_item.id"], name=op.f("fk_meeting_words_item_id_meeting_item"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_meeting_words_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_words")),
    )
    with op.batch_alter_table("meeting_words", schema=None) as batch_op:
        batch_op.create_index("ix_meeting_words_box", ["item_id", "code", "id"], unique=False)

    op.create_table(
        "minutes_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_minutes_note_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_note_minutes_id_minutes"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_minutes_note_person_id_person"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_note")),
    )
    with op.batch_alter_table("minutes_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_minutes_note_minutes_id"), ["minutes_id"], unique=False)

    op.create_table(
        "minutes_section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("generated", sa.Text(), nullable=False),
        sa.Column("corrected", sa.Text(), nullable=True),
        sa.Column("corrected_by_id", sa.Integer(), nullable=True),
        sa.Column("corrected_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(corrected IS NULL) = (corrected_at IS NULL)", name=op.f("ck_minutes_section_corrected_has_date")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_minutes_section_application_id_application"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["corrected_by_id"],
            ["person.id"],
            name=op.f("fk_minutes_section_corrected_by_id_person"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_section_minutes_id_minutes"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_section")),
        sa.UniqueConstraint("minutes_id", "position", name=op.f("uq_minutes_section_minutes_id_position")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("comes_back", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("is_on_paper", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("clarification", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wanted", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("files", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("min_score", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("decision_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("conditions", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("interest_declaration", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "kind",
                sa.Enum(
                    "runs",
                    "family",
                    "helped_write",
                    "paid",
                    "same_body",
                    "competitor",
                    "other",
                    name="interestkind",
                    native_enum=False,
                    length=40,
                ),
                nullable=True,
            )
        )

    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confidentiality_statement", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reserve_until_on", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("reserve_ended_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("lines_removed", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("conditions", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("needs_prepared_reps", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("is_anonymous", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("membership") as batch_op:
        batch_op.drop_constraint(op.f("ck_membership_role_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_membership_role_known"),
            "role IN ('lead', 'contributor', 'signatory', 'officer', 'manager', 'marker', 'chair', 'panel_member', 'community_rep', 'decision_maker', 'chief_executive', 'finance', 'admin', 'system')",
        )
    with op.batch_alter_table("office_role") as batch_op:
        batch_op.drop_constraint(op.f("ck_office_role_role_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_office_role_role_known"),
            "role IN ('lead', 'contributor', 'signatory', 'officer', 'manager', 'marker', 'chair', 'panel_member', 'community_rep', 'decision_maker', 'chief_executive', 'finance', 'admin', 'system')",
        )
    with op.batch_alter_table("criterion") as batch_op:
        batch_op.create_check_constraint(op.f("ck_criterion_scale_rises"), "min_score BETWEEN 0 AND max_score - 1")
    with op.batch_alter_table("application") as batch_op:
        batch_op.drop_constraint(op.f("ck_application_state_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_application_state_known"),
            "state IN ('draft', 'submitted', 'checking', 'clarification', 'disqualified', 'eligible', 'scoring', 'scored', 'moderated', 'recommended', 'recommended_part', 'reserve', 'not_recommended', 'approved', 'declined', 'awarded', 'lapsed', 'withdrawn', 'offer_lapsed')",
        )
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.drop_constraint(op.f("ck_assignment_state_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_assignment_state_known"),
            "state IN ('assigned', 'interest_declared', 'recused', 'marking', 'locked', 'reopened', 'final', 'taken_off')",
        )
    with op.batch_alter_table("interest_declaration") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_interest_declaration_kind_known"),
            "kind IN ('runs', 'family', 'helped_write', 'paid', 'same_body', 'competitor', 'other')",
        )
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.alter_column("comes_back", server_default=None)
        batch_op.alter_column("is_on_paper", server_default=None)
    with op.batch_alter_table("criterion") as batch_op:
        batch_op.alter_column("min_score", server_default=None)
    with op.batch_alter_table("decision_item") as batch_op:
        batch_op.alter_column("conditions", server_default=None)
    with op.batch_alter_table("office") as batch_op:
        batch_op.alter_column("confidentiality_statement", server_default=None)
    with op.batch_alter_table("recommendation") as batch_op:
        batch_op.alter_column("lines_removed", server_default=None)
        batch_op.alter_column("conditions", server_default=None)
    with op.batch_alter_table("round") as batch_op:
        batch_op.alter_column("needs_prepared_reps", server_default=None)
        batch_op.alter_column("is_anonymous", server_default=None)
    # A bid that waits for an answer holds its group's one place in the round.
    op.drop_index("uq_application_live", "application")
    op.create_index(
        "uq_application_live",
        "application",
        ["round_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('approved', 'awarded', 'checking', 'clarification', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'recommended_part', 'reserve', 'scored', 'scoring', 'submitted')"
        ),
        postgresql_where=sa.text(
            "state IN ('approved', 'awarded', 'checking', 'clarification', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'recommended_part', 'reserve', 'scored', 'scoring', 'submitted')"
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
            "state IN ('approved', 'awarded', 'checking', 'clarification', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'reserve', 'scored', 'scoring', 'submitted')"
        ),
        postgresql_where=sa.text(
            "state IN ('approved', 'awarded', 'checking', 'clarification', 'draft', 'eligible', 'moderated', 'not_recommended', 'recommended', 'reserve', 'scored', 'scoring', 'submitted')"
        ),
    )
    with op.batch_alter_table("membership") as batch_op:
        batch_op.drop_constraint(op.f("ck_membership_role_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_membership_role_known"),
            "role IN ('lead', 'contributor', 'signatory', 'officer', 'manager', 'marker', 'chair', 'panel_member', 'decision_maker', 'chief_executive', 'finance', 'admin', 'system')",
        )
    with op.batch_alter_table("office_role") as batch_op:
        batch_op.drop_constraint(op.f("ck_office_role_role_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_office_role_role_known"),
            "role IN ('lead', 'contributor', 'signatory', 'officer', 'manager', 'marker', 'chair', 'panel_member', 'decision_maker', 'chief_executive', 'finance', 'admin', 'system')",
        )
    with op.batch_alter_table("criterion") as batch_op:
        batch_op.drop_constraint(op.f("ck_criterion_scale_rises"), type_="check")
    with op.batch_alter_table("application") as batch_op:
        batch_op.drop_constraint(op.f("ck_application_state_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_application_state_known"),
            "state IN ('draft', 'submitted', 'checking', 'clarification', 'disqualified', 'eligible', 'scoring', 'scored', 'moderated', 'recommended', 'reserve', 'not_recommended', 'approved', 'declined', 'awarded', 'lapsed', 'withdrawn', 'offer_lapsed')",
        )
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.drop_constraint(op.f("ck_assignment_state_known"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_assignment_state_known"),
            "state IN ('assigned', 'interest_declared', 'recused', 'marking', 'locked', 'reopened', 'final')",
        )
    with op.batch_alter_table("interest_declaration") as batch_op:
        batch_op.drop_constraint(op.f("ck_interest_declaration_kind_known"), type_="check")
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_column("is_anonymous")
        batch_op.drop_column("needs_prepared_reps")

    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.drop_column("conditions")
        batch_op.drop_column("lines_removed")
        batch_op.drop_column("reserve_ended_at")
        batch_op.drop_column("reserve_until_on")

    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.drop_column("confidentiality_statement")

    with op.batch_alter_table("interest_declaration", schema=None) as batch_op:
        batch_op.drop_column("kind")

    with op.batch_alter_table("decision_item", schema=None) as batch_op:
        batch_op.drop_column("conditions")

    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.drop_column("min_score")

    with op.batch_alter_table("clarification", schema=None) as batch_op:
        batch_op.drop_column("files")
        batch_op.drop_column("wanted")

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("is_on_paper")
        batch_op.drop_column("comes_back")

    op.drop_table("minutes_section")
    with op.batch_alter_table("minutes_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_note_minutes_id"))

    op.drop_table("minutes_note")
    with op.batch_alter_table("meeting_words", schema=None) as batch_op:
        batch_op.drop_index("ix_meeting_words_box")

    op.drop_table("meeting_words")
    with op.batch_alter_table("void_marks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_void_marks_assignment_id"))

    op.drop_table("void_marks")
    op.drop_table("released_file")
    with op.batch_alter_table("register_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_register_entry_check")

    op.drop_table("register_entry")
    with op.batch_alter_table("minutes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_minutes_office_id"))

    op.drop_table("minutes")
    with op.batch_alter_table("meeting_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_item_application_id"))

    op.drop_table("meeting_item")
    op.drop_table("locked_marks")
    with op.batch_alter_table("line_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_line_change_meeting_id"))

    op.drop_table("line_change")
    with op.batch_alter_table("interest_ruling", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_ruling_declaration_id"))

    op.drop_table("interest_ruling")
    with op.batch_alter_table("diligence_item", schema=None) as batch_op:
        batch_op.drop_index("ix_diligence_item_code")

    op.drop_table("diligence_item")
    with op.batch_alter_table("chair_turn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_chair_turn_meeting_id"))

    op.drop_table("chair_turn")
    with op.batch_alter_table("brought_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_brought_sheet_person_id"))
        batch_op.drop_index(batch_op.f("ix_brought_sheet_assignment_id"))

    op.drop_table("brought_sheet")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_attendance_open", sqlite_where=sa.text("left_at IS NULL"), postgresql_where=sa.text("left_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_attendance_meeting_id"))

    op.drop_table("attendance")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_round_id"))
        batch_op.drop_index(batch_op.f("ix_review_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_review_office_id"))

    op.drop_table("review")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_office_id"))

    op.drop_table("meeting")
    with op.batch_alter_table("interest_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interest_proposal_person_id"))

    op.drop_table("interest_proposal")
    with op.batch_alter_table("fraud_signal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fraud_signal_other_id"))
        batch_op.drop_index(batch_op.f("ix_fraud_signal_application_id"))

    op.drop_table("fraud_signal")
    with op.batch_alter_table("due_diligence", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_due_diligence_open",
            sqlite_where=sa.text("state IN ('begun', 'fail_proposed')"),
            postgresql_where=sa.text("state IN ('begun', 'fail_proposed')"),
        )
        batch_op.drop_index(batch_op.f("ix_due_diligence_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_due_diligence_office_id"))
        batch_op.drop_index("ix_due_diligence_expiry")
        batch_op.drop_index(batch_op.f("ix_due_diligence_application_id"))

    op.drop_table("due_diligence")
    op.drop_table("check_claim")
    with op.batch_alter_table("bulk_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_item_application_id"))

    op.drop_table("bulk_item")
    with op.batch_alter_table("followed_scenario", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_followed_scenario_scenario_id"))
        batch_op.drop_index(batch_op.f("ix_followed_scenario_round_id"))
        batch_op.drop_index(batch_op.f("ix_followed_scenario_office_id"))

    op.drop_table("followed_scenario")
    op.drop_table("signal_search")
    with op.batch_alter_table("scenario", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scenario_person_id"))
        batch_op.drop_index(batch_op.f("ix_scenario_office_id"))

    op.drop_table("scenario")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_person_id"))
        batch_op.drop_index(batch_op.f("ix_saved_view_office_id"))

    op.drop_table("saved_view")
    with op.batch_alter_table("representative_reach", schema=None) as batch_op:
        batch_op.drop_index("ix_representative_reach_who")

    op.drop_table("representative_reach")
    with op.batch_alter_table("over_programming", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_over_programming_office_id"))

    op.drop_table("over_programming")
    with op.batch_alter_table("bulk_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_job_round_id"))
        batch_op.drop_index(batch_op.f("ix_bulk_job_office_id"))
        batch_op.drop_index("ix_bulk_job_due")

    op.drop_table("bulk_job")
    op.drop_table("diligence_rules")
    with op.batch_alter_table("preparation_record", schema=None) as batch_op:
        batch_op.drop_index("ix_preparation_record_who")
        batch_op.drop_index("ix_preparation_record_until")

    op.drop_table("preparation_record")
    _search_again()
