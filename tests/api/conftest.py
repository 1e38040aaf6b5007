from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from emergency import bootstrap
from emergency.api import api as parts
from emergency.config import Config
from emergency.service.context import Actor, Context
from emergency.service.keys import create_key
from emergency.service.running import live_profile_for, save_profile

ALL = ("claims.read", "claims.write", "facts.write")
# As app.py puts it together, without the console.
APP = Starlette(routes=[parts.mount()], middleware=parts.middleware())


@dataclass
class Api:
    """The API in this process, over a live workspace in the United States, and a key for everything."""

    ctx: Context
    keys: dict[tuple[str, ...], str] = field(default_factory=dict)

    def key(self, *scopes: str, source: str = "callcentre") -> str:
        name = (source, *scopes)
        if name not in self.keys:
            self.keys[name] = create_key(self.ctx, source, list(scopes)).secret
        return self.keys[name]

    def ask(self, method: str, path: str, *, key: str | None = "all", **request: Any) -> httpx.Response:
        headers = {**request.pop("headers", {})}
        if key is not None:
            headers["Authorization"] = f"Bearer {self.key(*ALL) if key == 'all' else key}"

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(APP, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
                return await client.request(method, f"/api{path}", headers=headers, **request)

        return asyncio.run(asked())

    def get(self, path: str, **request: Any) -> httpx.Response:
        return self.ask("GET", path, **request)

    def send(
        self, *claims: dict[str, Any], key: str | None = "all", idem: str | None = None, **more: Any
    ) -> httpx.Response:
        headers = {"Idempotency-Key": idem} if idem else {}
        return self.ask("POST", "/v1/claims", key=key, json={"claims": list(claims), **more}, headers=headers)


@contextmanager
def opened(home: Path, database_url: str) -> Iterator[Api]:
    bootstrap.stop()
    running = bootstrap.start(Config(home=home, database_url=database_url))
    try:
        yield Api(save_profile(running.context("live", Actor("chen", role="hq-commander")), live_profile_for("us")))
    finally:
        bootstrap.stop()


@pytest.fixture
def api(tmp_path: Path, ready_sqlite_url: str) -> Iterator[Api]:
    with opened(tmp_path / "home", ready_sqlite_url) as found:
        yield found


@pytest.fixture
def api_on_both(tmp_path: Path, ready_url: str) -> Iterator[Api]:
    """Once on SQLite, once on PostgreSQL."""
    with opened(tmp_path / "home", ready_url) as found:
        yield found


def claim(report_no: str, **more: Any) -> dict[str, Any]:
    """A claim in Harris county (48201), Houston."""
    return {"report_no": report_no, "line": "property", "region_given": "48201", "currency": "USD", **more}
