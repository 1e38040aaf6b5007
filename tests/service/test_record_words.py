"""The journal as it is read: names in place of ids, in the reader's language."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

from emergency.console.rooms.record_look import OTHER_ACTS
from emergency.domain.act import ACTS
from emergency.domain.incident import Incident
from emergency.service import organisation
from emergency.service.context import Actor, Context
from emergency.service.grading import confirm_level
from emergency.service.measures import enable
from emergency.service.record_words import NAMELESS, Told, Words, reader
from emergency.service.records import journal_entries
from emergency.texts import Message, speaker

SERVICE = Path(__file__).parents[2] / "emergency" / "service"
RECORDING = ("record", "_record", "_step", "_change", "_journal")


def said(language: str, words: Words) -> str:
    say = speaker(language)
    return say(words) if isinstance(words, Message) else say.of(words) if isinstance(words, dict) else str(words)


def newest(ctx: Context, action: str) -> Told:
    return reader(ctx).told(next(e for e in journal_entries(ctx) if e.action == action))


def facts(language: str, told: Told) -> dict[str, str]:
    return {said(language, label): ", ".join(said(language, v) for v in value) for label, value in told.facts}


def test_an_entry_names_incident_post_and_people_in_the_readers_language(ctx: Context, flood: Incident) -> None:
    confirm_level(ctx, "FLOOD-1", 2, reason="many streets under water")
    organisation.appoint(ctx, "FLOOD-1", "commander", "Zhao Min")
    told = newest(ctx, "post.take")
    assert [said("en", part) for part in told.about] == [flood.title["en"], "Commander"]
    assert said("zh_CN", told.about[1]) not in ("commander", "Commander")
    assert facts("en", told) == {"person": "Zhao Min", "standing": "holds the post"}
    level = facts("zh_CN", newest(ctx, "level.confirm"))
    assert level["响应级别"] == "Ⅱ" and level["理由"] == "many streets under water"


def test_no_id_of_the_machine_is_shown_to_a_reader(ctx: Context, flood: Incident) -> None:
    confirm_level(ctx, "FLOOD-1", 2, reason="many streets under water")
    system = replace(ctx, actor=Actor("system", "System", "system"))
    with ctx.store.write() as connection:
        body = {"incident": "FLOOD-1", "clock": "internal.internal.1.1800.limit", "due": "2017-08-29T18:00:00+00:00"}
        system.record(connection, "clock.late", "FLOOD-1", body)
    for language, name in (("en", "the console itself"), ("zh_CN", "系统自动")):
        told = newest(ctx, "clock.late")
        assert said(language, told.who) == name
        assert "internal.internal" not in str(facts(language, told))
    read = reader(ctx)
    assert said("zh_CN", read.person("commander/deputy")).endswith("副职")
    assert said("en", read.person(NAMELESS)) == "Coordinator (no name given)"
    assert "hq-commander" not in [said("en", one) for one in read.people("hq-commander, Zhao Min")]


def test_every_act_of_the_service_has_words() -> None:
    acts = {act for path in SERVICE.glob("*.py") for act in _acts(ast.parse(path.read_text("utf-8")))}
    assert "post.take" in acts and acts - set(ACTS) - set(OTHER_ACTS) == set()


def _acts(tree: ast.Module) -> set[str]:
    """Acts that are written out where something is recorded, or stand in a constant of their own."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in RECORDING:
            found |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return {text for text in found if text.count(".") and " " not in text and text == text.lower() and "/" not in text}


def test_what_the_console_gives_as_a_reason_is_told_in_words(ctx: Context, flood: Incident) -> None:
    enable(replace(ctx, actor=Actor("chen", "Chen", "branch-claims-manager")), "FLOOD-1", "fast_lane")
    with ctx.store.write() as connection:
        here = {"incident": "FLOOD-1"}
        ctx.record(connection, "task.due", "FLOOD-1/sitrep", here | {"why": "clock"})
        ctx.record(connection, "clock.start", "FLOOD-1", here | {"cause": "class:1"})
        ctx.record(connection, "callout.withdraw", "FLOOD-1", here | {"reason": "stood down"})
        ctx.record(connection, "measure.end", "FLOOD-1/measure/1", here | {"name": "fast_lane"})
    assert facts("zh_CN", newest(ctx, "task.due"))["理由"] == "随报告时限调整"
    assert facts("zh_CN", newest(ctx, "clock.start"))["原因"] == "灾害事故等级：特别重大"
    assert facts("zh_CN", newest(ctx, "callout.withdraw"))["理由"] == "响应已终止"
    assert said("zh_CN", newest(ctx, "measure.end").about[-1]) == "绿色通道"
