"""Work on many incidents, each by itself: what is wrong with one is logged and keeps no other waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from emergency.domain.incident import Incident
from emergency.service.context import Context

log = logging.getLogger(__name__)


def each(ctx: Context, found: Iterable[Incident], work: Callable[[Incident], int | None]) -> int:
    """Do it for every incident; returns what the work counted, together. What failed is tried at the next tick."""
    counted = 0
    for incident in found:
        try:
            counted += work(incident) or 0
        except Exception:
            name = getattr(work, "__module__", "")
            log.exception("%s: incident %s of %s failed", name, incident.incident_id, ctx.store.name)
    return counted
