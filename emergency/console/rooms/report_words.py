"""Words that both halves of the Reports room use: kinds, states, ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us
from emergency.domain.reporting_clock import CADENCE, Clock
from emergency.texts import N_, Message, Speaker

KIND_TITLES: Mapping[str, str] = {
    "phone": N_("Regulator by phone"),
    "first": N_("Regulator first report"),
    "follow_up": N_("Regulator follow-up report"),
    "final": N_("Regulator final report"),
    "internal": N_("Internal report"),
    "internal_final": N_("Final internal report"),
    "situation": N_("Situation report"),
}
# State of a clock -> its word and tone.
STATES: Mapping[str, tuple[str, str]] = {
    "running": (N_("running"), "plain"),
    "target_passed": (N_("target passed"), "watch"),
    "overdue": (N_("overdue"), "bad"),
    "in_time": (N_("handed in, in time"), "ok"),
    "late": (N_("handed in late"), "bad"),
    "missed": (N_("missed"), "bad"),
    "superseded": (N_("superseded"), "plain"),
    "lifted": (N_("no longer owed"), "plain"),
}
REPORT_STATES: Mapping[str, tuple[str, str]] = {
    "in_time": (N_("in time"), "ok"),
    "late": (N_("late"), "bad"),
    "unasked": (N_("no clock asked"), "plain"),
    "correction": (N_("correction"), "plain"),
}
VIAS: Mapping[str, str] = {
    "portal": N_("regulator's portal"),
    "mail": N_("e-mail"),
    "fax": N_("fax"),
    "in_person": N_("in person"),
    "phone": N_("by phone"),
    "console": N_("in the console"),
}


def button(say: Speaker, kind: str) -> str:
    return say("Record the call") if kind == "phone" else say("Write the report")


def born_late(clock: Clock, *, risen: bool) -> bool:
    """Whether its due time had passed when it began to apply: a graver class, a tag or a late entry asked for it.

    Args:
        risen: it took the place of a longer one. Later numbers of a series follow one another; nobody asked late.
    """
    return clock.since_us > clock.due_us and (risen or clock.number == 1)


def kept_start(incident: Incident, known: Iterable[Clock]) -> datetime | None:
    """The discovery that clocks began with, where the incident has another one by now; None where it is the same."""
    ends = ("final", "internal_final")
    starts = {c.started_us for c in known if c.number == 1 and c.to != CADENCE and c.kind not in ends}
    starts -= {to_us(incident.discovered_at), to_us(incident.occurred_at)}
    return from_us(min(starts)) if starts else None


def sentence(text: str) -> str:
    """What the acts write as part of a sentence, as a whole one."""
    return text[:1].upper() + text[1:]


def spoken(say: Speaker, fault: Exception) -> str:
    """A refusal or a conflict in the language of the desk."""
    found = fault.args[0] if fault.args else str(fault)
    return say(found) if isinstance(found, Message) else str(found)
