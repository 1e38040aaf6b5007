"""What a channel is handed, and how it says that it could not carry it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from emergency.texts import Message


@dataclass(frozen=True)
class Parcel:
    """One message for one channel.

    Attributes:
        number: its place in the outbox.
        key: the same at every try and unique to the message, so that a receiver can drop a double.
        recipients: addresses; empty = those the channel itself names.
    """

    number: int
    key: str
    channel: str
    audience: str
    subject: str
    text: str
    recipients: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """The key as 32 letters and digits that may stand in any header."""
        return hashlib.sha256(f"{self.channel}\n{self.key}".encode()).hexdigest()[:32]


class NotCarried(Exception):
    """The channel did not take the message.

    ``final``: trying again cannot help (a wrong address, a refused sign-in), a person has to look.
    """

    def __init__(self, message: Message, final: bool = False) -> None:
        super().__init__(str(message))
        self.message = message
        self.final = final


class Carrier(Protocol):
    """One way out.

    Attributes:
        kind: folder, smtp, webhook or apprise.
        wait_s: how long one try may take; also the first pause before the next.
    """

    @property
    def kind(self) -> str: ...

    @property
    def wait_s(self) -> int: ...

    def carry(self, parcel: Parcel) -> tuple[str, ...]:
        """Hand it over; returns who got it.

        Raises:
            NotCarried: it was not taken.
        """
