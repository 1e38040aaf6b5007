"""Whatever a pool holds: written out, put into an empty workspace and written out again, it is the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergency.domain.pool_difference import counted
from emergency.domain.staffing import ORIGINS, STATUSES
from emergency.domain.stock_ledger import Balance, Move, replayed
from emergency.library.pools import SKILLS
from emergency.service import goods
from emergency.service.context import Context
from emergency.service.pool_take import look_at
from emergency.service.pools import export, load, workbook
from emergency.store import pool

WORDS = st.text(st.characters(categories=("L", "N", "P", "S"), include_characters=" '=+-@"), max_size=12).map(str.strip)
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1)).map(date.isoformat) | st.just("")
LAST_DAYS = st.dates(date(2017, 1, 1), date(2200, 1, 1)).map(date.isoformat) | st.just("")  # none of long ago
PLACES = [
    {"base_id": "HOU", "name": "Houston", "name_zh": "休斯敦", "region": "48201", "lon": -95.0, "lat": 29.8},
    {"base_id": "LCH", "name": "=Lake Charles", "name_zh": "", "region": "22019", "lon": -93.2123456789, "lat": 30.0},
]
BASES = ("HOU", "LCH")


@st.composite
def person(draw: Any) -> Mapping[str, Any]:
    origin = draw(st.sampled_from(sorted(ORIGINS)))
    own = origin == "own"
    authority = draw(st.integers(0, 10**9) | st.none()) if own else draw(st.integers(0, 10**9))
    return {
        "name": draw(WORDS.filter(bool)),
        "base_id": draw(st.sampled_from(BASES)),
        "skills": sorted(draw(st.sets(st.sampled_from(SKILLS), min_size=1))),
        "licences": sorted(draw(st.sets(st.sampled_from(("TX", "LA", "MS"))))),
        "slots": draw(st.integers(1, 1000)),
        "language": draw(st.sampled_from(("", "en", "zh;en", "yue"))),
        "authority_minor": None if authority is None else authority * 100,
        "status": draw(st.sampled_from(sorted(STATUSES))),
        "pattern": draw(st.sampled_from(("", "weekdays", "four_two"))),
        "pattern_from": draw(DAYS),
        "rest_until_us": draw(st.integers(0, 10**15) | st.none()),
        "origin": origin,
        "lender": draw(WORDS) if own else draw(WORDS.filter(bool)),
        "lent_until": draw(LAST_DAYS),
        "note": draw(WORDS),
    }


@st.composite
def shelf(draw: Any) -> Mapping[str, Any]:
    total = draw(st.integers(0, 30))
    return {
        "total": total,
        "out_of_service": draw(st.integers(0, total)),
        "reorder_at": draw(st.integers(0, 9) | st.none()),
        "pieces": draw(st.lists(WORDS.filter(bool), max_size=min(3, total), unique_by=str.casefold)),
        "days": (draw(DAYS), draw(DAYS)),
    }


def _filled(ctx: Context, people: list[Mapping[str, Any]], shelves: Mapping[str, Mapping[str, Any]]) -> None:
    with ctx.store.write() as connection:
        rows = [{**one, "adjuster_id": f"N-{n}", "registration": f"R-{n}"} for n, one in enumerate(people)]
        pool.replace(
            connection,
            bases=PLACES,
            adjusters=rows,
            goods=[
                {"depot": "HOU", "kind": kind, "total": s["total"], "out_of_service": s["out_of_service"]}
                for kind, s in shelves.items()
            ],
            norms=[
                {"depot": "HOU", "kind": kind, "reorder_at": s["reorder_at"]}
                for kind, s in shelves.items()
                if s["reorder_at"] is not None
            ],
            items=[
                {"depot": "HOU", "kind": kind, "item": f"{n}{item}", "count": 1}
                | dict(zip(("expires_on", "test_due_on"), s["days"], strict=True))
                for kind, s in shelves.items()
                for n, item in enumerate(s["pieces"])
            ],
        )


def _empty(ctx: Context) -> None:
    with ctx.store.write() as connection:
        pool.replace(connection, bases=[], adjusters=[], goods=[])


def _written(ctx: Context, folder: Path) -> dict[str, str]:
    export(ctx, folder)
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.csv"))}


@pytest.mark.parametrize("way", ["folder", "en", "zh_CN"])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(person(), min_size=1, max_size=4),
    st.dictionaries(st.sampled_from(("drone", "vehicle", "sand_bag")), shelf(), min_size=1),
)
def test_out_in_and_out_again_is_the_same(
    ctx: Context, tmp_path: Path, way: str, people: list[Mapping[str, Any]], shelves: Mapping[str, Mapping[str, Any]]
) -> None:
    _filled(ctx, people, shelves)
    first = _written(ctx, tmp_path / "first")
    book = tmp_path / "pool.xlsx"
    book.write_bytes(workbook(ctx, "en" if way == "folder" else way))
    source = tmp_path / "first" if way == "folder" else book
    assert look_at(ctx, sorted(source.glob("*.csv")) if source.is_dir() else [source]).changes == ()
    _empty(ctx)
    load(ctx, source)
    assert _written(ctx, tmp_path / "second") == first
    assert goods.unbalanced(ctx) == []
    with ctx.store.read() as connection:
        assert pool.bases(connection) == PLACES


NUMBERS = st.integers(0, 12)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_a_count_moves_what_leads_to_it_and_never_what_is_not_there(
    free: int, committed: int, in_transit: int, out: int, free_after: int, out_after: int
) -> None:
    was = Balance(free + committed + in_transit + out, committed, in_transit, out)
    total = free_after + committed + in_transit + out_after
    before = [
        Move("HOU", "drone", source, target, count)
        for source, target, count in (
            ("outside", "available", was.total),
            ("available", "committed", committed),
            ("available", "in_transit", in_transit),
            ("available", "out_of_service", out),
        )
        if count
    ]
    after = replayed([*before, *counted("HOU", "drone", was, total, out_after)]).get(("HOU", "drone"), Balance())
    assert after == Balance(total, committed, in_transit, out_after)
    with pytest.raises(ValueError, match="fewer than are committed"):
        counted("HOU", "drone", was, total - free_after - 1, out_after)
