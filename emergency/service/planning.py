"""What a plan costs before it is published, and why somebody goes where the plan says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emergency.domain.allocation import Adjuster, Assignment, Cell, Plan, allocate
from emergency.domain.allocation.ahead import is_ahead
from emergency.domain.allocation.explain import Alternative, Why
from emergency.domain.allocation.explain import why as explain
from emergency.domain.allocation.referral import asked_of
from emergency.domain.allocation.reserve import is_reserve
from emergency.domain.slot_course import ACKNOWLEDGED, ON_SITE
from emergency.service.allocation import REMOTE, adjuster_from, policy_of, roster, travel_between
from emergency.service.breaches import breaches
from emergency.service.context import Context
from emergency.service.plan_body import as_planned, rows_of, waits, words_of
from emergency.service.slot_course import courses
from emergency.service.staff import roster_now
from emergency.texts import N_, Message

LOOKED_THROUGH = 24  # alternatives of one person, to find those at other places


@dataclass(frozen=True)
class Price:
    """One line of the preview: a figure now and with the draft."""

    name: str
    before: str
    after: str
    tone: str = "plain"
    always: bool = True  # also said where it is nothing, before and after

    @property
    def nothing(self) -> bool:
        return {self.before, self.after} <= {"", "0", "–"}


# Key of a figure -> what it is called, and which way is better: 1 more, -1 less, 0 neither.
FIGURES: Mapping[str, tuple[str, int]] = {
    "filled": (N_("Survey slots filled"), 1),
    "beyond": (N_("Sent by hand beyond what is asked"), 0),
    "ahead": (N_("Sent ahead of claims still to come"), 0),
    "short": (N_("Slots short, seats included"), -1),
    "backlog": (N_("Backlog at this strength (days)"), -1),
    "breaches": (N_("Claims that pass 72 h in this shift"), -1),
    "referred": (N_("Slots whose claims are referred"), -1),
    "travel_hours": (N_("Travel, one way (hours)"), -1),
    "broken": (N_("Appointments broken (visits)"), -1),
    "moved": (N_("People moved to another post"), -1),
    "newly": (N_("People newly sent"), 0),
    "let_go": (N_("People sent nowhere any more"), 0),
    "losing": (N_("Regions that lose people"), -1),
    "reserve": (N_("Not sent out, those in reserve included"), 0),
    "bases": (N_("Bases that give people"), 0),
}
# What is told of a plan only where there is some of it.
WHERE_ANY = frozenset({"beyond", "ahead", "referred", "newly", "let_go", "bases"})
Figures = dict[str, float | None]


def price(ctx: Context, shown: Mapping[str, Any], now: Mapping[str, Any] | None) -> tuple[Price, ...]:
    """The figures of a plan beside those of the plan in force (None where there is none)."""
    after = plan_figures(ctx, shown, now)
    before = plan_figures(ctx, now, now) if now else None
    return tuple(
        Price(
            name,
            "" if before is None else number(before[key]),
            number(after[key]),
            tone(before, after, key),
            key not in WHERE_ANY,
        )
        for key, (name, _) in FIGURES.items()
    )


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:,}"


def tone(before: Figures | None, after: Figures, key: str) -> str:
    """Whether a figure gets better (ok) or worse (watch) from one plan to the other."""
    old, new, better = before[key] if before else None, after[key], FIGURES[key][1]
    if old is None or new is None or old == new or not better:
        return "plain"
    return "ok" if (new - old) * better > 0 else "watch"


def plan_figures(ctx: Context, plan: Mapping[str, Any], now: Mapping[str, Any] | None) -> Figures:
    """What a plan gives and costs, against the plan in force where there is one; a key for each of FIGURES."""
    homes = {a["adjuster_id"]: a["base_id"] for a in roster(ctx)}
    body = plan["body"]
    cells = {c["cell_id"]: c for c in body["cells"]}
    sent = [a for a in body["assignments"] if not is_reserve(a["cell_id"])]
    field = [a for a in sent if cells[a["cell_id"]]["region"] != REMOTE]
    beyond = sum(body.get("beyond", {}).values())
    needed = sum(c["slots"] for c in body["cells"] if c["region"] != REMOTE and waits(c["cell_id"])) - beyond
    filled = sum(a["slots"] for a in field if waits(a["cell_id"])) - beyond
    return {
        "filled": filled,
        "beyond": beyond,
        "ahead": sum(a["slots"] for a in field if not waits(a["cell_id"])),
        "short": sum(s["slots"] for s in body["shortages"]),
        "backlog": round(needed / filled, 1) if filled else 0.0,
        "breaches": breaches(body),
        "referred": sum(r["slots"] for r in body.get("referrals", ())),
        "travel_hours": round(sum(a["minutes"] for a in field) / 60),
        "broken": _broken(ctx, plan, now),
        "moved": body["moves"],
        "newly": body.get("newly"),
        "let_go": body.get("let_go"),
        "losing": sum(s.after < s.before for s in shifts(now, plan)) if now else 0,
        "reserve": len(set(homes) - {a["adjuster_id"] for a in sent}),
        "bases": len({homes.get(a["adjuster_id"]) for a in field}),
    }


def _broken(ctx: Context, plan: Mapping[str, Any], now: Mapping[str, Any] | None) -> int:
    """Visits of this shift that people who acknowledged or are on site were to make where a plan takes them from."""
    if now is None or now["plan_id"] == plan["plan_id"]:
        return 0
    cells = {c["cell_id"]: (c["incident"], c["region"], c["line"]) for c in plan["body"]["cells"]}
    places = {a["adjuster_id"]: cells[a["cell_id"]] for a in plan["body"]["assignments"]}
    visits = ctx.content.library.visits_per_slot()
    return sum(
        visits.get(c.line, 0)
        for c in courses(ctx, now["plan_id"])
        if c.state in (ACKNOWLEDGED, ON_SITE) and places.get(c.adjuster_id) != (c.incident_id, c.region, c.line)
    )


@dataclass(frozen=True)
class Shift:
    """People in a region under one plan and under another."""

    region: str
    before: int
    after: int


def shifts(now: Mapping[str, Any] | None, shown: Mapping[str, Any]) -> tuple[Shift, ...]:
    """Who loses and who gets people by region, the greatest loss first; regions that stay as they are left out."""
    before, after = people_by_region(now), people_by_region(shown)
    rows = [Shift(r, before.get(r, 0), after.get(r, 0)) for r in {*before, *after}]
    changed = [row for row in rows if row.before != row.after]
    return tuple(sorted(changed, key=lambda row: (row.after - row.before, row.region)))


def people_by_region(plan: Mapping[str, Any] | None) -> dict[str, int]:
    """Slots of a plan in each region; seats are nowhere, and who is held back at home is sent nowhere."""
    found: dict[str, int] = {}
    if plan is not None:
        cells = {c["cell_id"]: c["region"] for c in plan["body"]["cells"]}
        for a in plan["body"]["assignments"]:
            region = cells[a["cell_id"]]
            if region != REMOTE and not is_reserve(a["cell_id"]):
                found[region] = found.get(region, 0) + a["slots"]
    return found


def why(ctx: Context, shown: Mapping[str, Any], adjuster_id: str) -> tuple[Message, ...]:
    """Sentences with exact figures: what speaks for this place, and the next best one.

    The stored plan is solved again from its own inputs, so the answer belongs to the plan that is
    shown and not to the claims of this minute.
    """
    plan = solved_again(ctx, shown)
    here = next((a for a in plan.assignments if a.adjuster_id == adjuster_id), None)
    if here is None:
        return (Message(N_("The roster has changed since this plan was made; propose a new one to ask again.")),)
    person = next(a for a in plan.solution.pool if a.adjuster_id == adjuster_id)
    cells = {c.cell_id: c for c in plan.solution.cells}
    found = explain(plan, adjuster_id, here.cell_id, choices=LOOKED_THROUGH)
    return (*_sets_out(ctx, person), *_sentences(ctx, found, cells, person))


def _sets_out(ctx: Context, person: Adjuster) -> Iterator[Message]:
    """Where somebody is who does not set out from home."""
    if person.base_region != person.home:
        name = {"en": ctx.regions.name(person.base_region, "en"), "zh": ctx.regions.name(person.base_region, "zh_CN")}
        text = N_("{person} is on site in {place} and sets out from there.")
        yield Message(text, {"person": person.adjuster_id, "place": name})


def solved_again(ctx: Context, shown: Mapping[str, Any]) -> Plan:
    """A stored plan with all that explanations are worked out from, solved from its own inputs."""
    body = shown["body"]
    cells = tuple(_cell(c) for c in body["cells"])
    people = _people(ctx, body)
    return allocate(
        people,
        cells,
        travel_between(ctx, people, cells),
        incumbent=_incumbent(body, people, cells),
        pins=words_of(body),
        policy=policy_of(ctx, body["stability_minutes"]),
    )


def _sentences(ctx: Context, found: Why, cells: Mapping[str, Cell], person: Adjuster) -> Iterator[Message]:
    here = cells[found.cell_id]
    yield Message(
        N_("{person} is {minutes} min from {place}; licence there: {licence}; urgency {priority}."),
        {
            "person": found.adjuster_id,
            "minutes": found.parts.get("travel_minutes", 0),
            "place": place_name(ctx, here),
            "licence": here.licence or "–",
            "priority": here.priority,
        },
    )
    if "referral" in found.parts:
        text = N_("Claims there lie above {amount}, more than {person} may settle: referring them counts {n} minutes.")
        yield Message(text, {**asked_of(here), "person": found.adjuster_id, "n": found.parts["referral"]})
    elif here.above_minor is not None and not person.may_settle(here):
        text = N_("Claims there lie above {amount}; nobody in the house may settle them, so they are referred.")
        yield Message(text, asked_of(here))
    elif here.above_minor is not None:
        text = N_("Claims there lie above {amount}; {person} has the authority to settle them.")
        yield Message(text, {**asked_of(here), "person": found.adjuster_id})
    if here.language:
        yield Message(N_("Somebody who speaks {language} was asked for there."), asked_of(here))
    if not found.next_best:
        yield Message(N_("There is no other place: nobody else asks for what this person may do."))
    for other in _elsewhere(found, cells)[:3]:
        gaps = {"minutes": f"{other.extra_minutes:,}", "place": post_name(ctx, cells.get(other.cell_id))}
        yield Message(N_("Instead at {place}: the whole plan costs {minutes} minutes more."), gaps)
        for step in other.chain[1:3]:
            yield Message(N_("    then {step}"), {"step": step.message})
    for cell_id, reason in found.blocked[:2]:
        yield Message(N_("Not at {place}: {reason}"), {"place": post_name(ctx, cells[cell_id]), "reason": reason})


def _elsewhere(found: Why, cells: Mapping[str, Cell]) -> list[Alternative]:
    """The best alternative at each other place; another size of loss where they are is no other place."""
    best: dict[tuple[str, ...], Alternative] = {}
    here = _place(cells.get(found.cell_id))
    for one in found.next_best:
        if _place(cells.get(one.cell_id)) != here:
            best.setdefault(_place(cells.get(one.cell_id)), one)
    return list(best.values()) or list(found.next_best)


def _place(cell: Cell | None) -> tuple[str, ...]:
    return () if cell is None else (cell.incident, cell.region, cell.line, cell.language, str(cell.home))


def place_name(ctx: Context, cell: Cell | None) -> Message | dict[str, str]:
    if cell is None or cell.home:
        return Message(N_("home, in reserve"))
    if cell.region == REMOTE or not ctx.regions.known(cell.region):
        return {"en": cell.line, "zh": cell.line}
    return {"en": ctx.regions.name(cell.region, "en"), "zh": ctx.regions.name(cell.region, "zh_CN")}


def post_name(ctx: Context, cell: Cell | None) -> Message | dict[str, str]:
    """A place with what is done there: two posts of one place have two names."""
    place = place_name(ctx, cell)
    if cell is None or cell.home or cell.region == REMOTE:
        return place
    if is_ahead(cell.cell_id):
        return Message(N_("{place}, ahead of claims"), {"place": place})
    asked = asked_of(cell)
    name = Message(N_("{place}, {line}"), {"place": place, "line": asked["line"]})
    if cell.above_minor is not None:
        name = Message(N_("{place}, losses above {amount}"), {"place": name, "amount": asked["amount"]})
    if cell.language:
        name = Message(N_("{place}, speaking {language}"), {"place": name, "language": asked["language"]})
    return name


def _cell(c: Mapping[str, Any]) -> Cell:
    return Cell(**c)


def _people(ctx: Context, body: Mapping[str, Any]) -> list[Adjuster]:
    """Those the plan was made of; a plan of earlier times does not say who was left out, so today's word counts."""
    if "out" in body:
        return [adjuster_from(a) for a in as_planned(roster(ctx), body) if a["adjuster_id"] not in body["out"]]
    return [adjuster_from(a) for a in as_planned(roster_now(ctx).ready, body)]


def _incumbent(body: Mapping[str, Any], people: Sequence[Adjuster], cells: Sequence[Cell]) -> list[Assignment]:
    names, known = {p.adjuster_id for p in people}, {c.cell_id for c in cells}
    rows = rows_of(body.get("incumbent", []))
    return [a for a in rows if a.adjuster_id in names and a.cell_id in known]
