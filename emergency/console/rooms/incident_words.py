"""Words about incidents that several rooms say: perils, faults, kinds."""

from __future__ import annotations

from emergency.console.desk import Desk
from emergency.domain.incident import Incident
from emergency.service.incident_report import kinds
from emergency.service.report_words import PERILS
from emergency.texts import Message, Speaker


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
