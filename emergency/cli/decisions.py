"""Levels and plans from tables alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from emergency import bootstrap
from emergency.cli.answering import answer_with, rows
from emergency.domain.allocation.plan_tables import DEMAND_COLUMNS, POOL_COLUMNS


def level(arguments: argparse.Namespace) -> int:
    from emergency.domain.level import level_table

    library = bootstrap.start().content.library
    sets = [library.rules(arguments.rules)] if arguments.rules else list(library.rule_sets())
    facts = rows(arguments.facts, "event_id", "incident_type")
    kinds = [kind.id for kind in library.incident_kinds()]
    answer = level_table(facts, sets, arguments.money_unit, traced=arguments.trace, kinds=kinds)
    answer_with(arguments, answer, lambda: [_level_line(a) for a in answer])
    return 0


def _level_line(row: dict[str, Any]) -> str:
    mark = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", None: "–"}[row["level"]]
    by = row["decided_by"]
    why = f"{by['metric']} {by['value']} ≥ {by['threshold']}" if by else "no indicator reached"
    nxt = row["to_next"]
    ahead = f"; {nxt['distance']} of {nxt['metric']} to the next" if nxt else ""
    line = f"{row['row']:>4}  {row['event_id']:24} {row['rules']:16} {mark:2} {why}{ahead}"
    return "\n      ".join([line, *_trace_lines(row)])


def _trace_lines(row: dict[str, Any]) -> list[str]:
    """Where the level comes from, for those who asked with --trace."""
    if "trace" not in row:
        return []
    trace = row["trace"]
    where = f"{trace['file']} {trace['version']}" + (f", row {trace['row']}" if trace["row"] else "")
    basis = trace["source"] or ("default, to be calibrated" if trace["row"] else "")
    return [f"{where}: {basis}" if basis else where, *([row["ahead"]] if row["ahead"] else [])]


def plan(arguments: argparse.Namespace) -> int:
    from emergency.service.plan_files import plan_tables

    tables = ("pool", "demand", "travel", "incumbent", "pins")
    names = {n: Path(p).name for n in tables if (p := getattr(arguments, n))}
    optional = {n: rows(p) for n in tables[2:] if (p := getattr(arguments, n))}
    content = bootstrap.start().content
    pool, demand = rows(arguments.pool, *POOL_COLUMNS), rows(arguments.demand, *DEMAND_COLUMNS)
    answer = plan_tables(content, pool, demand, **optional, names=names)
    answer_with(
        arguments,
        answer,
        lambda: [
            *([] if demand else ["nothing is asked for: the demand has no rows, so nobody is sent anywhere"]),
            *(
                f"{a['adjuster_id']:16} → {a['cell_id']:24} {a['slots']} slot(s), {a['minutes']} min"
                for a in answer["assignments"]
            ),
            *(f"short: {s['cell_id']:24} {s['slots']} – {s['reason']}" for s in answer["shortage"]),
            *(
                f"pin not kept: {p['adjuster_id'] or p['cell_id']} – {p['reason']} ({p['code']})"
                for p in answer["broken_pins"]
            ),
        ],
    )
    return 0
