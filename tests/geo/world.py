"""Two counties side by side in one state: a world small enough to check by hand.

West is 0..1 by 0..1 degree, east is 1..2 by 0..1; both lie in the state "9".
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely

from emergency.geo.files import Descriptor, with_points, write_set
from emergency.geo.regions import RegionSet

WEST, EAST, STATE = "901", "902", "9"


def world(folder: Path, snap_degrees: float = 0.0) -> RegionSet:
    counties = with_points(
        gpd.GeoDataFrame(
            {
                "code": [EAST, WEST],
                "name": ["East", "West"],
                "name_zh": ["东县", ""],
                "parent": STATE,
                "abbreviation": "",
            },
            geometry=[shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1)],
            crs="EPSG:4326",
        )
    )
    state = with_points(
        gpd.GeoDataFrame(
            {"code": [STATE], "name": ["Nine"], "name_zh": ["九州"], "parent": [""], "abbreviation": ["NI"]},
            geometry=[shapely.box(0, 0, 2, 1)],
            crs="EPSG:4326",
        )
    )
    path = write_set(
        folder,
        {"state": state, "county": counties},
        id="nine",
        title="Nine",
        stems={"state": "nine-states", "county": "nine-counties"},
        snap_degrees=snap_degrees,
    )
    return RegionSet(Descriptor.read(path), folder)
