"""The two demos: past disasters on the real console, each in a workspace of its own."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import pandas as pd

from emergency.domain.incident import Incident
from emergency.domain.reconstruction import reconstruct
from emergency.domain.workspace import Profile
from emergency.library import figures as published
from emergency.library.pools import load_pool
from emergency.service.context import Content, Context, Refused
from emergency.service.importing import receive
from emergency.service.pools import put
from emergency.service.regions import install
from emergency.service.response import open_incident
from emergency.service.running import LIVE, SYSTEM, context, save_profile
from emergency.store import claims, incidents, pool
from emergency.store.store import write_setting

SEED = 2017

HARVEY = Profile(
    kind="demo",
    title={"en": "Harvey 2017", "zh": "飓风哈维 2017"},
    note={
        "en": "Reconstructed from public figures: a part of that storm's flood claims, not real claim files. "
        "Roster and stock are synthetic.",
        "zh": "根据公开数字重建：为该风暴水灾案件的一部分，并非真实案卷。人员与物资为虚构。",
    },
    region_set="us",
    region_level="county",
    timezone="America/Chicago",
    currency="USD",
    pool="texas-synthetic",
    view=(-98.9, 27.6, -92.6, 31.4),
)
ZHENGZHOU = Profile(
    kind="demo",
    title={"en": "Zhengzhou 7·20 2021", "zh": "郑州“7·20”特大暴雨 2021"},
    note={
        "en": "Province totals as published at the time, industry-wide; the split by city is illustrative, "
        "an own share of 10 % is assumed. Roster and stock are synthetic.",
        "zh": "全省合计为当时公布的行业数字；分市为示意拆分，自有份额按 10% 假设。人员与物资为虚构。",
    },
    region_set="cn",
    region_level="city",
    timezone="Asia/Shanghai",
    currency="CNY",
    figures="bulletins",
    own_share=0.1,
    pool="henan-synthetic",
    view=(110.3, 31.4, 116.7, 36.4),
)
DEMOS: Mapping[str, Profile] = {"harvey": HARVEY, "zhengzhou": ZHENGZHOU}
CLOCKS = {
    "harvey": datetime.fromisoformat("2017-08-30T18:00:00-05:00"),
    "zhengzhou": datetime.fromisoformat("2021-07-23T14:00:00+08:00"),
}


def load_demos(content: Content) -> None:
    """Make the demos that are not there yet; the console opens on one of them."""
    for name in DEMOS:
        if not content.workspaces.exists(name):
            load_demo(content, name)


def load_demo(content: Content, name: str, *, again: bool = False) -> dict[str, Any]:
    """Make a demo workspace unless it is there; ``again`` makes it anew."""
    if again:
        content.workspaces.drop(name)
    if DEMOS[name].region_set == "cn":
        _outlines(content)
    store = content.workspaces.open(name)
    if not store.setting("demo_complete"):
        # What a kill left half made is made anew: a demo is whole or it is not there.
        content.workspaces.drop(name)
        content.workspaces.open(name)
        _fill(content, name)
    return describe(context(content, name, SYSTEM), name)


def _outlines(content: Content) -> None:
    """China's outlines, where the optional extra is installed; points do without it."""
    if not content.regions.get("cn").has_polygons:
        with suppress(Refused):
            install(content, "cn")


def describe(ctx: Context, name: str) -> dict[str, Any]:
    with ctx.store.read() as connection:
        return {
            "demo": name,
            "title": dict(ctx.profile.title),
            "note": dict(ctx.profile.note),
            "claims": claims.total(connection),
            "adjusters": len(pool.adjusters(connection)),
            "clock": ctx.now().isoformat(),
        }


def _fill(content: Content, name: str) -> None:
    ctx = Context(SYSTEM, context(content, name, SYSTEM).clock, content.workspaces.open(name), *_rest(content))
    ctx = save_profile(ctx, DEMOS[name], CLOCKS[name])
    stock_pool(ctx, ctx.profile.pool)
    {"harvey": _harvey, "zhengzhou": _zhengzhou}[name](ctx)
    with ctx.store.write() as connection:
        write_setting(connection, "demo_complete", True)


def _rest(content: Content) -> tuple[Any, Content, Profile]:
    from emergency.service.context import LiveNotifier

    return LiveNotifier(), content, LIVE


def stock_pool(ctx: Context, name: str) -> None:
    """Put a shipped pool into the workspace."""
    with ctx.store.write() as connection:
        put(ctx, connection, load_pool(ctx.content.data / "pool" / name))


def _harvey(ctx: Context) -> None:
    source = published.harvey(ctx.content.data / "claims" / "harvey-2017")
    columns = reconstruct(source.counts, source.quantiles, source.curve, seed=SEED, place=ctx.regions.scatter)
    incident = open_incident(
        ctx,
        Incident(
            incident_id="HARVEY-2017",
            kind="natural_disaster",
            perils=("hurricane", "flood"),
            title={"en": "Hurricane Harvey", "zh": "飓风哈维"},
            jurisdiction="US-TX",
            place="Texas Gulf coast / 得克萨斯州墨西哥湾沿岸",
            regions=tuple(sorted({str(r) for r in source.counts.county})),
            # Landfall near Rockport, Texas: National Hurricane Center, AL092017.
            occurred_at=datetime.fromisoformat("2017-08-25T22:00:00-05:00"),
            discovered_at=datetime.fromisoformat("2017-08-25T22:00:00-05:00"),
            opened_at=datetime.fromisoformat("2017-08-26T06:00:00-05:00"),
            impact_at=datetime.fromisoformat("2017-08-25T22:00:00-05:00"),
            confirmed_at=datetime.fromisoformat("2017-08-25T22:00:00-05:00"),
            confirmed_by="National Hurricane Center",
        ),
    )
    receive(ctx, pd.DataFrame(columns), source="harvey-2017", incident_id=incident.incident_id, action="demo.load")
    with ctx.store.write() as connection:
        claims.key_when_reported(connection)


def _zhengzhou(ctx: Context) -> None:
    folder = ctx.content.data / "claims" / "zhengzhou-2021"
    weights = published.split_weights(folder)
    occurred = datetime.fromisoformat("2021-07-20T16:00:00+08:00")  # 201.9 mm in one hour, see timeline.csv
    incident = open_incident(
        ctx,
        Incident(
            incident_id="ZHENGZHOU-720",
            kind="natural_disaster",
            perils=("rainstorm", "flood"),
            title={"en": "Henan extreme rain 7·20", "zh": "河南“7·20”特大暴雨"},
            jurisdiction="CN-410000",
            place="河南省 / Henan",
            regions=("410000",),
            occurred_at=occurred,
            discovered_at=occurred,
            opened_at=occurred,
            impact_at=occurred,
            confirmed_at=occurred,
            confirmed_by="郑州市气象台",
        ),
    )
    with ctx.store.write() as connection:
        write_setting(connection, "split", weights)
        for snapshot in published.snapshots(folder):
            _snapshot(ctx, connection, incident.incident_id, snapshot)
        ctx.record(connection, "demo.load", "zhengzhou", {"snapshots": len(published.snapshots(folder))})


def _snapshot(ctx: Context, connection: Any, incident_id: str, snapshot: Any) -> None:
    common = {
        "region": snapshot.region,
        "source": snapshot.source_url,
        "as_of": snapshot.as_of,
        "recorded": snapshot.as_of,
        "actor": SYSTEM.id,
        "confidence": snapshot.confidence,
        "note": snapshot.note,
    }
    value = {
        "reported_claims": snapshot.reported_claims,
        "settled_claims": snapshot.settled_claims,
        "estimated_minor": snapshot.estimated_minor,
        "paid_minor": snapshot.paid_minor,
        "scope": snapshot.scope,
    }
    incidents.add_fact(connection, incident_id=None, metric="bulletin.snapshot", value=value, **common)
    if snapshot.estimated_minor is not None:
        incidents.add_fact(
            connection,
            incident_id=incident_id,
            metric="industry.payout.property_estimated",
            value=snapshot.estimated_minor // 100,
            **common,
        )
