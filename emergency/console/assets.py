"""What the browser fetches by address: Leaflet, our own map code and the outlines of regions.

Every file is served from this machine, under a name that carries a hash of its
content. A name therefore never changes its meaning, and a browser may keep the
file for ever; a new file gets a new name.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import xstatic.pkg.leaflet
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

LEAFLET = Path(xstatic.pkg.leaflet.BASE_DIR)
DISPATCH_MAP = Path(__file__).parent / "components" / "dispatch_map"

# Public parts of the console itself; region files come from whoever builds the routes.
OWN_FILES: tuple[Path, ...] = (
    LEAFLET / "leaflet-src.esm.js",
    LEAFLET / "leaflet.css",
    DISPATCH_MAP / "dispatch_map.js",
    DISPATCH_MAP / "marks.js",
    DISPATCH_MAP / "shapes.js",
    DISPATCH_MAP / "drawing.js",
    DISPATCH_MAP / "dispatch_map.css",
)

_KINDS: Mapping[str, str] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".geojson": "application/geo+json",
    ".json": "application/json",
    ".png": "image/png",
}
_FOR_EVER = "public, max-age=31536000, immutable"

RegionAssets = Mapping[str, Path] | Callable[[], Mapping[str, Path]]


@dataclass(frozen=True)
class _Asset:
    """One file as it is sent: both forms are made once, not per request."""

    url: str
    kind: str
    plain: bytes
    gzipped: bytes


def asset_url(file: Path) -> str:
    """The address of a file under ``/assets``, with the hash of its content in the name.

    Args:
        file: one of `OWN_FILES`, or a region file that was handed to `routes`.

    Raises:
        FileNotFoundError: the file is not there.
        ValueError: the kind of file is none that the console serves.
    """
    return _read(file).url


def routes(region_assets: RegionAssets) -> list[BaseRoute]:
    """Routes for ``st.App``: the console's own files and the region files named here.

    Args:
        region_assets: name → GeoJSON file. A callable is asked at every request that
            is not one of our own files, so that a region set installed while the
            server runs is found.
    """

    def served() -> Iterator[Path]:
        yield from OWN_FILES
        yield from (region_assets() if callable(region_assets) else region_assets).values()

    def find(url: str) -> _Asset | None:
        return next((a for a in map(_read, filter(Path.is_file, served())) if a.url == url), None)

    def send(request: Request) -> Response:
        asset = find(f"/assets/{request.path_params['name']}")
        if asset is None:
            return Response("No such asset. Reload the page.", status_code=404, media_type="text/plain")
        return _answer(asset, request.headers.get("accept-encoding", ""))

    return [Route("/assets/{name:path}", send, methods=["GET", "HEAD"])]


def asset_mount() -> BaseRoute:
    """The route of the running console: its own files and every region set that is installed."""

    def installed() -> Mapping[str, Path]:
        from emergency import bootstrap  # here, so that a page with the map alone needs no running house

        return bootstrap.running().content.regions.assets()

    return routes(installed)[0]


def _answer(asset: _Asset, accepted: str) -> Response:
    headers = {
        "Cache-Control": _FOR_EVER,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    zipped = "gzip" in accepted and len(asset.gzipped) < len(asset.plain)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    return Response(asset.gzipped if zipped else asset.plain, media_type=asset.kind, headers=headers)


def _read(file: Path) -> _Asset:
    stat = file.stat()
    return _read_version(file, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _read_version(file: Path, _changed_ns: int, _size: int) -> _Asset:
    kind = _KINDS.get(file.suffix)
    if kind is None:
        raise ValueError(f"{file.name}: the console serves {', '.join(_KINDS)} files, no other kind")
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:16]
    # mtime=0 keeps the zipped bytes equal from start to start.
    return _Asset(
        url=f"/assets/{file.stem}.{digest}{file.suffix}",
        kind=kind,
        plain=content,
        gzipped=gzip.compress(content, compresslevel=6, mtime=0),
    )
