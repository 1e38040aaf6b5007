"""The benchmarks of the intake run, check their own answers and print a ratio. Not how large it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import claims_bulk, point_in_polygon

RATIO = re.compile(r"ratio \d+\.\d\d  \(bar \d\.\d\)")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_claims_in_bulk_against_the_bare_database(
    store: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    url = request.getfixturevalue("postgres_url") if store == "postgres" else ""
    claims_bulk.measure(3_000, url, tmp_path)
    said = capsys.readouterr().out
    assert RATIO.search(said)
    assert "3,000 claims" in said
    assert "rows 3,000 = new 3,000 + rejected 0" in said


def test_points_in_polygons_against_a_bare_tree(capsys: pytest.CaptureFixture[str]) -> None:
    point_in_polygon.main(["--points", "2000", "--rounds", "1"])
    said = capsys.readouterr().out
    assert RATIO.search(said)
    assert "2,000 points in 3,231 counties" in said
