"""What is wrong with a content file: every fault at once, each with its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emergency.texts import Message, Speaker, speaker


@dataclass(frozen=True, order=True)
class Fault:
    """One fault.

    Attributes:
        path: the file as it was named to us.
        line, column: where, counted from 1; 0 where the file as a whole is meant.
        field: path of keys and places from 0, ``tasks/3/due/from``; "" for the whole file.
        message: what was found and what is allowed.
        suggestion: one thing to try, where there is a likely one.
    """

    path: str
    line: int
    column: int
    field: str
    message: Message
    suggestion: Message | None = None

    def spoken(self, say: Speaker) -> str:
        """One line of text: ``file:line: field: what (what to try)``."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        parts = [place, self.field, say(self.message)]
        text = ": ".join(part for part in parts if part)
        return f"{text} ({say(self.suggestion)})" if self.suggestion else text

    def __str__(self) -> str:
        return self.spoken(speaker("en"))


class FileFaults(Exception):
    """A content file that cannot be used; `faults` holds all that is wrong with it, in line order."""

    def __init__(self, path: str, faults: Iterable[Fault]) -> None:
        self.path = path
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class NotOnShelf(LookupError):
    """No content of that name; `message` lists what there is."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message
