"""A list in which no column says where is warned of before it is saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from emergency.service import mappings
from emergency.service.context import Context


def test_a_list_without_a_place_is_warned_of_with_its_rows(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("报案号,出险时间,险种\n" + "".join(f"A0000{n},2026-07-20,车险\n" for n in range(3)), "utf-8")
    proposed = mappings.propose(ctx, path)
    said = "No column says where: all 3 claims will wait in the queue of those without a place."
    assert proposed.to_json()["warnings"] == [said]
    placed = replace(proposed.draft, columns={**proposed.draft.columns, "place": "险种"})
    assert mappings.warnings(proposed, placed) == ()


def test_coordinates_by_cells_alone_are_said_to_be_a_guess(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "报案号,出险时间,甲,乙\nA00001,2026-07-20,113.661,34.78\nA00002,2026-07-20,113.702,34.75\n", "utf-8"
    )
    proposed = mappings.propose(ctx, path)
    assert (proposed.draft.columns["lon"], proposed.draft.columns["lat"]) == ("甲", "乙")
    assert [str(w) for w in mappings.warnings(proposed)] == [
        f"{header} is taken as {name} by its cells alone: look whether that is right."
        for header, name in (("甲", "longitude"), ("乙", "latitude"))
    ]
