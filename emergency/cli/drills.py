"""Drills without a console."""

from __future__ import annotations

import argparse
import sys

from emergency import bootstrap
from emergency.cli.answering import BadInput, actor, answer_with, context


def drill_validate(arguments: argparse.Namespace) -> int:
    from emergency.service.drill_house import validate_workbook
    from emergency.service.drills import validate

    library = bootstrap.start().content.library
    answer = [
        (validate_workbook if path.suffix.lower() == ".xlsx" else validate)(library, path, arguments.language)
        for path in arguments.files
    ]

    def lines() -> list[str]:
        found = []
        for a in answer:
            found += [f"{'ok  ' if a['ok'] else 'FAIL'} {a['file']}", *(f"     {f}" for f in a["faults"])]
        return found

    answer_with(arguments, answer, lines)
    if all(a["ok"] for a in answer):
        return 0
    if arguments.json:
        print("; ".join(f for a in answer for f in a["faults"]), file=sys.stderr)
    return 2


def drill_run(arguments: argparse.Namespace) -> int:
    from emergency.service.drills import run_script, score_text

    running = bootstrap.start()
    origin = running.context(arguments.fork, actor(arguments)) if arguments.fork else None
    keep = running.context(arguments.workspace, actor(arguments))
    answer = run_script(keep, arguments.file, auto=arguments.auto, seed=arguments.seed, origin=origin)
    answer_with(
        arguments,
        answer,
        lambda: [
            f"run {answer['run']}",
            *score_text(answer["score"], arguments.language),
        ],
    )
    return 0


def drill_report(arguments: argparse.Namespace) -> int:
    from emergency.service.drills import report

    if arguments.format == "text" and not arguments.out:
        answer = report(context(arguments), arguments.run_id, arguments.language)
        answer_with(arguments, answer, lambda: [answer["text"]])
        return 0
    if not arguments.out:
        raise BadInput(f"{arguments.format} is no text for a screen; say where it goes with --out FILE")
    written = _report_bytes(arguments)
    arguments.out.write_bytes(written)
    answer_with(arguments, {"file": str(arguments.out), "bytes": len(written)}, [f"wrote {arguments.out}"])
    return 0


def _report_bytes(arguments: argparse.Namespace) -> bytes:
    from emergency.service.drills import report
    from emergency.service.reports import document

    if arguments.format == "text":
        return str(report(context(arguments), arguments.run_id, arguments.language)["text"] + "\n").encode()
    return document(context(arguments), arguments.run_id, arguments.format, arguments.language)


def drill_export(arguments: argparse.Namespace) -> int:
    from emergency.service.drill_log import export

    answer = export(context(arguments), arguments.run_id, arguments.out)
    lines = [f"wrote {answer['file']}: {answer['lines']} lines, {answer['entries']} journal entries"]
    answer_with(arguments, answer, [*lines, f"sha256 {answer['sha256']}"])
    return 0


def drill_score(arguments: argparse.Namespace) -> int:
    """0 the score in the log is the one recomputed; 1 it is another; 2 the log was changed."""
    from emergency.service.drill_log import score_log
    from emergency.service.drills import score_text

    answer = score_log(arguments.file)
    answer_with(
        arguments,
        answer,
        lambda: [
            f"run {answer['run']}: {'the same to the digit' if answer['same'] else 'NOT THE SAME'}",
            *score_text(answer["score"], arguments.language),
            *(f"  {difference}" for difference in answer["differences"]),
        ],
    )
    return 0 if answer["same"] else 1


def drill_msel(arguments: argparse.Namespace) -> int:
    from emergency.service.msel import read_msel, write_msel

    library = bootstrap.start().content.library
    if not arguments.source:
        if not arguments.out:
            raise BadInput("say where the workbook goes with --out MSEL.xlsx, or read one with --from MSEL.xlsx")
        answer = write_msel(library, arguments.file, arguments.out, arguments.language)
        answer_with(arguments, answer, [f"wrote {answer['file']}: {answer['events']} events"])
        return 0
    answer = read_msel(library, arguments.file, arguments.source, arguments.out)
    answer_with(
        arguments,
        answer,
        lambda: [
            f"wrote {answer['file']}: {len(answer['changes'])} changes"
            + ("; raise its version before you play it" if answer["changes"] else ""),
            *(f"  {change['field']} = {change['value']}" for change in answer["changes"]),
            *(f"  not taken: {text}" for text in answer["ignored"]),
        ],
    )
    return 0
