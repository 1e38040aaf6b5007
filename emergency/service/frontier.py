"""What stability costs: for some prices of moving a person, how many move and what the plan is then worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from emergency.domain.allocation import Cell, Pin, Policy
from emergency.service.allocation import Inputs, inputs
from emergency.service.context import Context
from emergency.store import journal, plans
from emergency.texts import N_, Message

TEN_MINUTES_US = 600_000_000
# Acts that change neither who can be sent nor what is asked for.
QUIET = frozenset({"course.acknowledge", "course.arrive", "course.call", "course.silent", "allocation.propose"})
QUIET_MOST = 500
# Minutes that are tried, whatever is set on the slider.
PRICES = (0, 5, 10, 20, 30, 45, 60, 90, 120)


@dataclass(frozen=True)
class Point:
    """A plan at one price of moving somebody, in minutes.

    moved: people who leave one post for another. travel_minutes: all drives, one way. open_minutes: what is left
    open, in minutes of travel it would be worth. loss_minutes: both together above the plan that moves freely.
    """

    stability_minutes: int
    moved: int
    travel_minutes: int
    open_minutes: int
    loss_minutes: int


def frontier(ctx: Context, present: int, pins: Sequence[Pin] = ()) -> tuple[Point, ...]:
    """A point for each price and for the present one, solved over the claims and people of this minute.

    Empty where nobody stands anywhere yet: then the price of moving changes nothing.

    Raises:
        Refused: nothing to plan for, or nobody to send.
    """
    with ctx.store.read() as connection:
        if plans.latest(connection, state="published") is None:
            return ()
    known = inputs(ctx)
    if not known.incumbent:
        return ()
    return measured(known, sorted({*PRICES, present}), pins)


def measured(known: Inputs, prices: Sequence[int], pins: Sequence[Pin] = ()) -> tuple[Point, ...]:
    kept = [p for p in pins if p.cell_id in known.cell_ids and p.adjuster_id in known.names]
    # One list of prices for all: what an open slot costs contains the price of moving, so that leaving it open never
    # pays for staying. By its own list each plan would seem to lose more than the last where nothing changes.
    list_of = replace(known.policy, stability_minutes=0)
    cells = {c.cell_id: c for c in known.cells}
    found = []
    for price in prices:
        plan = known.solve(price, kept)
        travel = plan.cost["travel_minutes"]
        left = sum(left_open(list_of, cells[s.cell_id], s.slots) for s in plan.shortages)
        left += sum(r.minutes for r in plan.referrals)
        found.append((price, sum(m.elsewhere for m in plan.moves), travel, left))
    least = min(travel + left for _, _, travel, left in found)
    return tuple(Point(price, moved, travel, left, travel + left - least) for price, moved, travel, left in found)


def left_open(prices: Policy, cell: Cell, slots: int) -> int:
    """Minutes that so many open slots of a cell are worth by one list of prices; the dearest are filled first."""
    open_minutes = 0
    for count, minutes in reversed(prices.slot_prices(cell)):
        some = min(count, slots)
        open_minutes += some * minutes
        slots -= some
    return open_minutes


def next_step(points: Sequence[Point], present: int) -> Message:
    """What the next higher price of moving saves in moves and costs in minutes; a lower one where it is the highest."""
    here = next(p for p in points if p.stability_minutes == present)
    later = [p for p in points if p.stability_minutes > present and (p.moved, p.loss_minutes) != _same(here)]
    if later:
        there = later[0]
        gaps = {
            "here": here.stability_minutes,
            "there": there.stability_minutes,
            "n": here.moved - there.moved,
            "minutes": f"{there.loss_minutes - here.loss_minutes:,}",
            "travel": f"{(there.travel_minutes - here.travel_minutes) / 60:+,.1f}",
        }
        return Message(
            N_(
                "From {here} to {there} minutes: {n} fewer people are moved; that costs {minutes} minutes in drives "
                "and claims that wait (travel {travel} h)."
            ),
            gaps,
        )
    gaps = {"here": here.stability_minutes, "n": here.moved, "minutes": f"{here.loss_minutes:,}"}
    return Message(
        N_("A higher price than {here} minutes changes nothing: {n} people move, {minutes} minutes above free moving."),
        gaps,
    )


def _same(point: Point) -> tuple[int, int]:
    return point.moved, point.loss_minutes


def stamp(ctx: Context) -> tuple[str, int, int]:
    """The same as long as a frontier would come out the same: no act that matters to it was recorded, and ten
    minutes have not gone by."""
    with ctx.store.read() as connection:
        lately = journal.entries(connection, newest_first=True, limit=QUIET_MOST)
        last = next((e.seq for e in lately if e.action not in QUIET), 0)
    return ctx.store.name, last, ctx.now_us() // TEN_MINUTES_US
