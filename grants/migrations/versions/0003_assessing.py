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
    _search_again()
