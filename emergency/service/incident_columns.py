"""Fields of an incident as corrections keep them, and the acts that open and close one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emergency.domain.incident import Incident
from emergency.domain.instant import from_us, to_us

WITHDRAWN, RESTORED = "incident.withdraw", "incident.restore"
SHUT, OPENED = ("incident.stand_down", WITHDRAWN), ("incident.reopen", RESTORED)


def columns_of(incident: Incident, fields: tuple[str, ...]) -> dict[str, Any]:
    """Fields as they are kept: instants as microseconds, the rest as JSON has it."""
    return {name: kept(getattr(incident, name)) for name in fields}


def kept(value: Any) -> Any:
    """One field as JSON has it; an instant as microseconds."""
    if isinstance(value, datetime):
        return to_us(value)
    return dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value


def values_of(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Kept fields as an incident has them."""
    found: dict[str, Any] = {}
    for name, value in columns.items():
        if name.endswith("_at") and value is not None:
            found[name] = from_us(int(value))
        else:
            found[name] = tuple(value) if isinstance(value, list) else value
    return found
