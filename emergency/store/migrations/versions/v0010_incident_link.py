"""Incidents that belong together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _more_of_an_incident()
    op.add_column("claim_change", sa.Column("undone_seq", sa.BigInteger(), nullable=True))
    op.create_table(
        "incident_link",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("leading_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.incident_id"], name=op.f("fk_incident_link_incident_id")
        ),
        sa.ForeignKeyConstraint(["leading_id"], ["incident.incident_id"], name=op.f("fk_incident_link_leading_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident_link")),
    )
    op.create_table(
        "incident_change",
        sa.Column(
            "change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.incident_id"], name=op.f("fk_incident_change_incident_id")
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_incident_change")),
    )
    op.create_index("ix_incident_change_incident", "incident_change", ["incident_id", "changed_us"])


def _more_of_an_incident() -> None:
    op.add_column("incident", sa.Column("scope", sa.Text(), server_default="", nullable=False))
    op.add_column("incident", sa.Column("lon", sa.Float(), nullable=True))
    op.add_column("incident", sa.Column("lat", sa.Float(), nullable=True))
    op.add_column("incident", sa.Column("confirmed_us", sa.BigInteger(), nullable=True))
    op.add_column("incident", sa.Column("confirmed_by", sa.Text(), server_default="", nullable=False))
    op.add_column("incident", sa.Column("alert_id", sa.BigInteger(), nullable=True))
