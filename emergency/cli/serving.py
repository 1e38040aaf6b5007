"""Starting the console, the demos, the store."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from emergency import bootstrap
from emergency.cli.answering import BadInput, answer_with, context
from emergency.config import PROJECT
from emergency.texts import speaker


def serve(arguments: argparse.Namespace) -> NoReturn:
    _check_free(arguments.address, arguments.port)
    running = bootstrap.start()
    if not arguments.no_demo:
        from emergency.service.demo import load_demos

        load_demos(running.content)
    bootstrap.stop()
    address = f"http://{arguments.address}:{arguments.port}"
    print(f"Emergency response console: {address}  (store: {running.config.home}; Ctrl-C stops it)", flush=True)
    os.chdir(PROJECT)
    os.execv(
        sys.executable,
        [
            *(sys.executable, "-m", "streamlit", "run", "app.py"),
            *("--server.port", str(arguments.port), "--server.address", arguments.address),
            *("--server.headless", "true"),
        ],
    )


def _check_free(address: str, port: int) -> None:
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as fault:
            raise BadInput(
                f"{address}:{port} cannot be used ({fault.strerror}); another console may be running there. "
                f"Choose another port: emergency serve --port {port + 1}"
            ) from fault


def worker(arguments: argparse.Namespace) -> int:
    import signal
    import threading

    from emergency.jobs.lifespan import timetable

    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    scheduler = timetable(bootstrap.start())
    scheduler.start()
    answer_with(arguments, {"state": "running"}, ["jobs are running; Ctrl-C stops them"])
    stopped.wait()
    scheduler.shutdown()
    bootstrap.stop()
    return 0


def demo(arguments: argparse.Namespace) -> int:
    from emergency.service.demo import load_demo

    answer = load_demo(bootstrap.start().content, arguments.name, again=arguments.again)
    say = speaker("en")
    answer_with(
        arguments,
        answer,
        lambda: [
            f"demo {arguments.name}: {say.of(answer['title'])}",
            f"  {say.of(answer['note'])}",
            f"  {answer['claims']} claims, {answer['adjusters']} adjusters; clock at {answer['clock']}",
            "  open the console with `emergency serve` and choose it in the sidebar",
        ],
    )
    return 0


def store_upgrade(arguments: argparse.Namespace) -> int:
    workspaces = bootstrap.start().content.workspaces
    names = sorted({*workspaces.names(), "live"})
    for name in names:
        workspaces.open(name)
    answer_with(arguments, {"workspaces": names}, [f"{name}: schema up to date" for name in names])
    return 0


def journal_verify(arguments: argparse.Namespace) -> int:
    from emergency.service.records import verify_journal

    verdict = verify_journal(context(arguments))
    answer = {
        "ok": verdict.ok,
        "entries": verdict.entries,
        "head": verdict.head,
        "first_bad": verdict.first_bad,
        "fault": verdict.fault,
    }
    text = f"{verdict.entries} entries, chain whole; head {verdict.head}" if verdict.ok else f"BROKEN: {verdict.fault}"
    answer_with(arguments, answer, [text])
    return 0 if verdict.ok else 1
