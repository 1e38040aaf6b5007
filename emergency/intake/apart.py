"""Tables from outside are read by a child with limits; here is the side that asks.

The child finds encoding, delimiter and header, and hands over the rows in batches through a pipe: of each
column the two buffers of an Arrow array, so that nothing has to be parsed on this side. What it says is held
against what was asked before it is used: a child that was taken over by its file can say untrue things, but
nothing that is no table. It ends with whoever asked, by whatever means that one ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import pickle
import select
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from emergency.intake.batch import Batch, Broken
from emergency.intake.faults import Fault, FileFault
from emergency.intake.units import LONGEST_TITLE, MOST_TITLES, Around
from emergency.texts import Message, speaker

# Beyond the child's own limit of processor time: for a child that sleeps.
PATIENCE_SECONDS = 600
# Of one batch; the child cuts them far below.
MOST_BYTES = 96 << 20
MOST_TOLD_BYTES = 48 << 20
FRAME = struct.Struct("<II")
_PIPE_BYTES = 1 << 20
_LONGEST_VALUE = 2_000
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")


def launched(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A child that knows nothing of what this process knows: no database address, no key.

    Ctrl-C is for whoever asked, who then ends the child: it stands in a group of its own.
    """
    clean = {k: v for k, v in os.environ.items() if k in _KEPT}
    # Arrow's own allocator and an arena for each thread would lay claim to memory that nobody uses.
    clean |= {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=clean | {"PYTHONPATH": str(Path(__file__).parents[2])},
        process_group=0,
    )


class Child:
    """One child at work on one file; closed, it is gone."""

    def __init__(self, path: Path, request: Mapping[str, Any]) -> None:
        self.path = path
        self.peak_mb = 0
        self._process = launched("emergency.intake.table_child")
        with suppress(OSError, AttributeError):
            fcntl.fcntl(self._out, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        packed = pickle.dumps(request)
        self.tell(struct.pack("<I", len(packed)) + packed)

    @property
    def _out(self) -> Any:
        return self._process.stdout

    def tell(self, what: bytes) -> None:
        """To the child; one that is gone is noticed when its answer is read."""
        with suppress(BrokenPipeError):
            rest = memoryview(what)
            while rest and self._process.stdin:
                rest = rest[self._process.stdin.write(rest) :]

    def answer(self) -> tuple[dict[str, Any], memoryview]:
        """The next thing the child has to say, and the bytes that come with it.

        Raises:
            FileFault: what is wrong with the file, or what became of the child.
        """
        told_bytes, body_bytes = FRAME.unpack(self._read(FRAME.size))
        if told_bytes > MOST_TOLD_BYTES or body_bytes > MOST_BYTES:
            raise self.broken()
        try:
            told = json.loads(bytes(self._read(told_bytes)))
            self.peak_mb = int(told.get("peak_mb", self.peak_mb))
            fault = told.get("fault")
        except (ValueError, TypeError, AttributeError) as error:
            raise self.broken() from error
        if fault is not None:
            raise FileFault(_sentence(fault) or gave_up(self.path))
        return told, self._read(body_bytes)

    def _read(self, count: int) -> memoryview:
        whole = memoryview(bytearray(count))
        done = 0
        while done < count:
            if not select.select([self._out], [], [], PATIENCE_SECONDS)[0]:
                raise self.broken()
            got = self._out.readinto(whole[done:])
            if not got:
                raise self.broken()
            done += got
        return whole

    def broken(self) -> FileFault:
        """It died without a word, of its limits mostly, or said what cannot be."""
        self.close()
        return FileFault(gave_up(self.path))

    def close(self) -> None:
        """End it now, wherever it is."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()


class Rows:
    """The data rows of a table as its child reads them.

    Attributes:
        header: column names as they stand there; encoding: of the text; above: rows over the first data row;
        around: what stands over the header, and units under it.
        share: part of the table that has been handed out, 0 to 1.
    """

    def __init__(self, path: Path, tables: Sequence[Path], mapping: Any, *, padded: bool = False) -> None:
        """Find the header.

        Args:
            path: the file the tables were made of, for messages.
            tables: where rows may stand; the first that shows the header is read.
            padded: rows shorter than the header are whole; their blank cells at the end were left out.

        Raises:
            FileFault: see `emergency.intake.table.open_table`.
        """
        self.child = Child(path, {"read": [str(t.absolute()) for t in tables], "mapping": mapping, "padded": padded})
        self.share = 0.0
        try:
            told, _ = self.child.answer()
            self.header = tuple(map(str, told["header"]))
            self.encoding = str(told["encoding"])
            self.above = max(1, int(told["above"]))
            self.around = around_of(told["around"])
        except (KeyError, TypeError, ValueError) as error:
            raise self.child.broken() from error
        except BaseException:
            self.child.close()
            raise

    def batches(self, size: int) -> Iterator[Batch]:
        """Rows in the file's order, at most so many at a time.

        Raises:
            FileFault: a quotation mark never closed, a line without end, a child that broke off.
        """
        self.child.tell(struct.pack("<I", size))
        try:
            while True:
                told, body = self.child.answer()
                if told.get("end"):
                    self.share = 1.0
                    return
                try:
                    batch = _batch(told, body, len(self.header), size)
                    self.share = min(1.0, max(self.share, float(told["share"])))
                except (KeyError, TypeError, ValueError, OverflowError) as error:  # Arrow's faults are ValueErrors
                    raise self.child.broken() from error
                yield batch
        finally:
            self.child.close()

    def close(self) -> None:
        self.child.close()


def around_of(told: Any) -> Around:
    """What stands around a header, of what a child says.

    Raises:
        KeyError, TypeError: it is none.
    """
    titles, under = (tuple(str(cell)[:LONGEST_TITLE] for cell in told[part]) for part in ("titles", "under"))
    return Around(titles[:MOST_TITLES], under)


def sampled(path: Path, tables: Sequence[Path], names: Mapping[str, Sequence[str]], *, text: bool) -> Any:
    """The tops of tables as a child reads them: plain values, not looked at.

    Args:
        names: claim column -> headers it goes by; text: encoding and delimiter are to be found.

    Raises:
        FileFault: too many columns, or a child that broke off.
    """
    request = {"sample": [str(t.absolute()) for t in tables], "names": dict(names), "text": text}
    child = Child(path, request)
    try:
        return child.answer()[0]["samples"]
    except KeyError as error:
        raise child.broken() from error
    finally:
        child.close()


def _batch(told: Mapping[str, Any], body: memoryview, width: int, size: int) -> Batch:
    """A batch made of what the child handed over.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    rows, lengths = told["rows"], told["bytes"]
    broken = [(int(at), _broken(raw)) for at, raw in told["broken"]]
    places = [at for at, _ in broken]
    whole = rows + len(broken)
    if not 0 <= rows <= whole <= size or whole == 0 or len(lengths) != width or min(lengths, default=0) < 0:
        raise ValueError("no batch")
    if places != sorted(set(places)) or (places and not 0 <= places[0] <= places[-1] < whole):
        raise ValueError("rows in no order")
    step, start = 4 * (rows + 1), 4 * (rows + 1) * width
    if len(body) != start + sum(lengths):
        raise ValueError("a batch of another length")
    batch, buffer = Batch.of(width), pa.py_buffer(body)
    for i, length in enumerate(lengths):
        column = pa.Array.from_buffers(
            pa.string(), rows, [None, buffer.slice(i * step, step), buffer.slice(start, length)], 0
        )
        column.validate(full=True)
        batch.pieces[i].append(column)
        start += length
    elsewhere = set(places)
    batch.at.extend(at for at in range(whole) if at not in elsewhere) if broken else batch.at.extend(range(rows))
    batch.broken.extend(broken)
    batch.size = whole
    return batch


def _broken(raw: Mapping[str, Any]) -> Broken:
    message = _sentence(raw["why"])
    if message is None:
        raise ValueError("no sentence of ours")
    return Broken(Fault(str(raw["code"])[:40], message), tuple(map(str, raw["cells"])))


def _sentence(raw: Any) -> Message | None:
    """What the child wants said, if it is a sentence of ours: one that stands in the catalogue."""
    try:
        text = str(raw["id"])
        values = {str(k): v if isinstance(v, int) else str(v)[:_LONGEST_VALUE] for k, v in raw["values"].items()}
        message = Message(text, values)
        return message if speaker("zh_CN")(text) != text and str(message) else None
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return None


def gave_up(path: Path) -> Message:
    return Message(
        "{file} cannot be read to its end: it takes more memory or time than a list of claims of its size. "
        "Cut it in parts, or save it anew as CSV",
        {"file": path.name},
    )
