"""Scripts of the house: copied, changed, checked, kept, replaced, withdrawn and brought back."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from emergency.bootstrap import Running
from emergency.service import drill_house
from emergency.service.context import Actor, Context, Refused
from emergency.service.drill_house import FileFaults, SheetFaults, spoken
from emergency.service.drills import run_script, scripts, shelf
from emergency.service.msel_told import told
from emergency.service.retest import _file
from emergency.store import journal
from emergency.texts import speaker
from tests.documents.test_msel import at

SHIPPED, OWN = "core-outage-2026", "our-outage"
TITLE = {"zh": "本公司系统中断演练", "en": "Our outage"}


@pytest.fixture
def ctx(running: Running) -> Context:
    return running.context("live", Actor("Trainer Li", "Trainer Li", "coordinator"))


def text_of(ctx: Context, reference: str) -> bytes:
    return drill_house.text_of(ctx.content.library, reference)[1]


def changed(raw: bytes, *pairs: tuple[str, str]) -> bytes:
    text = raw.decode()
    for old, new in pairs:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text.encode()


def workbook(ctx: Context, reference: str, change: Callable[[Any], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(drill_house.workbook_of(ctx.content.library, reference, "en")))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def acts(ctx: Context) -> list[tuple[str, str]]:
    with ctx.store.read() as connection:
        return [(one.action, one.subject) for one in journal.entries(connection) if "script" in one.action]


def test_a_copy_is_the_script_under_another_id_title_and_version(ctx: Context, repository: Path) -> None:
    drill_house.new(ctx, SHIPPED, OWN, TITLE)
    shipped = (repository / "drills" / f"{SHIPPED}.drill.yaml").read_text(encoding="utf-8").splitlines()
    made = text_of(ctx, OWN).decode().splitlines()
    differ = [new for old, new in zip(shipped, made, strict=True) if old != new]
    assert [one for one in differ if one != "version: 1.0.0"] == [
        f"id: {OWN}",
        'title: {zh: "本公司系统中断演练", en: "Our outage"}',
    ]
    assert "version: 1.0.0" in made
    assert scripts(ctx)[OWN].title == TITLE
    assert acts(ctx) == [("drill.script.keep", f"drill-script/{OWN}@1.0.0")]


@pytest.mark.parametrize("name", ["", "x", "Our Drill", "../up", "台风", SHIPPED])
def test_an_id_that_is_none_or_is_in_use_is_refused(ctx: Context, name: str) -> None:
    with pytest.raises(Refused, match=r"cannot be the id|already"):
        drill_house.new(ctx, SHIPPED, name, TITLE)
    assert not list((ctx.content.home / "drills").glob("*.yaml"))


def test_a_trainer_changes_adds_and_deletes_events_in_the_workbook_and_plays_the_drill(ctx: Context) -> None:
    drill_house.new(ctx, SHIPPED, OWN, TITLE)

    def change(book: Any) -> None:
        events, actions = book.worksheets[:2]
        at(events, 3, "Scenario time").value = 1 / 24
        at(events, 3, "Description (English)").value = "Guangdong has been down for an hour."
        at(actions, 3, "Within").value = "20m"
        events.delete_rows(4)
        actions.delete_rows(4)
        events.append(["I09", "2:00", None, "contextual", "客户来电", "They call", "telephone", "Exercise control"])
        at(events, 4, "Recipient player").value = "all players"

    kept = drill_house.keep(ctx, "plan.xlsx", workbook(ctx, OWN, change))
    assert (kept.reference, kept.replaced, kept.unchanged) == (f"{OWN}@1.0.0", True, False)
    assert sorted(told(kept.changes, speaker("en"))) == [
        ("E01 · Within", "20m"),
        ("E03", "taken out, with what only the script file says of it: score"),
        ("I02 · Description (English)", "Guangdong has been down for an hour."),
        ("I02 · Scenario time", "1h"),
        ("I03", "taken out, with what only the script file says of it: effects"),
        ("I09", "new"),
    ]
    assert [one.id for one in scripts(ctx)[OWN].injects] == ["I01", "I02", "I09"]
    answer = run_script(ctx, f"{OWN}@1.0.0", auto="best")
    assert answer["drill"] == OWN and answer["score"]["overall"] is not None


def test_a_file_with_a_fault_keeps_all_of_it_out_and_says_each_with_its_line(ctx: Context) -> None:
    raw = changed(
        drill_house.copied(ctx.content.library, SHIPPED, OWN, TITLE),
        ("channel: system", "channel: pigeon"),
        ("weight: 60", "weight: 50"),
        ("action: policy.enable", "action: policy.enabel"),
        ("metric: claims.lost", "metric: claims.lots"),
        ("system.core_claims, value", "system.core_claim, value"),
        ("450000", "450001"),
    )
    with pytest.raises(FileFaults) as caught:
        drill_house.keep(ctx, "mine.yaml", raw)
    said = spoken(caught.value, speaker("en"))
    lines = {place.partition(" ·")[0] for place, _ in said}
    assert len(said) == len(lines) == 6, said
    whole = " ".join(what for _, what in said)
    for part in ("pigeon", "add up to 90", "policy.enable?", "claims.lost", "system.core_claims", "450001"):
        assert part in whole
    assert OWN not in scripts(ctx) and acts(ctx) == []
    assert {what for _, what in spoken(caught.value, speaker("zh_CN"))}.isdisjoint(what for _, what in said)


def test_a_shipped_script_is_not_hidden_by_one_of_its_id_and_version(ctx: Context) -> None:
    raw = changed(text_of(ctx, SHIPPED), ("4h", "3h"))
    with pytest.raises(FileFaults, match=r"mine\.yaml:5: version: .*raise the version, or choose an id of your own"):
        drill_house.keep(ctx, "mine.yaml", raw)
    with pytest.raises(SheetFaults, match="raise the version"):
        drill_house.keep(ctx, "x.xlsx", workbook(ctx, SHIPPED, lambda b: b["Script"].__setitem__("B8", "3h")))
    assert drill_house.keep(ctx, "same.yaml", text_of(ctx, SHIPPED)).unchanged
    shipped = scripts(ctx)[SHIPPED].version
    drill_house.keep(ctx, "mine.yaml", changed(raw, (f"version: {shipped}", "version: 9.1.0")))
    assert scripts(ctx)[SHIPPED].version == "9.1.0"
    both = {name: (one.own, one.played) for name, one in shelf(ctx).items() if SHIPPED in name}
    assert both == {f"{SHIPPED}@9.1.0": (True, True), f"{SHIPPED}@{shipped}": (False, False)}
    assert next(name for name in shelf(ctx) if SHIPPED in name) == f"{SHIPPED}@9.1.0"
    assert run_script(ctx, f"{SHIPPED}@{shipped}", auto="none")["version"] == shipped


def test_a_file_put_into_the_folder_by_hand_that_hides_a_shipped_one_is_named_and_left_out(ctx: Context) -> None:
    folder = ctx.content.home / "drills"
    folder.mkdir()
    (folder / "mine.drill.yaml").write_bytes(changed(text_of(ctx, SHIPPED), ("4h", "3h")))
    assert scripts(ctx)[SHIPPED].clock.duration_s == 4 * 3600
    assert any("came with the console" in str(one) for one in ctx.content.library.faults())


def test_what_is_replaced_or_withdrawn_can_be_brought_back(ctx: Context) -> None:
    drill_house.new(ctx, SHIPPED, OWN, TITLE)
    first = text_of(ctx, OWN)
    second = changed(first, ("Our outage", "Our second outage"))
    assert drill_house.keep(ctx, "b.yaml", second).replaced
    (away,) = drill_house.put_away(ctx)
    assert (away.id, away.title["en"]) == (OWN, "Our outage")
    drill_house.bring_back(ctx, away.file)
    assert text_of(ctx, OWN) == first
    assert [one.title["en"] for one in drill_house.put_away(ctx)] == ["Our second outage"]
    drill_house.withdraw(ctx, f"{OWN}@1.0.0")
    assert OWN not in scripts(ctx) and len(drill_house.put_away(ctx)) == 2
    with pytest.raises(Refused, match="no script of the house"):
        drill_house.withdraw(ctx, f"{OWN}@1.0.0")
    with pytest.raises(Refused, match="no script of the house"):
        drill_house.withdraw(ctx, f"{SHIPPED}@{scripts(ctx)[SHIPPED].version}")
    with pytest.raises(Refused, match="not among"):
        drill_house.bring_back(ctx, "../../secret.drill.yaml")
    assert [act for act, _ in acts(ctx)] == ["drill.script.keep"] * 3 + ["drill.script.withdraw"]


def test_a_workbook_names_its_script_and_no_file(ctx: Context, tmp_path: Path) -> None:
    secret = tmp_path / "secret.drill.yaml"
    secret.write_text("password: 123", encoding="utf-8")

    def change(book: Any) -> None:
        next(row for row in book["Script"].iter_rows() if row[0].value == "Made from")[1].value = str(secret)

    with pytest.raises(Refused, match="is not on the shelf"):
        drill_house.keep(ctx, "x.xlsx", workbook(ctx, SHIPPED, change))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"x: &a [1, *a]", "anchors"),
        (b"a: !!python/object/apply:os.system [ls]", "tags"),
        (b"a: " + b"[" * 100, "nested"),
        (b"a: 1\n" * (1 << 18), "larger than 1 MiB"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"", "empty"),
        (b"- 1", "a drill file is a mapping"),
    ],
)
def test_a_hostile_script_is_refused_with_a_reason(ctx: Context, raw: bytes, message: str) -> None:
    with pytest.raises(FileFaults, match=message):
        drill_house.keep(ctx, "x.yaml", raw)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("duration: 4h", "duration: 99999d", "60 days at most"),
        ("speed: 4", "speed: 1e300", "86400 at most"),
        ("per_hour: 90", "per_hour: 1e12", "1000000 claims at most"),
        ("seed: 7", "seed: 99999999999999999999", "whole number of at most"),
        ("sigma: 0.8", "sigma: 900", "5 at most"),
    ],
)
def test_a_script_that_would_keep_the_machine_busy_is_refused(ctx: Context, old: str, new: str, message: str) -> None:
    raw = changed(drill_house.copied(ctx.content.library, SHIPPED, OWN, TITLE), (old, new))
    with pytest.raises(FileFaults, match=message):
        drill_house.keep(ctx, "x.yaml", raw)


def test_scripts_are_prepared_outside_a_drill_and_looking_back_keeps_none(ctx: Context) -> None:
    with pytest.raises(Refused, match="place of a drill"):
        drill_house.new(replace(ctx, profile=replace(ctx.profile, kind="drill")), SHIPPED, OWN, TITLE)
    with pytest.raises(Refused, match="looking back"):
        drill_house.new(replace(ctx, known_at=ctx.now()), SHIPPED, OWN, TITLE)
    assert OWN not in scripts(ctx)


def test_an_own_script_keeps_its_text_in_the_drill_that_began_with_it(ctx: Context, running: Running) -> None:
    drill_house.new(ctx, SHIPPED, OWN, TITLE)
    answer = run_script(ctx, OWN, auto="none")
    begun = text_of(ctx, OWN)
    script = scripts(ctx)[OWN]
    drill_house.withdraw(ctx, f"{OWN}@1.0.0")
    frozen = running.context(answer["workspace"], ctx.actor)
    assert frozen.store.setting("drill.files")[f"drill {OWN}@1.0.0"] == begun.decode()
    assert scripts(frozen)[OWN].sha256 == script.sha256
    assert _file(ctx, script) == begun
