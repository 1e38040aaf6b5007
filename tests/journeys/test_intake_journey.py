"""A coordinator is handed a GB18030 list with headers nobody has seen, and gets it onto the map without a manual."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from emergency.texts import speaker
from tests.journeys.test_walk import settled, shot

pytestmark = pytest.mark.journey
WAIT = 60_000
HEADER = (
    *("序号", "案件受理编码", "投保人", "联系手机", "损失发生时刻", "客户来电时刻", "险种类别", "损失地点描述"),
    *("经度/纬度", "预计赔付(万元)", "案件进展"),
)
GOOD = 40


def rows() -> list[list[str]]:
    """40 good rows, and eight that are each wrong in a way of their own."""
    found = []
    for i in range(1, GOOD + 1):
        loss = "46224.5" if i % 3 == 0 else "2026年7月21日 8时30分" if i % 3 == 1 else "2026/7/21 8:30"
        place = ("河南省郑州市金水区", "河南省郑州市二七区", "河南省新乡市卫滨区")[i % 3] + f"某某路{i}号"
        line = ("车辆损失险", "企财险", "家财险", "种植险")[i % 4]
        point = "" if i == 10 else "113.66210，34.79180" if i != 20 else "34.79180，113.66210"
        amount = "６．５" if i == 5 else "38000" if i == 6 else f"{1 + i % 7}.{i % 10}"
        status = ("已报案", "已立案", "已查勘", "结案")[i % 4]
        number = f"SL2026{i:06d}"
        found.append(
            [str(i), number, "张三丰", "13812345678", loss, "2026-07-21 09:10", line, place, point, amount, status]
        )

    def spoilt(column: int, cell: str, number: str = "SL2026900") -> list[str]:
        row = list(found[0])
        row[1] = f"{number}{len(found)}"
        row[column] = cell
        return row

    found.append(spoilt(4, "昨天下午"))
    found.append(spoilt(1, ""))
    found.append(spoilt(9, "约两万"))
    found.append(spoilt(6, "神秘险种"))
    found.append(spoilt(10, "流转中"))
    found.append(list(found[0]))  # the same again
    found.append([*found[1][:9], "9.99", found[1][10]])  # another text under the same number
    found.append(spoilt(4, "2099-01-01"))
    return found


class Hand:
    """Counts what a person does."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.started = page, 0, time.monotonic()

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


def figure(page: Page, label: str) -> int:
    """The number beside a label in the receipt."""
    row = page.locator(".em-table tr", has=page.locator(f"td:text-is('{label}')")).first
    expect(row).to_be_visible(timeout=WAIT)
    return int(re.sub(r"\D", "", row.locator("td").nth(1).inner_text()))


def test_a_strange_spreadsheet_is_on_the_map_and_every_row_is_accounted_for(
    server: str, open_page: Callable[..., Page], artefacts: Path, tmp_path: Path
) -> None:
    say = speaker("zh_CN")
    file = tmp_path / "灾情报案清单0721.csv"
    with file.open("w", encoding="gb18030", newline="") as opened:
        csv.writer(opened).writerows([["河南分公司7·21报案清单（内部资料）"], HEADER, *rows()])
    page = open_page(f"{server}/intake?workspace=live&lang=zh_CN", locale="zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Intake"), timeout=WAIT)
    settled(page)

    hand = Hand(page)
    page.locator("input[type=file]").set_input_files(file)
    hand.clicks += 2  # the button and the file in the dialogue
    preview = page.locator(".st-key-em-preview")
    expect(preview).to_contain_text("SL2026000001", timeout=WAIT)
    settled(page)
    # No phone, name or house number in the preview.
    assert not re.search(r"13812345678|张三丰|某某路\d+号", preview.inner_text())
    expect(page.get_by_text("神秘险种").first).to_be_visible()
    shot(page, artefacts, "intake-strange-mapping")

    hand.click(".st-key-em-mapping-action button[kind=primary]")
    expect(page.get_by_text(say("Rejected, by reason"))).to_be_visible(timeout=2 * WAIT)
    settled(page)
    shot(page, artefacts, "intake-strange-receipt")
    total = figure(page, say("in the file"))
    new, updated = figure(page, say("new")), figure(page, say("updated"))
    same = figure(page, say("duplicates: here already, unchanged"))
    repeated, rejected = figure(page, say("duplicates: repeated in the file")), figure(page, say("rejected"))
    assert (total, new, updated, same, repeated, rejected) == (GOOD + 8, GOOD, 0, 0, 2, 6)
    assert total == new + updated + same + repeated + rejected
    for told in ("昨天下午", "约两万", "神秘险种", "流转中", "2099-01-01", "38,000"):
        expect(page.locator(".em-table", has_text=told).first).to_be_visible()

    if figure(page, say("accepted without a place")):
        hand.click(".st-key-place-by-address button")
        expect(page.get_by_text(say("Every claim has a place."))).to_be_visible(timeout=WAIT)
        settled(page)
    hand.click(".st-key-see-map button")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("Situation"), timeout=WAIT)
    expect(page.locator(".dispatch-map canvas").first).to_be_visible(timeout=WAIT)
    settled(page)
    print(
        f"\nstrange spreadsheet → map: {hand.clicks} clicks, {hand.seconds:.0f} s (browser and server on this machine)"
    )
    shot(page, artefacts, "intake-strange-map")
    expect(page.get_by_text(re.compile("金水区|郑州")).first).to_be_visible(timeout=WAIT)
    assert hand.seconds < 120
    assert hand.clicks <= 6

    # The history of one of them, without the door number.
    page.goto(f"{server}/intake?workspace=live&lang=zh_CN")
    settled(page)
    box = page.get_by_placeholder(say("as the source writes it"))
    box.fill("SL2026000020")
    box.press("Enter")
    history = page.locator("[data-testid=stMain]", has_text=say("History of one claim"))
    expect(history.locator(".em-table", has_text="灾情报案清单0721.csv").first).to_be_visible(timeout=WAIT)
    settled(page)
    shot(page, artefacts, "intake-strange-history")
    assert (
        "某某路20号"
        not in page.locator("[data-testid=stMain]")
        .inner_text()
        .split(say("History of one claim"))[1]
        .split(say("Files so far"))[0]
    )


def test_a_proposal_with_nothing_to_warn_about_warns_of_nothing(
    server: str, open_page: Callable[..., Page], artefacts: Path, tmp_path: Path
) -> None:
    """A list in 万元, which a mapping that is there reads in 元: the proposal takes the unit, and that is all."""
    say = speaker("zh_CN")
    file = tmp_path / "wan.csv"
    rows_in = "".join(f"W{i},车险,2026-07-20 08:00,郑州市金水区文化路{i}号,{i}.5\n" for i in range(1, 6))
    file.write_text("单位：万元,,,,\n报案号,险种,出险时间,出险地点,估损金额\n" + rows_in)
    page = open_page(f"{server}/intake?workspace=live&lang=zh_CN", locale="zh-CN")
    expect(page.get_by_role("heading", name=say("Bring in a claims file"))).to_be_visible(timeout=WAIT)
    settled(page)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".st-key-em-preview")).to_contain_text("W1", timeout=WAIT)
    settled(page)
    assert page.locator("[data-testid=stAlert]").count() == 0
    expect(page.get_by_text("未采用映射 zh-common")).to_be_visible()
    shot(page, artefacts, "intake-wan-proposal")
