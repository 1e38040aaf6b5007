"""Messages leave at least once, by the channels that are set up, and never from a drill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from emergency.service import outbox
from emergency.service.context import Context, ExerciseNotifier, FixedClock, Notice, Refused
from emergency.store import records
from tests.notify.receivers import Posts, web
from tests.service.conftest import NOON

NOTICE = Notice("bulletin/1", "media", "press", "Flood", "545,800 claims")


@pytest.fixture
def posts():  # type: ignore[no-untyped-def]
    with web() as found:
        yield found


@pytest.fixture
def live(ctx: Context, posts: Posts, tmp_path: Path) -> Context:
    """The same world as a live workspace whose press channel is a web address on the loopback."""
    path = tmp_path / "channels.yaml"
    path.write_text(f'format: channels/1.0\nchannels:\n  press: {{kind: webhook, url: "{posts.address}"}}\n')
    return as_kind(ctx, "live", path)


def as_kind(ctx: Context, kind: str, path: Path) -> Context:
    notifier = ExerciseNotifier() if kind == "drill" else ctx.notifier
    content = replace(ctx.content, channels=path)
    return replace(ctx, profile=replace(ctx.profile, kind=kind), content=content, notifier=notifier)


def later(ctx: Context, seconds: int) -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(seconds=seconds)))


def queue(ctx: Context, notice: Notice = NOTICE, to: tuple[str, ...] = ()) -> bool:
    with ctx.store.write() as connection:
        return outbox.send_notice(ctx, connection, notice, to)


def only(ctx: Context) -> dict:  # type: ignore[type-arg]
    (row,) = outbox.deliveries(ctx)
    return row


def test_a_message_queued_twice_under_one_key_is_one_message(live: Context, posts: Posts) -> None:
    assert queue(live) and not queue(live)
    assert outbox.send_queued(live) == 1 and outbox.send_queued(live) == 0
    assert len(posts.bodies) == 1


def test_what_went_is_recorded_with_its_channel_and_recipients(live: Context, posts: Posts) -> None:
    queue(live, to=("desk@example.org",))
    outbox.send_queued(live)
    row = only(live)
    assert (row["state"], row["carried_by"], row["recipients"]) == ("sent", "webhook", ("desk@example.org",))
    assert posts.bodies[0]["subject"] == "Flood"


def test_a_message_that_failed_is_tried_again_later_and_under_the_same_key(live: Context, posts: Posts) -> None:
    posts.answers = [503, 503]
    queue(live)
    assert outbox.send_queued(live) == 0 and outbox.send_queued(live) == 0
    assert len(posts.bodies) == 1, "half a minute has not passed"
    assert outbox.send_queued(later(live, 31)) == 0 and len(posts.bodies) == 2
    assert outbox.send_queued(later(live, 31 + 59)) == 0 and len(posts.bodies) == 2
    assert outbox.send_queued(later(live, 31 + 61)) == 1
    assert len({h["idempotency-key"] for h in posts.headers}) == 1
    assert only(live)["tries"] == 3


def test_after_twelve_tries_it_is_a_dead_letter_that_a_person_may_send_again(live: Context, posts: Posts) -> None:
    posts.answers = [500] * outbox.MOST_TRIES
    queue(live)
    now = live
    for _ in range(outbox.MOST_TRIES):
        outbox.send_queued(now)
        now = later(now, 3600)
    row = only(now)
    assert row["state"] == "dead" and str(row["why"]) == "the address answered 500"
    assert outbox.send_queued(now) == 0
    outbox.send_again(now, row["outbox_id"])
    assert outbox.send_queued(now) == 1 and only(now)["state"] == "sent"
    with pytest.raises(Refused, match="not a dead letter"):
        outbox.send_again(now, row["outbox_id"])


def test_what_no_try_can_change_is_dead_at_once(live: Context, posts: Posts) -> None:
    posts.answers = [401]
    queue(live)
    outbox.send_queued(live)
    assert only(live)["state"] == "dead"


def test_one_message_that_fails_does_not_hold_up_those_behind_it(live: Context, posts: Posts) -> None:
    posts.answers = [503]
    queue(live)
    queue(live, replace(NOTICE, event_key="bulletin/2"))
    queue(live, replace(NOTICE, event_key="bulletin/3", channel="portal"))
    assert outbox.send_queued(live) == 2


def test_a_channel_that_is_not_set_up_ends_in_the_folder(live: Context, posts: Posts) -> None:
    queue(live, replace(NOTICE, channel="portal"))
    outbox.send_queued(live)
    assert only(live)["carried_by"] == "folder" and posts.bodies == []
    (file,) = (live.content.home / "outgoing" / live.store.name).iterdir()
    assert "545,800 claims" in file.read_text("utf-8")


@pytest.mark.parametrize("kind", ["drill", "demo"])
def test_nothing_leaves_a_drill_or_a_demo_but_files(live: Context, posts: Posts, kind: str) -> None:
    """Whatever is set up, and even where somebody queued a message past the notifier."""
    other = as_kind(live, kind, live.content.channels or Path())
    queue(other)
    with other.store.write() as connection:
        records.queue(
            connection, event_key="by-hand", audience="media", channel="press", subject="s", text="t", queued_us=0
        )
    assert outbox.send_queued(other) == 2 and posts.bodies == []
    files = list((other.content.home / "outgoing" / other.store.name).iterdir())
    marked = ["【演练】EXERCISE" in f.read_text("utf-8") for f in files]
    assert len(files) == 2 and (all(marked) if kind == "drill" else not any(marked))
    assert all(f.read_text("utf-8").count("EXERCISE") == (2 if kind == "drill" else 0) for f in files)
    assert outbox.channel_names(other) == {}


def test_a_broken_file_of_channels_keeps_messages_waiting(live: Context, posts: Posts) -> None:
    path = live.content.channels
    assert path is not None
    good = path.read_text()
    path.write_text("format: channels/1.0\nchannels:\n  press: {kind: webhok}\n")
    queue(live)
    assert outbox.send_queued(live) == 0
    assert "broken in line 3" in str(only(live)["why"]) and posts.bodies == []
    path.write_text(good)
    assert outbox.send_queued(later(live, 61)) == 1


def test_a_message_held_by_a_sender_that_died_goes_once_its_time_has_run_out(live: Context, posts: Posts) -> None:
    from emergency.store import outbox as rows

    queue(live)
    with live.store.write() as connection:
        (row,) = rows.waiting(connection, live.now_us())
        assert rows.take(connection, row["outbox_id"], live.now_us(), live.now_us() + outbox.HELD_S * 1_000_000)
    assert outbox.send_queued(live) == 0, "another sender may still be at it"
    assert outbox.send_queued(later(live, outbox.HELD_S)) == 1 and len(posts.bodies) == 1


def test_secrets_stand_in_no_row_and_no_journal(live: Context, posts: Posts) -> None:
    posts.answers = [500]
    queue(live)
    outbox.send_queued(live)
    said = str(outbox.deliveries(live))
    assert posts.address not in said


def test_every_workspace_is_sent_for(ctx: Context, at: Callable[..., Context]) -> None:
    queue(ctx)
    assert outbox.send_everywhere(ctx) == 1
    assert only(ctx)["sent_us"] == ctx.now_us() and ctx.now() == NOON.astimezone(ctx.now().tzinfo)
