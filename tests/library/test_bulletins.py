"""Templates, limits and channels are read strictly; every fault is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.library.bulletins import load_limits, load_template, load_templates
from emergency.library.channels import load_channels
from emergency.library.faults import FileFaults
from emergency.notify.carriers import KEYS, NEEDED

GOOD = """format: bulletin/1.0
id: staff.note
version: 1.0.0
title: {zh: 通知, en: Note}
audience: staff
kind: note
subject: {zh: "{incident.title}", en: "{incident.title}"}
body: {zh: "报案 {claims.open} 件", en: "{claims.open} open"}
"""


def read(tmp_path: Path, text: str, name: str = "staff.note.yaml") -> str:
    """The faults of a template, as one text."""
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(FileFaults) as found:
        load_template(path)
    return str(found.value).replace(str(tmp_path) + "/", "")


def test_the_shipped_templates_and_limits_are_in_order(repository: Path) -> None:
    good, broken = load_templates(repository / "data" / "bulletins")
    assert len(good) >= 17 and broken == ()
    limits = load_limits(repository / "data" / "bulletins" / "limits.yaml")
    assert limits.of("claims.motor").stale_minutes == 360 and limits.of("house.hotline").stale_minutes is None


def test_a_template_in_order_is_read(tmp_path: Path) -> None:
    path = tmp_path / "staff.note.yaml"
    path.write_text(GOOD, "utf-8")
    assert load_template(path).body_at(1) == {"zh": "报案 {claims.open} 件", "en": "{claims.open} open"}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("{claims.open} 件", "{claims.opne} 件", "staff.note.yaml:8: body/zh: claims.opne is no figure"),
        ("{claims.open} 件", "{claims.opne} 件", "did you mean claims.open?"),
        ('"{claims.open} open"', '"none"', "only one language has claims.open"),
        ("报案 {claims.open} 件", "报案 30 件，{claims.open}", "the number 30 is typed in"),
        ("{claims.open} open", "{claims.open open", "a single brace"),
        (', en: "{claims.open} open"', "", "both languages are needed"),
        ("audience: staff", "audience: staf", "did you mean staff?"),
        ("kind: note", "kind: other", "the file is called staff.note"),
        ("version: 1.0.0\n", "", "version is missing"),
        ("kind: note\n", "kind: note\nlevel: 1\n", "staff.note.yaml:7: level: level is not known here"),
        ("format: bulletin/1.0", "format: bulletin/2.0", "begins with format: bulletin/1.0"),
    ],
)
def test_a_fault_of_a_template_is_said_with_its_line(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in GOOD and fault in read(tmp_path, GOOD.replace(old, new))


def test_one_broken_template_does_not_take_the_others_away(tmp_path: Path) -> None:
    (tmp_path / "staff.note.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "staff.bad.yaml").write_text("format: bulletin/1.0\n", "utf-8")
    good, broken = load_templates(tmp_path)
    assert [t.id for t in good] == ["staff.note"] and len(broken) == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('  "claims.*": {stale: 6h, tolerance: 0}\n', 'a row "*"'),
        ('  "*": {stale: 6:00, tolerance: 0}\n', "l.yaml:3: figures/*/stale"),
        ('  "*": {stale: 6h, tolerance: 2}\n', "a part from 0 to below 1"),
        ('  "*": {old: 6h}\n', "a limit is written"),
    ],
)
def test_a_fault_of_the_limits_is_said_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "l.yaml"
    path.write_text("format: limits/1.0\nfigures:\n" + text, "utf-8")
    with pytest.raises(FileFaults) as found:
        load_limits(path)
    assert fault in str(found.value)


CHANNELS = """format: channels/1.0
channels:
  press: {kind: smtp, host: mail.example.org, from: "desk@example.org", password: "hunter2", to: ["a@example.org"]}
  hook: {kind: webhook, url: "https://example.org/very-secret"}
  chat: {kind: apprise, url: "dingtalk://very-secret"}
"""


def channels(tmp_path: Path, text: str) -> dict[str, dict[str, object]]:
    path = tmp_path / "channels.yaml"
    path.write_text(text, "utf-8")
    return load_channels(path, KEYS, NEEDED)


def test_channels_are_read_by_name(tmp_path: Path) -> None:
    assert {name: entry["kind"] for name, entry in channels(tmp_path, CHANNELS).items()} == {
        "press": "smtp",
        "hook": "webhook",
        "chat": "apprise",
    }


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("kind: smtp", "kind: smpt", "did you mean smtp?"),
        ("host: mail.example.org, ", "", "channels.yaml:3: channels/press: host is missing"),
        ("password:", "pasword:", "did you mean password?"),
        ('to: ["a@example.org"]', 'to: "a@example.org"', "to must be a list"),
        ("format: channels/1.0", "format: x", "begins with format: channels/1.0"),
    ],
)
def test_a_fault_of_the_channels_is_said_with_its_line_and_no_secret(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    with pytest.raises(FileFaults) as found:
        channels(tmp_path, CHANNELS.replace(old, new))
    assert fault in str(found.value)
    assert "hunter2" not in str(found.value) and "very-secret" not in str(found.value)
