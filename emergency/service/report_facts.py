"""What a report may state: the facts of an incident, each figure with its source and the time it belongs to.

What nobody knows is left out here, and the form marks it; a zero is stated only where somebody said zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from emergency.domain.figure_value import is_number
from emergency.domain.instant import from_us, to_us
from emergency.domain.level import CLASS_NAME, LEVEL_MARK
from emergency.domain.report_form import TAGS, Figure, Text, differences
from emergency.library.relief import load_relief_measures
from emergency.service import clocks, report_course
from emergency.service.context import Context
from emergency.service.figures import figures
from emergency.service.grading import INDUSTRY, Evaluation
from emergency.service.report_words import (
    BASES,
    CASUALTIES,
    CURRENCIES,
    LOSSES,
    NAMED,
    OWN_CLAIMS,
    OWN_ROSTER,
    OWN_TASKS,
    PERILS,
    RESPONSES,
    SENDER,
    SENDER_FIELDS,
    changes,
    listed,
    local_words,
    pair,
    place,
    titles,
)
from emergency.service.situation import Situation, situation
from emergency.store import claims as claim_store
from emergency.store import incidents, reports


class _Gatherer:
    """The facts of one incident at one instant."""

    def __init__(self, ctx: Context, found: Situation, evaluation: Evaluation) -> None:
        self.ctx, self.situation, self.evaluation = ctx, found, evaluation
        self.incident = evaluation.incident
        self.facts: dict[str, Figure] = {}

    def state(self, gap: str, shown: Text | str) -> None:
        """A fact that is no figure."""
        texts = {"zh": shown, "en": shown} if isinstance(shown, str) else shown
        if any(texts.values()):
            self.facts[gap] = Figure({"zh": gap, "en": gap}, texts)

    def count(
        self, gap: str, name: Text, value: float, unit: Text, source: Text, as_of: datetime, shown: Text | None = None
    ) -> None:
        """A figure with its source and its time."""
        number = f"{value:,.0f}"
        texts = shown or {"zh": f"{number}{unit['zh']}", "en": f"{number}{unit['en']}"}
        self.facts[gap] = Figure(name, texts, float(value), source, as_of.isoformat())

    def when(self, instant: datetime) -> Text:
        return local_words(self.ctx, instant)

    def money(self, minor: int) -> Text:
        unit = CURRENCIES.get(
            self.ctx.profile.currency, {"zh": self.ctx.profile.currency, "en": self.ctx.profile.currency}
        )
        amount = minor / 100
        size, word = next(((s, w) for s, w in ((1e8, "亿"), (1e4, "万")) if amount >= s), (1, ""))
        big, short = next(((s, w) for s, w in ((1e9, " bn"), (1e6, " M")) if amount >= s), (1, ""))
        decimals = 2 if word else 0
        return {
            "zh": f"{amount / size:,.{decimals}f}{word}{unit['zh']}",
            "en": f"{unit['en']} {amount / big:,.{2 if short else 0}f}{short}",
        }

    # The incident ---------------------------------------------------------------------------------

    def about(self) -> None:
        i = self.incident
        self.state(
            "title",
            {"zh": i.title.get("zh") or i.title.get("en", ""), "en": i.title.get("en") or i.title.get("zh", "")},
        )
        self.state("kind", self.kind_name())
        if i.perils:
            perils = [pair(PERILS.get(p, p)) for p in i.perils]
            self.state("perils", listed(perils))
        self.state("occurred", self.when(i.occurred_at))
        self.state("discovered", self.when(i.discovered_at))
        self.state("as_of", self.when(self.ctx.now()))
        self.state("cause", i.cause.rstrip("。. "))
        self.state("scope", place(i.scope.rstrip("。. ")))
        self.state("event", report_course.event(i, self.kind_name()))
        self.state("learned", report_course.after(self.ctx, i.discovered_at, i.occurred_at))
        self.state("response", report_course.response(self.ctx, i) or "")
        self.regions()
        # Where nobody named a place, the regions in scope are what is known of it.
        regions = self.facts.get("regions")
        self.state("place", regions.shown if regions and not i.place else place(i.place))
        if i.response_level:
            self.state("level", RESPONSES[i.response_level])
        playbook = clocks.playbook_for(self.ctx, i)
        if playbook is not None and i.playbook:
            self.state(
                "playbook", {"zh": playbook.title.get("zh", playbook.id), "en": playbook.title.get("en", playbook.id)}
            )

    def kind_name(self) -> Text:
        """What the house's file calls this kind of incident."""
        kinds = {kind.id: kind.title for kind in self.ctx.content.library.incident_kinds()}
        return dict(kinds.get(self.incident.kind, {"zh": self.incident.kind, "en": self.incident.kind}))

    def regions(self) -> None:
        known = [code for code in self.incident.regions if self.ctx.regions.known(code)]
        names = [
            {"zh": self.ctx.regions.name(code, "zh_CN"), "en": self.ctx.regions.name(code, "en")}
            for code in known[:NAMED]
        ]
        if names:
            count = len(known)
            more = (
                {"zh": f"等{count}个地区", "en": f" and {count - NAMED} more"}
                if count > NAMED
                else {"zh": "", "en": ""}
            )
            all_named = listed(names)
            self.state("regions", {language: all_named[language] + more[language] for language in ("zh", "en")})
        hit = sum(r.open > 0 for r in self.situation.regions)
        if hit and not self.situation.illustrative:
            unit = {"zh": "个地区", "en": " regions"}
            self.count(
                "regions.count", {"zh": "出险地区", "en": "regions with claims"}, hit, unit, OWN_CLAIMS, self.ctx.now()
            )

    def classed(self) -> None:
        found = self.evaluation.event_class
        if found is not None and found.level:
            name = pair(CLASS_NAME[found.level])
            mark = LEVEL_MARK[found.level]
            self.state("class", {"zh": f"{name['zh']}（{mark}级）", "en": f"{name['en']} ({mark})"})
            basis = self.evaluation.class_basis
            self.state("class.basis", BASES.get(basis, {"zh": "估计", "en": "estimate"}))
        elif found is not None and any(one.value is not None for one in found.indicators):
            self.state("class.none", pair(CLASS_NAME[3]))

    # Figures --------------------------------------------------------------------------------------

    def claims(self) -> None:
        s, at = self.situation, self.situation.as_of
        known = figures(self.ctx, self.incident.incident_id)
        piece, source = {"zh": "件", "en": " claims"}, OWN_CLAIMS
        if s.published is not None:
            self.published()
            share = round(self.ctx.profile.own_share * 100)
            source = {"zh": f"按行业数字的{share}%估计", "en": f"estimate: {share} % of the industry's figure"}
            self.count(
                "claims.open",
                {"zh": "未决件数（估计）", "en": "open claims (estimate)"},
                s.open,
                piece,
                source,
                s.published.as_of,
            )
            return
        table = known.table
        if not len(table):
            return
        self.count(
            "claims.total", {"zh": "报案件数", "en": "claims reported"}, int(table["claims"].sum()), piece, source, at
        )
        self.count("claims.open", {"zh": "未决件数", "en": "open claims"}, s.open, {"zh": "件", "en": ""}, source, at)
        self.count(
            "claims.last_24h",
            {"zh": "近24小时报案", "en": "claims in 24 h"},
            s.last_24h,
            {"zh": "件", "en": ""},
            source,
            at,
        )
        self.count(
            "claims.overdue",
            {"zh": "超时未查勘", "en": "overdue for survey"},
            s.overdue,
            {"zh": "件", "en": ""},
            source,
            at,
        )
        self.loss("loss.estimated", {"zh": "预计损失", "en": "estimated loss"}, s.estimated_minor, source, at)
        paid = int(table["paid_minor"].sum())
        self.loss("loss.paid", {"zh": "已付赔款", "en": "paid"}, paid, source, at)

    def loss(self, gap: str, name: Text, minor: int, source: Text, at: datetime) -> None:
        # Claims without an amount add up to nothing; that is not a loss of nothing.
        if minor:
            self.count(gap, name, minor / 100, {"zh": "", "en": ""}, source, at, self.money(minor))

    def published(self) -> None:
        p = self.situation.published
        assert p is not None
        source = {"zh": p.source, "en": p.source}
        unit = {"zh": "件", "en": " claims"}
        self.state("industry.as_of", self.when(p.as_of))
        name = {"zh": "行业报案件数", "en": "claims reported, industry"}
        self.count("industry.claims", name, p.reported_claims, unit, source, p.as_of)
        if p.estimated_minor is not None:
            self.loss(
                "industry.loss",
                {"zh": "行业预计赔付", "en": "estimated payout, industry"},
                p.estimated_minor,
                source,
                p.as_of,
            )

    def said_loss(self) -> None:
        """The loss the level rests on where claims give none, or less than somebody has said: one number everywhere."""
        facts, origins = self.evaluation.facts, self.evaluation.origins
        for metric, (name, mark) in LOSSES.items():
            value, origin = facts.get(metric), origins.get(metric)
            if not is_number(value) or not value or origin is None or not origin.said_by:
                continue
            if "loss.estimated" in self.facts and metric != "loss.estimated_gross":
                return
            amount, source = self.money(round(value * 100)), {"zh": origin.said_by, "en": origin.said_by}
            shown = {language: amount[language] + mark[language] for language in ("zh", "en")}
            self.count("loss.estimated", name, value, {"zh": "", "en": ""}, source, origin.as_of, shown)
            return

    def casualties(self) -> None:
        """Persons as the level counts them: a part that is larger than its whole is the whole's least."""
        now_us = self.ctx.now_us()
        with self.ctx.store.read() as connection:
            injured, _ = claim_store.casualties(connection, now_us=now_us, incident=self.incident.incident_id)
        unit = {"zh": "人", "en": ""}
        for gap, (metrics, name) in CASUALTIES.items():
            metric = next((m for m in metrics if is_number(self.evaluation.facts.get(m))), None)
            own = report_course.own_dead(self.ctx, self.incident.incident_id) if gap == "casualties.dead" else None
            if own is not None and metric is not None and self.evaluation.basis.get(metric, "own") != "own":
                # The class rests on the industry's figure; what we know of our own stands for ourselves.
                source = {"zh": own.source, "en": own.source} if own.source else OWN_CLAIMS
                self.count(gap, name, own.persons, unit, source, own.as_of)
            elif metric is not None:
                source, at = self._origin(metric)
                self.count(gap, name, self.evaluation.facts[metric], unit, source, at)
            elif gap == "casualties.injured" and injured and self.situation.published is None:
                self.count(gap, name, injured, unit, OWN_CLAIMS, self.situation.as_of)

    def industry(self) -> None:
        """Deaths of the whole industry, said with their source and time, never as our own."""
        found = report_course.industry_dead(self.ctx, self.incident.incident_id)
        if found is not None:
            name, source = {"zh": "行业死亡人数", "en": "deaths, industry"}, {"zh": found.source, "en": found.source}
            self.count("industry.dead", name, found.persons, {"zh": "人", "en": ""}, source, found.as_of)
            self.state("industry.dead.source", source)
            self.state("industry.dead.as_of", self.when(found.as_of))

    def _origin(self, metric: str) -> tuple[Text, datetime]:
        """Who said a fact of the evaluation, and when it held."""
        own = self.evaluation.basis.get(metric, "own") == "own"
        origin = self.evaluation.origins.get(metric if own else INDUSTRY + metric)
        if origin is None or not origin.said_by:
            return OWN_CLAIMS, self.situation.as_of
        return {"zh": origin.said_by, "en": origin.said_by}, origin.as_of

    def people(self) -> None:
        s, at, unit = self.situation, self.situation.as_of, {"zh": "人", "en": " adjusters"}
        if s.assigned:
            self.count(
                "staff.assigned", {"zh": "投入查勘力量", "en": "adjusters assigned"}, s.assigned, unit, OWN_ROSTER, at
            )
        if s.adjusters_total:
            self.count(
                "staff.available",
                {"zh": "可用查勘力量", "en": "adjusters available"},
                s.adjusters_available,
                unit,
                OWN_ROSTER,
                at,
            )
        if s.short:
            slots = {"zh": "人次", "en": " shift slots"}
            self.count("staff.short", {"zh": "查勘力量缺口", "en": "shift slots short"}, s.short, slots, OWN_ROSTER, at)

    # What was done --------------------------------------------------------------------------------

    def tasks(self) -> None:
        from emergency.service.response import tasks

        rows = tasks(self.ctx, self.incident.incident_id)
        done = [r for r in rows if r["state"] == "done"]
        late = [r for r in rows if r["late"]]
        if not rows:
            return
        waiting = sum(r["state"] == "open" for r in rows)
        texts = {
            "zh": f"已完成{len(done)}项，进行中{waiting}项，其中逾期{len(late)}项",
            "en": f"{len(done)} done, {waiting} open, {len(late)} of them overdue",
        }
        self.facts["tasks.count"] = Figure(
            {"zh": "任务", "en": "tasks"}, texts, None, OWN_TASKS, self.ctx.now().isoformat()
        )
        self.state("tasks.done", titles(done))
        self.state("tasks.overdue", titles(late))

    def relief(self) -> None:
        with self.ctx.store.read() as connection:
            rows = incidents.facts(connection, incident_id=self.incident.incident_id, now_us=self.ctx.now_us())
        state = {
            str(r["metric"]).removeprefix("policy."): r["value"] for r in rows if str(r["metric"]).startswith("policy.")
        }
        known = load_relief_measures(self.ctx.content.data / "relief-measures.yaml").measures
        names = [
            dict(known[n].name) if n in known else {"zh": n, "en": n}
            for n, value in state.items()
            if value == "enabled"
        ]
        if names:
            self.state("relief", listed(names))

    def tagged(self) -> None:
        worn = clocks.tags(self.ctx, self.incident.incident_id)
        if worn:
            self.state("tags", listed([pair(TAGS.get(tag, tag)) for tag in worn]))

    def clock_lines(self) -> None:
        self.state("clocks", report_course.clock_lines(self.ctx, self.evaluation))

    def ended(self) -> None:
        with self.ctx.store.read() as connection:
            ended_us = reports.stood_down_us(connection, self.incident.incident_id)
        if ended_us is not None:
            self.state("stood_down", self.when(from_us(ended_us)))

    def sender(self, kept: Mapping[str, str]) -> None:
        for name in SENDER_FIELDS:
            self.state(name, kept.get(name, ""))


def gather(ctx: Context, evaluation: Evaluation, kind: str) -> dict[str, Figure]:
    """Gap -> fact, of everything known about the incident now.

    Args:
        kind: of the report; what changed is told against the last one of its series.
    """
    found = situation(ctx, evaluation.incident.incident_id)
    gatherer = _Gatherer(ctx, found, evaluation)
    for part in (
        gatherer.about,
        gatherer.classed,
        gatherer.claims,
        gatherer.said_loss,
        gatherer.casualties,
        gatherer.industry,
        gatherer.people,
        gatherer.tasks,
        gatherer.relief,
        gatherer.tagged,
        gatherer.clock_lines,
        gatherer.ended,
    ):
        part()
    gatherer.sender(ctx.store.setting(SENDER, {}))
    _since_last(ctx, gatherer, kind)
    return gatherer.facts


CAUSE = "initial_cause"  # the field of the forms that says why
SERIES = {"follow_up": ("first", "follow_up"), "final": ("first", "follow_up"), "situation": ("situation",)}


def _since_last(ctx: Context, gatherer: _Gatherer, kind: str) -> None:
    with ctx.store.read() as connection:
        known = reports.handed_in(connection, gatherer.incident.incident_id, to_us(ctx.now()))
    if not gatherer.incident.cause:
        gatherer.state("cause", _cause_told(known))
    last = next((r for r in known if r["kind"] in SERIES.get(kind, ())), None)
    if last is None:
        return
    when = gatherer.when(from_us(last["handed_us"]))
    gatherer.state("last.report", {"zh": f"{when['zh']}报告", "en": f"the report of {when['en']}"})
    changed = differences(last["figures"], {gap: f for gap, f in gatherer.facts.items() if f.cited})
    if changed:
        gatherer.state("last.changes", {"zh": changes(changed, "zh"), "en": changes(changed, "en")})


def _cause_told(handed: Sequence[Mapping[str, Any]]) -> str:
    """The cause as the newest report has it where somebody wrote one; nobody writes it twice."""
    for one in handed:
        unknown = {field for field, _ in one["missing"]}
        for field in one["fields"]:
            if field["id"] == CAUSE and CAUSE not in unknown:
                return str(field["text"]).strip().rstrip("。.")
    return ""
