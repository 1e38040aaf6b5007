"""A strange file: proposed, questioned, saved under a name, brought in; and nothing about its rows is silent."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from emergency.domain.workspace import Profile
from emergency.service import mappings, placing
from emergency.service.context import Context, Refused
from emergency.service.importing import import_claims, mapping_named
from emergency.service.receipts import Receipt, flags_of, packed, reading_of, unpacked
from emergency.service.record_files import import_records
from emergency.service.running import save_profile
from emergency.store.tables import claim
from emergency.texts import Message, speaker

HENAN = Profile(
    kind="demo",
    title={"en": "Henan", "zh": "河南"},
    region_set="cn",
    region_level="city",
    timezone="Asia/Shanghai",
    currency="CNY",
)
HEADER = "案件受理编码,投保人,联系手机,损失发生时刻,险种类别,损失地点描述,预计赔付(万元),案件进展\n"
ROW = "SL{n:04d},张三丰,13812345678,2017-08-20 08:00,{line},郑州市金水区花园路12号,{amount},{status}\n"


def row(n: int, line: str = "车辆损失险", amount: str = "1.5", status: str = "已报案") -> str:
    return ROW.format(n=n, line=line, amount=amount, status=status)


@pytest.fixture
def henan(ctx: Context) -> Context:
    return save_profile(ctx, HENAN, ctx.now())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    text = HEADER + "".join(row(n) for n in range(1, 10))
    text += row(10, line="=神秘险种") + row(11, amount="约两万") + row(12, amount="15000") + row(1) + row(2, amount="9")
    path = tmp_path / "灾情报案清单0720.csv"
    path.write_text(text, encoding="gb18030")
    return path


def bring_in(ctx: Context, path: Path, name: str = "报案清单", **changes: object) -> Receipt:
    proposed = mappings.propose(ctx, path)
    assert proposed.questions == ()
    mappings.save(ctx, name, replace(proposed.draft, **changes))  # type: ignore[arg-type]
    return import_claims(ctx, path, mapping_named(ctx, name), say=speaker("zh_CN"))


def test_every_row_is_counted_and_those_to_look_at_are_named_by_kind_and_number(henan: Context, file: Path) -> None:
    found = bring_in(henan, file)
    assert (found.rows, found.new, found.duplicates, found.repeated, found.rejected) == (14, 10, 2, 2, 2)
    assert found.rows == found.new + found.updated + found.duplicates + found.rejected
    assert [(f.code, f.row_numbers, f.value) for f in found.flags] == [
        ("far_above", (12,), "15,000"),
        ("repeated", (13,), ""),
        ("repeated", (14,), "estimated_minor"),
    ]
    assert [(r.field, r.row_numbers, r.value) for r in found.rejects] == [
        ("险种类别", (10,), "=神秘险种"),
        ("预计赔付(万元)", (11,), "约两万"),
    ]
    assert (found.encoding, found.crs_source, found.mapping) == ("gb18030", "wgs84", "报案清单")


def test_the_list_of_these_rows_is_a_safe_file_in_the_readers_language(henan: Context, file: Path) -> None:
    found = bring_in(henan, file)
    assert found.rows_file
    raw = Path(found.rows_file).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert lines[0] == ["文件行号", "情况", "列", "单元格内容", "处理方式或需核对之处"]
    assert [line[0] for line in lines[1:]] == ["11", "12", "13", "14", "15"]
    assert lines[1][3] == "'=神秘险种"  # no spreadsheet runs it
    assert lines[5][4] == "与第 3 行报案号相同，已取第 3 行；两行在 估损金额 上不一致"


def test_what_was_said_of_an_import_is_kept_and_spoken_again_in_any_language(henan: Context, file: Path) -> None:
    found = bring_in(henan, file)
    kept = flags_of(henan, found.import_id)
    assert [(f.code, f.rows, f.row_numbers) for f in kept] == [(f.code, f.rows, f.row_numbers) for f in found.flags]
    assert "1,000" in speaker("zh_CN")(kept[0].note)
    reading = reading_of(henan, found.import_id)
    assert reading is not None
    assert (reading["kind"], reading["encoding"], reading["crs_source"]) == ("claims", "gb18030", "wgs84")
    assert reading_of(henan, "never") is None


def test_mended_rejects_come_in_by_the_remembered_mapping(henan: Context, file: Path, tmp_path: Path) -> None:
    found = bring_in(henan, file)
    assert found.rejects_file
    mended = tmp_path / "mended.csv"
    text = Path(found.rejects_file).read_text("utf-8-sig")
    mended.write_text(text.replace("'=神秘险种", "企财险").replace("约两万", "2"), encoding="utf-8")
    proposed = mappings.propose(henan, mended)
    assert proposed.fitting[0] == "报案清单"
    again = import_claims(henan, mended, mapping_named(henan, proposed.fitting[0]))
    assert (again.rows, again.new, again.rejected) == (2, 2, 0)
    # The whole file again changes nothing.
    third = import_claims(henan, file, mapping_named(henan, "报案清单"))
    assert (third.new, third.updated, third.duplicates) == (0, 0, 12)


def test_a_word_a_person_gives_a_meaning_is_taken_and_an_unseen_one_is_rejected(henan: Context, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(HEADER + row(1, line="神秘险种") + row(2) + row(3, line="家财险"), encoding="utf-8")
    proposed = mappings.propose(henan, path)
    assert proposed.draft.words["line"] == {"神秘险种": "", "车辆损失险": "motor", "家财险": "home"}
    words = {**proposed.draft.words, "line": {**proposed.draft.words["line"], "神秘险种": "liability", "家财险": ""}}
    found = bring_in(henan, path, words=words)
    assert (found.new, found.rejected) == (2, 1)
    assert found.rejects[0].value == "家财险"
    with henan.store.read() as connection:
        lines = dict(connection.execute(claim.select().with_only_columns(claim.c.report_no, claim.c.line)).all())
    assert lines == {"SL0001": "liability", "SL0002": "motor"}


def test_other_words_taken_by_a_default_are_flagged(henan: Context, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(HEADER + "".join(row(n) for n in range(1, 5)), encoding="utf-8")
    bring_in(henan, path, unknown={"line": "property"})
    path.write_text(HEADER + row(9, line="神秘险种"), encoding="utf-8")
    found = import_claims(henan, path, mapping_named(henan, "报案清单"))
    assert [(f.code, f.value, f.rows) for f in found.flags] == [("unknown_value", "神秘险种", 1)]


def test_no_preview_shows_a_name_a_phone_or_a_door(henan: Context, file: Path) -> None:
    shown = "".join(cell for row in mappings.propose(henan, file).rows for cell in row)
    assert "张**" in shown
    assert not any(secret in shown for secret in ("张三丰", "13812345678", "12号"))


def test_an_encoding_nobody_proved_is_a_question_until_it_is_chosen(henan: Context, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("甲,乙,丙\n赵,钱,孙\n", encoding="gb18030")
    assert "Which encoding is right?" in str(mappings.propose(henan, path).questions[0])
    chosen = mappings.propose(henan, path, "gb18030")
    assert not any("encoding" in str(q) for q in chosen.questions)
    assert chosen.header == ("甲", "乙", "丙")


def test_points_of_a_chinese_web_map_are_turned_and_their_system_is_kept(henan: Context, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    header = HEADER.strip() + ",经度,纬度\n"
    path.write_text(header + row(1).strip() + ",113.671256,34.796021\n", encoding="utf-8")
    found = bring_in(henan, path, coordinates="gcj02")
    assert found.crs_source == "gcj02"
    reading = reading_of(henan, found.import_id)
    assert reading is not None
    assert reading["crs_source"] == "gcj02"
    with henan.store.read() as connection:
        kept = connection.execute(claim.select()).one()
    assert 0.003 < 113.671256 - kept.lon < 0.009  # 300 to 700 m here
    assert -0.003 < 34.796021 - kept.lat < -0.0005


def test_messages_in_a_strange_shape_are_told_apart_and_applied_to_the_named_source(
    henan: Context, file: Path, tmp_path: Path
) -> None:
    bring_in(henan, file)
    path = tmp_path / "进展.csv"
    head = "赔案编号,处理环节,操作时间,定损金额(元),备注\n"
    path.write_text(
        head + "SL0001,查勘,2017-08-21 10:00,,\nSL0001,核赔通过,2017-08-22 10:00,18000,\n", encoding="gb18030"
    )
    proposed = mappings.propose(henan, path)
    assert proposed.proposal.rows_are == "messages"
    mappings.save(henan, "进展", replace(proposed.draft, source="报案清单"))
    found = import_records(henan, path, mapping_named(henan, "进展"))
    assert (found.rows, found.new, found.claims_changed, found.waiting) == (2, 2, 1, 0)


def test_money_nobody_can_convert_is_refused_before_anything_is_written(henan: Context, file: Path) -> None:
    proposed = mappings.propose(henan, file)
    mappings.save(henan, "报案清单", replace(proposed.draft, currency="MOP", units={"estimated_minor": "wan"}))
    with pytest.raises(Refused) as refused:
        import_claims(henan, file, mapping_named(henan, "报案清单"))
    assert "rates.csv" in str(refused.value.args[0])


def test_a_message_is_spoken_again_as_it_was() -> None:
    inner = Message(
        "{header}: {fault}", {"header": "a", "fault": Message("blank, taken as {default}", {"default": "b"})}
    )
    assert unpacked(packed(inner)) == inner


def test_a_list_in_english_from_texas_is_taken_for_what_it_is_in_an_empty_chinese_workspace(
    henan: Context, tmp_path: Path
) -> None:
    path = tmp_path / "tx.csv"
    head = "Ref,Product,Date of loss,Reported,Where,Latitude,Longitude,Loss Estimate (USD)\n"
    rows = [
        f"TX-000{n},{line},2017-03-12 0{n}:30,2017-03-13 08:00,1200 Main St Houston,29.7{n},-95.3{n},{n}000\n"
        for n, line in ((1, "Homeowners"), (2, "Auto"), (3, "Auto"))
    ]
    rows[2] = rows[2].replace("29.73,-95.33", "-95.33,29.73")
    path.write_text(head + "".join(rows))
    proposed = mappings.propose(henan, path)
    draft = proposed.draft
    assert (draft.regions, draft.currency, draft.timezone) == ("us", "USD", "America/Chicago")
    assert draft.words["line"] == {"Auto": "motor", "Homeowners": "home"}
    assert proposed.rows[0][4] == "** Main St Houston"
    mappings.save(henan, "tx", draft)
    found = import_claims(henan, path, mapping_named(henan, "tx"))
    # On 12 March 2017 the hour from two to three did not exist in Texas.
    assert [(r.code, r.row_numbers) for r in found.rejects] == [("skipped_time", (2,))]
    # Taken, and said: Texas is not on the map of Henan, and dollars are not its money.
    flags = {("exchanged", (3,)), ("outside_map", (1, 3)), ("foreign_currency", (1, 3))}
    assert {(f.code, f.row_numbers) for f in found.flags} == flags
    assert (found.new, found.unlocated) == (2, 0)


def test_an_amount_in_one_currency_in_a_file_of_another_is_a_question(henan: Context, file: Path) -> None:
    proposed = mappings.propose(henan, file)
    clash = replace(proposed.draft, units={"estimated_minor": "usd"})
    assert "make them agree" in str(mappings.open_questions(proposed, clash)[0])


# -- what a person chooses by hand ------------------------------------------------------------------


def test_one_amount_is_never_read_as_two(henan: Context, file: Path) -> None:
    proposed = mappings.propose(henan, file)
    twice = {**proposed.draft.columns, "paid_minor": "预计赔付(万元)"}
    draft = replace(proposed.draft, columns=twice, units={"estimated_minor": "wan", "paid_minor": "wan"})
    assert [str(q) for q in mappings.open_questions(proposed, draft)] == [
        "预计赔付(万元) cannot be both estimated loss and paid: choose another column for one."
    ]


def test_an_estimate_chosen_as_paid_is_said_to_be_one(henan: Context, file: Path) -> None:
    proposed = mappings.propose(henan, file)
    assert mappings.doubts(henan, proposed.draft) == ()
    columns = {c: h for c, h in proposed.draft.columns.items() if c != "estimated_minor"}
    draft = replace(proposed.draft, columns=columns | {"paid_minor": "预计赔付(万元)"})
    (doubt,) = mappings.doubts(henan, draft)
    assert str(doubt).startswith("预计赔付(万元) says 预计, but is read as paid.")


def test_rows_are_masked_by_the_columns_chosen_by_hand_too(henan: Context, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    rows = "A101,2021-07-20,3栋2201,王小明\nA102,2021-07-20,5栋1102,李四\n"
    path.write_text("报案号,出险时间,何处,经手\n" + rows, encoding="gb18030")
    proposed = mappings.propose(henan, path)
    assert [row[3] for row in proposed.rows] == ["王**", "李*"]
    shown = mappings.shown_rows(henan, proposed.proposal, {**proposed.draft.headers, "place": ("何处",)})
    assert [row[2] for row in shown] == ["**栋**", "**栋**"]
    assert mappings.shown_words(henan, "经手", ["王小明", "李四"]) == {"王小明": "王**", "李四": "李*"}
    assert mappings.shown_words(henan, "险种", ["车险", "家财险"]) == {"车险": "车险", "家财险": "家财险"}


# -- what a file spreads over several columns -------------------------------------------------------

SPREAD = "序号,案件流水,客户姓名,联系方式,省,市,区县,详细地址,出事日子,出事钟点,预计赔付金额（万元）,灾因\n"


def test_a_place_and_a_time_spread_over_columns_are_joined_located_and_saved(henan: Context, tmp_path: Path) -> None:
    path = tmp_path / "灾情.csv"
    rows = [
        "1,LS2017001,王小明,13812345678,河南省,郑州市,金水区,花园路12号,2017-08-20,14:30,1.5,暴雨",
        "2,LS2017002,李四,13912345678,河南省,郑州市,中原区,建设路3号,2017-08-20,8时05分,0.8,暴雨",
        "3,LS2017003,赵六,13712345678,河南省,新乡市,卫辉市,,2017-08-21,,2,洪水",
        "4,LS2017004,孙七,13612345678,,大连市,中山区,人民路1号,2017-08-21,0.5,2,洪水",
    ]
    path.write_text(SPREAD + "\n".join(rows) + "\n", encoding="gb18030")
    proposed = mappings.propose(henan, path)
    assert proposed.questions == ()
    assert proposed.draft.headers["place"] == ("省", "市", "区县", "详细地址")
    assert proposed.draft.headers["loss_at"] == ("出事日子", "出事钟点")
    assert proposed.rows[0][1:10] == (
        *("LS2017001", "王**", "138****5678", "河南省", "郑州市", "金水区", "花园路**号", "2017-08-20", "14:30"),
    )
    saved = mappings.save(henan, "灾情", proposed.draft).read_text("utf-8")
    assert "join:\n    - 省\n    - 市\n    - 区县\n    - 详细地址" in saved
    receipt = import_claims(henan, path, mapping_named(henan, "灾情"))
    assert (receipt.new, receipt.rejects, receipt.unlocated) == (4, (), 4)
    placing.place_by_address(henan)
    with henan.store.read() as connection:
        found = connection.execute(sa.select(claim).order_by(claim.c.report_no)).mappings().all()
    assert [(c["place"], c["region"], c["loss_at"] // 1_000_000) for c in found] == [
        ("河南省 郑州市 金水区 花园路12号", "410105", 1_503_210_600),
        ("河南省 郑州市 中原区 建设路3号", "410102", 1_503_187_500),
        ("河南省 新乡市 卫辉市", "410781", 1_503_244_800),
        ("大连市 中山区 人民路1号", "210202", 1_503_288_000),
    ]


def test_an_american_place_is_joined_with_its_county_before_its_state(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "tx.csv"
    rows = [
        "TX-0001,08/27/2017,2:30 PM,1200 Main St,Houston,Harris,TX,77002,12000\n",
        "TX-0002,08/27/2017,9:05 AM,12 Seawall Blvd,Galveston,,Texas,77550,9000\n",
        "TX-0003,08/28/2017,,5 Congress Ave,Austin,,TX,78701,4000\n",
    ]
    head = "Claim Number,Loss Date,Loss Time,Loss Address,City,County,State,Zip,Loss Estimate (USD)\n"
    path.write_text(head + "".join(rows))
    draft = mappings.propose(ctx, path).draft
    assert draft.headers["place"] == ("Loss Address", "City", "County", "State")
    assert draft.headers["loss_at"] == ("Loss Date", "Loss Time")
    mappings.save(ctx, "tx", replace(draft, regions="us"))
    receipt = import_claims(ctx, path, mapping_named(ctx, "tx"))
    placing.place_by_address(ctx)
    with ctx.store.read() as connection:
        found = connection.execute(sa.select(claim).order_by(claim.c.report_no)).mappings().all()
    # Austin lies in Travis County; there is an Austin County elsewhere: a person places that one.
    assert [c["region"] for c in found] == ["48201", "48167", None]
    assert (receipt.new, receipt.unlocated) == (3, 3)
    assert found[0]["place"] == "1200 Main St, Houston, Harris, TX"


def test_the_machine_readable_proposal_masks_words_as_the_page_does(henan: Context, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    people = "".join(f"A10{n},2021-07-20,{name}\n" for n, name in enumerate(("王小明", "李四", "赵六", "孙小美")))
    path.write_text("报案号,出险时间,险种\n" + people, encoding="gb18030")
    answer = mappings.propose(henan, path).to_json()
    assert set(answer["words"]["line"]) == {"王**", "李*", "赵*", "孙**"}
    assert "王小明" not in str(answer)
