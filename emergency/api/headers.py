"""Security headers on every answer of the server, the console's pages included."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emergency.config import Config

# A map background from elsewhere is a setting; then its pictures may come from there.
_TILES = "".join(f" {scheme}://{host}" for scheme, host in [urlsplit(Config.from_environment().tile_url)[:2]] if host)

HEADERS = {
    # Files are what we say they are; a text that somebody sent us never becomes a script.
    "X-Content-Type-Options": "nosniff",
    # no-referrer would make browsers post forms with `Origin: null`, and the sign-in would refuse them.
    "Referrer-Policy": "same-origin",
    # The console's own components are frames of the same origin; nobody else may frame it. Pictures, fonts
    # and connections are our own: a text that somebody sent us cannot call anybody outside.
    "Content-Security-Policy": "frame-ancestors 'self'; "
    f"img-src 'self' data: blob:{_TILES}; media-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self' ws: wss: data: blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}


class SecurityHeaders:
    """Adds the headers that an answer does not have yet; web sockets pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)
