"""Words about incidents that several rooms say: perils, faults, kinds."""

from __future__ import annotations

from emergency.console.desk import Desk
from emergency.domain.incident import Incident
from emergency.service.incident_report import kinds
from emergency.texts import N_, Message, Speaker

PERILS = {
    "typhoon": N_("typhoon"),
    "rainstorm": N_("rainstorm"),
    "flood": N_("flood"),
    "earthquake": N_("earthquake"),
    "hurricane": N_("hurricane"),
    "hail": N_("hail"),
    "storm_surge": N_("storm surge"),
    "waterlogging": N_("waterlogging"),
    "landslide": N_("landslide"),
    "winter_storm": N_("snow and ice"),
    "wildfire": N_("wildfire"),
    "tornado": N_("tornado"),
    "tsunami": N_("tsunami"),
    "wind": N_("strong wind"),
    "thunderstorm": N_("thunderstorm"),
    "snow": N_("snow"),
    "heat": N_("heat"),
    "drought": N_("drought"),
    "volcano": N_("volcano"),
    "fire": N_("fire"),
    "explosion": N_("explosion"),
    "traffic": N_("traffic accident"),
    "collapse": N_("collapse of a building"),
    "epidemic": N_("epidemic"),
    "food_poisoning": N_("food poisoning"),
    "outage": N_("outage"),
    "data_leak": N_("data leak"),
    "cyber_attack": N_("cyber attack"),
    "mass_complaints": N_("mass complaints"),
    "gathering": N_("people gathering"),
    "clause_dispute": N_("dispute over a clause"),
    "lawsuit": N_("lawsuits"),
}


def peril(say: Speaker, code: str) -> str:
    """A peril in words; one of the company's own by its id."""
    return say(PERILS[code]) if code in PERILS else code


def kind_title(desk: Desk, kind: str) -> str:
    """A kind of incident in words; one that is no longer in the file by its id."""
    found = next((one for one in kinds(desk.ctx) if one.id == kind), None)
    return desk.say.of(found.title) if found else kind


def title(desk: Desk, incident: Incident) -> str:
    return desk.say.of(incident.title)


def spoken(desk: Desk, fault: Exception) -> str:
    """A fault in the language of the desk; one that has only English words in those."""
    found = [a for a in fault.args[:1] if isinstance(a, Message)]
    return desk.say("; ").join(desk.say(m) for m in found) or str(fault)
