"""Files that are no first notices: messages about claims, policies in force, official casualty lists.

They come in by the same door: the same reading, the same account of every row, a receipt, a line in
the journal. Messages may come late and in any order: the source's own time decides what is newest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from emergency.domain.instant import from_us, to_us
from emergency.domain.record import NEEDED_OF, STEP_AMOUNT
from emergency.geo.addresses import regions_of
from emergency.intake.accounts import Reject
from emergency.intake.claims import file_digest
from emergency.intake.mapping import ClaimMapping
from emergency.intake.records import RecordChunk, read_records
from emergency.service.casualty_rows import METRICS, Statements, falls, not_counted
from emergency.service.context import Context, Refused
from emergency.service.import_life import alive
from emergency.service.importing import check_currency, check_takes_files, free_id
from emergency.service.policy_rows import added_up
from emergency.service.progress import Progress, Stop, never
from emergency.service.receipts import Account, Receipt
from emergency.store import incidents, messages, records
from emergency.store.messages import Kept
from emergency.store.store import Connection
from emergency.texts import Message, Speaker, speaker

KINDS = tuple(kind for kind in NEEDED_OF if kind != "claims")


@dataclass(frozen=True)
class RecordReceipt(Receipt):
    """Where every row went, and what it did.

    ``unlocated`` is 0 here. ``kind`` is what a row was. ``claims_changed`` claims follow a newer message;
    ``waiting`` messages speak of claims of ``source`` that are not here yet and are applied when they come.
    ``doubts`` are figures kept though they do not look right.
    """

    kind: str = ""
    source: str = ""

    claims_changed: int = 0
    waiting: int = 0
    doubts: tuple[str, ...] = ()


def import_records(
    ctx: Context,
    path: Path,
    mapping: ClaimMapping,
    *,
    incident_id: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    say: Speaker | None = None,
    stop: Stop = never,
) -> RecordReceipt:
    """Read a file of messages, policies or casualties; safe to repeat.

    Args:
        progress, stop: as in `import_claims`.

    Raises:
        Refused: a mapping for claims, or casualties without the incident they belong to.
        intake's own errors for a file that cannot be read at all.
    """
    if mapping.kind not in KINDS:
        raise Refused(
            Message(
                "mapping {mapping} is for claims; one for {kinds} says so in its `kind`",
                {"mapping": mapping.name, "kinds": ", ".join(KINDS)},
            )
        )
    check_takes_files(ctx)
    started = time.monotonic()
    digest = file_digest(path)
    import_id = free_id(ctx, f"{digest[:12]}-{ctx.now_us()}")
    run = _Run(ctx, mapping, incident_id, import_id, say or speaker(ctx.profile.language))
    run.check()
    state, chunks = "done", read_records(path, mapping, now_us=ctx.now_us())
    if mapping.kind == "policies":
        chunks = added_up(chunks, run.fit)
    try:
        for chunk in chunks:
            run.take(chunk, path, digest)
            if progress:
                progress(Progress(run.rows, chunk.bytes_read, chunk.bytes_total, time.monotonic() - started))
            if stop():
                state = "done" if next(chunks, None) is None else "stopped"
                break
    except BaseException:  # a file that breaks off, a full disk: whole chunks stay, and it is said
        if run.kept["chunks"]:
            run.close(path, digest, "stopped", time.monotonic() - started)
        raise
    return run.close(path, digest, state, time.monotonic() - started)


class _Run:
    """One import on its way."""

    def __init__(
        self, ctx: Context, mapping: ClaimMapping, incident_id: str | None, import_id: str, say: Speaker
    ) -> None:
        self.account = Account(ctx, import_id, say)
        self.say = say
        self.ctx, self.mapping, self.incident_id, self.import_id = ctx, mapping, incident_id, import_id
        self.rows = self.new = self.updated = self.duplicates = self.changed = self.waiting = self.chunks = 0
        self.doubts: list[Message] = []
        self.statements = Statements()
        self.kept = self._figures()  # of the chunks that are in

    def check(self) -> None:
        check_currency(self.ctx, self.mapping)
        if self.mapping.kind != "casualties":
            return
        with self.ctx.store.read() as connection:
            if self.incident_id is None or incidents.get(connection, self.incident_id) is None:
                raise Refused(Message("casualties belong to an incident: name one that is open"))

    def take(self, chunk: RecordChunk, path: Path, digest: str) -> None:
        rows, refused = self.fit(chunk)
        with self.ctx.store.write() as connection:
            if not self.chunks:
                self._open(connection, path, digest)
            kept = {"messages": self._messages, "policies": self._policies, "casualties": self._casualties}[
                self.mapping.kind
            ](connection, rows)
            self.rows += chunk.rows_read
            self.new += kept.new
            self.updated += kept.updated
            self.duplicates += kept.unchanged + len(chunk.duplicates)
            self.chunks += 1
            figures = self._figures(len(chunk.rejects) + len(refused))
            records.change_import(connection, self.import_id, **figures, **alive())
        self.kept = figures  # only now is it so
        self.account.take(chunk, refused)

    def _open(self, connection: Connection, path: Path, digest: str) -> None:
        records.start_import(
            connection,
            import_id=self.import_id,
            file_name=path.name,
            file_sha256=digest,
            mapping=self.mapping.name,
            incident_id=self.incident_id,
            started_us=self.ctx.now_us(),
            actor=self.ctx.actor.id,
        )

    def fit(self, chunk: RecordChunk) -> tuple[pd.DataFrame, list[Reject]]:
        """Rows of policies need a region of ours; a name will do."""
        if self.mapping.kind != "policies":
            return chunk.rows, []
        regions, texts = self.ctx.regions, chunk.rows["region_given"].tolist()
        named = regions_of(regions, texts)
        codes = [t if regions.known(t) else found for t, found in zip(texts, named, strict=True)]
        rows = chunk.rows.assign(region=pd.array(codes, dtype="object"))
        lost = rows[[code is None for code in codes]]
        refused = [
            Reject(
                _row(r),
                "",
                Message(
                    "{region} is no region of this workspace's map ({set})",
                    {"region": r.region_given, "set": regions.title},
                ),
                "no_region",
                {"region": str(r.region_given), "line": str(r.line)},
            )
            for r in lost.itertuples()
        ]
        return rows[[code is not None for code in codes]], refused

    def _messages(self, connection: Connection, rows: pd.DataFrame) -> Kept:
        now_us, source = self.ctx.now_us(), self.mapping.source
        plain = _plain(rows, ["report_no", "kind", "estimated_minor", "outstanding_minor", "paid_minor", "note"])
        times = rows["at"].tolist()
        kept = messages.keep_messages(
            connection,
            [
                p
                | {
                    "source": source,
                    "at_us": int(at),
                    "recorded_us": now_us,
                    "import_id": self.import_id,
                    "note": p["note"] or "",
                }
                for p, at in zip(plain, times, strict=True)
            ],
        )
        numbers = list(dict.fromkeys(p["report_no"] for p in plain))
        unknown = set(messages.unknown_claims(connection, source, numbers))
        self.waiting += sum(p["report_no"] in unknown for p in plain)
        self.changed += messages.settle(connection, source, numbers, now_us)
        self.doubts += _doubts(connection, source, numbers, by_step=STEP_AMOUNT in self.mapping.columns)
        return kept

    def _policies(self, connection: Connection, rows: pd.DataFrame) -> Kept:
        plain = _plain(rows, ["region", "line", "policies", "sum_insured_minor", "currency", "own_share", "as_of"])
        now_us = self.ctx.now_us()
        of = rows["of"].tolist() if "of" in rows else [1] * len(rows)
        return messages.keep_policies(
            connection,
            [
                {k: v for k, v in p.items() if k != "as_of"}
                | {
                    "as_of_us": p["as_of"] or now_us,
                    "import_id": self.import_id,
                    "currency": p["currency"] or self.mapping.currency,
                }
                for p in plain
            ],
            of,
        )

    def _casualties(self, connection: Connection, rows: pd.DataFrame) -> Kept:
        new = same = 0
        known = incidents.facts(connection, incident_id=self.incident_id, now_us=self.ctx.now_us())
        for as_of in sorted(rows["as_of"].unique().tolist()):
            group = rows[rows["as_of"] == as_of]
            added = self._totals(connection, as_of, group, known)
            new, same = (new + len(group), same) if added else (new, same + len(group))
        return Kept(new, 0, same)

    def _totals(self, connection: Connection, as_of: int, group: pd.DataFrame, known: list[dict[str, Any]]) -> bool:
        """Totals of one statement as facts; False where they are known already."""
        added = False
        for column, metric in METRICS.items():
            total = self.statements.total(group, column)
            if total is None:
                continue
            earlier = [f for f in known if f["metric"] == metric and f["as_of_us"] <= as_of]
            if any(f["as_of_us"] == as_of and f["value"] == total.value for f in earlier):
                continue
            if earlier and isinstance(earlier[-1]["value"], int) and earlier[-1]["value"] > total.value:
                self.doubts.append(falls(metric, earlier[-1]["value"], total.value))
            incidents.add_fact(
                connection,
                incident_id=self.incident_id,
                metric=metric,
                value=total.value,
                region=None,
                source=total.said_by or self.mapping.name,
                as_of=from_us(as_of),
                recorded=self.ctx.now(),
                actor=self.ctx.actor.id,
                note=total.by_region,
            )
            known.append({"metric": metric, "as_of_us": as_of, "value": total.value})
            added = True
        return added

    def _figures(self, more_rejects: int = 0) -> dict[str, int]:
        return {
            "rows": self.rows,
            "new": self.new,
            "updated": self.updated,
            "duplicates": self.duplicates,
            "rejected": len(self.account.rejects) + more_rejects,
            "chunks": self.chunks,
        }

    def close(self, path: Path, digest: str, state: str, seconds: float) -> RecordReceipt:
        account, figures = self.account, self.kept
        account.look_at_header(self.mapping)
        self.doubts += not_counted(account.header, self.mapping)
        target, rows_file = account.write_rejects(), account.write_rows()
        with self.ctx.store.write() as connection:
            records.change_import(
                connection,
                self.import_id,
                state=state,
                finished_us=to_us(self.ctx.now()),
                rejects_file=str(target or ""),
                **figures,
            )
            account.keep(connection, self.import_id, self.mapping, rows_file)
            body = {"file": path.name, "sha256": digest, "mapping": self.mapping.name, **figures}
            body |= {"claims_changed": self.changed, "doubts": [str(d) for d in self.doubts[:20]]}
            action = f"{self.mapping.kind}.import" if state == "done" else f"{self.mapping.kind}.import.stop"
            self.ctx.record(connection, action, self.import_id, body)
        return RecordReceipt(
            rows=figures["rows"],
            new=figures["new"],
            updated=figures["updated"],
            accepted=figures["new"] + figures["updated"],
            duplicates=figures["duplicates"],
            rejected=figures["rejected"],
            unlocated=0,
            rejects_file=str(target) if target else None,
            import_id=self.import_id,
            seconds=round(seconds, 3),
            kind=self.mapping.kind,
            source=self.mapping.source,
            claims_changed=self.changed,
            waiting=self.waiting,
            doubts=tuple(self.say(d) for d in self.doubts[:20]),
            repeated=account.repeated,
            flags=account.flags,
            rejects=account.reasons_of_rejects,
            rows_file=str(rows_file) if rows_file else None,
            encoding=account.encoding,
            crs_source=self.mapping.coordinates,
            mapping=self.mapping.name,
            state=state,
        )


def _plain(rows: pd.DataFrame, columns: list[str]) -> list[dict[str, Any]]:
    """Rows as Python values with None for what is missing."""
    values = {c: rows[c].astype(object).where(rows[c].notna(), None).tolist() for c in columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _row(found: Any) -> int:
    return int(found.row)


def _doubts(
    connection: Connection, source: str, report_nos: Sequence[str], most: int = 200, *, by_step: bool = False
) -> list[Message]:
    """What was paid to date cannot fall, unless money came back; looked at for the first claims of a chunk.

    Args:
        by_step: amounts are of steps: two payments of one claim may be two sums, or one that grew.
    """
    found = []
    for number in report_nos[:most]:
        told = [m for m in messages.history(connection, source, number) if m["paid_minor"] is not None]
        if any(after["paid_minor"] < before["paid_minor"] for before, after in pairwise(told)):
            found.append(Message("{report}: what was paid to date falls; is each payment meant?", {"report": number}))
        elif by_step and (payments := sum(m["kind"] in ("paid", "advance") for m in told)) > 1:
            found.append(_payments(number, payments))
    return found


def _payments(number: str, payments: int) -> Message:
    return Message(
        "{report}: {n} payments carry an amount; the newest counts as paid to date. If each is a sum by itself, add a"
        " column with what is paid to date",
        {"report": number, "n": payments},
    )
