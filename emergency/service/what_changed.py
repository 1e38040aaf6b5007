"""What changed lately, in words: the acts worth a line, and where most claims came in."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emergency.domain.instant import from_us
from emergency.domain.level import metric_name
from emergency.geo.regions import RegionSet
from emergency.service.context import Context
from emergency.service.figures import Figures
from emergency.store import incident_links, journal
from emergency.store.store import Connection
from emergency.texts import N_, Message


def names(regions: RegionSet, code: str) -> dict[str, str]:
    """A region's name in both languages."""
    return {"en": regions.name(code, "en"), "zh": regions.name(code, "zh_CN")}


# Acts worth a line in "what changed"; the journal has them all.
SHOWN = {
    "incident.open": N_("Incident opened"),
    "incident.confirm": N_("Confirmed: the incident is real"),
    "incident.correct": N_("Report corrected"),
    "incident.link": N_("Put under the command of {leading}"),
    "incident.take_over": N_("It leads the linked incidents now"),
    "incident.withdraw": N_("Report withdrawn: {reason}"),
    "level.confirm": N_("Level {level} confirmed"),
    "level.propose": N_("Rules propose level {level}"),
    "level.provisional": N_("Level {level} applies provisionally"),
    "playbook.open": N_("Playbook {playbook} opened"),
    "allocation.commit": N_("Plan {plan} published: {people} people ({kind})"),
    "allocation.withdraw": N_("Plan {plan} taken back"),
    "claims.import": N_("{new} new claims from {file}"),
    "alert.receive": N_("Alert received"),
    "comms.send": N_("Bulletin sent to {audience}"),
    "report.submit": N_("Report submitted to {to}"),
    "policy.enable": N_("Relief measure enabled: {name}"),
    "fact.record": N_("Figure entered: {metric} = {value}"),
}


KINDS_OF_PEOPLE = {
    "surveyor": N_("adjusters"),
    "fnol_agent": N_("report-taking seats"),
    "it_engineer": N_("IT engineers"),
    "counsellor": N_("counsellors"),
}


def changes(ctx: Context, known: Figures, most: int = 8) -> tuple[tuple[datetime, Message], ...]:
    with ctx.store.read() as connection:
        newest = _newest(ctx, connection)
    found = []
    for entry in newest:
        if entry.action in SHOWN and entry.happened_us <= ctx.now_us():
            values = {k: v for k, v in entry.facts().items() if not isinstance(v, dict | list)}
            if "metric" in values:
                values["metric"] = metric_name(str(values["metric"]).removeprefix("industry."))
            if "kind" in values:
                values["kind"] = Message(KINDS_OF_PEOPLE.get(str(values["kind"]), str(values["kind"])))
            found.append((from_us(entry.happened_us), Message(SHOWN[entry.action], _gaps(SHOWN[entry.action], values))))
    return tuple(_grown(ctx, known) + found[:most])


def _newest(ctx: Context, connection: Connection) -> list[journal.Entry]:
    if ctx.known_at is None:
        return list(journal.entries(connection, limit=60, newest_first=True))
    return incident_links.acts_known(connection, tuple(SHOWN), ctx.now_us())[::-1][:60]


def _grown(ctx: Context, known: Figures) -> list[tuple[datetime, Message]]:
    """Where most claims came in over the last day."""
    located = known.located
    if located.empty:
        return []
    fresh = located.groupby("region")["last_24h"].sum().sort_values(ascending=False, kind="stable").head(3)
    return [
        (
            known.as_of,
            Message(
                N_("{region}: +{count} claims in 24 h"),
                {"region": names(ctx.regions, str(code)), "count": f"{count:,}"},
            ),
        )
        for code, count in fresh.items()
        if count
    ]


def _gaps(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    marks = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", None: "–"}
    wanted = [name for _, name, _, _ in string.Formatter().parse(text) if name]
    return {n: marks.get(values.get(n), "–") if n == "level" else values.get(n, "–") for n in wanted}
