"""What a playbook may ask for: kinds of people, goods, technology, money and care, by name.

The norm asks every plan for people, goods, technology and money, names what must lie in stock
(communication devices, backup power, first aid, office supplies), and wants psychological support.
Which kinds a company has is in its pools; this table gives the usual ones their names and parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emergency.texts import N_, Message

PARTS: Mapping[str, str] = {
    "people": N_("People and teams"),
    "goods": N_("Goods"),
    "technology": N_("Technology"),
    "money": N_("Money"),
    "care": N_("Psychological support"),
}
# Seats and money stand in no depot.
NOT_IN_STOCK = ("surveyor", "fnol_agent", "it_engineer", "counsellor", "emergency_fund")
FUND = "emergency_fund"


@dataclass(frozen=True)
class ResourceKind:
    """id as in playbooks and stock lists; part: key of PARTS; duty: what of the norm's stock list it is."""

    id: str
    name: str
    part: str
    duty: str = ""

    def __post_init__(self) -> None:
        if self.part not in PARTS:
            raise ValueError(f"resource {self.id}: part {self.part!r} is not one of {', '.join(PARTS)}")


RESOURCE_KINDS: Mapping[str, ResourceKind] = {
    kind.id: kind
    for kind in (
        ResourceKind("surveyor", N_("Adjusters"), "people"),
        ResourceKind("fnol_agent", N_("Phone agents"), "people"),
        ResourceKind("it_engineer", N_("IT engineers"), "technology"),
        ResourceKind("counsellor", N_("Counsellors"), "care"),
        ResourceKind("satellite_phone", N_("Satellite telephones"), "goods", "communication"),
        ResourceKind("generator", N_("Generators"), "goods", "power"),
        ResourceKind("first_aid_kit", N_("First-aid kits"), "goods", "first_aid"),
        ResourceKind("office_kit", N_("Office kits for a field post"), "goods", "office"),
        ResourceKind("vehicle", N_("Survey vehicles"), "goods", "vehicle"),
        ResourceKind("tow_truck", N_("Tow trucks"), "goods"),
        ResourceKind("storage_site", N_("Storage sites for damaged cars"), "goods"),
        ResourceKind("boat", N_("Boats"), "goods"),
        ResourceKind("raincoat", N_("Raincoats"), "goods"),
        ResourceKind("moisture_meter", N_("Moisture meters"), "goods"),
        ResourceKind("mobile_claims_center", N_("Mobile claims centres"), "goods"),
        ResourceKind("drone", N_("Drones"), "technology", "drone"),
        ResourceKind("field_terminal", N_("Field survey terminals"), "technology"),
        ResourceKind(FUND, N_("Emergency fund"), "money"),
    )
}
STOCK_DUTIES: Mapping[str, str] = {
    "communication": N_("communication devices"),
    "power": N_("backup power"),
    "first_aid": N_("first aid"),
    "office": N_("office supplies"),
}


def resource_name(kind: str) -> Message:
    """The kind in words; one that is not listed speaks for itself by its id."""
    known = RESOURCE_KINDS.get(kind)
    return Message(known.name) if known else Message("{kind}", {"kind": kind.replace("_", " ")})


def part_of(kind: str) -> str:
    """Key of PARTS; what is not listed counts as goods."""
    known = RESOURCE_KINDS.get(kind)
    return known.part if known else "goods"
