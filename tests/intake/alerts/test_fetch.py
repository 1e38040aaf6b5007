"""Asking a list for news, against a server on this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from emergency.intake.alerts.fetch import fetch
from emergency.intake.alerts.guard import MOST_BYTES
from emergency.intake.faults import FileFault
from tests.intake.alerts.messages import cap


class Feeds(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        Feeds.asked.append(self.path)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
            return
        self.send_response(404 if self.path == "/gone" else 200)
        self.end_headers()
        with suppress(OSError):  # the console hangs up, as it should
            self._body()

    def _body(self) -> None:
        if self.path == "/good":
            self.wfile.write(cap())
        elif self.path == "/endless":
            for _ in range(MOST_BYTES // 65536 + 20):
                self.wfile.write(b" " * 65536)
        elif self.path == "/drip":
            for _ in range(100):
                self.wfile.write(b" ")
                time.sleep(0.05)
        elif self.path == "/silent":
            time.sleep(2)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def feeds(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    Feeds.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Feeds)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_answer_comes_back_as_it_was_sent(feeds: str) -> None:
    assert fetch(f"{feeds}/good").data == cap()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/gone", "answers 404"),
        ("/moved", "answers 302"),
        ("/endless", "more than 2 MB"),
        ("/drip", "too slow"),
        ("/silent", "no answer"),
    ],
)
def test_too_much_too_slow_or_elsewhere_is_refused(feeds: str, path: str, said: str) -> None:
    begun = time.monotonic()
    with pytest.raises(FileFault, match=said):
        fetch(feeds + path, answer_seconds=0.5, whole_seconds=0.5)
    assert time.monotonic() - begun < 3
    assert Feeds.asked == [path], "a redirect is not followed"


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:text/plain,x", "127.0.0.1/x", ""])
def test_only_http_and_https_are_addresses(url: str) -> None:
    with pytest.raises(FileFault, match="no http"):
        fetch(url)


def test_a_closed_door_is_said_without_the_secret_of_the_address() -> None:
    with pytest.raises(FileFault, match="no answer") as found:
        fetch("http://user:word@127.0.0.1:9/list?key=secret", answer_seconds=0.5)
    assert "secret" not in str(found.value)
    assert "word" not in str(found.value)
