"""Where every row of a file went: accepted, duplicate or rejected, with words for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from emergency.texts import N_, Message

# Kind of flag -> what it is called.
FLAG_NAMES: Mapping[str, str] = {
    "unknown_value": N_("Words the mapping does not know"),
    "blank": N_("Blank cells, a default taken"),
    "no_region_code": N_("No region code"),
    "half_a_point": N_("Half a point"),
    "null_island": N_("Coordinates 0, 0"),
    "exchanged": N_("Longitude and latitude exchanged, put right"),
    "report_before_loss": N_("Reported before the loss"),
    "report_long_after": N_("Reported long after the loss"),
    "before_policy": N_("Loss before the policy began"),
    "after_policy": N_("Loss after the policy ended"),
    "far_above": N_("Amount far above its line"),
    "far_below": N_("Amount far below its line"),
    "very_large": N_("Amount very large for one claim"),
    "outside_map": N_("In regions this workspace's map does not have"),
    "foreign_currency": N_("In another currency than this workspace's"),
    "repeated": N_("Rows that repeat an earlier row"),
    "falls": N_("A figure to date that falls"),
    "total_row": N_("Total row of the list, no row of its own"),
    "footer_row": N_("Signatures at the foot of the list, no row of its own"),
    "total_differs": N_("A total that does not agree with its rows"),
    "amount_left": N_("Amounts that were not taken"),
    "unread_money": N_("Columns of amounts that were not read"),
}


@dataclass(frozen=True)
class Reject:
    """A row that cannot be used.

    Attributes:
        row: data row, 1 = first under the header.
        field: header of the first faulty cell, empty where the whole row is at fault.
        reason: every fault of the row, and what to do.
        code: the first fault for programs: ``missing``, ``bad_date``, ``ragged`` …
        raw: the row as it stands in the file, header -> cell; surplus cells follow as ``+1``, ``+2``.
    """

    row: int
    field: str
    reason: Message
    code: str
    raw: Mapping[str, str]


@dataclass(frozen=True)
class Duplicate:
    """A usable row whose report number stood in an earlier usable row of the same file.

    Attributes:
        first_row: the row that was taken.
        differing: claim columns in which this row says something else; empty = the same again.
    """

    row: int
    report_no: str
    first_row: int
    differing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flag:
    """Rows that were accepted though something about them was not understood or does not look right.

    Attributes:
        field: header in the file, empty where the whole row is meant.
        value: the cell of the first row, empty for a blank one.
        code: one of FLAG_NAMES.
        note: what was done with it, or what to look at.
        numbers: data rows of this chunk; cells: what each of them says in `field`.
    """

    field: str
    value: str
    code: str
    note: Message
    numbers: tuple[int, ...]
    cells: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        return len(self.numbers)

    @property
    def first_row(self) -> int:
        return self.numbers[0]


@dataclass
class ClaimChunk:
    """One chunk of a file. ``rows_read = len(claims) + len(duplicates) + len(rejects)``; a total or footer is none.

    Attributes:
        claims: exactly CLAIM_COLUMNS with their dtypes, report numbers unique in the whole file.
        header: the file's columns, for `write_rejects`.
        rows_read: data rows of this chunk alone.
        bytes_read: how far in the file this chunk ends; bytes_total: the file's size.
        encoding: of a text file; of another its kind.
        above: rows of the file over its first data row, None where it has no rows of its own.
    """

    claims: pd.DataFrame
    rejects: tuple[Reject, ...]
    duplicates: tuple[Duplicate, ...]
    flags: tuple[Flag, ...]
    header: tuple[str, ...]
    rows_read: int
    bytes_read: int
    bytes_total: int
    encoding: str = ""
    above: int | None = None
