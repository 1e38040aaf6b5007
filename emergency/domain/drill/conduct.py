"""How a drill was led: what its director did to the clock and to the script, and when the server was away.

Whoever reads a score later must be able to see whether there was time to earn it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emergency.domain.drill.record import message_record
from emergency.domain.drill.words import duration
from emergency.texts import N_, Message

CLOCK = {
    "pause": N_("The clock was stopped"),
    "resume": N_("The clock ran again"),
    "speed": N_("The clock was set to {speed} times the speed of the wall"),
    "jump": N_("The clock was moved on by {span}"),
}
SCRIPT = {
    "drill.hold": N_("Inject {inject} was kept back"),
    "drill.release": N_("Inject {inject} was let go"),
    "drill.skip": N_("Inject {inject} was struck out"),
    "drill.resend": N_("Inject {inject} was sent again"),
    "drill.spontaneous": N_("{inject} was made up and sent; it is not scored"),
}
GAP = {
    "catch_up": N_("Nobody kept time for {span}: it was caught up, what was due came late"),
    "shift": N_("The server was away; the clock stood, and everything came that much later by the wall"),
    "skip": N_("Nobody kept time for {span}: what was due in it was struck out"),
}


@dataclass(frozen=True)
class Led:
    """One act of those who led, or of the server; ``entry``: its number in the journal."""

    at_s: int
    what: Message
    entry: int

    def to_json(self) -> dict[str, Any]:
        return {"at_s": self.at_s, "what": message_record(self.what), "entry": self.entry}


@dataclass(frozen=True)
class Entry:
    """What is read of an entry of the journal; ``by_hand``: somebody did it, not the course of the script."""

    at_s: int
    action: str
    body: Mapping[str, Any]
    number: int
    by_hand: bool


def conduct(entries: Iterable[Entry], duration_s: int) -> tuple[Led, ...]:
    """How a drill of so many seconds was led, in order."""
    return tuple(Led(e.body.get("from_s", e.at_s), what, e.number) for e in entries for what in _told(e, duration_s))


def _told(entry: Entry, duration_s: int) -> Iterator[Message]:
    action, body = entry.action, entry.body
    inject = {"inject": body.get("inject", "")}
    if action == "drill.clock" and body.get("act") in CLOCK:
        yield Message(CLOCK[body["act"]], {"speed": f"{body.get('speed', 1):g}", "span": _span(body)})
    elif action == "drill.gap_answer" and body.get("how") in GAP:
        yield Message(GAP[body["how"]], {"span": _span(body)})
    elif action in SCRIPT:
        yield Message(SCRIPT[action], inject)
    elif action == "drill.inject" and entry.by_hand:
        yield Message(N_("Inject {inject} was sent by hand"), inject)
    elif action == "drill.end" and entry.by_hand and entry.at_s < duration_s:
        gaps = {"span": duration(duration_s - entry.at_s)}
        yield Message(N_("The drill was ended {span} before its time"), gaps)


def _span(body: Mapping[str, Any]) -> Message:
    return duration(max(0, int(body.get("to_s") or 0) - int(body.get("from_s") or 0)))
