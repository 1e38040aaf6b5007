"""Files under /assets: found by hashed name, kept for ever, never more than was named."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from emergency.console.assets import DISPATCH_MAP, LEAFLET, OWN_FILES, RegionAssets, asset_url, routes


class Client:
    """Asks the routes without a network."""

    def __init__(self, files: RegionAssets) -> None:
        self.app = Starlette(routes=routes(files))

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
                return await browser.get(url, headers=headers)

        return asyncio.run(ask())


def client(**files: Path) -> Client:
    return Client(files)


def test_leaflet_and_the_map_are_served_as_modules_and_styles() -> None:
    kinds = {f.name: client().get(asset_url(f)).headers["content-type"].split(";")[0] for f in OWN_FILES}
    assert kinds == {
        "leaflet-src.esm.js": "text/javascript",
        "leaflet.css": "text/css",
        "dispatch_map.js": "text/javascript",
        "marks.js": "text/javascript",
        "shapes.js": "text/javascript",
        "drawing.js": "text/javascript",
        "dispatch_map.css": "text/css",
    }


def test_a_file_may_be_kept_for_ever_because_its_name_changes_with_its_content(tmp_path: Path) -> None:
    regions = tmp_path / "squares.geojson"
    regions.write_text('{"a": 1}')
    first = asset_url(regions)
    answer = client(squares=regions).get(first)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.json() == {"a": 1}

    regions.write_text('{"a": 22}')
    assert asset_url(regions) != first
    assert client(squares=regions).get(first).status_code == 404
    assert client(squares=regions).get(asset_url(regions)).json() == {"a": 22}


def test_equal_content_keeps_its_name_however_old_the_file_is(tmp_path: Path) -> None:
    regions = tmp_path / "squares.geojson"
    regions.write_text("{}")
    first = asset_url(regions)
    os.utime(regions, (1, 1))
    assert asset_url(regions) == first


def test_large_files_travel_zipped_to_those_who_can_read_that() -> None:
    url = asset_url(LEAFLET / "leaflet-src.esm.js")
    zipped = client().get(url, headers={"accept-encoding": "gzip"})
    plain = client().get(url, headers={"accept-encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) < int(plain.headers["content-length"]) / 3
    assert zipped.text == plain.text


@pytest.mark.parametrize(
    "name", ["leaflet.css", "../../../../etc/passwd", "%2e%2e/look.py", "squares.geojson", "images/layers.png", ""]
)
def test_nothing_is_found_but_what_was_named_with_its_hash(name: str) -> None:
    assert client().get(f"/assets/{name}").status_code == 404


def test_a_region_set_installed_while_the_server_runs_is_found(tmp_path: Path) -> None:
    installed: dict[str, Path] = {}
    browser = Client(lambda: installed)
    regions = tmp_path / "late.geojson"
    regions.write_text("{}")
    assert browser.get(asset_url(regions)).status_code == 404
    installed["late"] = regions
    assert browser.get(asset_url(regions)).status_code == 200


def test_a_region_set_that_was_taken_away_does_not_stop_the_others(tmp_path: Path) -> None:
    assert client(gone=tmp_path / "gone.geojson").get(asset_url(DISPATCH_MAP / "marks.js")).status_code == 200
    assert client(gone=tmp_path / "gone.geojson").get("/assets/nothing.js").status_code == 404


def test_a_kind_of_file_the_console_does_not_serve_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(ValueError, match=r"notes\.txt.*\.geojson"):
        asset_url(tmp_path / "notes.txt")
