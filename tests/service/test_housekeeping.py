from __future__ import annotations

import time

from sqlalchemy import func, select

from emergency.service.context import Context
from emergency.service.housekeeping import KEPT_DAYS, chores, put_in_order
from emergency.store import feed, records
from emergency.store.access_tables import idempotency
from emergency.store.tables import job_run

DAY_US = 86_400_000_000


def keys(ctx: Context) -> set[str]:
    with ctx.store.read() as connection:
        return set(connection.execute(select(idempotency.c.idem_key)).scalars())


def test_answers_are_kept_for_a_week_and_then_forgotten(ctx: Context) -> None:
    with ctx.store.write() as connection:
        for name, days in (("young", 0), ("a week old", KEPT_DAYS), ("older", KEPT_DAYS + 1)):
            at_us = ctx.now_us() - days * DAY_US
            feed.take_turn(connection, key_id="k", idem_key=name, request_sha256="x", at_us=at_us)
    put_in_order(ctx)
    assert keys(ctx) == {"young", "a week old"}
    put_in_order(ctx)
    assert keys(ctx) == {"young", "a week old"}


def test_ticks_of_jobs_are_forgotten_by_the_clock_on_the_wall(ctx: Context) -> None:
    now_us = time.time_ns() // 1_000
    with ctx.store.write() as connection:
        for days in (0, KEPT_DAYS - 1, KEPT_DAYS + 1):
            assert records.take_tick(connection, "send", now_us - days * DAY_US, now_us)
    put_in_order(ctx)
    with ctx.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(job_run)).scalar_one() == 2


def test_every_workspace_is_put_in_order(ctx: Context) -> None:
    with ctx.store.write() as connection:
        old_us = ctx.now_us() - (KEPT_DAYS + 1) * DAY_US
        feed.take_turn(connection, key_id="k", idem_key="old", request_sha256="x", at_us=old_us)
    from emergency.service.running import context

    chores(context(ctx.content, "live", ctx.actor))
    assert keys(ctx) == set()
