"""Official casualty lists: each place as of its own time, no total twice, and what is not counted is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.domain.incident import Incident
from emergency.intake.mapping import ClaimMapping
from emergency.service import mappings
from emergency.service.context import Context
from emergency.service.importing import mapping_named
from emergency.service.record_files import RecordReceipt, import_records
from emergency.store import incidents
from tests.service.worlds import NOON_US

HEAD = "地区,受灾人口,死亡人数,失踪人数,重伤人数,转移安置,截至时间,发布单位\n"
ROWS = (
    "郑州市,188000,25,7,3,100000,2017-08-28 18:00,省应急厅\n"
    "新乡市,50000,3,1,,60000,2017-08-28 17:00,省应急厅\n"
    "郑州市,200000,30,,4,120000,2017-08-29 08:00,省应急厅\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "通报.csv"


def take(ctx: Context, flood: Incident, file: Path, text: str, by: ClaimMapping | None = None) -> RecordReceipt:
    file.write_text(text, encoding="utf-8")
    found = import_records(ctx, file, by or mapping_named(ctx, "zh-casualties"), incident_id=flood.incident_id)
    assert found.rows == found.new + found.updated + found.duplicates + found.rejected
    return found


def said(ctx: Context, flood: Incident, metric: str) -> list[int]:
    with ctx.store.read() as connection:
        known = incidents.facts(connection, incident_id=flood.incident_id, now_us=NOON_US + 86_400_000_000)
    return [f["value"] for f in known if f["metric"] == metric]


def test_a_place_counts_with_what_it_said_last_where_each_row_has_its_own_time(
    ctx: Context, flood: Incident, file: Path
) -> None:
    found = take(ctx, flood, file, HEAD + ROWS)
    assert (found.rows, found.new) == (3, 3)
    assert said(ctx, flood, "casualties.deaths") == [3, 28, 33]
    assert said(ctx, flood, "casualties.missing") == [1, 8]
    assert said(ctx, flood, "casualties.serious") == [3, 4]
    assert (take(ctx, flood, file, HEAD + ROWS).duplicates, said(ctx, flood, "casualties.deaths")) == (3, [3, 28, 33])


def test_what_no_figure_counts_is_named_and_nothing_else(ctx: Context, flood: Incident, file: Path) -> None:
    found = take(ctx, flood, file, HEAD + ROWS)
    assert [d for d in found.doubts if "受灾人口" in d] == [
        "not read, since no column of casualties counts it: 受灾人口, 转移安置. "
        "Enter by hand, as a figure, what the rules need."
    ]
    plain = take(ctx, flood, file, "地区,死亡人数,截止时间\n郑州市,25,2017-08-28\n")
    assert not any("not read" in d for d in plain.doubts)


def test_a_total_row_is_not_counted_and_a_wrong_one_is_doubted(ctx: Context, flood: Incident, file: Path) -> None:
    rows = "郑州市,25,2017-08-28\n新乡市,3,2017-08-28\n合计,{n},2017-08-28\n"
    found = take(ctx, flood, file, "地区,死亡人数,截至时间\n" + rows.format(n=28))
    assert (found.rows, [f.code for f in found.flags]) == (2, ["total_row"])
    assert said(ctx, flood, "casualties.deaths") == [28]
    found = take(ctx, flood, file, "地区,死亡人数,截至时间\n" + rows.format(n=30))
    assert [f.code for f in found.flags] == ["total_row", "total_differs"]


def test_a_proposal_takes_what_the_metrics_know_and_names_the_rest(ctx: Context, flood: Incident, file: Path) -> None:
    file.write_text(HEAD + ROWS, encoding="gb18030")
    proposed = mappings.propose(ctx, file)
    assert (proposed.proposal.rows_are, proposed.questions) == ("casualties", ())
    assert set(proposed.proposal.columns) == {"region_given", "dead", "missing", "serious", "as_of", "said_by"}
    assert [str(w) for w in proposed.to_json()["warnings"] if "受灾人口, 转移安置" in w]
    mappings.save(ctx, "通报", proposed.draft)
    take(ctx, flood, file, HEAD + ROWS, mapping_named(ctx, "通报"))
    assert said(ctx, flood, "casualties.deaths")[-1] == 33
