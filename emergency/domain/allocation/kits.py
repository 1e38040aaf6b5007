"""What couples kinds: a kit takes pieces of several kinds from one depot, and one fund pays for them all.

Kinds that nothing couples are solved alone, exactly. The coupled rest starts from flows one after another, and
HiGHS looks for something better from there, within a time limit. The answer is never worse than the flows, and
the gap to the proven bound is part of it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ortools.math_opt.python import mathopt

from emergency.domain.allocation.eligibility import Ints
from emergency.domain.allocation.goods import (
    KindFlow,
    Loads,
    Problem,
    broken,
    cost_parts,
    kind_flow,
    unmet,
)

SECONDS = 5.0  # as long as somebody waits before the screen; the flows are there at once


@dataclass(frozen=True)
class GoodsPlan:
    """What goes where. ``bound``: no plan costs less, in minutes; ``flows``: the exact answers of kinds alone.

    coupled: kinds that were solved together, by group. searched: whether HiGHS was asked at all; limited: whether
    its time ran out.
    """

    of: Problem = field(repr=False)
    loads: Loads
    cost: Mapping[str, int]
    bound: int
    start: int  # what the flows one after another cost
    coupled: tuple[tuple[str, ...], ...]
    searched: bool = False
    limited: bool = False
    flows: Mapping[str, KindFlow] = field(default_factory=dict, compare=False, repr=False)

    @property
    def proven(self) -> bool:
        return self.cost["total"] <= self.bound

    @property
    def gap_tenths(self) -> int:
        """How far above the bound the plan may be, in tenths of a per cent, rounded up; 0 = the best there is."""
        if self.proven:
            return 0
        return -(-(self.cost["total"] - self.bound) * 1000 // max(self.cost["total"], 1))

    @property
    def unmet(self) -> dict[str, int]:
        return unmet(self.of, self.loads)


def plan_goods(of: Problem, seconds: float = SECONDS) -> GoodsPlan:
    """The best plan for all kinds: exact where nothing couples them, with its gap where something does.

    ``seconds`` is for all coupled groups together. Within the limit the answer is the same for the same input;
    where the limit strikes it may be another one of no higher cost than the flows.
    """
    loads: dict[tuple[str, str], int] = {}
    flows: dict[str, KindFlow] = {}
    bound, start, coupled, searched, limited = 0, 0, [], False, False
    groups, tight = coupled_groups(of), {purse: of.purses[purse] for purse in _tight(of)}
    share = seconds / max(1, sum(len(group) > 1 for group in groups))
    for group in groups:
        part = part_of(of, group, tight)
        if _alone(part, group):
            flow = kind_flow(part, group[0], _stock(part, group[0]), part.purses)
            flows[group[0]] = flow
            found = _Found(flow.loads, flow.cost, flow.cost)
        else:
            found = _together(part, group, share)
            coupled.append(group)
        loads |= found.loads
        bound, start = bound + found.bound, start + found.start
        searched, limited = searched or found.searched, limited or found.limited
    ordered = dict(sorted(loads.items()))
    return GoodsPlan(of, ordered, cost_parts(of, ordered), bound, start, tuple(coupled), searched, limited, flows)


def part_of(of: Problem, kinds: Sequence[str], purses: Mapping[str, int] | None = None) -> Problem:
    """The problem of some kinds alone, with the same depots; all its purses unless other ones are given."""
    sites = tuple(site for site in of.sites if site.kind in kinds)
    minutes: Ints = of.minutes[:, [column for column, site in enumerate(of.sites) if site.kind in kinds]]
    part = replace(of, sites=sites, minutes=minutes, purses=of.purses if purses is None else purses)
    return replace(part, held={key: count for key, count in of.held.items() if key[1] in part.columns})


def _stock(of: Problem, kind: str) -> list[int]:
    """How many of a kind, or whole kits, each depot can give."""
    return [min(d.pieces.get(part, 0) // each for part, each in of.parts(kind).items()) for d in of.depots]


def coupled_groups(of: Problem) -> tuple[tuple[str, ...], ...]:
    """Kinds that share a part of a kit, or a purse that cannot pay for all of them."""
    root = {kind: kind for kind in of.kinds}

    def top(kind: str) -> str:
        while root[kind] != kind:
            kind = root[kind]
        return kind

    shared: dict[str, list[str]] = {}
    for kind in of.kinds:
        for part in of.parts(kind):
            shared.setdefault(f"part {part}", []).append(kind)
    for purse in _tight(of):
        paid = {site.kind for site in of.sites if purse in site.purses and site.cost_minor}
        shared.setdefault(f"purse {purse}", []).extend(sorted(paid))
    for kinds in shared.values():
        for kind in kinds[1:]:
            root[max(top(kind), top(kinds[0]))] = min(top(kind), top(kinds[0]))
    found: dict[str, list[str]] = {}
    for kind in of.kinds:
        found.setdefault(top(kind), []).append(kind)
    return tuple(tuple(kinds) for _, kinds in sorted(found.items()))


def _tight(of: Problem) -> list[str]:
    """Purses that could not pay for everything that is asked of them."""
    wanted: Counter[str] = Counter()
    for site in of.sites:
        for purse in site.purses:
            wanted[purse] += site.cost_minor * site.pieces
    return sorted(purse for purse, left in of.purses.items() if wanted[purse] > left)


def _alone(of: Problem, group: Sequence[str]) -> bool:
    """Whether one flow is the whole truth: one kind, and every piece of a purse costs the same."""
    if len(group) > 1:
        return False
    costs = {purse: {s.cost_minor for s in of.sites if purse in s.purses} for purse in _tight(of)}
    return all(len(found) == 1 for found in costs.values())


@dataclass(frozen=True)
class _Found:
    loads: Loads
    start: int
    bound: int
    searched: bool = False
    limited: bool = False


def _together(of: Problem, group: Sequence[str], seconds: float) -> _Found:
    best, flows = _start(of, group)
    cost = cost_parts(of, best)["total"]
    bound = sum(kind_flow(of, kind, _stock(of, kind), of.purses, generous=True).cost for kind in group)
    if cost <= bound:
        return _Found(best, flows, bound)
    loads, proven, limited = _searched(of, best, seconds)
    if loads and not broken(of, loads) and cost_parts(of, loads)["total"] < cost:
        best, cost = loads, cost_parts(of, loads)["total"]
    return _Found(best, flows, min(cost, max(bound, proven)), True, limited)


def _start(of: Problem, group: Sequence[str]) -> tuple[Loads, int]:
    """The cheapest of a few orders of flows, or the standing plan if that is cheaper; and what the flows cost."""
    urgent = {kind: min(s.priority - s.oldest for s in of.sites if s.kind == kind) for kind in group}
    orders: list[Callable[[str], tuple[object, ...]]] = [
        lambda kind: (urgent[kind], kind not in of.kits, kind),
        lambda kind: (kind not in of.kits, urgent[kind], kind),
        lambda kind: (kind in of.kits, urgent[kind], kind),
    ]
    made = [_in_turn(of, sorted(group, key=order)) for order in orders]
    costs = [cost_parts(of, loads)["total"] for loads in made]
    best = made[costs.index(min(costs))]
    standing = dict(of.held)
    if standing and not broken(of, standing) and cost_parts(of, standing)["total"] <= min(costs):
        best = standing
    return best, min(costs)


def _in_turn(of: Problem, kinds: Sequence[str]) -> Loads:
    """One flow after another, each from what the ones before left in depots and purses."""
    loads: dict[tuple[str, str], int] = {}
    left, purses = of, dict(of.purses)
    for kind in kinds:
        flow = kind_flow(left, kind, _stock(left, kind), purses)
        loads |= flow.loads
        left = _taken(left, flow.loads)
        for (_, site_id), count in flow.loads.items():
            site = of.sites[of.columns[site_id]]
            for purse in (p for p in site.purses if p in purses):
                purses[purse] -= site.cost_minor * count
    return loads


def _taken(of: Problem, loads: Loads) -> Problem:
    rest = [dict(depot.pieces) for depot in of.depots]
    for (depot, site_id), count in loads.items():
        for part, each in of.parts(of.sites[of.columns[site_id]].kind).items():
            rest[of.rows[depot]][part] -= each * count
    return replace(of, depots=tuple(replace(d, pieces=p) for d, p in zip(of.depots, rest, strict=True)))


# The coupled rest -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Way:
    """Pieces on one way: those committed there already, and those that would be new."""

    key: tuple[str, str]
    standing: mathopt.Variable | None
    fresh: mathopt.Variable

    @property
    def both(self) -> list[mathopt.Variable]:
        return [self.fresh] if self.standing is None else [self.standing, self.fresh]


def _searched(of: Problem, start: Loads, seconds: float) -> tuple[Loads, int, bool]:
    """(the best loads HiGHS found, none = nothing; what it proved no plan goes below; whether time ran out)."""
    model = mathopt.Model()
    ways = list(_ways(of, model))
    opens = _opens(of, model)
    _limits(of, model, ways, opens)
    _price(of, model, ways, opens)
    asked = mathopt.SolveParameters(
        time_limit=timedelta(seconds=seconds), relative_gap_tolerance=0.0, absolute_gap_tolerance=0.5
    )
    hint = mathopt.ModelSolveParameters(solution_hints=[_hint(of, ways, opens, start)])
    answer = mathopt.solve(model, mathopt.SolverType.HIGHS, params=asked, model_params=hint)
    limited = answer.termination.reason != mathopt.TerminationReason.OPTIMAL
    dual = answer.termination.objective_bounds.dual_bound
    # Costs are whole minutes; what the solver's own rounding may add is taken off before the bound is rounded up.
    proven = math.ceil(dual - 1e-3 - abs(dual) * 1e-9) if math.isfinite(dual) else 0
    if not answer.has_primal_feasible_solution():
        return {}, proven, limited
    values = answer.variable_values()
    loads = {way.key: round(sum(values[one] for one in way.both)) for way in ways}
    return {key: count for key, count in loads.items() if count}, proven, limited


def _ways(of: Problem, model: mathopt.Model) -> Iterator[_Way]:
    for depot in of.depots:
        for column, site in enumerate(of.sites):
            if of.in_reach(of.rows[depot.depot_id], column):
                key = depot.depot_id, site.site_id
                held = min(of.held.get(key, 0), site.pieces)
                standing = model.add_integer_variable(lb=0, ub=held) if held else None
                yield _Way(key, standing, model.add_integer_variable(lb=0, ub=site.pieces))


def _opens(of: Problem, model: mathopt.Model) -> dict[str, list[tuple[mathopt.Variable, int]]]:
    """Site -> (pieces it goes without, what each costs) by band of its worth."""
    return {
        site.site_id: [(model.add_integer_variable(lb=0, ub=count), worth) for count, worth in of.prices(site)]
        for site in of.sites
    }


def _limits(
    of: Problem,
    model: mathopt.Model,
    ways: Sequence[_Way],
    opens: Mapping[str, Sequence[tuple[mathopt.Variable, int]]],
) -> None:
    for site in of.sites:
        came = [one for way in ways if way.key[1] == site.site_id for one in way.both]
        model.add_linear_constraint(mathopt.fast_sum([*came, *(one for one, _ in opens[site.site_id])]) == site.pieces)
    for depot in of.depots:
        _stock_limits(of, model, depot.depot_id, [way for way in ways if way.key[0] == depot.depot_id])
    for purse in _tight(of):
        paid = [(way, of.sites[of.columns[way.key[1]]]) for way in ways]
        costs = [(way, site.cost_minor) for way, site in paid if purse in site.purses and site.cost_minor]
        unit = math.gcd(*(cost for _, cost in costs)) or 1
        spent = mathopt.fast_sum([cost // unit * one for way, cost in costs for one in way.both])
        model.add_linear_constraint(spent <= of.purses[purse] // unit)


def _stock_limits(of: Problem, model: mathopt.Model, depot_id: str, mine: Sequence[_Way]) -> None:
    pieces = of.depots[of.rows[depot_id]].pieces
    users: dict[str, list[mathopt.LinearBase]] = {}
    for way in mine:
        for part, each in of.parts(of.sites[of.columns[way.key[1]]].kind).items():
            users.setdefault(part, []).extend(each * one for one in way.both)
    for part, uses in sorted(users.items()):
        model.add_linear_constraint(mathopt.fast_sum(uses) <= pieces.get(part, 0))


def _price(
    of: Problem,
    model: mathopt.Model,
    ways: Sequence[_Way],
    opens: Mapping[str, Sequence[tuple[mathopt.Variable, int]]],
) -> None:
    terms: list[mathopt.LinearBase] = [worth * one for bands in opens.values() for one, worth in bands]
    for way in ways:
        minutes = int(of.minutes[of.rows[way.key[0]], of.columns[way.key[1]]])
        if way.standing is not None:
            terms.append(minutes * way.standing)
        terms.append((minutes + of.policy.stability_minutes) * way.fresh)
    model.minimize(mathopt.fast_sum(terms))


def _hint(
    of: Problem,
    ways: Sequence[_Way],
    opens: Mapping[str, Sequence[tuple[mathopt.Variable, int]]],
    start: Loads,
) -> mathopt.SolutionHint:
    """The flow start, as values of every variable; the cheapest bands go without first."""
    values: dict[mathopt.Variable, float] = {}
    for way in ways:
        count = start.get(way.key, 0)
        standing = min(count, of.held.get(way.key, 0)) if way.standing is not None else 0
        if way.standing is not None:
            values[way.standing] = standing
        values[way.fresh] = count - standing
    missing = unmet(of, start)
    for site_id, bands in opens.items():
        left = missing.get(site_id, 0)
        for one, _ in reversed(bands):
            values[one] = min(left, round(one.upper_bound))
            left -= round(values[one])
    return mathopt.SolutionHint(variable_values=values)
