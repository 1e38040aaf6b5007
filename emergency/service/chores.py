"""What happens by itself – levels, clocks, tasks, calls, words – in every workspace whose time moves or stands open."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

from emergency.service import callouts, clock_watch, improvement_chores, slot_course, task_chores, words_chores
from emergency.service.context import Context
from emergency.service.running import WorkspaceClock, context, describe_workspaces
from emergency.store import levels

log = logging.getLogger(__name__)

Chore = Callable[[Context], object]
# In the order in which one may call for another: a level lays out tasks, a late task is told of.
CHORES: tuple[Chore, ...] = (
    clock_watch.clock_chores,
    task_chores.chores,
    callouts.chores,
    slot_course.chores,
    words_chores.chores,
    improvement_chores.chores,
)
# Where a clock stands and the journal is as long as it was, a second look would find nothing. It is taken
# again after so many looks all the same; what was done is known by the store, never by this.
LOOKS = 40
_Seen = tuple[int, int]  # last entry of the journal, instant of the workspace


def all_of_it(ctx: Context) -> None:
    """Every chore of one workspace; one that fails does not stop the others."""
    ctx = replace(ctx, tick={})
    for chore in CHORES:
        try:
            chore(ctx)
        except Exception:
            log.exception("%s of workspace %s failed; it is tried at the next tick", chore.__module__, ctx.store.name)


class Everywhere:
    """A chore in every open workspace: the live one, demos, and drills that are being played on a clock.

    A drill without a clock of its own is moved by its player, who does the chores as time passes.
    """

    def __init__(self, chore: Chore) -> None:
        self.chore = chore
        self._seen: dict[str, tuple[_Seen, int]] = {}

    def __call__(self, ctx: Context) -> None:
        for one in workspaces(ctx):
            try:
                if self._stirred(one):
                    self.chore(one)
            except Exception:
                log.exception("workspace %s was not looked after; it is at the next tick", one.store.name)

    def _stirred(self, ctx: Context) -> bool:
        with ctx.store.read() as connection:
            now: _Seen = (levels.head(connection), ctx.now_us())
        before, looks = self._seen.get(ctx.store.name, ((-1, -1), 0))
        same = before == now and looks < LOOKS
        self._seen[ctx.store.name] = (now, looks + 1 if same else 0)
        return not same


def workspaces(ctx: Context) -> Iterator[Context]:
    """Every workspace that is looked after, in its own time."""
    for name, profile in describe_workspaces(ctx.content):
        # A workspace half made has no profile and no clock of its own yet; it is left alone.
        if (profile.kind == "live") != (name == "live"):
            continue
        found = context(ctx.content, name, ctx.actor)
        if profile.kind != "drill" or isinstance(found.clock, WorkspaceClock):
            yield found
