"""Messages, policies and casualties come in by the same door; the source's own time decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.domain.incident import Incident
from emergency.intake.mapping import ClaimMapping
from emergency.service.context import Context, Refused
from emergency.service.importing import import_claims, mapping_named, receive
from emergency.service.record_files import RecordReceipt, import_records
from emergency.store import incidents, messages
from emergency.store.tables import claim
from tests.service.worlds import NOON_US, claims


def mapping(ctx: Context, name: str) -> ClaimMapping:
    from dataclasses import replace

    found = mapping_named(ctx, name)
    return replace(found, timezone="America/Chicago", currency="USD")


def take(ctx: Context, path: Path, text: str, by: str = "plain-messages", **options: object) -> RecordReceipt:
    path.write_text(text, encoding="utf-8")
    found = import_records(ctx, path, mapping(ctx, by), **options)  # type: ignore[arg-type]
    assert found.rows == found.new + found.updated + found.duplicates + found.rejected
    return found


def state(ctx: Context, number: str) -> tuple[str, int | None, int | None]:
    with ctx.store.read() as connection:
        row = connection.execute(claim.select().where(claim.c.report_no == number)).one()
    return row.status, row.estimated_minor, row.paid_minor


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "messages.csv"


@pytest.fixture
def two(ctx: Context) -> Context:
    frame = claims("48201", 2)
    receive(ctx, frame.assign(report_no=["A", "B"]), source="plain", incident_id=None)
    return ctx


HEAD = "report_no,kind,at,estimated,outstanding,paid,currency,note\n"


def test_a_claim_follows_its_newest_message_whatever_order_they_come_in(two: Context, file: Path) -> None:
    first = take(two, file, HEAD + "A,assessed,2017-08-29 10:00,900,900,,USD,\nA,paid,2017-08-29 11:00,,400,500,USD,\n")
    assert (first.new, first.claims_changed, first.waiting) == (2, 1, 0)
    assert state(two, "A") == ("paid", 90_000, 50_000)
    late = take(two, file, HEAD + "A,surveyed,2017-08-29 09:00,700,700,,USD,came late\n")
    assert (late.new, late.claims_changed) == (1, 0)
    assert state(two, "A") == ("paid", 90_000, 50_000)
    assert state(two, "B") == ("reported", 100_000, None)
    with two.store.read() as connection:
        assert [m["kind"] for m in messages.history(connection, "plain", "A")] == ["surveyed", "assessed", "paid"]


def test_the_same_file_again_changes_nothing_and_a_corrected_amount_does(two: Context, file: Path) -> None:
    text = HEAD + "A,assessed,2017-08-29 10:00,900,,,USD,\n"
    take(two, file, text)
    again = take(two, file, text)
    assert (again.new, again.updated, again.duplicates, again.claims_changed) == (0, 0, 1, 0)
    mended = take(two, file, text.replace("900", "950"))
    assert (mended.updated, mended.claims_changed) == (1, 1)
    assert state(two, "A")[1] == 95_000


def test_a_message_before_its_claim_waits_for_it(ctx: Context, file: Path) -> None:
    early = take(ctx, file, HEAD + "Z,closed,2017-08-29 10:00,,,77,USD,\n")
    assert (early.waiting, early.claims_changed) == (1, 0)
    receive(ctx, claims("48201", 1).assign(report_no="Z"), source="plain", incident_id=None)
    assert state(ctx, "Z") == ("closed", 100_000, 7_700)


def test_the_first_notice_again_does_not_take_the_claim_back(two: Context, file: Path) -> None:
    take(two, file, HEAD + "A,closed,2017-08-29 10:00,,,5,USD,\n")
    receive(two, claims("48201", 1, minor=7).assign(report_no="A"), source="plain", incident_id=None)
    assert state(two, "A")[0] == "closed"


@pytest.mark.parametrize(
    ("kind", "status"),
    [("supplement", "reported"), ("advance", "reported"), ("figures", "reported"), ("declined", "declined")],
)
def test_what_is_no_step_leaves_the_state_and_brings_its_money(
    two: Context, file: Path, kind: str, status: str
) -> None:
    take(two, file, HEAD + f"A,{kind},2017-08-29 10:00,,,3,USD,\n")
    assert state(two, "A") == (status, 100_000, 300)


def test_rows_that_cannot_be_used_are_handed_back_with_a_reason(two: Context, file: Path) -> None:
    rows = "A,teleported,2017-08-29 10:00,,,,USD,\n,paid,2017-08-29 10:00,,,,USD,\nA,paid,2030-01-01 10:00,,,,USD,\n"
    found = take(two, file, HEAD + rows + "A,paid,2017-08-29 10:00,,,1,USD,\nA,paid,2017-08-29 10:00,,,1,USD,\n")
    assert (found.rejected, found.new, found.duplicates) == (3, 1, 1)
    assert found.rejects_file
    text = Path(found.rejects_file).read_text("utf-8-sig")
    assert "teleported is not in the mapping's table" in text
    assert "lies after the moment of import" in text


def test_what_was_paid_to_date_and_falls_is_doubted(two: Context, file: Path) -> None:
    found = take(two, file, HEAD + "A,paid,2017-08-29 10:00,,,50,USD,\nA,paid,2017-08-29 11:00,,,20,USD,\n")
    assert found.doubts == ("A: what was paid to date falls; is each payment meant?",)


def test_policies_in_force_are_kept_by_region_and_line_and_an_older_statement_changes_nothing(
    ctx: Context, file: Path
) -> None:
    head = "地区,险种,保单数,保险金额,份额,截止时间\n"
    first = take(
        ctx, file, head + '48201,家财险,"12,000",500,60%,2017-08-01\n48999,家财险,1,1,1,2017-08-01\n', "zh-policies"
    )
    assert (first.new, first.rejected) == (1, 1)
    older = take(ctx, file, head + "48201,家财险,9,9,1,2017-07-01\n", "zh-policies")
    assert (older.new, older.updated, older.duplicates) == (0, 0, 1)
    with ctx.store.read() as connection:
        (row,) = messages.policies(connection)
    assert (row["region"], row["line"], row["policies"]) == ("48201", "home", 12_000)
    assert (row["sum_insured_minor"], row["own_share"]) == (500_000_000, 0.6)


def test_official_casualties_become_figures_to_date_and_a_falling_count_is_doubted(
    ctx: Context, flood: Incident, file: Path
) -> None:
    head = "地区,死亡人数,失踪人数,截止时间,发布单位\n"
    rows = (
        "Harris,3,1,2017-08-28 12:00,County\nGalveston,1,,2017-08-28 12:00,County\nHarris,2,0,2017-08-29 08:00,State\n"
    )
    found = take(ctx, file, head + rows, "zh-casualties", incident_id=flood.incident_id)
    assert (found.new, found.rejected) == (3, 0)
    assert len(found.doubts) == 2
    with ctx.store.read() as connection:
        known = incidents.facts(connection, incident_id=flood.incident_id, now_us=NOON_US)
    assert [(f["metric"], f["value"], f["source"]) for f in known if f["metric"] == "casualties.deaths"] == [
        ("casualties.deaths", 4, "County"),
        ("casualties.deaths", 2, "State"),
    ]
    again = take(ctx, file, head + rows, "zh-casualties", incident_id=flood.incident_id)
    assert (again.new, again.duplicates) == (0, 3)


def test_each_kind_of_file_needs_its_kind_of_mapping(ctx: Context, file: Path) -> None:
    file.write_text(HEAD)
    with pytest.raises(Refused, match="is for claims"):
        import_records(ctx, file, mapping_named(ctx, "plain"))
    with pytest.raises(Refused, match="reads messages, not claims"):
        import_claims(ctx, file, mapping_named(ctx, "plain-messages"))
    with pytest.raises(Refused, match="casualties belong to an incident"):
        import_records(ctx, file, mapping_named(ctx, "zh-casualties"))
