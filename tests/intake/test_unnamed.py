"""Where and when it happened are found under headers nobody has seen, and a person is told to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from emergency.intake.propose import Proposal
from emergency.intake.propose import propose as propose_columns
from emergency.intake.unnamed import asks
from tests.intake.files import write
from tests.intake.test_propose import SYNONYMS, headers, names, words

PLACES = ("河南省郑州市金水区花园路12号", "新乡市卫辉市南环路3号", "巩义市米河镇小里河村")
TIMES = ("2026-07-20 14:30", "2026年7月20日下午5点半", "20260721 04:10:00")
OTHER = ("河南省洛阳市涧西区南昌路8号", "安阳市文峰区文明大道1号", "鹤壁市淇滨区黎阳路2号")


def located(texts: Sequence[str]) -> float:
    return sum(text in ("郑州", "新乡", "焦作") for text in texts) / len(texts)


def propose(path: Path) -> Proposal:
    claims = replace(names()["claims"], questions=SYNONYMS["questions"], located=located)
    return propose_columns(path, {**names(), "claims": claims}, words())


def of(tmp_path: Path, **columns: Sequence[str]) -> Proposal:
    rows = [(f"PA10{n}", *cells) for n, cells in enumerate(zip(*columns.values(), strict=True))]
    return propose(write(tmp_path / "c.csv", ("报案号", *columns), *rows))


def test_spoken_headers_are_found_by_what_they_ask_and_marked_doubtful(tmp_path: Path) -> None:
    told = ("2026-07-22", "2026-07-22", "2026-07-23")
    found = of(tmp_path, 啥时候出事=TIMES, 啥时候报的案=told, 在哪出的事=PLACES, 保的啥=("车险", "家财险", "企财险"))
    assert headers(found) == {
        "report_no": "报案号",
        "loss_at": "啥时候出事",
        "reported_at": "啥时候报的案",
        "place": "在哪出的事",
        "line": "保的啥",
    }
    assert {column for column, guess in found.columns.items() if guess.by_cells} == set(headers(found)) - {"report_no"}


@pytest.mark.parametrize(
    "cells",
    [
        PLACES,
        ("郑州", "新乡", "焦作"),
        ("金水区", "卫辉市", "米河镇"),
        ("花园路12号", "南环路与东环路交叉口", "人民路"),
        ("1200 Main St, Houston", "5 Bay Ave", "Galveston, TX"),
    ],
)
def test_addresses_are_known_under_any_header(tmp_path: Path, cells: Sequence[str]) -> None:
    found = of(tmp_path, 出险时间=TIMES, 栏甲=cells)
    assert (headers(found).get("place"), found.columns["place"].by_cells) == ("栏甲", True)


@pytest.mark.parametrize(
    "cells",
    [
        ("郑州市金水支公司", "新乡市分公司", "卫辉市营业部"),
        ("暴雨", "洪水", "暴雨"),
        ("已联系客户，地下车库进水，等待查勘。", "客户在外地。", "水深1.5米。"),
        ("PD20260101", "PD20260102", "PD20260103"),
        ("张三", "李四", "王五"),
        ("金水区", "金水区", "金水区"),  # a branch as well as a place: nothing tells
    ],
)
def test_what_is_no_address_is_not_taken_for_one(tmp_path: Path, cells: Sequence[str]) -> None:
    assert "place" not in of(tmp_path, 出险时间=TIMES, 栏甲=cells).columns


def test_of_two_columns_of_addresses_none_is_guessed_unless_one_asks_where(tmp_path: Path) -> None:
    assert "place" not in of(tmp_path, 出险时间=TIMES, 栏甲=PLACES, 栏乙=OTHER).columns
    assert headers(of(tmp_path, 出险时间=TIMES, 栏甲=PLACES, 哪儿淹的=OTHER))["place"] == "哪儿淹的"


@pytest.mark.parametrize("header", ["客户家庭地址", "联系人住哪", "收款人开户行"])
def test_where_a_customer_lives_is_not_where_it_happened(tmp_path: Path, header: str) -> None:
    found = of(tmp_path, 出险时间=TIMES, **{header: PLACES})
    assert "place" not in found.columns


def test_a_question_whose_cells_answer_something_else_is_not_taken(tmp_path: Path) -> None:
    found = of(tmp_path, 啥时候出事=("夜里", "早上", "不知道"), 在哪出的事=("123456", "234567", "345678"))
    assert set(found.columns) == {"report_no"}


@pytest.mark.parametrize(
    ("header", "column"), [("When did it happen", "loss_at"), ("啥时候报的", "reported_at"), ("发生在哪里", "place")]
)
def test_headers_that_ask(header: str, column: str) -> None:
    assert asks(header, SYNONYMS["questions"][column])
    assert not asks("报案号", SYNONYMS["questions"][column])
