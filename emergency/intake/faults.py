"""What intake says when a file or a mapping as a whole cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from emergency.texts import Message


@dataclass(frozen=True)
class Fault:
    """Why a cell or a row cannot be used: a code for programs, a message for people."""

    code: str
    message: Message


class IntakeFault(Exception):
    """A file or mapping that cannot be used; ``messages`` say each fault and what to do next."""

    def __init__(self, *messages: Message) -> None:
        super().__init__("; ".join(str(m) for m in messages))
        self.messages = messages


class FileFault(IntakeFault):
    """The file as a whole cannot be read."""


class MappingFault(IntakeFault):
    """The mapping file is not in order; all its faults at once."""
