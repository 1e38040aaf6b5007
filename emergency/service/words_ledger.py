"""The ledger of figures of one incident: one list that every bulletin draws from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from emergency.domain.drill.facts import ONE, SEVERAL, Change
from emergency.domain.drill.facts import facts as grown
from emergency.domain.figure_value import readable
from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.domain.ledger import FIGURES, Entry, Limits, floored, ledger_of
from emergency.domain.level import METRICS, unit_of
from emergency.library import FileFaults
from emergency.library.bulletins import fresh, load_limits, measure_names
from emergency.service import allocation
from emergency.service.alerts import in_force, touched
from emergency.service.context import Context
from emergency.service.figures import Figures, Published, figures
from emergency.store import claims, incidents, messages, pool, words

HERE = {"en": "claims in this console", "zh": "本系统理赔案件"}
RECORD = {"en": "record of the incident", "zh": "事件记录"}
ROSTER = {"en": "roster and plan in force", "zh": "人员名册与现行方案"}
MEASURES = {"en": "relief measures in force", "zh": "生效中的理赔应急举措"}
OUTAGE = {"en": "counted since the outage was reported", "zh": "自报告中断起计"}
POLICIES = {"en": "statement of policies in force", "zh": "有效保单统计"}
# Facts that people enter under a rule's name -> the figure of the ledger they are.
SAME = {
    "loss.estimated_gross": "loss.estimated",
    "industry.loss.estimated_gross": "industry.estimated",
    "industry.claims.reported": "industry.claims",
    "industry.payout.paid": "industry.paid",
}
LINES = ("motor", "property", "agriculture", "personal_injury", "health")
MOST_REGIONS = 6

Ledger = dict[str, tuple[Entry, ...]]


def ledger(ctx: Context, incident: Incident | None) -> Ledger:
    """Every figure known now, each with value, unit, source and as-of time.

    Without an incident only the house's own figures and what warnings say.
    """
    with ctx.store.read() as connection:
        recorded = incidents.facts(
            connection, incident_id=incident.incident_id if incident else None, now_us=ctx.now_us()
        )
    # What cannot be read is no figure; the doubts name it.
    recorded = [r for r in recorded if readable(str(r["metric"]), r["value"])]
    entries = [*_stated(ctx, [*_of_the_house(ctx), *recorded]), *_warned(ctx, incident)]
    entries.append(Entry("ledger.as_of", ctx.now_us(), "instant", "record", ctx.now(), RECORD))
    if incident is not None:
        known = figures(ctx, incident.incident_id)
        entries += _of_incident(ctx, incident)
        entries += _counted(ctx, incident, known)
        entries += _people(ctx)
        entries += _measures(ctx, incident)
        entries += _outage(ctx, recorded)
        entries += _exposed(ctx, incident)
    return floored(ledger_of(entries), ctx.content.library.suspect().floors)


def _of_the_house(ctx: Context) -> list[dict[str, Any]]:
    """Name, hotline and the like are the installation's: demos and drills say what the live console says."""
    if ctx.store.name == "live":
        return []
    with ctx.content.workspaces.open("live").read() as connection:
        rows = incidents.facts(connection, incident_id=None, now_us=to_us(datetime.now(UTC)))
    # A demo plays in the past: the house was called the same then.
    return [r | {"as_of_us": min(r["as_of_us"], ctx.now_us())} for r in rows if str(r["metric"]).startswith("house.")]


def limits(ctx: Context) -> Limits:
    """How old a figure may be and how far sources may differ.

    Raises:
        FileFaults: the file of limits is broken.
    """
    return fresh(ctx.content.data / "bulletins" / "limits.yaml", load_limits)


def both(text: str) -> dict[str, str]:
    """A text that is the same in every language: what people wrote themselves."""
    return {"en": text, "zh": text}


def _of_incident(ctx: Context, incident: Incident) -> Iterator[Entry]:
    opened = incident.opened_at

    def entry(figure: str, value: Any, at: datetime = opened) -> Entry:
        return Entry(figure, value, FIGURES[figure][1], "record", at, RECORD)

    yield entry("incident.title", titles_of(ctx, incident))
    yield entry("incident.kind", _kind(ctx, incident.kind))
    yield entry("incident.occurred_at", to_us(incident.occurred_at))
    if incident.place:
        yield entry("incident.place", both(incident.place))
    if incident.cause:
        yield entry("incident.cause", both(incident.cause))
    if incident.regions:
        yield entry("incident.regions", _regions(ctx, incident))
    if incident.response_level and incident.activated_at:
        yield entry("response.level", incident.response_level, incident.activated_at)
        yield entry("response.activated_at", to_us(incident.activated_at), incident.activated_at)


def titles_of(ctx: Context, incident: Incident) -> dict[str, str]:
    """What an incident is called in each language; by kind and place where nobody has named it in one."""
    kind, where = _kind(ctx, incident.kind), _regions(ctx, incident)
    plain = {"en": ", ".join(filter(None, (kind["en"], where["en"]))), "zh": where["zh"] + kind["zh"]}
    return {language: incident.title.get(language) or text for language, text in plain.items()}


def _kind(ctx: Context, kind: str) -> dict[str, str]:
    """A kind of incident in words, as the house's own file has them; a kind taken out of it by its id."""
    titles = {one.id: one.title for one in ctx.content.library.incident_kinds()}
    return dict(titles.get(kind, both(kind)))


def _regions(ctx: Context, incident: Incident) -> dict[str, str]:
    codes = [code for code in incident.regions if ctx.regions.known(code)]
    more = len(codes) > MOST_REGIONS
    found = {}
    for lang, name, between, rest in (("en", "en", ", ", " and others"), ("zh", "zh_CN", "、", "等")):
        found[lang] = between.join(ctx.regions.name(code, name) for code in codes[:MOST_REGIONS]) + rest * more
    return found


def _counted(ctx: Context, incident: Incident, known: Figures) -> Iterator[Entry]:
    """Our own claims; where a workspace shows others' totals, those, and no split of them."""
    if known.published:
        yield from _published(ctx, known.published)
    if known.illustrative or known.table.empty:
        return
    with ctx.store.read() as connection:
        last_us = words.last_claim_us(connection, incident.incident_id, ctx.now_us())
        injured, dead = claims.casualties(connection, now_us=ctx.now_us(), incident=incident.incident_id)
    at = from_us(last_us) if last_us else ctx.now()
    table, currency = known.table, ctx.profile.currency

    def entry(figure: str, value: int, unit: str = "claims") -> Entry:
        return Entry(figure, value, unit, "claims", at, HERE, currency if unit == "money" else "")

    total = int(table["claims"].sum())
    yield entry("claims.reported", total)
    yield entry("claims.open", int(table["open"].sum()))
    yield entry("claims.settled", total - int(table["open"].sum()))
    yield entry("claims.overdue", int(table["overdue"].sum()))
    yield entry("claims.last_24h", int(table["last_24h"].sum()))
    for line in LINES:
        count = int(table.loc[table["line"] == line, "claims"].sum())
        if count:
            yield entry(f"claims.{line}", count)
    yield entry("loss.estimated", int(table["estimated_minor"].sum()), "money")
    yield entry("payout.paid", int(table["paid_minor"].sum()), "money")
    if dead:
        yield entry("casualties.insured_deaths", dead, "persons")
    if injured:
        yield entry("casualties.injured", injured, "persons")


def _published(ctx: Context, found: Published) -> Iterator[Entry]:
    for figure, value, unit in (
        ("industry.claims", found.reported_claims, "claims"),
        ("industry.estimated", found.estimated_minor, "money"),
        ("industry.paid", found.paid_minor, "money"),
    ):
        if value is not None:
            currency = ctx.profile.currency if unit == "money" else ""
            yield Entry(figure, value, unit, found.source, found.as_of, both(found.source), currency)


def _people(ctx: Context) -> Iterator[Entry]:
    with ctx.store.read() as connection:
        roster = [a for a in pool.adjusters(connection) if allocation.is_surveyor(a)]
    out = sum(allocation.assigned_by_region(ctx).values())
    ready = sum(a["status"] == "available" for a in roster)
    for figure, value in (("adjusters.out", out), ("adjusters.available", ready)):
        if roster:
            yield Entry(figure, value, "persons", "roster", ctx.now(), ROSTER)


def _measures(ctx: Context, incident: Incident) -> Iterator[Entry]:
    with ctx.store.read() as connection:
        names = words.measures_in_force(connection, incident.incident_id)
    if not names:
        return
    known = _measure_names(ctx)
    titles = [known.get(name, both(name.replace("_", " "))) for name in names]
    joined = {"en": ", ".join(t["en"].lower() for t in titles), "zh": "、".join(t["zh"] for t in titles)}
    yield Entry("measures.in_force", joined, "text", "measures", ctx.now(), MEASURES)
    yield Entry("measures.count", len(names), "count", "measures", ctx.now(), MEASURES)


def _measure_names(ctx: Context) -> dict[str, Mapping[str, str]]:
    try:
        return fresh(ctx.content.data / "relief-measures.yaml", measure_names)
    except FileFaults:
        return {}  # the room of relief measures says what is wrong with its file


def _outage(ctx: Context, recorded: list[dict[str, Any]]) -> Iterator[Entry]:
    changes = [Change(int(r["as_of_us"]) // 1_000_000, str(r["metric"]), r["value"]) for r in recorded]
    found = grown(changes, ctx.now_us() // 1_000_000, {})
    if ONE in found:
        yield Entry("outage.minutes", max(found[ONE], found[SEVERAL]), "minutes", "outage", ctx.now(), OUTAGE)


def _exposed(ctx: Context, incident: Incident) -> Iterator[Entry]:
    with ctx.store.read() as connection:
        rows = messages.policies(connection)
    mine = [r for r in rows if touched(ctx.regions, [r["region"]], incident.regions)]
    if mine:
        at = from_us(min(int(r["as_of_us"]) for r in mine))
        count = sum(int(r["policies"]) for r in mine)
        yield Entry("exposure.policies", count, "count", "policies", at, POLICIES)


def _warned(ctx: Context, incident: Incident | None) -> Iterator[Entry]:
    """The newest warning that touches the incident, of all in force where there is none."""
    for alert in in_force(ctx):
        if incident is None or touched(ctx.regions, alert.regions, incident.regions):
            texts = {lang: str(alert.text(lang).get("headline") or alert.event) for lang in ("en", "zh")}
            for figure, value in (
                ("warning.headline", texts),
                ("warning.issuer", both(alert.issuer)),
                ("warning.expires_at", to_us(alert.expires)),
            ):
                yield Entry(
                    figure, value, FIGURES[figure][1], alert.issuer or alert.source, alert.sent, both(alert.issuer)
                )
            return


def _stated(ctx: Context, recorded: list[dict[str, Any]]) -> Iterator[Entry]:
    """Figures people entered, each under its own source."""
    for row in recorded:
        figure = SAME.get(str(row["metric"]), str(row["metric"]))
        value, unit = row["value"], _unit(figure, str(row["metric"]))
        if unit is None or row["region"] is not None or row["confidence"] == "upper":
            continue
        if unit == "text":
            value = value if isinstance(value, Mapping) else both(str(value))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            continue
        elif unit == "money":
            value = round(value * 100)
        currency = ctx.profile.currency if unit == "money" else ""
        source = str(row["source"])
        yield Entry(figure, value, unit, source, from_us(int(row["as_of_us"])), both(source), currency)


def _unit(figure: str, metric: str) -> str | None:
    if figure.startswith("outage.") and FIGURES.get(figure, ("", ""))[1] != "text":
        return None  # counted on by the clock, see `_outage`
    if figure in FIGURES:
        return FIGURES[figure][1]
    return unit_of(metric) if metric in METRICS and unit_of(metric) != "ordinal" else None
