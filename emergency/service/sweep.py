"""Many seeds of a drill in parallel: each play in a store of its own, on whatever runs them.

The rows depend on the jobs alone – one worker or many, this machine or a cluster, the numbers are the same.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from emergency.domain.drill.sweep import Key, Variant, person_hours, share_of_roster, variants
from emergency.geo.regions import RegionSets
from emergency.library import Library, NotOnShelf
from emergency.service.context import Actor, Content, Context, Refused
from emergency.service.demo import stock_pool
from emergency.service.drill_score import EVIDENCE
from emergency.service.drills import run_script
from emergency.service.running import context
from emergency.service.sweep_file import Kept, made_of, table
from emergency.service.sweep_rules import checked, root_with
from emergency.store import pool, roster_share
from emergency.store.store import Workspaces
from emergency.texts import N_, Message

SWEEPER = Actor("sweep", "Sweep", "director")
ROSTER = "roster"  # workspace the plays take their people from
HERE = ""  # where plays run: "" = processes of this machine, else the address of a Dask scheduler


@dataclass(frozen=True)
class Job:
    """One play. root: the project's folder, home: of the installation, both as every worker sees them.

    script: a file or the id of a shipped one. staffing: per cent of the roster the script names. rules: a folder whose
    files stand in for the house's rules of the same name; "" = none does.
    """

    root: str
    home: str
    script: str
    auto: str
    seed: int
    staffing: int = 100
    rules: str = ""

    @property
    def key(self) -> Key:
        return self.auto, self.staffing, Path(self.rules).name, self.seed


def jobs_for(
    ctx: Context,
    script: Path | str,
    *,
    runs: int,
    autos: Sequence[str] = ("scripted",),
    staffing: Sequence[int] = (100,),
    rules: Sequence[str] = ("",),
) -> list[Job]:
    """The plays of a sweep: the same seeds, from the script's own upwards, for every variant.

    Args:
        rules: folders of rule files to play by; "" = the house's own.

    Raises:
        Refused: no runs, a staffing level of 0, a script without a roster of its own, or rules that are none.
    """
    if runs < 1 or any(level < 1 for level in staffing):
        raise Refused(Message(N_("a sweep has at least one run, and staffing levels above 0 %")))
    root, home = ctx.content.library.root, str(ctx.content.home)
    folders = [str(checked(root, folder)) if folder else "" for folder in rules]
    if len({Path(folder).name for folder in folders}) < len(folders):
        raise Refused(Message(N_("two folders of rules have the same name; give one of them another")))
    try:
        for folder in folders:  # by every set of rules the script has to be in order
            loaded = _shelf(str(root), home, folder)[0].drill(script)
    except NotOnShelf as missing:
        raise Refused(missing.message) from missing
    if not loaded.initial_state.inventory and set(staffing) != {100}:
        text = N_("drill {drill} names no roster, so there are no staffing levels to try")
        raise Refused(Message(text, {"drill": loaded.id}))
    name = str(Path(script).resolve()) if Path(script).is_file() else str(script)
    seeds = range(loaded.clock.seed, loaded.clock.seed + runs)
    return [
        Job(str(root), home, name, auto, seed, level, folder)
        for folder in folders
        for auto in autos
        for level in staffing
        for seed in seeds
    ]


def kept(ctx: Context, jobs: Sequence[Job], out: Path | None) -> Kept:
    """The plays of these jobs that an earlier, broken-off sweep into the same file has done.

    Raises:
        Refused: that file is of another script, or the rules have changed since.
    """
    script = ctx.content.library.drill(jobs[0].script)
    folders = [Path(one) for one in dict.fromkeys(job.rules for job in jobs) if one]
    files = [path for folder in folders for path in sorted(folder.iterdir())]
    return Kept(out, f"{script.id}@{script.version} {script.sha256}", made_of(ctx, files))


def sweep(
    jobs: Sequence[Job],
    executor: Executor,
    done: Callable[[int], None] = lambda _count: None,
    plays: Kept | None = None,
) -> list[dict[str, Any]]:
    """Play every job that is not done yet and return a row for each, in the order of the jobs.

    Args:
        done: told how many are, as each ends, whichever that is.
        plays: where each is kept as it ends; what is there is not played again.
    """
    plays = plays or Kept(None, "", "")
    waiting = {executor.submit(play_one, job): job.key for job in jobs if job.key not in plays.rows}
    done(len(jobs) - len(waiting))
    try:
        for count, future in enumerate(as_completed(waiting), len(jobs) - len(waiting) + 1):
            plays.keep(future.result())
            done(count)
    except BaseException:  # a key that stops it, too: nothing more is begun
        for future, key in waiting.items():
            ended = not future.cancel() and future.done() and future.exception() is None
            if ended and key not in plays.rows:
                plays.keep(future.result())  # it ended beside the one that failed: not to be played again
        raise
    return [plays.rows[job.key] for job in jobs]


@contextmanager
def executor(where: str = HERE, workers: int = 2) -> Iterator[Executor]:
    """What plays run on.

    Args:
        where: "" for processes of this machine; ``tcp://host:8786`` for a Dask cluster whose workers see the same
            project folder.

    Raises:
        Refused: a cluster is named and the package ``distributed`` is not installed.
    """
    if where == HERE:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_end_with_the_sweep) as found:
            yield found
        return
    try:
        cluster = import_module("distributed")
    except ImportError as missing:
        text = N_(
            "the setting EMERGENCY_EXECUTOR names a Dask cluster; install the package distributed, or leave it out"
        )
        raise Refused(Message(text)) from missing
    with cluster.Client(where) as client:
        yield client.get_executor()


def summary(rows: Sequence[dict[str, Any]]) -> tuple[Variant, ...]:
    return variants(rows)


# In a worker ------------------------------------------------------------------------------------------


_folders: set[str] = set()  # of the plays of this process that are going on


def _end_with_the_sweep() -> None:
    """A worker whose sweep was killed ends, too, and leaves no play behind; the keys that stop a sweep are not its."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sweep = multiprocessing.parent_process()

    def wait() -> None:
        if sweep is not None:
            sweep.join()
            for folder in tuple(_folders):
                shutil.rmtree(folder, ignore_errors=True)
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


@cache
def _shelf(root: str, home: str, rules: str) -> tuple[Library, RegionSets]:
    """What is read once per worker."""
    return Library(root_with(Path(root), rules), Path(home)), RegionSets(Path(root) / "data" / "regions", Path(home))


def play_one(job: Job) -> dict[str, Any]:
    """One play in a store that is thrown away afterwards; a row of plain values."""
    library, regions = _shelf(job.root, job.home, job.rules)
    with tempfile.TemporaryDirectory(prefix="sweep-") as folder:
        _folders.add(folder)
        workspaces = Workspaces(Path(folder))
        try:
            content = Content(library, regions, library.root / "data", Path(folder), workspaces)
            return _played(content, job)
        finally:
            workspaces.close()
            _folders.discard(folder)


def _played(content: Content, job: Job) -> dict[str, Any]:
    script = content.library.drill(job.script)
    content.workspaces.open(ROSTER)
    origin = context(content, ROSTER, SWEEPER)
    if script.initial_state.inventory:
        stock_pool(origin, script.initial_state.inventory)
    _staff(origin, job.staffing)
    keep = context(content, "live", SWEEPER)
    answer = run_script(keep, job.script, auto=job.auto, seed=job.seed, origin=origin)
    score = answer["score"]
    evidence = context(content, answer["workspace"], SWEEPER).store.setting(EVIDENCE)
    plans = next(world["plans"] for world in evidence["worlds"] if world["name"] == "played")
    return {
        "seed": job.seed,
        "auto": job.auto,
        "staffing": job.staffing,
        "rules": Path(job.rules).name,
        **{name: score[name] for name in ("overall", "timeliness", "accuracy", "effectiveness", "band", "passed")},
        "breaches": sum(e["breach"] for e in score["expectations"]),
        "missed": sum(not e["performed"] and not e["void"] for e in score["expectations"]),
        "outcomes": {o["id"]: o["value"] for o in score["outcomes"] if not o["void"]},
        "person_hours": round(person_hours(plans, script.clock.duration_s), 2),
        "travel_hours": round(sum(p[3] for _, postings in plans for p in postings) / 60, 2),
    }


def _staff(origin: Context, percent: int) -> None:
    with origin.store.write() as connection:
        people = {a["adjuster_id"]: (a["base_id"], tuple(a["skills"])) for a in pool.adjusters(connection)}
        out, more = share_of_roster(people, percent)
        roster_share.leave_out(connection, out)
        roster_share.copy(connection, more)


__all__ = ["Job", "executor", "jobs_for", "kept", "play_one", "summary", "sweep", "table"]
