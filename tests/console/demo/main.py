"""The page: a small situation room with figures of its own.

Query parameters: ``lang``, ``hostile`` (names and texts are attacks), ``refuse`` (moves are
refused), ``every`` (refresh in seconds), ``plan`` (arrows), ``draw`` (an area), ``drill`` (watermark), ``missing``
(the outlines cannot be fetched).
"""

import json
import os
from pathlib import Path

import streamlit as st

from emergency.console import look
from emergency.console.assets import asset_url
from emergency.console.components.dispatch_map import (
    Drawing,
    Label,
    Legend,
    Marker,
    Move,
    Moved,
    PointRegion,
    View,
    dispatch_map,
)
from emergency.texts import speaker
from tests.console.demo.world import PAYLOADS, world

asked = st.query_params
say = speaker(asked.get("lang", "en"))
zh = say.language == "zh_CN"
hostile = "hostile" in asked
regions = Path(os.environ["DEMO_REGIONS"])
seen = st.session_state
demo = world(regions)


def said(english: str, chinese: str, number: int = 0) -> str:
    """The text of the page, or an attack in its place."""
    return PAYLOADS[number % len(PAYLOADS)] if hostile else (chinese if zh else english)


def picked(code: str | None) -> None:
    seen["selected"] = code
    seen["picks"] = seen.get("picks", 0) + 1


def picked_marker(id: str) -> None:
    seen["marker"] = id


def moved(move: Moved) -> None:
    seen["moved"] = move
    if "refuse" not in asked:
        seen.setdefault("places", {})[move.id] = (move.lon, move.lat)


def drew(corners: tuple[tuple[float, float], ...]) -> None:
    seen["corners"] = corners


st.set_page_config("Trial", layout="wide", initial_sidebar_state=look.SIDEBAR_PX)
look.begin()
with st.sidebar:
    st.markdown(f"### {'应急响应指挥台' if zh else 'Emergency Response'}")
    st.radio(
        "Room",
        ["态势", "报案接入", "资源调配"] if zh else ["Situation", "Intake", "Allocation"],
        label_visibility="collapsed",
    )

look.page_header(
    said("Situation", "态势"),
    said(
        "Hurricane Harvey · Texas · 25 Aug 2017 → now · reconstructed from public figures",
        "飓风哈维 · 得克萨斯州 · 2017年8月25日至今 · 根据公开数字重建",
        1,
    ),
    look.level_badge(say, 2, proposed="proposed" in asked),
    look.ClassLine(said("class", "灾害事故等级", 2), said("特别重大", "特别重大", 3), said("est.", "估计", 4)),
    (said("Regulator first report", "监管首报", 5), said("due in 0:48", "剩余 0:48", 6), "watch"),
    (said("as of 27 Aug 14:20", "截至 8月27日 14:20"), said("live · 12 s ago", "实时 · 12 秒前", 1)),
    watermark=said("EXERCISE – nothing here reaches the real world", "【演练】此处一切不会发往真实世界", 2)
    if "drill" in asked
    else None,
)
if "acted" in asked:
    look.notice("success", "task done.")
look.kpi_strip(
    [
        look.Kpi(said("Open claims", "未决案件"), "9,412", said("+1,204 in the last hour", "近一小时 +1,204", 3)),
        look.Kpi(
            said("Reached within 24 h", "24小时内联系率", 1),
            "71 %",
            said("goal 95 % · 2,730 waiting", "目标 95 % · 待联系 2,730", 4),
            "bad",
            said(
                "Claims whose policyholder was reached within a day of the report.",
                "报案后一天内联系到客户的案件占比。",
                2,
            ),
        ),
        look.Kpi(
            said("Survey backlog", "查勘积压", 2),
            said("3.4 days", "3.4 天", 6),
            said("was 2.6 yesterday", "昨日 2.6 天", 5),
            "watch",
        ),
        look.Kpi(
            said("Adjusters on task", "在岗查勘定损员", 3),
            "212 / 240",
            said("18 resting · 10 free", "休整 18 · 空闲 10", 6),
            "ok",
        ),
        look.Kpi(
            said("Short", "缺口", 4),
            said("47 slots", "47 班次", 5),
            said("Harris 32 · Jefferson 8 · Orange 6", "哈里斯 32 · 杰斐逊 8 · 奥兰治 6"),
            "bad",
        ),
        look.Kpi(
            said("Estimated loss", "估损金额", 5),
            said("$ 1.12 bn", "11.2 亿美元", 4),
            said("80 %: 0.9 – 1.5 bn", "80 % 区间 9.0 – 15.0 亿", 1),
        ),
    ]
)

left, right = st.columns([2.5, 1], gap="small")


def draw_map() -> None:
    largest = max(demo.values.values())
    names = {code: PAYLOADS[n % 7] for n, code in enumerate(demo.values)} if hostile else {}
    places = seen.get("places", {})
    markers = [
        Marker(m.id, *places.get(m.id, (m.lon, m.lat)), said(m.name, m.name_zh, n), m.kind, m.draggable)
        for n, m in enumerate(demo.markers)
    ]
    layer = st.segmented_control(
        "layer", ["claims", "loss"], default="claims", key="layer", label_visibility="collapsed"
    )
    values = demo.values if layer == "claims" else {c: v * 1000 for c, v in demo.values.items()}
    if "every" in asked:  # a live map: some figure is another one at each refresh
        values = {**values, "R03": float(seen.get("turns", 0))}
    dispatch_map(
        "map",
        say,
        Legend.covering(said("open claims", "未决案件"), largest if layer == "claims" else largest * 1000),
        values,
        geometry=None if "points" in asked else "/assets/nothing.geojson" if "missing" in asked else asset_url(regions),
        points=[PointRegion(c, c, *at) for c, at in demo.places.items()] if "points" in asked else (),
        names=names,
        labels=[Label(c, said(text, text, n), tone) for n, (c, text, tone) in enumerate(demo.labels)],
        markers=markers,
        lines=[Move(a, b, n, said(f"{n} people", f"{n} 人", n)) for a, b, n in demo.moves] if "plan" in asked else (),
        hatched=demo.hatched,
        selected=seen.get("selected"),
        view=View(*demo.view),
        fit=str(seen.get("fit", 0)),
        height=480,
        attribution=said("Census 2017", "Census 2017", 3),
        on_picked=picked,
        on_picked_marker=picked_marker,
        on_moved=moved,
        drawing=Drawing(seen.get("corners", ()), active=True) if "draw" in asked else None,
        on_drew=drew,
    )
    if st.button("fit again"):
        seen["fit"] = seen.get("fit", 0) + 1
        st.rerun()
    seen["turns"] = seen.get("turns", 0) + 1
    moved_to = seen.get("moved")
    if st.button("last corner away"):
        seen["corners"] = seen.get("corners", ())[:-1]
        st.rerun()
    told = {
        "corners": [[round(lon, 1), round(lat, 1)] for lon, lat in seen.get("corners", ())],
        "selected": seen.get("selected"),
        "picks": seen.get("picks", 0),
        "marker": seen.get("marker"),
        "moved": None
        if moved_to is None
        else [moved_to.id, round(moved_to.lon, 2), round(moved_to.lat, 2), moved_to.region],
        "turns": seen["turns"],
    }
    st.code(json.dumps(told), language=None)


with left:
    if "every" in asked:
        st.fragment(draw_map, run_every=float(asked["every"]))()
    else:
        draw_map()

with right:
    look.section(said("Needs you", "待您处理"))
    with look.needs_card(
        "raise",
        said("Raise the response to Ⅰ 一级?", "提升为一级响应？"),
        said(
            "Demand is 1.6 × what the pool can carry (Ⅰ from 1.5)",
            "需求为可用力量的 1.6 倍（一级起点 1.5）",
            1,
        ),
        said(
            "default.levels · capacity.demand_ratio · 12 min to confirm",
            "default.levels · capacity.demand_ratio · 12 分钟内确认",
            2,
        ),
        "bad",
    ):
        st.button(said("Confirm Ⅰ", "确认一级"), type="primary", key="b1")
        st.button(said("Why", "依据"), key="b2")
        st.button(said("Keep Ⅱ (needs two)…", "维持二级（需两人）…"), key="b3")
    with look.needs_card(
        "short",
        said("Harris is short of 32 property adjusters", "哈里斯县缺 32 名财产险查勘定损员", 3),
        said(
            "+10 from San Antonio clears it 0.9 days sooner, costs 41 travel hours.",
            "从圣安东尼奥增派 10 人，可提前 0.9 天清零，路途 41 小时。",
            4,
        ),
        "",
        "watch",
    ):
        st.button(said("See the plan", "查看方案"), key="b4")
    with look.needs_card(
        "bulletin",
        said("Customer bulletin 3 waits for approval", "客户通报第 3 号待审批", 5),
        said("Figures as of 14:05, no conflicts.", "数字截至 14:05，无矛盾。", 6),
    ):
        st.button(said("Read", "阅读"), key="b5")
    look.section(said("Changed since 14:00", "14:00 以来的变化"))
    look.changed_list(
        [
            look.Change(
                "14:18",
                said("NWS flood warning now covers Orange, Jefferson", "洪水预警扩至奥兰治、杰斐逊县", 0),
            ),
            look.Change("14:11", said("8 adjusters arrived in Fort Bend", "8 名查勘员抵达本德堡县", 1)),
            look.Change("14:02", said("312 claims joined by area rule", "312 件按区域规则归入本次事件", 2)),
        ]
    )

look.table(
    [
        said(*t, n)
        for n, t in enumerate(
            [
                ("Region", "区域"),
                ("Open", "未决"),
                ("Assigned / needed", "到位 / 需求"),
                ("Short", "缺口"),
                ("State", "状态"),
            ]
        )
    ],
    [
        [
            said("Harris", "哈里斯县"),
            "6,204",
            "96 / 128",
            look.Cell("32", "bad"),
            look.Cell(said("short", "缺口", 1), "bad", framed=True),
        ],
        [
            said("Galveston", "加尔维斯顿县", 3),
            "902",
            "22 / 22",
            "–",
            look.Cell(said("covered", "已满足", 2), "ok", framed=True),
        ],
    ],
    numbers=[1, 2, 3],
)
