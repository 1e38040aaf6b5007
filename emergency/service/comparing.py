"""Two plans side by side; one is taken, the other is kept with its price and the reason it was not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emergency.domain.instant import from_us
from emergency.service.allocation import shift_of
from emergency.service.context import Conflict, Context, Refused
from emergency.service.plan_body import waits
from emergency.service.plan_conflict import not_a_draft
from emergency.service.planning import FIGURES, people_by_region, plan_figures, tone
from emergency.store import plans, slot_course
from emergency.texts import N_, Message

Stored = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """One figure of two plans; ``tone``: whether the right one is better (ok) or worse (watch)."""

    key: str
    left: float | None
    right: float | None
    tone: str = "plain"

    @property
    def name(self) -> str:
        return FIGURES[self.key][0]


@dataclass(frozen=True)
class Region:
    """People in a region now and under two plans, and the slots that stay short under each."""

    region: str
    now: int
    left: int
    right: int
    left_short: int
    right_short: int


@dataclass(frozen=True)
class Pair:
    """Two plans side by side; regions in which they do not differ are left out."""

    left: int
    right: int
    figures: tuple[Figure, ...]
    regions: tuple[Region, ...]


@dataclass(frozen=True)
class Choice:
    """A plan that was taken instead of another, with both prices as they stood on the screen."""

    choice_id: int
    chosen: int
    rejected: int
    reason: str
    actor: str
    at: datetime
    pair: Pair


def drafts(ctx: Context) -> list[dict[str, Any]]:
    """Drafts of this shift that could be published now, the newest first."""
    with ctx.store.read() as connection:
        current = plans.latest(connection, state="published", shift=shift_of(ctx))
        found = plans.drafts(connection, shift_of(ctx))
    return [d for d in found if d["based_on"] == (current["plan_id"] if current else None)]


def side_by_side(ctx: Context, left: Stored, right: Stored, now: Stored | None) -> Pair:
    """Figures and regions of two plans, each against the plan in force."""
    a, b = plan_figures(ctx, left, now), plan_figures(ctx, right, now)
    figures = tuple(Figure(key, a[key], b[key], tone(a, b, key)) for key in FIGURES)
    return Pair(left["plan_id"], right["plan_id"], figures, tuple(_regions(left, right, now)))


def _regions(left: Stored, right: Stored, now: Stored | None) -> list[Region]:
    here, a, b = people_by_region(now), people_by_region(left), people_by_region(right)
    short_a, short_b = _short(left), _short(right)
    rows = [
        Region(r, here.get(r, 0), a.get(r, 0), b.get(r, 0), short_a.get(r, 0), short_b.get(r, 0))
        for r in {*a, *b, *short_a, *short_b}
    ]
    differing = [r for r in rows if (r.left, r.left_short) != (r.right, r.right_short)]
    return sorted(differing, key=lambda r: (-abs(r.right - r.left), r.region))


def _short(plan: Stored) -> dict[str, int]:
    regions = {c["cell_id"]: c["region"] for c in plan["body"]["cells"]}
    found: dict[str, int] = {}
    for s in plan["body"]["shortages"]:
        if not waits(s["cell_id"]):
            continue
        found[regions[s["cell_id"]]] = found.get(regions[s["cell_id"]], 0) + s["slots"]
    return found


def choose(ctx: Context, chosen: int, rejected: int, reason: str) -> int:
    """Take one of two drafts; the other is kept, marked rejected, with the reason and the price of both.

    Returns:
        The number of the choice, for `take_back`.

    Raises:
        Refused: no reason, the same plan twice, or one of them is not a draft.
        Conflict: somebody else has rejected it meanwhile.
    """
    if not reason.strip():
        raise Refused(Message(N_("say why the other plan is not taken; the review will ask")))
    if chosen == rejected:
        raise Refused(Message(N_("choose two different plans")))
    with ctx.store.read() as connection:
        one, other = plans.get(connection, chosen), plans.get(connection, rejected)
        now = plans.latest(connection, state="published", shift=shift_of(ctx))
        for number, found in ((chosen, one), (rejected, other)):
            if found is None or found["state"] != "draft":
                raise Refused(not_a_draft(ctx, connection, number, found))
    assert one is not None and other is not None
    prices = _packed(side_by_side(ctx, one, other, now))
    with ctx.store.write() as connection:
        again = [plans.get(connection, number) for number in (chosen, rejected)]
        if any(found is None or found["state"] != "draft" for found in again):
            text = N_("plan {plan} or plan {other} was published, rejected or put away just now; look at them again")
            raise Conflict(Message(text, {"plan": chosen, "other": rejected}))
        known = {"shift": one["shift"], "chosen": chosen, "rejected": rejected, "reason": reason.strip()}
        number = slot_course.choose(connection, prices=prices, chosen_us=ctx.now_us(), actor=ctx.actor.id, **known)
        plans.mark(connection, rejected, "rejected")
        body = {"plan": chosen, "rejected": rejected, "reason": reason.strip(), "choice": number}
        for incident in sorted(_incidents(other)):
            ctx.record(connection, "allocation.choose", f"plan/{chosen}", {"incident": incident, **body})
    return number


def take_back(ctx: Context, choice_id: int) -> None:
    """The rejected plan is a draft again; that it was rejected stays in the journal.

    Raises:
        Refused: there is no such choice, or it was taken back before.
    """
    with ctx.store.write() as connection:
        found = next((c for c in slot_course.choices(connection) if c["choice_id"] == choice_id), None)
        if found is None or not slot_course.undo_choice(connection, choice_id, ctx.now_us(), ctx.actor.id):
            raise Refused(Message(N_("this choice was taken back already")))
        plans.mark(connection, found["rejected"], "draft")
        body = {"plan": found["chosen"], "rejected": found["rejected"], "choice": choice_id}
        ctx.record(connection, "allocation.choose.undo", f"plan/{found['chosen']}", body)


def choices(ctx: Context, incident_id: str | None = None) -> tuple[Choice, ...]:
    """Every plan that was not chosen, the newest first; of one incident where it is named."""
    with ctx.store.read() as connection:
        rows = slot_course.choices(connection)
        if incident_id is not None:
            asked = {r["rejected"]: plans.get(connection, r["rejected"]) for r in rows}
            rows = [r for r in rows if incident_id in _incidents(asked[r["rejected"]])]
    return tuple(_choice(row) for row in reversed(rows))


def _incidents(plan: Stored | None) -> set[str]:
    return {c["incident"] for c in plan["body"]["cells"]} if plan else set()


def _packed(pair: Pair) -> dict[str, Any]:
    return {
        "figures": [[f.key, f.left, f.right, f.tone] for f in pair.figures],
        "regions": [[r.region, r.now, r.left, r.right, r.left_short, r.right_short] for r in pair.regions],
    }


def _choice(row: Mapping[str, Any]) -> Choice:
    figures: Sequence[Any] = row["prices"]["figures"]
    pair = Pair(
        row["chosen"],
        row["rejected"],
        tuple(Figure(*one) for one in figures if one[0] in FIGURES),
        tuple(Region(*one) for one in row["prices"]["regions"]),
    )
    at = from_us(row["chosen_us"])
    return Choice(row["choice_id"], row["chosen"], row["rejected"], row["reason"], row["actor"], at, pair)
