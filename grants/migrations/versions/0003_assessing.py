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
        "locked_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("locked_at", grants.core.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reopened_at", grants.core.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reopened_reason", sa.Text(), nullable=False),
        sa.Column("saw_others", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_locked_marks_assignment_id_assignment"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_locked_marks")),
        sa.UniqueConstraint("assignment_id", "number", name=op.f("uq_locked_marks_assignment_id_number")),
    )
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
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("comes_back", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("min_score", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_anonymous", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("criterion") as batch_op:
        batch_op.create_check_constraint(op.f("ck_criterion_scale_rises"), "min_score BETWEEN 0 AND max_score - 1")
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.alter_column("comes_back", server_default=None)
    with op.batch_alter_table("criterion") as batch_op:
        batch_op.alter_column("min_score", server_default=None)
    with op.batch_alter_table("round") as batch_op:
        batch_op.alter_column("is_anonymous", server_default=None)
    _search_again()


def downgrade() -> None:
    with op.batch_alter_table("criterion") as batch_op:
        batch_op.drop_constraint(op.f("ck_criterion_scale_rises"), type_="check")
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_column("is_anonymous")

    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.drop_column("min_score")

    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("comes_back")

    op.drop_table("released_file")
    op.drop_table("locked_marks")
    op.drop_table("check_claim")
    with op.batch_alter_table("bulk_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_item_application_id"))

    op.drop_table("bulk_item")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_person_id"))
        batch_op.drop_index(batch_op.f("ix_saved_view_office_id"))

    op.drop_table("saved_view")
    with op.batch_alter_table("bulk_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bulk_job_round_id"))
        batch_op.drop_index(batch_op.f("ix_bulk_job_office_id"))
        batch_op.drop_index("ix_bulk_job_due")

    op.drop_table("bulk_job")
    _search_again()
