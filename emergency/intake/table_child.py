"""Runs as a process of its own: reads a table from outside and hands its rows through a pipe.

Standard input brings what is asked, then how many rows at a time; standard output carries frames, each two
lengths, a line of JSON and bytes: of each column an Arrow array's offsets, then its texts. It sets its own
limits of memory and processor time, may write no file, and ends with whoever started it.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

# Arrow does without it, and starts in half the time.
sys.modules["numpy"] = None  # type: ignore[assignment]

import pyarrow as pa  # noqa: E402

from emergency.intake.apart import FRAME  # noqa: E402
from emergency.intake.batch import Batch, Broken  # noqa: E402
from emergency.intake.confined import MB, confine, end_with_parent, peak_mb  # noqa: E402
from emergency.intake.delimited import first_record, open_delimited, shape_of  # noqa: E402
from emergency.intake.faults import FileFault  # noqa: E402
from emergency.intake.headers import no_header  # noqa: E402
from emergency.intake.sniff import read_samples  # noqa: E402
from emergency.texts import Message  # noqa: E402

MEMORY_BYTES = 300 * MB
# The careful reader takes some megabytes a second; a second for each is patient.
_SECONDS = 10


def read(request: Mapping[str, Any]) -> None:
    """Header first; the rows when they are asked for.

    Raises:
        FileFault: see `emergency.intake.table.open_table`.
    """
    mapping = request["mapping"]
    table = _table(request["read"], mapping, padded=request["padded"])
    header, batches, bytes_read, encoding, above, around = open_delimited(table, mapping, padded=request["padded"])
    size = max(1, table.stat().st_size)
    told({"header": header, "encoding": encoding, "above": above} | {"around": asdict(around)})
    asked = os.read(0, 4)
    if len(asked) < 4:
        return  # nobody wants the rows
    end_with_parent()
    for batch in batches(struct.unpack("<I", asked)[0]):
        if batch.size:
            hand_over(batch, bytes_read() / size)
    told({"end": True, "peak_mb": peak_mb()})


def _table(names: Sequence[str], mapping: Any, *, padded: bool) -> Path:
    """The only table, or the first that shows the required headers."""
    tables = [Path(name) for name in names]
    if not padded:
        return tables[0]
    for table in tables:
        if table.stat().st_size and shape_of(table, mapping) is not None:
            return table
    raise FileFault(no_header(mapping, next((record for table in tables if (record := first_record(table))), [])))


def hand_over(batch: Batch, share: float) -> None:
    columns = batch.columns()
    offsets, texts = zip(*(_buffers(column) for column in columns), strict=True)
    told(
        {
            "rows": len(batch.at),
            "bytes": [len(t) for t in texts],
            "broken": [[at, _broken(broken)] for at, broken in batch.broken],
            "share": share,
        },
        (*offsets, *texts),
    )


def _buffers(column: Any) -> tuple[memoryview, memoryview]:
    """Offsets that begin at 0, and the texts they cut."""
    count = len(column)
    if not count:
        return memoryview(bytes(4)), memoryview(b"")
    _, offsets, texts = column.buffers()
    ends = memoryview(offsets).cast("B").cast("i")[column.offset : column.offset + count + 1]
    first, last = ends[0], ends[count]
    cut = memoryview(texts).cast("B")[first:last] if texts is not None else memoryview(b"")
    return (ends if not first else memoryview(array("i", (end - first for end in ends)))).cast("B"), cut


def _broken(broken: Broken) -> dict[str, Any]:
    return {"code": broken.fault.code, "why": _plain(broken.fault.message), "cells": broken.cells}


def _plain(message: Message) -> dict[str, Any]:
    return {"id": message.id, "values": {k: v if isinstance(v, int) else str(v) for k, v in message.values.items()}}


def told(what: Mapping[str, Any], bodies: Iterable[memoryview] = ()) -> None:
    line, parts = json.dumps(what).encode(), list(bodies)
    out = sys.stdout.buffer
    out.write(FRAME.pack(len(line), sum(map(len, parts))))
    out.write(line)
    for part in parts:
        out.write(part)
    out.flush()


def answer(request: Mapping[str, Any]) -> None:
    try:
        if "sample" in request:
            end_with_parent()
            found = read_samples([Path(n) for n in request["sample"]], request["names"], text=request["text"])
            told({"samples": [asdict(one) for one in found], "peak_mb": peak_mb()})
        else:
            read(request)
    except FileFault as fault:
        told({"fault": _plain(fault.messages[0]), "peak_mb": peak_mb()})
    except BrokenPipeError:
        os._exit(1)
    except Exception:  # out of memory, or whatever a parser raises on a file that is none
        told({"fault": {}, "peak_mb": peak_mb()})


def main() -> None:
    with open(0, "rb", buffering=0, closefd=False) as asked:
        length = struct.unpack("<I", asked.read(4))[0]
        packed = b""
        while len(packed) < length:
            packed += asked.read(length - len(packed))
    request = pickle.loads(packed)
    # No thread but the reader's own: each would claim a stack.
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    files = request.get("read") or request.get("sample") or ()
    confine(memory_bytes=MEMORY_BYTES, processor_seconds=_SECONDS + sum(os.stat(f).st_size for f in files) // MB)
    answer(request)


if __name__ == "__main__":
    main()
