"""Moving people by hand: a coordinator's word becomes pins, and the rest of the plan is solved around them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emergency.domain.allocation import Adjuster, Cell, Pin
from emergency.domain.allocation.eligibility import eligibility
from emergency.domain.allocation.instructions import pins_of as instructed_pins
from emergency.domain.allocation.pool import contradiction
from emergency.domain.allocation.reserve import is_reserve
from emergency.service.allocation import (
    REMOTE,
    Draft,
    adjuster_from,
    policy_of,
    propose,
    travel_between,
)
from emergency.service.context import Context, Refused
from emergency.service.instructions import instructions
from emergency.service.plan_body import pins_of, waits
from emergency.service.plan_conflict import check_version, not_a_draft
from emergency.service.staff import roster_now
from emergency.store import plans
from emergency.texts import N_, Message

Stored = Mapping[str, Any]
REGION, BASE = "region", "base"


@dataclass(frozen=True)
class Group:
    """People who are together in a plan: in a region, or idle at a base.

    key: ``region/CODE`` or ``base/ID``; people: their ids in order.
    """

    key: str
    place: str
    people: tuple[str, ...]

    @property
    def idle(self) -> bool:
        return self.key.startswith(BASE)


def groups(ctx: Context, shown: Stored) -> tuple[Group, ...]:
    """Everybody a plan knows by where it puts them, the largest groups first; the idle by their base."""
    cells = {c["cell_id"]: c["region"] for c in shown["body"]["cells"]}
    sent = [a for a in shown["body"]["assignments"] if not is_reserve(a["cell_id"])]  # the others are at home
    at = {a["adjuster_id"]: cells[a["cell_id"]] for a in sent}
    found: dict[str, list[str]] = {}
    places: dict[str, str] = {}
    for row in roster_now(ctx).ready:
        if at.get(row["adjuster_id"]) == REMOTE:
            continue
        region = at.get(row["adjuster_id"])
        key = f"{REGION}/{region}" if region else f"{BASE}/{row['base_id']}"
        found.setdefault(key, []).append(row["adjuster_id"])
        places[key] = region or row["base_id"]
    rows = [Group(key, places[key], tuple(sorted(people))) for key, people in found.items()]
    return tuple(sorted(rows, key=lambda g: (-len(g.people), g.key)))


def able(ctx: Context, shown: Stored, people: Sequence[str], cell_id: str) -> list[tuple[str, int]]:
    """Those of some people who may work in a cell, with their way there in minutes, the nearest first."""
    cell = _cell(shown, cell_id)
    wanted = set(people) - _held_elsewhere(ctx, shown, cell)
    rows = [row for row in roster_now(ctx).ready if row["adjuster_id"] in wanted]
    pool = tuple(adjuster_from(row) for row in rows)
    if not pool:
        return []
    found = eligibility(pool, (cell,), travel_between(ctx, pool, (cell,)), policy_of(ctx), {})
    may, minutes = found.may[found.profile_of, 0], found.minutes[found.profile_of, 0]
    fit = [(one.adjuster_id, int(way)) for one, yes, way in zip(pool, may, minutes, strict=True) if yes]
    return sorted(fit, key=lambda pair: (pair[1], pair[0]))


def _held_elsewhere(ctx: Context, shown: Stored, cell: Cell) -> set[str]:
    """People a standing instruction keeps in another place, or out of this one."""
    cells = [Cell(**c) for c in shown["body"]["cells"]]
    pins = [p for p in instructed_pins(instructions(ctx), cells) if isinstance(p, Pin)]
    return {p.adjuster_id for p in pins if (p.kind == "must_not") == (p.cell_id == cell.cell_id)}


def move(ctx: Context, plan_id: int, group: str, cell_id: str, count: int) -> Draft:
    """A new draft in which so many people of a group work in a cell.

    Whoever is nearest to the cell goes; whoever else is in the two places stays. The rest of the plan is solved
    anew around them, and keeps the pins it was made with, so that one move after another adds up.

    Raises:
        Refused: no such plan or group, or fewer than that may go there; it says how many may.
        Conflict: the plan ended, or somebody else has changed it meanwhile; says who and what.
    """
    with ctx.store.read() as connection:
        shown = plans.get(connection, plan_id)
        if shown is None:
            raise Refused(Message("there is no plan {plan}; propose a new one", {"plan": plan_id}))
        check_version(ctx, connection, shown)
    chosen = next((g for g in groups(ctx, shown) if g.key == group), None)
    if chosen is None:
        raise Refused(Message("nobody is there under plan {plan} any more; look at it again", {"plan": plan_id}))
    post = _post(shown, cell_id, chosen)
    here = {a["adjuster_id"] for a in shown["body"]["assignments"] if a["cell_id"] in {c.cell_id for c in post}}
    fit = [who for who, _ in able(ctx, shown, [p for p in chosen.people if p not in here], cell_id)]
    if not 1 <= count <= len(fit):
        gaps = {"fit": len(fit), "people": len(chosen.people)}
        text = N_("of {people} people there {fit} may work in that place: skill, licence and a day's drive decide")
        raise Refused(Message(text, gaps))
    pins = _pins(ctx, shown, _shared_out(ctx, shown, fit[:count], post, cell_id), chosen)
    edit = {"plan": plan_id, "group": group, "cell": cell_id, "count": count}
    return propose(
        ctx,
        pins=pins,
        stability_minutes=shown["body"]["stability_minutes"],
        edit=edit,
        guard=lambda connection: check_version(ctx, connection, shown),
    )


def _post(shown: Stored, cell_id: str, left: Group) -> list[Cell]:
    """The cells of a place and line that people sent to one of them may share: its losses of every size.

    Who is moved within one place is moved to that very cell.
    """
    to = _cell(shown, cell_id)
    cells = [Cell(**c) for c in shown["body"]["cells"]]
    same = (
        c
        for c in cells
        if (c.incident, c.region, c.line, c.language) == (to.incident, to.region, to.line, to.language)
        and waits(c.cell_id)
    )
    return [to] if left.place == to.region or not waits(cell_id) else list(same)


def _shared_out(
    ctx: Context, shown: Stored, people: Sequence[str], post: Sequence[Cell], cell_id: str
) -> dict[str, str]:
    """Person -> the cell they take: open slots first, of the largest losses they may settle; then the one chosen.

    Who may settle least chooses first, so that nobody takes a slot that only somebody with more authority can fill
    while one of their own is open.
    """
    taken = Counter(a["cell_id"] for a in shown["body"]["assignments"] for _ in range(a["slots"]))
    free = {c.cell_id: c.slots - taken[c.cell_id] for c in post}
    known = {row["adjuster_id"]: adjuster_from(row) for row in roster_now(ctx).ready}
    largest_first = sorted(post, key=lambda c: (c.above_minor is None, -(c.above_minor or 0), c.cell_id))
    found = {}
    for who in sorted(people, key=lambda who: (_limit(known[who]), people.index(who))):
        places = [c for c in largest_first if free[c.cell_id] > 0]
        mine = next((c for c in places if known[who].may_settle(c)), places[-1] if places else None)
        found[who] = mine.cell_id if mine else cell_id
        if mine:
            free[mine.cell_id] -= 1
    return found


def _limit(person: Adjuster) -> float:
    return float("inf") if person.authority_minor is None else person.authority_minor


def _pins(ctx: Context, shown: Stored, going: Mapping[str, str], left: Group) -> list[Pin]:
    """Those who go (person -> cell), and those who stay in the two places: else others would be sent the way back.

    Raises:
        Refused: somebody is to go where a pin keeps them out; says who set it.
    """
    earlier = pins_of(shown["body"])
    for pin in earlier:
        if pin.kind == "must_not" and going.get(pin.adjuster_id) == pin.cell_id:
            raise Refused(contradiction(pin, Pin(pin.adjuster_id, pin.cell_id, "must", ctx.actor.id)))
    regions = {c["cell_id"]: c["region"] for c in shown["body"]["cells"]}
    touched = {left.place, *(regions[cell] for cell in going.values())}
    cells = [Cell(**c) for c in shown["body"]["cells"]]
    said_of = [p for p in instructed_pins(instructions(ctx), cells) if isinstance(p, Pin)]
    bound = {p.adjuster_id for p in said_of if p.kind == "must"}
    out = {(p.adjuster_id, p.cell_id) for p in said_of if p.kind == "must_not"}
    staying = {
        a["adjuster_id"]: a["cell_id"]
        for a in shown["body"]["assignments"]
        if regions[a["cell_id"]] in touched
        and a["adjuster_id"] not in bound | set(going)
        and (a["adjuster_id"], a["cell_id"]) not in out
    }
    placed = staying | dict(going)
    kept = [p for p in earlier if p.kind == "must_not" or p.adjuster_id not in placed]
    said = {(p.adjuster_id, p.cell_id): p.by for p in earlier if p.kind == "must"}
    by = ctx.actor.id
    return [*kept, *(Pin(who, cell, "must", said.get((who, cell), by)) for who, cell in sorted(placed.items()))]


def _cell(shown: Stored, cell_id: str) -> Cell:
    found = next((c for c in shown["body"]["cells"] if c["cell_id"] == cell_id), None)
    if found is None:
        raise Refused(Message("plan {plan} does not know that place; propose a new one", {"plan": shown["plan_id"]}))
    return Cell(**found)


def unmet(draft: Draft) -> tuple[str, ...]:
    """People of a draft whose pin could not hold: they stay where they were."""
    return tuple(sorted({pin.adjuster_id for pin in draft.plan.broken_pins}))


def put_away(ctx: Context, plan_id: int) -> None:
    """A draft that is not wanted; it stays in the list of plans for the review."""
    with ctx.store.write() as connection:
        draft = plans.get(connection, plan_id)
        if draft is None or draft["state"] != "draft":
            raise Refused(not_a_draft(ctx, connection, plan_id, draft))
        plans.mark(connection, plan_id, "withdrawn")
        ctx.record(connection, "allocation.put_away", f"plan/{plan_id}", {"plan": plan_id, "shift": draft["shift"]})
