"""The house's people and goods as tables: put into a workspace, written out."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from emergency.cli.answering import BadInput, answer_with, context


def pool_commands(command: Any, group: Any) -> None:
    """``emergency pool load|export``."""
    into = group("pool", "People and goods")
    load = command(into, "load", pool_load, "Put people and goods in place of those of a workspace")
    load.add_argument(
        "folder",
        type=Path,
        help="with bases.csv, adjusters.csv, stock.csv and perhaps items.csv, as `pool export` writes; or a workbook"
        " as the Pool room saves it",
    )
    load.add_argument("--preview", action="store_true", help="say what would change, and change nothing")
    load.add_argument("--add", action="store_true", help="the list is only a part: who and what is not in it stays")
    export = command(into, "export", pool_export, "Write people and goods as tables for a spreadsheet")
    export.add_argument("folder", type=Path)


def pool_load(arguments: argparse.Namespace) -> int:
    from emergency.service.pools import load

    if not arguments.folder.exists():
        raise BadInput(f"{arguments.folder}: no such folder; `emergency pool export FOLDER` writes one to begin with")
    if arguments.preview:
        return _preview(arguments)
    found = load(context(arguments), arguments.folder, whole=not arguments.add)
    mark = ", synthetic" if found.synthetic else ""
    told = [
        f"{found.bases} bases, {found.adjusters} people, {found.goods} rows of goods{mark}",
        f"{found.new} new, {found.changed} changed, {found.gone} taken off",
        *(f"not in the list, and stays: {name}: {why}" for name, why in found.kept),
    ]
    answer_with(arguments, asdict(found), told)
    return 0


def _preview(arguments: argparse.Namespace) -> int:
    from emergency.service.pools import seen

    found = seen(context(arguments), arguments.folder, whole=not arguments.add)
    rows: list[dict[str, Any]] = [
        {"table": c.table, "key": list(c.key), "what": c.what, "fields": [list(cell) for cell in c.fields]}
        for c in found.changes
    ]
    kept = [[stay.name, str(stay.why)] for stay in found.stays]
    told = [f"{len(found.changes)} change{'' if len(found.changes) == 1 else 's'}; nothing was written"]
    for c in found.changes:
        cells = [f"{name}: {was or '-'} -> {now or '-'}" for name, was, now in c.fields] if c.what == "changed" else []
        told.append(f"{c.table} {' '.join(c.key)}: {c.what}" + (f" ({'; '.join(cells)})" if cells else ""))
    told += [f"not in the list, and stays: {name}: {why}" for name, why in kept]
    warnings = [str(warning) for warning in found.warnings]
    told += [f"look at this again: {warning}" for warning in warnings]
    answer_with(arguments, {"changes": rows, "kept": kept, "warnings": warnings}, told)
    return 0


def pool_export(arguments: argparse.Namespace) -> int:
    from emergency.service.pools import export

    found = export(context(arguments), arguments.folder)
    told = f"wrote {found.bases} bases, {found.adjusters} people, {found.goods} rows of goods to {arguments.folder}"
    answer_with(arguments, asdict(found) | {"folder": str(arguments.folder)}, [told])
    return 0
