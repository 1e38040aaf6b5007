"""How heavily the claims that wait weigh, by place and by the authority they ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.service.context import Context
from emergency.service.figures import HOUR_US, OVERDUE_HOURS, Figures
from emergency.store.waiting import waiting

# (region, line) -> how many of the amounts asked about the estimate lies above -> (weight, claims), lightest first.
Piles = Mapping[tuple[str, str], Mapping[int, tuple[tuple[int, int], ...]]]


def weighed(ctx: Context, known: Figures, incident: Incident | None, amounts: Sequence[int]) -> Piles:
    """Claims that wait, by weight; nothing where only others' totals are known.

    A place whose claims are not those the figures count is left out: a look back counts states as they were then.

    Args:
        amounts: minor units of the workspace's money, rising.
    """
    if ctx.profile.figures == "bulletins" or known.located.empty:
        return {}
    worth, rates = ctx.content.library.worth(), ctx.content.library.rates()
    home = ctx.profile.currency
    large = round(worth.large_loss / rates.between(known.as_of.date(), home, "CNY").value * 100)
    with ctx.store.read() as connection:
        rows = waiting(
            connection,
            now_us=to_us(known.as_of),
            due_us=OVERDUE_HOURS * HOUR_US,
            large_minor={home: large},
            incident=incident.incident_id if incident else None,
            amounts_minor=(home, amounts),
        )
    found: dict[tuple[str, str], dict[int, Counter[int]]] = {}
    for row in rows:
        weight = worth.scale.in_days(injured=row.injured, large=row.large, days_late=row.days_late)
        found.setdefault((row.region, row.line), {}).setdefault(row.passed, Counter())[weight] += row.claims
    counted = known.located.groupby(["region", "line"])["unsurveyed"].sum().to_dict()
    return {
        place: {passed: tuple(sorted(pile.items())) for passed, pile in piles.items()}
        for place, piles in found.items()
        if sum(sum(pile.values()) for pile in piles.values()) == counted.get(place)
    }


def weights_of(piles: Mapping[int, tuple[tuple[int, int], ...]]) -> tuple[tuple[int, int], ...]:
    """(weight, claims) of a place whatever their amount."""
    found: Counter[int] = Counter()
    for pile in piles.values():
        for weight, claims in pile:
            found[weight] += claims
    return tuple(sorted(found.items()))
