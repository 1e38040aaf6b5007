"""The words of a drill's marks, one table for every page and document that shows them."""

from __future__ import annotations

from emergency.texts import N_

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
