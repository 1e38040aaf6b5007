"""What reading an alert file gives, and the small readers every format shares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from emergency.domain.alert import Alert
from emergency.texts import N_, Message

MOST_TEXT = 20_000


@dataclass(frozen=True)
class Reading:
    """Alerts of one file and, for everything left out, one line that says why.

    ``links`` are the documents a list only points at; nobody fetches them.
    """

    alerts: tuple[Alert, ...] = ()
    reasons: tuple[Message, ...] = ()
    links: tuple[str, ...] = ()

    def __add__(self, other: Reading) -> Reading:
        return Reading(self.alerts + other.alerts, self.reasons + other.reasons, self.links + other.links)


class Unusable(Exception):
    """One message of a file cannot be used; the file's other messages can."""

    def __init__(self, id: str, /, **values: object) -> None:
        self.message = Message(id, values)
        super().__init__(str(self.message))


def instant(name: str, written: str) -> datetime:
    """A time as XML writes it, in UTC.

    Raises:
        Unusable: no time, or one without its zone.
    """
    try:
        found = datetime.fromisoformat(written)
        if found.tzinfo is None:
            raise Unusable(N_("{name} {written} has no time zone; whose clock it is cannot be guessed"),
                           name=name, written=short(written))  # fmt: skip
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise Unusable(N_("{name} {written} is no time"), name=name, written=short(written)) from fault


def moment(name: str, written: str) -> datetime | None:
    """Like `instant`, but None where nothing is written."""
    return instant(name, written) if written else None


def plain(text: str, most: int = MOST_TEXT) -> str:
    """Free text without markup and control characters, cut where it is longer than any message."""
    text = re.sub(r"<[^<>]{0,200}>", " ", text)
    text = "".join(sign if sign.isprintable() or sign in "\n\t" else " " for sign in text)
    return re.sub(r"[ \t]+", " ", text).strip()[:most]


def short(text: str, most: int = 60) -> str:
    """Text from outside for a reason of one line."""
    line = " ".join(plain(text).split())
    return f"“{line[:most]}…”" if len(line) > most else f"“{line}”"
