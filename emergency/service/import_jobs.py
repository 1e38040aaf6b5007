"""Imports that go on while their page is closed: one at a time in each workspace, started and stopped from anywhere.

The truth about an import is its receipt in the store. What is kept here is what the store does not say:
how far the file has come, and the wish that it end.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from emergency.intake.mapping import ClaimMapping
from emergency.service.context import Context, Refused
from emergency.service.faults import INPUT_FAULTS
from emergency.service.import_life import is_dead
from emergency.service.importing import import_claims
from emergency.service.progress import Progress
from emergency.service.receipts import Receipt
from emergency.service.record_files import import_records
from emergency.store import imports
from emergency.texts import Message, Speaker

log = logging.getLogger(__name__)

# Files that are read at the same time, of different workspaces; each keeps a processor busy.
AT_ONCE = 2


class ImportJob:
    """One file on its way in; its attributes are replaced whole, so any thread may read them.

    Attributes:
        progress: how far it has come; None before the first chunk is in.
        receipt: where every row went, once it has ended; of a stopped one, the rows that are in.
        fault: why it could not be read, or not to its end; then there is no receipt.
    """

    def __init__(self, file_name: str, actor: str) -> None:
        self.file_name, self.actor = file_name, actor
        self.progress: Progress | None = None
        self.receipt: Receipt | None = None
        self.fault: Exception | None = None
        self._stop, self._ended = threading.Event(), threading.Event()

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set() and not self.ended

    def stop(self) -> None:
        """Ask it to end after the chunk in hand; what is in stays."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Until it has ended; False if it has not by then."""
        return self._ended.wait(seconds)

    def run(self, bring_in: Callable[..., Receipt]) -> None:
        try:
            self.receipt = bring_in(progress=self._note, stop=self._stop.is_set)
        except INPUT_FAULTS as fault:
            self.fault = fault
        except Exception as fault:  # kept for whoever looks: nobody stands behind this thread
            log.exception("the import of %s broke off", self.file_name)
            self.fault = fault
        finally:
            self._ended.set()

    def _note(self, progress: Progress) -> None:
        self.progress = progress


class ImportJobs:
    """The imports of a running console; it owns their threads."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="import")
        self._lock = threading.Lock()
        self._jobs: dict[str, ImportJob] = {}

    def of(self, workspace: str) -> ImportJob | None:
        """The latest import of a workspace, ended or not."""
        return self._jobs.get(workspace)

    def start(
        self,
        ctx: Context,
        file_name: str,
        content: Any,
        mapping: ClaimMapping,
        *,
        incident_id: str | None = None,
        say: Speaker | None = None,
    ) -> ImportJob:
        """Bring a file in, in the background; returns at once.

        Args:
            content: the file's bytes; a copy lies on disk until the import has ended.

        Raises:
            Refused: another import is on its way in this workspace.
        """
        job = ImportJob(Path(file_name).name[-120:], ctx.actor.name or ctx.actor.id)
        with self._lock:
            self._refuse_second(ctx)
            self._jobs[ctx.store.name] = job
        folder = tempfile.TemporaryDirectory(prefix="emergency-upload-")
        path = Path(folder.name, job.file_name)
        import_file = import_claims if mapping.kind == "claims" else import_records

        def work() -> None:
            with folder:
                job.run(lambda **told: import_file(ctx, path, mapping, incident_id=incident_id, say=say, **told))

        try:
            path.write_bytes(content)
            self._pool.submit(work)
        except BaseException:
            del self._jobs[ctx.store.name]
            folder.cleanup()
            raise
        return job

    def _refuse_second(self, ctx: Context) -> None:
        """One at a time: two would fight for the same rows, and nobody could read two bars."""
        job = self._jobs.get(ctx.store.name)
        if job is not None and not job.ended:
            raise Refused(_busy(job.file_name, job.actor))
        with ctx.store.read() as connection:
            others = [r for r in imports.on_their_way(connection) if not is_dead(r)]
        if others:
            raise Refused(_busy(others[0]["file_name"], others[0]["actor"]))

    def close(self) -> None:
        """End every import after the chunk in hand."""
        for job in self._jobs.values():
            job.stop()
        self._pool.shutdown(wait=True)


def _busy(file: str, actor: str) -> Message:
    return Message(
        "{file} is still on its way in (started by {actor}): wait for it, or cancel it there, then import again",
        {"file": file, "actor": actor},
    )


__all__ = ["ImportJob", "ImportJobs"]
