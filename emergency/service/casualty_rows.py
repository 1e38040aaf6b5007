"""Rows of official casualties to totals: each row is a place as of its own time, the newest of every place counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from emergency.domain.level.metric import metric_name
from emergency.intake.headers import normal, positions
from emergency.intake.mapping import ClaimMapping
from emergency.texts import Message

METRICS = {
    "dead": "casualties.deaths",
    "missing": "casualties.missing",
    "injured": "casualties.injured",
    "serious": "casualties.serious",
}
# Headers that count nothing.
NO_FIGURE = ("序号", "备注", "编号", "说明", "no", "note", "notes", "remarks", "id")
_MOST_NAMED = 12


@dataclass(frozen=True)
class Total:
    """A figure of one statement; by_region: what each place said."""

    value: int
    said_by: str
    by_region: str


@dataclass
class Statements:
    """What each place last said in one file, by who said it."""

    last: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)

    def total(self, group: pd.DataFrame, column: str) -> Total | None:
        """The total as of the time of some rows, which come in the order of their times.

        A place that says nothing new at this time counts with what it said before.

        Returns:
            None where no row gives a number.
        """
        given = group[group[column].notna()]
        if given.empty:
            return None
        sayers = list(dict.fromkeys(given["said_by"].fillna("")))
        added: dict[tuple[str, str], dict[str, int]] = {}
        for row, said_by, region, value in given[["row", "said_by", "region_given", column]].itertuples(index=False):
            who = (column, "" if pd.isna(said_by) else said_by)
            place = f"#{row}" if pd.isna(region) else region
            places = added.setdefault(who, {})
            places[place] = places.get(place, 0) + int(value)
        for who, places in added.items():
            self.last[who] = self.last.get(who, {}) | places
        known = {who: self.last[who] for who in added}
        named = [f"{place} {n}" for places in known.values() for place, n in places.items() if place[:1] != "#"]
        value = sum(sum(places.values()) for places in known.values())
        return Total(value, "; ".join(filter(None, sayers)), "; ".join(named)[:2000])


def falls(metric: str, before: int, now: int) -> Message:
    return Message(
        "{metric} falls from {before} to {now}, though it counts to date; kept, look at the source",
        {"metric": metric_name(metric), "before": before, "now": now},
    )


def not_counted(header: Sequence[str], mapping: ClaimMapping) -> list[Message]:
    """Columns of a casualty list that no figure of the console counts."""
    if mapping.kind != "casualties":
        return []
    read = {at for column in mapping.columns.values() for at in positions(header, column)}
    left = [h for at, h in enumerate(header) if at not in read and normal(h) not in NO_FIGURE and h[:1] != "#"]
    if not left:
        return []
    return [no_figure(left)]


def no_figure(headers: Sequence[str]) -> Message:
    return Message(
        "not read, since no column of casualties counts it: {headers}. Enter by hand, as a figure, what the rules"
        " need.",
        {"headers": ", ".join(headers[:_MOST_NAMED])},
    )
