"""The offline channel: every outgoing message as a text file in a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_message(folder: Path, message: Mapping[str, Any]) -> Path:
    """Write one message; writing it again overwrites the same file, so a repeat does no harm."""
    folder.mkdir(parents=True, exist_ok=True)
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{message['event_key']}-{message['audience']}")
    target = folder / f"{message['outbox_id']:06d}-{safe}.txt"
    partial = target.with_suffix(".partial")
    partial.write_text(
        f"To: {message['audience']}\nChannel: {message['channel']}\nSubject: {message['subject']}\n"
        f"Key: {message['event_key']}\n\n{message['text']}\n",
        encoding="utf-8",
    )
    os.replace(partial, target)
    return target
