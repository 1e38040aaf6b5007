"""Relief measures: what the insurer does for its customers while the emergency lasts."""

from __future__ import annotations

from emergency.console.desk import Desk
from emergency.console.rooms import frame


def show(desk: Desk) -> None:
    frame.header(desk, desk.say("Relief measures"))
