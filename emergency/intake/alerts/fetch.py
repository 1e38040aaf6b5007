"""Asking an alert list for news, where a setting allows it: one address, little data, little time.

Only the address that was set is asked. A redirect is refused, so that a list cannot send
the console elsewhere, and no link inside an answer is followed.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
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


def fetch(url: str, *, answer_seconds: float = ANSWER_SECONDS, whole_seconds: float = WHOLE_SECONDS) -> bytes:
    """The bytes at an address, at most MOST_BYTES of them.

    Raises:
        FileFault: no http(s) address, no answer in time, another answer than 200, or too much of it.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FileFault(Message(N_("{url} is no http or https address"), {"url": url[:200]}))
    shown = f"{parts.scheme}://{parts.hostname}{parts.path}"[:200]  # without what may be secret
    request = urllib.request.Request(url, headers={"User-Agent": "emergency-console", "Accept": _ASKED_FOR})
    try:
        with urllib.request.build_opener(_Straight).open(request, timeout=answer_seconds) as answer:
            return _read(answer, shown, time.monotonic() + whole_seconds)
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
