"""Very large plans: the same optimum over far fewer arcs.

Thousands of profiles share a few hundred bases, and thousands of cells a few dozen kinds (line, licence, language and
the authority it takes).
Instead of one arc per group and cell, people go to the hub of their base for each kind they may serve, and from
the hub to the cells of that kind within reach:

    group ──stability + referral──▶ hub (base, kind) ──travel──▶ cell

Arcs at which a group differs from its neighbours stay direct: those to the post it stands in, and all arcs of
groups under pins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emergency.domain.allocation.eligibility import Bools, Eligibility, Ints
from emergency.domain.allocation.groups import NOWHERE, Groups
from emergency.domain.allocation.network import Network
from emergency.domain.allocation.solve import check_flow, least_cost_flow

MANY_ARCS = 1_000_000  # below, the plain network is quick enough and breaks ties the same way for every engine


@dataclass(frozen=True, eq=False)
class Hubs:
    """Two runs of arcs: from groups to hubs and from hubs to cells. Hub = place x kinds + kind."""

    count: int
    group: Ints
    entered: Ints  # the hub each group-to-hub arc enters
    referral: Ints  # minutes that group's referrals cost in that hub's cells
    left: Ints  # the hub each hub-to-cell arc leaves
    cell: Ints
    minutes: Ints


def hub_flow(network: Network, able: Eligibility, groups: Groups, stability_minutes: int) -> Ints:
    """An optimal flow on every arc of the network, found through hubs.

    The same input always gives the same flow. Among plans of equal cost it may be another than that of the
    plain network, whose ties are broken arc by arc.

    Args:
        stability_minutes: what leaving the standing cell costs. With a standing plan it must be 1 or more, or
            a slot could leave its cell for nothing by way of a hub.
    """
    end = network.runs[1]
    through = (groups.must == NOWHERE) & ~_pinned(able)[groups.profile]
    hubs = _hubs(able, groups, through)
    direct = np.ones(len(network.tails), dtype=bool)
    stands = groups.stays(groups.standing[network.tails[:end]], network.heads[:end] - network.groups)
    direct[:end] = ~through[network.tails[:end]] | stands
    own = np.flatnonzero(direct)
    asked = -network.supplies[network.groups + hubs.cell]
    found = least_cost_flow(
        np.concatenate([network.tails[own], hubs.group, network.nodes + hubs.left]),
        np.concatenate([network.heads[own], network.nodes + hubs.entered, network.groups + hubs.cell]),
        np.concatenate([network.capacities[own], groups.supply[hubs.group], asked]),
        np.concatenate([network.costs[own], stability_minutes + hubs.referral, hubs.minutes]),
        np.concatenate([network.supplies, np.zeros(hubs.count, dtype=np.int64)]),
    )
    flow = np.zeros(len(network.tails), dtype=np.int64)
    flow[own] = found[: len(own)]
    entering, leaving = np.split(found[len(own) :], [len(hubs.group)])
    np.add.at(flow, _arcs(network, *_paired(hubs, entering, leaving)), 1)
    check_flow(network, flow)
    return flow


def _pinned(able: Eligibility) -> Bools:
    """Profiles with a cell closed to them."""
    return np.array([bool(profile.forbidden) for profile in able.profiles], dtype=bool)


def _hubs(able: Eligibility, groups: Groups, through: Bools) -> Hubs:
    """Lay out the arcs of the groups that go through hubs; hubs nobody enters have none."""
    kind_of, first = _kinds(able)
    fit = able.skilled[groups.profile[:, None], first[None, :]] & able.licensed[groups.profile[:, None], first[None, :]]
    fit &= able.speaks[groups.profile[:, None], first[None, :]]
    group, kind = np.nonzero(fit & through[:, None])
    # A place is a region people set out from and the one they are based in.
    wide = len(able.at_home.table)
    places, place_of = np.unique(able.minutes.row_of * wide + able.at_home.row_of, return_inverse=True)
    entered = place_of[groups.profile[group]] * len(first) + kind
    near = able.within.table[places // wide][:, able.within.column_of]
    near &= able.at_home.table[places % wide][:, able.at_home.column_of]
    place, cell = np.nonzero(near)
    left = place * len(first) + kind_of[cell]
    count = len(places) * len(first)
    used = np.bincount(entered, minlength=count)[left] > 0
    place, cell, left = place[used], cell[used], left[used]
    minutes = able.minutes.table[places[place] // wide, able.minutes.column_of[cell]]
    return Hubs(count, group, entered, able.referral[groups.profile[group], first[kind]], left, cell, minutes)


def _kinds(able: Eligibility) -> tuple[Ints, Ints]:
    """(kind of each cell, a cell of each kind): cells alike in line, licence, language and authority asked."""
    found = able.skilled.column_of
    for one in (able.licensed, able.speaks, able.referral):
        found = found * one.table.shape[1] + one.column_of
    _, first, kind_of = np.unique(found, return_index=True, return_inverse=True)
    return kind_of.astype(np.int64), first.astype(np.int64)


def _paired(hubs: Hubs, entering: Ints, leaving: Ints) -> tuple[Ints, Ints]:
    """(group, cell) of every slot that went through a hub.

    As many leave a hub as enter it, and each who enters may serve each cell: they are paired in order.
    """
    into, out = np.lexsort((hubs.group, hubs.entered)), np.lexsort((hubs.cell, hubs.left))
    return np.repeat(hubs.group[into], entering[into]), np.repeat(hubs.cell[out], leaving[out])


def _arcs(network: Network, group: Ints, cell: Ints) -> Ints:
    """The network's arc of each pair; arcs are in order of groups, then cells."""
    end = network.runs[1]
    keys = network.tails[:end] * network.nodes + network.heads[:end]
    found: Ints = np.searchsorted(keys, group * network.nodes + network.groups + cell)
    return found
