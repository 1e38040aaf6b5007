"""A claim from its first version to now: who changed what, with every message in the source's order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emergency.domain.incident import Incident
from emergency.service.claim_history import claim_history, claim_stages
from emergency.service.context import Context
from emergency.service.importing import import_claims, mapping_named
from emergency.service.placing import place_in, queue
from emergency.service.record_files import import_records
from emergency.store.intake_tables import claim_version

HEAD = "report_no,policy_no,line,loss_time,report_time,region,place,estimated,currency\n"
FIRST = "A-1,POL123456789,property,2017-08-27 08:00,2017-08-27 12:00,48201,1200 Main St,25000,USD\n"
SECOND = FIRST.replace("25000", "31000").replace("property", "home")
MESSAGES = "report_no,kind,at,estimated,outstanding,paid,currency,note\n"
At = Callable[[Context, str], Context]


def take(ctx: Context, path: Path, text: str, by: str = "plain") -> None:
    path.write_text(text)
    mapping = mapping_named(ctx, by)
    (import_claims if mapping.kind == "claims" else import_records)(ctx, path, mapping)


@pytest.fixture
def corrected(ctx: Context, at: At, tmp_path: Path) -> Context:
    take(ctx, tmp_path / "first.csv", HEAD + FIRST)
    later = at(ctx, "2017-08-29T13:00:00-05:00")
    take(later, tmp_path / "second.csv", HEAD + SECOND)
    return later


def test_a_corrected_claim_has_two_versions_and_says_what_changed_and_who_brought_it(corrected: Context) -> None:
    (found,) = claim_history(corrected, " A-1 ")
    first, second = found.versions
    assert (first.number, first.values["line"], first.values["estimated_minor"]) == (1, "property", 2_500_000)
    assert (second.number, second.values["line"], second.values["estimated_minor"]) == (2, "home", 3_100_000)
    assert second.changed == ("line", "estimated_minor")
    assert (first.brought_by, second.brought_by, second.actor) == ("first.csv", "second.csv", "chen")
    assert (second.since - first.since).total_seconds() == 3600  # type: ignore[operator]


def test_when_it_was_reported_and_when_it_was_keyed_are_two_things(corrected: Context) -> None:
    (found,) = claim_history(corrected, "A-1")
    reported = found.versions[-1].values["reported_at"]
    assert reported.isoformat() == "2017-08-27T04:00:00+00:00"  # the plain mapping speaks of Shanghai time
    assert found.versions[-1].keyed_at.isoformat() == "2017-08-29T17:00:00+00:00"
    assert found.versions[-1].values["channel"] == "unknown"


def test_what_leads_to_a_person_is_masked(corrected: Context) -> None:
    (found,) = claim_history(corrected, "A-1")
    assert found.policy_no == "POL*****6789"
    assert found.versions[0].values["place"] == "** Main St"


def test_the_same_file_again_makes_no_version(corrected: Context, tmp_path: Path) -> None:
    take(corrected, tmp_path / "again.csv", HEAD + SECOND)
    (found,) = claim_history(corrected, "A-1")
    assert [v.number for v in found.versions] == [1, 2]


def test_a_claim_that_is_placed_by_a_person_has_a_version_for_it(ctx: Context, tmp_path: Path) -> None:
    take(ctx, tmp_path / "f.csv", HEAD + FIRST.replace("48201", ""))
    place_in(ctx, [queue(ctx)[0][0].claim_id], "48201")
    (found,) = claim_history(ctx, "A-1")
    assert found.versions[-1].changed == ("region", "precision")
    assert [v.values["precision"] for v in found.versions] == ["none", "region"]
    last = found.versions[-1]
    assert (last.placed, last.actor, last.brought_by, last.since) == (True, "chen", "", ctx.now())


def test_a_version_that_messages_made_says_which_when_and_of_which_file(
    corrected: Context, at: At, tmp_path: Path
) -> None:
    one = at(corrected, "2017-08-29T15:00:00-05:00")
    take(one, tmp_path / "m1.csv", MESSAGES + "A-1,surveyed,2017-08-28 09:00,,,,USD,\n", "plain-messages")
    two = at(corrected, "2017-08-29T16:00:00-05:00")
    both = "A-1,assessed,2017-08-28 10:00,900,,,USD,\nA-1,paid,2017-08-29 10:00,,,700,USD,\n"
    take(two, tmp_path / "m2.csv", MESSAGES + both, "plain-messages")
    (found,) = claim_history(corrected, "A-1")
    third, fourth = found.versions[2:]
    assert (third.brought_by, third.actor, third.since) == ("m1.csv", "chen", one.now())
    assert [m.kind for m in third.messages] == ["surveyed"]
    assert (fourth.brought_by, fourth.since, fourth.changed) == (
        "m2.csv",
        two.now(),
        ("estimated_minor", "paid_minor", "status"),
    )
    assert [m.kind for m in fourth.messages] == ["assessed", "paid"]
    assert not any(v.messages for v in found.versions[:2])


def test_a_message_that_waited_made_its_version_when_the_claim_came(ctx: Context, at: At, tmp_path: Path) -> None:
    take(ctx, tmp_path / "m.csv", MESSAGES + "A-1,paid,2017-08-28 09:00,,,700,USD,\n", "plain-messages")
    later = at(ctx, "2017-08-29T14:00:00-05:00")
    take(later, tmp_path / "f.csv", HEAD + FIRST)
    # The same amount told once more makes no version, and is not what made one.
    last = at(ctx, "2017-08-29T15:00:00-05:00")
    take(last, tmp_path / "m2.csv", MESSAGES + "A-1,paid,2017-08-29 09:00,,,700,USD,\n", "plain-messages")
    (found,) = claim_history(last, "A-1")
    first, second = found.versions
    assert (first.brought_by, first.since) == ("f.csv", later.now())
    assert (second.brought_by, second.since) == ("m.csv", later.now())
    assert [m.kind for m in second.messages] == ["paid"]


def test_an_amount_told_again_after_another_is_of_the_message_that_told_it_again(
    corrected: Context, at: At, tmp_path: Path
) -> None:
    for hour, (day, amount) in enumerate([("27 20:00", 900), ("28 09:00", 950), ("29 09:00", 900)], 14):
        now = at(corrected, f"2017-08-29T{hour}:00:00-05:00")
        line = f"A-1,figures,2017-08-{day},{amount},,,USD,\n"
        take(now, tmp_path / f"m{hour}.csv", MESSAGES + line, "plain-messages")
    (found,) = claim_history(corrected, "A-1")
    assert [v.brought_by for v in found.versions[2:]] == ["m14.csv", "m15.csv", "m16.csv"]


def test_messages_stand_in_the_sources_order_and_a_late_one_is_marked(
    corrected: Context, at: At, tmp_path: Path
) -> None:
    take(corrected, tmp_path / "m1.csv", MESSAGES + "A-1,assessed,2017-08-29 10:00,900,,,USD,\n", "plain-messages")
    later = at(corrected, "2017-08-29T14:00:00-05:00")
    late = MESSAGES + "A-1,surveyed,2017-08-28 09:00,,,,USD,call 13812345678\n"
    take(later, tmp_path / "m2.csv", late, "plain-messages")
    (found,) = claim_history(later, "A-1")
    assert [(m.kind, m.late) for m in found.told] == [("surveyed", True), ("assessed", False)]
    assert found.told[0].note == "call 138****5678"
    assert found.versions[-1].values["status"] == "assessed"


def test_a_number_nobody_has_gives_nothing(corrected: Context) -> None:
    assert claim_history(corrected, "A-2") == claim_history(corrected, "") == claim_history(corrected, "A\0") == ()


def test_a_new_claim_leaves_no_earlier_version(ctx: Context, tmp_path: Path) -> None:
    take(ctx, tmp_path / "f.csv", HEAD + FIRST)
    with ctx.store.read() as connection:
        assert connection.execute(claim_version.select()).fetchall() == []


def test_stages_count_claims_and_hours_by_the_sources_times(corrected: Context, tmp_path: Path) -> None:
    steps = "A-1,registered,2017-08-27 14:00,,,,USD,\nA-1,surveyed,2017-08-27 20:00,,,,USD,\n"
    take(corrected, tmp_path / "m.csv", MESSAGES + steps, "plain-messages")
    found = {s.name: s for s in claim_stages(corrected)}
    assert (found["registered"].reached, found["registered"].hours) == (1, 2.0)
    assert (found["surveyed"].standing, found["surveyed"].hours, found["surveyed"].from_report_hours) == (1, 6.0, 8.0)


def test_stages_of_an_incident_are_of_its_claims_alone(corrected: Context, flood: Incident) -> None:
    assert all(not s.standing for s in claim_stages(corrected, flood.incident_id))
