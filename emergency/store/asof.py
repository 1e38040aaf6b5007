"""Claims as they were known at an earlier instant: what came later, or was changed later, is undone in memory.

Only claims that ever changed are looked at one by one; all others are counted by the database.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select, union

from emergency.domain.claim import OPEN_STATUSES, UNSURVEYED_STATUSES
from emergency.store import claims, history
from emergency.store.intake_tables import claim_version
from emergency.store.tables import assignment_slot, claim, claim_change, claim_message, journal, plan

HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000
# What a version says of a claim; all else of it never changes, or is not counted.
SAID = ("line", "region", "currency", "status", "estimated_minor", "paid_minor", "dead", "incident_id")
WHERE = ("region", "precision", "lon", "lat")
PLACED = "claims.place"
KEYS = ("region", "line", "currency")
Row = dict[str, Any]


def counts(
    connection: Connection,
    *,
    at_us: int,
    overdue_us: int,
    incident: str | None = None,
    most: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Like `claims.counts`, of claims that had come in by an instant, with the place, status, amounts and
    incident they had then."""
    but = _changed(at_us)
    whole = claims.counts(connection, now_us=at_us, overdue_us=overdue_us, incident=incident, but=but, most=most)
    then = [r for r in _then(connection, but, at_us) if incident is None or r["incident_id"] == incident]
    return _added(whole, then, at_us, overdue_us, most or {})


def _changed(at_us: int) -> Any:
    """Numbers of the claims that changed at any time, or were placed, joined or keyed in after an instant."""
    late = select(journal.c.seq).where(journal.c.recorded_us > at_us)
    change = claim_change.c
    return union(
        select(claim_version.c.claim_id),
        select(change.claim_id).where(change.seq.in_(late) | change.undone_seq.in_(late)),
        select(claim.c.claim_id).where(claim.c.keyed_at > at_us),
    )


def _then(connection: Connection, but: Any, at_us: int) -> list[Row]:
    """Those claims as they stood, known by then."""
    c = claim.c
    query = select(claim).where(c.claim_id.in_(but), c.known_at <= at_us, c.keyed_at <= at_us)
    now = {r.claim_id: dict(r._mapping) for r in connection.execute(query)}
    if not now:
        return []
    before: dict[int, list[Row]] = defaultdict(list)
    for r in connection.execute(select(claim_version).order_by(claim_version.c.claim_id, claim_version.c.version)):
        if r.claim_id in now:
            before[r.claim_id].append(dict(r._mapping))
    moments = _Moments(connection, now, before)
    return [_stood(one, before[claim_id], moments, at_us) for claim_id, one in now.items()]


class _Moments:
    """When each change of a claim was known: by its import, by the act that placed or joined it, by its messages."""

    def __init__(self, connection: Connection, now: Mapping[int, Row], before: Mapping[int, list[Row]]) -> None:
        ids = {str(r["import_id"]) for rows in before.values() for r in rows} | {
            str(now[claim_id]["import_id"]) for claim_id in before
        }
        named = history.imports_of(connection, sorted(ids)) if ids else {}
        self.imports = {i: int(r["started_us"]) for i, r in named.items()}
        self.acts: dict[int, list[Row]] = defaultdict(list)
        at = {r.seq: (int(r.recorded_us), str(r.action)) for r in _acts(connection)}
        for r in connection.execute(select(claim_change)):
            if r.claim_id in now:
                done, undone = at.get(r.seq), at.get(r.undone_seq)
                kept = {"at": done[0] if done else 0, "action": done[1] if done else "", "undone": None}
                self.acts[r.claim_id].append(dict(r._mapping) | kept | ({"undone": undone[0]} if undone else {}))
        self.told: dict[tuple[str, str], list[int]] = defaultdict(list)
        m = claim_message.c
        wanted = {(r["source"], r["report_no"]) for i, r in now.items() if before.get(i)}
        for r in connection.execute(select(m.source, m.report_no, m.recorded_us).distinct()):
            if (r.source, r.report_no) in wanted:
                self.told[(r.source, r.report_no)].append(int(r.recorded_us))

    def begun(self, versions: Sequence[Row]) -> list[int]:
        """When each version of a claim began, the first at once."""
        placed = sorted(t for a in self.acts[versions[0]["claim_id"]] if a["action"] == PLACED for t in _times(a))
        told = sorted(self.told[(versions[0]["source"], versions[0]["report_no"])])
        found = [0]
        for old, new in pairwise(versions):
            if old["import_id"] != new["import_id"]:
                found.append(self.imports.get(str(new["import_id"]), 0))
            elif any(old[name] != new[name] for name in WHERE):
                found.append(placed.pop(0) if placed else 0)
            else:
                found.append(told.pop(0) if told else 0)
        return found


def _acts(connection: Connection) -> Iterable[Any]:
    actions = (PLACED, f"{PLACED}.undo", "claims.join", "claims.join.undo")
    return connection.execute(
        select(journal.c.seq, journal.c.recorded_us, journal.c.action).where(journal.c.action.in_(actions))
    )


def _times(act: Row) -> tuple[int, ...]:
    return (act["at"],) if act["undone"] is None else (act["at"], act["undone"])


def _stood(now: Row, before: list[Row], moments: _Moments, at_us: int) -> Row:
    versions = [*before, now]
    begun = moments.begun(versions)
    last = max(n for n, since in enumerate(begun) if n == 0 or since <= at_us)
    stood = {**now, **{name: versions[last][name] for name in SAID if name != "incident_id"}}
    if last < len(before):  # a later import may have named an incident
        stood["incident_id"] = versions[last]["incident_id"]
    for act in sorted(moments.acts[now["claim_id"]], key=lambda a: -int(a["at"])):
        if act["action"] == PLACED:
            continue
        if act["undone"] is not None and act["undone"] > at_us >= act["at"]:
            stood["incident_id"] = act["after"]
        elif act["at"] > at_us and stood["incident_id"] == act["after"]:
            stood["incident_id"] = act["incident_id"]
    return stood


def _added(
    whole: pd.DataFrame, then: Sequence[Row], at_us: int, overdue_us: int, most: Mapping[str, int]
) -> pd.DataFrame:
    """The database's figures and those of single claims, as one table."""
    if not then:
        return whole
    rows = [_figures(one, at_us, overdue_us, most) for one in then]
    both = pd.concat([whole, pd.DataFrame(rows, columns=list(whole.columns))], ignore_index=True)
    oldest = both.groupby(list(KEYS), dropna=False, sort=True)["oldest_us"].min()
    numbers = [name for name in whole.columns if name not in (*KEYS, "oldest_us")]
    summed = both.groupby(list(KEYS), dropna=False, sort=True)[numbers].sum()
    found = summed.join(oldest).reset_index()[list(whole.columns)].astype(dict.fromkeys(numbers, "int64"))
    for name in KEYS:
        found[name] = found[name].astype(object).where(found[name].notna(), None)
    return found


def _figures(one: Row, at_us: int, overdue_us: int, most: Mapping[str, int]) -> Row:
    """One claim as a row of `claims.counts`."""
    status, known = one["status"], int(one["known_at"])
    waiting = status in UNSURVEYED_STATUSES
    estimated, paid = int(one["estimated_minor"] or 0), int(one["paid_minor"] or 0)
    doubted = one["currency"] in most and estimated > most[one["currency"]]
    return {
        **{name: one[name] for name in KEYS},
        "claims": 1,
        "open": int(status in OPEN_STATUSES),
        "unsurveyed": int(waiting),
        "overdue": int(waiting and known < at_us - overdue_us),
        "last_hour": int(known > at_us - HOUR_US),
        "last_24h": int(known > at_us - DAY_US),
        "estimated_minor": estimated,
        "paid_minor": paid,
        "payout_minor": _payout(one, estimated, paid),
        "dead": int(one["dead"] or 0),
        "doubted": int(doubted),
        "doubted_minor": estimated if doubted else 0,
        "oldest_us": known if waiting else None,
    }


def _payout(one: Row, estimated: int, paid: int) -> int:
    """Paid plus outstanding, as `claims.counts` has it."""
    if one["status"] in ("cancelled", "declined"):
        return paid
    if one["status"] in ("paid", "closed"):
        return paid if one["paid_minor"] is not None else estimated
    return max(estimated, paid)


# -- people ----------------------------------------------------------------------------------------


MOVED = (
    "allocation.commit",
    "allocation.withdraw",
    "incident.stand_down",
    "incident.reopen",
    "course.decline",
    "course.undo",
)


def slots(connection: Connection, *, shift: str, at_us: int) -> list[Row]:
    """Slots of a shift that were held at an instant: region and line of each."""
    j = journal.c
    since = select(j.seq).where(j.action.in_(MOVED), j.recorded_us > at_us).limit(1)
    if connection.execute(since).first() is None:
        s = assignment_slot.c
        return [dict(r._mapping) for r in connection.execute(select(s.region, s.line).where(s.shift == shift))]
    number = _plan_in_force(connection, shift, at_us)
    return _held_by(connection, number) if number is not None else []


def _plan_in_force(connection: Connection, shift: str, at_us: int) -> int | None:
    """The plan a shift worked by at an instant, as the journal tells it."""
    j = journal.c
    query = select(j.action, j.body).where(j.action.in_(MOVED[:2]), j.recorded_us <= at_us).order_by(j.seq)
    found: int | None = None
    for act in connection.execute(query):
        body = json.loads(act.body)
        if body["shift"] == shift:
            found = body["plan"] if act.action == MOVED[0] else body["restored"]
    return found


def _held_by(connection: Connection, plan_id: int) -> list[Row]:
    body = json.loads(connection.execute(select(plan.c.body).where(plan.c.plan_id == plan_id)).scalar_one())
    cells = {cell["cell_id"]: cell for cell in body["cells"]}
    held = (cells[one["cell_id"]] for one in body["assignments"] if one["cell_id"] in cells)
    return [{"region": cell["region"], "line": cell["line"]} for cell in held]
