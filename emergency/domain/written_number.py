"""Numbers as a person writes them in a form: digits, or groups of exactly three parted by commas.

A comma anywhere else is no grouping: "1,00" may mean one, and "12,3456.78" nothing at all. They are not guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from emergency.texts import N_, Message

_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_TO_THE_CENT = re.compile(r"[0-9]+(?:\.[0-9]{1,2})?")
LONGEST_SHOWN = 40
NO_AMOUNT = N_("“{text}” is no amount: write it as 12345.67 or 12,345.67, with at most two decimals")


def digits_of(text: str) -> str | None:
    """The number without its grouping commas, half-width; None where it is written in any other way.

    "1，234.5" gives "1234.5"; "1,00", "1e3", "1_000" and "" give None.
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    if _GROUPED.fullmatch(folded):
        return folded.replace(",", "")
    return folded if _PLAIN.fullmatch(folded) else None


def minor_of(text: str) -> int:
    """Minor units (分, cents) of an amount; 0 where nothing was written, which whoever takes it refuses.

    Raises:
        ValueError: it is no amount to the cent; the argument is a Message that names what was read.
    """
    if not text.strip():
        return 0
    plain = digits_of(text)
    if plain is None or not _TO_THE_CENT.fullmatch(plain):
        shown = " ".join(text.split())
        shown = shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 1] + "…"
        raise ValueError(Message(NO_AMOUNT, {"text": shown}))
    return int(Decimal(plain).scaleb(2))
