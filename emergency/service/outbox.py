"""The one way out: messages are queued in the transaction of the act they belong to and sent after it.

Each goes at least once. Its key is the same at every try, so a receiver can drop a double:
a mail's message-id, the ``Idempotency-Key`` of an address, the name of a file.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from emergency.library import FileFaults
from emergency.library.channels import load_channels
from emergency.notify.carriers import KEYS, NEEDED, NotCarried, Ways
from emergency.notify.parcel import Parcel
from emergency.service.context import Context, Notice, Refused
from emergency.service.running import context, describe_workspaces
from emergency.store import outbox, records
from emergency.store.store import Connection
from emergency.texts import Message

log = logging.getLogger(__name__)

MOST_TRIES = 12
SECOND = 1_000_000
# Half a minute, then twice as long each time, up to half an hour (house rule, 2026-11): twelve tries
# take about three hours.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 30, 1800
# A sender that says nothing for this long is taken for dead and its message sent again.
HELD_S = 120


def send_notice(ctx: Context, connection: Connection, notice: Notice, recipients: Sequence[str] = ()) -> bool:
    """Queue a message in the caller's own transaction; it leaves once that is committed.

    Args:
        notice: ``event_key`` and ``channel`` together are unique: the same again is a no-op.
            ``channel`` is a name of the channels file; one that is not there means the folder.
        recipients: addresses; empty = those that the channel itself names.

    Returns:
        False where this message is in the outbox already.
    """
    prepared = ctx.notifier.prepare(notice)
    return records.queue(
        connection,
        queued_us=ctx.now_us(),
        recipients=json.dumps(list(recipients), ensure_ascii=False),
        **dataclasses.asdict(prepared),
    )


def send_everywhere(ctx: Context) -> int:
    """`send_queued` in every workspace: what demos and drills say becomes files too."""
    sent = 0
    for name, _ in describe_workspaces(ctx.content):
        try:
            sent += send_queued(context(ctx.content, name, ctx.actor))
        except Exception:
            log.exception("messages of workspace %s were not sent; they are tried again", name)
    return sent


def send_queued(ctx: Context) -> int:
    """Hand waiting messages to their channels; returns how many went."""
    with ctx.store.read() as connection:
        rows = outbox.waiting(connection, ctx.now_us())
    if not rows:
        return 0
    try:
        ways = _ways(ctx)
    except FileFaults as broken:
        gaps = {"line": broken.faults[0].line}
        message = Message("the file of channels is broken in line {line}; the Bulletins room says how", gaps)
        for row in rows:
            _missed(ctx, row, NotCarried(message), HELD_S)
        return 0
    return sum(_send(ctx, ways, row) for row in rows)


def _ways(ctx: Context) -> Ways:
    """The only place where it is decided what may leave: nothing but files, unless the workspace is live."""
    return Ways.of(
        live=ctx.profile.kind == "live",
        folder=ctx.content.home / "outgoing" / ctx.store.name,
        channels=channels(ctx),
    )


def channels(ctx: Context) -> dict[str, dict[str, Any]]:
    """Channels that are set up: name -> entry, secrets and all; never show or record an entry.

    Raises:
        FileFaults: the file of channels is broken.
    """
    path = ctx.content.channels
    return {} if path is None else load_channels(path, KEYS, NEEDED)


def channel_names(ctx: Context) -> dict[str, str]:
    """Name -> kind of the channels a message of this workspace may take; empty where there is only the folder."""
    return {name: str(entry["kind"]) for name, entry in channels(ctx).items()} if ctx.profile.kind == "live" else {}


def _send(ctx: Context, ways: Ways, row: Mapping[str, Any]) -> bool:
    wait_s = FIRST_PAUSE_S
    try:
        way = ways.way(row["channel"])
        wait_s = way.wait_s
        held_us = ctx.now_us() + HELD_S * SECOND if wait_s else None
        with ctx.store.write() as connection:
            if not outbox.take(connection, row["outbox_id"], ctx.now_us(), held_us):
                return False
        got = way.carry(_parcel(ctx, row))
    except NotCarried as fault:
        _missed(ctx, row, fault, wait_s)
        return False
    except Exception as fault:  # a channel's own bug must not stop the messages behind it
        reason = type(fault).__name__
        _missed(ctx, row, NotCarried(Message("the channel failed ({reason})", {"reason": reason})), wait_s)
        return False
    with ctx.store.write() as connection:
        outbox.change(
            connection,
            row["outbox_id"],
            state="sent",
            tries=row["tries"] + 1,
            sent_us=ctx.now_us(),
            due_us=None,
            fault="",
            recipients=got,
            carried_by=way.kind,
        )
    return True


def _parcel(ctx: Context, row: Mapping[str, Any]) -> Parcel:
    # Marked once more on the way out: a message queued by a careless hand leaves no drill unmarked.
    notice = ctx.notifier.prepare(
        Notice(row["event_key"], row["audience"], row["channel"], row["subject"], row["text"])
    )
    return Parcel(
        number=row["outbox_id"],
        key=f"{ctx.store.name}/{row['event_key']}",
        channel=row["channel"],
        audience=row["audience"],
        subject=notice.subject,
        text=notice.text,
        recipients=row["recipients"],
    )


def _missed(ctx: Context, row: Mapping[str, Any], fault: NotCarried, wait_s: int) -> None:
    tries = row["tries"] + 1
    dead = fault.final or tries % MOST_TRIES == 0
    # A folder is asked again at the next turn: the clock of a demo or a drill may stand still.
    pause_s = min(FIRST_PAUSE_S * 2 ** (row["tries"] % MOST_TRIES), LONGEST_PAUSE_S) if wait_s else 0
    with ctx.store.write() as connection:
        outbox.change(
            connection,
            row["outbox_id"],
            state="dead" if dead else "queued",
            tries=tries,
            due_us=ctx.now_us() + pause_s * SECOND if pause_s and not dead else None,
            fault=json.dumps({"id": fault.message.id, "values": dict(fault.message.values)}, ensure_ascii=False),
        )


def fault_of(row: Mapping[str, Any]) -> Message | None:
    """Why a message has not gone yet."""
    if not row["fault"]:
        return None
    said = json.loads(row["fault"])
    return Message(said["id"], said["values"])


def deliveries(
    ctx: Context, states: Sequence[str] = ("queued", "sending", "sent", "dead", "withdrawn")
) -> list[dict[str, Any]]:
    """Messages of the outbox, newest first, with ``why`` where something went wrong."""
    with ctx.store.read() as connection:
        rows = outbox.with_state(connection, states)
    return [row | {"why": fault_of(row)} for row in rows]


def send_again(ctx: Context, outbox_id: int) -> None:
    """Give a dead letter another round of tries.

    Raises:
        Refused: it is not dead.
    """
    with ctx.store.write() as connection:
        row = outbox.get(connection, outbox_id)
        if row is None or row["state"] != "dead":
            raise Refused(
                Message("message {number} is not a dead letter; look at the list again", {"number": outbox_id})
            )
        # The tries made are not forgotten: one of them may have been read.
        outbox.change(connection, outbox_id, state="queued", due_us=None, fault="")
        body = {"channel": row["channel"], "audience": row["audience"], "tries": row["tries"]}
        ctx.record(connection, "outbox.again", row["event_key"], body)
