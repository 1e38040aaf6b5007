"""Where every row of a file went: accepted, duplicate or rejected, with words for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from emergency.texts import Message


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
    """Cells that were accepted though not understood: what they said, what was taken, how often.

    Attributes:
        field: header in the file.
        value: the cell, empty for a blank one.
        code: ``unknown_value``, ``blank``, ``no_region_code``, ``half_a_point`` or ``null_island``.
        note: what was done with it.
        rows: how many rows of this chunk.
        first_row: the first of them.
    """

    field: str
    value: str
    code: str
    note: Message
    rows: int
    first_row: int


@dataclass
class ClaimChunk:
    """One chunk of a file. ``rows_read = len(claims) + len(duplicates) + len(rejects)``.

    Attributes:
        claims: exactly CLAIM_COLUMNS with their dtypes, report numbers unique in the whole file.
        header: the file's columns, for `write_rejects`.
        rows_read: data rows of this chunk alone.
        bytes_read: how far in the file this chunk ends; bytes_total: the file's size.
    """

    claims: pd.DataFrame
    rejects: tuple[Reject, ...]
    duplicates: tuple[Duplicate, ...]
    flags: tuple[Flag, ...]
    header: tuple[str, ...]
    rows_read: int
    bytes_read: int
    bytes_total: int
