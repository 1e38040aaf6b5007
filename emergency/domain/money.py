"""Money short enough to be read at a glance, as each language counts: $1.12 bn, ¥5.83亿."""

from __future__ import annotations

MARKS = {"USD": "$", "CNY": "¥"}
_STEPS: dict[str, tuple[tuple[float, str], ...]] = {
    "en": ((1e9, " bn"), (1e6, " M"), (1e3, " k")),
    "zh": ((1e8, "亿"), (1e4, "万")),
}


def short_money(minor: int, currency: str) -> dict[str, str]:
    """An amount in minor units as a bilingual pair; a currency without a mark is named by its code."""
    mark = MARKS.get(currency, f"{currency} " if currency else "")
    return {language: _short(minor / 100, mark, steps) for language, steps in _STEPS.items()}


def _short(amount: float, mark: str, steps: tuple[tuple[float, str], ...]) -> str:
    for size, word in steps:
        if abs(amount) >= size:
            return f"{mark}{amount / size:,.2f}{word}"
    return f"{mark}{amount:,.0f}"
