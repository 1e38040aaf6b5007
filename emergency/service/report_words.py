"""Words of reports in both languages: kinds, perils, sources, lists and differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.report_form import Text
from emergency.service.context import Context
from emergency.texts import N_, Message, speaker

SENDER = "report.sender"  # who reports, remembered from the last report
SENDER_FIELDS = ("unit", "signatory", "contact", "phone")
OWN_CLAIMS: Text = {"zh": "本公司理赔系统", "en": "own claims system"}
OWN_ROSTER: Text = {"zh": "本公司应急调度记录", "en": "own roster and plans"}
OWN_TASKS: Text = {"zh": "本公司任务记录", "en": "own task record"}
NAMED = 5  # regions or tasks that are named before the rest is only counted

PERILS = {
    "typhoon": N_("typhoon"),
    "rainstorm": N_("rainstorm"),
    "flood": N_("flood"),
    "earthquake": N_("earthquake"),
    "hurricane": N_("hurricane"),
    "hail": N_("hail"),
    "storm_surge": N_("storm surge"),
    "waterlogging": N_("waterlogging"),
    "landslide": N_("landslide"),
    "winter_storm": N_("snow and ice"),
    "wildfire": N_("wildfire"),
    "tornado": N_("tornado"),
    "tsunami": N_("tsunami"),
    "wind": N_("strong wind"),
    "thunderstorm": N_("thunderstorm"),
    "snow": N_("snow"),
    "heat": N_("heat"),
    "drought": N_("drought"),
    "volcano": N_("volcano"),
    "fire": N_("fire"),
    "explosion": N_("explosion"),
    "traffic": N_("traffic accident"),
    "collapse": N_("collapse of a building"),
    "epidemic": N_("epidemic"),
    "food_poisoning": N_("food poisoning"),
    "outage": N_("outage"),
    "data_leak": N_("data leak"),
    "cyber_attack": N_("cyber attack"),
    "mass_complaints": N_("mass complaints"),
    "gathering": N_("people gathering"),
    "clause_dispute": N_("dispute over a clause"),
    "lawsuit": N_("lawsuits"),
}
RESPONSES: Mapping[int, Text] = {
    1: {"zh": "Ⅰ级（一级）响应", "en": "level Ⅰ response"},
    2: {"zh": "Ⅱ级（二级）响应", "en": "level Ⅱ response"},
    3: {"zh": "Ⅲ级（三级）响应", "en": "level Ⅲ response"},
}
BASES: Mapping[str, Text] = {
    "industry": {"zh": "行业数据", "en": "industry figures"},
    "estimated": {"zh": "按市场份额估计", "en": "estimated from market share"},
    "own": {"zh": "仅依本公司数据，为下限", "en": "own figures only: a floor"},
}
# Casualties: the metrics that may say them, the first known wins.
CASUALTIES = {
    "casualties.dead": (("casualties.deaths", "casualties.insured_deaths"), {"zh": "死亡人数", "en": "deaths"}),
    "casualties.injured": (("casualties.injured", "casualties.serious"), {"zh": "受伤人数", "en": "injured"}),
}
# Losses somebody has said, the fullest first: metric -> name, and what is written behind the amount.
LOSSES: Mapping[str, tuple[Text, Text]] = {
    "loss.estimated_gross": ({"zh": "预计损失", "en": "estimated loss"}, {"zh": "", "en": ""}),
    "loss.direct": ({"zh": "直接损失", "en": "direct loss"}, {"zh": "（直接损失）", "en": " (direct loss)"}),
    "payout.property_estimated": (
        {"zh": "预计财产赔付", "en": "estimated property payout"},
        {"zh": "（预计财产赔付）", "en": " (estimated property payout)"},
    ),
}
CURRENCIES = {"CNY": {"zh": "元", "en": "CNY"}, "USD": {"zh": "美元", "en": "USD"}}


def pair(message: Message | str) -> Text:
    """A message in both languages."""
    return {"zh": speaker("zh_CN")(message), "en": speaker("en")(message)}


def changes(changed: Sequence[Any], language: str) -> str:
    parts = []
    for d in changed:
        before = d.before[language] if d.before else {"zh": "未报", "en": "not stated"}[language]
        more = "" if d.change is None else f" ({d.change:+,.0f})" if language == "en" else f"（{d.change:+,.0f}）"
        parts.append(f"{d.name[language]} {before} → {d.now[language]}{more}")
    return "；".join(parts) + "。" if language == "zh" else "; ".join(parts) + "."


def listed(texts: Sequence[Text]) -> Text:
    # American counties carry their state: “Harris, TX; Liberty, TX”.
    between = "; " if any("," in t["en"] for t in texts) else ", "
    return {"zh": "、".join(t["zh"] for t in texts), "en": between.join(t["en"] for t in texts)}


def titles(rows: Sequence[Mapping[str, Any]]) -> Text:
    shown = [
        {"zh": r["title"].get("zh") or r["title"].get("en", ""), "en": r["title"].get("en") or r["title"].get("zh", "")}
        for r in rows
    ]
    named = listed(shown[:NAMED])
    if len(shown) <= NAMED:
        return named
    return {"zh": f"{named['zh']}等{len(shown)}项", "en": f"{named['en']} and {len(shown) - NAMED} more"}


def place(place: str) -> Text:
    """A place that was entered in both languages, ``河南省 / Henan``, taken apart."""
    first, slash, second = (part.strip() for part in place.partition(" / "))
    if not slash:
        return {"zh": place, "en": place}
    chinese, other = (first, second) if any("\u4e00" <= c <= "\u9fff" for c in first) else (second, first)
    return {"zh": chinese, "en": other}


def local_words(ctx: Context, instant: datetime) -> Text:
    """An instant on the wall of the people of this workspace, as reports write it."""
    local = instant.astimezone(ZoneInfo(ctx.profile.timezone))
    chinese = f"{local.year}年{local.month}月{local.day}日{local:%H}时{local:%M}分"
    return {"zh": chinese, "en": f"{local.day} {local:%b %Y %H:%M}"}
