"""An incident: something that touches many claims, from report to stand-down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from emergency.texts import Message

# Which kinds there are stands in a file (`IncidentKind`); here is only how an id is written.
KIND_ID = re.compile(r"[a-z0-9][a-z0-9_-]{1,62}")
MOST_TEXT = 400


@dataclass(frozen=True)
class IncidentKind:
    """A kind of incident, as the house's file names it.

    Attributes:
        id: key of the level-rule files and of the playbooks.
        norm: where the norm names it, "" for a kind of the company's own.
        perils, causes: what a report of this kind is offered to choose from.
    """

    id: str
    title: Mapping[str, str]
    norm: str = ""
    perils: tuple[str, ...] = ()
    causes: tuple[Mapping[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not KIND_ID.fullmatch(self.id):
            raise ValueError(f"incident kind {self.id!r}: use small letters, digits, - and _, two to 63 of them")
        if not (self.title.get("zh") and self.title.get("en")):
            raise ValueError(f"incident kind {self.id}: the title is needed in Chinese and in English")


@dataclass(frozen=True)
class Incident:
    """What is known of an incident.

    Attributes:
        kind: id of an `IncidentKind`.
        occurred_at, discovered_at, confirmed_at: three different things: when it happened, when
            the company learned of it (reporting clocks start here), when a person confirmed that
            it is real (None = not yet), and ``confirmed_by`` whom.
        opened_at: when it was opened in the console.
        response_level: the company's level in force, 1 (gravest) to 3, or None. The regulator's
            event class is never stored in the same field.
        provisional: the level is in force only because nobody confirmed it in time.
        playbook: ``id@version`` once opened.
        place, lon, lat: where, in words and as a point picked on the map.
        regions: codes of the regions in scope; ``scope`` is what else the scope is, in words.
        jurisdiction: country and province the rules look at, "CN-410000", "US-TX".
        alert_id: the alert it was opened from.
    """

    incident_id: str
    kind: str
    perils: tuple[str, ...]
    title: Mapping[str, str]
    jurisdiction: str
    regions: tuple[str, ...]
    occurred_at: datetime
    discovered_at: datetime
    opened_at: datetime
    cat_code: str = ""
    place: str = ""
    cause: str = ""
    reporter: str = ""
    impact_at: datetime | None = None
    closed_at: datetime | None = None
    response_level: int | None = None
    provisional: bool = False
    playbook: str = ""
    activated_at: datetime | None = None
    scope: str = ""
    lon: float | None = None
    lat: float | None = None
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    alert_id: int | None = None
    version: int = 1

    def __post_init__(self) -> None:
        if not KIND_ID.fullmatch(self.kind):
            raise ValueError(f"incident kind {self.kind!r} is no id of a kind; see data/incident-kinds.yaml")
        if not any(self.title.values()):
            raise ValueError("an incident needs a title in Chinese or English")
        if self.discovered_at < self.occurred_at:
            raise ValueError(
                f"discovered {self.discovered_at.isoformat()} before it occurred {self.occurred_at.isoformat()}; "
                "check both times"
            )
        if self.confirmed_at is not None and self.confirmed_at < self.occurred_at:
            raise ValueError(f"confirmed {self.confirmed_at.isoformat()} before it occurred; check both times")
        if self.response_level not in (None, 1, 2, 3):
            raise ValueError(f"response level {self.response_level!r} must be 1, 2, 3 or none")
        if (self.lon is None) != (self.lat is None):
            raise ValueError("a point needs longitude and latitude")

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


# What a person may correct afterwards; level, playbook and times of the response have acts of their own.
CORRECTABLE = (
    *("kind", "perils", "title", "jurisdiction", "regions", "place", "lon", "lat", "scope", "cause", "reporter"),
    *("occurred_at", "discovered_at", "impact_at"),
)


def differences(before: Incident, after: Incident) -> tuple[str, ...]:
    """The fields a correction changes, in the order of `CORRECTABLE`."""
    return tuple(name for name in CORRECTABLE if getattr(before, name) != getattr(after, name))


# Incidents that belong together -------------------------------------------------------------------


def leading(links: Mapping[str, str], incident_id: str) -> str:
    """The incident under whose command this one is: the one it is linked to, else itself."""
    return links.get(incident_id, incident_id)


def together(links: Mapping[str, str], incident_id: str) -> tuple[str, ...]:
    """Everything under the same command, the leading incident first."""
    head = leading(links, incident_id)
    return (head, *sorted(child for child, parent in links.items() if parent == head))


def linked(links: Mapping[str, str], child: str, parent: str) -> dict[str, str]:
    """The links after an incident, and what was linked to it, comes under another's command.

    Raises:
        UnfitLink: it would lead itself, or is there already.
    """
    head = leading(links, parent)
    if child == head:
        raise UnfitLink(Message("{incident} leads here itself; choose another incident", {"incident": child}))
    if links.get(child) == head:
        raise UnfitLink(
            Message("{incident} is already under the command of {leading}", {"incident": child, "leading": head})
        )
    moved = {one: head for one, parent_ in links.items() if parent_ == child}
    return {**links, **moved, child: head}


def taken_over(links: Mapping[str, str], incident_id: str) -> dict[str, str]:
    """The links after an incident has taken over the lead of all it is linked with.

    Raises:
        UnfitLink: it leads already, or is linked with none.
    """
    if incident_id not in links:
        raise UnfitLink(Message("{incident} is under nobody's command; link it first", {"incident": incident_id}))
    others = [one for one in together(links, incident_id) if one != incident_id]
    kept = {child: parent for child, parent in links.items() if child not in (*others, incident_id)}
    return kept | dict.fromkeys(others, incident_id)


class UnfitLink(ValueError):
    """Incidents that cannot be linked so; the message says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message
