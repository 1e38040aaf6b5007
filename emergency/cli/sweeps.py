"""Sweeps and comparisons of drills without a console."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from emergency.cli.answering import answer_with, context
from emergency.domain.drill.comparison import FIGURE_NAMES, VERDICTS
from emergency.texts import LANGUAGES, N_, Speaker, speaker

INTERRUPTED = 130
TOLD_EVERY_S = 30.0  # where nobody watches a line change
BARS = " ▁▂▃▄▅▆▇█"
SHOWN = {
    "effectiveness": N_("Effectiveness"),
    "overall": N_("Overall"),
    "breaches": N_("Breaches"),
    "missed": N_("Not done"),
    "person_hours": N_("Person-hours"),
    "travel_hours": N_("Hours of travel"),
}


def drill_sweep(arguments: argparse.Namespace) -> int:
    """0 all was played; 130 somebody stopped it, and with --out the same command goes on from there."""
    from emergency.service import sweep

    ctx = context(arguments)
    jobs = sweep.jobs_for(
        ctx,
        arguments.script,
        runs=arguments.runs,
        autos=arguments.auto,
        staffing=arguments.staffing,
        rules=["" if one == "shipped" else one for one in arguments.rules],
    )
    plays = sweep.kept(ctx, jobs, arguments.out)
    watch = Watch(len(jobs))
    try:
        with sweep.executor(bootstrap_executor(), arguments.workers) as found:
            rows = sweep.sweep(jobs, found, watch.told, plays)
    except KeyboardInterrupt:
        _stopped(len(plays.rows), len(jobs), plays.path)
        return INTERRUPTED
    watch.over()
    variants = sweep.summary(rows)
    answer = {"script": str(arguments.script), "variants": [_record(one) for one in variants], "rows": rows}
    if arguments.out:
        whole = json.dumps(answer, ensure_ascii=False, indent=1) + "\n"
        plays.finish({arguments.out: whole.encode(), table_beside(arguments.out): sweep.table(variants)})
    answer_with(arguments, answer, lambda: [watch.summary, *_table(answer, arguments)])
    return 0


def table_beside(out: Path) -> Path:
    """``sweep.json`` -> ``sweep.csv``; never the file itself."""
    return out.with_suffix(".csv") if out.suffix != ".csv" else out.with_name(out.name + ".csv")


class Watch:
    """How many plays are done and how long the rest will take; a line that changes, or one every half minute."""

    def __init__(self, count: int) -> None:
        self.count, self.begun, self.before = count, time.monotonic(), 0
        self.spoken, self.done = self.begun, -1

    def told(self, done: int) -> None:
        if self.done < 0:
            self.before = done
            if done:
                print(f"{done} of {self.count} plays were done before; going on", file=sys.stderr)
        self.done, now = done, time.monotonic()
        if sys.stderr.isatty():
            print(f"\r{self.line}\033[K", end="", file=sys.stderr, flush=True)
        elif now - self.spoken >= TOLD_EVERY_S:
            self.spoken = now
            print(self.line, file=sys.stderr, flush=True)

    @property
    def line(self) -> str:
        new, seconds = self.done - self.before, time.monotonic() - self.begun
        left = f"about {_span(seconds / new * (self.count - self.done))} left" if new else "…"
        return f"{self.done} of {self.count} plays · {_span(seconds)} · {left}"

    def over(self) -> None:
        if sys.stderr.isatty():
            print(file=sys.stderr)

    @property
    def summary(self) -> str:
        new, seconds = self.done - self.before, time.monotonic() - self.begun
        pace = f", {60 * new / seconds:.1f} a minute" if new else ""
        earlier = f"; {self.before} were done before" if self.before else ""
        return f"{new} plays in {_span(seconds)}{pace}{earlier}"


def _span(seconds: float) -> str:
    minutes = round(seconds) // 60
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {round(seconds) % 60} s" if minutes else f"{round(seconds)} s"


def _stopped(done: int, count: int, path: Path | None) -> None:
    rest = f"they are in {path}; the same command goes on from there" if path else "name a file with --out to keep them"
    print(f"\nstopped after {done} of {count} plays; {rest}", file=sys.stderr)


def bootstrap_executor() -> str:
    """Where sweeps run, by the installation's setting."""
    from emergency import bootstrap

    return bootstrap.start().config.executor


def _record(one: Any) -> dict[str, Any]:
    return {
        "auto": one.auto,
        "staffing": one.staffing,
        "rules": one.rules,
        "runs": one.runs,
        "passed": one.passed,
        "figures": {name: vars(spread) for name, spread in one.spreads.items()},
        "outcomes": {name: vars(spread) for name, spread in one.outcomes.items()},
        "effectiveness_histogram": one.histogram,
        "against_first": [
            {**vars(change), "difference": change.difference, "verdict": change.verdict} for change in one.against
        ],
    }


def _table(answer: dict[str, Any], arguments: argparse.Namespace) -> list[str]:
    """One line a variant: median [a tenth … nine tenths] of each figure, and how it stands against the first."""
    say = speaker(arguments.language)
    heads = [say("Way of playing"), say("Staffing"), say("Rules"), say("Passed"), *(say(n) for n in SHOWN.values())]
    rows = [[*heads, "0 … 100", say("Against the first")]]
    for one in answer["variants"]:
        figures = [_median(one["figures"][name]) for name in SHOWN]
        passed = f"{one['passed']} / {one['runs']}"
        first = [one["auto"], f"{one['staffing']} %", one["rules"] or say("shipped"), passed]
        rows.append([*first, *figures, _bars(one["effectiveness_histogram"]), _against(one, say)])
    return [*columns(rows), say("Median [a tenth of the plays lies below … above]; the bars are of effectiveness.")]


def _median(spread: dict[str, Any]) -> str:
    return f"{spread['median']:g} [{spread['low']:g} … {spread['high']:g}]" if spread["count"] else "–"


def _bars(counts: Sequence[int]) -> str:
    most = max(counts, default=0)
    return "".join(BARS[-(-count * (len(BARS) - 1) // most)] if most else " " for count in counts)


def _against(one: dict[str, Any], say: Speaker) -> str:
    change = next((c for c in one["against_first"] if c["figure"] == "overall" and c["low"] is not None), None)
    if change is None:
        return "–"
    span = f"{change['low']:+.1f} … {change['high']:+.1f}"
    return f"{change['difference']:+.1f} [{span}] {say(VERDICTS[change['verdict']])}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells under one another; a Chinese character is as wide as two letters."""
    widths = [max(wide(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(c + " " * (w - wide(c)) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def wide(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def drill_compare(arguments: argparse.Namespace) -> int:
    from emergency.service.drill_compare import compare_runs

    found = compare_runs(context(arguments), arguments.before, arguments.after)
    say = speaker(arguments.language)
    answer = [{**vars(c), "difference": c.difference, "verdict": c.verdict} for c in found.changes]

    def lines() -> list[str]:
        told = [
            say("The same seeds on both sides: a replay, which measures memory.")
            if found.same_seeds
            else say("Other seeds: a parallel form, which measures skill.")
        ]
        names = {name: say(words) for name, words in FIGURE_NAMES.items()}
        width = max(wide(one) for one in names.values())
        for one in found.changes:
            interval = "–" if one.low is None or one.high is None else f"{one.low:+.1f} … {one.high:+.1f}"
            before, after = (say("not rated") if value is None else f"{value:g}" for value in (one.before, one.after))
            name = names[one.figure] + " " * (width - wide(names[one.figure]))
            told.append(f"  {name}  {before} → {after}  [{interval}] {say(VERDICTS[one.verdict])}")
        return told

    answer_with(arguments, answer, lines)
    return 0


def percents(text: str) -> list[int]:
    """``50,100,150``: staffing levels."""
    try:
        return [int(one) for one in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of per cents such as 50,100,150") from None


def manners(text: str) -> list[str]:
    """``scripted,best``: ways of playing."""
    found = text.split(",")
    wrong = [one for one in found if one not in ("none", "scripted", "best")]
    if wrong:
        raise argparse.ArgumentTypeError(f"{wrong[0]!r} is not one of none, scripted, best")
    return found


def sweep_commands(command: Any, drill: Any) -> None:
    sweep = command(drill, "sweep", drill_sweep, "Play many seeds of a script in parallel")
    sweep.add_argument("script", help="a script file, or the id of a shipped one")
    sweep.add_argument("--runs", type=int, default=200, help="seeds for each variant")
    sweep.add_argument("--workers", type=int, default=2, help="processes; a cluster has its own number")
    sweep.add_argument("--staffing", type=percents, default=[100], metavar="50,100,150", help="per cent of the roster")
    sweep.add_argument("--auto", type=manners, default=["scripted"], metavar="scripted,best")
    sweep.add_argument(
        "--rules",
        type=lambda text: text.split(","),
        default=["shipped"],
        metavar="shipped,FOLDER",
        help="folders whose files stand in for those of data/rules",
    )
    sweep.add_argument(
        "--out",
        type=Path,
        metavar="FILE.json",
        help="every play; the table goes to FILE.csv, and what is done to FILE.json.part until all is",
    )
    sweep.add_argument("--language", choices=tuple(LANGUAGES), default="en")
    compare = command(
        drill, "compare", drill_compare, "Compare runs of one drill, with the interval of each difference"
    )
    compare.add_argument("--before", nargs="+", required=True, metavar="RUN")
    compare.add_argument("--after", nargs="+", required=True, metavar="RUN")
    compare.add_argument("--language", choices=tuple(LANGUAGES), default="en")
