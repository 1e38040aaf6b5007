"""Bring a workspace's tables to the newest schema, by Alembic on both databases."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from emergency.store import (
    access_tables,
    drill_live_tables,
    goods_plan_tables,
    improvement_tables,
    incident_tables,
    intake_tables,
    level_tables,
    people_tables,
    playbook_tables,
    pool_tables,
    report_tables,
    slot_course_tables,
    tables,
    task_tables,
    word_tables,
)

# Every table of the house: each of these modules adds its own to the one metadata.
MODULES = (
    access_tables,
    incident_tables,
    intake_tables,
    level_tables,
    people_tables,
    playbook_tables,
    drill_live_tables,
    goods_plan_tables,
    improvement_tables,
    pool_tables,
    slot_course_tables,
    report_tables,
    tables,
    task_tables,
    word_tables,
)
TABLES = tables.metadata.tables
MIGRATIONS = Path(__file__).parent / "migrations"
_UPGRADE_LOCK = 7_20_2021  # any fixed number: processes that upgrade one database queue up here


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Upgrade to the newest revision; returns (before, after).

    Several processes may call it at once: PostgreSQL queues them on an advisory
    lock, SQLite on its write lock.
    """
    config = _config()
    newest = ScriptDirectory.from_config(config).get_current_head() or ""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # SQLite rebuilds tables to alter them; with foreign keys on, children would be deleted.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
            before = MigrationContext.configure(connection).get_current_revision()
            if before != newest:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        if connection.dialect.name == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
    return before, newest


def _config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
