"""The HTTP API, in the same process as the console."""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware
from starlette.routing import Mount

from emergency import bootstrap
from emergency.service.context import Actor, Context, Refused
from emergency.service.situation import situation

READER = Actor("api", "HTTP API", "reader")

# Swagger UI comes from site-packages: the docs page asks no other host.
service = FastAPIOffline(
    title="Emergency and catastrophe response console",
    version="1",
    docs_url="/docs",
    redoc_url=None,
)


def mount() -> Mount:
    return Mount("/api", app=service)


def middleware() -> list[Middleware]:
    return []


def _context(workspace: str) -> Context:
    try:
        return bootstrap.running().context(workspace, READER)
    except (Refused, ValueError) as fault:
        raise HTTPException(404, str(fault)) from fault


@service.get("/v1/health", summary="Is the console up?")
def health() -> dict[str, str]:
    return {"status": "ok"}


@service.get("/v1/regions/summary", summary="Open claims, people and shortage by region")
def regions_summary(workspace: str = "live") -> dict[str, Any]:
    ctx = _context(workspace)
    return situation(ctx).to_json(ctx.regions)
