"""What intake says when a file or a mapping as a whole cannot be used."""

from __future__ import annotations

from emergency.texts import Message


class IntakeFault(Exception):
    """A file or mapping that cannot be used; ``messages`` say each fault and what to do next."""

    def __init__(self, *messages: Message) -> None:
        super().__init__("; ".join(str(m) for m in messages))
        self.messages = messages


class FileFault(IntakeFault):
    """The file as a whole cannot be read."""


class MappingFault(IntakeFault):
    """The mapping file is not in order; all its faults at once."""
