"""What may be said of one column in a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emergency.domain.claim import CHANNELS, LINES, STATUSES
from emergency.domain.record import MESSAGE_KINDS, POLICY_DAYS, STEP_AMOUNT
from emergency.texts import N_

# Unit of an amount column -> (whole currency units in one, the only currency it fits or "").
UNITS: Mapping[str, tuple[float, str]] = {
    "minor": (0.0, ""),  # fen, cents: already minor units
    "whole": (1.0, ""),  # whole units of the row's currency
    "yuan": (1.0, "CNY"),
    "usd": (1.0, "USD"),
    "thousand": (1_000.0, ""),
    "wan": (10_000.0, ""),
    "million": (1_000_000.0, ""),
    "yi": (100_000_000.0, ""),
}
UNIT_NAMES: Mapping[str, str] = {
    "yuan": N_("yuan"),
    "wan": N_("ten thousand (万)"),
    "yi": N_("hundred million (亿)"),
    "usd": N_("US dollars"),
    "whole": N_("whole units of the row's currency"),
    "thousand": N_("thousands (千)"),
    "million": N_("millions (百万)"),
    "minor": N_("cents or fen"),
}
DATE_ORDERS = ("ymd", "mdy", "dmy")
# Coordinates as satellites give them, and as Chinese web maps shift them.
COORDINATES = ("wgs84", "gcj02")
VOCABULARIES: Mapping[str, tuple[str, ...]] = {
    "line": LINES,
    "status": STATUSES,
    "channel": CHANNELS,
    "kind": MESSAGE_KINDS,
}
AMOUNTS = ("estimated_minor", "paid_minor", "outstanding_minor", "sum_insured_minor", STEP_AMOUNT)
INSTANTS = ("loss_at", "reported_at", "at", "as_of", *POLICY_DAYS)
# Cells that say "nothing here" in the files insurers exchange.
ABSENT = ("-", "--", "/", "null", "none", "n/a", "无", "不详", "空")
# Faults of a reckoning: nothing in a column of texts, but no empty amount unless the mapping says so.
ERRORS = ("nan", "#n/a")
# What a claim never lacks; a mapping that gives neither column nor default takes these.
FALLBACKS: Mapping[str, str] = {"status": "reported", "channel": "unknown"}


@dataclass(frozen=True)
class StatusRule:
    """A status taken from what else the row says; the first rule that holds decides.

    Attributes:
        status: one of STATUSES.
        filled: headers; holds when any of them has a cell that is neither blank nor zero.
        older_than_days: holds when the loss lies this many days before `as_of`, the header of
            the file's own as-of time (the import instant where that cell is blank).
    """

    status: str
    filled: tuple[str, ...] = ()
    older_than_days: int | None = None
    as_of: str = ""


@dataclass(frozen=True)
class Column:
    """Where one claim column comes from.

    Attributes:
        name: one of CLAIM_COLUMNS.
        headers: names in the file; with `combine` ``first`` they are alternatives.
        combine: ``first``, ``sum`` (amounts) or ``join`` (text).
        required: rows without it are rejected.
        values: cell -> value of the claim, compared without case and spaces.
        contains: part of a cell -> value, tried in order after `values`.
        default: value where the cell is blank or unknown; such rows are counted as flags.
        refuse_unknown: a word that no table knows rejects its row, whatever the default is.
        unit: one of UNITS, for amounts.
        otherwise: claim column that stands in where this one is missing.
        rules: for the status alone.
        as_date: the cell is a calendar day, whatever clock time is printed beside it.
        part: which number of a cell that holds both coordinates, ``113.62,34.75``: 1 or 2, 0 = all of it.
        digits: length of a region code; a lost leading zero is put back, longer codes are cut.
    """

    name: str
    headers: tuple[str, ...] = ()
    combine: str = "first"
    required: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    contains: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    refuse_unknown: bool = False
    unit: str = ""
    otherwise: str = ""
    rules: tuple[StatusRule, ...] = ()
    as_date: bool = False
    digits: int | None = None
    part: int = 0
