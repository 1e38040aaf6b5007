"""Words and signs for tasks: states, groups, spans, due times."""

from __future__ import annotations

from emergency.console.desk import Desk
from emergency.service.task_board import Board, TaskLine
from emergency.texts import N_, Speaker

LOOK_NAMES = {
    "late": N_("late"),
    "ready": N_("ready"),
    "waiting": N_("waiting"),
    "done": N_("done"),
    "missed": N_("missed"),
    "dropped": N_("dropped"),
    "ended": N_("ended with the response"),
}
LOOK_SIGNS = {"late": "‼", "ready": "▸", "waiting": "…", "done": "✓", "missed": "∅", "dropped": "✕", "ended": "■"}
_TONES = {"late": "bad", "done": "ok", "missed": "watch"}
LOOK_TONES = {name: _TONES.get(name, "plain") for name in LOOK_NAMES}
GROUP_NAMES = {
    "command_centre": N_("Command centre"),
    "response_team": N_("Response team"),
    "customer_support": N_("Customer support"),
    "logistics": N_("Logistics"),
}


def look_name(say: Speaker, line: TaskLine) -> str:
    """How a task stands; one that ended without everybody says so."""
    if line.look == "done" and line.not_reached:
        return say("done, {n} not reached", n=line.not_reached)
    return say(LOOK_NAMES[line.look])


def look_tone(line: TaskLine) -> str:
    return "bad" if line.look == "done" and line.not_reached else LOOK_TONES[line.look]


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
    if line.due_at is None and line.clock:
        ours = line.clock != "regulator"
        return desk.say("not due: no internal clock") if ours else desk.say("not due: no regulator clock")
    if line.due_at is None:
        return "–"
    return ("≈ " if line.reckoned else "") + desk.clock_text(line.due_at)


def slack_why(desk: Desk, found: Board, line: TaskLine) -> str:
    """How the slack comes about, so that it can be held against the countdown: what is left less what is to be done."""
    say = desk.say
    if line.slack_s is None or line.wanted_at is None or line.before_s is None:
        return say("Nothing that waits for it has a due time.")
    left_s = int((line.wanted_at - found.as_of).total_seconds())
    left = slack_text(say, left_s)
    gaps = {"left": left, "time": desk.clock_text(line.wanted_at), "work": span(say, line.before_s)}
    if line.wanted_for is not None:
        text = N_("{slack} = {left} until {time}, so that “{task}” is not late, less {work} of work until it is done")
        return say(text, slack=slack_text(say, line.slack_s), task=say.of(line.wanted_for), **gaps)
    text = N_("{slack} = {left} until it is due ({time}) less {work} of work until it is done")
    return say(text, slack=slack_text(say, line.slack_s), **gaps)
