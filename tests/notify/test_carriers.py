"""Each way out is tried against a real receiver on the loopback."""

from __future__ import annotations

import email
import email.policy
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from emergency.notify.carriers import NotCarried, Ways
from emergency.notify.chat import Chat
from emergency.notify.folder import Folder, write_message
from emergency.notify.mail import Mail
from emergency.notify.parcel import Parcel
from emergency.notify.webhook import Webhook
from tests.fixtures.server import free_port
from tests.notify.receivers import post_office, web

PARCEL = Parcel(
    7, "live/bulletin/3", "press", "media", "暴雨 · Flood", "报案 545,800 件\n<b>not bold</b>", ("a@example.org",)
)


def test_a_mail_keeps_its_message_id_at_every_try() -> None:
    with post_office() as letters:
        mail = Mail("127.0.0.1", letters.port, "desk@example.org", security="none")
        assert mail.carry(PARCEL) == ("a@example.org",)
        mail.carry(PARCEL)
    read = [email.message_from_bytes(e.original_content, policy=email.policy.default) for e in letters.envelopes]
    assert {m["Message-ID"] for m in read} == {f"<{PARCEL.mark}@emergency.invalid>"}
    assert read[0]["Subject"] == "暴雨 · Flood"
    assert read[0].get_content().splitlines() == PARCEL.text.splitlines()
    assert read[0].get_content_type() == "text/plain"


def test_a_mail_says_who_got_it_where_one_address_is_refused() -> None:
    with post_office() as letters:
        letters.unknown = {"gone@example.org"}
        mail = Mail("127.0.0.1", letters.port, "desk@example.org", ("gone@example.org", "b@example.org"), "none")
        assert mail.carry(Parcel(1, "k", "press", "media", "s", "t")) == ("b@example.org",)


def test_a_mail_to_nobody_but_unknown_addresses_is_not_tried_again() -> None:
    with post_office() as letters:
        letters.unknown = {"a@example.org"}
        with pytest.raises(NotCarried, match="550") as refused:
            Mail("127.0.0.1", letters.port, "desk@example.org", security="none").carry(PARCEL)
    assert refused.value.final


def test_a_mail_server_that_is_down_is_tried_again() -> None:
    with pytest.raises(NotCarried, match="does not answer") as refused:
        Mail("127.0.0.1", free_port(), "desk@example.org", security="none").carry(PARCEL)
    assert not refused.value.final


def test_a_line_break_in_a_subject_begins_no_header() -> None:
    sly = Parcel(1, "k", "press", "media", "Flood\r\nBcc: all@example.org", "t", ("a@example.org",))
    letter = Mail("h", 25, "desk@example.org").letter(sly, sly.recipients)
    assert letter["Bcc"] is None and letter["Subject"] == "Flood Bcc: all@example.org"


def test_a_webhook_gets_the_message_its_key_and_a_signature() -> None:
    with web() as posts:
        Webhook(posts.address, {"X-Team": "cat"}, secret="s3cret").carry(PARCEL)
    assert posts.bodies[0]["text"] == PARCEL.text and posts.bodies[0]["recipients"] == ["a@example.org"]
    assert posts.headers[0]["idempotency-key"] == PARCEL.mark and posts.headers[0]["x-team"] == "cat"
    packed = json.dumps(posts.bodies[0], ensure_ascii=False, sort_keys=True).encode()
    assert posts.headers[0]["x-signature"] == hmac.new(b"s3cret", packed, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("code", "final"), [(400, True), (401, True), (302, True), (408, False), (429, False), (503, False)]
)
def test_a_webhook_that_refuses_is_asked_again_only_where_that_can_help(code: int, final: bool) -> None:
    with web() as posts:
        posts.answers = [code]
        with pytest.raises(NotCarried, match=str(code)) as refused:
            Webhook(posts.address).carry(PARCEL)
        assert refused.value.final is final
        assert len(posts.bodies) == 1  # not sent on to where a redirect points


def test_apprise_carries_the_key_in_a_header_where_the_service_has_headers() -> None:
    with web() as posts:
        Chat(posts.address.replace("http://", "json://")).carry(PARCEL)
    assert posts.bodies[0]["title"] == "暴雨 · Flood" and "<b>not bold</b>" in posts.bodies[0]["message"]
    assert posts.headers[0]["idempotency-key"] == PARCEL.mark


def test_apprise_speaks_to_the_services_an_insurer_uses() -> None:
    import apprise

    for address in (
        "dingtalk://abcdef0123456789",
        "wecombot://bot-key-0123",
        "feishu://token0123",
        "mailto://u:p@x.org",
    ):
        assert apprise.Apprise().add(address), address


def test_apprise_that_does_not_know_an_address_is_not_asked_again() -> None:
    with pytest.raises(NotCarried, match="does not know this address") as refused:
        Chat("no-such-service://x").carry(PARCEL)
    assert refused.value.final


def test_a_service_that_does_not_take_it_is_asked_again() -> None:
    with web() as posts:
        posts.answers = [500]
        with pytest.raises(NotCarried) as refused:
            Chat(posts.address.replace("http://", "json://")).carry(PARCEL)
    assert not refused.value.final


def test_writing_a_message_again_leaves_one_file(tmp_path: Path) -> None:
    first, second = write_message(tmp_path, PARCEL), write_message(tmp_path, PARCEL)
    assert first == second and [p.name for p in tmp_path.iterdir()] == [first.name]
    assert first.read_text("utf-8").endswith(PARCEL.text + "\n")


def test_a_workspace_that_is_not_live_has_no_way_but_its_folder(tmp_path: Path) -> None:
    entries = {"press": {"kind": "webhook", "url": "http://127.0.0.1:1/"}}
    assert isinstance(Ways.of(live=False, folder=tmp_path, channels=entries).way("press"), Folder)
    live = Ways.of(live=True, folder=tmp_path, channels=entries)
    assert isinstance(live.way("press"), Webhook) and isinstance(live.way("portal"), Folder)


def test_a_secret_comes_from_the_environment_and_shows_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {
        "press": {"kind": "smtp", "host": "h", "from": "a@b", "account": "a", "password": "${PRESS_PASSWORD}"},
        "hook": {"kind": "webhook", "url": "http://127.0.0.1/secret-path", "secret": "abc", "headers": {"A": "tok"}},
        "chat": {"kind": "apprise", "url": "dingtalk://tok"},
    }
    ways = Ways.of(live=True, folder=tmp_path, channels=entries)
    with pytest.raises(NotCarried, match="PRESS_PASSWORD is not set"):
        ways.way("press")
    monkeypatch.setenv("PRESS_PASSWORD", "hunter2")
    mail = ways.way("press")
    assert isinstance(mail, Mail) and mail.password == "hunter2"
    shown = " ".join(repr(ways.way(name)) for name in entries)
    assert not any(secret in shown for secret in ("hunter2", "secret-path", "abc", "tok"))
