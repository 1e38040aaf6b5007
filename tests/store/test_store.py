from __future__ import annotations

import threading
import time

from emergency.store.store import Store, write_setting


def test_who_waits_to_write_gets_a_turn_when_a_long_writer_gives_way(store: Store) -> None:
    """The long writer begins its next transaction at once; without giving way nobody would ever find a gap."""
    waiting, done = threading.Event(), threading.Event()

    def other() -> None:
        waiting.wait(30)
        with store.write() as connection:
            write_setting(connection, "other", 1)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    rounds = 0
    while not done.is_set() and rounds < 20:
        with store.write() as connection:
            write_setting(connection, "long", rounds)
            waiting.set()
            time.sleep(0.3)
        store.give_way()
        rounds += 1
    thread.join(60)
    assert done.is_set()
    assert rounds < 20
