"""Lists that are asked for news and only link to their alerts, against servers on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from emergency.config import Config
from emergency.intake.alerts.fetch import Fetched, fetch
from emergency.intake.alerts.guard import MOST_BYTES
from emergency.intake.alerts.linked import origin, set_origins, target
from emergency.intake.faults import FileFault
from emergency.service import alert_poll
from emergency.service.alert_poll import poll
from emergency.service.alerts import in_force
from emergency.service.context import Context, FixedClock
from emergency.store.store import read_setting
from emergency.texts import Message
from tests.intake.alerts.messages import cap, info
from tests.intake.alerts.test_feeds import ATOM, entry


@dataclass
class Served:
    """What a server on this machine answers, by path, and what it was asked."""

    url: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def list_of(self, *links: str) -> str:
        """Put a list of these links on the server; returns its address."""
        inside = "".join(entry(f'<link href="{link}"/>') for link in links)
        self.pages["/list.atom"] = f"{ATOM}{inside}</feed>".encode()
        return f"{self.url}/list.atom"


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, served: Served, *args: object) -> None:
        self.served = served
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.served.asked.append(self.path)
        path = self.path.partition("?")[0]
        if path in self.served.moved:
            self.send_response(302)
            self.send_header("Location", self.served.moved[path])
            self.end_headers()
            return
        self.send_response(200 if path in self.served.pages else 404)
        self.end_headers()
        with suppress(OSError):  # the console hangs up, as it should
            self.wfile.write(self.served.pages.get(path, b""))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Served]]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start() -> Served:
        served = Served()
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, served))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        served.url = f"http://127.0.0.1:{server.server_port}"
        return served

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


def headlines(ctx: Context) -> set[str]:
    return {a.text("en")["headline"] for a in in_force(ctx)}


def test_the_documents_a_list_links_to_on_its_own_server_are_read_once_an_hour(
    ctx: Context, serve: Callable[[], Served]
) -> None:
    """Also by a relative link; a document that failed is asked for again at once."""
    own = serve()
    address = own.list_of(f"{own.url}/a.cap?key=x#part", "b.cap", f"{own.url}/gone.cap")
    own.pages["/a.cap"] = cap("A-1", infos=info(headline="a"))
    own.pages["/b.cap"] = cap("B-1", infos=info(headline="b"))
    (answer,) = poll(ctx, [address])
    assert (answer.fresh, headlines(ctx)) == (2, {"a", "b"})
    assert answer.reason() == f"{own.url.rpartition(':')[0]}/gone.cap answers 404"
    assert own.asked == ["/list.atom", "/a.cap?key=x", "/b.cap", "/gone.cap"]
    poll(ctx, [address])
    assert own.asked[4:] == ["/list.atom", "/gone.cap"]
    later = _later(ctx, minutes=61)
    assert [a.fresh for a in poll(later, [address])] == [0]
    assert own.asked[6:] == ["/list.atom", "/a.cap?key=x", "/b.cap", "/gone.cap"]
    with ctx.store.read() as connection:
        assert "key" not in str(read_setting(connection, alert_poll.FOLLOWED))


def _later(ctx: Context, *, minutes: int) -> Context:
    from dataclasses import replace

    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(minutes=minutes)))


def test_another_server_is_asked_only_where_a_setting_names_it(ctx: Context, serve: Callable[[], Served]) -> None:
    own, other = serve(), serve()
    other.pages["/o.cap"] = cap("O-1", infos=info(headline="other"))
    address = own.list_of(f"{other.url}/o.cap")
    (answer,) = poll(ctx, [address])
    assert (other.asked, answer.ok) == ([], False)
    assert answer.reason().startswith("1 entries link to another server, which is not asked")
    assert answer.reason().endswith(f"EMERGENCY_ALERT_HOSTS: {other.url}/o.cap")
    (answer,) = poll(ctx, [address], [other.url])
    assert (answer.fresh, headlines(ctx)) == (1, {"other"})


def test_a_document_is_held_to_the_limits_of_every_fetch(
    ctx: Context, serve: Callable[[], Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved, too large, hostile, a list again, another kind of address: the good one is still read."""
    own, other = serve(), serve()
    own.moved = {"/moved.cap": f"{other.url}/o.cap"}
    own.pages |= {
        "/large.cap": b" " * (MOST_BYTES + 70_000),
        "/bomb.cap": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><alert>&b;</alert>',
        "/inner.atom": f'{ATOM}{entry(f"<link href={own.url!r}/>")}</feed>'.encode(),
        "/good.cap": cap("G-1", infos=info(headline="good")),
    }
    odd = ("file:///etc/hostname", "ftp://127.0.0.1/x", f"http://x@{own.url[7:]}/good.cap")
    names = ("moved.cap", "large.cap", "bomb.cap", "inner.atom", "good.cap")
    (answer,) = poll(ctx, [own.list_of(*odd, *(f"/{name}" for name in names))])
    assert headlines(ctx) == {"good"}
    assert other.asked == []
    assert own.asked == ["/list.atom", *(f"/{name}" for name in names)]
    for said in ("answers 302", "more than 2 MB", "document type or entities", "3 entries link to another server"):
        assert said in answer.reason()
    monkeypatch.setattr(alert_poll, "MOST_FOLLOWED", 1)
    (answer,) = poll(_later(ctx, minutes=61), [own.list_of("/good.cap", "/bomb.cap", "/inner.atom")])
    assert answer.reason() == "2 linked alerts are left for the next round"


def test_a_public_list_cannot_lead_into_a_private_network(serve: Callable[[], Served]) -> None:
    """Its name may point elsewhere by the second question: the connection is looked at, and nothing is asked."""
    own = serve()
    own.pages["/a.cap"] = cap()
    with pytest.raises(FileFault, match="private network"):
        fetch(f"{own.url}/a.cap", public_only=True)
    assert own.asked == []
    assert fetch(f"{own.url}/a.cap").private


@pytest.mark.parametrize(
    ("private", "hosts", "guarded"), [(True, (), False), (False, (), True), (False, ("http://10.0.0.9:80",), False)]
)
def test_a_private_server_is_asked_where_the_list_lies_there_or_a_setting_names_it(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, private: bool, hosts: tuple[str, ...], guarded: bool
) -> None:
    asked = {}

    def fetched(url: str, *, public_only: bool = False) -> Fetched:
        asked[url] = public_only
        here = hosts[0] if hosts else "http://list.example"
        page = f"{ATOM}{entry(f'<link href={chr(34)}{here}/a.cap{chr(34)}/>')}</feed>".encode()
        return Fetched(page if url.endswith("atom") else cap(), private)

    monkeypatch.setattr(alert_poll, "fetch", fetched)
    poll(ctx, ["http://list.example/l.atom"], hosts)
    assert list(asked.values()) == [False, guarded]


def test_a_list_that_gives_no_answer_does_not_stop_the_others(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetched(url: str) -> Fetched:
        if "down" in url:
            raise FileFault(Message("{url} gives no answer", {"url": url}))
        return Fetched(cap(), True)

    monkeypatch.setattr(alert_poll, "fetch", fetched)
    answers = poll(ctx, ["http://down/x?key=secret", "http://up/y"])
    assert [a.ok for a in answers] == [False, True]
    assert "secret" not in answers[0].file
    assert len(in_force(ctx)) == 1


def test_origins_are_scheme_host_and_port() -> None:
    assert origin("https://A.example/x") == "https://a.example:443" == origin("https://a.example:443")
    assert set_origins(["a.example", "http://b.example:8080", "://"]) == {"https://a.example:443", "http://b.example:8080"}
    for odd in ("file:///x", "//a.example", "https://me@a.example", "https://a.example:port", "", "https://[::1"):
        assert origin(odd) is None
    assert target("https://a.example/l", "http://a.example/x", frozenset()) is None, "not down to http"
    assert target("https://me:word@a.example/l", "https://a.example/x", frozenset()) == "https://a.example/x"
    assert target("https://a.example/l", "x y", frozenset()) is None


def test_the_servers_of_the_setting_are_read(tmp_path: Path) -> None:
    told = {"EMERGENCY_HOME": str(tmp_path), "EMERGENCY_ALERT_HOSTS": "a.example https://b.example"}
    assert Config.from_environment(told).alert_hosts == ("a.example", "https://b.example")
