"""Claims files into the store: read, place, keep, account for every row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from emergency.service.context import Context, Refused
from emergency.service.joining import join_later
from emergency.service.receipts import Account, Receipt
from emergency.service.running import live_profile_for, save_profile
from emergency.store import claims, incidents, messages, records
from emergency.store.store import Connection
from emergency.texts import N_, Message, Speaker, speaker


@dataclass(frozen=True)
class Progress:
    rows: int
    bytes_read: int
    bytes_total: int
    seconds: float


def mapping_named(ctx: Context, name: str) -> ClaimMapping:
    """A shipped or saved mapping.

    Raises:
        Refused: no mapping of that name; lists those there are.
    """
    known = ctx.content.library.mappings()
    if name not in known:
        raise Refused(
            Message("there is no mapping {name}; known: {known}", {"name": name, "known": ", ".join(sorted(known))})
        )
    raw, path = known[name]
    return claim_mapping(raw, path)


def import_claims(
    ctx: Context,
    path: Path,
    mapping: ClaimMapping,
    *,
    incident_id: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    say: Speaker | None = None,
) -> Receipt:
    """Read a claims file into the workspace; safe to repeat.

    Each chunk is one transaction with its receipt, so a kill leaves whole chunks and
    importing the file again completes it.

    Raises:
        Refused: the named incident is not there.
        intake's own errors for a file that cannot be read at all.
    """
    if mapping.kind != "claims":
        raise Refused(
            Message("mapping {mapping} reads {kind}, not claims", {"mapping": mapping.name, "kind": mapping.kind})
        )
    started = time.monotonic()
    ctx = _fit_live_regions(ctx, mapping)
    check_currency(ctx, mapping)
    _check_incident(ctx, incident_id)
    digest = file_digest(path)
    import_id = free_id(ctx, f"{digest[:12]}-{ctx.now_us()}")
    total = _Tally(Account(ctx, import_id, say or speaker("en")))
    first = True
    try:
        for chunk, placed in _placed(ctx, path, mapping):
            if first:
                _open_receipt(ctx, import_id, path, digest, mapping, incident_id)
                first = False
            _keep(ctx, chunk, placed, mapping, import_id, incident_id, total)
            if progress:
                progress(Progress(total.rows, chunk.bytes_read, chunk.bytes_total, time.monotonic() - started))
    except BaseException:  # a stop button, Ctrl-C, a file that breaks off: whole chunks stay, and it is said
        if not first:
            _stopped(ctx, import_id, total)
        raise
    if first:
        _open_receipt(ctx, import_id, path, digest, mapping, incident_id)
    return _close_receipt(ctx, import_id, path, digest, mapping, total, time.monotonic() - started)


def _stopped(ctx: Context, import_id: str, total: _Tally) -> None:
    with ctx.store.write() as connection:
        total.unlocated = claims.unlocated_in(connection, import_id)
        unlocated = {"unlocated": total.unlocated}
        records.change_import(connection, import_id, state="stopped", finished_us=ctx.now_us(), **unlocated)
        ctx.record(connection, "claims.import.stop", import_id, _figures(total))


class _Tally:
    def __init__(self, account: Account) -> None:
        self.account = account
        self.rows = self.new = self.updated = self.duplicates = self.unlocated = self.chunks = 0


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
            raise Refused(f"there is no incident {incident_id!r} in workspace {ctx.store.name!r}; known: {known}")


def free_id(ctx: Context, wanted: str) -> str:
    """A demo's clock may stand still, so the same file at the same instant is told apart by a number."""
    with ctx.store.read() as connection:
        taken = records.imports_named(connection, wanted)
    return f"{wanted}-{taken + 1}" if taken else wanted


def _open_receipt(
    ctx: Context, import_id: str, path: Path, digest: str, mapping: ClaimMapping, incident_id: str | None
) -> None:
    with ctx.store.write() as connection:
        records.start_import(
            connection,
            import_id=import_id,
            file_name=path.name,
            file_sha256=digest,
            mapping=mapping.name,
            incident_id=incident_id,
            started_us=ctx.now_us(),
            actor=ctx.actor.id,
        )


def _placed(ctx: Context, path: Path, mapping: ClaimMapping) -> Iterator[tuple[ClaimChunk, pd.DataFrame]]:
    """Chunks of the file, and their claims with a place."""
    regions = ctx.content.regions.get(mapping.regions or ctx.profile.region_set)
    for chunk in read_claims(path, mapping, now_us=ctx.now_us(), checks=checks_of(ctx, regions.bounds)):
        yield chunk, regions.place(chunk.claims, coarse_degrees=mapping.rounded_degrees)


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


def _keep(
    ctx: Context,
    chunk: ClaimChunk,
    placed: pd.DataFrame,
    mapping: ClaimMapping,
    import_id: str,
    incident_id: str | None,
    total: _Tally,
) -> None:
    with ctx.store.write() as connection:
        loaded = claims.upsert(
            connection,
            placed,
            source=mapping.source,
            import_id=import_id,
            keyed_us=ctx.now_us(),
            incident=incident_id,
        )
        follow_up(ctx, connection, mapping.source, import_id)
        total.rows += chunk.rows_read
        total.new += loaded.new
        total.updated += loaded.updated
        total.duplicates += len(chunk.duplicates) + loaded.unchanged
        total.chunks += 1
        records.change_import(connection, import_id, **_figures(total, len(chunk.rejects)))
    total.account.take(chunk)


def follow_up(ctx: Context, connection: Connection, source: str, import_id: str) -> None:
    """What an import sets off, in its own transaction: messages that came before their claims are
    applied, and claims join incidents by their standing rules."""
    told = messages.told_of(connection, source, import_id)
    messages.settle(connection, source, told, ctx.now_us())
    join_later(ctx, connection, import_id)


def _figures(total: _Tally, more_rejects: int = 0) -> dict[str, int]:
    return {
        "rows": total.rows,
        "new": total.new,
        "updated": total.updated,
        "duplicates": total.duplicates,
        "rejected": len(total.account.rejects) + more_rejects,
        "unlocated": total.unlocated,
        "chunks": total.chunks,
    }


def _close_receipt(
    ctx: Context,
    import_id: str,
    path: Path,
    digest: str,
    mapping: ClaimMapping,
    total: _Tally,
    seconds: float,
) -> Receipt:
    account = total.account
    rejects, rows_file = account.write_rejects(), account.write_rows()
    with ctx.store.write() as connection:
        # Counted once at the end: at every chunk it would be a look at all that came before.
        total.unlocated = claims.unlocated_in(connection, import_id)
        figures = _figures(total)
        records.change_import(
            connection,
            import_id,
            state="done",
            finished_us=to_us(ctx.now()),
            rejects_file=str(rejects or ""),
            **figures,
        )
        account.keep(connection, import_id, mapping, rows_file)
        body = {"file": path.name, "sha256": digest, "mapping": mapping.name, **figures}
        body |= {"flags": {f.code: f.rows for f in reversed(account.flags)}} if account.flags else {}
        ctx.record(connection, "claims.import", import_id, body)
    return Receipt(
        rows=total.rows,
        new=total.new,
        updated=total.updated,
        accepted=total.new + total.updated,
        duplicates=total.duplicates,
        rejected=len(account.rejects),
        unlocated=total.unlocated,
        rejects_file=str(rejects) if rejects else None,
        import_id=import_id,
        seconds=round(seconds, 3),
        repeated=account.repeated,
        flags=account.flags,
        rejects=account.reasons_of_rejects,
        rows_file=str(rows_file) if rows_file else None,
        encoding=account.encoding,
        crs_source=mapping.coordinates,
        mapping=mapping.name,
    )


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
        follow_up(ctx, connection, source, import_id)
        receipt = Receipt(
            rows=len(claims_in),
            new=loaded.new,
            updated=loaded.updated,
            accepted=loaded.new + loaded.updated,
            duplicates=loaded.unchanged + int(repeated.sum()),
            rejected=0,
            unlocated=claims.unlocated_in(connection, import_id),
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
