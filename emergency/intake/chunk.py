"""One chunk of a file as it is read: values by column, faults and flags by position."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from emergency.intake.cells import shown
from emergency.intake.faults import Fault
from emergency.texts import Message

Positions = np.ndarray[Any, Any]


@dataclass
class Read:
    """One chunk before it is sorted into accepted and rejected, by position in the chunk."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[int, list[tuple[str, Fault]]] = field(default_factory=dict)
    flags: list[tuple[str, str, str, Message, Positions]] = field(default_factory=list)

    def fault(self, at: int, header: str, fault: Fault) -> None:
        self.faults.setdefault(int(at), []).append((header, fault))

    def flag(self, header: str, value: str, code: str, note: Message, where: Positions) -> None:
        if len(where):
            self.flags.append((header, shown(value), code, note, where))
