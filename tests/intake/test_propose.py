"""Strange files are understood from their headers and cells, and what they leave open is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emergency.domain.gcj02 import to_gcj02, to_wgs84
from emergency.intake.columns import Column
from emergency.intake.faults import FileFault
from emergency.intake.joins import Joins
from emergency.intake.masking import kind_of, masked_name, masked_number, masked_rows, scrub
from emergency.intake.propose import Names, Proposal
from emergency.intake.propose import propose as propose_columns
from emergency.intake.units import said_unit
from emergency.library.mapping import load_mapping, load_synonyms
from tests.intake.files import MAPPINGS, mapping, read, write

SYNONYMS = load_synonyms(MAPPINGS / "synonyms.yaml")
HEADER = (
    "序号",
    "客户报案流水号",
    "险别名称",
    "灾害发生的时间",
    "接到报案时间",
    "受灾标的地址",
    "预估损失（万元）",
    "联系手机",
)
ROWS = (
    (
        "1",
        "ZA2021100001",
        "机动车损失保险",
        "2021年7月20日 4时05分",
        "2021/7/22 9:30",
        "郑州市金水区1号",
        "1.5",
        "13812345678",
    ),
    (
        "2",
        "ZA2021100002",
        "家庭财产综合险",
        "2021年7月20日 6时15分",
        "2021/7/22 9:40",
        "郑州市二七区2号",
        "0.7",
        "13912345678",
    ),
    (
        "3",
        "ZA2021100003",
        "机动车损失保险",
        "2021年7月21日 7时00分",
        "2021/7/22 9:50",
        "巩义市米河镇",
        "2",
        "13712345678",
    ),
)


def words() -> dict[str, Column]:
    raw = load_mapping(MAPPINGS / "zh-common.mapping.yaml")["columns"]
    return {n: Column(n, values=raw[n]["values"], contains=raw[n].get("contains", {})) for n in ("line", "status")}


def names() -> dict[str, Names]:
    against = SYNONYMS["against"]
    joins = Joins(**SYNONYMS["joins"])
    clocks = replace(joins, places=())
    others = {kind: Names(columns, {}, against, clocks) for kind, columns in SYNONYMS["record_columns"].items()}
    return {"claims": Names(SYNONYMS["columns"], SYNONYMS["signs"], against, joins), **others}


def propose(path: Path, encoding: str = "") -> Proposal:
    return propose_columns(path, names(), words(), encoding)


def headers(found: Proposal) -> dict[str, str]:
    return {column: guess.header for column, guess in found.columns.items()}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_headers_nobody_has_seen_are_proposed_from_their_parts_and_cells(tmp_path: Path, encoding: str) -> None:
    found = propose(write(tmp_path / "c.csv", HEADER, *ROWS, encoding=encoding))
    assert headers(found) == {
        "report_no": "客户报案流水号",
        "line": "险别名称",
        "loss_at": "灾害发生的时间",
        "reported_at": "接到报案时间",
        "place": "受灾标的地址",
        "estimated_minor": "预估损失（万元）",
    }
    assert found.units == {"estimated_minor": "wan"}
    assert found.unknown == ("序号", "联系手机")
    assert found.sure_of_encoding


def test_the_usual_headers_are_each_themselves(tmp_path: Path) -> None:
    names = {
        "报案号": "report_no",
        "出险时间": "loss_at",
        "报案时间": "reported_at",
        "险种": "line",
        "案件状态": "status",
    }
    found = propose(
        write(
            tmp_path / "c.csv",
            names,
            ("A1x", "2021-07-20", "2021-07-21", "车险", "已报案"),
            *[("B2x",) + ("",) * 4] * 2,
        )
    )
    assert headers(found) == {column: header for header, column in names.items()}


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("预计赔付金额（万元）", "wan"),
        ("估损金额(单位：万元)", "wan"),
        ("估损（人民币万元）", "wan"),
        ("估损万元", "wan"),
        ("估损金额_元", "yuan"),
        ("估损金额/亿元", "yi"),
        ("估损金额（千元）", "thousand"),
        ("估损百万元", "million"),
        ("估损十万元", ""),
        ("预计损失万美元", "wan"),
        ("估损金额(万)", "wan"),
        ("損失金額（萬元）", "wan"),
        ("Reserve ($000s)", "thousand"),
        ("Loss, in thousands of dollars", "thousand"),
        ("金额 (RMB 10,000)", "wan"),
        ("depth (m)", ""),
        ("Loss Estimate (USD)", "usd"),
        ("loss_usd", "usd"),
        ("Paid US$", "usd"),
        ("估损（元）（含税）", "yuan"),
        ("单元", ""),
        ("估损金额", ""),
    ],
)
def test_a_header_says_its_unit_in_many_ways_and_an_unknown_one_is_none(header: str, unit: str) -> None:
    assert said_unit(header) == unit


def test_a_unit_that_no_header_names_is_left_open(tmp_path: Path) -> None:
    found = propose(write(tmp_path / "c.csv", ("报案号", "出险时间", "估损金额"), ("A123", "2021-07-20", "3")))
    assert "estimated_minor" in found.columns
    assert not found.units


def test_a_big5_file_is_not_taken_for_gb18030_but_shown_both_ways(tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", ("報案號", "出險時間", "地點"), ("A123", "2021-07-20", "臺北"), encoding="big5")
    found = propose(path)
    assert not found.sure_of_encoding
    assert {r.encoding for r in found.readings} >= {"gb18030", "big5"}
    assert propose(path, "big5").reading.header == ("報案號", "出險時間", "地點")


def test_cells_that_are_no_times_are_not_proposed_as_one(tmp_path: Path) -> None:
    found = propose(
        write(tmp_path / "c.csv", ("报案号", "出险时间", "险种"), ("A123", "夜里", "车险"), ("A124", "早上", "车险"))
    )
    assert "loss_at" not in found.columns


def test_exchanged_coordinates_are_noticed_and_put_right(tmp_path: Path) -> None:
    found = propose(
        write(tmp_path / "c.csv", ("报案号", "出险时间", "经度", "纬度"), ("A123", "2021-07-20", "34.7", "113.6"))
    )
    assert found.swapped
    assert headers(found)["lon"] == "纬度"


@pytest.mark.parametrize(
    ("cell", "parts"), [("113.62,34.75", (1, 2)), ("34.75，113.62", (2, 1)), ("(29.7, -95.3)", (2, 1))]
)
def test_both_coordinates_in_one_cell_are_taken_apart(tmp_path: Path, cell: str, parts: tuple[int, int]) -> None:
    found = propose(write(tmp_path / "c.csv", ("报案号", "出险时间", "经纬度"), ("A123", "2021-07-20", cell)))
    assert (found.columns["lon"].part, found.columns["lat"].part) == parts


def test_a_pair_of_coordinates_becomes_a_point(tmp_path: Path) -> None:
    lon, lat = Column("lon", ("gps",), part=1), Column("lat", ("gps",), part=2)
    plain = mapping("plain")
    by = mapping("plain", columns={**plain.columns, "lon": lon, "lat": lat})
    found = read(write(tmp_path / "c.csv", ("report_no", "loss_at", "gps"), ("A", "2021-07-20", "113.62, 34.75")), by)
    assert (found.column("lon"), found.column("lat")) == ([113.62], [34.75])


def test_points_of_a_chinese_web_map_are_put_back_where_they_are(tmp_path: Path) -> None:
    path = write(
        tmp_path / "c.csv", ("report_no", "loss_at", "lon", "lat"), ("A", "2021-07-20", "116.4102445", "39.9164043")
    )
    found = read(path, mapping("plain", coordinates="gcj02"))
    # The example point of the public implementations: WGS84 116.404, 39.915.
    assert found.column("lon")[0] == pytest.approx(116.404, abs=1e-6)
    assert found.column("lat")[0] == pytest.approx(39.915, abs=1e-6)


def test_there_and_back_is_where_one_was_and_other_countries_are_not_shifted() -> None:
    lon, lat = np.array([113.6, 91.1, -95.4, np.nan]), np.array([34.7, 29.6, 29.8, 1.0])
    back = to_wgs84(*to_gcj02(lon, lat))
    np.testing.assert_allclose(back, (lon, lat), atol=1e-8)
    assert to_gcj02(lon, lat)[0][2] == -95.4


@pytest.mark.parametrize(
    ("cells", "order"), [(("7/20/2021", "8/13/2021"), "mdy"), (("20/7/2021",), "dmy"), (("7/8/2021",), "")]
)
def test_the_order_of_dates_is_proposed_only_where_one_order_fits(
    tmp_path: Path, cells: tuple[str, ...], order: str
) -> None:
    path = write(tmp_path / "c.csv", ("claim no", "date of loss"), *((f"A{i}23", cell) for i, cell in enumerate(cells)))
    assert propose(path).date_order == order


def test_json_and_geojson_are_tables_too(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"data": [{"报案号": "A123", "损失": {"出险时间": "2021-07-20"}}, {"报案号": "B123"}]}))
    assert propose(path).reading.header == ("报案号", "损失.出险时间")
    point = {"type": "Point", "coordinates": [113.6, 34.7]}
    feature = {"type": "Feature", "geometry": point, "properties": {"报案号": "A1", "出险时间": "2021-07-20"}}
    path = tmp_path / "c.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    found = read(path, mapping("zh-common", columns=_with_points()))
    assert (found.column("report_no"), found.column("lon")) == (["A1"], [113.6])


def _with_points() -> dict[str, Column]:
    columns = mapping("zh-common").columns
    return {**columns, "lon": Column("lon", ("longitude",)), "lat": Column("lat", ("latitude",))}


def test_a_file_without_a_table_says_so(tmp_path: Path) -> None:
    path = tmp_path / "c.txt"
    path.write_text("hello\nworld\n")
    with pytest.raises(FileFault, match="holds no table"):
        propose(path)


# -- what of a person is shown ---------------------------------------------------------------------


def test_no_preview_names_a_person() -> None:
    header = ("报案人", "报案人电话", "被保险人", "证件号码", "备注", "出险地点")
    row = ("张三", "13812345678", "欧阳修文", "110101199003070029", "联系13912345678, a.b@c.cn", "郑州市金水区1号")
    shown = masked_rows(header, [row], SYNONYMS["personal"])[0]
    assert shown == [
        "张*",
        "138****5678",
        "欧阳**",
        "110***********0029",
        "联系139****5678, a***@c.cn",
        "郑州市金水区**号",
    ]


@pytest.mark.parametrize(
    ("header", "cell", "shown"),
    [
        ("出事地方", "金水区花园路12号3-302", "金水区花园路**号**-**"),
        ("说明", "家住十二里屯5组8号，水深1.5米", "家住十二里屯**组**号，水深1.5米"),
        ("说明", "107国道12公里处积水", "107国道12公里处积水"),
        ("说明", "花园小区十二号楼二单元", "花园小区**号楼**单元"),
        ("Remarks", "flooded at 4521 N Lamar Blvd Apt 12B", "flooded at ** N Lamar Blvd Apt **"),
        ("Remarks", "call (713) 555-0123, SSN 123-45-6789", "call 713-***-0123, SSN ***-**-6789"),
        ("说明", "张伟 138 1234 5678 豫A12345", "张* 138****5678 豫A***45"),
        ("说明", "2026-07-21 04:05 雨量 201.9 毫米", "2026-07-21 04:05 雨量 201.9 毫米"),
    ],
)
def test_what_leads_to_a_person_is_masked_in_every_column(header: str, cell: str, shown: str) -> None:
    assert masked_rows([header], [[cell]], SYNONYMS["personal"]) == [[shown]]


def test_a_place_is_masked_by_what_its_column_is_read_as() -> None:
    rows = [["3栋2201"]]
    assert masked_rows(["何处"], rows, SYNONYMS["personal"], {"何处": "place"}) == [["**栋**"]]


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["王小明", "李四", "欧阳修文", "赵六"], ["王**", "李*", "欧阳**", "赵*"]),
        (["Anna Smith", "Bo Li", "Kim, Ada"], ["A*** S****", "B* L*", "K*** A**"]),
        (["金水区", "管城区", "高新区"], ["金水区", "管城区", "高新区"]),
        (["暴雨", "洪水", "滑坡"], ["暴雨", "洪水", "滑坡"]),
        (["高空坠物"] * 4 + ["施工"] * 4, ["高空坠物"] * 4 + ["施工"] * 4),  # persons do not come back so often
    ],
)
def test_a_column_of_names_is_known_by_its_cells(cells: list[str], shown: list[str]) -> None:
    rows = [[cell] for cell in cells]
    found = masked_rows(["经办"], rows, SYNONYMS["personal"], looked_at=rows)
    assert [row[0] for row in found] == shown


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("报案人", "name"),
        ("报案人电话", "number"),
        ("车牌号码", "number"),
        ("Insured name", "name"),
        ("报案号", ""),
        ("出险地点", "place"),
        ("出险原因", ""),
    ],
)
def test_personal_columns_are_known_by_their_headers(header: str, kind: str) -> None:
    assert kind_of(header, SYNONYMS["personal"]) == kind


def test_short_numbers_and_plain_text_keep_nothing_that_identifies() -> None:
    assert masked_number("豫A12345") == "*****45"
    assert masked_name("Anna Smith") == "A*** S****"
    assert scrub("卡6222021234567890123, 水深1.5米") == "卡6222********0123, 水深1.5米"


@pytest.mark.parametrize(
    ("header", "rows", "kind", "columns"),
    [
        (
            ("赔案号", "处理环节", "操作时间", "定损金额(元)", "备注"),
            (("PA1001", "立案", "2021-07-20 10:00", "", ""), ("PA1001", "查勘", "2021-07-21 10:00", "3000", "积水")),
            "messages",
            {"report_no", "kind", "at", "estimated_minor", "note"},
        ),
        (
            ("地市", "险种名称", "有效保单数", "总保额(亿元)", "自留比例"),
            (("郑州市", "车险", "1200", "3.2", "60%"), ("新乡市", "车险", "800", "1.1", "100%")),
            "policies",
            {"region_given", "line", "policies", "sum_insured_minor", "own_share"},
        ),
        (
            ("地区", "遇难人数", "失踪人数", "截止时间", "发布单位"),
            (("郑州市", "25", "7", "2021-07-21 18:00", "省应急厅"),),
            "casualties",
            {"region_given", "dead", "missing", "as_of", "said_by"},
        ),
        (
            ("报案号", "险种", "出险时间", "出险地点", "案件状态", "已付金额(元)"),
            (
                ("A1001", "车险", "2021-07-20", "郑州市", "已立案", "3"),
                ("A1002", "车险", "2021-07-20", "郑州市", "结案", "3"),
            ),
            "claims",
            {"report_no", "line", "loss_at", "place", "status", "paid_minor"},
        ),
    ],
)
def test_what_a_row_of_a_file_is_is_found_out(
    header: tuple[str, ...], rows: tuple[tuple[str, ...], ...], kind: str, columns: set[str], tmp_path: Path
) -> None:
    tables = {
        name: Column(name, values=values)
        for name, values in (
            ("kind", load_mapping(MAPPINGS / "zh-messages.mapping.yaml")["columns"]["kind"]["values"]),
            ("line", {"车险": "motor"}),
            ("status", {"已立案": "registered", "结案": "closed"}),
        )
    }
    path = write(tmp_path / "f.csv", header, *rows)
    found = propose_columns(path, names(), tables)
    assert found.rows_are == kind
    assert set(found.columns) == columns
    # A person may say otherwise.
    assert propose_columns(path, names(), tables, rows_are="claims").rows_are == "claims"


def test_headers_made_of_other_words_are_proposed_by_their_parts(tmp_path: Path) -> None:
    header = ("序号", "案件受理编码", "损失发生时刻", "客户来电时刻", "经度/纬度", "预计赔付(万元)", "案件进展")
    row = ("1", "SL2026000001", "46224.94", "2026-07-21 07:17", "113.62，34.71", "4.3", "已报案")
    found = propose(write(tmp_path / "f.csv", header, row, (row[0], "SL2026000002", *row[2:]), encoding="gb18030"))
    assert headers(found) == {
        "report_no": "案件受理编码",
        "loss_at": "损失发生时刻",
        "reported_at": "客户来电时刻",
        "lon": "经度/纬度",
        "lat": "经度/纬度",
        "estimated_minor": "预计赔付(万元)",
        "status": "案件进展",
    }
    assert found.units == {"estimated_minor": "wan"}


def test_an_encoding_no_header_proves_is_for_a_person_to_choose(tmp_path: Path) -> None:
    header, row = ("甲", "乙", "丙"), ("赵", "钱", "孙")
    found = propose(write(tmp_path / "f.csv", header, row, encoding="gb18030"))
    assert not found.sure_of_encoding
    assert {r.encoding for r in found.readings} >= {"gb18030", "cp1252"}
