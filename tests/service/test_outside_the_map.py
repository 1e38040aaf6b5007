"""Claims of another country and of another currency are counted, told apart and never stop a figure; one claim of
billions is marked wherever it counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from emergency.domain.incident import Incident
from emergency.intake.columns import Column
from emergency.intake.mapping import ClaimMapping
from emergency.intake.words import taken_as
from emergency.service.allocation import needed_by_region
from emergency.service.context import Context, FixedClock
from emergency.service.figures import figures
from emergency.service.importing import import_claims, receive
from emergency.service.lookup import region_figures, situation_layer
from emergency.service.running import live_profile_for, save_profile
from emergency.service.situation import everything, situation
from emergency.texts import speaker
from tests.service.worlds import claims

BILLIONS = 1_660_000_000_000  # 16.6 billion in minor units


@pytest.fixture
def abroad(ctx: Context) -> Context:
    """Three claims of Harris county, 1,000 dollars each, in a workspace whose map is China and whose money is yuan."""
    receive(ctx, claims("48201", 3), source="s", incident_id=None)
    return save_profile(ctx, live_profile_for("cn"))


def test_claims_of_a_region_the_map_does_not_have_stand_under_one_line(abroad: Context) -> None:
    found = situation(abroad)
    assert found.regions == () and found.outside is not None
    assert (found.open, found.outside.open, found.unlocated) == (3, 3, 0)
    assert "outside" in {n.kind for n in found.needs}


def test_nothing_is_planned_where_the_map_ends(abroad: Context) -> None:
    assert needed_by_region(abroad, figures(abroad)) == {}


def test_the_figures_for_other_systems_do_not_fall_over_them(abroad: Context) -> None:
    answer = region_figures(abroad, everything(abroad))
    assert (answer["open"], answer["outside_map"], answer["regions"]) == (3, 3, [])
    assert situation_layer(abroad, everything(abroad))["features"] == []
    assert everything(abroad).to_json(abroad.regions)["outside_map"] == 3


def test_two_currencies_are_never_added_as_they_are(abroad: Context) -> None:
    """Three claims of 1,000 dollars at the rate of the day, 2017-08-29, are 20,160 yuan: 3 × 1,000 × 6.72."""
    found = figures(abroad)
    (dollars,) = found.foreign
    assert (dollars.currency, dollars.claims, dollars.estimated_minor) == ("USD", 3, 300_000)
    assert dollars.rate is not None and float(dollars.rate) == 6.72
    assert int(found.table["estimated_minor"].sum()) == 2_016_000


def test_money_without_a_rate_is_left_out_of_every_sum_and_said(ctx: Context) -> None:
    receive(ctx, claims("48201", 2), source="s", incident_id=None)
    receive(ctx, claims("48201", 1, prefix="EUR").assign(currency="EUR"), source="s", incident_id=None)
    found = situation(ctx)
    assert (found.open, found.estimated_minor) == (3, 200_000)
    assert [(f.currency, f.claims, f.estimated_minor, f.rate) for f in found.foreign] == [("EUR", 1, 100_000, None)]


def test_a_claim_of_billions_marks_the_total_its_region_and_what_needs_a_person(ctx: Context) -> None:
    receive(ctx, claims("48201", 2), source="s", incident_id=None)
    receive(ctx, claims("48167", 1, minor=BILLIONS, prefix="BIG"), source="s", incident_id=None)
    found = situation(ctx)
    assert (found.doubted, found.doubted_minor) == (1, BILLIONS)
    assert {r.code: r.doubted_minor for r in found.regions} == {"48201": 0, "48167": BILLIONS}
    need = next(n for n in found.needs if n.kind == "doubted")
    say = speaker("en")
    assert "$16.60 bn" in say(need.title) and "BIG-48167-0" in say(need.text) and need.room == "intake"
    assert region_figures(ctx, found)["doubted_minor"] == BILLIONS


def test_who_looks_back_sees_the_doubt_as_well(ctx: Context, flood: Incident) -> None:
    """Of a claim that was corrected on the way, which is counted by itself, and of one that was not."""
    receive(ctx, claims("48167", 1, minor=100_000), source="s", incident_id=flood.incident_id)
    receive(ctx, claims("48167", 1, minor=BILLIONS), source="s", incident_id=flood.incident_id)
    receive(ctx, claims("48201", 1, minor=BILLIONS), source="s", incident_id=flood.incident_id)
    found = situation(replace(ctx, known_at=ctx.now()), flood.incident_id)
    assert (found.doubted, found.doubted_minor) == (2, 2 * BILLIONS)


def test_a_usual_claim_is_no_doubt(ctx: Context) -> None:
    receive(ctx, claims("48201", 2), source="s", incident_id=None)
    found = situation(ctx)
    assert (found.doubted, found.outside, found.foreign) == (0, None, ())
    assert not {n.kind for n in found.needs} & {"doubted", "outside"}


def test_a_file_of_another_country_is_taken_and_the_receipt_says_so(abroad: Context, tmp_path: Path) -> None:
    """Two claims of Texas, in dollars, come into a workspace of China that holds claims already."""
    file = tmp_path / "texas.csv"
    file.write_text("no,line,day,county,amount\nT-1,property,2017-08-28,48201,1000\nT-2,property,2017-08-28,48167,2000\n")
    columns = {
        "report_no": Column("report_no", ("no",)),
        "line": Column("line", ("line",), required=True),
        "loss_at": Column("loss_at", ("day",)),
        "region_given": Column("region_given", ("county",)),
        "estimated_minor": Column("estimated_minor", ("amount",), unit="whole"),
    }
    mapping = ClaimMapping("texas", "tx", "America/Chicago", "USD", columns, regions="us")
    receipt = import_claims(abroad, file, mapping)
    assert (receipt.new, receipt.rejected) == (2, 0)
    flags = {f.code: f for f in receipt.flags}
    assert (flags["outside_map"].rows, flags["outside_map"].field, flags["outside_map"].value) == (2, "county", "48201")
    assert flags["foreign_currency"].rows == 2 and "6.72 CNY" in str(flags["foreign_currency"].note)
    assert situation(abroad).outside.open == 5  # type: ignore[union-attr]


def test_what_changed_stands_newest_first(ctx: Context, flood: Incident) -> None:
    receive(ctx, claims("48201", 2), source="s", incident_id=flood.incident_id)
    later = replace(ctx, clock=FixedClock(ctx.now() + timedelta(hours=1)))
    receive(later, claims("48167", 1), source="late", incident_id=flood.incident_id)
    earlier = replace(ctx, clock=FixedClock(ctx.now() - timedelta(hours=1)))
    receive(earlier, claims("48167", 1, prefix="X"), source="early", incident_id=flood.incident_id)
    times = [at for at, _ in situation(later, flood.incident_id).changes]
    assert len(times) > 3 and times == sorted(times, reverse=True)


def test_rejects_of_a_workspace_in_yuan_are_written_in_chinese(ctx: Context, tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    file.write_text("no,line,day\nT-1,property,\n")
    columns = {
        "report_no": Column("report_no", ("no",)),
        "line": Column("line", ("line",), required=True),
        "loss_at": Column("loss_at", ("day",), required=True),
    }
    mapping = ClaimMapping("plainest", "s", "Asia/Shanghai", "CNY", columns)
    written = import_claims(save_profile(ctx, live_profile_for("cn")), file, mapping).rejects_file
    assert written and "出错字段" in Path(written).read_text("utf-8-sig").splitlines()[0]


def test_a_word_taken_for_another_is_named_in_the_readers_language() -> None:
    assert speaker("zh_CN")(taken_as("unknown")) == "不在映射的对照表中，按“未知”处理"
