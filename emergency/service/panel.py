"""The panel of evaluators: each rates alone and seals, then all see all, and the machine beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.drill.panel import BANDS, Agreement, Rated, agreement
from emergency.domain.instant import from_us
from emergency.service.context import Conflict, Context, Refused
from emergency.service.reviewing import Subject, record_of
from emergency.store import reviews as store
from emergency.store.store import Connection
from emergency.texts import N_, Message


@dataclass(frozen=True)
class Sheet:
    """What one evaluator rates. marks: objective -> {"band", "note"}; empty for others until all have sealed."""

    evaluator: str
    objectives: tuple[str, ...]
    marks: Mapping[str, Mapping[str, str]]
    sealed_at: datetime | None
    version: int

    @property
    def rated(self) -> int:
        return sum(one in self.marks for one in self.objectives)


@dataclass(frozen=True)
class Panel:
    """mine: the sheet of who looks, if any. open: everybody has sealed, so all is shown.

    rated: empty before that. must_rate: who looks is an evaluator and has not sealed; no score is for their eyes.
    """

    sheets: tuple[Sheet, ...]
    mine: Sheet | None
    open: bool
    rated: tuple[Rated, ...]
    agreement: Agreement

    @property
    def must_rate(self) -> bool:
        return self.mine is not None and self.mine.sealed_at is None


def panel(ctx: Context, subject: Subject, machine: Mapping[str, str | None] | None = None) -> Panel:
    """The panel as this person may see it. machine: objective -> band, as the record has it, where it is at hand."""
    with ctx.store.read() as connection:
        rows = store.sheets(connection, subject.key)
    mine = next((row for row in rows if _same(row["evaluator"], ctx.actor.id)), None)
    is_open = bool(rows) and all(row["sealed_us"] is not None for row in rows)
    sheets = tuple(_sheet(row, shown=is_open or row is mine) for row in rows)
    rated: tuple[Rated, ...] = ()
    if is_open:
        rated = _rated(rows, bands(record_of(ctx, subject)) if machine is None else machine)
    own = next((s for s in sheets if mine is not None and s.evaluator == mine["evaluator"]), None)
    return Panel(sheets, own, is_open, rated, agreement(rated))


def must_rate_first(ctx: Context, subject: Subject) -> bool:
    """Whether who looks is to rate before any score is shown to them."""
    return subject.key in to_rate(ctx)


def to_rate(ctx: Context) -> frozenset[tuple[str, str]]:
    """Keys of all subjects that who looks is to rate before any score of them is shown."""
    with ctx.store.read() as connection:
        rows = store.unsealed(connection)
    return frozenset((r["subject_kind"], r["subject_id"]) for r in rows if _same(r["evaluator"], ctx.actor.id))


def bands(record: Mapping[str, Any]) -> dict[str, str | None]:
    """Objective -> the machine's band."""
    return {one["id"]: one["band"] for one in record["score"]["objectives"]}


def _rated(rows: Sequence[Mapping[str, Any]], machine: Mapping[str, str | None]) -> tuple[Rated, ...]:
    found = []
    for objective, band in machine.items():
        by = {r["evaluator"]: r["marks"][objective]["band"] for r in rows if objective in r["marks"]}
        if by:
            found.append(Rated(objective, by, band))
    return tuple(found)


def _sheet(row: Mapping[str, Any], *, shown: bool) -> Sheet:
    sealed = row["sealed_us"]
    return Sheet(
        row["evaluator"],
        tuple(row["objectives"]),
        dict(row["marks"]) if shown else {},
        None if sealed is None else from_us(sealed),
        row["version"],
    )


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


# Acts -------------------------------------------------------------------------------------------------


def appoint(ctx: Context, subject: Subject, evaluator: str, objectives: Sequence[str]) -> None:
    """Ask somebody to rate objectives of a run or an incident.

    Raises:
        Refused: no name, no or unknown objectives. Conflict: they have a sheet already.
    """
    known = bands(record_of(ctx, subject))
    wanted = [one for one in known if one in objectives]
    if not evaluator.strip() or not wanted:
        raise Refused(Message(N_("name the evaluator and at least one objective to rate")))
    name = " ".join(evaluator.split())
    with ctx.store.write() as connection:
        taken = any(_same(row["evaluator"], name) for row in store.sheets(connection, subject.key))
        made = not taken and store.appoint(
            connection,
            subject.key,
            evaluator=name,
            objectives=wanted,
            appointed_us=ctx.now_us(),
            appointed_by=ctx.actor.id,
        )
        if not made:
            raise Conflict(Message(N_("{evaluator} is an evaluator here already"), {"evaluator": name}))
        ctx.record(connection, "review.appoint", subject.id, {"evaluator": name, "objectives": wanted})


def appoint_seated(
    ctx: Context,
    connection: Connection,
    subject: Subject,
    record: Mapping[str, Any],
    seated: Mapping[str, Sequence[str]],
) -> None:
    """Ask those who evaluated a drill to rate what they watched, in the transaction that keeps its run.

    Args:
        record: of the run; it need not be kept yet.
        seated: evaluator -> objectives; who watched none of the run's is not asked.
    """
    known = bands(record)
    for name, watched in seated.items():
        wanted = [one for one in known if one in watched]
        values = {"evaluator": name, "objectives": wanted}
        asked = {"appointed_us": ctx.now_us(), "appointed_by": ctx.actor.id}
        if wanted and store.appoint(connection, subject.key, **values, **asked):
            ctx.record(connection, "review.appoint", subject.id, values)


def dismiss(ctx: Context, subject: Subject, evaluator: str) -> None:
    """Take an appointment back before it is sealed.

    Raises:
        Refused: it is sealed, so the rating stays.
    """
    with ctx.store.write() as connection:
        if not store.dismiss(connection, subject.key, evaluator):
            text = N_("the rating of {evaluator} is sealed and stays; appoint one more evaluator instead")
            raise Refused(Message(text, {"evaluator": evaluator}))
        ctx.record(connection, "review.dismiss", subject.id, {"evaluator": evaluator})


def rate(ctx: Context, subject: Subject, sheet: Sheet, objective: str, band: str, note: str = "") -> None:
    """Rate one objective on one's own sheet; it may be changed until it is sealed.

    Raises:
        Refused: not one's own sheet, not an objective of it, or no band. Conflict: sealed or changed meanwhile.
    """
    if not _same(sheet.evaluator, ctx.actor.id):
        raise Refused(
            Message(N_("this is the sheet of {evaluator}; nobody rates for them"), {"evaluator": sheet.evaluator})
        )
    if objective not in sheet.objectives or band not in BANDS:
        raise Refused(Message(N_("choose P, S, M or U for one of your objectives")))
    marks = {**sheet.marks, objective: {"band": band, "note": note.strip()}}
    with ctx.store.write() as connection:
        if not store.change_sheet(connection, subject.key, sheet.evaluator, sheet.version, marks=marks):
            raise Conflict(_moved(connection, subject, sheet))
        # The band itself stays out of the journal until it is sealed: others read the journal, too.
        ctx.record(connection, "review.rate", subject.id, {"evaluator": sheet.evaluator, "objective": objective})


def seal(ctx: Context, subject: Subject, sheet: Sheet) -> None:
    """Hand the sheet in; from now on it stands, and once all have, everybody sees everything.

    Raises:
        Refused: not one's own sheet, or an objective is not rated. Conflict: sealed or changed meanwhile.
    """
    if not _same(sheet.evaluator, ctx.actor.id):
        raise Refused(
            Message(N_("this is the sheet of {evaluator}; nobody rates for them"), {"evaluator": sheet.evaluator})
        )
    missing = [one for one in sheet.objectives if one not in sheet.marks]
    if missing:
        raise Refused(Message(N_("rate these first: {missing}"), {"missing": ", ".join(missing)}))
    with ctx.store.write() as connection:
        sealed = {"sealed_us": ctx.now_us()}
        if not store.change_sheet(connection, subject.key, sheet.evaluator, sheet.version, **sealed):
            raise Conflict(_moved(connection, subject, sheet))
        body = {"evaluator": sheet.evaluator, "marks": {k: v["band"] for k, v in sheet.marks.items()}}
        ctx.record(connection, "review.seal", subject.id, body)


def _moved(connection: Connection, subject: Subject, sheet: Sheet) -> Message:
    row = next((r for r in store.sheets(connection, subject.key) if r["evaluator"] == sheet.evaluator), None)
    if row is not None and row["sealed_us"] is not None:
        return Message(N_("your sheet is sealed; what it says stands"))
    return Message(N_("your sheet was changed in another window; look at it again"))
