"""Drills without a console."""

from __future__ import annotations

import argparse
import sys

from emergency import bootstrap
from emergency.cli.answering import actor, answer_with, context


def drill_validate(arguments: argparse.Namespace) -> int:
    from emergency.service.drills import validate

    library = bootstrap.start().content.library
    answer = [validate(library, path) for path in arguments.files]

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
    from emergency.service.drills import run_script

    running = bootstrap.start()
    origin = running.context(arguments.fork, actor(arguments)) if arguments.fork else None
    keep = running.context(arguments.workspace, actor(arguments))
    answer = run_script(keep, arguments.file, auto=arguments.auto, seed=arguments.seed, origin=origin)
    score = answer["score"]
    answer_with(
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


def drill_report(arguments: argparse.Namespace) -> int:
    from emergency.service.drills import report

    answer = report(context(arguments), arguments.run_id)
    answer_with(arguments, answer, lambda: [answer["text"]])
    return 0
