"""Goods from depots to the places that ask for them: one integer flow per kind, the fund as a capacity.

    depot ──travel + stability──▶ site ──worth of a piece, convex──▶ purse ──cap──▶ purse ──cap──▶ SINK
      └──────────────────────────────────0 (stays)───────────────────────────────────────────────▶┘

Pieces of one kind at one depot are alike, so what stands committed already is the cheaper first part of a way.
There is always a flow: a piece may stay where it is, and what is not met is a shortage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from emergency.domain.allocation.eligibility import Ints
from emergency.domain.allocation.policy import Policy
from emergency.domain.allocation.pool import PRIORITIES, AllocationRefused, Cell
from emergency.domain.allocation.residual import Graph, ToTarget, potentials, ways_to
from emergency.domain.allocation.solve import least_cost_flow
from emergency.domain.allocation.travel import Travel, travel_matrix
from emergency.texts import Message

Loads = Mapping[tuple[str, str], int]  # (depot, site) -> pieces, all above 0
FARTHEST_MINUTES = 24 * 60  # nothing is driven longer than a day; a site says its own, shorter limit
HOUSE_POLICY = Policy(duty_limit_minutes=FARTHEST_MINUTES)


@dataclass(frozen=True)
class Depot:
    """Where goods stand: pieces by kind that may be sent, those committed but not sent among them."""

    depot_id: str
    region: str
    pieces: Mapping[str, int]


@dataclass(frozen=True)
class Site:
    """What one incident asks of one kind in one region.

    kind: a kind of goods, or the id of a kit. cost_minor: what one piece takes out of every purse named, from
    the incident's own outwards to the whole fund. claims_per_day: what one piece clears, 0 = none. ages: (pieces,
    steps) of those asked for long ago, the oldest first; a step counts as much as one priority, without an end.
    """

    site_id: str
    incident: str
    region: str
    kind: str
    pieces: int
    priority: int  # 1 = most urgent
    max_travel_minutes: int
    cost_minor: int = 0
    purses: tuple[str, ...] = ()
    claims_per_day: int = 0
    ages: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        # A stored plan brings them back as lists.
        object.__setattr__(self, "ages", tuple((int(pieces), int(steps)) for pieces, steps in self.ages))

    @property
    def oldest(self) -> int:
        """Steps of the piece that has waited longest."""
        return self.ages[0][1] if self.ages else 0


@dataclass(frozen=True)
class Problem:
    """Depots and sites in the order of their ids, whatever order they came in. Built by `problem`.

    kits: kit -> kind -> pieces of it in one kit, all from one depot. purses: minor units left; a purse that is
    not named has no limit. held: pieces committed already. minutes: shape (depots, sites), -1 = no way.
    """

    depots: tuple[Depot, ...]
    sites: tuple[Site, ...]
    minutes: Ints
    kits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    purses: Mapping[str, int] = field(default_factory=dict)
    held: Loads = field(default_factory=dict)
    policy: Policy = HOUSE_POLICY

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted({site.kind for site in self.sites}))

    @cached_property
    def rows(self) -> dict[str, int]:
        return {depot.depot_id: row for row, depot in enumerate(self.depots)}

    @cached_property
    def columns(self) -> dict[str, int]:
        return {site.site_id: column for column, site in enumerate(self.sites)}

    def parts(self, kind: str) -> Mapping[str, int]:
        """What one of a kind takes from its depot: itself, or the parts of a kit."""
        return self.kits.get(kind, {kind: 1})

    def in_reach(self, row: int, column: int) -> bool:
        return 0 <= int(self.minutes[row, column]) <= self.sites[column].max_travel_minutes

    def prices(self, site: Site) -> list[tuple[int, int]]:
        """(pieces, what each is worth to the site in minutes), dearest first."""
        asked = Cell(site.site_id, site.incident, site.region, site.kind, "", site.pieces, site.priority)
        plain = self.policy.slot_prices(asked)
        if not site.ages:
            return plain
        step = self.policy.urgency_gap * self.policy.step_minutes
        older = [steps * step for pieces, steps in site.ages for _ in range(pieces)] + [0] * site.pieces
        worths = (worth for pieces, worth in plain for _ in range(pieces))
        # Both fall, so their sum does: what was asked for first is met first.
        aged = Counter(worth + more for worth, more in zip(worths, older, strict=False))
        return [(pieces, worth) for worth, pieces in sorted(aged.items(), reverse=True)]


def problem(
    depots: Iterable[Depot],
    sites: Iterable[Site],
    travel: Travel,
    *,
    kits: Mapping[str, Mapping[str, int]] | None = None,
    purses: Mapping[str, int] | None = None,
    held: Loads | None = None,
    policy: Policy = HOUSE_POLICY,
) -> Problem:
    """The problem, whole: sites that ask nothing are left out, and what is held for them or nobody.

    Raises:
        AllocationRefused: with everything that contradicts itself.
    """
    stores = tuple(sorted(depots, key=lambda depot: depot.depot_id))
    asking = tuple(sorted((site for site in sites if site.pieces), key=lambda site: site.site_id))
    faults = list(_faults(stores, asking, purses or {}, policy))
    if faults:
        raise AllocationRefused(faults)
    minutes = travel_matrix(travel, [d.region for d in stores], [s.region for s in asking])
    known = {depot.depot_id for depot in stores}, {site.site_id for site in asking}
    standing = {k: n for k, n in sorted((held or {}).items()) if n and k[0] in known[0] and k[1] in known[1]}
    return Problem(stores, asking, minutes, dict(kits or {}), dict(purses or {}), standing, policy)


def _faults(
    depots: Sequence[Depot], sites: Sequence[Site], purses: Mapping[str, int], policy: Policy
) -> Iterator[Message]:
    names = Counter([d.depot_id for d in depots]) + Counter([s.site_id for s in sites])
    for name in sorted(name for name, times in names.items() if times > 1):
        yield Message("{id} is there twice; give each depot and each place one row", {"id": name})
    for depot in depots:
        if min(depot.pieces.values(), default=0) < 0:
            yield Message("depot {id} has fewer than no pieces of a kind; count it again", {"id": depot.depot_id})
    for site in sites:
        if min(site.pieces, site.cost_minor) < 0 or site.priority not in PRIORITIES:
            yield Message("{id} asks less than nothing, or its priority is not 1 to 9", {"id": site.site_id})
        if site.max_travel_minutes > policy.duty_limit_minutes:
            yield Message("{id} would be reached later than a day after; lower its limit", {"id": site.site_id})
        steps = [n for _, n in site.ages]
        if steps != sorted(steps, reverse=True) or any(min(age) < 0 for age in site.ages):
            yield Message("the ages of {id} must fall and be 0 or more", {"id": site.site_id})
    if min(purses.values(), default=0) < 0:
        yield Message("a purse holds less than nothing; a fund that is used up holds 0")
    outer: dict[str, str] = {}
    pairs = (pair for site in sites for pair in pairwise((*site.purses, "")))
    for purse, following in pairs:
        if outer.setdefault(purse, following) != following:
            yield Message("purse {id} lies in two others; it can lie in one", {"id": purse})


@dataclass(frozen=True, eq=False)
class KindFlow:
    """The best flow of one kind alone: depots 0..d-1, then its sites, its purses and the SINK."""

    kind: str
    depots: int
    site_ids: tuple[str, ...]
    graph: Graph
    loads: Loads
    cost: int

    @cached_property
    def ways(self) -> ToTarget:
        """Cheapest residual ways to the SINK; exact for one piece more anywhere."""
        return ways_to(self.graph, self.graph.nodes - 1, potentials(self.graph))

    def site_at(self, node: int) -> str:
        """The site of a node, "" for any other."""
        place = node - self.depots
        return self.site_ids[place] if 0 <= place < len(self.site_ids) else ""


def kind_flow(
    of: Problem, kind: str, pieces: Sequence[int], left: Mapping[str, int], *, generous: bool = False
) -> KindFlow:
    """One kind, alone in the world: ``pieces`` by depot, ``left`` minor units by purse.

    Where the pieces of one purse cost differently, a purse counts whole pieces at the dearest cost, so that it
    is never overdrawn; ``generous`` counts at the cheapest, which is a bound and no plan.
    """
    columns = [column for column, site in enumerate(of.sites) if site.kind == kind]
    arcs, purses = _Arcs(len(of.depots), len(columns)), _capacities(of, columns, left, generous)
    number = {purse: len(of.depots) + len(columns) + n for n, purse in enumerate(purses)}
    sink = len(of.depots) + len(columns) + len(purses)
    for row, depot in enumerate(of.depots):
        for place, column in enumerate(columns):
            if of.in_reach(row, column):
                already = of.held.get((depot.depot_id, of.sites[column].site_id), 0)
                arcs.way(row, place, int(of.minutes[row, column]), of.sites[column].pieces, already, of.policy)
        arcs.add(row, sink, max(pieces[row], 0), 0)
    for place, column in enumerate(columns):
        inner = next((number[p] for p in of.sites[column].purses if p in number), sink)
        for count, worth in of.prices(of.sites[column]):
            arcs.add(len(of.depots) + place, inner, count, -worth)
    for purse, (cap, outer) in purses.items():
        arcs.add(number[purse], number.get(outer, sink), cap, 0)
    supplies = np.zeros(sink + 1, dtype=np.int64)
    supplies[: len(of.depots)] = pieces
    supplies[sink] = -sum(pieces)
    return _solved(of, kind, columns, arcs, supplies)


class _Arcs:
    """The arcs of one kind as they are laid; ``moved`` marks what was not committed there before."""

    def __init__(self, depots: int, sites: int) -> None:
        self.depots, self.sites = depots, sites
        self.rows: list[tuple[int, int, int, int, int]] = []

    def add(self, tail: int, head: int, capacity: int, cost: int, moved: int = 0) -> None:
        self.rows.append((tail, head, capacity, cost, moved))

    def way(self, row: int, place: int, minutes: int, asked: int, held: int, policy: Policy) -> None:
        head = self.depots + place
        if held:
            self.add(row, head, min(held, asked), minutes)
        if asked > held:
            self.add(row, head, asked - held, minutes + policy.stability_minutes, moved=1)


def _capacities(
    of: Problem, columns: Sequence[int], left: Mapping[str, int], generous: bool
) -> dict[str, tuple[int, str]]:
    """Purse -> (whole pieces it pays for, the purse around it), for purses that know a limit."""
    found: dict[str, tuple[int, str]] = {}
    pick = min if generous else max
    for purse in sorted({purse for column in columns for purse in of.sites[column].purses if purse in left}):
        mine = [of.sites[column] for column in columns if purse in of.sites[column].purses]
        cost = pick(site.cost_minor for site in mine)
        outer = mine[0].purses[mine[0].purses.index(purse) + 1 :]
        asked = sum(site.pieces for site in mine)
        cap = min(asked, left[purse] // cost) if cost else asked
        found[purse] = (cap, next((name for name in outer if name in left), ""))
    return found


def _solved(of: Problem, kind: str, columns: Sequence[int], arcs: _Arcs, supplies: Ints) -> KindFlow:
    """Ties go to what is committed already: unchanged input moves nothing, at whatever price of stability."""
    tails, heads, capacities, costs, moved = (np.array(part, dtype=np.int64) for part in zip(*arcs.rows, strict=True))
    scale = int(supplies[supplies > 0].sum()) + 1
    flow = least_cost_flow(tails, heads, capacities, costs * scale + moved, supplies)
    graph = Graph(len(supplies), tails, heads, capacities, costs, flow, np.ones(len(flow), dtype=bool))
    loads: Counter[tuple[str, str]] = Counter()
    depots = len(of.depots)
    for arc in np.flatnonzero((flow > 0) & (tails < depots) & (heads < depots + len(columns))).tolist():
        site = of.sites[columns[int(heads[arc]) - depots]]
        loads[of.depots[int(tails[arc])].depot_id, site.site_id] += int(flow[arc])
    most = sum(count * worth for column in columns for count, worth in of.prices(of.sites[column]))
    asking = tuple(of.sites[column].site_id for column in columns)
    return KindFlow(kind, depots, asking, graph, dict(loads), most + int((flow * costs).sum()))


def unmet(of: Problem, loads: Loads) -> dict[str, int]:
    """Pieces each site goes without, 0 left out; by site in order."""
    came: Counter[str] = Counter()
    for (_, site), count in loads.items():
        came[site] += count
    return {site.site_id: site.pieces - came[site.site_id] for site in of.sites if site.pieces > came[site.site_id]}


def cost_parts(of: Problem, loads: Loads) -> dict[str, int]:
    """What a plan costs, in minutes, by name; ``total`` is their sum."""
    travel = sum(int(of.minutes[of.rows[d], of.columns[s]]) * n for (d, s), n in loads.items())
    fresh = sum(max(0, n - of.held.get(key, 0)) for key, n in loads.items())
    found = {"travel_minutes": travel, "stability": fresh * of.policy.stability_minutes}
    missing = unmet(of, loads)
    for site in of.sites:
        worths = [worth for count, worth in of.prices(site) for _ in range(count)]
        name = f"shortage_priority_{site.priority}"
        found[name] = found.get(name, 0) + sum(worths[site.pieces - missing.get(site.site_id, 0) :])
    return {**found, "total": sum(found.values())}


def broken(of: Problem, loads: Loads) -> tuple[str, ...]:
    """Rules a plan breaks, found by counting, whoever made it: what is not there, too far, too much, too dear."""
    taken: Counter[tuple[str, str]] = Counter()
    spent: Counter[str] = Counter()
    came: Counter[str] = Counter()
    found = set()
    for (depot, site_id), count in loads.items():
        site = of.sites[of.columns[site_id]]
        came[site_id] += count
        for kind, each in of.parts(site.kind).items():
            taken[depot, kind] += each * count
        for purse in site.purses:
            spent[purse] += site.cost_minor * count
        if count < 0:
            found.add("less_than_nothing")
        if not of.in_reach(of.rows[depot], of.columns[site_id]):
            found.add("travel_limit")
    if any(count > of.depots[of.rows[depot]].pieces.get(kind, 0) for (depot, kind), count in taken.items()):
        found.add("not_there")
    if any(amount > of.purses[purse] for purse, amount in spent.items() if purse in of.purses):
        found.add("fund_overdrawn")
    if any(count > of.sites[of.columns[site]].pieces for site, count in came.items()):
        found.add("more_than_asked")
    return tuple(sorted(found))


def with_more(of: Problem, depot_id: str, pieces: Mapping[str, int]) -> Problem:
    """The same with more pieces at one depot."""
    row = of.rows[depot_id]
    more = dict(of.depots[row].pieces)
    for kind, count in pieces.items():
        more[kind] = more.get(kind, 0) + count
    return replace(of, depots=(*of.depots[:row], replace(of.depots[row], pieces=more), *of.depots[row + 1 :]))


def with_money(of: Problem, minor: Mapping[str, int]) -> Problem:
    """The same with more money in some purses."""
    return replace(of, purses={purse: left + minor.get(purse, 0) for purse, left in of.purses.items()})
