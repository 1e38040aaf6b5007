"""The fixtures see what they are there to see."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from emergency.store.schema import upgrade
from emergency.store.store import Workspaces
from tests.fixtures.browser import Watch, is_loopback
from tests.fixtures.server import GUARD


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://127.0.0.1:8501/", True),
        ("ws://localhost:8501/_stcore/stream", True),
        ("http://[::1]:80/", True),
        ("data:image/png;base64,AAAA", True),
        ("blob:http://127.0.0.1/1", True),
        ("https://tiles.invalid/1/2/3.png", False),
        ("http://127.0.0.1.invalid/", False),
        ("http://localhost@outside.invalid/", False),
        ("//outside.invalid/x", True),  # no scheme: never what a browser reports
        ("http://10.0.0.7/", False),
        ("wss://outside.invalid/", False),
    ],
)
def test_only_this_machine_is_inside(url: str, inside: bool) -> None:
    assert is_loopback(url) is inside


def test_a_page_that_looks_outside_is_seen(open_page: Callable[..., Page], watch: Watch) -> None:
    page = open_page()
    page.set_content("<img src='http://picture.invalid/1.png'><p>事件</p>")
    page.evaluate("try { new WebSocket('ws://socket.invalid/') } catch {}")
    page.wait_for_timeout(200)
    seen = set(watch.outside)
    watch.asked.clear()
    assert seen == {"http://picture.invalid/1.png", "ws://socket.invalid/"}


def test_an_error_in_the_code_of_a_page_is_seen(open_page: Callable[..., Page], watch: Watch) -> None:
    page = open_page()
    page.evaluate("setTimeout(() => { throw new Error('broken') }, 0)")
    page.wait_for_timeout(200)
    seen = list(watch.errors)
    watch.errors.clear()
    assert len(seen) == 1
    assert "broken" in seen[0]


def run_guarded(code: str, outside: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(GUARD), "EMERGENCY_TEST_OUTSIDE": str(outside)}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('outside.invalid', 80))",
        "import socket; socket.socket().connect(('192.0.2.1', 80))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.1', 80))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 80))",
        "import urllib.request as u; u.urlopen('http://outside.invalid/')",
    ],
)
def test_a_server_that_looks_outside_is_stopped_and_noted(code: str, tmp_path: Path) -> None:
    answer = run_guarded(code, tmp_path / "outside")
    assert "nothing may leave the machine" in answer.stderr
    assert (tmp_path / "outside").read_text().startswith("socket.")


def test_a_server_may_talk_to_itself(tmp_path: Path) -> None:
    code = (
        "import socket; s = socket.create_server(('localhost', 0)); socket.create_connection(s.getsockname())"
    )
    answer = run_guarded(code, tmp_path / "outside")
    assert answer.stderr == ""
    assert not (tmp_path / "outside").exists()


def test_both_databases_start_empty_and_hold_what_is_written(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    assert sa.inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE claim (report_no text)"))
    assert sa.inspect(engine).get_table_names() == ["claim"]
    engine.dispose()


def test_postgresql_is_the_real_one(postgres_server: str) -> None:
    with psycopg.connect(postgres_server) as connection:
        assert connection.info.server_version >= 160000


def test_a_ready_database_is_what_the_migrations_make(ready_url: str, tmp_path: Path) -> None:
    workspaces = Workspaces(tmp_path, ready_url)
    assert {"live", "texas"} <= set(workspaces.names())
    before, after = upgrade(workspaces.open("texas").engine)
    assert before == after
    workspaces.close()


def test_no_test_meets_the_store_of_the_person_who_runs_it() -> None:
    assert Path(os.environ["EMERGENCY_HOME"]).parent.name.startswith("emergency-home-")
    assert "EMERGENCY_DATABASE_URL" not in os.environ
