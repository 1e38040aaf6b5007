"""A saved mapping is shown as it will read the file, and never over what the file says of its units."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from emergency.service import mappings
from emergency.service.context import Context
from emergency.service.importing import import_claims, mapping_named
from emergency.service.record_files import import_records
from emergency.service.waiting_messages import likely_source, waiting_messages

HEADER = "报案号,险种,出险时间,出险地点,被保险人,估损金额"
ROW = "A{n},车险,2017-07-20 08:00,郑州市金水区花园路12号,张三丰,{n}.5"


def file(tmp_path: Path, *lines: str, rows: int = 12) -> Path:
    path = tmp_path / "c.csv"
    path.write_text("\n".join([*lines, *(ROW.format(n=n) for n in range(1, rows + 1))]) + "\n", encoding="gb18030")
    return path


def test_ten_masked_rows_stand_under_what_each_column_is_taken_as_and_in_which_unit(
    ctx: Context, tmp_path: Path
) -> None:
    path = file(tmp_path, "金额单位：元", HEADER)
    proposed = mappings.propose(ctx, path)
    assert proposed.fitting[0] == "zh-common"
    found = mappings.seen(ctx, path, "zh-common", proposed.proposal)
    assert found.header == tuple(HEADER.split(","))
    assert [", ".join(map(str, taken)) for taken in found.taken] == [
        *("report number", "line of business", "time of loss", "place of loss, in words", ""),
        "estimated loss, in yuan",
    ]
    assert len(found.rows) == 10
    assert found.rows[0] == ("A1", "车险", "2017-07-20 08:00", "郑州市金水区花园路**号", "张**", "1.5")
    assert (found.refused, found.unread_money) == ((), ())


def test_a_mapping_that_contradicts_the_file_s_unit_does_not_fit_and_says_both_units(
    ctx: Context, tmp_path: Path
) -> None:
    path = file(tmp_path, "河南分公司报案清单,,,单位：万元", HEADER)
    proposed = mappings.propose(ctx, path)
    assert proposed.fitting == ()
    assert (proposed.draft.units, proposed.questions) == ({"estimated_minor": "wan"}, ())
    assert proposed.to_json()["units_said"] == {"estimated_minor": "单位：万元"}
    (aside,) = proposed.against  # beside the proposal, which has taken the unit: nothing is left to be done
    assert str(aside) == (
        "Mapping zh-common is not used here: it reads 估损金额 in yuan, and the file says “单位：万元”."
    )
    wrong = replace(proposed.draft, units={"estimated_minor": "yuan"})
    (asked,) = mappings.open_questions(proposed, wrong)
    assert str(asked).startswith("The file says “单位：万元” of 估损金额, but it would be read in yuan")
    (why,) = mappings.seen(ctx, path, "zh-common", proposed.proposal).refused
    assert "“单位：万元”" in str(why)
    assert "reads 估损金额 in yuan" in str(why)
    mappings.save(ctx, "河南", proposed.draft)
    assert mappings.propose(ctx, path).fitting == ("河南",)


def test_two_units_over_the_header_are_a_question(ctx: Context, tmp_path: Path) -> None:
    proposed = mappings.propose(ctx, file(tmp_path, "单位：元/万元", HEADER))
    assert proposed.draft.units == {}
    assert [str(q) for q in proposed.questions] == ["In which unit is 估损金额? Units are never guessed."]


def test_a_foreign_currency_over_the_header_is_the_draft_s(ctx: Context, tmp_path: Path) -> None:
    draft = mappings.propose(ctx, file(tmp_path, "单位：万美元", HEADER)).draft
    assert (draft.units, draft.currency) == ({"estimated_minor": "wan"}, "USD")


MESSAGES = "报案号,操作,操作时间,{amount}\n"
STEPS = (
    *("A1,定损,2017-07-21 10:00,15000", "A1,支付,2017-07-22 10:00,12000", "A2,预付,2017-07-22 11:00,500"),
    *("A3,注销,2017-07-22 12:00,800", "A4,核赔,2017-07-22 13:00,700", "A5,金额更新,2017-07-22 14:00,900"),
)


def messages(tmp_path: Path, amount: str = "金额", steps: tuple[str, ...] = STEPS) -> Path:
    path = tmp_path / "m.csv"
    path.write_text(MESSAGES.format(amount=amount) + "\n".join(steps) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def known(ctx: Context, tmp_path: Path) -> Context:
    import_claims(ctx, file(tmp_path, HEADER, rows=4), mapping_named(ctx, "zh-common"))
    return ctx


def amounts(ctx: Context, number: str) -> list[tuple[str, int | None, int | None]]:
    from emergency.store import messages as stored

    with ctx.store.read() as connection:
        told = stored.history(connection, "zh-common", number)
    return [(m["kind"], m["estimated_minor"], m["paid_minor"]) for m in told]


def test_one_column_of_amounts_is_what_its_step_says_and_nothing_is_dropped_silently(
    known: Context, tmp_path: Path
) -> None:
    found = import_records(known, messages(tmp_path), mapping_named(known, "zh-messages"))
    assert (found.rows, found.new, found.rejected) == (6, 5, 1)
    assert amounts(known, "A1") == [("assessed", 1_500_000, None), ("paid", None, 1_200_000)]
    assert amounts(known, "A2") == [("advance", None, 50_000)]
    assert amounts(known, "A4") == [("approved", 70_000, None)]
    assert [(f.code, f.row_numbers, f.value) for f in found.flags] == [("amount_left", (4,), "800")]
    assert [(r.code, r.field, r.row_numbers) for r in found.rejects] == [("which_amount", "金额", (6,))]


def test_a_column_of_its_own_wins_over_the_column_for_all_steps(known: Context, tmp_path: Path) -> None:
    path = messages(tmp_path, "估损金额,金额", ("A1,定损,2017-07-21 10:00,9,15000", "A2,定损,2017-07-21 10:00,,15000"))
    import_records(known, path, mapping_named(known, "zh-messages"))
    assert amounts(known, "A1") == [("assessed", 900, None)]
    assert amounts(known, "A2") == [("assessed", 1_500_000, None)]


def test_two_payments_in_one_column_are_a_doubt(known: Context, tmp_path: Path) -> None:
    path = messages(tmp_path, "金额", ("A1,预付,2017-07-21 10:00,5", "A1,支付,2017-07-22 10:00,9"))
    found = import_records(known, path, mapping_named(known, "zh-messages"))
    assert found.doubts[0].startswith("A1: 2 payments carry an amount; the newest counts as paid to date.")


def test_messages_in_another_unit_than_the_shipped_mapping_s_are_proposed_in_theirs(
    known: Context, tmp_path: Path
) -> None:
    proposed = mappings.propose(known, messages(tmp_path, "金额(万元)"))
    assert proposed.proposal.rows_are == "messages"
    assert (proposed.fitting, proposed.draft.units) == ((), {"amount_minor": "wan"})
    assert str(mappings.warnings(proposed)[0]).startswith("金额(万元) is taken by the step of its row")


def test_a_mapping_that_reads_no_amount_of_a_file_with_amounts_does_not_fit(known: Context, tmp_path: Path) -> None:
    path = messages(tmp_path, "环节发生额(元)")
    proposed = mappings.propose(known, path)
    assert "zh-messages" not in proposed.fitting
    assert mappings.seen(known, path, "zh-messages", proposed.proposal).unread_money == ("环节发生额(元)",)
    found = import_records(known, path, mapping_named(known, "zh-messages"))
    assert [(f.code, f.field) for f in found.flags] == [("unread_money", "环节发生额(元)")]


def test_messages_that_wait_are_counted_by_source_until_their_claim_comes(known: Context, tmp_path: Path) -> None:
    assert waiting_messages(known) == ()
    steps = ("B1,立案,2017-07-21 10:00,", "B1,支付,2017-07-22 10:00,9", "B2,立案,2017-07-21 10:00,", STEPS[0])
    import_records(known, messages(tmp_path, "金额", steps), mapping_named(known, "zh-messages"))
    (one,) = waiting_messages(known)
    assert (one.source, one.messages, one.claims, one.numbers, one.elsewhere) == ("zh-common", 3, 2, ("B1", "B2"), {})
    assert one.since == known.now()
    path = tmp_path / "b.csv"
    path.write_text("report_no,loss_at\nB1,2017-07-20\n")
    import_claims(known, path, mapping_named(known, "plain"))
    (one,) = waiting_messages(known)
    assert (one.messages, one.looked_for, one.elsewhere) == (3, 2, {"plain": 1})
    assert (likely_source(known, ["A1", "A2", "B1 "]), likely_source(known, ["B1", "Z9"])) == ("zh-common", "plain")
    assert likely_source(known, ["Z9"]) == ""
    path.write_text(HEADER + "\n" + ROW.format(n=1).replace("A1", "B1") + "\n", encoding="utf-8")
    import_claims(known, path, mapping_named(known, "zh-common"))
    assert [(w.messages, w.claims, w.numbers) for w in waiting_messages(known)] == [(1, 1, ("B2",))]
