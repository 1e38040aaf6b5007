"""What a claim cannot do without, where no header says it in known words: by questions in headers, by cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from emergency.intake.headers import normal

Cells = Mapping[str, Sequence[str]]
# Claim column -> groups of parts; a header with one of each asks for it: 在哪出的事, 啥时候报的案.
Questions = Mapping[str, Sequence[Sequence[str]]]
# Most cells of a column of addresses look like one; a header that asks where needs only some.
_MOST, _SOME = 0.6, 0.3
_LONGEST = 60
_ADDRESS = re.compile(
    r".{1,12}(?:省|市|区|县|旗|州|镇|乡|街道).*(?:路|街|道|巷|弄|号|村|组|屯|镇|乡|栋|幢|楼|小区|广场|大厦|区|县|市).{0,12}"
    r"|[\u4e00-\u9fff]{2,9}(?:自治区|自治州|自治县|省|市|区|县|旗|镇|乡|街道|村)"
    r"|[\u4e00-\u9fff]{2,}(?:路|街|大道|巷|弄)(?:与.{2,9}(?:路|街|道))?(?:交叉口|\d{1,5}号.*)?"
    r"|\d+ .*\b(?:st|street|ave|avenue|rd|road|blvd|dr|drive|ln|lane|hwy|pkwy|ct|way)\b.*|.+, [a-z]{2}(?: \d{5})?",
    re.IGNORECASE,
)
_NO_PLACE = re.compile(r".*(?:公司|营业部|支行|分行|学院|部门|中心|集团|厂|店|险|[。！!?？])|.*https?:.*|.*@.*")


def unnamed(
    taken: Mapping[str, str],
    cells: Cells,
    questions: Questions,
    against: Callable[[str, str], bool],
    times: Callable[[Sequence[str]], float],
    words: Callable[[Sequence[str]], float],
    located: Callable[[Sequence[str]], float],
) -> dict[str, str]:
    """Claim column -> header, where one column alone can be it; a person must look at each.

    Args:
        taken: claim column -> header that is settled.
        cells: header -> what stands under it.
        against: (header, column) -> whether it says that it is not this.
        times, words, located: share of cells that are times, lines of business, places of a region set.
    """
    free = {h: v for h, v in cells.items() if h not in set(taken.values()) and v}
    found: dict[str, str] = {}
    ways: tuple[tuple[str, Callable[[str], bool], Callable[[str], bool]], ...] = (
        ("reported_at", lambda h: times(free[h]) >= 0.5, lambda _: False),
        ("loss_at", lambda h: times(free[h]) >= 0.5, lambda h: len(free[h]) > 1 and times(free[h]) > 0.9),
        ("place", lambda h: _placed(free[h], located) > _SOME, lambda h: _placed(free[h], located) >= _MOST),
        ("line", lambda h: words(free[h]) > 0.5, lambda h: len(free[h]) > 1 and words(free[h]) > 0.9),
    )
    for column, if_asked, alone in ways:
        if column in taken:
            continue
        left = [h for h in free if h not in found.values() and not against(h, column)]
        asked = [h for h in left if asks(h, questions.get(column, ())) and if_asked(h)]
        if header := _one(asked) or ("" if asked else _one([h for h in left if alone(h)])):
            found[column] = header
    return found


def asks(header: str, groups: Sequence[Sequence[str]]) -> bool:
    """Whether a header asks for something, in the words that people ask with."""
    spelt = normal(header)
    return bool(groups) and all(any(normal(part) in spelt for part in group) for group in groups)


def _one(headers: Sequence[str]) -> str:
    return headers[0] if len(headers) == 1 else ""


def _placed(values: Sequence[str], located: Callable[[Sequence[str]], float]) -> float:
    """Share of cells that are addresses by how they are built, or by the region they name."""
    if len(set(values)) < min(2, len(values)):
        return 0.0
    fit = [v for v in values if 2 <= len(v) <= _LONGEST and not _NO_PLACE.fullmatch(v)]
    built = sum(bool(_ADDRESS.fullmatch(v)) for v in fit)
    if built >= _MOST * len(values):
        return built / len(values)
    others = [v for v in fit if not _ADDRESS.fullmatch(v) and not any(c.isdigit() for c in v)]
    return (built + (located(others) * len(others) if others else 0)) / len(values)
