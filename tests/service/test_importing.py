from __future__ import annotations

import json
from pathlib import Path

import pytest

from emergency.domain.incident import Incident
from emergency.service.context import Context, Refused
from emergency.service.importing import import_claims, mapping_named, receive
from emergency.service.records import imports, verify_journal
from emergency.service.situation import claims_elsewhere, everything, situation
from tests.service.worlds import claims

CLAIMS = """report_no,line,loss_time,report_time,region,lon,lat,estimated,currency,cause
A-1,property,2017-08-27 08:00,2017-08-27 12:00,48201,-95.37,29.76,25000,USD,flood
A-2,property,2017-08-27 08:00,2017-08-27 12:30,48167,-94.80,29.30,18000,USD,flood
A-2,property,2017-08-27 08:00,2017-08-27 12:30,48167,-94.80,29.30,18000,USD,flood
A-3,property,sometime,2017-08-27 12:30,48167,-94.80,29.30,18000,USD,flood
A-4,property,2017-08-27 08:00,2017-08-27 13:00,,,,9000,USD,flood
"""


def conserved(receipt: object) -> bool:
    r = json.loads(json.dumps(receipt.to_json()))  # type: ignore[attr-defined]
    return r["rows"] == r["accepted"] + r["duplicates"] + r["rejected"] and r["accepted"] == r["new"] + r["updated"]


def test_every_row_of_a_file_is_accounted_for_and_the_second_import_changes_nothing(
    ctx: Context, flood: Incident, tmp_path: Path
) -> None:
    file = tmp_path / "claims.csv"
    file.write_text(CLAIMS)
    mapping = mapping_named(ctx, "plain")
    first = import_claims(ctx, file, mapping, incident_id=flood.incident_id)
    assert (first.rows, first.new, first.duplicates, first.rejected, first.unlocated) == (5, 3, 1, 1, 1)
    assert conserved(first)
    assert first.rejects_file
    assert "A-3" in Path(first.rejects_file).read_text("utf-8-sig")
    # At the same instant: a demo's clock stands still.
    again = import_claims(ctx, file, mapping, incident_id=flood.incident_id)
    assert (again.new, again.updated, again.duplicates, again.rejected) == (0, 0, 4, 1)
    assert conserved(again)
    assert len(imports(ctx)) == 2
    assert verify_journal(ctx).ok


def test_a_mended_reject_can_be_imported_again(ctx: Context, tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    file.write_text(CLAIMS)
    mapping = mapping_named(ctx, "plain")
    rejects = import_claims(ctx, file, mapping).rejects_file
    assert rejects
    mended = tmp_path / "mended.csv"
    mended.write_text(Path(rejects).read_text("utf-8-sig").replace("sometime", "2017-08-27 09:00"))
    receipt = import_claims(ctx, mended, mapping)
    assert (receipt.rows, receipt.new, receipt.rejected) == (1, 1, 0)


def test_an_unknown_incident_is_refused_before_anything_is_read(ctx: Context, tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    file.write_text(CLAIMS)
    with pytest.raises(Refused, match="there is no incident NOWHERE"):
        import_claims(ctx, file, mapping_named(ctx, "plain"), incident_id="NOWHERE")
    assert imports(ctx) == []


@pytest.mark.timeout(600)
def test_the_real_flood_sample_comes_in_whole_and_a_second_time_changes_nothing(
    ctx: Context, shared_data: Path
) -> None:
    file = shared_data / "claims" / "nfip_claims_sample_dev.csv"
    mapping = mapping_named(ctx, "nfip-v2")
    # The sample reaches to 2026; this workspace's clock stands in 2017.
    from dataclasses import replace

    from emergency.service.context import WallClock

    now = replace(ctx, clock=WallClock())
    first = import_claims(now, file, mapping)
    assert first.rows == 25_802
    assert conserved(first)
    again = import_claims(now, file, mapping)
    assert (again.new, again.updated) == (0, 0)
    assert conserved(again)


def test_the_situation_shows_what_came_in_by_region_and_what_is_short(ctx: Context, flood: Incident) -> None:
    receive(ctx, claims("48201", 20), source="s", incident_id=flood.incident_id)
    receive(ctx, claims("48167", 4, hours_ago=100), source="s", incident_id=flood.incident_id)
    found = situation(ctx)
    assert [(r.code, r.open, r.needed, r.short) for r in found.regions] == [("48201", 20, 3, 3), ("48167", 4, 1, 1)]
    assert (found.open, found.overdue, found.unlocated) == (24, 4, 0)
    assert {"shortage", "overdue"} <= {n.kind for n in found.needs}


def test_claims_of_no_incident_are_seen_beside_those_of_the_open_one(ctx: Context, flood: Incident) -> None:
    receive(ctx, claims("48201", 20), source="s", incident_id=flood.incident_id)
    assert not claims_elsewhere(ctx, flood.incident_id)
    receive(ctx, claims("48167", 4), source="t", incident_id=None)
    assert claims_elsewhere(ctx, flood.incident_id)
    assert [(r.code, r.open) for r in situation(ctx).regions] == [("48201", 20)]
    every = everything(ctx)
    assert every.incident is None
    assert {r.code: r.open for r in every.regions} == {"48201": 20, "48167": 4}
