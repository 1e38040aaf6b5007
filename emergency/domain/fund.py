"""The emergency fund: money in whole minor units (分, cents), moved between accounts in pairs that balance.

What is paid in comes from the endowment account, which alone may be below zero: it says how much the house has
put in. All accounts of a currency add up to zero at every moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emergency.texts import N_

ENDOWMENT, FREE, RESERVED, SPENT = ACCOUNTS = ("endowment", "free", "reserved", "spent")
ACCOUNT_NAMES: Mapping[str, str] = {
    ENDOWMENT: N_("paid in"),
    FREE: N_("free"),
    RESERVED: N_("reserved"),
    SPENT: N_("spent"),
}
# asked: waits for its approvals. approved: reserved. paid: out of the house.
STATES = ("asked", "approved", "paid", "refused", "withdrawn", "released")
STATE_NAMES: Mapping[str, str] = {
    "asked": N_("waits for approval"),
    "approved": N_("approved, not paid yet"),
    "paid": N_("paid out"),
    "refused": N_("refused"),
    "withdrawn": N_("withdrawn"),
    "released": N_("released unpaid"),
}


@dataclass(frozen=True)
class Entry:
    """An amount from one account to another; ``incident`` "" for what belongs to none."""

    source: str
    target: str
    minor: int
    currency: str
    incident: str = ""

    def __post_init__(self) -> None:
        if self.minor <= 0 or not isinstance(self.minor, int):
            raise ValueError("an entry moves a whole number of minor units above zero")
        if self.source == self.target or {self.source, self.target} - set(ACCOUNTS):
            raise ValueError(f"from {self.source!r} to {self.target!r} is no entry")


@dataclass(frozen=True)
class Books:
    """Minor units on each account of one currency; they add up to zero."""

    currency: str
    endowment: int = 0
    free: int = 0
    reserved: int = 0
    spent: int = 0

    def __post_init__(self) -> None:
        if self.endowment + self.free + self.reserved + self.spent:
            raise ValueError(f"the books do not balance: {self}")
        if min(self.free, self.reserved, self.spent) < 0:
            raise ValueError(f"no account but the endowment is below zero: {self}")

    @property
    def paid_in(self) -> int:
        return -self.endowment


def books(entries: Iterable[Entry], currency: str) -> Books:
    """What the entries of a currency add up to. Raises ValueError where they cannot be."""
    found: dict[str, int] = defaultdict(int)
    for entry in entries:
        if entry.currency == currency:
            found[entry.source] -= entry.minor
            found[entry.target] += entry.minor
    return Books(currency, **{account: found[account] for account in ACCOUNTS})


def drawn(entries: Iterable[Entry], incident: str, currency: str) -> int:
    """Minor units reserved for and spent on an incident, less what came back."""
    outside = (RESERVED, SPENT)
    of = [e for e in entries if e.incident == incident and e.currency == currency]
    return sum(e.minor for e in of if e.target in outside and e.source not in outside) - sum(
        e.minor for e in of if e.source in outside and e.target not in outside
    )


@dataclass(frozen=True)
class FundRules:
    """``second_above``: currency → minor units above which a second person approves."""

    second_above: Mapping[str, int]
    source: str

    def second_needed(self, minor: int, currency: str) -> bool:
        """A currency that no rule names always takes two."""
        limit = self.second_above.get(currency)
        return limit is None or minor > limit
