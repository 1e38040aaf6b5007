"""The system of coordinates is proposed as the headers name it; what cannot be read is left out and said."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.service import mappings
from emergency.service.context import Context

ROW = "PA1,车险,2017-08-20,郑州市,113.6665,34.7781\nPA2,车险,2017-08-21,郑州市,113.6765,34.7881\n"


@pytest.mark.parametrize(
    ("heads", "system", "read", "says"),
    [
        ("经度(GCJ-02),纬度(GCJ-02)", "gcj02", True, "turned into WGS84"),
        ("高德经度,高德纬度", "gcj02", True, "turned into WGS84"),
        ("经度(WGS84),纬度(WGS84)", "wgs84", True, ""),
        ("百度经度,百度纬度", "wgs84", False, "cannot be read here"),
    ],
)
def test_what_the_headers_say_is_proposed(
    ctx: Context, tmp_path: Path, heads: str, system: str, read: bool, says: str
) -> None:
    path = tmp_path / "c.csv"
    path.write_text(f"报案号,险种,出险时间,出险地点,{heads}\n{ROW}", encoding="utf-8")
    proposed = mappings.propose(ctx, path)
    assert (proposed.draft.coordinates, "lon" in proposed.draft.columns) == (system, read)
    assert [says in str(w) for w in mappings.warnings(proposed)] == ([True] if says else [])
    mappings.save(ctx, "点", proposed.draft)
    assert mappings.mapping_of(ctx, "点", proposed.draft).coordinates == system
