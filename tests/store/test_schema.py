from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from emergency.store.schema import upgrade
from emergency.store.store import Store, Workspaces
from emergency.store.tables import metadata


def test_the_migrations_give_exactly_the_tables_the_code_speaks_of(store: Store) -> None:
    with store.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_upgrading_again_changes_nothing(store: Store) -> None:
    before, after = upgrade(store.engine)
    assert before == after


def test_processes_that_upgrade_at_once_do_it_once(workspaces: Workspaces) -> None:
    engine = workspaces._engine("both")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: upgrade(engine)[1], range(4)))
    assert len(set(found)) == 1
    engine.dispose()
