"""Acts a person writes down because no room of the console does them: a failover, cases handed to somebody.

Whatever has a room of its own is checked there – approval, authority, figures – and is not recorded past it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emergency.domain.act import ACTS
from emergency.service.context import Context, Refused
from emergency.service.response import perform
from emergency.texts import N_, Message

# The act -> what its entry must say.
WANTED: Mapping[str, Mapping[str, str]] = {
    "map.footprint.publish": {"regions": N_("which regions are affected")},
    "case.assign": {"lob": N_("which cases"), "to": N_("who handles them")},
    "system.failover": {"text": N_("what was done, and by whom")},
    "reconcile.complete": {"text": N_("what was done, and by whom")},
    "aar.publish": {"text": N_("where the report is kept")},
}
# The act -> the room that does it.
ROOMS: Mapping[str, str] = {
    "level.confirm": N_("Response"),
    "allocation.commit": N_("Allocation"),
    "comms.send": N_("Bulletins"),
    "report.submit": N_("Reports"),
    "report.publish": N_("Reports"),
    "policy.enable": N_("Relief measures"),
    "post.take": N_("Organisation"),
    "command.transfer": N_("Organisation"),
    "callout.send": N_("Organisation"),
    "callout.answer": N_("Organisation"),
    "rollcall.open": N_("Organisation"),
    "rollcall.close": N_("Organisation"),
    "task.complete": N_("Tasks"),
}


def record(ctx: Context, incident_id: str, action: str, body: Mapping[str, Any]) -> int:
    """Write an act down and settle the tasks it is evidence for; returns the number of its entry.

    Raises:
        Refused: a room does this act, or something it must say is missing.
    """
    if action in ROOMS:
        gaps = {"act": Message(ACTS[action].title), "room": Message(ROOMS[action])}
        raise Refused(Message("“{act}” is done in the room “{room}”, which checks it; go there", gaps))
    for key, asked in WANTED.get(action, {}).items():
        if not body.get(key) or not str(body[key]).strip():
            raise Refused(Message("say {what}, then record it", {"what": Message(asked)}))
    return perform(ctx, incident_id, action, body)


__all__ = ["ROOMS", "WANTED", "record"]
