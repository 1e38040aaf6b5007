"""A list with one policy a row, added up to what is kept of policies: how many by region and line, and for how much."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pandas as pd

from emergency.intake.accounts import Reject
from emergency.intake.records import RecordChunk
from emergency.texts import N_, Message

Fit = Callable[[RecordChunk], tuple[pd.DataFrame, list[Reject]]]


def added_up(chunks: Iterable[RecordChunk], fit: Fit) -> Iterator[RecordChunk]:
    """One chunk for the whole list, its rows by region and line; ``of`` says how many of the list each stands for.

    Chunks whose rows are no single policies pass as they are. Only the whole of a list says how many policies
    there are: nothing is kept before it has been read.

    Args:
        fit: rows of a chunk with their region, and those without one.
    """
    kept, rejects, read = [], [], []
    for chunk in chunks:
        if not chunk.by_policy:
            yield chunk
            continue
        rows, refused = fit(chunk)
        kept.append(rows)
        rejects += [*chunk.rejects, *refused]
        read.append(chunk)
    if not read:
        return
    rows, mixed = _one_currency(pd.concat(kept, ignore_index=True))
    yield replace(
        read[-1],
        rows=_by_region_and_line(rows),
        rejects=tuple(sorted((*rejects, *mixed), key=lambda reject: reject.row)),
        duplicates=tuple(one for chunk in read for one in chunk.duplicates),
        flags=tuple(one for chunk in read for one in chunk.flags),
        rows_read=sum(chunk.rows_read for chunk in read),
    )


def _one_currency(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Reject]]:
    """Rows in the currency of the first of their region and line; sums of several currencies mean nothing."""
    given = rows["currency"].fillna("")
    other = given != given.groupby([rows["region"], rows["line"]]).transform("first")
    text = N_("{region}, {line}: the list has sums in several currencies here; import one file for each")
    refused = [
        Reject(
            int(row),
            "",
            Message(text, {"region": region, "line": line}),
            "several_currencies",
            {"region": str(region), "line": str(line)},
        )
        for row, region, line in rows.loc[other, ["row", "region_given", "line"]].itertuples(index=False)
    ]
    return rows[~other], refused


def _by_region_and_line(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.assign(
        own=rows["sum_insured_minor"].astype("float64") * rows["own_share"],
        numbered=rows["policy_no"].fillna("").where(rows["policy_no"].notna(), "#" + rows["row"].astype(str)),
    )
    found = rows.groupby(["region", "line"], as_index=False, sort=False).agg(
        row=("row", "first"),
        of=("row", "size"),
        policies=("numbered", "nunique"),
        sum_insured_minor=("sum_insured_minor", "sum"),
        own=("own", "sum"),
        mean_share=("own_share", "mean"),
        currency=("currency", "first"),
        as_of=("as_of", "max"),
    )
    share = (found["own"] / found["sum_insured_minor"].astype("float64")).clip(0, 1)
    return found.assign(own_share=share.fillna(found["mean_share"]), region_given=found["region"])
