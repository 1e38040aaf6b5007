"""The ledger of figures that bulletins draw from: each with its value, unit, source and as-of time.

Whatever is said to customers, the press, the regulator and inside comes from here, so that
no two audiences are told different numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from emergency.domain.instant import from_us, to_us
from emergency.domain.level.metric import metric_name
from emergency.texts import N_, Message

UNITS = ("count", "persons", "claims", "minutes", "hours", "ratio", "money", "instant", "level", "text")


@dataclass(frozen=True)
class Entry:
    """One figure as one source gives it.

    Attributes:
        figure: its name in the ledger, ``claims.reported``.
        value: a number; money in minor units; an instant as microseconds; ``text`` as ``{"en", "zh"}``.
        source: who says so, as it is recorded and compared; source_name: the same for people.
        as_of: the instant it speaks of.
    """

    figure: str
    value: Any
    unit: str
    source: str
    as_of: datetime
    source_name: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"figure {self.figure}: unit {self.unit!r} is not one of {', '.join(UNITS)}")
        if self.as_of.tzinfo is None:
            raise ValueError(f"figure {self.figure}: as-of time {self.as_of.isoformat()} has no zone")
        if not self.source.strip():
            raise ValueError(f"figure {self.figure}: a figure needs its source")

    def to_json(self) -> dict[str, Any]:
        return {
            "figure": self.figure,
            "value": self.value,
            "unit": self.unit,
            "source": self.source,
            "as_of_us": to_us(self.as_of),
            "source_name": dict(self.source_name),
            "currency": self.currency,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Entry:
        rest = {key: raw[key] for key in ("figure", "value", "unit", "source", "source_name", "currency")}
        return cls(as_of=from_us(raw["as_of_us"]), **rest)


# Figure -> what each source says of it, the newest first.
Ledger = Mapping[str, tuple[Entry, ...]]


def ledger_of(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    """Entries by figure; of one source the newest counts, and the newest source stands first."""
    newest: dict[tuple[str, str], Entry] = {}
    for one in entries:
        known = newest.get((one.figure, one.source))
        if known is None or one.as_of >= known.as_of:
            newest[(one.figure, one.source)] = one
    found: dict[str, list[Entry]] = {}
    for one in newest.values():
        found.setdefault(one.figure, []).append(one)
    return {
        figure: tuple(sorted(several, key=lambda e: (-to_us(e.as_of), e.source)))
        for figure, several in sorted(found.items())
    }


def floored(known: Ledger, floors: Mapping[str, str]) -> dict[str, tuple[Entry, ...]]:
    """The ledger where a part that is larger than its whole stands beside the whole, as another source of it.

    So they disagree like any two sources, and no text goes out with either number until somebody has named the one
    that holds. However old: eight insured dead of two dead is wrong at any age.

    Args:
        floors: figure -> the figure it is part of.
    """
    found = dict(known)
    for part, whole in floors.items():
        some, total = chosen(known.get(part, ())), chosen(known.get(whole, ()))
        if some is None or total is None or not _smaller(total.value, some.value):
            continue
        for figure, kept, other in ((whole, total, some), (part, some, total)):
            beside = replace(other, figure=figure, source=f"{other.source} · {other.figure}", as_of=kept.as_of)
            found[figure] = (kept, beside, *known[figure][1:])
    return found


def _smaller(here: Any, there: Any) -> bool:
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (here, there))
    return numbers and here < there


def chosen(entries: Sequence[Entry], source: str | None = None) -> Entry | None:
    """The entry of a named source, else the newest; None where there is none."""
    if source is not None:
        return next((one for one in entries if one.source == source), None)
    return entries[0] if entries else None


# What keeps a bulletin from going out -------------------------------------------------------------


@dataclass(frozen=True)
class Limit:
    """How old a figure may be (None: any age), and by which part two sources may differ.

    compare_minutes: sources whose as-of times lie further apart are not compared: things have
        moved on between them, and the newer holds.
    """

    stale_minutes: int | None
    tolerance: float = 0.0
    compare_minutes: int = 120

    def __post_init__(self) -> None:
        if self.stale_minutes is not None and self.stale_minutes <= 0:
            raise ValueError(f"a figure must be allowed to be more than {self.stale_minutes} minutes old")
        if not 0 <= self.tolerance < 1:
            raise ValueError(f"tolerance {self.tolerance} must be 0 or more and below 1")


class Limits:
    """Limits by figure: ``claims.motor`` finds ``claims.motor``, else ``claims.*``, else ``*``."""

    def __init__(self, rows: Mapping[str, Limit]) -> None:
        if "*" not in rows:
            raise ValueError("limits need a row for every other figure: *")
        self.rows = dict(rows)

    def of(self, figure: str) -> Limit:
        names = figure.split(".")
        wider = [".".join([*names[:n], "*"]) for n in range(len(names) - 1, 0, -1)]
        return next(self.rows[name] for name in (figure, *wider, "*") if name in self.rows)


@dataclass(frozen=True)
class Problem:
    """Why a bulletin cannot go: a figure is ``missing``, ``contradictory`` or ``stale``; what to do is said."""

    kind: str
    figure: str
    entries: tuple[Entry, ...]
    message: Message


def problems(
    used: Iterable[str], ledger: Ledger, limits: Limits, now: datetime, choices: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """What is wrong with the figures a text uses; a figure whose source somebody named is theirs to answer for."""
    found = (
        _problem(figure, ledger.get(figure, ()), limits.of(figure), now, (choices or {}).get(figure)) for figure in used
    )
    return tuple(problem for problem in found if problem)


def _problem(
    figure: str, entries: tuple[Entry, ...], limit: Limit, now: datetime, source: str | None
) -> Problem | None:
    name = figure_name(figure)
    if chosen(entries, source) is None:
        text = N_("{figure}: no source gives it; enter it with its source, or take it out of the text")
        return Problem("missing", figure, entries, Message(text, {"figure": name}))
    if source is not None:
        return None
    fresh = tuple(one for one in entries if not _stale(one, limit, now))
    if not fresh:
        hours = (limit.stale_minutes or 0) / 60
        gaps_ = {"figure": name, "hours": f"{hours:g}"}
        text = N_("{figure}: older than {hours} h; bring in a newer one, or name the source you answer for")
        return Problem("stale", figure, entries, Message(text, gaps_))
    together = tuple(one for one in fresh if fresh[0].as_of - one.as_of <= timedelta(minutes=limit.compare_minutes))
    if _differ(together, limit.tolerance):
        text = N_("{figure}: {count} sources disagree; name the one that holds")
        return Problem("contradictory", figure, together, Message(text, {"figure": name, "count": len(together)}))
    return None


def moved(
    used: Iterable[str], then: Ledger, now: Ledger, limits: Limits, choices: Mapping[str, str]
) -> tuple[Problem, ...]:
    """Figures that have changed since the text was approved, by more than their tolerance."""
    found = []
    for figure in used:
        old, new = chosen(then.get(figure, ())), chosen(now.get(figure, ()))
        if figure in choices or old is None or new is None or new.as_of <= old.as_of or figure.startswith("ledger."):
            continue
        if _differ((old, new), limits.of(figure).tolerance):
            text = N_("{figure} has changed since it was read; read the figures again and have them approved")
            found.append(Problem("moved", figure, (old, new), Message(text, {"figure": figure_name(figure)})))
    return tuple(found)


def _stale(entry: Entry, limit: Limit, now: datetime) -> bool:
    return limit.stale_minutes is not None and now - entry.as_of > timedelta(minutes=limit.stale_minutes)


def _differ(entries: Sequence[Entry], tolerance: float) -> bool:
    values = [one.value for one in entries]
    if any(isinstance(v, str | Mapping | bool) for v in values):
        return any(v != values[0] for v in values)
    low, high = min(values), max(values)
    return bool(high - low > tolerance * max(abs(low), abs(high)))


# Names --------------------------------------------------------------------------------------------

FIGURES: Mapping[str, tuple[str, str]] = {
    "incident.title": (N_("Name of the incident"), "text"),
    "incident.place": (N_("Place"), "text"),
    "incident.regions": (N_("Regions affected"), "text"),
    "incident.cause": (N_("First idea of the cause"), "text"),
    "incident.kind": (N_("Kind of incident"), "text"),
    "incident.occurred_at": (N_("When it happened"), "instant"),
    "response.level": (N_("Response level"), "level"),
    "response.activated_at": (N_("Response open since"), "instant"),
    "ledger.as_of": (N_("As-of time"), "instant"),
    "claims.reported": (N_("Claims reported"), "claims"),
    "claims.open": (N_("Claims open"), "claims"),
    "claims.settled": (N_("Claims settled"), "claims"),
    "claims.last_24h": (N_("Claims in the last 24 hours"), "claims"),
    "claims.motor": (N_("Motor claims"), "claims"),
    "claims.property": (N_("Property claims"), "claims"),
    "claims.agriculture": (N_("Farm claims"), "claims"),
    "claims.personal_injury": (N_("Injury claims"), "claims"),
    "claims.health": (N_("Health claims"), "claims"),
    "claims.overdue": (N_("Claims waiting too long for a survey"), "claims"),
    "loss.estimated": (N_("Estimated loss"), "money"),
    "payout.paid": (N_("Paid so far"), "money"),
    "industry.claims": (N_("Claims reported, industry"), "claims"),
    "industry.estimated": (N_("Estimated loss, industry"), "money"),
    "industry.paid": (N_("Paid so far, industry"), "money"),
    "casualties.insured_deaths": (N_("Insured deaths"), "persons"),
    "casualties.deaths": (N_("Deaths"), "persons"),
    "casualties.injured": (N_("Insured injured"), "persons"),
    "casualties.serious": (N_("Seriously injured"), "persons"),
    "adjusters.out": (N_("Adjusters sent out"), "persons"),
    "adjusters.available": (N_("Adjusters available"), "persons"),
    "measures.in_force": (N_("Relief measures in force"), "text"),
    "measures.count": (N_("Number of relief measures in force"), "count"),
    "house.name": (N_("Name of the company"), "text"),
    "house.hotline": (N_("Hotline"), "text"),
    "house.contact": (N_("Contact for questions"), "text"),
    "house.website": (N_("Where news is published"), "text"),
    "outage.minutes": (N_("Minutes of outage"), "minutes"),
    "outage.restored_by": (N_("Expected to be restored"), "text"),
    "complaint.last_24h": (N_("Complaints in the last 24 hours"), "count"),
    "data.persons_leaked": (N_("Persons whose records leaked"), "persons"),
    "dispute.amount": (N_("Amount in dispute"), "money"),
    "exposure.policies": (N_("Policies in the regions affected"), "count"),
    "warning.headline": (N_("Warning in force"), "text"),
    "warning.issuer": (N_("Issued by"), "text"),
    "warning.expires_at": (N_("Warning in force until"), "instant"),
    "correction.said": (N_("What was said"), "text"),
    "correction.right": (N_("What is right"), "text"),
    "correction.sent_at": (N_("When the wrong one was sent"), "instant"),
}


def figure_name(figure: str) -> Message:
    """A figure in words; one that is not listed is a metric of the rules, or speaks for itself by its name."""
    known = FIGURES.get(figure)
    return Message(known[0]) if known else metric_name(figure)
