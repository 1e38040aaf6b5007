"""One claim from its first version to now, masked; and how far all of them have come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.instant import from_us
from emergency.domain.stage import Stage, stages
from emergency.intake.masking import masked_number, masked_place
from emergency.service.claim_makers import Made, makers
from emergency.service.context import Context
from emergency.store import history
from emergency.store.store import Connection

# What may differ from one version to the next, and is shown.
SHOWN = (
    *("line", "cause", "loss_at", "reported_at", "channel", "place", "region", "precision", "currency"),
    *("estimated_minor", "paid_minor", "injured", "dead", "status", "incident_id"),
)
INSTANTS = ("loss_at", "reported_at")


@dataclass(frozen=True)
class Version:
    """A claim as it stood.

    Attributes:
        values: SHOWN columns; instants as aware datetimes, places without house numbers.
        changed: columns that differ from the version before.
        keyed_at: when the claim first came into the console; it does not change.
        since: when this version was written, None where nothing says so.
        brought_by: file or feed it came with, or with which the messages came that made it; empty for an act.
        actor: who brought that, or placed the claim.
        messages: the messages that made it, in the order of the source's time; none for one that came by itself.
        placed: whether somebody gave the claim its place, or took it back.
    """

    number: int
    values: Mapping[str, Any]
    changed: tuple[str, ...]
    keyed_at: datetime
    since: datetime | None
    brought_by: str
    actor: str
    messages: tuple[Told, ...] = ()
    placed: bool = False


@dataclass(frozen=True)
class Told:
    """A message about the claim; ``late`` where a newer one was here before it."""

    kind: str
    at: datetime
    recorded_at: datetime
    late: bool
    estimated_minor: int | None
    outstanding_minor: int | None
    paid_minor: int | None
    note: str


@dataclass(frozen=True)
class ClaimHistory:
    """``policy_no`` is masked; ``versions`` oldest first, ``told`` in the order of the source's time."""

    source: str
    report_no: str
    policy_no: str
    currency: str
    versions: tuple[Version, ...]
    told: tuple[Told, ...]


def claim_history(ctx: Context, report_no: str) -> tuple[ClaimHistory, ...]:
    """The claims of a report number, one of each source that has it; empty where none has."""
    number = report_no.strip()
    if not number or "\0" in number:
        return ()
    with ctx.store.read() as connection:
        return tuple(_history(connection, claim) for claim in history.named(connection, number))


def versions_of(connection: Connection, claim: Mapping[str, Any]) -> tuple[Version, ...]:
    """The versions of a claim as its row in the store has it, the first one first."""
    return _history(connection, claim).versions


def _history(connection: Connection, claim: Mapping[str, Any]) -> ClaimHistory:
    versions = [*history.earlier(connection, claim["claim_id"]), claim]
    messages = history.told_of(connection, claim["source"], claim["report_no"])
    imports = history.imports_of(connection, sorted({r["import_id"] for r in (*versions, *messages)}))
    came_us = {import_id: int(found["started_us"]) for import_id, found in imports.items()}
    made = makers(versions, came_us, messages, history.placings(connection, claim["claim_id"]))
    told = _told(messages)
    return ClaimHistory(
        source=claim["source"],
        report_no=claim["report_no"],
        policy_no=masked_number(claim["policy_no"] or ""),
        currency=claim["currency"] or "",
        versions=tuple(
            _version(version, before, by, imports, told)
            for version, before, by in zip(versions, [None, *versions], made, strict=False)
        ),
        told=tuple(told.values()),
    )


def _version(
    version: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    made: Made,
    imports: Mapping[str, Mapping[str, Any]],
    told: Mapping[int, Told],
) -> Version:
    values = {name: version[name] for name in SHOWN}
    for name in INSTANTS:
        values[name] = None if version[name] is None else from_us(version[name])
    values["place"] = masked_place(version["place"] or "")
    by_file = before is None or before["import_id"] != version["import_id"]
    carriers = [version["import_id"]] if by_file else list(dict.fromkeys(m["import_id"] for m in made.messages))
    known = [imports.get(one, {}) for one in carriers]
    actors = [one["actor"] for one in known if one.get("actor")]
    return Version(
        number=version["version"],
        values=values,
        changed=() if before is None else tuple(n for n in SHOWN if before[n] != version[n]),
        keyed_at=from_us(version["keyed_at"]),
        since=None if made.at_us is None else from_us(made.at_us),
        brought_by=", ".join(one.get("file_name") or name for one, name in zip(known, carriers, strict=True)),
        actor=made.act["actor"] if made.act else ", ".join(dict.fromkeys(actors)),
        messages=tuple(told[m["message_id"]] for m in made.messages),
        placed=made.act is not None,
    )


def _told(messages: list[dict[str, Any]]) -> dict[int, Told]:
    """Messages by their key. Late is what came in after a message with a later time of the source."""
    found = {}
    for m in messages:
        newer = [o for o in messages if o["at_us"] > m["at_us"]]
        found[m["message_id"]] = Told(
            kind=m["kind"],
            at=from_us(m["at_us"]),
            recorded_at=from_us(m["recorded_us"]),
            late=any(o["recorded_us"] < m["recorded_us"] for o in newer),
            estimated_minor=m["estimated_minor"],
            outstanding_minor=m["outstanding_minor"],
            paid_minor=m["paid_minor"],
            note=masked_place(m["note"]),
        )
    return found


def claim_stages(ctx: Context, incident_id: str | None = None) -> tuple[Stage, ...]:
    """How many claims stand at and have reached each stage, and the median hours between."""
    now_us = ctx.now_us()
    with ctx.store.read() as connection:
        steps = history.steps(connection, incident=incident_id, now_us=now_us)
        standing = history.standing(connection, incident=incident_id, now_us=now_us)
        reported = history.reported(connection, sorted(set(steps["claim_id"].tolist())))
    rows = [(int(c), str(k), int(at)) for c, k, at in steps.itertuples(index=False)]
    return stages(rows, reported, standing)
