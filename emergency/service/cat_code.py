"""The number under which the company books a catastrophe, 大灾代码."""

from __future__ import annotations

import dataclasses

from emergency.service.context import Context, Refused
from emergency.store import incidents
from emergency.texts import Message


def set_cat_code(ctx: Context, incident_id: str, code: str) -> None:
    """Give an incident its 大灾代码, the number under which the company books the catastrophe.

    Raises:
        Refused: no such incident, too long, or another open incident has the code.
        Conflict: somebody else changed the incident in the meantime.
    """
    code = code.strip()
    if len(code) > 40 or not code.isprintable():
        raise Refused(Message("a catastrophe code has 40 characters at most, all on one line"))
    with ctx.store.write() as connection:
        before = incidents.get(connection, incident_id)
        if before is None:
            raise Refused(Message("there is no incident {incident}", {"incident": incident_id}))
        taken = [i for i in incidents.every(connection) if code and i.cat_code == code and i.incident_id != incident_id]
        if taken:
            raise Refused(
                Message("{code} is already the code of {incident}", {"code": code, "incident": taken[0].incident_id})
            )
        incidents.change(connection, dataclasses.replace(before, cat_code=code))
        body = {"incident": incident_id, "before": before.cat_code, "code": code}
        ctx.record(connection, "incident.code", incident_id, body)
