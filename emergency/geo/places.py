"""The place of each claim: by its coordinates, by the code its source gave, or unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from emergency.geo.regions import RegionSet


def place(regions: RegionSet, frame: pd.DataFrame, *, coarse_degrees: float = 0.0) -> pd.DataFrame:
    """Find the region of each claim, and say how surely.

    Args:
        frame: columns lon, lat (degrees WGS84, NaN unknown) and region_given; others are kept.
        coarse_degrees: the grid to which the source rounded its coordinates, 0 where it did
            not. On a coarse grid (0.1° is about 11 km) the given code knows better.

    Returns:
        A copy with ``region`` (missing = unlocated) and ``precision``:
        ``point`` by coordinates, ``region`` by a given code of the finest level,
        ``parent`` by a given code of a coarser level, ``none`` otherwise.
    """
    if frame["region_given"].isna().all():
        return _by_points(regions, frame)
    found = _compare(regions, frame)
    point = found["located"].notna()
    if coarse_degrees > 0:
        point &= ~found["differs"]
    fine, coarse = found["fine"] & ~point, found["coarse"] & ~point
    region = found["located"].where(point, found["given"].where(fine | coarse, None))
    precision = np.select([point, fine, coarse], ["point", "region", "parent"], "none")
    return frame.assign(
        region=pd.array(region.to_numpy(), dtype="string"),
        precision=pd.array(precision, dtype="string"),
    )


def _by_points(regions: RegionSet, frame: pd.DataFrame) -> pd.DataFrame:
    """`place` where no claim came with a code, as in most files with coordinates."""
    located = regions.locate(frame["lon"].to_numpy(float), frame["lat"].to_numpy(float))
    region = pa.array(located, pa.string())
    precision = pc.if_else(pc.is_valid(region), "point", "none")
    return frame.assign(region=pd.arrays.ArrowStringArray(region), precision=pd.arrays.ArrowStringArray(precision))


def disagreements(regions: RegionSet, frame: pd.DataFrame) -> int:
    """How many claims have coordinates in another region than the code they came with."""
    return int(_compare(regions, frame)["differs"].sum())


def _compare(regions: RegionSet, frame: pd.DataFrame) -> pd.DataFrame:
    """Both answers side by side: located, given, on which level given, whether they differ."""
    located = regions.locate(frame["lon"].to_numpy(float), frame["lat"].to_numpy(float))
    texts = frame["region_given"].astype("string").str.strip().astype(object)
    given = texts.where(texts.notna(), None).to_numpy(dtype=object)
    fine, coarse = _levels(regions, given)
    return pd.DataFrame(
        {
            "located": pd.Series(located, index=frame.index, dtype=object),
            "given": pd.Series(given, index=frame.index, dtype=object),
            "fine": fine,
            "coarse": coarse,
            "differs": _differs(regions, located, given, fine, coarse),
        },
        index=frame.index,
    )


Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.object_]


def _levels(regions: RegionSet, given: Codes) -> tuple[Flags, Flags]:
    distinct = {code for code in given if code is not None}
    if not distinct:
        return np.zeros(len(given), dtype=bool), np.zeros(len(given), dtype=bool)
    finest = {c for c in distinct if regions.stands_on(c, regions.levels[-1])}
    coarser = {c for c in distinct - finest if regions.known(c)}
    fine = np.fromiter((c in finest for c in given), dtype=bool, count=len(given))
    coarse = np.fromiter((c in coarser for c in given), dtype=bool, count=len(given))
    return fine, coarse


def _differs(regions: RegionSet, located: Codes, given: Codes, fine: Flags, coarse: Flags) -> Flags:
    if not (fine | coarse).any():
        return np.zeros(len(given), dtype=bool)
    pairs = set(zip(located[fine | coarse], given[fine | coarse], strict=True))
    apart = {
        (here, code)
        for here, code in pairs
        if here is not None and here != code and code not in regions.ancestors(here)
    }
    return np.fromiter(
        (pair in apart for pair in zip(located, given, strict=True)), dtype=bool, count=len(given)
    )
