"""The words of a drill's marks, one table for every page and document that shows them."""

from __future__ import annotations

from emergency.texts import N_, Message

# The four ratings of HSEEP, best first, and how loud each is shown.
BANDS = {
    "P": N_("P · performed without challenges"),
    "S": N_("S · some challenges"),
    "M": N_("M · major challenges"),
    "U": N_("U · unable to perform"),
}
BAND_TONES = {"P": "ok", "S": "ok", "M": "watch", "U": "bad"}
DIMENSIONS = {
    "timeliness": N_("Timeliness"),
    "accuracy": N_("Accuracy"),
    "effectiveness": N_("Effectiveness"),
}
# Who fills the seats nobody sits in; the first three may be asked for.
ROBOTS = {
    "scripted": N_("Robots act as people would"),
    "best": N_("The engine acts at once (upper bound)"),
    "none": N_("Nobody acts (lower bound)"),
}
MANNERS = {**ROBOTS, "people": N_("People play"), "real": N_("Nobody plays: it happened")}


# What people are sent to do, as a decision names it.
WORK = {
    "motor": N_("motor"),
    "property": N_("property"),
    "home": N_("home"),
    "agriculture": N_("agriculture"),
    "engineering": N_("engineering"),
    "marine": N_("marine"),
    "liability": N_("liability"),
    "personal_injury": N_("personal injury"),
    "health": N_("health"),
    "fnol_agent": N_("report-taking seats"),
    "it_engineer": N_("IT engineers"),
    "counsellor": N_("counsellors"),
}

# Of what a decision cost above the best plan of its minute.
PARTS = {
    "claims": N_("claims left waiting"),
    "seats": N_("seats left empty"),
    "travel": N_("drives"),
    "moved": N_("changed places"),
    "other": N_("reserve, referrals, instructions"),
}
REGRET_NOTE = N_(
    "Regret: what the plan cost above the best plan that could be made of what was known at that minute – the same "
    "claims, people, roads, standing plan and instructions, the same engine, everything in minutes of a drive. A "
    "claim or a seat left open counts what its urgency makes it worth, a seat more than any drive. 0 is as good as "
    "any; below 0 there is none."
)
LOOKED_AT = {
    "run": N_(
        "Looked at are every plan that was published and, so that doing nothing is not free, the plan that stood every "
        "12 hours and whenever the time for a plan that was asked for ran out."
    ),
    "incident": N_("Looked at is every plan that was published; what it cost to publish none is not seen here."),
}


def duration(seconds: int) -> Message:
    """A span as every report tells it: 45 s, 36 min, 1 h 30 min; what is nought at its end is left out."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    gaps = {"hours": hours, "minutes": minutes, "seconds": left}
    if left:
        words = N_("{hours} h {minutes} min {seconds} s") if hours else N_("{minutes} min {seconds} s")
        return Message(words if hours or minutes else N_("{seconds} s"), gaps)
    if hours:
        return Message(N_("{hours} h {minutes} min") if minutes else N_("{hours} h"), gaps)
    return Message(N_("{minutes} min"), gaps)


def points(value: float) -> Message:
    """Points of a hundred, with their unit."""
    return Message(N_("{n} points"), {"n": f"{value:g}"})
