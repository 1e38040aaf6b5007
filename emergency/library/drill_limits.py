"""How large a drill may be: a script from outside must not be able to keep the machine busy without end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emergency.library.faults import Fault
from emergency.library.reading import seconds
from emergency.library.strict_yaml import Document, Path_
from emergency.texts import Message

# House rules, 2026-11. The largest shipped script lasts two days and brings 60,000 claims.
MOST_DAYS = 60
MOST_CLAIMS = 1_000_000
MOST_SPEED = 86_400
MOST_SEED = 2**53
MOST_AMOUNT = 10**12
MOST_SIGMA = 5
MOST_INJECTS = 1_000
HOUR_S = 3600


def beyond(document: Document) -> Iterator[Fault]:
    """Faults of size."""
    raw = document.value
    clock = raw["clock"]
    length_s = seconds(clock["duration"])
    if length_s > MOST_DAYS * 24 * HOUR_S:
        gaps = {"days": MOST_DAYS}
        yield document.fault(("clock", "duration"), Message("a drill lasts {days} days at most", gaps))
    yield from _above(document, ("clock", "speed"), clock["speed"], MOST_SPEED)
    if abs(clock["seed"]) > MOST_SEED:
        gaps = {"most": MOST_SEED}
        yield document.fault(("clock", "seed"), Message("a seed is a whole number of at most {most}", gaps))
    if len(raw["injects"]) > MOST_INJECTS:
        yield document.fault(("injects",), Message("a drill has {most} injects at most", {"most": MOST_INJECTS}))
    for place, stream in enumerate(raw.get("claim_streams", ())):
        yield from _stream(document, ("claim_streams", place), stream, length_s)
    for place, inject in enumerate(raw["injects"]):
        for index, effect in enumerate(inject.get("effects", ())):
            if "stream" in effect:
                yield from _stream(document, ("injects", place, "effects", index, "stream"), effect["stream"], length_s)


def _stream(document: Document, at: Path_, raw: Mapping[str, Any], length_s: int) -> Iterator[Fault]:
    arrivals, amount = raw["arrivals"], raw["amount"]
    claims = arrivals.get("total", 0) + sum(one["count"] for one in arrivals.get("points", ()))
    claims += arrivals.get("per_hour", 0) * min(length_s, MOST_DAYS * 24 * HOUR_S) / HOUR_S
    if claims > MOST_CLAIMS:
        gaps = {"most": MOST_CLAIMS}
        yield document.fault((*at, "arrivals"), Message("a stream brings {most} claims at most", gaps))
    for name in ("median", "value"):
        yield from _above(document, (*at, "amount", name), amount.get(name, 0), MOST_AMOUNT)
    yield from _above(document, (*at, "amount", "sigma"), amount.get("sigma", 0), MOST_SIGMA)


def _above(document: Document, at: Path_, found: float, most: float) -> Iterator[Fault]:
    if found > most:
        gaps = {"found": f"{found:g}", "most": most}
        yield document.fault(at, Message("found {found}; {most} at most", gaps))
