"""One list of words for 险种: a shipped mapping and a saved proposal answer the same, and neither guesses."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from emergency.intake.words import lookup
from emergency.service import mappings
from emergency.service.context import Context
from emergency.service.importing import import_claims, mapping_named
from emergency.service.receipts import Receipt
from emergency.store.tables import claim

WORDS = ("宠物险", "宠物责任险", "水稻种植保险", "农房保险", "机损险", "旅行险", "车险", "神秘险", "XYZ")


def take(ctx: Context, path: Path, by: str) -> tuple[dict[str, str], Receipt]:
    found = import_claims(ctx, path, mapping_named(ctx, by))
    with ctx.store.read() as connection:
        rows = connection.execute(sa.select(claim.c.report_no, claim.c.line).where(claim.c.source == by)).all()
    return {WORDS[int(number[-1])]: line for number, line in rows}, found


def test_both_ways_know_the_same_words_and_refuse_the_same(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    rows = "".join(f"PA10{i},{word},2017-08-20,郑州市\n" for i, word in enumerate(WORDS))
    path.write_text("报案号,险种,出险时间,出险地点\n" + rows, encoding="utf-8")
    mappings.save(ctx, "清单", mappings.propose(ctx, path).draft)
    (shipped, one), (saved, other) = take(ctx, path, "zh-common"), take(ctx, path, "清单")
    assert shipped == saved
    assert (shipped["宠物险"], shipped["宠物责任险"], shipped["农房保险"]) == ("property", "liability", "home")
    assert [r.row_numbers for r in one.rejects] == [r.row_numbers for r in other.rejects] == [(8, 9)]


def test_policies_go_by_the_words_of_claims(ctx: Context) -> None:
    claims, policies = (lookup(mapping_named(ctx, name).columns["line"]) for name in ("zh-common", "zh-policies"))
    assert [claims(word) for word in WORDS] == [policies(word) for word in WORDS]
