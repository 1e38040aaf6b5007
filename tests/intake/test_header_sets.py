"""Headers as claims lists really have them: each is proposed as its column, or as none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emergency.intake.propose import Proposal, of_sample
from emergency.intake.sniff import Sample
from tests.intake.test_propose import names, words


def _lists(name: str) -> list[str]:
    return [line for line in Path(__file__).with_name(name).read_text("utf-8").splitlines() if line[:1] != "#"]


LINES = _lists("header_sets.txt")
RECORDS = _lists("record_sets.txt")
# A cell of each column and of each shape that is none of them; {n} is the row.
CELLS = {
    "report_no": "PA2026070{n}0017",
    "policy_no": "PDAA20263201{n}",
    "line": "车险",
    "cause": "暴雨",
    "loss_at": "2026-07-2{n} 04:05",
    "reported_at": "2026-07-2{n} 09:30",
    "channel": "电话",
    "place": "郑州市金水区花园路{n}号",
    "region_given": "41010{n}",
    "lon": "113.6{n}",
    "lat": "34.7{n}",
    "point": "113.6{n},34.7{n}",
    "policy_from": "2026-01-0{n}",
    "policy_until": "2026-12-2{n}",
    "currency": "CNY",
    "estimated_minor": "{n}2.5",
    "paid_minor": "{n}.3",
    "injured": "0",
    "dead": "0",
    "status": "已立案",
    "kind": "已立案",
    "at": "2026-07-2{n} 11:05",
    "outstanding_minor": "{n}1.5",
    "note": "等待材料",
    "policies": "{n}20",
    "sum_insured_minor": "{n}500",
    "own_share": "60%",
    "as_of": "2026-07-2{n} 18:00",
    "missing": "1",
    "said_by": "省应急厅",
    "~text": "城东支公司",
    "~clock": "1{n}:30",
    "~number": "{n}",
    "~date": "2026-07-2{n}",
    "~name": "王小{n}",
    "~phone": "1381234567{n}",
    "~id": "41010519900307{n}029",
}


def wanted(line: str) -> dict[str, str]:
    """Header -> column or shape."""
    return dict(re.findall(r"(\S.*?)=(\S+)", line))


def proposed(line: str, kind: str = "claims") -> Proposal:
    header = wanted(line)
    rows = tuple(tuple(CELLS[_shape(what)].format(n=n) for what in header.values()) for n in (1, 2, 3))
    sample = Sample("utf-8", tuple(header), rows, known=len(header), proved=True)
    return of_sample("text", (sample,), kind, names()[kind], words())


def _shape(what: str) -> str:
    """A time of day that belongs to a column is a clock: ``loss_at+clock``."""
    return "~clock" if what.endswith("+clock") else what


def misread(line: str, kind: str = "claims") -> dict[str, tuple[str, str]]:
    """Header -> (what it is, what it was proposed as), where the two differ."""
    found: dict[str, str] = {}
    for column, guess in proposed(line, kind).columns.items():
        found |= dict.fromkeys(guess.headers, "point" if guess.part else column)
    right = {header: "" if what[0] == "~" else what.removesuffix("+clock") for header, what in wanted(line).items()}
    return {header: (what, found.get(header, "")) for header, what in right.items() if found.get(header, "") != what}


@pytest.mark.parametrize("line", LINES, ids=range(1, len(LINES) + 1))
def test_each_header_of_a_list_is_its_column_or_none(line: str) -> None:
    assert not misread(line)


@pytest.mark.parametrize("line", RECORDS, ids=range(1, len(RECORDS) + 1))
def test_each_header_of_a_list_of_messages_policies_or_casualties_is_its_column(line: str) -> None:
    kind, _, headers = line.partition(": ")
    assert not misread(headers, kind)


def test_each_kind_of_list_is_tried_on_ten() -> None:
    kinds = [line.partition(":")[0] for line in RECORDS]
    assert {kind: kinds.count(kind) for kind in kinds} == {"messages": 10, "policies": 10, "casualties": 10}


def test_there_are_enough_lists_to_say_so() -> None:
    assert len(LINES) >= 60
    assert sum(len(wanted(line)) for line in LINES) >= 400


@pytest.mark.parametrize("header", ["预计赔付金额（万元）", "预估已付", "未决赔款", "拟支付金额", "应付赔款", "待付额"])
def test_money_still_to_be_paid_is_never_proposed_as_paid(header: str) -> None:
    assert "paid_minor" not in proposed(f"报案号=report_no {header}=estimated_minor").columns


@pytest.mark.parametrize("header", ["已付估损", "已支付金额", "实付赔款", "实赔金额", "实际赔付金额", "Paid loss"])
def test_money_paid_is_never_proposed_as_estimated(header: str) -> None:
    assert "estimated_minor" not in proposed(f"报案号=report_no {header}=paid_minor").columns
