"""What happens to a report afterwards: confirmed as real, corrected, withdrawn – each of it taken back again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emergency.domain.act import ACTS
from emergency.domain.incident import CORRECTABLE, Incident, differences
from emergency.domain.instant import from_us
from emergency.service.context import Conflict, Context, Refused
from emergency.service.incident_columns import RESTORED, WITHDRAWN, columns_of, kept, values_of
from emergency.service.incident_report import (
    AHEAD,
    CONFIRMED,
    check_age,
    check_regions,
    check_texts,
    jurisdiction_of,
    kinds,
    listed,
)
from emergency.store import incident_links, incidents
from emergency.store.incident_links import Change as Change  # what `corrections` gives back
from emergency.store.store import Connection
from emergency.texts import N_, Message

UNCONFIRMED, CORRECTED = "incident.unconfirm", "incident.correct"
# What somebody else did meanwhile, in words.
TITLES: Mapping[str, str] = {
    CONFIRMED: N_("Confirmed: the incident is real"),
    UNCONFIRMED: N_("Confirmation taken back"),
    CORRECTED: N_("Report corrected"),
    WITHDRAWN: N_("Report withdrawn"),
    RESTORED: N_("Incident restored"),
    "incident.code": N_("Catastrophe code set"),
    "incident.stand_down": N_("Response stood down"),
    "incident.reopen": N_("Response reopened"),
    "incident.impact": N_("Impact marked"),
    "claims.join": N_("Claims joined"),
    "level.propose": N_("Level proposed"),
}

# Confirmed: a person says that it is real ---------------------------------------------------------


def confirm(ctx: Context, incident_id: str, *, real: bool = True) -> Incident:
    """Write down that somebody knows the incident is real, or take that back.

    Raises:
        Refused: it is confirmed already, or was not. Conflict: somebody else changed it meanwhile.
    """
    with ctx.store.write() as connection:
        before = named(connection, incident_id)
        if real and before.confirmed_at is not None:
            gaps = {"who": before.confirmed_by, "incident": incident_id}
            raise Refused(Message("{who} confirmed {incident} already", gaps))
        if not real and before.confirmed_at is None:
            raise Refused(Message("{incident} is not confirmed", {"incident": incident_id}))
        now = ctx.now()
        said = {"confirmed_at": max(now, before.occurred_at), "confirmed_by": ctx.actor.id}
        changed = dataclasses.replace(before, **(said if real else {"confirmed_at": None, "confirmed_by": ""}))
        written = write(connection, changed)
        body = {"incident": incident_id, "before": before.confirmed_by}
        seq = ctx.record(connection, CONFIRMED if real else UNCONFIRMED, incident_id, body)
        _keep(ctx, connection, before, written, seq, ("confirmed_at", "confirmed_by"))
    return written


# Reported by mistake ------------------------------------------------------------------------------


def withdraw(ctx: Context, incident_id: str, reason: str) -> Incident:
    """Close an incident that was reported by mistake; it stays on record and can be restored.

    Raises:
        Refused: no reason, closed already, or a response is in force (which is stood down instead).
    """
    if not reason.strip():
        raise Refused(Message("say in a few words why the report is withdrawn; it is kept for the record"))
    check_texts(reason)
    with ctx.store.write() as connection:
        before = named(connection, incident_id)
        if not before.is_open:
            raise Refused(Message("{incident} is closed already", {"incident": incident_id}))
        if before.response_level is not None:
            gaps = {"incident": incident_id}
            raise Refused(Message("a response is in force for {incident}; stand it down instead", gaps))
        written = write(connection, dataclasses.replace(before, closed_at=ctx.now()))
        ctx.record(connection, WITHDRAWN, incident_id, {"incident": incident_id, "reason": reason.strip()})
    return written


def restore(ctx: Context, incident_id: str) -> Incident:
    """Open an incident again whose report was withdrawn.

    Raises:
        Refused: it is open, or was closed by standing down (which is reopened there).
    """
    with ctx.store.write() as connection:
        before = named(connection, incident_id)
        if before.is_open or withdrawn(connection, incident_id) is None:
            raise Refused(Message("{incident} was not withdrawn", {"incident": incident_id}))
        written = write(connection, dataclasses.replace(before, closed_at=None))
        ctx.record(connection, RESTORED, incident_id, {"incident": incident_id})
    return written


def withdrawn(connection: Connection, incident_id: str) -> incident_links.Entry | None:
    """The act that withdrew an incident, where it still holds."""
    acts = ("incident.stand_down", "incident.reopen", WITHDRAWN, RESTORED)
    last = incident_links.newest(connection, incident_id, acts)
    return last if last is not None and last.action == WITHDRAWN else None


def is_withdrawn(ctx: Context, incident_id: str) -> bool:
    with ctx.store.read() as connection:
        return withdrawn(connection, incident_id) is not None


# Corrections --------------------------------------------------------------------------------------


def correct(ctx: Context, incident_id: str, version: int, **fields: Any) -> Incident:
    """Correct what is known of an incident; the rules look at it again at once.

    Args:
        version: of the incident as it was read. fields: of `CORRECTABLE`.

    Raises:
        Refused: nothing differs, or the result cannot be. Conflict: somebody was faster; says who and what.
    """
    unknown = sorted(set(fields) - set(CORRECTABLE))
    if unknown:
        raise Refused(Message("{found} is not corrected here; known: {known}", listed(unknown[0], list(CORRECTABLE))))
    with ctx.store.write() as connection:
        before = named(connection, incident_id)
        if before.version != version:
            raise Conflict(_faster(connection, incident_id))
        after = _corrected(ctx, before, fields)
        changed = differences(before, after)
        if not changed:
            raise Refused(Message("nothing differs from what stands there"))
        written = write(connection, after)
        body = {"incident": incident_id, "fields": list(changed), "before": _texts(before, changed)}
        seq = ctx.record(connection, CORRECTED, incident_id, body | {"after": _texts(after, changed)})
        _keep(ctx, connection, before, written, seq, changed)
    return written


def _corrected(ctx: Context, before: Incident, fields: Mapping[str, Any]) -> Incident:
    regions = tuple(fields.get("regions", before.regions))
    if "regions" in fields:
        check_regions(ctx, regions)
        fields = {"jurisdiction": jurisdiction_of(ctx, regions), **fields}
    check_texts(*(str(v) for name, v in fields.items() if name in ("place", "scope", "cause", "reporter")))
    if fields.get("kind", before.kind) not in [kind.id for kind in kinds(ctx)]:
        raise Refused(Message("{found} is no kind of incident; known: {known}", listed(str(fields["kind"]), [])))
    if "occurred_at" in fields:
        check_age(fields["occurred_at"], ctx.now())
    if fields.get("discovered_at", before.discovered_at) > ctx.now() + AHEAD:
        raise Refused(Message("the time lies ahead; an incident is reported once it has happened or been forewarned"))
    try:
        return dataclasses.replace(before, **{**fields, "regions": regions})
    except ValueError as fault:
        raise Refused(Message("it was discovered before it occurred; check both times")) from fault


def undo_correction(ctx: Context, incident_id: str, change_id: int) -> Incident:
    """Take a correction back where nobody has touched the same fields since.

    Raises:
        Refused: no such correction, or its fields were changed again; says by whom.
    """
    with ctx.store.write() as connection:
        before = named(connection, incident_id)
        change = next((c for c in incident_links.changes(connection, incident_id) if c.change_id == change_id), None)
        if change is None:
            raise Refused(Message("there is no such correction"))
        now = columns_of(before, tuple(change.after))
        if now != dict(change.after):
            gaps = {"who": _who(connection, incident_id, change)}
            raise Refused(Message("{who} has changed the same since; correct it anew instead", gaps))
        after = dataclasses.replace(before, **values_of(change.before))
        written = write(connection, after)
        fields = tuple(change.before)
        body = {"incident": incident_id, "fields": list(fields), "entry": change.seq}
        seq = ctx.record(connection, CORRECTED, incident_id, body | {"after": _texts(after, fields), "undo": True})
        _keep(ctx, connection, before, written, seq, fields)
    return written


def _who(connection: Connection, incident_id: str, change: Change) -> str:
    later = [c for c in incident_links.changes(connection, incident_id) if c.change_id > change.change_id]
    return next((c.actor for c in later if set(c.after) & set(change.after)), "–")


def corrections(ctx: Context, incident_id: str) -> list[Change]:
    """What of an incident was corrected, the newest first."""
    with ctx.store.read() as connection:
        return incident_links.changes(connection, incident_id)


def named(connection: Connection, incident_id: str) -> Incident:
    """The incident. Raises Refused where there is none."""
    found = incidents.get(connection, incident_id)
    if found is None:
        raise Refused(Message("there is no incident {incident}", {"incident": incident_id}))
    return found


def write(connection: Connection, changed: Incident) -> Incident:
    """Write an incident back; a conflict says who was faster and what they did."""
    try:
        incidents.change(connection, changed)
    except Conflict as fault:
        raise Conflict(_faster(connection, changed.incident_id)) from fault
    return dataclasses.replace(changed, version=changed.version + 1)


def _faster(connection: Connection, incident_id: str) -> Message:
    last = incident_links.last_act(connection, incident_id)
    if last is None:
        return Message("incident {incident} was changed by someone else; look again", {"incident": incident_id})
    time = f"{from_us(last.recorded_us):%H:%M} UTC"
    act = Message(ACTS[last.action].title if last.action in ACTS else TITLES.get(last.action, last.action))
    gaps = {"incident": incident_id, "who": last.actor, "act": act, "time": time}
    return Message("{who} changed {incident} meanwhile ({act}, {time}); look again and decide anew", gaps)


def _keep(
    ctx: Context, connection: Connection, before: Incident, after: Incident, seq: int, fields: tuple[str, ...]
) -> None:
    incident_links.add_change(
        connection,
        incident_id=before.incident_id,
        seq=seq,
        version=after.version,
        changed_us=ctx.now_us(),
        actor=ctx.actor.id,
        before=columns_of(before, fields),
        after=columns_of(after, fields),
    )


def _texts(incident: Incident, fields: tuple[str, ...]) -> dict[str, Any]:
    found = {name: getattr(incident, name) for name in fields}
    return {k: v.isoformat() if isinstance(v, datetime) else kept(v) for k, v in found.items()}
