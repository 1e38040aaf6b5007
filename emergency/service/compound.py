"""Incidents that belong together – a typhoon, an outage, complaints – under one command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emergency.domain.incident import Incident, UnfitLink, linked, taken_over, together
from emergency.service import command
from emergency.service.context import Conflict, Context, Refused
from emergency.store import incident_links, incidents
from emergency.store.journal import Entry as Entry  # what `history` gives back
from emergency.store.store import Connection
from emergency.texts import Message

LINKED, UNLINKED, TAKEN_OVER = "incident.link", "incident.unlink", "incident.take_over"
ACTS = (LINKED, UNLINKED, TAKEN_OVER)


def links(ctx: Context) -> dict[str, str]:
    """Incident -> the incident under whose command it is."""
    with ctx.store.read() as connection:
        return incident_links.links(connection)


def company(ctx: Context, incident_id: str) -> tuple[Incident, ...]:
    """Everything under the same command as an incident, the leading one first; the incident alone where it is so."""
    with ctx.store.read() as connection:
        known = {i.incident_id: i for i in incidents.every(connection)}
        found = together(incident_links.links(connection), incident_id)
    return tuple(known[one] for one in found if one in known)


def leading_id(ctx: Context, incident_id: str) -> str:
    """The incident whose commander commands here as well."""
    return links(ctx).get(incident_id, incident_id)


def link(ctx: Context, child: str, leading: str) -> int:
    """Put an incident, and what is linked to it, under another's command; returns the journal entry.

    Raises:
        Refused: no such incident, one that is closed, or a link that makes no sense.
    """
    with ctx.store.write() as connection:
        return put_under(ctx, connection, child, leading)


def put_under(ctx: Context, connection: Connection, child: str, leading: str) -> int:
    """Like `link`, in the transaction of another act."""
    for one in (child, leading):
        found = incidents.get(connection, one)
        if found is None:
            raise Refused(Message("there is no incident {incident}", {"incident": one}))
        if not found.is_open:
            raise Refused(Message("{incident} is closed already", {"incident": one}))
    before = incident_links.links(connection)
    return _change(ctx, connection, LINKED, child, before, _fit(lambda: linked(before, child, leading)))


def unlink(ctx: Context, child: str) -> int:
    """Let an incident stand by itself again, under those who commanded it before.

    Raises:
        Refused: it is under nobody's command.
    """
    with ctx.store.write() as connection:
        before = incident_links.links(connection)
        if child not in before:
            raise Refused(Message("{incident} is under nobody's command; link it first", {"incident": child}))
        after = {one: leading for one, leading in before.items() if one != child}
        return _change(ctx, connection, UNLINKED, child, before, after)


def let_go(ctx: Context, connection: Connection, child: str) -> None:
    """As `unlink`, in the transaction of another act; nothing where the incident stands by itself."""
    before = incident_links.links(connection)
    if child in before:
        after = {one: leading for one, leading in before.items() if one != child}
        _change(ctx, connection, UNLINKED, child, before, after)


def take_over(ctx: Context, incident_id: str) -> int:
    """Let an incident lead all those it is linked with, the former leading one too.

    Its own commander commands all of them then; where it has none, who commanded until now goes along.

    Raises:
        Refused: it leads already, or is linked with none.
    """
    with ctx.store.write() as connection:
        before = incident_links.links(connection)
        after = _fit(lambda: taken_over(before, incident_id))
        former = before[incident_id]
        commanders = command.standing(
            ctx, connection, former, command.commander_of(command.roles_in(ctx, connection, former))
        )
        seq = _change(ctx, connection, TAKEN_OVER, incident_id, before, after)
        for person in commanders:
            command.take_along(ctx, connection, incident_id, person)
        return seq


def undo(ctx: Context, seq: int) -> int:
    """Take the last act on links back; returns the entry of taking back.

    Raises:
        Refused: no such act. Conflict: somebody changed the same links since; says who.
    """
    with ctx.store.write() as connection:
        acts = incident_links.acts_known(connection, ACTS, ctx.now_us())
        act = next((a for a in acts if a.seq == seq), None)
        if act is None:
            raise Refused(Message("entry {seq} changed no links", {"seq": seq}))
        now, facts = incident_links.links(connection), act.facts()
        touched = sorted({*facts["before"], *facts["after"]})
        if {one: now[one] for one in touched if one in now} != facts["after"]:
            later = next((a for a in reversed(acts) if a.seq > seq and _touches(a, touched)), act)
            gaps = {"who": later.actor, "seq": later.seq}
            raise Conflict(Message("{who} has changed the same links since (entry {seq}); look again", gaps))
        after = {one: leading for one, leading in now.items() if one not in touched} | facts["before"]
        return _change(ctx, connection, act.action, act.subject, now, after, undo=seq)


def _touches(act: Entry, incident_ids: list[str]) -> bool:
    facts = act.facts()
    return bool({*facts["before"], *facts["after"]} & set(incident_ids))


def acts(ctx: Context, incident_id: str) -> list[Entry]:
    """Acts on the links of an incident, the newest first."""
    with ctx.store.read() as connection:
        found = incident_links.acts_known(connection, ACTS, ctx.now_us())
    return [a for a in reversed(found) if a.subject == incident_id or _touches(a, [incident_id])]


def _fit(change: Any) -> dict[str, str]:
    try:
        found: dict[str, str] = change()
        return found
    except UnfitLink as fault:
        raise Refused(fault.message) from fault


def _change(
    ctx: Context,
    connection: Connection,
    action: str,
    subject: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    undo: int | None = None,
) -> int:
    """Write links, and let the posts follow; the journal keeps what they were, so that the act can be taken back."""
    touched = sorted(one for one in {*before, *after} if before.get(one) != after.get(one))
    body: dict[str, Any] = {
        "incident": subject,
        "leading": after.get(subject, ""),
        "before": {one: before[one] for one in touched if one in before},
        "after": {one: after[one] for one in touched if one in after},
    }
    incident_links.put_links(connection, after)
    seq = ctx.record(connection, action, subject, body | ({} if undo is None else {"undo": undo}))
    for one in touched:
        command.follow_links(ctx, connection, one)
    return seq
