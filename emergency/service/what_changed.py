"""What changed lately, in words: the acts worth a line, and where most claims came in."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emergency.domain.instant import from_us
from emergency.domain.ledger import figure_name
from emergency.domain.level.metric import unit_of
from emergency.domain.money import short_money
from emergency.domain.playbook_closure import CLOSURE_METRICS, STATES, closure_name
from emergency.domain.playbook_words import AUDIENCE_NAMES, RECIPIENTS, named
from emergency.geo.regions import RegionSet
from emergency.service.context import Context
from emergency.service.figures import Figures
from emergency.service.relief import catalogue
from emergency.store import incident_links, incidents, journal
from emergency.store.store import Connection
from emergency.texts import N_, Message


def names(regions: RegionSet, code: str) -> dict[str, str]:
    """A region's name in both languages."""
    return {"en": regions.brief(code, "en"), "zh": regions.brief(code, "zh_CN")}


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
    "level.take_back": N_("Decision on the level taken back: {level} again"),
    "incident.stand_down": N_("Response ended, it stood at {level_before}"),
    "incident.reopen": N_("Incident reopened at {level}"),
    "command.transfer": N_("Command handed to {taker}"),
    "post.take": N_("{person} takes command"),
    "playbook.open": N_("Playbook {playbook} opened"),
    "allocation.commit": N_("Plan {plan} published: {people} people ({kind})"),
    "allocation.withdraw": N_("Plan {plan} taken back"),
    "goods.plan.publish": N_("Goods plan {plan} published: {pieces} given, {short} short"),
    "goods.plan.withdraw": N_("Goods plan {plan} taken back"),
    "claims.import": N_("{file}: {new} new claims, {updated} updated"),
    "alert.receive": N_("Alert received"),
    "comms.send": N_("Bulletin sent to {audience}"),
    "report.submit": N_("Report submitted to {to}"),
    "policy.enable": N_("Relief measure enabled: {name}"),
    "measure.extend": N_("Relief measure extended: {name}"),
    "measure.end": N_("Relief measure ended: {name}"),
    "measure.lapse": N_("Relief measure has run out: {name}"),
    "measure.restore": N_("Back to usual handling: {name}"),
    "measure.resume": N_("Relief measure in force again: {name}"),
    "measure.undo": N_("Relief measure taken back: {name}"),
    "fact.record": N_("Figure entered: {metric} = {value}"),
}

LEVELS = ("level", "proposed", "level_before")
KINDS_OF_PEOPLE = {
    "surveyor": N_("adjusters"),
    "fnol_agent": N_("report-taking seats"),
    "it_engineer": N_("IT engineers"),
    "counsellor": N_("counsellors"),
}


def changes(
    ctx: Context, known: Figures, incident_id: str | None = None, most: int = 8
) -> tuple[tuple[datetime, Message], ...]:
    """The latest first; an act that is about another incident than the one looked at names it."""
    with ctx.store.read() as connection:
        newest = _newest(ctx, connection)
        titles = {one.incident_id: one.title for one in incidents.every(connection)}
    shown = [entry for entry in newest if _worth_a_line(entry) and entry.happened_us <= ctx.now_us()]
    found = [(from_us(one.happened_us), _said(ctx, one, incident_id, titles)) for one in shown[:most]]
    return tuple(sorted(_grown(ctx, known) + found, key=lambda one: one[0], reverse=True))


def _worth_a_line(entry: journal.Entry) -> bool:
    """A goods plan is one line, not one for each kind it gives; of posts, who commands."""
    goods = entry.action == "allocation.commit" and entry.facts().get("goods")
    if entry.action == "post.take" and not entry.subject.endswith("/commander"):
        return False
    # Who answers for the house is set up once; it is no news of an incident.
    set_up = entry.action == "fact.record" and str(entry.facts().get("metric", "")).startswith("house.")
    return entry.action in SHOWN and not goods and not set_up


def _said(
    ctx: Context, entry: journal.Entry, incident_id: str | None, titles: Mapping[str, Mapping[str, str]]
) -> Message:
    facts = entry.facts()
    text = SHOWN[entry.action]
    text = _other_text(entry.action, facts) or text
    what = Message(text, _gaps(text, _in_words(ctx, entry, facts, titles)))
    about = next((one for one in (entry.subject, str(facts.get("incident"))) if one in titles), None)
    if about is None or about == incident_id:
        return what
    return Message("{what} · {incident}", {"what": what, "incident": titles[about]})


def _other_text(action: str, facts: Mapping[str, Any]) -> str:
    """What the same act is called where it means something else: nothing proposed, another level, a correction."""
    if action == "level.propose" and facts.get("level") is None:
        return N_("The rules give no level")
    if action == "comms.send" and facts.get("corrects"):
        return N_("Correction sent to {audience}")
    if action != "level.confirm" or facts.get("kind") != "overridden":
        return ""
    if facts.get("second_actor"):
        return N_("Level {level} decided by two people instead of {proposed}")
    return N_("Level {level} decided instead of {proposed}")


def _in_words(
    ctx: Context, entry: journal.Entry, facts: Mapping[str, Any], titles: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Names in place of ids, for whatever a sentence of `SHOWN` has a gap for."""
    values: dict[str, Any] = {k: v for k, v in facts.items() if not isinstance(v, dict | list)}
    if facts.get("leading") in titles:
        values["leading"] = titles[facts["leading"]]
    if entry.action == "fact.record":
        metric = str(facts.get("metric", "")).removeprefix("industry.")
        values |= {"metric": name_of_figure(metric), "value": _value(ctx, metric, facts.get("value"))}
    if entry.action.startswith(("policy.", "measure.")):
        measure = catalogue(ctx).measures.get(str(facts.get("name")))
        values["name"] = measure.name if measure else facts.get("name", "–")
    if entry.action == "playbook.open":
        values["playbook"] = _plan_title(ctx, str(facts.get("playbook", "")))
    for gap, known in (("audience", AUDIENCE_NAMES), ("to", RECIPIENTS), ("kind", KINDS_OF_PEOPLE)):
        if gap in values:
            values[gap] = named(known, str(values[gap]))
    return values


def name_of_figure(metric: str) -> Message:
    """A figure in words, whether rules, bulletins or closure conditions know it; else by its id."""
    return closure_name(metric) if metric in CLOSURE_METRICS else figure_name(metric)


def _value(ctx: Context, metric: str, value: Any) -> Any:
    if isinstance(value, bool):
        return Message(STATES["yes" if value else "no"])
    if isinstance(value, int | float):
        in_money = unit_of(metric) == "money"
        return short_money(round(value * 100), ctx.profile.currency) if in_money else f"{value:,}"
    return Message(STATES[value]) if value in STATES else str(value)


def _plan_title(ctx: Context, reference: str) -> Any:
    plan = next((p for p in ctx.content.library.playbooks() if reference == f"{p.id}@{p.version}"), None)
    return plan.title if plan else reference


def _newest(ctx: Context, connection: Connection) -> list[journal.Entry]:
    """Acts of the kinds shown that stood in the journal, the latest first; other acts do not push them out."""
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
    return {n: marks.get(values.get(n), "–") if n in LEVELS else values.get(n, "–") for n in wanted}
