"""Cells of spreadsheets that are handed over."""

from __future__ import annotations

import re

_FORMULA = tuple("=+-@\t\r＝＋－＠")
_NUMBER = re.compile(r"[+-]?\d[\d ,.]*%?|\+86[ -]?\d{7,12}")


def harmless(text: str) -> str:
    """A cell's text that a spreadsheet will not take for a formula; numbers stay numbers."""
    if text.lstrip(" \n\u3000\xa0\ufeff").startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
