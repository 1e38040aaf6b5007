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
        help="with bases.csv, adjusters.csv, stock.csv and perhaps items.csv, as `pool export` writes",
    )
    export = command(into, "export", pool_export, "Write people and goods as tables for a spreadsheet")
    export.add_argument("folder", type=Path)


def pool_load(arguments: argparse.Namespace) -> int:
    from emergency.service.pools import load

    if not arguments.folder.is_dir():
        raise BadInput(f"{arguments.folder}: no such folder; `emergency pool export FOLDER` writes one to begin with")
    found = load(context(arguments), arguments.folder)
    mark = ", synthetic" if found.synthetic else ""
    told = f"{found.bases} bases, {found.adjusters} people, {found.goods} rows of goods{mark}"
    answer_with(arguments, asdict(found), [told])
    return 0


def pool_export(arguments: argparse.Namespace) -> int:
    from emergency.service.pools import export

    found = export(context(arguments), arguments.folder)
    told = f"wrote {found.bases} bases, {found.adjusters} people, {found.goods} rows of goods to {arguments.folder}"
    answer_with(arguments, asdict(found) | {"folder": str(arguments.folder)}, [told])
    return 0
