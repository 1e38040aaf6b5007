"""Alerts from outside: received, placed, kept, and what of them is in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from emergency.domain.alert import COLOURS, Alert, admitted, gravest, numbered
from emergency.domain.instant import from_us, to_us
from emergency.geo.regions import RegionSet
from emergency.intake.alerts.apart import read_apart
from emergency.intake.alerts.beside import beside
from emergency.intake.alerts.guard import MOST_BYTES
from emergency.intake.alerts.reading import Reading
from emergency.service.alert_places import map_of, note_map, place_again
from emergency.service.alert_rows import row_of, said_nowhere, told
from emergency.service.context import Context
from emergency.store import alerts as store
from emergency.store.store import Connection
from emergency.texts import N_, Message


@dataclass(frozen=True)
class FileAnswer:
    """What became of one file: the alerts it gave, and a reason for everything left out.

    ``ok`` means that at least one alert was taken or was known already.
    """

    file: str
    alerts: tuple[Mapping[str, Any], ...]
    reasons: tuple[Message, ...]

    @property
    def ok(self) -> bool:
        return bool(self.alerts)

    @property
    def fresh(self) -> int:
        """Alerts that were not known before."""
        return sum(a["receipt"] != "duplicate" for a in self.alerts)

    def reason(self) -> str:
        return " ".join("; ".join(str(reason) for reason in self.reasons).split())

    def to_json(self) -> dict[str, Any]:
        return {"file": self.file, "ok": self.ok, "alerts": [dict(a) for a in self.alerts], "reason": self.reason()}


@dataclass(frozen=True)
class Standing:
    """An alert in force, as the console shows it; ``texts`` are its info blocks."""

    alert_id: int
    source: str
    event: str
    peril: str
    severity: str
    colour: str
    sent: datetime
    expires: datetime
    issuer: str
    regions: tuple[str, ...]
    area: Mapping[str, Any] | None
    place: tuple[float, float] | None
    texts: tuple[Mapping[str, Any], ...]
    exercise: bool

    def text(self, language: str) -> Mapping[str, Any]:
        """The info block in that language, else the first."""
        return next((t for t in self.texts if str(t["language"]).lower().startswith(language[:2])), self.texts[0])


@dataclass(frozen=True)
class Read:
    """One step of a rule's metric as alerts say it, and since when."""

    value: str
    sent_us: int


MOST_LINKS = 200  # of one list


def import_file(ctx: Context, path: Path) -> FileAnswer:
    """Read one file of alerts into this workspace; a file that cannot be used answers with its reason.

    Of a list that only links to its alerts, the documents that lie beside it are taken.
    """
    try:
        reading = _read_file(path)
    except OSError as fault:
        reason = Message(N_("the file cannot be read: {fault}"), {"fault": fault.strerror or type(fault).__name__})
        return FileAnswer(str(path), (), (reason,))
    return take(ctx, _with_linked(path, reading), str(path))


def _read_file(path: Path) -> Reading:
    with path.open("rb") as file:
        return read_apart(file.read(MOST_BYTES + 1))


def _with_linked(path: Path, reading: Reading) -> Reading:
    """The reading and what the documents beside it say; a list in a list is not followed further."""
    found, missing = reading, []
    for link in dict.fromkeys(reading.links[:MOST_LINKS]):
        linked = beside(path, link)
        try:
            more = _read_file(linked) if linked else None
        except OSError:
            more = None
        if more is None:
            missing.append(link)
        else:
            found += Reading(more.alerts, more.reasons)
    return Reading(found.alerts, found.reasons, tuple(missing) + reading.links[MOST_LINKS:])


def receive(ctx: Context, data: bytes, name: str) -> FileAnswer:
    """Take the alerts of one message or list in; known ones change nothing, newer ones replace or end older ones."""
    return take(ctx, read_apart(data), name)


def take(ctx: Context, reading: Reading, name: str) -> FileAnswer:
    """Take in what was read; of each alert it is said where it lies, or why nowhere on this workspace's map."""
    kind, reasons, kept = ctx.profile.kind, [*reading.reasons, *_not_there(reading.links)], []
    place_again(ctx)
    on_map = map_of(ctx) if reading.alerts else ""
    for alert in reading.alerts:
        if admitted(kind, alert.status):
            kept.append((alert, row_of(ctx, alert)))
        else:
            reasons.append(_refused(kind, alert))
    if not kept:
        return FileAnswer(name, (), tuple(reasons))
    with ctx.store.write() as connection:
        store.hold(connection)
        taken = [_take(connection, ctx, alert, row) for alert, row in kept]
        news = [a for _, a in taken if a["receipt"] != "duplicate"]
        if news:
            note_map(connection, on_map)
            ctx.record(connection, "alert.receive", Path(name).name, _entry(name, news))
    return FileAnswer(name, tuple(a for _, a in taken), (*reasons, *said_nowhere(taken)))


def _not_there(links: Sequence[str]) -> list[Message]:
    if not links:
        return []
    text = N_(
        "{count} entries only link to their alert; nothing is fetched, save the linked file beside the list: {link}"
    )
    return [Message(text, {"count": len(links), "link": links[0][:160]})]


def _refused(kind: str, alert: Alert) -> Message:
    gap = {"status": alert.status, "id": alert.identity[:120]}
    if kind == "drill":
        return Message(N_("status {status} is kept out of drills, only Actual and Exercise enter: {id}"), gap)
    return Message(N_("status {status} is kept out of real operations, only Actual enters: {id}"), gap)


def _entry(name: str, news: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    shown = max(news, key=lambda a: COLOURS.index(a["colour"]) if a["colour"] else -1)
    return {
        "file": Path(name).name,
        "alerts": len(news),
        "headline": shown["headline"] or shown["event"],
        "colour": shown["colour"],
        "identities": [a["identity"] for a in news][:200],
    }


def _take(
    connection: Connection, ctx: Context, alert: Alert, row: dict[str, Any]
) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """(the alert as it is stored now, what is told of it)"""
    known = store.find(connection, alert.source, alert.identity)
    if known is None:
        state, ended = _bearing(connection, alert)
        store.add(connection, {**row, "state": state})
        return row, told(ctx, row, "new", state, ended)
    # A CAP message is never sent twice with other content; GDACS and USGS go on about one event.
    if alert.source == "cap" or row["sent_us"] <= known["sent_us"]:
        return known, told(ctx, known, "duplicate", known["state"], [])
    state = "cancelled" if alert.message == "cancel" else "in_force"
    store.change(connection, known["alert_id"], {**row, "state": state})
    return row, told(ctx, row, "updated", state, [])


def _bearing(connection: Connection, alert: Alert) -> tuple[str, list[str]]:
    """The state a new message begins in, and the identities it ends; later ones may have come before it."""
    ended: list[str] = []
    if alert.references and alert.message != "alert":
        ended = _end(connection, alert)
    if alert.message == "cancel" or alert.source != "cap":
        return ("cancelled" if alert.message == "cancel" else "in_force"), ended
    own = numbered(alert.identity)
    later = [
        message
        for identity, message, references in store.referring_after(connection, alert.source, to_us(alert.sent))
        if identity != alert.identity and own in map(numbered, references)
    ]
    return ("cancelled" if "cancel" in later else "updated" if later else "in_force"), ended


def _end(connection: Connection, alert: Alert) -> list[str]:
    meant = set(map(numbered, alert.references))
    found = [
        (alert_id, identity)
        for alert_id, identity, state in store.standing_before(connection, alert.source, to_us(alert.sent))
        if numbered(identity) in meant and identity != alert.identity
    ]
    state = "cancelled" if alert.message == "cancel" else "updated"
    store.set_state(connection, [alert_id for alert_id, _ in found], state)
    return [identity for _, identity in found]


def in_force(ctx: Context, at: datetime | None = None) -> tuple[Standing, ...]:
    """Alerts in force that hit a region of this workspace's map: gravest colour first, then the newest."""
    return _standing(ctx, at, on_map=True)


def outside(ctx: Context, at: datetime | None = None) -> tuple[Standing, ...]:
    """Alerts in force that hit none, in the same order: outside the map, or not to be placed on it."""
    return _standing(ctx, at, on_map=False)


def _standing(ctx: Context, at: datetime | None, *, on_map: bool) -> tuple[Standing, ...]:
    with ctx.store.read() as connection:
        rows = store.in_force(connection, to_us(at or ctx.now()), known=ctx.known_at is not None, on_map=on_map)
    over = [all(info["all_clear"] for info in row["body"]["infos"]) for row in rows]
    found = [standing_of(row) for row, gone in zip(rows, over, strict=True) if not gone]
    return tuple(sorted(found, key=lambda s: COLOURS.index(s.colour) if s.colour else -1, reverse=True))


def standing_of(row: Mapping[str, Any]) -> Standing:
    """A stored alert as the console shows it."""
    body = row["body"]
    return Standing(
        alert_id=row["alert_id"],
        source=row["source"],
        event=row["event"],
        peril=row["peril"],
        severity=row["severity"],
        colour=row["colour"],
        sent=from_us(row["sent_us"]),
        expires=from_us(row["expires_us"]),
        issuer=next((i["issuer"] for i in body["infos"] if i["issuer"]), body["sender"]),
        regions=tuple(row["regions"]),
        area=row["area"],
        place=tuple(body["place"]) if body["place"] else None,
        texts=tuple(body["infos"]),
        exercise=body["status"] == "Exercise",
    )


def metrics_in_force(ctx: Context, scope: Sequence[str], at: datetime) -> dict[str, Read]:
    """What the level rules read in the alerts that hit an incident's regions.

    Of one issuer the newest alert counts for a region, of several issuers the gravest.
    """
    with ctx.store.read() as connection:
        rows = store.in_force(connection, to_us(at), known=ctx.known_at is not None)
    spoken: dict[tuple[str, str, str], Read] = {}
    for row in rows:  # newest first
        for metric, region, step in _steps(row, ctx.regions, scope, to_us(at)):
            spoken.setdefault((metric, region, _voice(row)), Read(step, row["sent_us"]))
    found = {}
    for metric in sorted({metric for metric, _, _ in spoken}):
        said = [one for (name, _, _), one in spoken.items() if name == metric]
        step = gravest((one.value for one in said), metric)
        found[metric] = Read(step, max(one.sent_us for one in said if one.value == step))
    return found


def _voice(row: Mapping[str, Any]) -> str:
    """Whose word it is, on what: a newer word of the same voice takes the place of the older."""
    if row["source"] != "cap":
        return str(row["identity"])
    return "|".join((row["body"]["sender"], row["body"]["infos"][0]["issuer"], row["peril"] or row["event"]))


def _steps(row: Mapping[str, Any], regions: RegionSet, scope: Sequence[str], now_us: int) -> list[tuple[str, str, str]]:
    """(metric, region of the scope, gravest step) of one alert's blocks that still run."""
    found: dict[tuple[str, str], list[str]] = {}
    for block in row["body"]["infos"]:
        if block["expires_us"] <= now_us or not block["metrics"]:
            continue
        for code in touched(regions, block["regions"], scope):
            for metric, step in block["metrics"].items():
                found.setdefault((metric, code), []).append(step)
    return [(metric, code, gravest(steps, metric)) for (metric, code), steps in found.items()]


def touched(regions: RegionSet, hits: Sequence[str], scope: Sequence[str]) -> list[str]:
    """The regions of a scope that are hit: the same region, or one that lies in the other."""
    below = set(hits)
    above = {code for hit in hits for code in _with_parents(regions, hit)}
    return [code for code in scope if code in above or below.intersection(_with_parents(regions, code))]


def _with_parents(regions: RegionSet, code: str) -> tuple[str, ...]:
    return (code, *regions.ancestors(code)) if regions.known(code) else (code,)
