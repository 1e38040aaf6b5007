"""Tasks: who does what until when, and what hangs on it."""

from __future__ import annotations

from emergency.console.desk import Desk
from emergency.console.rooms import frame


def show(desk: Desk) -> None:
    frame.header(desk, desk.say("Tasks"))
