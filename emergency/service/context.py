"""What every service call is given: who acts, what time it is, where it is kept, how word gets out.

A live act, a demo and a drill differ in nothing but the context.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from emergency.domain.instant import to_us
from emergency.domain.workspace import Profile
from emergency.geo.regions import RegionSet, RegionSets
from emergency.library import FileFaults, Library
from emergency.store import journal
from emergency.store.incidents import Conflict
from emergency.store.store import Connection, Store, Workspaces
from emergency.texts import Message


def same_person(one: str | None, other: str | None) -> bool:
    """Whether two names are one person's, where two people are needed: names are typed, and another letter case, full
    width or one space more makes no second person. Nobody is nobody's second.
    """
    return bool(one) and bool(other) and _folded(one or "") == _folded(other or "")


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(frozen=True)
class Actor:
    """Who acts; ``role`` is the role of the playbook or the console they act in."""

    id: str
    name: str = ""
    role: str = "coordinator"


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant of this workspace, aware, UTC."""


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands; tests and headless drills move it by making a new one."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


@dataclass(frozen=True)
class Notice:
    """One message on its way out; ``event_key`` makes a second sending of it a no-op."""

    event_key: str
    audience: str
    channel: str
    subject: str
    text: str


class Notifier(Protocol):
    def prepare(self, notice: Notice) -> Notice:
        """The notice as it may leave this workspace: a drill's is marked as an exercise."""


class LiveNotifier:
    def prepare(self, notice: Notice) -> Notice:
        return notice


class ExerciseNotifier:
    """Marks every message so that nobody can take it for the real thing."""

    MARK = "【演练】EXERCISE "

    def prepare(self, notice: Notice) -> Notice:
        if notice.subject.startswith(self.MARK):
            return notice
        return replace(notice, subject=self.MARK + notice.subject, text=self.MARK + notice.text)


@dataclass(frozen=True)
class Content:
    """What the house ships and reads only: playbooks, rules, drills, regions, folders.

    ``channels``: the file that says how live messages leave this machine; None = as files in a folder.
    """

    library: Library
    regions: RegionSets
    data: Path
    home: Path
    workspaces: Workspaces
    channels: Path | None = None


@dataclass(frozen=True)
class Context:
    actor: Actor
    clock: Clock
    store: Store
    notifier: Notifier
    content: Content
    profile: Profile
    # Set while somebody looks back: answers are of what was known then, and nothing can be done.
    known_at: datetime | None = None
    # False for whoever watches a drill without playing in it, and for everybody once it is over.
    may_act: bool = True
    # What was worked out in one look of the chores, by instant; None = nothing is kept.
    tick: dict[Any, Any] | None = field(default=None, compare=False, repr=False)

    def now(self) -> datetime:
        return self.clock.now()

    def now_us(self) -> int:
        return to_us(self.clock.now())

    @property
    def regions(self) -> RegionSet:
        return self.content.regions.get(self.profile.region_set)

    def record(
        self,
        connection: Connection,
        action: str,
        subject: str,
        body: Mapping[str, Any],
        happened: datetime | None = None,
    ) -> int:
        """Write the act into the journal, in the transaction of the act itself."""
        if self.known_at is not None:
            raise Refused(Message("you are looking back; return to now to act"))
        if not self.may_act:
            raise Refused(Message("you watch this drill; who acts in it takes a player's seat in the room Drill desk"))
        now = self.now()
        return journal.append(
            connection,
            happened_us=to_us(happened or now),
            recorded_us=to_us(now),
            actor=self.actor.id,
            action=action,
            subject=subject,
            body={"role": self.actor.role, **body},
        )


class Refused(Exception):
    """The act is not possible as asked; the message says why and what to do instead."""


# Faults of the rooms behind, named here so that console and commands need not know those rooms.
__all__ = [
    "Actor",
    "Clock",
    "Conflict",
    "Content",
    "Context",
    "ExerciseNotifier",
    "FileFaults",
    "FixedClock",
    "LiveNotifier",
    "Notice",
    "Notifier",
    "Refused",
    "WallClock",
]
