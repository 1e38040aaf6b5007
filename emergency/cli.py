"""The command line: the same services as the console, each with ``--json``."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from emergency import bootstrap
from emergency.config import PROJECT
from emergency.service.context import Actor
from emergency.service.faults import INPUT_FAULTS
from emergency.texts import speaker


class BadInput(Exception):
    """Something was asked that cannot be done; the message says what to do instead."""


REFUSALS: tuple[type[Exception], ...] = (BadInput, FileNotFoundError, IsADirectoryError, *INPUT_FAULTS)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 found something wrong, 2 bad input."""
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

    serve = command(commands, "serve", _serve, "Start the console, the API and the background jobs")
    serve.add_argument("--port", type=int, default=8501)
    serve.add_argument("--address", default="127.0.0.1")
    serve.add_argument("--no-demo", action="store_true", help="do not load the demos on first start")
    command(commands, "worker", _worker, "Run the background jobs without the console")
    demo = command(commands, "demo", _demo, "Load a demo workspace")
    demo.add_argument("name", nargs="?", default="harvey", choices=("harvey", "zhengzhou"))
    demo.add_argument("--again", action="store_true", help="make it anew, as on the first day")

    _data_commands(command, group)
    _decision_commands(commands, command, group)
    return parser


def _data_commands(command: Any, group: Any) -> None:
    regions = group("regions", "Region sets")
    command(regions, "list", _regions_list, "List the region sets")
    install = command(regions, "install", _regions_install, "Install a region set")
    install.add_argument("name", help="cn, or a file with columns code and name")
    install.add_argument("--id", help="id of the set, for a file of your own")

    claims = group("claims", "Claims")
    proposed = command(claims, "propose", _claims_propose, "Propose how a file's columns are read")
    proposed.add_argument("file", type=Path)
    proposed.add_argument("--encoding", default="", help="read it so: utf-8, gb18030, big5, utf-16 or cp1252")
    proposed.add_argument("--save", metavar="NAME", help="keep the proposal as a mapping of this name")
    for name in ("estimated", "paid"):
        proposed.add_argument(f"--{name}-unit", choices=("yuan", "wan", "yi", "usd", "whole", "minor"))
    imported = command(claims, "import", _claims_import, "Import a claims file")
    imported.add_argument("file", type=Path)
    imported.add_argument("--mapping", default="plain")
    imported.add_argument("--incident", help="the incident these claims belong to")

    store = group("store", "The store")
    command(store, "upgrade", _store_upgrade, "Bring every workspace to the newest schema")
    journal = group("journal", "The journal")
    command(journal, "verify", _journal_verify, "Recompute the chain of the journal")


def _decision_commands(commands: Any, command: Any, group: Any) -> None:
    level = command(commands, "level", _level, "Grade facts by the rule files")
    level.add_argument("facts", type=Path)
    level.add_argument("--rules", help="id of one rule file (default: all)")
    level.add_argument("--money-unit", choices=("yuan", "wan"), default="yuan")

    plan = command(commands, "plan", _plan, "Plan who goes where")
    plan.add_argument("pool", type=Path)
    plan.add_argument("demand", type=Path)
    for name in ("travel", "incumbent", "pins"):
        plan.add_argument(f"--{name}", type=Path)

    drill = group("drill", "Drills")
    validate = command(drill, "validate", _drill_validate, "Check drill scripts")
    validate.add_argument("files", nargs="+", type=Path)
    run = command(drill, "run", _drill_run, "Play a drill script without a console")
    run.add_argument("file", type=Path)
    run.add_argument("--auto", choices=("none", "scripted", "best"), default="scripted")
    run.add_argument("--seed", type=int)
    run.add_argument("--fork", metavar="WORKSPACE", help="use the roster of this workspace instead of the script's")
    report = command(drill, "report", _drill_report, "Print the after-action report of a run")
    report.add_argument("run_id")


def _print(arguments: argparse.Namespace, answer: Any, lines: Sequence[str] | Callable[[], Sequence[str]]) -> None:
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    for line in lines() if callable(lines) else lines:
        print(line)


def _actor(arguments: argparse.Namespace) -> Actor:
    return Actor(arguments.actor, arguments.actor, "operator")


def _context(arguments: argparse.Namespace) -> Any:
    return bootstrap.start().context(arguments.workspace, _actor(arguments))


def _rows(path: Path) -> list[dict[str, str]]:
    """Rows of a small CSV table the user wrote.

    Raises:
        BadInput: not UTF-8, no header, or rows of another width than the header.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadInput(f"{path}: not UTF-8 (byte {fault.start}); save it as CSV UTF-8") from fault
    if "\0" in text:
        raise BadInput(f"{path}: holds NUL bytes; it is no text file")
    reader = csv.DictReader(text.splitlines(keepends=True), restkey="\0rest", strict=True)
    try:
        rows = list(reader)
    except csv.Error as fault:
        raise BadInput(f"{path}, line {reader.line_num}: {fault}") from fault
    if not reader.fieldnames:
        raise BadInput(f"{path}: empty; the first line must name the columns")
    doubled = sorted({c for c in reader.fieldnames if reader.fieldnames.count(c) > 1})
    if doubled:
        raise BadInput(f"{path}: column {doubled[0]!r} stands twice; rename or remove one")
    ragged = [i for i, row in enumerate(rows, 1) if "\0rest" in row or None in row.values()]
    if ragged:
        raise BadInput(f"{path}: data row {ragged[0]} has another number of cells than the header; mend the row")
    return rows


def _serve(arguments: argparse.Namespace) -> NoReturn:
    _check_free(arguments.address, arguments.port)
    running = bootstrap.start()
    if not arguments.no_demo:
        from emergency.service.demo import load_demos

        load_demos(running.content)
    bootstrap.stop()
    address = f"http://{arguments.address}:{arguments.port}"
    print(f"Emergency response console: {address}  (store: {running.config.home}; Ctrl-C stops it)", flush=True)
    os.chdir(PROJECT)
    os.execv(
        sys.executable,
        [
            *(sys.executable, "-m", "streamlit", "run", "app.py"),
            *("--server.port", str(arguments.port), "--server.address", arguments.address),
            *("--server.headless", "true"),
        ],
    )


def _check_free(address: str, port: int) -> None:
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as fault:
            raise BadInput(
                f"{address}:{port} cannot be used ({fault.strerror}); another console may be running there. "
                f"Choose another port: emergency serve --port {port + 1}"
            ) from fault


def _worker(arguments: argparse.Namespace) -> int:
    import signal
    import threading

    from emergency.jobs.lifespan import timetable

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    scheduler = timetable(bootstrap.start())
    scheduler.start()
    _print(arguments, {"state": "running"}, ["jobs are running; Ctrl-C stops them"])
    stopped.wait()
    scheduler.shutdown()
    bootstrap.stop()
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from emergency.service.demo import load_demo

    answer = load_demo(bootstrap.start().content, arguments.name, again=arguments.again)
    say = speaker("en")
    _print(
        arguments,
        answer,
        lambda: [
            f"demo {arguments.name}: {say.of(answer['title'])}",
            f"  {say.of(answer['note'])}",
            f"  {answer['claims']} claims, {answer['adjusters']} adjusters; clock at {answer['clock']}",
            "  open the console with `emergency serve` and choose it in the sidebar",
        ],
    )
    return 0


def _regions_list(arguments: argparse.Namespace) -> int:
    sets = bootstrap.start().content.regions
    answer = [sets.describe(name) for name in sets.names()]
    _print(arguments, answer, lambda: [f"{a['id']:10} {a['title']}  {a['levels']}" for a in answer])
    return 0


def _regions_install(arguments: argparse.Namespace) -> int:
    from emergency.service.regions import install

    path = install(bootstrap.start().content, arguments.name, arguments.id)
    _print(arguments, {"installed": arguments.name, "path": str(path)}, [f"installed {arguments.name} in {path}"])
    return 0


def _claims_propose(arguments: argparse.Namespace) -> int:
    from dataclasses import replace

    from emergency.service import mappings

    ctx = _context(arguments)
    if not arguments.file.is_file():
        raise BadInput(f"{arguments.file}: no such file")
    proposed = mappings.propose(ctx, arguments.file, arguments.encoding)
    given = {"estimated_minor": arguments.estimated_unit, "paid_minor": arguments.paid_unit}
    units = {**proposed.draft.units, **{k: v for k, v in given.items() if v}}
    proposed = replace(proposed, draft=replace(proposed.draft, units=units))
    answer = proposed.to_json()
    if arguments.save:
        if proposed.questions:
            raise BadInput("not saved: " + "; ".join(map(str, proposed.questions)))
        answer["saved"] = str(mappings.save(ctx, arguments.save, proposed.draft))
    _print(
        arguments,
        answer,
        lambda: [
            f"{answer['kind']}, {answer['encoding']}{'' if answer['encoding_sure'] else ' (not certain: look)'}",
            *(f"{column:16} ← {found['header']}  ({found['points']})" for column, found in answer["columns"].items()),
            *(f"not read: {header}" for header in answer["unknown_headers"]),
            *(f"to be said: {question}" for question in answer["questions"]),
            *(f"already read by mapping {name}" for name in answer["fitting_mappings"]),
            *([f"saved: {answer['saved']}"] if "saved" in answer else []),
        ],
    )
    return 0


def _claims_import(arguments: argparse.Namespace) -> int:
    from emergency.service.importing import Progress, import_claims, mapping_named

    if not arguments.file.is_file():
        raise BadInput(f"{arguments.file}: no such file")
    ctx = _context(arguments)

    def show(p: Progress) -> None:
        rate = p.rows / p.seconds if p.seconds else 0
        left = p.seconds * (p.bytes_total - p.bytes_read) / p.bytes_read if p.bytes_read else 0
        print(f"\r{p.rows:,} rows, {rate:,.0f} rows/s, {left:.0f} s left ", end="", file=sys.stderr)

    watching = sys.stderr.isatty() and not arguments.json
    receipt = import_claims(
        ctx,
        arguments.file,
        mapping_named(ctx, arguments.mapping),
        incident_id=arguments.incident,
        progress=show if watching else None,
    )
    if watching:
        print(file=sys.stderr)
    _print(
        arguments,
        receipt.to_json(),
        lambda: [
            f"{receipt.rows:,} rows = {receipt.new:,} new + {receipt.updated:,} updated"
            f" + {receipt.duplicates:,} duplicates + {receipt.rejected:,} rejected",
            f"{receipt.unlocated:,} of the accepted have no place yet",
            *([f"rejects: {receipt.rejects_file}"] if receipt.rejects_file else []),
        ],
    )
    return 0


def _level(arguments: argparse.Namespace) -> int:
    from emergency.domain.level import level_table

    library = bootstrap.start().content.library
    sets = [library.rules(arguments.rules)] if arguments.rules else list(library.rule_sets())
    answer = level_table(_rows(arguments.facts), sets, arguments.money_unit)
    _print(arguments, answer, lambda: [_level_line(a) for a in answer])
    return 0


def _level_line(row: dict[str, Any]) -> str:
    mark = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", None: "–"}[row["level"]]
    by = row["decided_by"]
    why = f"{by['metric']} {by['value']} ≥ {by['threshold']}" if by else "no indicator reached"
    nxt = row["to_next"]
    ahead = f"; {nxt['distance']} of {nxt['metric']} to the next" if nxt else ""
    return f"{row['row']:>4}  {row['event_id']:24} {row['rules']:16} {mark:2} {why}{ahead}"


def _plan(arguments: argparse.Namespace) -> int:
    from emergency.service.plan_files import plan_tables

    optional = {n: _rows(p) for n in ("travel", "incumbent", "pins") if (p := getattr(arguments, n))}
    content = bootstrap.start().content
    answer = plan_tables(content, _rows(arguments.pool), _rows(arguments.demand), **optional)
    _print(
        arguments,
        answer,
        lambda: [
            *(
                f"{a['adjuster_id']:16} → {a['cell_id']:24} {a['slots']} slot(s), {a['minutes']} min"
                for a in answer["assignments"]
            ),
            *(f"short: {s['cell_id']:24} {s['slots']} – {s['reason']}" for s in answer["shortage"]),
        ],
    )
    return 0


def _drill_validate(arguments: argparse.Namespace) -> int:
    from emergency.service.drills import validate

    library = bootstrap.start().content.library
    answer = [validate(library, path) for path in arguments.files]

    def lines() -> list[str]:
        found = []
        for a in answer:
            found += [f"{'ok  ' if a['ok'] else 'FAIL'} {a['file']}", *(f"     {f}" for f in a["faults"])]
        return found

    _print(arguments, answer, lines)
    if all(a["ok"] for a in answer):
        return 0
    if arguments.json:
        print("; ".join(f for a in answer for f in a["faults"]), file=sys.stderr)
    return 2


def _drill_run(arguments: argparse.Namespace) -> int:
    from emergency.service.drills import run_script

    running = bootstrap.start()
    origin = running.context(arguments.fork, _actor(arguments)) if arguments.fork else None
    keep = running.context(arguments.workspace, _actor(arguments))
    answer = run_script(keep, arguments.file, auto=arguments.auto, seed=arguments.seed, origin=origin)
    score = answer["score"]
    _print(
        arguments,
        answer,
        lambda: [
            f"run {answer['run']}",
            f"overall {score['overall']} ({score['band']}): timeliness {score['timeliness']},"
            f" accuracy {score['accuracy']}, effectiveness {score['effectiveness']}",
            *(f"  {o['id']}: {o['score']} ({o['band']})" for o in score["objectives"]),
        ],
    )
    return 0


def _drill_report(arguments: argparse.Namespace) -> int:
    from emergency.service.drills import report

    answer = report(_context(arguments), arguments.run_id)
    _print(arguments, answer, lambda: [answer["text"]])
    return 0


def _journal_verify(arguments: argparse.Namespace) -> int:
    from emergency.service.records import verify_journal

    verdict = verify_journal(_context(arguments))
    answer = {
        "ok": verdict.ok,
        "entries": verdict.entries,
        "head": verdict.head,
        "first_bad": verdict.first_bad,
        "fault": verdict.fault,
    }
    text = f"{verdict.entries} entries, chain whole; head {verdict.head}" if verdict.ok else f"BROKEN: {verdict.fault}"
    _print(arguments, answer, [text])
    return 0 if verdict.ok else 1


def _store_upgrade(arguments: argparse.Namespace) -> int:
    workspaces = bootstrap.start().content.workspaces
    names = sorted({*workspaces.names(), "live"})
    for name in names:
        workspaces.open(name)
    _print(arguments, {"workspaces": names}, [f"{name}: schema up to date" for name in names])
    return 0


if __name__ == "__main__":
    sys.exit(main())
