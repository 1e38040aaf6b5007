"""A header that names its system of coordinates is believed, and never read as another."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.intake.columns import Column
from emergency.intake.faults import FileFault
from emergency.intake.systems import said_system
from tests.intake.files import mapping, read, write


@pytest.mark.parametrize(
    ("header", "system"),
    [
        ("经度(GCJ-02)", "gcj02"),
        ("高德经纬度", "gcj02"),
        ("火星坐标经度", "gcj02"),
        ("经度（ＷＧＳ８４）", "wgs84"),
        ("经度_CGCS2000", "wgs84"),
        ("百度经度", "other"),
        ("BD09_lng", "other"),
        ("经度", ""),
        ("Longitude", ""),
    ],
)
def test_the_system_a_header_names(header: str, system: str) -> None:
    assert said_system([header]) == system


def test_points_of_a_web_map_are_not_read_as_satellite_points(tmp_path: Path) -> None:
    header = ("报案号", "出险时间", "经度(GCJ-02)", "纬度(GCJ-02)")
    path = write(tmp_path / "c.csv", header, ("PA1", "2021-07-20", "116.4102445", "39.9164043"))
    with pytest.raises(FileFault, match=r"经度\(GCJ-02\) names .*, but mapping zh-common reads WGS84"):
        read(path, "zh-common")
    found = read(path, mapping("zh-common", coordinates="gcj02"))
    assert found.column("lon") == [pytest.approx(116.404, abs=1e-6)]


def test_points_of_satellites_are_not_shifted(tmp_path: Path) -> None:
    points = {"lon": Column("lon", ("WGS84经度",)), "lat": Column("lat", ("WGS84纬度",))}
    columns = {**mapping("zh-common").columns, **points}
    header = ("报案号", "出险时间", "WGS84经度", "WGS84纬度")
    path = write(tmp_path / "c.csv", header, ("PA1", "2021-07-20", "116.4", "39.9"))
    with pytest.raises(FileFault, match="reads GCJ-02"):
        read(path, mapping("zh-common", columns=columns, coordinates="gcj02"))
    assert read(path, mapping("zh-common", columns=columns)).column("lon") == [116.4]
