"""The command line: the same services as the console, each with ``--json``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from emergency.api.commands import key_commands
from emergency.cli import data, decisions, drills, serving
from emergency.cli.answering import BadInput, answer_with, context
from emergency.cli.claims import claims_history
from emergency.cli.drill_scripts import script_commands
from emergency.cli.playbooks import playbook_commands
from emergency.cli.pools import pool_commands
from emergency.cli.sweeps import sweep_commands
from emergency.service.faults import INPUT_FAULTS
from emergency.texts import LANGUAGES

REFUSALS: tuple[type[Exception], ...] = (BadInput, FileNotFoundError, IsADirectoryError, *INPUT_FAULTS)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 found something wrong, 2 bad input, 130 stopped on request (Ctrl-C, TERM)."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except KeyboardInterrupt:
        print("stopped; what was finished is kept", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except REFUSALS as fault:
        print(f"emergency: {fault}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="emergency", description="Emergency and catastrophe response console")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(into: Any, name: str, run: Callable[[argparse.Namespace], int | None], help: str) -> Any:
        sub = into.add_parser(name, help=help, description=help)
        sub.add_argument("--json", action="store_true", help="answer as JSON")
        sub.add_argument("--workspace", default="live", help="workspace to work in (default: live)")
        sub.add_argument("--actor", default=os.environ.get("USER") or "operator", help="who acts, for the journal")
        sub.set_defaults(run=run)
        return sub

    def group(name: str, help: str) -> Any:
        return commands.add_parser(name, help=help).add_subparsers(required=True, metavar="ACT")

    serve = command(commands, "serve", serving.serve, "Start the console, the API and the background jobs")
    serve.add_argument("--port", type=int, default=8501)
    serve.add_argument("--address", default="127.0.0.1")
    serve.add_argument("--no-demo", action="store_true", help="do not load the demos on first start")
    command(commands, "worker", serving.worker, "Run the background jobs without the console")
    demo = command(commands, "demo", serving.demo, "Load a demo workspace")
    demo.add_argument("name", nargs="?", default="harvey", choices=("harvey", "zhengzhou"))
    demo.add_argument("--again", action="store_true", help="make it anew, as on the first day")

    _data_commands(command, group)
    _decision_commands(commands, command, group)
    return parser


def _data_commands(command: Any, group: Any) -> None:
    regions = group("regions", "Region sets")
    command(regions, "list", data.regions_list, "List the region sets")
    install = command(regions, "install", data.regions_install, "Install a region set")
    install.add_argument("name", help="cn, or a file with columns code and name")
    install.add_argument("--id", help="id of the set, for a file of your own")

    claims = group("claims", "Claims")
    proposed = command(claims, "propose", data.claims_propose, "Propose how a file's columns are read")
    proposed.add_argument("file", type=Path)
    proposed.add_argument("--encoding", default="", choices=data.ENCODINGS, help="read it so, whatever it seems to be")
    proposed.add_argument("--save", metavar="NAME", help="keep the proposal as a mapping of this name")
    proposed.add_argument("--about", default="", metavar="SOURCE", help="whose claims messages speak of")
    proposed.add_argument("--kind", default="", choices=data.KINDS, help="what a row of the file is")
    proposed.add_argument("--date-order", choices=data.DATE_ORDERS, help="how dates such as 7/8/2026 are written")
    proposed.add_argument("--coordinates", choices=data.COORDINATES, help="gcj02 for points of a Chinese web map")
    for name in data.AMOUNTS:
        proposed.add_argument(f"--{name.replace('_', '-')}-unit", choices=data.UNITS)
    imported = command(claims, "import", data.claims_import, "Import a claims file")
    imported.add_argument("file", type=Path)
    imported.add_argument("--mapping", help="how its columns are read (default: plain, plain-messages)")
    imported.add_argument("--encoding", default="", choices=data.ENCODINGS, help="read it so, whatever it seems to be")
    imported.add_argument("--incident", help="the incident these claims belong to")
    imported.add_argument("--kind", choices=data.KINDS, default="claims", help="what a row of the file is")
    imported.add_argument("--progress", action="store_true", help="say how far it is on standard error, also in a file")

    said = command(claims, "history", claims_history, "One claim from its first version to now, masked")
    said.add_argument("report_no", help="as its source writes it")

    alerts = command(group("alerts", "Alerts"), "import", data.alerts_import, "Import files of alerts, one line each")
    alerts.add_argument("files", nargs="+", type=Path, help="CAP, Atom, EDXL-DE, GDACS RSS, PAGER or USGS GeoJSON")

    key_commands(command, group, context, answer_with)
    playbook_commands(command, group)
    pool_commands(command, group)
    store = group("store", "The store")
    command(store, "upgrade", serving.store_upgrade, "Bring every workspace to the newest schema")
    journal = group("journal", "The journal")
    command(journal, "verify", serving.journal_verify, "Recompute the chain of the journal")


def _decision_commands(commands: Any, command: Any, group: Any) -> None:
    level = command(commands, "level", decisions.level, "Grade facts by the rule files")
    level.add_argument("facts", type=Path)
    level.add_argument("--rules", help="id of one rule file (default: all)")
    level.add_argument("--money-unit", choices=("yuan", "wan"), default="yuan")
    level.add_argument("--trace", action="store_true", help="say file, row, source and the way to the next level")

    plan = command(commands, "plan", decisions.plan, "Plan who goes where")
    plan.add_argument("pool", type=Path)
    plan.add_argument("demand", type=Path)
    for name in ("travel", "incumbent", "pins"):
        plan.add_argument(f"--{name}", type=Path)

    drill = group("drill", "Drills")
    validate = command(drill, "validate", drills.drill_validate, "Check drill scripts")
    validate.add_argument("files", nargs="+", type=Path)
    validate.add_argument("--language", choices=tuple(LANGUAGES), default="en")
    run = command(drill, "run", drills.drill_run, "Play a drill script without a console")
    run.add_argument("file", type=Path, help="a drill script, or the id of one on the shelf")
    run.add_argument("--auto", choices=("none", "scripted", "best"), default="scripted")
    run.add_argument("--seed", type=int)
    run.add_argument("--language", choices=tuple(LANGUAGES), default="en")
    run.add_argument("--fork", metavar="WORKSPACE", help="use the roster of this workspace instead of the script's")
    report = command(drill, "report", drills.drill_report, "Print or write the after-action report of a run")
    report.add_argument("run_id")
    report.add_argument(
        "--format", choices=("text", "docx", "pdf", "html"), default="text", help="html: the map replay"
    )
    report.add_argument("--out", type=Path, metavar="FILE")
    report.add_argument("--language", choices=tuple(LANGUAGES), default="en")
    export = command(
        drill, "export", drills.drill_export, "Write the log of a run, from which its score can be recomputed"
    )
    export.add_argument("run_id")
    export.add_argument("--out", type=Path, metavar="FILE", required=True)
    msel = command(drill, "msel", drills.drill_msel, "Write a script's events list as a workbook, or read one back")
    msel.add_argument("file", type=Path, help="a drill script, or the id of one on the shelf")
    msel.add_argument("--from", dest="source", type=Path, metavar="MSEL.xlsx", help="take the changes made in this one")
    msel.add_argument("--out", type=Path, metavar="FILE", help="the workbook; with --from the new script")
    msel.add_argument("--language", choices=tuple(LANGUAGES), default="en")
    script_commands(command, drill)
    sweep_commands(command, drill)
    score = command(drill, "score", drills.drill_score, "Recompute the score of an exported log, without the store")
    score.add_argument("file", type=Path)
    score.add_argument("--language", choices=tuple(LANGUAGES), default="en")
