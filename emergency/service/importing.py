"""Claims files into the store: read, place, keep, account for every row."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emergency.domain.claim import CLAIM_COLUMNS
from emergency.domain.instant import to_us
from emergency.intake.accounts import ClaimChunk
from emergency.intake.checks import Checks
from emergency.intake.claims import file_digest, read_claims
from emergency.intake.faults import FileFault
from emergency.intake.mapping import ClaimMapping, claim_mapping
from emergency.service.abroad import abroad
from emergency.service.context import Context, Refused
from emergency.service.import_life import alive
from emergency.service.joining import join_later
from emergency.service.progress import Progress, Stop, ahead, never
from emergency.service.receipts import Account, Receipt
from emergency.service.running import live_profile_for, save_profile
from emergency.store import claims, incidents, messages, records
from emergency.store.store import Connection
from emergency.texts import N_, Message, Speaker, speaker

GIVE_WAY_EVERY_SECONDS = 1.0


class NoClaimsHere(Refused):
    """The workspace takes no claims at all."""


def check_takes_files(ctx: Context) -> None:
    """A workspace that replays published totals counts no claims: what came in would go nowhere.

    Raises:
        NoClaimsHere: this is one.
    """
    if ctx.profile.figures != "claims":
        raise NoClaimsHere(
            Message("This workspace replays published totals; it takes no claims files. Choose another workspace.")
        )


def mapping_named(ctx: Context, name: str, encoding: str = "") -> ClaimMapping:
    """A shipped or saved mapping.

    Args:
        encoding: of the file, where a person has said it.

    Raises:
        Refused: no mapping of that name; lists those there are.
    """
    known = ctx.content.library.mappings()
    if name not in known:
        raise Refused(
            Message("there is no mapping {name}; known: {known}", {"name": name, "known": ", ".join(sorted(known))})
        )
    raw, path = known[name]
    mapping = claim_mapping(raw, path)
    return replace(mapping, encoding=encoding) if encoding else mapping


def import_claims(
    ctx: Context,
    path: Path,
    mapping: ClaimMapping,
    *,
    incident_id: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    say: Speaker | None = None,
    stop: Stop = never,
) -> Receipt:
    """Read a claims file into the workspace; safe to repeat.

    Each chunk is one transaction with its receipt, so a kill leaves whole chunks and
    importing the file again completes it.

    Args:
        progress: told after every chunk.
        stop: asked after every chunk; True ends the import there, and the receipt says ``stopped``.

    Raises:
        Refused: the named incident is not there.
        intake's own errors for a file that cannot be read at all, or not to its end.
    """
    if mapping.kind != "claims":
        raise Refused(
            Message("mapping {mapping} reads {kind}, not claims", {"mapping": mapping.name, "kind": mapping.kind})
        )
    check_takes_files(ctx)
    started = time.monotonic()
    ctx = _fit_live_regions(ctx, mapping)
    check_currency(ctx, mapping)
    _check_incident(ctx, incident_id)
    run = _Import(ctx, path, mapping, incident_id, say or speaker(ctx.profile.language))
    state = "done"
    try:
        with closing(ahead(_placed(ctx, path, mapping))) as chunks:
            for chunk, placed in chunks:
                run.keep(chunk, placed)
                run.give_way()
                if progress:
                    seconds = time.monotonic() - started
                    progress(Progress(run.count.rows, chunk.bytes_read, chunk.bytes_total, seconds))
                if stop():
                    state = "done" if next(chunks, None) is None else "stopped"
                    break
    except BaseException:  # a file that breaks off, a full disk: whole chunks stay, and it is said
        if run.count.chunks:
            run.close("stopped")
        raise
    return run.close(state).receipt(state, time.monotonic() - started)


@dataclass(frozen=True)
class _Count:
    """What became of the rows of the chunks that are kept."""

    rows: int = 0
    new: int = 0
    updated: int = 0
    duplicates: int = 0
    rejected: int = 0
    unlocated: int = 0
    chunks: int = 0


class _Import:
    """One file on its way in."""

    def __init__(
        self, ctx: Context, path: Path, mapping: ClaimMapping, incident_id: str | None, say: Speaker
    ) -> None:
        self.ctx, self.path, self.mapping, self.incident_id = ctx, path, mapping, incident_id
        self.digest = file_digest(path)
        self.import_id = free_id(ctx, f"{self.digest[:12]}-{ctx.now_us()}")
        self.account = Account(ctx, self.import_id, say)
        self.count = _Count()
        self.gave_way = time.monotonic()
        self.rejects_file: Path | None = None
        self.rows_file: Path | None = None

    def keep(self, chunk: ClaimChunk, placed: pd.DataFrame) -> None:
        """A chunk, its receipt and what it sets off, in one transaction."""
        with self.ctx.store.write() as connection:
            if not self.count.chunks:
                self._open(connection)
            loaded, unlocated = self._write(connection, placed)
            count = replace(
                self.count,
                rows=self.count.rows + chunk.rows_read,
                new=self.count.new + loaded.new,
                updated=self.count.updated + loaded.updated,
                duplicates=self.count.duplicates + len(chunk.duplicates) + loaded.unchanged,
                rejected=self.count.rejected + len(chunk.rejects),
                unlocated=self.count.unlocated + unlocated,
                chunks=self.count.chunks + 1,
            )
            records.change_import(connection, self.import_id, **vars(count), **alive())
        self.count = count  # only now is it so
        self.account.take(chunk)

    def give_way(self) -> None:
        """Chunks follow each other without a pause; people at their desks write in between."""
        if time.monotonic() - self.gave_way >= GIVE_WAY_EVERY_SECONDS:
            self.ctx.store.give_way()
            self.gave_way = time.monotonic()

    def _open(self, connection: Connection) -> None:
        records.start_import(
            connection,
            import_id=self.import_id,
            file_name=self.path.name,
            file_sha256=self.digest,
            mapping=self.mapping.name,
            incident_id=self.incident_id,
            started_us=self.ctx.now_us(),
            actor=self.ctx.actor.id,
        )

    def _write(self, connection: Connection, placed: pd.DataFrame) -> tuple[claims.Loaded, int]:
        source = self.mapping.source
        loaded = claims.upsert(
            connection,
            placed,
            source=source,
            import_id=self.import_id,
            keyed_us=self.ctx.now_us(),
            incident=self.incident_id,
        )
        follow_up(self.ctx, connection, source, self.import_id, placed["report_no"].tolist())
        return loaded, claims.unlocated_in(connection, placed, loaded, source=source, import_id=self.import_id)

    def close(self, state: str) -> _Import:
        """Write the files of what was refused or looks wrong, and the receipt with its journal entry."""
        self.account.look_at_header(self.mapping)
        self.rejects_file, self.rows_file = self.account.write_rejects(), self.account.write_rows()
        action = "claims.import" if state == "done" else "claims.import.stop"
        with self.ctx.store.write() as connection:
            if not self.count.chunks:
                self._open(connection)
            records.change_import(
                connection,
                self.import_id,
                state=state,
                finished_us=to_us(self.ctx.now()),
                rejects_file=str(self.rejects_file or ""),
            )
            self.account.keep(connection, self.import_id, self.mapping, self.rows_file)
            body = {"file": self.path.name, "sha256": self.digest, "mapping": self.mapping.name, **vars(self.count)}
            flags = self.account.flags
            body |= {"flags": {f.code: f.rows for f in reversed(flags)}} if flags else {}
            self.ctx.record(connection, action, self.import_id, body)
        return self

    def receipt(self, state: str, seconds: float) -> Receipt:
        count, account = self.count, self.account
        return Receipt(
            rows=count.rows,
            new=count.new,
            updated=count.updated,
            accepted=count.new + count.updated,
            duplicates=count.duplicates,
            rejected=count.rejected,
            unlocated=count.unlocated,
            rejects_file=str(self.rejects_file) if self.rejects_file else None,
            import_id=self.import_id,
            seconds=round(seconds, 3),
            repeated=account.repeated,
            flags=account.flags,
            rejects=account.reasons_of_rejects,
            rows_file=str(self.rows_file) if self.rows_file else None,
            encoding=account.encoding,
            crs_source=self.mapping.coordinates,
            mapping=self.mapping.name,
            incident_id=self.incident_id,
            state=state,
        )


def _fit_live_regions(ctx: Context, mapping: ClaimMapping) -> Context:
    """An empty live workspace takes the region set of the first file that comes in."""
    wanted = mapping.regions
    if not wanted or ctx.profile.kind != "live" or wanted == ctx.profile.region_set:
        return ctx
    with ctx.store.read() as connection:
        if claims.total(connection):
            return ctx
    return save_profile(ctx, live_profile_for(wanted))


def _check_incident(ctx: Context, incident_id: str | None) -> None:
    if incident_id is None:
        return
    with ctx.store.read() as connection:
        if incidents.get(connection, incident_id) is None:
            known = ", ".join(i.incident_id for i in incidents.every(connection)) or "none"
            gaps = {"incident": incident_id, "workspace": ctx.store.name, "known": known}
            raise Refused(Message("there is no incident {incident} in workspace {workspace}; known: {known}", gaps))


def free_id(ctx: Context, wanted: str) -> str:
    """A demo's clock may stand still, so the same file at the same instant is told apart by a number."""
    with ctx.store.read() as connection:
        taken = records.imports_named(connection, wanted)
    return f"{wanted}-{taken + 1}" if taken else wanted


def _placed(ctx: Context, path: Path, mapping: ClaimMapping) -> Generator[tuple[ClaimChunk, pd.DataFrame]]:
    """Chunks of the file, and their claims with a place."""
    regions = ctx.content.regions.get(mapping.regions or ctx.profile.region_set)
    for chunk in read_claims(path, mapping, now_us=ctx.now_us(), checks=checks_of(ctx, regions.bounds)):
        placed = regions.place(chunk.claims, coarse_degrees=mapping.rounded_degrees)
        yield replace(chunk, flags=(*chunk.flags, *abroad(ctx, mapping, chunk, placed))), placed


def checks_of(ctx: Context, bounds: tuple[float, float, float, float] | None) -> Checks:
    """What the claims of this workspace are held against as they come in."""
    return Checks(bounds, known_currencies(ctx), ctx.content.library.suspect())


def known_currencies(ctx: Context) -> frozenset[str]:
    """Codes that can be turned into the workspace's own currency: another would stop every figure."""
    rows, home = ctx.content.library.rates().rows, ctx.profile.currency
    return frozenset({home} | {r.currency for r in rows if r.to == home} | {r.to for r in rows if r.currency == home})


def check_currency(ctx: Context, mapping: ClaimMapping) -> None:
    """Refuse a file whose money nobody here can convert."""
    if mapping.currency not in known_currencies(ctx):
        gaps = {"mapping": mapping.name, "currency": mapping.currency, "home": ctx.profile.currency}
        text = N_("mapping {mapping} is in {currency}, and data/rules/rates.csv has no rate to {home}: add one first")
        raise Refused(Message(text, gaps))


def follow_up(
    ctx: Context, connection: Connection, source: str, import_id: str, report_nos: Sequence[str]
) -> None:
    """What claims that came in set off, in their own transaction: messages that came before their claims
    are applied, and claims join incidents by their standing rules."""
    told = messages.told_of(connection, source, report_nos)
    messages.settle(connection, source, told, ctx.now_us())
    join_later(ctx, connection, import_id, source, report_nos)


def receive(
    ctx: Context,
    frame: pd.DataFrame,
    *,
    source: str,
    incident_id: str | None,
    batch: str = "",
    action: str = "claims.import",
) -> Receipt:
    """Take claims that are columns already (a feed, a reconstruction, a drill's stream).

    Args:
        frame: CLAIM_COLUMNS; a missing column is taken as unknown.
        action: what the journal calls it.
    """
    started = time.monotonic()
    claims_in = whole_columns(frame)
    repeated = claims_in["report_no"].duplicated()
    placed = ctx.regions.place(claims_in[~repeated])
    import_id = f"{source}-{batch or ctx.now_us()}"
    with ctx.store.write() as connection:
        loaded = claims.upsert(
            connection, placed, source=source, import_id=import_id, keyed_us=ctx.now_us(), incident=incident_id
        )
        follow_up(ctx, connection, source, import_id, placed["report_no"].tolist())
        receipt = Receipt(
            rows=len(claims_in),
            new=loaded.new,
            updated=loaded.updated,
            accepted=loaded.new + loaded.updated,
            duplicates=loaded.unchanged + int(repeated.sum()),
            rejected=0,
            unlocated=claims.unlocated_in(connection, placed, loaded, source=source, import_id=import_id),
            rejects_file=None,
            import_id=import_id,
            seconds=round(time.monotonic() - started, 3),
        )
        body = {"file": source, "mapping": "columns", **_counts(receipt)}
        ctx.record(connection, action, import_id, body)
    return receipt


def _counts(receipt: Receipt) -> dict[str, int]:
    return {k: getattr(receipt, k) for k in ("rows", "new", "updated", "duplicates", "rejected", "unlocated")}


def whole_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every claim column in its dtype, missing ones filled as unknown."""
    columns: dict[str, Any] = {}
    for name, dtype in CLAIM_COLUMNS.items():
        if name == "row":
            columns[name] = np.arange(1, len(frame) + 1)
        elif name in frame:
            columns[name] = frame[name].astype(dtype)  # type: ignore[call-overload]
        else:
            columns[name] = pd.Series([UNSAID.get(name, pd.NA)] * len(frame), index=frame.index).astype(dtype)  # type: ignore[call-overload]
    return pd.DataFrame(columns, index=frame.index)


# What is put where a source says nothing; everything else stays unknown.
UNSAID: dict[str, Any] = {"channel": "unknown", "status": "reported", "lon": float("nan"), "lat": float("nan")}


__all__ = ["FileFault", "Progress", "Receipt", "import_claims", "mapping_named", "receive", "whole_columns"]
