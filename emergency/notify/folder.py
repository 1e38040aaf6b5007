"""The offline channel: every outgoing message as a text file in a folder."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from emergency.notify.parcel import NotCarried, Parcel
from emergency.texts import Message


@dataclass(frozen=True)
class Folder:
    """Messages become files for somebody to hand on; the default where no channel is set up."""

    path: Path
    kind: str = "folder"
    wait_s: int = 0

    def carry(self, parcel: Parcel) -> tuple[str, ...]:
        try:
            write_message(self.path, parcel)
        except OSError as fault:
            reason = fault.strerror or type(fault).__name__
            raise NotCarried(Message("the folder of outgoing messages: {reason}", {"reason": reason})) from fault
        return parcel.recipients


def write_message(folder: Path, parcel: Parcel) -> Path:
    """Write one message; writing it again overwrites the same file, so a repeat does no harm."""
    folder.mkdir(parents=True, exist_ok=True)
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{parcel.key}-{parcel.audience}")[:120]
    target = folder / f"{parcel.number:06d}-{safe}.txt"
    partial = target.with_suffix(".partial")
    to = ", ".join(parcel.recipients) or parcel.audience
    head = {"To": to, "Channel": parcel.channel, "Subject": parcel.subject, "Key": parcel.key}
    lines = [f"{name}: {' '.join(value.split())}" for name, value in head.items()]
    with partial.open("w", encoding="utf-8") as file:
        file.write("\n".join(lines) + f"\n\n{parcel.text}\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, target)
    return target
