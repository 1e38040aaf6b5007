"""Alert files are read by a child with limits: what it reads comes back whole, what kills it is a reason."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from emergency.intake.alerts import child, read
from emergency.intake.alerts.apart import measured, read_apart
from emergency.intake.alerts.beside import beside
from emergency.intake.alerts.guard import MOST_BYTES
from tests.intake.alerts.messages import area, bare, cap, gdacs, info
from tests.intake.alerts.test_feeds import ATOM, entry

AROUND = area(polygon="29,-95 30,-95 30,-94 29,-95", circle="29,-95 12.5", SAME="048201")
LINK = entry('<link href="http://127.0.0.1:9/a.cap"/>')
MESSAGES = {
    "a message with an area": cap(infos=info(areas=AROUND) + info(language="fr-CA")),
    "gdacs": gdacs(),
    "not xml": b"hello",
    "empty": b"",
    "a list of links": f"{ATOM}{LINK}</feed>".encode(),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_child_reads_what_this_process_would_read(name: str) -> None:
    assert read_apart(MESSAGES[name]) == read(MESSAGES[name])


def test_every_stored_message_comes_back_whole(shared_data: Path) -> None:
    for path in sorted((shared_data / "cap").iterdir()):
        data = path.read_bytes()
        assert read_apart(data) == read(data), path.name


def test_the_child_knows_nothing_worth_stealing(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    real = subprocess.run

    def run(command: list[str], **how: Any) -> Any:
        seen.update(how["env"])
        return real(command, **how)

    monkeypatch.setenv("EMERGENCY_DATABASE_URL", "postgresql://user:secret@db/x")
    monkeypatch.setattr(subprocess, "run", run)
    read_apart(b"<alert/>")
    assert "secret" not in str(seen)


def test_a_child_that_needs_more_than_it_may_have_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.run
    programs = {
        "takes too long": "while True: pass",
        "more memory": "x = bytearray(1 << 30)",
        "gave up": "raise SystemExit(3)",
    }
    for said, program in programs.items():
        line = f"from emergency.intake.alerts.child import limit; limit()\n{program}"
        monkeypatch.setattr(subprocess, "run", lambda command, line=line, **how: real([command[0], "-c", line], **how))
        reading, _ = measured(b"<alert/>")
        assert [said in str(r) for r in reading.reasons] == [True]


def test_a_child_that_says_nonsense_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.run
    line = """print('{"alerts": [{"status": "Mine"}], "reasons": [], "links": [], "peak_mb": 1}')"""
    monkeypatch.setattr(subprocess, "run", lambda command, **how: real([command[0], "-c", line], **how))
    assert "gave up" in str(read_apart(b"<alert/>").reasons[0])


def test_a_large_honest_file_stays_far_below_the_limits() -> None:
    many = "".join(entry(f'<content type="text/xml">{bare(cap(f"A-{n}"))}</content>') for n in range(1_000))
    data = f"{ATOM}{many}</feed>".encode()
    assert len(data) < MOST_BYTES
    reading, peak_mb = measured(data)
    assert len(reading.alerts) == 1_000
    assert 0 < peak_mb < child.MEMORY_BYTES / 1024 / 1024 / 2


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("http://127.0.0.1:9/feeds/a.cap", "a.cap"),
        ("http://127.0.0.1:9/a", "a.xml"),
        ("http://127.0.0.1:9/get.php?x=TX125.Flood.1", "TX125.Flood.1"),
        ("a%20b.cap", "a b.cap"),
    ],
)
def test_a_linked_document_is_found_beside_its_list(tmp_path: Path, link: str, name: str) -> None:
    (tmp_path / name).write_text("x")
    assert beside(tmp_path / "list.atom", link) == tmp_path / name


@pytest.mark.parametrize(
    "link", ["../up.cap", "/etc/passwd", "..%2Fup.cap", "http://h/?x=../up.cap", "", "http://[", "."]
)
def test_no_link_leads_out_of_the_folder(tmp_path: Path, link: str) -> None:
    (tmp_path / "up.cap").write_text("x")
    (tmp_path / "in").mkdir()
    found = beside(tmp_path / "in" / "list.atom", link)
    assert found is None
