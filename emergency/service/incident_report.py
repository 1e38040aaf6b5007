"""Reporting an incident: by hand in a minute, or from an alert."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from emergency.domain.incident import MOST_TEXT, Incident, IncidentKind
from emergency.service.alerts import Standing, standing_of
from emergency.service.compound import put_under
from emergency.service.context import Context, Refused
from emergency.service.response import add_incident
from emergency.service.running import live_profile_for, save_profile
from emergency.store import alerts as alert_store
from emergency.store import incidents
from emergency.store.store import Connection
from emergency.texts import Message

CONFIRMED = "incident.confirm"
# Two clocks that look at the same wall differ by so much; a report may lie that far ahead of ours.
AHEAD = timedelta(minutes=2)
# A contract in dispute may be old, a report is not (house rule, 2026-11).
LONG_AGO = timedelta(days=20 * 365)


@dataclass(frozen=True)
class Report:
    """What the person who reports says; everything else is worked out.

    Attributes:
        kind: id of a kind of the house's file.
        title: what happened, in the reporter's language.
        occurred_at, discovered_at: discovered None = now.
        regions: scope; empty for an incident without a place (a system, a contract).
        place, lon, lat: where it happened, in words and as a point.
        scope: what the regions do not say of the scope, such as customers or branches touched.
        real: the reporter knows that it is real, so it is confirmed with the report.
        under: incident under whose command it comes.
        province: whose rules apply, where the regions lie in several.
    """

    kind: str
    title: Mapping[str, str]
    occurred_at: datetime
    discovered_at: datetime | None = None
    regions: tuple[str, ...] = ()
    perils: tuple[str, ...] = ()
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    scope: str = ""
    cause: str = ""
    reporter: str = ""
    cat_code: str = ""
    real: bool = False
    under: str = ""
    province: str = ""
    alert_id: int | None = None


def kinds(ctx: Context) -> tuple[IncidentKind, ...]:
    """The kinds of incident an incident may be of."""
    return ctx.content.library.incident_kinds()


def report(ctx: Context, said: Report) -> Incident:
    """Open an incident; from here on rules look at it.

    Raises:
        Refused: what is missing or cannot be, and what to do.
    """
    new = _incident(ctx, said)
    with ctx.store.write() as connection:
        _not_twice(connection, new)
        opened = add_incident(ctx, connection, _numbered(connection, new))
        if said.real:
            body = {"incident": opened.incident_id, "with_report": True}
            ctx.record(connection, CONFIRMED, opened.incident_id, body, happened=opened.confirmed_at)
        if said.under:
            put_under(ctx, connection, opened.incident_id, said.under)
    return opened


def _incident(ctx: Context, said: Report) -> Incident:
    now = ctx.now()
    found = said.discovered_at or now
    _check(ctx, said, found, now)
    try:
        return Incident(
            incident_id=_number(said.kind, said.occurred_at),
            kind=said.kind,
            perils=said.perils,
            title={language: text.strip() for language, text in said.title.items() if text.strip()},
            jurisdiction=jurisdiction_of(ctx, said.regions, said.province),
            regions=said.regions,
            occurred_at=said.occurred_at,
            discovered_at=max(found, said.occurred_at),
            opened_at=now,
            cat_code=said.cat_code.strip(),
            place=said.place.strip(),
            lon=said.lon,
            lat=said.lat,
            scope=said.scope.strip(),
            cause=said.cause.strip(),
            reporter=said.reporter.strip() or ctx.actor.name or ctx.actor.id,
            confirmed_at=max(now, said.occurred_at) if said.real else None,
            confirmed_by=ctx.actor.id if said.real else "",
            alert_id=said.alert_id,
        )
    except ValueError as fault:
        raise Refused(Message("the times or the point of the report do not fit together; check them")) from fault


def _check(ctx: Context, said: Report, found: datetime, now: datetime) -> None:
    known = [kind.id for kind in kinds(ctx)]
    if said.kind not in known:
        raise Refused(Message("{found} is no kind of incident; known: {known}", listed(said.kind, known)))
    if not any(text.strip() for text in said.title.values()):
        raise Refused(Message("say in a few words what happened"))
    check_texts(*said.title.values(), said.place, said.scope, said.cause, said.reporter)
    if said.occurred_at > found:
        raise Refused(Message("it was discovered before it occurred; check both times"))
    if found > now + AHEAD:
        raise Refused(Message("the time lies ahead; an incident is reported once it has happened or been forewarned"))
    check_age(said.occurred_at, now)
    check_regions(ctx, said.regions)


def check_age(occurred: datetime, now: datetime) -> None:
    """Raises Refused where an incident would have occurred so long ago that it is a slip of the hand."""
    if occurred < now - LONG_AGO:
        gaps = {"years": LONG_AGO.days // 365}
        raise Refused(Message("it is said to have occurred more than {years} years ago; check the day", gaps))


def listed(found: str, known: list[str]) -> dict[str, str]:
    return {"found": found, "known": ", ".join(known)}


def check_texts(*texts: str) -> None:
    """Raises Refused where a text is too long, or has signs nobody can read."""
    gaps = {"most": MOST_TEXT}
    for text in texts:
        if len(text) > MOST_TEXT or any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
            raise Refused(Message("a text of the report has {most} characters at most, no control signs", gaps))


def check_regions(ctx: Context, regions: tuple[str, ...]) -> None:
    """Raises Refused where a region is none of the workspace's set."""
    for code in regions:
        if not ctx.regions.known(code):
            gaps = {"region": code, "set": ctx.regions.title}
            raise Refused(Message("{region} is no region of this workspace's map ({set})", gaps))


def jurisdiction_of(ctx: Context, regions: tuple[str, ...], province: str = "") -> str:
    """Country and province as the rule files write them: CN-410000, US-TX; the country alone without a region."""
    found = provinces_of(ctx, regions)
    chosen = province or (found[0] if found else "")
    if not chosen:
        return ctx.regions.id.upper()
    letters = ctx.regions.licence(chosen)
    return f"US-{letters}" if letters else f"{ctx.regions.id.upper()}-{chosen}"


def provinces_of(ctx: Context, regions: tuple[str, ...]) -> tuple[str, ...]:
    """The provinces or states the regions lie in, in the order named."""
    top = ctx.regions.levels[0]
    found = [code if ctx.regions.stands_on(code, top) else ctx.regions.at_level(code, top) for code in regions]
    return tuple(dict.fromkeys(code for code in found if code))


def _number(kind: str, occurred: datetime) -> str:
    return f"{kind.replace('_', '-').upper()}-{occurred:%Y%m%d}"


def _numbered(connection: Connection, new: Incident) -> Incident:
    """With the next free number of its kind and day."""
    taken = {i.incident_id for i in incidents.every(connection)}
    number = next(n for n in range(1, 10_000) if f"{new.incident_id}-{n}" not in taken)
    return dataclasses.replace(new, incident_id=f"{new.incident_id}-{number}")


def _not_twice(connection: Connection, new: Incident) -> None:
    """The same report pressed twice is one incident."""
    for one in incidents.every(connection, open_only=True):
        same = (one.kind, one.title, one.occurred_at, one.regions) == (
            *(new.kind, new.title, new.occurred_at, new.regions),
        )
        if same:
            gaps = {"incident": one.incident_id}
            raise Refused(Message("this has been reported already, as {incident}; correct that one instead", gaps))


# From an alert ------------------------------------------------------------------------------------


def from_alert(ctx: Context, alert: Standing) -> Report:
    """The report an alert suggests; whoever reports looks at it first."""
    text = alert.text("en")
    chinese = next((t for t in alert.texts if str(t["language"]).lower().startswith("zh")), None)
    title = {"en": str(text["headline"] or alert.event)[:MOST_TEXT]}
    if chinese is not None:
        title = {"zh": str(chinese["headline"] or alert.event)[:MOST_TEXT]}
    now = ctx.now()
    lon, lat = alert.place or (None, None)
    return Report(
        kind="natural_disaster",
        title=title,
        occurred_at=min(alert.sent, now),
        discovered_at=now,
        regions=_of_map(ctx, alert.regions),
        perils=(alert.peril,) if alert.peril else (),
        place=", ".join(str(area) for area in text["areas"])[:MOST_TEXT],
        lon=lon,
        lat=lat,
        cause=str(alert.event)[:MOST_TEXT],
        reporter=alert.issuer[:MOST_TEXT],
        alert_id=alert.alert_id,
    )


def _of_map(ctx: Context, codes: tuple[str, ...]) -> tuple[str, ...]:
    known = [code for code in codes if ctx.regions.known(code)]
    return tuple(dict.fromkeys(known))


def alert_named(ctx: Context, alert_id: int) -> Standing | None:
    """An alert by its number, also one that is over."""
    with ctx.store.read() as connection:
        row = alert_store.get(connection, alert_id)
    return None if row is None else standing_of(row)


def settle_region_set(ctx: Context, region_set: str) -> Context:
    """An empty live workspace works in the country its first incident lies in.

    Raises:
        Refused: it has claims or incidents already, or is no live workspace.
    """
    if ctx.regions.id == region_set:
        return ctx
    with ctx.store.read() as connection:
        begun = bool(incidents.every(connection))
    if begun or ctx.profile.kind != "live":
        raise Refused(Message("this workspace works with another map already ({set})", {"set": ctx.regions.title}))
    return save_profile(ctx, live_profile_for(region_set))
