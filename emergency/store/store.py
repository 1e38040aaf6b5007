"""A store is one workspace's tables; workspaces are found, made and forked here."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.engine import make_url

from emergency.domain.workspace import check_name
from emergency.store import stock as ledger
from emergency.store.engine import open_catalog, open_engine
from emergency.store.pool_tables import stock_item, stock_norm
from emergency.store.schema import upgrade
from emergency.store.tables import adjuster, base, setting, stock

# What a drill copies from today's workspace: who and what there is, not what happened.
FORKED = (base, adjuster, stock, stock_item, stock_norm)
SQLITE_ASKS_EVERY_SECONDS = 0.1  # at most, while it waits for a lock
PREFIX = "ws_"  # PostgreSQL schemas of ours, so that we never list or drop another's


class Store:
    """Transactions on one workspace. Reading never blocks writing, nor the other way round."""

    def __init__(self, name: str, engine: Engine) -> None:
        self.name = name
        self.engine = engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(read=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection

    def give_way(self) -> None:
        """For one who writes transaction after transaction: let those who wait have their turn.

        SQLite keeps no queue. Who waits for its write lock asks again every tenth of a second, and would
        find it taken every time.
        """
        if self.engine.dialect.name == "sqlite":
            time.sleep(SQLITE_ASKS_EVERY_SECONDS * 1.1)

    def setting(self, key: str, default: Any = None) -> Any:
        with self.read() as connection:
            return read_setting(connection, key, default)

    def close(self) -> None:
        self.engine.dispose()


def read_setting(connection: Connection, key: str, default: Any = None) -> Any:
    found = connection.execute(select(setting.c.value).where(setting.c.key == key)).scalar_one_or_none()
    return default if found is None else json.loads(found)


def write_setting(connection: Connection, key: str, value: Any) -> None:
    connection.execute(delete(setting).where(setting.c.key == key))
    connection.execute(insert(setting).values(key=key, value=json.dumps(value, ensure_ascii=False)))


class Workspaces:
    """All workspaces of an installation: a SQLite file each, or a PostgreSQL schema each.

    Args:
        home: folder of the SQLite files.
        database_url: PostgreSQL address, or a ``sqlite:///`` file for the live workspace.
    """

    def __init__(self, home: Path, database_url: str | None = None) -> None:
        self.home = home
        self.url = make_url(database_url) if database_url else None
        self._open: dict[str, Store] = {}

    @property
    def on_postgresql(self) -> bool:
        return self.url is not None and self.url.get_backend_name() == "postgresql"

    def names(self) -> list[str]:
        if self.on_postgresql:
            assert self.url is not None
            engine = open_catalog(self.url)
            with engine.connect() as connection:
                rows = connection.exec_driver_sql("SELECT nspname FROM pg_namespace ORDER BY nspname")
                return [r[0].removeprefix(PREFIX) for r in rows if r[0].startswith(PREFIX)]
        found = {p.stem for p in self._folder().glob("*.sqlite")}
        if self.url is not None:  # the live store's file has a name of its owner's choosing
            found.discard(self._file("live").stem)
            if self._file("live").exists():
                found.add("live")
        return sorted(found)

    def exists(self, name: str) -> bool:
        return name in self._open or name in self.names()

    def open(self, name: str) -> Store:
        """Open a workspace, making it or bringing its schema up to date where needed."""
        check_name(name)
        if name not in self._open:
            engine = self._engine(name)
            upgrade(engine)
            self._open[name] = Store(name, engine)
        return self._open[name]

    def fork(self, name: str, origin: Store) -> Store:
        """A new workspace with a copy of the origin's people and goods, and an empty history."""
        self.drop(name)
        store = self.open(name)
        with origin.read() as source, store.write() as target:
            for table in FORKED:
                rows = [dict(row._mapping) for row in source.execute(select(table))]
                if rows:
                    target.execute(insert(table), rows)
            ledger.begin(target)
        return store

    def drop(self, name: str) -> None:
        check_name(name)
        opened = self._open.pop(name, None)
        if opened:
            opened.close()
        if self.on_postgresql:
            assert self.url is not None
            with closing(open_catalog(self.url).connect()) as connection:
                connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{PREFIX}{name}" CASCADE')
            return
        for suffix in ("", "-wal", "-shm"):
            self._file(name).with_name(self._file(name).name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        for store in self._open.values():
            store.close()
        self._open.clear()

    def _engine(self, name: str) -> Engine:
        if not self.on_postgresql:
            self._file(name).parent.mkdir(parents=True, exist_ok=True)
            return open_engine(f"sqlite:///{self._file(name)}")
        assert self.url is not None
        schema = PREFIX + name
        with closing(open_catalog(self.url).connect()) as connection:
            connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        return open_engine(self.url, schema)

    def _folder(self) -> Path:
        return Path(self.url.database or "").absolute().parent if self.url else self.home

    def _file(self, name: str) -> Path:
        if self.url is not None and name == "live":
            return Path(self.url.database or "").absolute()
        return self._folder() / f"{name}.sqlite"


def backup(store: Store, target: Path) -> None:
    """A consistent copy of a SQLite workspace while others write (never copy the file itself)."""
    if store.engine.dialect.name != "sqlite":
        raise ValueError("use pg_basebackup or pg_dump for a PostgreSQL store")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with store.engine.connect() as connection:
        connection.connection.driver_connection.execute(f"VACUUM INTO '{str(partial).replace(chr(39), chr(39) * 2)}'")  # type: ignore[union-attr]
    shutil.move(partial, target)


__all__ = ["Connection", "Store", "Workspaces", "backup", "read_setting", "write_setting"]
