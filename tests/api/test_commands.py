"""The commands that make, list and revoke keys, and that a key is shown once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emergency import bootstrap
from emergency.cli import main


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    bootstrap.stop()
    monkeypatch.setenv("EMERGENCY_HOME", str(tmp_path))
    yield
    bootstrap.stop()


def test_a_key_is_made_listed_without_its_secret_and_revoked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["key", "create", "--source", "callcentre", "--scope", "claims.write", "--scope", "claims.read", "--json"]
    assert main(words) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["key"].startswith("emk_") and made["scopes"] == ["claims.read", "claims.write"]
    assert main(["key", "list"]) == 0
    listed = capsys.readouterr().out
    assert made["key_id"] in listed and made["key"] not in listed
    assert made["key"].encode() not in b"".join(p.read_bytes() for p in tmp_path.rglob("live.sqlite*"))
    assert main(["key", "revoke", made["key_id"], "--json"]) == 0
    capsys.readouterr()
    assert main(["key", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["revoked_at"] is not None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["create", "--source", "x", "--scope", "all"], "claims.write"),
        (["create", "--source", "*", "--scope", "claims.write"], "one source"),
        (["revoke", "key-0"], "emergency key list"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_2(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["key", *words]) == 2
    assert says in capsys.readouterr().err
