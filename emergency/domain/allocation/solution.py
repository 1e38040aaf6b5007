"""A solved instance: the network with its flow, read back in terms of people and cells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice

import numpy as np

from emergency.domain.allocation.eligibility import Eligibility, Ints
from emergency.domain.allocation.groups import NOWHERE, Groups
from emergency.domain.allocation.network import Network
from emergency.domain.allocation.policy import Policy
from emergency.domain.allocation.pool import Adjuster, Cell, Wishes
from emergency.domain.allocation.residual import Graph, potentials
from emergency.domain.allocation.travel import Travel


@dataclass(frozen=True, eq=False)
class Solution:
    """Input in canonical order, network and optimal flow. People and cells are numbers in that order."""

    pool: tuple[Adjuster, ...]
    cells: tuple[Cell, ...]
    travel: Travel
    policy: Policy
    wishes: Wishes
    able: Eligibility
    groups: Groups
    network: Network
    flow: Ints

    @cached_property
    def busy(self) -> tuple[Ints, Ints, Ints]:
        """(group, cell, slots) of every used group-to-cell arc."""
        end = self.network.runs[1]
        used = np.flatnonzero(self.flow[:end])
        columns = self.network.heads[used] - self.network.groups
        return self.network.tails[used], columns, self.flow[used]

    @cached_property
    def priorities(self) -> Ints:
        return np.array([cell.priority for cell in self.cells], dtype=np.int64)

    @cached_property
    def short(self) -> Ints:
        """Open slots of each cell."""
        start, end = self.network.runs[2], self.network.runs[3]
        targets = self.network.heads[start:end] - self.network.groups
        found = np.bincount(targets, weights=self.flow[start:end], minlength=len(self.cells))
        return found.astype(np.int64)

    @cached_property
    def handed(self) -> tuple[Ints, Ints]:
        """(person, cell) of every slot of the pool, group by group; cell -1 = idle.

        Members, in the order of their ids, are handed out cell by cell in the order of cell ids, idle last:
        the same flow always yields the same names.
        """
        rows, columns, slots = self.busy  # by group, then by cell
        supply = self.groups.supply
        people = np.fromiter(chain.from_iterable(self.groups.members), dtype=np.int64, count=int(supply.sum()))
        found = np.full(len(people), NOWHERE, dtype=np.int64)
        group = np.repeat(rows, slots)
        place_in_group = np.arange(len(group)) - np.searchsorted(group, group)
        found[(np.cumsum(supply) - supply)[group] + place_in_group] = np.repeat(columns, slots)
        return people, found

    @cached_property
    def placed(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """The slots handed out, for each group its own."""
        pairs = zip(*(part.tolist() for part in self.handed), strict=True)
        return tuple(tuple(islice(pairs, count)) for count in self.groups.supply.tolist())

    @cached_property
    def places(self) -> dict[int, list[tuple[int, int]]]:
        """For each person, (group, cell) of each slot; cell -1 = idle."""
        found: dict[int, list[tuple[int, int]]] = {}
        for group, placed in enumerate(self.placed):
            for person, column in placed:
                found.setdefault(person, []).append((group, column))
        return found

    @cached_property
    def graph(self) -> Graph:
        return Graph.of(self.network, self.flow)

    @cached_property
    def potential(self) -> Ints:
        """Node potentials that prove the flow optimal."""
        return potentials(self.graph)

    @cached_property
    def strayed(self) -> tuple[tuple[int, ...], ...]:
        """For each group, the people whose must pin the flow did not keep."""
        if (self.groups.must == NOWHERE).all():
            return ((),) * len(self.groups.keys)
        return tuple(
            tuple(person for person, column in placed if key.must != NOWHERE and column != key.must)
            for key, placed in zip(self.groups.keys, self.placed, strict=True)
        )
