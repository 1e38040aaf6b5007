"""Who was asked to confirm a level, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("level_provisional", sa.Boolean(), server_default=sa.false(), nullable=False))
    for name, default in (("role", ""), ("kind", "confirmed"), ("jurisdiction", "")):
        op.add_column("level_decision", sa.Column(name, sa.Text(), server_default=default, nullable=False))
    _proposals()
    _asking()
    _lowering()


def _serial() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of_incident(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["incident_id"], ["incident.incident_id"], name=op.f(f"fk_{table}_incident_id"))


def _proposals() -> None:
    op.create_table(
        "level_proposal",
        sa.Column("proposal_id", _serial(), autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("proposed_us", sa.BigInteger(), nullable=False),
        _of_incident("level_proposal"),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_level_proposal")),
        sa.UniqueConstraint(
            "incident_id",
            "jurisdiction",
            "value",
            "number",
            name=op.f("uq_level_proposal_incident_id_jurisdiction_value_number"),
        ),
    )


def _asking() -> None:
    op.create_table(
        "level_round",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("opened_us", sa.BigInteger(), nullable=False),
        sa.Column("provisional_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        _of_incident("level_round"),
        sa.PrimaryKeyConstraint("incident_id", "run", name=op.f("pk_level_round")),
    )
    op.create_table(
        "level_ask",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("deputy", sa.Boolean(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "run", "step", name=op.f("pk_level_ask")),
        sa.UniqueConstraint(
            "incident_id", "run", "authority", "deputy", name=op.f("uq_level_ask_incident_id_run_authority_deputy")
        ),
    )


def _lowering() -> None:
    op.create_table(
        "level_request",
        sa.Column("request_id", _serial(), autoincrement=True, nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), server_default="", nullable=False),
        _of_incident("level_request"),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_level_request")),
    )
    still_open = sa.text("state = 'open'")
    op.create_index(
        "uq_level_request_open",
        "level_request",
        ["incident_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "level_calm",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=True),
        _of_incident("level_calm"),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_level_calm")),
    )
