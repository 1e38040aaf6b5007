"""Words and signs for tasks: states, groups, spans, due times."""

from __future__ import annotations

from emergency.console.desk import Desk
from emergency.service.task_board import TaskLine
from emergency.texts import N_, Speaker

LOOK_NAMES = {
    "late": N_("late"),
    "ready": N_("ready"),
    "waiting": N_("waiting"),
    "done": N_("done"),
    "missed": N_("missed"),
    "dropped": N_("dropped"),
}
LOOK_SIGNS = {"late": "‼", "ready": "▸", "waiting": "…", "done": "✓", "missed": "∅", "dropped": "✕"}
LOOK_TONES = {"late": "bad", "ready": "plain", "waiting": "plain", "done": "ok", "missed": "watch", "dropped": "plain"}
GROUP_NAMES = {
    "command_centre": N_("Command centre"),
    "response_team": N_("Disposition team"),
    "customer_support": N_("Customer support"),
    "logistics": N_("Logistics"),
}


def span(say: Speaker, seconds: int) -> str:
    """A span in the two units that matter: 3 d 4 h, 2 h 10 min, 12 min."""
    minutes = abs(seconds) // 60
    if minutes >= 48 * 60:
        return say("{days} d {hours} h", days=minutes // 1440, hours=minutes % 1440 // 60)
    if minutes >= 60:
        return say("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
    return say("{minutes} min", minutes=minutes)


def slack_text(say: Speaker, slack_s: int | None) -> str:
    if slack_s is None:
        return "–"
    return ("−" if slack_s < 0 else "") + span(say, slack_s)


def due_text(desk: Desk, line: TaskLine) -> str:
    """When it was done, else when it is due; ≈ where that follows from what comes before."""
    if line.done_at is not None:
        return desk.clock_text(line.done_at)
    if line.due_at is None:
        return "–"
    return ("≈ " if line.reckoned else "") + desk.clock_text(line.due_at)
