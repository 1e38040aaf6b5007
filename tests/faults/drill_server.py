"""The server's timetable alone, as it keeps the time of drills: ``python -m tests.faults.drill_server HOME``.

It says ``ready`` once it looks after drills, and goes on until it is killed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from emergency.bootstrap import build
from emergency.config import Config
from emergency.jobs.lifespan import timetable


def main(home: str) -> None:
    running = build(Config(home=Path(home)))
    scheduler = timetable(running)
    scheduler.start()
    print("ready", flush=True)
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1])
