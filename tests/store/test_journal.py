from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from emergency.store import journal
from emergency.store.store import Store


def write(store: Store, action: str, **body: object) -> int:
    with store.write() as connection:
        return journal.append(
            connection, happened_us=1, recorded_us=2, actor="chen", action=action, subject="s", body=body
        )


def verdict(store: Store) -> journal.Verdict:
    with store.read() as connection:
        return journal.verify(connection)


def tamper(store: Store, *statements: str) -> None:
    """What someone with the rights of a database administrator can do."""
    drop = (
        ["DROP TRIGGER journal_no_update", "DROP TRIGGER journal_no_delete"]
        if store.engine.dialect.name == "sqlite"
        else ["ALTER TABLE journal DISABLE TRIGGER ALL"]
    )
    with store.write() as connection:
        for statement in [*drop, *statements]:
            connection.exec_driver_sql(statement)


def test_an_empty_journal_is_whole(store: Store) -> None:
    assert verdict(store) == journal.Verdict(True, 0, journal.GENESIS)


def test_entries_are_numbered_from_one_and_the_chain_is_whole(store: Store) -> None:
    assert [write(store, "level.confirm", level=n) for n in (1, 2, 3)] == [1, 2, 3]
    found = verdict(store)
    assert found.ok
    assert found.entries == 3


def test_an_entry_is_not_written_when_its_act_fails(store: Store) -> None:
    def act() -> None:
        with store.write() as connection:
            journal.append(connection, happened_us=1, recorded_us=1, actor="a", action="x", subject="s", body={})
            raise RuntimeError("the act failed")

    with pytest.raises(RuntimeError):
        act()
    assert verdict(store).entries == 0


@pytest.mark.parametrize("act", ["UPDATE journal SET actor = 'wang' WHERE seq = 1", "DELETE FROM journal"])
def test_the_database_refuses_to_change_an_entry(store: Store, act: str) -> None:
    write(store, "level.confirm", level=1)
    with pytest.raises(DBAPIError, match="append-only"), store.write() as connection:
        connection.exec_driver_sql(act)
    assert verdict(store).ok


@pytest.mark.parametrize(
    ("attack", "first_bad"),
    [
        ("UPDATE journal SET body = '{\"level\":3}' WHERE seq = 2", 2),
        ("UPDATE journal SET actor = 'wang' WHERE seq = 3", 3),
        ("DELETE FROM journal WHERE seq = 2", 3),
        ("DELETE FROM journal WHERE seq = 4", 4),
        ("UPDATE journal SET happened_us = 5 WHERE seq = 1", 1),
    ],
)
def test_a_change_behind_the_console_shows_at_the_entry_where_the_chain_breaks(
    store: Store, attack: str, first_bad: int
) -> None:
    for n in (1, 2, 3, 4):
        write(store, "level.confirm", level=n)
    tamper(store, attack)
    found = verdict(store)
    assert not found.ok
    assert found.first_bad == first_bad


def test_two_different_entries_never_hash_the_same_bytes() -> None:
    # Without length prefixes "ab" + "c" and "a" + "bc" would be one.
    one = journal.chained_hash("0", 1, 1, 1, "ab", "c", "s", "{}")
    other = journal.chained_hash("0", 1, 1, 1, "a", "bc", "s", "{}")
    assert one != other


def test_writers_at_the_same_time_make_one_unbroken_chain(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(lambda n: write(store, "fact.record", n=n), range(40)))
    assert numbers == list(range(1, 41))
    assert verdict(store).ok


def test_the_entries_of_one_subject_are_found_by_an_index_in_order(store: Store) -> None:
    for subject, action in (("harvey", "report.submit"), ("irma", "report.submit"), ("harvey", "level.confirm")):
        with store.write() as connection:
            journal.append(
                connection, happened_us=1, recorded_us=2, actor="chen", action=action, subject=subject, body={}
            )
    with store.read() as connection:

        def seqs(**asked: Any) -> list[int]:
            return [e.seq for e in journal.entries_of(connection, **asked)]

        assert seqs(subject="harvey") == [1, 3]
        assert seqs(subject="harvey", newest_first=True) == [3, 1]
        assert seqs(subject="harvey", action="report.submit") == [1]
        assert seqs(subject="maria") == []
    indexes = {i["name"]: i["column_names"] for i in inspect(store.engine).get_indexes("journal")}
    assert indexes["ix_journal_subject_action"] == ["subject", "action"]
