"""What happened, in the words of an official report: the event in a phrase, times told after one another, the response
step by step, and what the whole industry counts beside our own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from emergency.domain.figure_value import is_number
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us
from emergency.domain.level import LevelStretch
from emergency.domain.report_form import Text
from emergency.service import clocks
from emergency.service.command_history import history
from emergency.service.context import Context
from emergency.service.grading import Evaluation
from emergency.service.level_facts import INDUSTRY
from emergency.service.report_words import PERILS, RESPONSES, listed, local_words, pair
from emergency.store import claims as claim_store
from emergency.store import incidents

DISASTER = "natural_disaster"
NOUNS = ("事件", "事故", "灾害", "故障")
DEATHS = ("casualties.deaths", "casualties.insured_deaths")
# What a decision did to the level -> the phrase; the instant stands before it, the level behind.
STEPS: dict[str, Text] = {
    "open": {"zh": "启动", "en": "opened a"},
    "raise": {"zh": "提升至", "en": "raised it to a"},
    "lower": {"zh": "调整为", "en": "lowered it to a"},
    "reopen": {"zh": "重新启动", "en": "reopened it as a"},
    "end": {"zh": "终止响应", "en": "ended the response"},
}
PROVISIONAL: Text = {"zh": "（暂行，待确认）", "en": " (provisional, not confirmed)"}


@dataclass(frozen=True)
class Count:
    """Persons somebody counted: how many, who says so, and the time it belongs to."""

    persons: int
    source: str
    as_of: datetime


def event(incident: Incident, kind: Text) -> Text:
    """The event as a noun: 暴雨、洪涝灾害; 系统故障事件 … becomes 系统故障."""
    perils = [pair(PERILS.get(p, p)) for p in incident.perils]
    if perils:
        named = listed(perils)
        return {"zh": named["zh"] + ("灾害" if incident.kind == DISASTER else "事件"), "en": named["en"]}
    return {"zh": kind["zh"] + ("" if kind["zh"].endswith(NOUNS) else "事件"), "en": kind["en"].lower()}


def after(ctx: Context, instant: datetime, before: datetime) -> Text:
    """An instant as told after another: the year only where it is another one, 当日 on the same day."""
    zone = ZoneInfo(ctx.profile.timezone)
    local, earlier = instant.astimezone(zone), before.astimezone(zone)
    time = f"{local.hour}时{local:%M}分"
    if local.date() == earlier.date():
        return {"zh": f"当日{time}", "en": f"{local:%H:%M} the same day"}
    if local.year == earlier.year:
        return {"zh": f"{local.month}月{local.day}日{time}", "en": f"{local.day} {local:%b %H:%M}"}
    return local_words(ctx, instant)


def response(ctx: Context, incident: Incident) -> Text | None:
    """The levels in force one after the other, each with its instant; None where none ever was."""
    found = [one for one in history(ctx, incident) if not one.jurisdiction and one.since <= ctx.now()]
    told: dict[str, list[str]] = {"zh": [], "en": []}
    before = incident.discovered_at
    for one, name in _steps(found):
        when = after(ctx, one.since, before)
        level = RESPONSES.get(one.level or 0, {"zh": "", "en": ""})
        mark = PROVISIONAL if one.provisional else {"zh": "", "en": ""}
        told["zh"].append(f"{when['zh']}{STEPS[name]['zh']}{level['zh']}{mark['zh']}")
        told["en"].append(" ".join(filter(None, (STEPS[name]["en"], level["en"], "at", when["en"]))) + mark["en"])
        before = one.since
    return {"zh": "，".join(told["zh"]), "en": ", ".join(told["en"])} if told["zh"] else None


def _steps(found: Sequence[LevelStretch]) -> Iterator[tuple[LevelStretch, str]]:
    """Decisions that changed the level, with what they did; one that was taken back at once is no step."""
    level, ended = None, False
    for place, one in enumerate(found):
        undone = place + 1 < len(found) and found[place + 1].kind == "taken_back"
        if one.kind == "taken_back" or undone or one.level == level:
            continue
        if one.level is None:
            yield one, "end"
        elif level is None:
            yield one, "reopen" if ended else "open"
        else:
            yield one, "raise" if one.level < level else "lower"
        level, ended = one.level, ended or one.level is None


def clock_lines(ctx: Context, evaluation: Evaluation) -> Text:
    """Every report that waits with its due time; empty where none does."""
    told: dict[str, list[str]] = {"zh": [], "en": []}
    for c in clocks.running_clocks(ctx, evaluation):
        if c.clock.waits and c.kind != "situation":
            due, title = local_words(ctx, c.due_at), pair(c.title)
            told["zh"].append(f"{title['zh']}{'力争' if c.strive else '不迟于'}{due['zh']}")
            told["en"].append(f"{title['en']} ({'target' if c.strive else 'limit'}) {due['en']}")
    return {"zh": "；".join(told["zh"]), "en": "; ".join(told["en"])}


def industry_dead(ctx: Context, incident_id: str) -> Count | None:
    """Deaths of the whole industry as somebody entered them, the newest; None where nobody did."""
    return _said(ctx, incident_id, [INDUSTRY + metric for metric in DEATHS])


def own_dead(ctx: Context, incident_id: str) -> Count | None:
    """Our own deaths: what somebody said, else what claims carry; None where nothing says any."""
    said = _said(ctx, incident_id, DEATHS)
    with ctx.store.read() as connection:
        _, dead = claim_store.casualties(connection, now_us=ctx.now_us(), incident=incident_id)
    if dead and (said is None or dead > said.persons):
        return Count(dead, "", ctx.now())
    return said


def _said(ctx: Context, incident_id: str, metrics: Sequence[str]) -> Count | None:
    """The newest figure of the first metric that somebody entered one for."""
    with ctx.store.read() as connection:
        rows = incidents.facts(connection, incident_id=incident_id, now_us=ctx.now_us())
    for metric in metrics:
        found = [r for r in rows if r["metric"] == metric and r["region"] is None and is_number(r["value"])]
        if found:
            return Count(int(found[-1]["value"]), str(found[-1]["source"]), from_us(found[-1]["as_of_us"]))
    return None
