"""A way through the residual graph, told as people changing places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from emergency.domain.allocation.groups import NOWHERE
from emergency.domain.allocation.residual import Graph
from emergency.domain.allocation.solution import Solution
from emergency.texts import Message


@dataclass(frozen=True)
class Step:
    """One link of a chain: a person moves, or a slot of a cell opens or closes. "" = idle."""

    kind: Literal["moves", "opens", "closes"]
    adjuster_id: str
    from_cell: str
    to_cell: str

    @property
    def message(self) -> Message:
        gaps = {"id": self.adjuster_id, "from": self.from_cell, "to": self.to_cell}
        if self.kind == "opens":
            return Message("one slot more stays open in {to}", gaps)
        if self.kind == "closes":
            return Message("one slot fewer stays open in {from}", gaps)
        if not self.from_cell:
            return Message("{id}, idle so far, goes to {to}", gaps)
        if not self.to_cell:
            return Message("{id} leaves {from} and stays idle", gaps)
        return Message("{id} goes from {from} to {to}", gaps)


def cell_name(solution: Solution, node: int) -> str:
    """The cell of a node, "" for IDLE."""
    column = node - solution.network.groups
    return solution.cells[column].cell_id if column < len(solution.cells) else ""


def steps(solution: Solution, graph: Graph, way: Sequence[int], person: int = NOWHERE) -> tuple[Step, ...]:
    """The steps of residual arcs in order; nodes beyond the network are slots of `person`, taken apart."""
    short, told = solution.network.short, []
    leaving = ""
    for arc in way:
        number, back = (arc, False) if arc >= 0 else (~arc, True)
        tail, head = int(graph.tails[number]), int(graph.heads[number])
        place = cell_name(solution, head)
        if tail == short:
            if place:
                told.append(Step("closes", "", place, "") if back else Step("opens", "", "", place))
        elif back:
            leaving = place
        else:
            told.append(Step("moves", _name(solution, tail, leaving, person), leaving, place))
    return tuple(told)


def _name(solution: Solution, node: int, leaving: str, person: int) -> str:
    """Who leaves: the taken-apart person, or the first of the group in that place."""
    if node >= solution.network.nodes:
        return solution.pool[person].adjuster_id
    for member, column in solution.placed[node]:
        here = solution.cells[column].cell_id if column != NOWHERE else ""
        if here == leaving and member != person:
            return solution.pool[member].adjuster_id
    raise LookupError(f"nobody of group {node} is in {leaving or 'reserve'}")
