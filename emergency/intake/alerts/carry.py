"""A reading as JSON and back: what the reading child says to the process that asked it.

Plain values only. What comes back is made anew by the constructors, so a child that was
taken over by its file can say untrue things, but nothing that is no alert.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from emergency.domain.alert import Alert, Area, Circle, Info
from emergency.intake.alerts.reading import Reading
from emergency.texts import Message


def packed(reading: Reading) -> dict[str, Any]:
    return {
        "alerts": [_plain(asdict(alert)) for alert in reading.alerts],
        "reasons": [{"id": m.id, "values": {k: _gap(v) for k, v in m.values.items()}} for m in reading.reasons],
        "links": list(reading.links),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value


def _gap(value: Any) -> Any:
    return value if isinstance(value, int | float) else str(value)


def unpacked(raw: Mapping[str, Any]) -> Reading:
    """The reading a child wrote.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    return Reading(
        alerts=tuple(_alert(a) for a in raw["alerts"]),
        reasons=tuple(Message(str(m["id"]), {str(k): _gap(v) for k, v in m["values"].items()}) for m in raw["reasons"]),
        links=tuple(str(link) for link in raw["links"]),
    )


def _alert(raw: Mapping[str, Any]) -> Alert:
    return Alert(
        **{
            **raw,
            "sent": datetime.fromisoformat(raw["sent"]),
            "references": tuple(map(str, raw["references"])),
            "infos": tuple(_info(i) for i in raw["infos"]),
        }
    )


def _info(raw: Mapping[str, Any]) -> Info:
    return Info(
        **{
            **raw,
            "responses": tuple(map(str, raw["responses"])),
            "codes": _pairs(raw["codes"]),
            "parameters": _pairs(raw["parameters"]),
            "onset": _instant(raw["onset"]),
            "expires": _instant(raw["expires"]),
            "areas": tuple(_area(a) for a in raw["areas"]),
        }
    )


def _area(raw: Mapping[str, Any]) -> Area:
    return Area(
        description=str(raw["description"]),
        rings=tuple(_ring(r) for r in raw["rings"]),
        excluded=tuple(_ring(r) for r in raw["excluded"]),
        circles=tuple(Circle(float(c["lon"]), float(c["lat"]), float(c["km"])) for c in raw["circles"]),
        geocodes=_pairs(raw["geocodes"]),
    )


def _ring(raw: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((float(lon), float(lat)) for lon, lat in raw)


def _pairs(raw: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in raw)


def _instant(raw: str | None) -> datetime | None:
    return None if raw is None else datetime.fromisoformat(raw)
