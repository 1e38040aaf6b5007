"""A console at work on one incident until somebody kills it: `python -m tests.faults.commander HOME SEED`.

One thread acts as people do, the other does what the server's timetable does. Every act that came back
is printed as one line, ``<action> <mark>``; the mark stands in the act's journal entry.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

from emergency.bootstrap import Running, build
from emergency.config import Config
from emergency.service import callouts, clock_watch, measures, outbox, task_chores, tasks, watch, words_chores
from emergency.service import organisation as posts
from emergency.service.context import Actor, Conflict, Context, Refused
from emergency.service.grading import confirm_level, evaluate
from emergency.service.relief import catalogue
from emergency.service.reporting import prepare, submit
from emergency.service.response import every_incident, record_fact
from emergency.service.running import SYSTEM
from emergency.service.task_board import board
from emergency.service.tasks import OwnTask

CHORES: tuple[Callable[[Context], object], ...] = (
    watch.keep_up,
    clock_watch.clock_chores,
    task_chores.chores,
    callouts.chores,
    words_chores.chores,
    outbox.send_everywhere,
)
WORD = "kill"


def main(home: Path, seed: int) -> None:
    running = build(Config(home=home))
    threading.Thread(target=_chores, args=(running,), daemon=True).start()
    ctx = running.context("live", Actor("chen", "Chen Yu", "commander"))
    incident_id = every_incident(ctx)[0].incident_id
    dice = Random(seed)
    print("ready", flush=True)
    for number in range(1_000_000):
        mark = f"{WORD}-{seed}-{number}"
        act = dice.choice(ACTS)
        try:
            action = act(ctx, incident_id, mark, dice)
        except (Refused, Conflict):
            continue  # a rule said no; nothing was promised
        if action:
            print(action, mark, flush=True)


def _chores(running: Running) -> None:
    ctx = running.context("live", SYSTEM)
    while True:
        for chore in CHORES:
            chore(ctx)


def _fact(ctx: Context, incident_id: str, mark: str, dice: Random) -> str:
    record_fact(ctx, "casualties.insured_deaths", dice.randrange(30), incident_id=incident_id, source=mark)
    return "fact.record"


def _own_task(ctx: Context, incident_id: str, mark: str, dice: Random) -> str:
    tasks.add_task(ctx, incident_id, OwnTask(mark, "commander"))
    return "task.add"


def _finish(ctx: Context, incident_id: str, mark: str, dice: Random) -> str:
    waiting = [line.task_id for line in board(ctx, incident_id).lines if line.is_open and not line.waits]
    if not waiting:
        return ""
    tasks.complete_task(ctx, incident_id, dice.choice(waiting), mark)
    return "task.complete"


def _post(ctx: Context, incident_id: str, mark: str, dice: Random) -> str:
    role = dice.choice(sorted(posts.roles_of(ctx, incident_id)))
    with ctx.store.read() as connection:
        held = [h for h in posts.holdings_in(connection, incident_id) if h.until is None and h.role == role]
    if held:
        posts.relieve(ctx, incident_id, held[0].holding_id, mark)
        return "post.leave"
    posts.appoint(ctx, incident_id, role, mark)
    return "post.take"


def _measure(ctx: Context, incident_id: str, mark: str, dice: Random) -> str:
    name = dice.choice(sorted(catalogue(ctx).measures))
    measures.enable(ctx, incident_id, name, reason=mark)
    return "policy.enable"


def _level(ctx: Context, incident_id: str, mark: str, dice: Random) -> str:
    proposed = evaluate(ctx, incident_id).proposed
    confirm_level(ctx, incident_id, proposed, reason=mark)
    return "level.confirm"


def _report(ctx: Context, incident_id: str, mark: str, dice: Random) -> str:
    prepared = prepare(ctx, incident_id, "first")
    submit(ctx, prepared, via="phone", person=mark)
    return "report.submit"


ACTS = (_fact, _own_task, _finish, _post, _measure, _level, _report)

if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
