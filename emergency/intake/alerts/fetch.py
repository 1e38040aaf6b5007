"""Asking an alert list for news, where a setting allows it: one address, little data, little time.

Only the address that was set is asked, and what a list links to on the servers `linked` allows. A
redirect is refused, so that a list cannot send the console elsewhere; nor can a name that pointed
outside yesterday point into the house's own network today.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from emergency.intake.alerts.guard import MOST_BYTES
from emergency.intake.faults import FileFault
from emergency.texts import N_, Message

ANSWER_SECONDS = 10  # without a byte
WHOLE_SECONDS = 30
_PIECE = 64 * 1024
_ASKED_FOR = "application/cap+xml, application/atom+xml, application/rss+xml, application/geo+json, */*;q=0.1"


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows nothing."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True)
class Fetched:
    """What an address answered, and whether it lies in a private network."""

    data: bytes
    private: bool


class _Line:
    """Makes connections, looks where they lead before a word is said, and remembers."""

    def __init__(self, *, public_only: bool) -> None:
        self.public_only, self.private = public_only, False

    def connect(self, *args: Any, **named: Any) -> socket.socket:
        line = socket.create_connection(*args, **named)
        if not ipaddress.ip_address(line.getpeername()[0].partition("%")[0]).is_global:
            self.private = True
            if self.public_only:
                line.close()
                raise OSError("it lies in a private network, and the list does not")
        return line


class _Http(urllib.request.HTTPHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self.line = line

    def http_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_connecting(http.client.HTTPConnection, self.line), request)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self.line = line

    def https_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_connecting(http.client.HTTPSConnection, self.line), request)


def _connecting(kind: type[http.client.HTTPConnection], line: _Line) -> Any:
    def made(host: str, **named: Any) -> http.client.HTTPConnection:
        connection = kind(host, **named)
        connection._create_connection = line.connect  # type: ignore[attr-defined]
        return connection

    return made


def fetch(
    url: str, *, public_only: bool = False, answer_seconds: float = ANSWER_SECONDS, whole_seconds: float = WHOLE_SECONDS
) -> Fetched:
    """The bytes at an address, at most MOST_BYTES of them.

    Args:
        public_only: refuse an address in a private network.

    Raises:
        FileFault: no http(s) address, no answer in time, another answer than 200, or too much of it.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FileFault(Message(N_("{url} is no http or https address"), {"url": url[:200]}))
    shown = f"{parts.scheme}://{parts.hostname}{parts.path}"[:200]  # without what may be secret
    request = urllib.request.Request(url, headers={"User-Agent": "emergency-console", "Accept": _ASKED_FOR})
    line = _Line(public_only=public_only)
    try:
        opener = urllib.request.build_opener(_Straight, _Http(line), _Https(line))
        with opener.open(request, timeout=answer_seconds) as answer:
            return Fetched(_read(answer, shown, time.monotonic() + whole_seconds), line.private)
    except urllib.error.HTTPError as fault:
        with fault:
            raise FileFault(Message(N_("{url} answers {code}"), {"url": shown, "code": fault.code})) from fault
    except (OSError, http.client.HTTPException, ValueError) as fault:
        raise FileFault(
            Message(N_("{url} gives no answer: {fault}"), {"url": shown, "fault": str(fault)[:120]})
        ) from fault


def _read(answer: Any, shown: str, until: float) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read1(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            raise FileFault(
                Message(N_("{url} sends more than {most} MB"), {"url": shown, "most": MOST_BYTES // 1024 // 1024})
            )
        if time.monotonic() > until:
            raise FileFault(Message(N_("{url} is too slow; it is asked again at the next time"), {"url": shown}))
    return b"".join(pieces)
