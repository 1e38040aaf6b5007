"""What tasks and relief measures do by themselves."""

from __future__ import annotations

from emergency.service import escalation, measures
from emergency.service.context import Context


def chores(ctx: Context) -> None:
    """Look after one workspace: the next of repeating tasks, late tasks, measures about to end."""
    escalation.chores(ctx)
    measures.chores(ctx)
