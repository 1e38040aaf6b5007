"""Instants: aware UTC datetimes to people, integer microseconds in columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(instant: datetime) -> int:
    """Microseconds since 1970 in UTC.

    Raises:
        ValueError: a time without a zone; whose noon it is cannot be guessed.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone; give one, for example +08:00")
    return (instant - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)


def clock_words(local: datetime) -> dict[str, str]:
    """A local time as the people of both languages write it: 23 Jul 2021 12:00, 7月23日 12:00."""
    return {"en": f"{local.day} {local:%b %Y %H:%M}", "zh": f"{local.month}月{local.day}日 {local:%H:%M}"}
