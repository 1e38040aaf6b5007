"""What an import has to say beside its counts; what a claim said before; the journal of one subject."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KEPT = (
    *("claim_id", "version", "source", "report_no", "import_id", "incident_id", "line", "cause", "loss_at"),
    *("reported_at", "keyed_at", "channel", "place", "region", "precision", "lon", "lat", "currency"),
    *("estimated_minor", "paid_minor", "injured", "dead", "status"),
)


def upgrade() -> None:
    op.create_index("ix_journal_subject_action", "journal", ["subject", "action"])
    op.add_column("claim_import", sa.Column("holder", sa.Text(), nullable=False, server_default=""))
    op.add_column("claim_import", sa.Column("beat_us", sa.BigInteger()))
    op.create_table(
        "import_reading",
        *_texts("import_id", "kind", "encoding", "crs_source", "timezone", "currency", "mapping_version", "rows_file"),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_import_reading")),
    )
    op.create_table(
        "import_flag",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        *_texts("code", "field", "value", "note"),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("row_numbers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "ordinal", name=op.f("pk_import_flag")),
    )
    _versions()


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _versions() -> None:
    op.create_table(
        "claim_version",
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("source", "report_no", "import_id"),
        sa.Column("incident_id", sa.Text()),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text()),
        sa.Column("loss_at", sa.BigInteger()),
        sa.Column("reported_at", sa.BigInteger()),
        sa.Column("keyed_at", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("place", sa.Text()),
        sa.Column("region", sa.Text()),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float()),
        sa.Column("lat", sa.Float()),
        sa.Column("currency", sa.Text()),
        sa.Column("estimated_minor", sa.BigInteger()),
        sa.Column("paid_minor", sa.BigInteger()),
        sa.Column("injured", sa.Integer()),
        sa.Column("dead", sa.Integer()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("claim_id", "version", name=op.f("pk_claim_version")),
    )
    op.create_index("ix_claim_version_report", "claim_version", ["report_no"])
    _keep_what_was()


def _keep_what_was() -> None:
    """A trigger, so that no way of changing a claim can forget it. New claims cost nothing."""
    names = ", ".join(f'"{c}"' for c in _KEPT)
    old = ", ".join(f'OLD."{c}"' for c in _KEPT)
    keep = f"INSERT INTO claim_version ({names}) VALUES ({old});"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER claim_keeps_versions AFTER UPDATE ON claim "
            f"WHEN NEW.version <> OLD.version BEGIN {keep} END"
        )
        return
    op.execute(
        "CREATE FUNCTION claim_keeps_versions() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {keep} RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER claim_keeps_versions AFTER UPDATE ON claim FOR EACH ROW "
        "WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION claim_keeps_versions()"
    )
