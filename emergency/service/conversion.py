"""Money facts in the currency of a rule file, each with the rate it was reckoned at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from emergency.domain.level import RuleSet, unit_of
from emergency.service.context import Context


@dataclass(frozen=True)
class Conversion:
    """Money turned into the rules' currency, so that the trace can say how."""

    metric: str
    amount: Decimal
    currency: str
    converted: Decimal
    to_currency: str
    rate: Decimal
    rate_date: str
    source: str


def in_currency(
    ctx: Context, facts: Mapping[str, Any], rules: RuleSet, now: datetime
) -> tuple[dict[str, Any], tuple[Conversion, ...]]:
    """Money facts in the rules' currency, by the house's dated rate."""
    if ctx.profile.currency == rules.currency:
        return {k: _number(v) for k, v in facts.items()}, ()
    rate = ctx.content.library.rates().rate(now.date(), ctx.profile.currency, rules.currency)
    converted: dict[str, Any] = {}
    done = []
    for metric, value in facts.items():
        if unit_of(metric) != "money" or value is None:
            converted[metric] = _number(value)
            continue
        amount = Decimal(str(value))
        result = (amount * rate.value).quantize(Decimal(1))
        converted[metric] = int(result)
        done.append(
            Conversion(
                metric,
                amount,
                ctx.profile.currency,
                result,
                rules.currency,
                rate.value,
                rate.on.isoformat(),
                rate.source,
            )
        )
    return converted, tuple(done)


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
