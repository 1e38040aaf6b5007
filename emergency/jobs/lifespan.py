"""What runs by itself, from the server's start to its stop."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from emergency import bootstrap
from emergency.bootstrap import Running
from emergency.domain.instant import to_us
from emergency.service import (
    alert_places,
    alert_poll,
    alert_watch,
    chores,
    drill_dates,
    drill_tick,
    housekeeping,
    outbox,
    playbook_review,
    watch,
)
from emergency.service.context import Context
from emergency.service.running import SYSTEM

log = logging.getLogger(__name__)

# How soon a change is held against the level rules; where nothing changes that happens every ten minutes.
LEVEL_SECONDS = 10
SEND_SECONDS = 15
ORDER_SECONDS = 60
ALERT_FOLDER_SECONDS = 10
ALERT_FEED_SECONDS = 300
REVIEW_SECONDS = 3600
DATE_SECONDS = 60  # drills by appointment: reminders, and those that robots play
DRILL_SECONDS = 2


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    running = bootstrap.start()
    scheduler = timetable(running)
    scheduler.start()
    gc.collect()
    gc.freeze()  # what is loaded by now stays: later collections need not look through it
    try:
        yield {}
    finally:
        scheduler.shutdown(wait=False)
        bootstrap.stop()


def timetable(running: Running) -> BackgroundScheduler:
    """The clock of the jobs; the truth about what has run is in our own tables."""
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 300}
    )
    levels, rest = chores.Everywhere(watch.keep_up), chores.Everywhere(chores.all_of_it)
    scheduler.add_job(_tick(running, "levels", LEVEL_SECONDS, levels), "interval", seconds=LEVEL_SECONDS)
    scheduler.add_job(_tick(running, "send", SEND_SECONDS, outbox.send_everywhere), "interval", seconds=SEND_SECONDS)
    scheduler.add_job(_tick(running, "order", ORDER_SECONDS, housekeeping.chores), "interval", seconds=ORDER_SECONDS)
    scheduler.add_job(_tick(running, "chores", SEND_SECONDS, rest), "interval", seconds=SEND_SECONDS)
    scheduler.add_job(_tick(running, "alert-map", 60, alert_places.place_again), "interval", seconds=60)
    reviews = _tick(running, "reviews", REVIEW_SECONDS, playbook_review.remind)
    scheduler.add_job(reviews, "interval", seconds=REVIEW_SECONDS, next_run_time=datetime.now(UTC))
    _alert_jobs(scheduler, running)
    dates = _tick(running, "drill-dates", DATE_SECONDS, drill_dates.chores)
    scheduler.add_job(dates, "interval", seconds=DATE_SECONDS)
    _drill_jobs(scheduler, running)
    return scheduler


def _drill_jobs(scheduler: BackgroundScheduler, running: Running) -> None:
    """Drills that people play; each step is once by its own key, so no tick is kept in the live workspace."""
    for work in (drill_tick.tick_everywhere, drill_tick.score_everywhere):
        look = _alone(running, work)
        # A look that finds the one before still at work goes home at once.
        scheduler.add_job(look, "interval", seconds=DRILL_SECONDS, max_instances=4)


def _alone(running: Running, work: Callable[[Context], None]) -> Callable[[], None]:
    busy = threading.Lock()

    def look() -> None:
        if not busy.acquire(blocking=False):
            return
        try:
            work(running.context("live", SYSTEM))
        except Exception:
            log.exception("drills were not looked after; it is tried again")
        finally:
            busy.release()

    return look


def _alert_jobs(scheduler: BackgroundScheduler, running: Running) -> None:
    """Alerts come by themselves only where a folder or a list is set; without, nothing is read or asked."""
    folder, feeds, hosts = running.config.alert_folder, running.config.alert_feeds, running.config.alert_hosts
    if folder is not None:

        def take(ctx: Context) -> None:
            alert_watch.take_folder(ctx, folder, wall_s=datetime.now(UTC).timestamp())

        work = _tick(running, "alert-folder", ALERT_FOLDER_SECONDS, take)
        scheduler.add_job(work, "interval", seconds=ALERT_FOLDER_SECONDS)
    if feeds:
        work = _tick(running, "alert-feeds", ALERT_FEED_SECONDS, lambda ctx: alert_poll.poll(ctx, feeds, hosts))
        scheduler.add_job(work, "interval", seconds=60)


def _tick(running: Running, job: str, every_s: int, work: Callable[..., Any]) -> Callable[[], None]:
    def tick() -> None:
        now_us = to_us(datetime.now(UTC))
        planned_us = now_us - now_us % (every_s * 1_000_000)
        ctx = running.context("live", SYSTEM)
        try:
            if watch.take_tick(ctx, job, planned_us):
                work(ctx)
        except Exception:
            log.exception("job %s failed; it is tried again at its next time", job)

    return tick
