"""What made a version of a claim: a file, messages about it, or somebody who placed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from emergency.store.messages import order_of, says

Row = Mapping[str, Any]

# Columns that messages bring up to date.
TOLD = ("status", "estimated_minor", "paid_minor")


@dataclass(frozen=True)
class Made:
    """``messages``: those that made it, in the order of the source's time; ``act``: who placed it or took that back."""

    at_us: int | None
    messages: tuple[Row, ...] = ()
    act: Row | None = None


def makers(
    versions: Sequence[Row], imported_us: Mapping[str, int], messages: Iterable[Row], acts: Iterable[Row]
) -> list[Made]:
    """What made each version, oldest first; nothing of one that came by file or feed but when.

    A version of the same import as the one before it was made here: by messages where those that had come in by
    then lead to it from what stood before, else by the next act that placed the claim.

    Args:
        imported_us: import -> when it came in. acts: of placing, oldest first.
    """
    told, left, found = list(messages), list(acts), [Made(imported_us.get(versions[0]["import_id"]))]
    for before, version in pairwise(versions):
        if version["import_id"] != before["import_id"]:
            found.append(Made(imported_us.get(version["import_id"])))
        elif any(before[name] != version[name] for name in ("region", "precision", "lon", "lat")):
            act = left.pop(0) if left else None
            found.append(Made(act["recorded_us"] if act else None, act=act))
        else:
            found.append(_by_messages(before, version, found[-1].at_us or 0, told))
    return found


def _by_messages(before: Row, version: Row, since_us: int, messages: list[Row]) -> Made:
    """The first moment at which what had been told leads from one version to the next."""
    moments = sorted({since_us} | {m["recorded_us"] for m in messages if m["recorded_us"] > since_us})
    for at_us in moments:
        known = [m for m in messages if m["recorded_us"] <= at_us]
        by = _last_words(known)
        after = {name: by[name][0] if name in by else before[name] for name in TOLD}
        if after == {name: version[name] for name in TOLD}:
            changed = [by[name][1] for name in TOLD if before[name] != version[name]]
            one_each = {m["message_id"]: m for m in changed}
            return Made(at_us, tuple(sorted(one_each.values(), key=_order)))
    return Made(None)


def _last_words(messages: Iterable[Row]) -> dict[str, tuple[Any, Row]]:
    """Column -> the value that counts, and the message that says it."""
    found: dict[str, tuple[Any, Row]] = {}
    for m in sorted(messages, key=_order):
        found |= {name: (v, m) for name, v in says(m["kind"], m["estimated_minor"], m["paid_minor"]).items()}
    return found


def _order(message: Row) -> tuple[int, int]:
    return order_of(message["at_us"], message["kind"])
