"""Real receivers on the loopback: a web server that can be told how to answer, a mail server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.fixtures.server import free_port


@dataclass
class Posts:
    """What came in by HTTP; ``answers`` are used up one by one, then 200."""

    address: str = ""
    answers: list[int] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    on_post: Callable[[int], None] = lambda count: None


@contextmanager
def web() -> Iterator[Posts]:
    posts = Posts()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            posts.headers.append({k.lower(): v for k, v in self.headers.items()})
            posts.bodies.append(json.loads(raw))
            posts.on_post(len(posts.bodies))
            code = posts.answers.pop(0) if posts.answers else 200
            self.send_response(code)
            if code in (301, 302, 307):
                self.send_header("Location", posts.address)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    posts.address = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield posts
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Letters:
    """What came in by mail; addresses in ``unknown`` are refused."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    async def handle_RCPT(self, _s: SMTP, _x: Session, envelope: Envelope, address: str, _o: list[str]) -> str:
        if address in self.unknown:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _s: SMTP, _x: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 taken"


@contextmanager
def post_office() -> Iterator[Letters]:
    letters = Letters(port=free_port())
    controller = Controller(letters, hostname="127.0.0.1", port=letters.port)
    controller.start()
    try:
        yield letters
    finally:
        controller.stop()
