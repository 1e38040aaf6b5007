"""Who decided which level when: decisions laid end to end as stretches of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from emergency.texts import N_

# What a decision was; a provisional one was made by nobody.
KINDS = {
    "confirmed": N_("confirmed"),
    "overridden": N_("decided otherwise"),
    "stepped_down": N_("stepped down"),
    "provisional": N_("provisional: nobody confirmed in time"),
    "taken_back": N_("taken back"),
    "stood_down": N_("response ended"),
    "reopened": N_("response reopened"),
    "joint": N_("joint activation"),
    "joint_withdrawn": N_("joint activation withdrawn"),
}


@dataclass(frozen=True)
class InCommand:
    """One person in command for the whole or a part of a stretch; ``person`` "" while nobody was.

    note: what whoever handed command over to them left to be known.
    """

    person: str
    since: datetime
    until: datetime | None
    note: str = ""


@dataclass(frozen=True)
class LevelStretch:
    """One level in force from an instant until the next decision.

    Attributes:
        level: 1 to 3, None for no response.
        until: None for the stretch that runs.
        kind: one of KINDS.
        proposed: what the rules proposed when it was decided.
        actor, role: who decided and in which role; of a provisional stretch the console itself.
        second_actor: who agreed, where two people were needed.
        commanders: who held command in it from when until when, in order; filled where the console knows.
        jurisdiction: "" for the whole incident, else the province it was activated for.
    """

    level: int | None
    since: datetime
    until: datetime | None
    kind: str
    proposed: int | None
    actor: str
    role: str = ""
    second_actor: str = ""
    reason: str = ""
    commanders: tuple[InCommand, ...] = ()
    jurisdiction: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} is not one of {', '.join(KINDS)}")
        if self.until is not None and self.until < self.since:
            raise ValueError(f"a stretch cannot end {self.until.isoformat()} before it began {self.since.isoformat()}")

    @property
    def provisional(self) -> bool:
        return self.kind == "provisional"


def laid_end_to_end(decisions: Sequence[LevelStretch], closed: datetime | None = None) -> tuple[LevelStretch, ...]:
    """Decisions in order of time, each running until the next of its jurisdiction, the last until the end."""
    found = []
    for place, one in enumerate(decisions):
        later = next((two for two in decisions[place + 1 :] if two.jurisdiction == one.jurisdiction), None)
        end = later.since if later else closed
        found.append(replace(one, until=None if end is None else max(end, one.since)))
    return tuple(found)
