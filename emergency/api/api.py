"""The HTTP API, in the same process as the console: put together here, spoken in the routers."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware
from starlette.routing import Mount

from emergency.api import claims, facts, health, outlook, problems
from emergency.api.bodies import schemas
from emergency.api.headers import SecurityHeaders
from emergency.api.models import ClaimBatch, ClaimIn, FactIn

TITLE = "Emergency and catastrophe response console"
ABOUT = """
Claims and figures in, the situation out. Every request but `/v1/health` carries a key:
`Authorization: Bearer emk_…`. A key is made with `emergency key create`; it opens the workspace it
was made in and acts within its scopes, on the claims of its source.

What is wrong is said in `application/problem+json` (RFC 9457), in English, or in Chinese for
`Accept-Language: zh-CN`.
"""


# Swagger UI comes from site-packages: the docs page asks no other host.
service: FastAPI = FastAPIOffline(title=TITLE, version="1", description=ABOUT, docs_url="/docs", redoc_url=None)
problems.install(service)
for part in (claims, facts, outlook, health):
    service.include_router(part.router)
_drawn = service.openapi


def specification() -> dict[str, Any]:
    """The specification with the bodies that we read ourselves; made once, when first asked for."""
    if not service.openapi_schema:
        parts = _drawn().setdefault("components", {}).setdefault("schemas", {})
        parts.update(schemas(ClaimBatch, ClaimIn, FactIn, problems.Problem))
        # Every fault is answered in our own form, so FastAPI's own is never seen.
        for name in ("HTTPValidationError", "ValidationError"):
            parts.pop(name, None)
    return service.openapi_schema or {}


service.openapi = specification  # type: ignore[method-assign]


def mount() -> Mount:
    return Mount("/api", app=service)


def middleware() -> list[Middleware]:
    return [Middleware(SecurityHeaders)]
