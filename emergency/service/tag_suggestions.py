"""Event tags that the figures of an incident speak for, until somebody sets them or sets them aside."""

from __future__ import annotations

from emergency.domain.tag_rule import Suggestion, suggested
from emergency.service import clocks
from emergency.service.context import Context
from emergency.service.grading import Evaluation
from emergency.store import incidents


def suggestions(ctx: Context, evaluation: Evaluation) -> tuple[Suggestion, ...]:
    """Tags to be confirmed by a person; none where no rule of classes holds, or the incident is closed.

    Raises:
        FileFaults: the file of tag rules is broken.
    """
    incident = evaluation.incident
    known = clocks.known_tags(ctx, incident.jurisdiction)
    if not known or not incident.is_open:
        return ()
    with ctx.store.read() as connection:
        rows = incidents.facts(connection, incident_id=incident.incident_id, now_us=ctx.now_us())
    found = suggested(ctx.content.library.tag_rules(), evaluation.facts, _decided(rows))
    return tuple(one for one in found if one.tag in known)


def set_aside(ctx: Context, incident_id: str, tag: str) -> None:
    """Say that the figures speak for a tag the incident does not wear; kept in the journal, and not asked again."""
    clocks.set_tag(ctx, incident_id, tag, on=False, source=ctx.actor.id)


def _decided(rows: list[dict[str, object]]) -> list[str]:
    """Tags somebody has spoken of, worn or not."""
    found: list[str] = []
    for row in rows:
        if row["metric"] == clocks.TAG:
            value = row["value"]
            said = value["tag"] if isinstance(value, dict) else value
            found += [str(tag) for tag in (said if isinstance(said, list) else [said])]
    return found
