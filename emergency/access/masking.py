"""What of a claim is hidden from a reader who does not need it: enough is left to tell two apart."""

from __future__ import annotations

HIDDEN = "***"
SHOWN_OF_A_NUMBER = 4
SHOWN_OF_A_PLACE = 6
# Two digits of a degree are about a kilometre: the neighbourhood, not the house.
SHOWN_DEGREES = 2


def number(text: str | None) -> str | None:
    """The last four of a policy number; a number too short to hide anything in is hidden whole."""
    if not text:
        return text
    return HIDDEN + text[-SHOWN_OF_A_NUMBER:] if len(text) >= 2 * SHOWN_OF_A_NUMBER else HIDDEN


def place(text: str | None) -> str | None:
    """The beginning of an address, up to its first digit: 郑州市金水区***, Main S***."""
    if not text:
        return text
    until = next((i for i, letter in enumerate(text) if letter.isdigit()), len(text))
    return text[: min(until, SHOWN_OF_A_PLACE, len(text) // 2)].rstrip() + HIDDEN


def degrees(value: float | None) -> float | None:
    return None if value is None else round(value, SHOWN_DEGREES)
