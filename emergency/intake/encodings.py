"""Why the bytes of a text do not read as they should: which line, which byte, and what they might be instead."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from emergency.texts import Message

# Encodings that are tried, in the order in which they are named to a person.
TRIED: Mapping[str, str] = {"gb18030": "GB18030", "big5": "Big5", "cp1252": "Windows-1252"}
_HEAD_BYTES = 1 << 18
_LONGEST_LINE = 1 << 20
_SHOWN = 60
_CELL = re.compile(rb"[,;\t\"\r\n]")


@dataclass(frozen=True)
class Bytes:
    """How the lines of a file read as UTF-8.

    Attributes:
        line, byte: the first line that does not, 1 = the first, and its first such byte in the file; 0, 0 = none.
        bad: lines that do not; good: lines that do and hold more than ASCII.
        raw: from that byte to the end of its cell.
    """

    line: int
    byte: int
    bad: int
    good: int
    raw: bytes

    @property
    def mixed(self) -> bool:
        """Whether the file is UTF-8 but for some lines: those came from elsewhere."""
        return 0 < self.bad < self.good


def bytes_of(path: Path) -> Bytes:
    """One look at all lines."""
    line = byte = bad = good = 0
    raw, at = b"", 0
    with path.open("rb") as file:
        for number, text in enumerate(_lines(file), 1):
            try:
                good += not text.decode("utf-8").isascii()
            except UnicodeDecodeError as error:
                bad += 1
                if not line:
                    line, byte, raw = number, at + error.start + 1, _CELL.split(text[error.start :], maxsplit=1)[0]
            at += len(text)
    return Bytes(line, byte, bad, good, raw)


def _lines(file: io.BufferedReader) -> Iterator[bytes]:
    while text := file.readline(_LONGEST_LINE):
        yield text


def mixed(path: Path, found: Bytes) -> Message:
    """A text in UTF-8 with lines of something else in it."""
    return Message(
        "{file} is UTF-8, but for {bad} of its lines: the first is line {line} (byte {byte}), which can be read as"
        " {other}. Such lines were pasted from another file: write them anew, save the file as UTF-8, and bring it in"
        " again",
        {
            "file": path.name,
            "bad": found.bad,
            "line": found.line,
            "byte": found.byte,
            "other": next((name for code, name in TRIED.items() if _reads(found.raw, code)), "–"),
        },
    )


def broken_off(path: Path, encoding: str, byte: int) -> Message:
    """A file that is not of the encoding it was said, or seemed, to be."""
    with path.open("rb") as file:
        line = file.read(byte).count(b"\n") + 1
    return Message(
        "{file} is not {encoding}: line {line} (byte {byte}) cannot be read so. Mend that line and save the file as"
        " UTF-8, or say another encoding: `--encoding`, or in Intake",
        {"file": path.name, "encoding": encoding.removesuffix("-sig").upper(), "line": line, "byte": byte + 1},
    )


def undecided(path: Path, mapping: str, wanted: str, found: Bytes) -> Message:
    """A text that is not UTF-8 and shows the mapping's headers under no encoding."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    read = {name: first for code, name in TRIED.items() if (first := _first_row(head, code))}
    return Message(
        "{file} is not UTF-8 (line {line}, byte {byte}), and under no other encoding does it show the headers of"
        " mapping {mapping}: {wanted}. Its first row reads {readings}. Choose the one that can be read: `emergency"
        " claims propose FILE --encoding …`, or in Intake",
        {
            "file": path.name,
            "line": found.line,
            "byte": found.byte,
            "mapping": mapping,
            "wanted": wanted,
            "readings": "; ".join(f"{name}: {first}" for name, first in read.items()) or "–",
        },
    )


def not_told(path: Path, found: Bytes) -> Message:
    """A text that is not UTF-8 whose headers are plain ASCII, so that they prove nothing."""
    return Message(
        "{file} is not UTF-8 from line {line} (byte {byte}) on, and its headers do not tell what else it is: say its"
        " encoding (`--encoding`, or in Intake), or save it as UTF-8",
        {"file": path.name, "line": found.line, "byte": found.byte},
    )


def _reads(raw: bytes, encoding: str) -> bool:
    with suppress(UnicodeDecodeError):
        text = raw.decode(encoding)
        return text.isprintable() and (encoding == "cp1252" or any("\u4e00" <= c <= "\u9fff" for c in text))
    return False


def _first_row(head: bytes, encoding: str) -> str:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head, final=False)
    except UnicodeDecodeError:
        return ""
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline="")):
            if any(cell.strip() for cell in row):
                shown = " ".join(cell.strip() for cell in row if cell.strip())[:_SHOWN]
                return shown if shown.isprintable() else ""  # characters nobody has agreed on: not this encoding
    return ""
