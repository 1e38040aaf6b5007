"""What a review is given about plans: those that were not chosen, and what became of everybody sent out."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from emergency.documents.review_pack import Sheet
from emergency.domain.instant import from_us
from emergency.domain.slot_course import STATE_NAMES
from emergency.service.comparing import choices
from emergency.service.context import Context
from emergency.store import pool, slot_course
from emergency.texts import N_, Speaker


def rejected_plans(ctx: Context, say: Speaker, zone: ZoneInfo, incident_id: str) -> Sheet:
    """Every plan that lay beside another and was not taken: why, and the figures of both."""
    both = (say("Chosen: value"), say("Rejected: value"))
    heads = (say("Time"), say("By"), say("Chosen"), say("Rejected"), say("Reason"), say("What"), *both)
    rows = []
    for one in choices(ctx, incident_id):
        whole = (f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}", one.actor, one.chosen, one.rejected, one.reason)
        rows += [(*whole, say(f.name), f.left, f.right) for f in one.pair.figures]
        rows += [(*whole, _people_in(ctx, say, r.region), r.left, r.right) for r in one.pair.regions]
    return Sheet(say(N_("Plans not chosen")), heads, rows)


def _people_in(ctx: Context, say: Speaker, region: str) -> str:
    return say("People in {place}", place=_named(ctx, say, region))


def _named(ctx: Context, say: Speaker, region: str) -> str:
    return ctx.regions.label(region, say.language) if ctx.regions.known(region) else region


def sent_out(ctx: Context, say: Speaker, zone: ZoneInfo, incident_id: str) -> Sheet:
    """Everybody sent out for an incident: called, acknowledged, on site, ended."""
    with ctx.store.read() as connection:
        rows = slot_course.of_incident(connection, incident_id)
        names = {a["adjuster_id"]: a["name"] for a in pool.adjusters(connection)}

    def at(us: int | None) -> str:
        return "" if us is None else f"{from_us(us).astimezone(zone):%Y-%m-%d %H:%M}"

    who = (say("Plan"), say("Shift"), say("Person"), say("Person's name"), say("Region"), say("State"))
    when = (say("Called out at"), say("Acknowledged at"), say("By"), say("On site at"), say("By"), say("Ended at"))
    heads = (*who, *when, say("By"), say("Note"))
    return Sheet(
        say(N_("People sent out")),
        heads,
        [
            (
                r["plan_id"],
                r["shift"],
                r["adjuster_id"],
                names.get(r["adjuster_id"], ""),
                _named(ctx, say, r["region"]),
                say(STATE_NAMES[r["state"]]),
                at(r["called_us"]),
                at(r["acknowledged_us"]),
                r["acknowledged_by"],
                at(r["on_site_us"]),
                r["on_site_by"],
                at(r["ended_us"]),
                r["ended_by"],
                r["note"],
            )
            for r in rows
        ],
    )
