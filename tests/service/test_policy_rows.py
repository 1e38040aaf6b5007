"""A list with one policy a row is proposed as policies in force and added up by region and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from emergency.domain.workspace import Profile
from emergency.intake.columns import Column
from emergency.intake.faults import FileFault
from emergency.service import mappings
from emergency.service.context import Context
from emergency.service.importing import mapping_named
from emergency.service.record_files import RecordReceipt, import_records
from emergency.service.running import save_profile
from emergency.store import messages

HENAN = Profile(
    kind="demo",
    title={"en": "Henan", "zh": "河南"},
    region_set="cn",
    region_level="city",
    timezone="Asia/Shanghai",
    currency="CNY",
)
HEAD = "保单号,险种,承保地区,保额(万元),我司份额,终保日期\n"
ROWS = (
    "PD1,车险,郑州市,30,100%,2027-06-01\n"
    "PD2,企财险,郑州市金水区花园路1号,5000,60%,2027-06-01\n"
    "PD3,企财险,新乡市,2000,40%,2027-06-01\n"
    "PD4,企财险,郑州市,1000,,2027-06-01\n"
    "PD4,企财险,郑州市,500,,2027-06-01\n"
)


@pytest.fixture
def henan(ctx: Context) -> Context:
    return save_profile(ctx, HENAN, ctx.now())


def bring_in(ctx: Context, path: Path, text: str, chunk: bool = False) -> RecordReceipt:
    path.write_text(text, encoding="gb18030")
    proposed = mappings.propose(ctx, path)
    assert (proposed.proposal.rows_are, proposed.questions) == ("policies", ())
    mappings.save(ctx, "保单清单", proposed.draft)
    found = import_records(ctx, path, mapping_named(ctx, "保单清单"))
    assert found.rows == found.new + found.updated + found.duplicates + found.rejected
    return found


def kept(ctx: Context) -> dict[tuple[str, str], tuple[int, int, float]]:
    with ctx.store.read() as connection:
        rows = messages.policies(connection)
    found = {(r["region"], r["line"]): (r["policies"], r["sum_insured_minor"], r["own_share"]) for r in rows}
    return {key: (n, total, round(share, 4)) for key, (n, total, share) in found.items()}


def test_single_policies_are_added_up_with_the_share_of_each_by_its_sum(henan: Context, tmp_path: Path) -> None:
    found = bring_in(henan, tmp_path / "p.csv", HEAD + ROWS)
    assert (found.rows, found.new) == (5, 5)
    wan = 1_000_000
    assert kept(henan) == {
        ("410100", "motor"): (1, 30 * wan, 1.0),
        ("410105", "property"): (1, 5000 * wan, 0.6),
        ("410700", "property"): (1, 2000 * wan, 0.4),
        ("410100", "property"): (1, 1500 * wan, 1.0),  # one policy over two places
    }


def test_the_same_list_again_changes_nothing_and_a_new_sum_only_its_group(henan: Context, tmp_path: Path) -> None:
    bring_in(henan, tmp_path / "p.csv", HEAD + ROWS)
    again = bring_in(henan, tmp_path / "p.csv", HEAD + ROWS)
    assert (again.new, again.updated, again.duplicates) == (0, 0, 5)
    changed = bring_in(henan, tmp_path / "p.csv", HEAD + ROWS.replace("2000", "2500"))
    assert (changed.new, changed.updated, changed.duplicates) == (0, 1, 4)


def test_a_repeated_row_an_ended_policy_an_unknown_region_and_a_total_do_not_count(
    henan: Context, tmp_path: Path
) -> None:
    more = (
        "PD3,企财险,新乡市,2000,40%,2027-06-01\n"
        "PD5,企财险,新乡市,700,,2016-12-31\n"
        "PD6,企财险,亚特兰蒂斯,700,,2027-06-01\n"
        "合计,,,99999,,\n"
    )
    found = bring_in(henan, tmp_path / "p.csv", HEAD + ROWS + more)
    assert (found.rows, found.new, found.duplicates, found.rejected) == (8, 5, 1, 2)
    assert sorted(r.code for r in found.rejects) == ["no_region", "not_in_force"]
    assert [f.code for f in found.flags if f.code.startswith("total")] == ["total_row", "total_differs"]
    assert kept(henan)[("410700", "property")] == (1, 2_000_000_000, 0.4)


def test_sums_in_two_currencies_are_not_added(henan: Context, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("保单号,险种,承保地区,保额,币种\nA1,车险,郑州市,10,CNY\nA2,车险,郑州市,20,USD\n")
    proposed = mappings.propose(henan, path)
    draft = proposed.draft
    assert [str(q) for q in proposed.questions] == ["In which unit is 保额? Units are never guessed."]
    object.__setattr__(draft, "units", {"sum_insured_minor": "whole"})
    mappings.save(henan, "两币", draft)
    found = import_records(henan, path, mapping_named(henan, "两币"))
    assert (found.new, found.rejected, found.rejects[0].code) == (1, 1, "several_currencies")


def test_a_claims_list_that_names_policy_region_and_sum_insured_stays_one_of_claims(
    henan: Context, tmp_path: Path
) -> None:
    path = tmp_path / "c.csv"
    path.write_text("报案号,保单号,险种,地区,保额(万元),损失金额(元)\nPA100,PD1,车险,郑州市,30,5\nPA101,PD2,车险,郑州市,30,5\n")
    assert mappings.propose(henan, path).proposal.rows_are == "claims"


def test_a_list_without_a_count_or_a_number_asks_for_one(henan: Context, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("险种,承保地区,保额(万元)\n车险,郑州市,30\n企财险,新乡市,50\n")
    proposed = mappings.propose(henan, path, rows_are="policies")
    assert "number of policies or the policy number" in str(proposed.questions[0])


def test_a_mapping_for_counts_does_not_read_single_policies(henan: Context, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("保单号,险种,地区,保额\nP1,车险,郑州市,30\nP2,车险,郑州市,50\n")
    with pytest.raises(FileFault, match="no header row"):
        import_records(henan, path, mapping_named(henan, "zh-policies"))


def test_one_mapping_may_read_counts_and_single_policies(henan: Context, tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    by = mapping_named(henan, "zh-policies")
    counted = replace(by.columns["policies"], required=False)
    both = replace(by, columns={**by.columns, "policies": counted, "policy_no": Column("policy_no", ("保单号",))})
    path.write_text("保单号,险种,地区,保额\nP1,车险,郑州市,30\nP2,车险,郑州市,50\n")
    import_records(henan, path, both)
    assert kept(henan) == {("410100", "motor"): (2, 80_000_000, 1.0)}
    path.write_text("险种,地区,有效保单数,保额\n车险,郑州市,7,90\n")
    import_records(henan, path, both)
    assert kept(henan) == {("410100", "motor"): (7, 90_000_000, 1.0)}
