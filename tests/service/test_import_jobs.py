"""Imports in the background: how far they are, how they are ended, and that there is one at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from emergency.domain.incident import Incident
from emergency.service import import_life, importing
from emergency.service.context import Context, Refused
from emergency.service.import_jobs import ImportJobs
from emergency.service.importing import import_claims, mapping_named
from emergency.service.progress import Progress, ahead
from emergency.service.record_files import import_records
from emergency.service.records import imports, journal_entries
from emergency.store import claims, records
from emergency.store.tables import claim_import

HEADER = "report_no,line,loss_time,region,lon,lat,estimated,currency\n"


def rows(count: int, first: int = 0) -> str:
    """Claims of Houston; every tenth without a place, every seventh without a date."""
    return "".join(
        f"A-{n},property,{'' if n % 7 == 6 else '2017-08-27 08:00'},"
        f"{',,' if n % 10 == 9 else '48201,-95.37,29.76'},25000,USD\n"
        for n in range(first, first + count)
    )


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred rows at a time, so that a small file has several chunks."""
    whole = importing.read_claims
    monkeypatch.setattr(importing, "read_claims", lambda *a, **k: whole(*a, **(k | {"chunk_rows": 100})))


@pytest.fixture
def jobs() -> Iterator[ImportJobs]:
    found = ImportJobs()
    yield found
    found.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "claims.csv"
    path.write_text(HEADER + rows(350))
    return path


def in_store(ctx: Context) -> int:
    with ctx.store.read() as connection:
        return claims.total(connection)


@pytest.mark.usefixtures("small_chunks")
def test_a_stopped_import_keeps_whole_chunks_and_the_next_one_completes_it(ctx: Context, file: Path) -> None:
    told: list[Progress] = []
    mapping = mapping_named(ctx, "plain")
    first = import_claims(ctx, file, mapping, progress=told.append, stop=lambda: len(told) == 2)
    assert (first.state, first.rows, first.rows - first.rejected) == ("stopped", 200, first.new)
    assert in_store(ctx) == first.new
    assert first.rejected == len([n for n in range(200) if n % 7 == 6])
    assert first.unlocated == len([n for n in range(200) if n % 10 == 9 and n % 7 != 6])
    assert first.rejects_file
    assert Path(first.rejects_file).read_text("utf-8-sig").count("\n") == 1 + first.rejected
    (receipt,) = imports(ctx)
    assert {k: receipt[k] for k in ("state", "rows", "new", "rejected", "unlocated", "chunks")} == {
        "state": "stopped",
        "rows": 200,
        "new": first.new,
        "rejected": first.rejected,
        "unlocated": first.unlocated,
        "chunks": 2,
    }
    again = import_claims(ctx, file, mapping)
    assert (again.state, again.rows, again.updated, again.duplicates) == ("done", 350, 0, first.new)
    assert again.new + again.duplicates + again.rejected == 350
    assert [e.action for e in journal_entries(ctx) if e.action.startswith("claims.import")] == [
        "claims.import",
        "claims.import.stop",
    ]


@pytest.mark.usefixtures("small_chunks")
def test_a_wish_to_stop_that_comes_with_the_last_chunk_finds_a_finished_import(ctx: Context, file: Path) -> None:
    told: list[Progress] = []
    receipt = import_claims(
        ctx, file, mapping_named(ctx, "plain"), progress=told.append, stop=lambda: len(told) == 4
    )
    assert (receipt.state, receipt.rows) == ("done", 350)
    assert told[-1].share == 1.0


@pytest.mark.usefixtures("small_chunks")
def test_a_chunk_that_cannot_be_written_leaves_nothing_half(
    ctx: Context, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full while the third chunk's receipt is written: its claims are not in either."""
    written = records.change_import

    def full(connection: Any, import_id: str, **values: Any) -> None:
        if values.get("chunks") == 3:
            raise OSError("no space left on device")
        written(connection, import_id, **values)

    monkeypatch.setattr(records, "change_import", full)
    with pytest.raises(OSError, match="no space"):
        import_claims(ctx, file, mapping_named(ctx, "plain"))
    (receipt,) = imports(ctx)
    assert (receipt["state"], receipt["chunks"], receipt["rows"]) == ("stopped", 2, 200)
    assert in_store(ctx) == receipt["new"]


@pytest.mark.usefixtures("small_chunks")
def test_a_long_import_gives_way_to_others_who_write(
    ctx: Context, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gave: list[int] = []
    monkeypatch.setattr(importing, "GIVE_WAY_EVERY_SECONDS", 0)
    monkeypatch.setattr(type(ctx.store), "give_way", lambda store: gave.append(in_store(ctx)))
    import_claims(ctx, file, mapping_named(ctx, "plain"))
    assert len(set(gave)) == 4, "after every chunk, each of which was in by then"


def test_a_corrected_file_counts_the_claims_left_without_a_place_by_what_the_store_says(
    ctx: Context, tmp_path: Path
) -> None:
    """One is new and lost, one was lost and is corrected, one was lost and is the same, one keeps its place."""
    file, mapping = tmp_path / "claims.csv", mapping_named(ctx, "plain")
    file.write_text(
        HEADER
        + "B-1,property,2017-08-27,,,,100,USD\nB-2,property,2017-08-27,,,,100,USD\n"
        + "B-3,property,2017-08-27,48201,,,100,USD\n"
    )
    assert import_claims(ctx, file, mapping).unlocated == 2
    file.write_text(
        HEADER
        + "B-0,property,2017-08-27,,,,100,USD\nB-1,property,2017-08-27,,,,200,USD\n"
        + "B-2,property,2017-08-27,,,,100,USD\nB-3,property,2017-08-27,,,,300,USD\n"
    )
    again = import_claims(ctx, file, mapping)
    assert (again.new, again.updated, again.duplicates, again.unlocated) == (1, 2, 1, 2)


@pytest.mark.usefixtures("small_chunks")
def test_an_import_goes_on_by_itself_and_tells_how_far_it_is(ctx: Context, jobs: ImportJobs, file: Path) -> None:
    job = jobs.start(ctx, "../../claims.csv", file.read_bytes(), mapping_named(ctx, "plain"))
    assert jobs.of(ctx.store.name) is job
    assert job.wait(60)
    assert job.file_name == "claims.csv"
    assert job.receipt is not None
    assert (job.receipt.state, job.receipt.rows) == ("done", 350)
    assert job.progress is not None
    assert (job.progress.rows, job.progress.rows_expected, job.progress.seconds_left) == (350, 350, 0)
    assert job.progress.rows_per_second > 0


@pytest.mark.usefixtures("small_chunks")
def test_there_is_one_import_at_a_time_and_anybody_may_cancel_it(
    ctx: Context, jobs: ImportJobs, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    whole = importing.follow_up

    def slow(*told: Any) -> None:
        reached.set()
        assert go_on.wait(60)
        whole(*told)

    monkeypatch.setattr(importing, "follow_up", slow)
    mapping = mapping_named(ctx, "plain")
    job = jobs.start(ctx, "claims.csv", file.read_bytes(), mapping)
    assert reached.wait(60)
    with pytest.raises(Refused, match=r"claims\.csv is still on its way in \(started by Chen Yu\)"):
        jobs.start(ctx, "second.csv", file.read_bytes(), mapping)
    jobs.of(ctx.store.name).stop()  # type: ignore[union-attr]
    assert job.stopping
    go_on.set()
    assert job.wait(60)
    assert job.receipt is not None
    assert (job.receipt.state, job.receipt.rows) == ("stopped", 100)
    second = jobs.start(ctx, "second.csv", file.read_bytes(), mapping)
    assert second.wait(60)
    assert second.receipt is not None
    assert second.receipt.rows == 350


def test_a_file_that_cannot_be_read_leaves_its_fault_and_no_receipt(ctx: Context, jobs: ImportJobs) -> None:
    job = jobs.start(ctx, "empty.csv", b"", mapping_named(ctx, "plain"))
    assert job.wait(60)
    assert job.receipt is None
    assert "empty.csv is empty" in str(job.fault)


def beating(ctx: Context, import_id: str, **values: Any) -> None:
    with ctx.store.write() as connection:
        connection.execute(update(claim_import).where(claim_import.c.import_id == import_id).values(**values))


def test_an_import_of_another_process_is_on_its_way_until_it_falls_silent(
    ctx: Context, jobs: ImportJobs, file: Path
) -> None:
    mapping = mapping_named(ctx, "plain")
    done = import_claims(ctx, file, mapping)
    alive = import_life.alive()
    beating(ctx, done.import_id, state="running", finished_us=None, holder="elsewhere:1", beat_us=alive["beat_us"])
    assert imports(ctx)[0]["state"] == "running"
    with pytest.raises(Refused, match="still on its way"):
        jobs.start(ctx, "claims.csv", file.read_bytes(), mapping)
    beating(ctx, done.import_id, beat_us=alive["beat_us"] - import_life.SILENT_SECONDS * 1_000_000 - 1)
    assert imports(ctx)[0]["state"] == "stopped"
    import_life.chores(ctx)
    import_life.chores(ctx)
    stops = [e.facts() for e in journal_entries(ctx) if e.action == "claims.import.stop"]
    assert [(e["rows"], e["new"], e["killed"]) for e in stops] == [(done.rows, done.new, True)]


def test_an_import_that_moved_since_it_was_looked_at_is_not_closed(ctx: Context, file: Path) -> None:
    done = import_claims(ctx, file, mapping_named(ctx, "plain"))
    beating(ctx, done.import_id, state="running", holder="elsewhere:1", beat_us=5)
    from emergency.store.imports import end

    with ctx.store.write() as connection:
        assert not end(connection, done.import_id, beat_us=4, finished_us=9)
        assert end(connection, done.import_id, beat_us=5, finished_us=9)


def test_messages_stop_after_a_chunk_as_claims_do(
    ctx: Context, flood: Incident, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from emergency.service import record_files

    whole = record_files.read_records
    monkeypatch.setattr(record_files, "read_records", lambda *a, **k: whole(*a, **(k | {"chunk_rows": 10})))
    file = tmp_path / "messages.csv"
    file.write_text(
        "report_no,kind,at,estimated\n" + "".join(f"A-{n},surveyed,2017-08-28 09:00,100\n" for n in range(25))
    )
    found = import_records(ctx, file, mapping_named(ctx, "plain-messages"), stop=lambda: True)
    assert (found.state, found.rows, found.new) == ("stopped", 10, 10)
    assert imports(ctx)[0]["state"] == "stopped"


def test_items_are_made_ahead_in_order_one_at_most() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for n in range(1, 6):
            made.append(n)
            yield n

    found = ahead(items())
    assert next(found) == 1
    found.close()
    assert len(made) <= 2
    assert list(ahead(n for n in (1, 2, 3))) == [1, 2, 3]


def test_a_fault_while_making_ahead_comes_after_what_was_made() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("torn")

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(ValueError, match="torn"):
        next(found)


def test_progress_says_nothing_rash_at_the_beginning() -> None:
    begun = Progress(rows=0, bytes_read=0, bytes_total=0, seconds=0.0)
    assert (begun.share, begun.rows_expected, begun.rows_per_second, begun.seconds_left) == (0, 0, 0, 0)
    half = replace(begun, rows=500, bytes_read=50, bytes_total=100, seconds=2.0)
    assert (half.rows_expected, half.rows_per_second, half.seconds_left) == (1000, 250, 2.0)
