"""Runs as a process of its own: reads one alert file from standard input, writes one line of JSON.

It limits its own memory, processor time and output before it takes the first byte, and knows
nothing worth stealing: no address of a database, no key.
"""

from __future__ import annotations

import json
import resource
import sys

from emergency.intake.alerts import read
from emergency.intake.alerts.carry import packed
from emergency.intake.alerts.guard import MOST_BYTES
from emergency.intake.confined import peak_mb

MEMORY_BYTES = 190 * 1024 * 1024
# The largest honest file is read in a fifth of a second.
PROCESSOR_SECONDS = 2


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    limit()
    answer = packed(read(sys.stdin.buffer.read(MOST_BYTES + 1)))
    sys.stdout.write(json.dumps(answer | {"peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
