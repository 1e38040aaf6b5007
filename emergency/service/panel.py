"""The panel of evaluators: each rates alone and seals, then all see all, and the machine beside them.

Who leads a panel – takes somebody off, opens it without them, puts down what was agreed on – stands in `panel_lead`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.drill.panel import BANDS, LEAST_EVALUATORS, Agreement, Rated, Settled, agreement
from emergency.domain.instant import from_us
from emergency.service.context import Conflict, Context, Refused
from emergency.service.reviewing import Subject, record_of
from emergency.service.run_seats import same
from emergency.store import reviews as store
from emergency.store.store import Connection
from emergency.texts import N_, Message


@dataclass(frozen=True)
class Sheet:
    """What one evaluator rates. marks: objective -> {"band", "note"}; empty for others until the results are open.

    late: rated after the results were open.
    """

    evaluator: str
    objectives: tuple[str, ...]
    marks: Mapping[str, Mapping[str, str]]
    sealed_at: datetime | None
    version: int
    appointed_by: str = ""
    late: bool = False

    @property
    def rated(self) -> int:
        return sum(one in self.marks for one in self.objectives)


@dataclass(frozen=True)
class Opening:
    """How results came to be open. without: who had not sealed; reason: why they were not waited for."""

    at: datetime
    by: str
    reason: str
    without: tuple[str, ...]


@dataclass(frozen=True)
class Panel:
    """mine: the sheet of who looks, if any. open: everybody has sealed, or the director opened it; all is shown.

    rated: empty before that. must_rate: who looks is an evaluator and has not sealed; no score is for their eyes.
    """

    sheets: tuple[Sheet, ...]
    mine: Sheet | None
    open: bool
    rated: tuple[Rated, ...]
    agreement: Agreement
    opening: Opening | None = None

    @property
    def in_time(self) -> int:
        """How many rated before the results were open."""
        return sum(one.sealed_at is not None and not one.late for one in self.sheets)

    @property
    def short(self) -> bool:
        """Whether fewer rate than it takes to say how far evaluators agree."""
        asked = self.in_time if self.open else sum(not one.late for one in self.sheets)
        return bool(self.sheets) and asked < LEAST_EVALUATORS

    @property
    def must_rate(self) -> bool:
        return self.mine is not None and self.mine.sealed_at is None


def panel(ctx: Context, subject: Subject, machine: Mapping[str, str | None] | None = None) -> Panel:
    """The panel as this person may see it. machine: objective -> band, as the record has it, where it is at hand."""
    with ctx.store.read() as connection:
        rows = store.sheets(connection, subject.key)
        opening = store.opening(connection, subject.key)
        agreed = {row["objective"]: row for row in store.settled(connection, subject.key)}
    mine = next((row for row in rows if same(row["evaluator"], ctx.actor.id)), None)
    is_open = is_opened(rows, opening)
    sheets = tuple(_sheet(row, shown=(is_open and row["sealed_us"] is not None) or row is mine) for row in rows)
    rated: tuple[Rated, ...] = ()
    if is_open:
        rated = _rated(sheets, bands(record_of(ctx, subject)) if machine is None else machine, agreed)
    own = next((s for s in sheets if mine is not None and s.evaluator == mine["evaluator"]), None)
    return Panel(sheets, own, is_open, rated, agreement(rated), _opening(opening))


def is_opened(rows: Sequence[Mapping[str, Any]], opening: Mapping[str, Any] | None) -> bool:
    """Whether the results of a panel are open to all: once they are, they stay so."""
    return opening is not None or (bool(rows) and all(row["sealed_us"] is not None for row in rows))


def _opening(row: Mapping[str, Any] | None) -> Opening | None:
    if row is None:
        return None
    return Opening(from_us(row["opened_us"]), row["opened_by"], row["reason"], tuple(row["without"]))


def must_rate_first(ctx: Context, subject: Subject) -> bool:
    """Whether who looks is to rate before any score is shown to them."""
    return subject.key in to_rate(ctx)


def to_rate(ctx: Context) -> frozenset[tuple[str, str]]:
    """Keys of all subjects that who looks is to rate before any score of them is shown."""
    with ctx.store.read() as connection:
        rows = store.unsealed(connection)
    return frozenset((r["subject_kind"], r["subject_id"]) for r in rows if same(r["evaluator"], ctx.actor.id))


def bands(record: Mapping[str, Any]) -> dict[str, str | None]:
    """Objective -> the machine's band."""
    return {one["id"]: one["band"] for one in record["score"]["objectives"]}


def _rated(
    sheets: Sequence[Sheet], machine: Mapping[str, str | None], agreed: Mapping[str, Mapping[str, Any]]
) -> tuple[Rated, ...]:
    found = []
    for objective, band in machine.items():
        given = [s for s in sheets if s.sealed_at is not None and objective in s.marks]
        by = {s.evaluator: s.marks[objective]["band"] for s in given if not s.late}
        late = {s.evaluator: s.marks[objective]["band"] for s in given if s.late}
        row = agreed.get(objective)
        settled = None if row is None else Settled(row["band"], row["reason"], row["settled_by"])
        if by or late:
            found.append(Rated(objective, by, band, late, settled))
    return tuple(found)


def _sheet(row: Mapping[str, Any], *, shown: bool) -> Sheet:
    sealed = row["sealed_us"]
    return Sheet(
        row["evaluator"],
        tuple(row["objectives"]),
        dict(row["marks"]) if shown else {},
        None if sealed is None else from_us(sealed),
        row["version"],
        row["appointed_by"],
        bool(row["after_opening"]),
    )


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
        rows = store.sheets(connection, subject.key)
        late = is_opened(rows, store.opening(connection, subject.key))
        if late:
            put_open(ctx, connection, subject)
        asked = {"appointed_us": ctx.now_us(), "appointed_by": ctx.actor.id, "after_opening": late}
        values = {"evaluator": name, "objectives": wanted}
        taken = any(same(row["evaluator"], name) for row in rows)
        if taken or not store.appoint(connection, subject.key, **values, **asked):
            raise Conflict(Message(N_("{evaluator} is an evaluator here already"), {"evaluator": name}))
        ctx.record(connection, "review.appoint", subject.id, {**values, "after_opening": late})


def put_open(
    ctx: Context, connection: Connection, subject: Subject, reason: str = "", without: Sequence[str] = ()
) -> bool:
    """The results are open from now on, whoever is appointed later; False where they were."""
    values = {"opened_us": ctx.now_us(), "opened_by": ctx.actor.id, "reason": reason, "without": list(without)}
    if not store.open_panel(connection, subject.key, **values):
        return False
    store.close_to_late(connection, subject.key)
    if reason:
        body = {"reason": reason, "without": list(without)}
        ctx.record(connection, "review.panel.open", subject.id, body)
    return True


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


def rate(ctx: Context, subject: Subject, sheet: Sheet, objective: str, band: str, note: str = "") -> None:
    """Rate one objective on one's own sheet; it may be changed until it is sealed.

    Raises:
        Refused: not one's own sheet, not an objective of it, or no band. Conflict: sealed or changed meanwhile.
    """
    if not same(sheet.evaluator, ctx.actor.id):
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
    if not same(sheet.evaluator, ctx.actor.id):
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
        if is_opened(store.sheets(connection, subject.key), None):
            put_open(ctx, connection, subject)


def _moved(connection: Connection, subject: Subject, sheet: Sheet) -> Message:
    row = next((r for r in store.sheets(connection, subject.key) if r["evaluator"] == sheet.evaluator), None)
    if row is not None and row["sealed_us"] is not None:
        return Message(N_("your sheet is sealed; what it says stands"))
    return Message(N_("your sheet was changed in another window; look at it again"))
