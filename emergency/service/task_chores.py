"""What tasks and relief measures do by themselves, in the live workspace and in the demos."""

from __future__ import annotations

import logging

from emergency.service import escalation, measures
from emergency.service.context import Context
from emergency.service.running import context, describe_workspaces

log = logging.getLogger(__name__)


def chores(ctx: Context) -> None:
    """Look after one workspace: the next of repeating tasks, late tasks, measures about to end."""
    escalation.chores(ctx)
    measures.chores(ctx)


def everywhere(ctx: Context) -> None:
    """`chores` in every workspace but the drills, which move their own time."""
    for name, profile in describe_workspaces(ctx.content):
        # A workspace half made has no profile and no clock of its own yet; it is left alone.
        if profile.kind == "drill" or (profile.kind == "live") != (name == "live"):
            continue
        try:
            chores(context(ctx.content, name, ctx.actor))
        except Exception:
            log.exception("tasks of workspace %s were not looked after; they are at the next tick", name)
