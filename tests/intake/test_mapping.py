"""A mapping is whole, or every fault of it is said at once."""

from pathlib import Path
from typing import Any

import pytest

from emergency.domain.claim import CHANNELS, LINES, STATUSES
from emergency.intake.faults import MappingFault
from emergency.intake.mapping import claim_mapping
from emergency.intake.words import lookup
from tests.intake.files import MAPPINGS, mapping, read, write

SHIPPED = sorted(p.name.removesuffix(".mapping.yaml") for p in MAPPINGS.glob("*.mapping.yaml"))


def raw(**changes: Any) -> dict[str, Any]:
    """A small mapping in order, with changes."""
    found: dict[str, Any] = {
        "format": "mapping/1.0",
        "id": "small",
        "source": "small",
        "timezone": "Asia/Shanghai",
        "currency": "CNY",
        "constants": {"line": "motor"},
        "columns": {"report_no": "no", "loss_at": {"from": "when"}},
    }
    return {**found, **changes}


def columns(**more: Any) -> dict[str, Any]:
    return raw(columns={**raw()["columns"], **more})


def faults(wrong: dict[str, Any]) -> list[str]:
    with pytest.raises(MappingFault) as caught:
        claim_mapping(wrong, "small.mapping.yaml")
    return [str(m) for m in caught.value.messages]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_mapping_is_in_order_and_named_as_its_file(name: str) -> None:
    found = mapping(name)
    assert found.name == name
    assert set(found.title) == {"en", "zh"}
    for column, allowed in (("line", LINES), ("status", STATUSES), ("channel", CHANNELS)):
        entry = found.columns.get(column)
        # A mapping of policies or casualties may have no default: such a row is rejected instead.
        default = set() if entry is None or entry.default is None else {entry.default}
        assert not entry or {*entry.values.values(), *entry.contains.values(), *default} <= set(allowed)


def test_the_shipped_mappings_are_these() -> None:
    assert {"nfip-v2", "plain", "zh-common"} <= set(SHIPPED)


def test_a_small_mapping_reads_a_small_file(tmp_path: Path) -> None:
    found = read(write(tmp_path / "c.csv", ("no", "when"), ("A", "2021-07-20")), claim_mapping(raw(), "small"))
    assert (found.column("line"), found.column("currency")) == (["motor"], ["CNY"])


def test_all_faults_of_a_file_are_said_at_once() -> None:
    said = faults(raw(format="drill/1.0", timezone="China", currency="yuan", colour="red", columns={"report_no": "no"}))
    assert said == [
        "small.mapping.yaml: colour is not known here; allowed: format, kind, id, version, title, source, regions, "
        "timezone, currency, encoding, date_order, absent, coordinates, columns, constants",
        "small.mapping.yaml: format: must be mapping/1.0, found drill/1.0",
        "small.mapping.yaml: timezone: China is no IANA time zone; write it like Asia/Shanghai",
        "small.mapping.yaml: currency: yuan is no ISO 4217 code; write it like CNY",
    ]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (raw(columns={"report_no": "no"}), "columns: loss_at is missing"),
        (raw(columns={}), "columns: is missing"),
        (raw(constants={}), "columns.line: give a default, a constant or required"),
        (raw(constants={"line": "ships"}), "constants.line: ships is not one of motor, property"),
        (raw(id=""), "id: is missing: give a text"),
        (columns(colour="red"), "columns.colour: colour is no column of a claim"),
        (columns(row="n"), "columns.row: row is no column of a claim"),
        (columns(paid_minor="paid"), "columns.paid_minor.unit: is missing: units are never guessed"),
        (
            columns(paid_minor={"from": "p", "unit": "usd"}),
            "usd means USD, but the currency is CNY",
        ),
        (columns(paid_minor={"from": "p", "unit": "pound"}), "columns.paid_minor.unit: pound is not one of minor"),
        (columns(place={"from": "p", "join": ["a"]}), "columns.place: give exactly one of from, sum, join"),
        (columns(place={"from": "p", "unit": "yuan"}), "columns.place.unit: only amounts have a unit"),
        (columns(cause={"from": "c", "rules": [{}]}), "columns.cause.rules: only status has rules"),
        (columns(status={"rules": [{"is": "paid"}]}), "columns.status.rules[1]: give exactly one of filled"),
        (columns(status={"rules": [{"filled": "a", "is": "gone"}]}), "rules[1].is: gone is not one of reported"),
        (columns(channel={"from": "c", "values": {"a": "fax"}}), "columns.channel: fax is not one of phone"),
        (columns(lon={"from": "x", "digits": 5}), "columns.lon.digits: only region_given has digits"),
        (columns(cause={"from": "c", "as": "date"}), "columns.cause.as: only loss_at and reported_at"),
        (columns(paid_minor={"from": "p", "unit": "whole", "otherwise": "x"}), "only estimated_minor may fall back"),
        (raw(coordinates={"rounded_degrees": 9}), "coordinates.rounded_degrees: must be degrees from 0 to 5"),
        (raw(date_order="dym"), "date_order: dym is not one of ymd, mdy, dmy"),
        (raw(encoding="latin"), "encoding: latin is not one of"),
    ],
)
def test_each_fault_names_its_place_and_what_is_allowed(wrong: dict[str, Any], says: str) -> None:
    assert any(says in said for said in faults(wrong)), faults(wrong)


@pytest.mark.parametrize(("unit", "minor"), [("minor", 3), ("whole", 250), ("yuan", 250), ("wan", 2_500_000)])
def test_amounts_are_read_in_the_unit_the_mapping_says(tmp_path: Path, unit: str, minor: int) -> None:
    by = claim_mapping(columns(paid_minor={"from": "paid", "unit": unit}), "small")
    path = write(tmp_path / "c.csv", ("no", "when", "paid"), ("A", "2021-07-20", "2.5"), ("B", "2021-07-20", "3"))
    expected = {"minor": [2, 3]}.get(unit, [minor, minor * 6 // 5])
    assert read(path, by).column("paid_minor") == expected


def test_a_cell_may_repeat_the_column_s_unit(tmp_path: Path) -> None:
    by = claim_mapping(columns(paid_minor={"from": "paid", "unit": "wan"}), "small")
    rows = (("A", "2021-07-20", "3.5万元"), ("B", "2021-07-20", "3.5万"), ("C", "2021-07-20", "3.5元"))
    found = read(write(tmp_path / "c.csv", ("no", "when", "paid"), *rows), by)
    assert found.column("paid_minor") == [3_500_000, 3_500_000]
    assert found.codes == [(3, "other_unit")]


def test_a_word_without_default_is_a_reject(tmp_path: Path) -> None:
    by = claim_mapping(
        {**columns(line={"from": "line", "values": {"a": "motor"}}), "constants": {"line": "motor"}}, "s"
    )
    found = read(write(tmp_path / "c.csv", ("no", "when", "line"), ("A", "2021-07-20", "b")), by)
    assert found.codes == [(1, "unknown_value")]


def test_a_status_follows_from_the_first_rule_that_holds(tmp_path: Path) -> None:
    rules = [
        {"filled": ["paid", "more"], "is": "paid"},
        {"filled": ["why"], "is": "declined"},
        {"older_than_days": 10, "as_of": "as of", "is": "closed"},
    ]
    by = claim_mapping(columns(status={"rules": rules, "default": "reported"}), "small")
    header = ("no", "when", "paid", "more", "why", "as of")
    rows = (
        ("A", "2021-07-20", "1", "", "because", "2021-07-20"),
        ("B", "2021-07-20", "0.00", "-2", "", "2021-07-20"),
        ("C", "2021-07-20", "0.00", "-0", "because", "2021-07-20"),
        ("D", "2021-07-20", "", "", "", "2021-07-30"),
        ("E", "2021-07-20", "", "", "", "2021-07-30 00:00:01"),
        ("F", "2021-07-20", "", "", "", ""),  # no as-of: the moment of import, years later
    )
    found = read(write(tmp_path / "c.csv", header, *rows), by)
    assert found.column("status") == ["paid", "paid", "declined", "reported", "closed", "closed"]


ZH = ("报案号", "保单号", "险种", "出险时间", "出险地点", "报案时间", "估损金额", "已付金额")
ZH_MORE = ("经度", "纬度", "行政区划", "报案渠道", "案件状态", "出险原因", "受伤人数", "死亡人数")


def test_a_chinese_list_with_the_usual_headers(tmp_path: Path) -> None:
    row = ("甲1", "P1", "机动车辆损失保险", "2021-07-20 14:30", "农业路1号", "2021/7/20 15:05", "1.5万", "")
    more = ("113.66", "34.78", "金水区", "电话", "查勘中", "暴雨", "1人", "0")
    good = (*row[:6], "15000元", "100")
    found = read(write(tmp_path / "c.csv", (*ZH, *ZH_MORE), (*row, *more), ("甲2", *good[1:], *more)), "zh-common")
    assert found.codes == [(1, "other_unit")]
    claim = {c: found.column(c)[0] for c in found.claims.columns}
    assert (claim["line"], claim["status"], claim["channel"], claim["cause"]) == (
        "motor",
        "registered",
        "phone",
        "暴雨",
    )
    assert (claim["estimated_minor"], claim["paid_minor"], claim["injured"], claim["dead"]) == (1_500_000, 10_000, 1, 0)
    # The name of a district is no code: it joins the text of the place.
    assert (claim["region_given"], claim["place"]) == (None, "金水区 农业路1号")
    assert [(f.field, f.value, f.code) for f in found.flags] == [("行政区划", "金水区", "no_region_code")]


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("车险", "motor"),
        ("交强险", "motor"),
        ("机动车第三者责任保险", "motor"),
        ("企财险", "property"),
        ("家财险", "home"),
        ("农险", "agriculture"),
        ("农业机械综合保险", "agriculture"),
        ("工程险", "engineering"),
        ("建筑工程一切险", "engineering"),
        ("货运险", "marine"),
        ("道路货物运输保险", "marine"),
        ("船舶保险", "marine"),
        ("货车损失险", "motor"),
        ("雇主责任险", "liability"),
        ("意外险", "personal_injury"),
        ("健康险", "health"),
    ],
)
def test_chinese_lines_of_business(tmp_path: Path, word: str, line: str) -> None:
    path = write(tmp_path / "c.csv", ("报案号", "出险时间", "险种"), ("A", "2021-07-20", word))
    found = read(path, "zh-common")
    assert found.column("line") == [line]
    assert found.flags == []


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("报案", "reported"),
        ("立案", "registered"),
        ("待查勘", "registered"),
        ("查勘", "surveyed"),
        ("定损", "assessed"),
        ("核赔", "approved"),
        ("支付", "paid"),
        ("结案", "closed"),
        ("注销", "cancelled"),
        ("拒赔", "declined"),
        ("待 结案审批", "reported"),
    ],
)
def test_chinese_states_of_a_claim(tmp_path: Path, word: str, status: str) -> None:
    path = write(tmp_path / "c.csv", ("报案号", "出险时间", "险种", "案件状态"), ("A", "2021-07-20", "车险", word))
    found = read(path, "zh-common")
    assert found.column("status") == [status]
    assert [f.code for f in found.flags] == (["unknown_value"] if " " in word else [])


@pytest.mark.parametrize(
    ("cell", "digits", "code"),
    [
        ("34033", 5, "34033"),
        ("34033.0", 5, "34033"),
        ("6073", 5, "06073"),
        ("6073.0", 5, "06073"),
        ("", 5, ""),
        ("33", 5, None),
        ("00000", 5, None),
        ("410105001", 6, "410105"),
        ("410105001003", 6, "410105"),
        ("４１０１０５", 6, "410105"),
        ("4101", 6, None),
        ("金水区", 6, None),
        ("anything", None, "anything"),
    ],
)
def test_region_codes_get_their_lost_zero_back(cell: str, digits: int | None, code: str | None) -> None:
    from emergency.intake.cells import region_code

    assert region_code(cell, digits) == code


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *((w, "paid") for w in ("已付", "已支付", "赔付", "付款", "赔款支付", "已到账")),
        *((w, "registered") for w in ("立案登记", "立案完成")),
        *((w, "surveyed") for w in ("现场查勘", "视频查勘", "勘查")),
        *((w, "assessed") for w in ("理算", "核损通过")),
        *((w, "closed") for w in ("结案归档", "零结案")),
        *((w, "cancelled") for w in ("销案", "已撤案")),
        *((w, "declined") for w in ("不予赔付", "已拒赔")),
        *((w, "supplement") for w in ("补件", "补充资料")),
        *((w, "advance") for w in ("预赔", "先行赔付")),
        *((w, None) for w in ("审核", "审批", "退回", "处理中", "完成", "待查勘", "未付", "重开")),
    ],
)
def test_steps_are_known_by_their_usual_words_and_ambiguous_ones_are_left_to_a_person(
    word: str, kind: str | None
) -> None:
    assert lookup(mapping("zh-messages").columns["kind"])(word) == kind


@pytest.mark.parametrize(
    ("word", "status"),
    [("已付", "paid"), ("现场查勘", "surveyed"), ("结案归档", "closed"), ("审核中", None), ("未支付", None)],
)
def test_more_states_of_a_claim_and_ambiguous_ones_left(word: str, status: str | None) -> None:
    assert lookup(mapping("zh-common").columns["status"])(word) == status
