"""What a document is made of, before it becomes docx or pdf: every text is spoken, no format is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

TONES = ("ok", "watch", "bad", "plain")


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True)
class Para:
    """kind: ``notice`` (handling), ``verdict``, ``body`` or ``note``."""

    text: str
    kind: str = "body"


@dataclass(frozen=True)
class Bullets:
    texts: Sequence[str]


@dataclass(frozen=True)
class Table:
    """widths: relative, one per column. numbers: columns set to the right. tones: row -> (column, tone)."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    numbers: frozenset[int] = frozenset()
    tones: Mapping[int, tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = [len(row) for row in self.rows if len(row) != len(self.head)]
        if wrong or len(self.widths) != len(self.head):
            raise ValueError(f"every row and the widths need {len(self.head)} cells; found {wrong or len(self.widths)}")


@dataclass(frozen=True)
class Bar:
    """points: 0 to 100, None = not rated; ``shown``: the figure beside the bar."""

    label: str
    points: float | None
    shown: str


@dataclass(frozen=True)
class Bars:
    bars: Sequence[Bar]


@dataclass(frozen=True)
class PageBreak:
    pass


Block = Heading | Para | Bullets | Table | Bars | PageBreak


@dataclass(frozen=True)
class Story:
    """A whole document. date: the one instant it is dated with, so that the same content is the same bytes."""

    title: str
    language: str
    footer: str
    date: datetime
    blocks: Sequence[Block]
