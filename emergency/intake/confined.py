"""What a child that reads a file from outside does to itself before it looks at the first byte.

Only the standard library is imported: a small process starts fast and dies small.
"""

from __future__ import annotations

import os
import resource
import threading
from pathlib import Path

MB = 1 << 20


def confine(*, memory_bytes: int, processor_seconds: int, output_bytes: int = 0, most_seconds: int = 0) -> None:
    """No more memory, processor time and written files than the largest honest file needs.

    Args:
        most_seconds: up to where a later call may raise the processor time. A hard limit once set is never raised
            again by an ordinary user; what ends the process is the soft one.
    """
    _, there = resource.getrlimit(resource.RLIMIT_CPU)
    hard = max(processor_seconds, most_seconds) + 1
    hard = hard if there == resource.RLIM_INFINITY else min(hard, there)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (min(processor_seconds, hard), hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output_bytes, output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went.

    The parent holds the other end of standard input and writes nothing more to it: all that can
    come is its end.
    """
    threading.stack_size(1 << 18)
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    os.read(0, 1)
    os._exit(1)


def peak_mb() -> int:
    """Most memory this process ever held; 0 where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)
