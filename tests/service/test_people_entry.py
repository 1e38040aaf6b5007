"""Somebody from outside is entered at noon and is in the proposal of noon; who rests or is off shift is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from emergency.domain.incident import Incident
from emergency.service import allocation, people_entry
from emergency.service.context import Conflict, Context, Refused
from emergency.service.importing import receive
from emergency.service.people_entry import Person
from emergency.service.records import journal_entries
from emergency.service.staff import roster_now
from emergency.store import plans
from tests.service.worlds import claims

HARRIS = "48201"
ANA = Person(
    "X-001",
    "Ana Ruiz",
    "HOU",
    ("property",),
    ("TX",),
    authority_minor=5_000_000,
    origin="mutual_aid",
    lender="Gulf Mutual",
)


@pytest.fixture
def flooded(ctx: Context, flood: Incident) -> Context:
    """Harris asks for five people: 40 claims at 8 visits a day."""
    receive(ctx, claims(HARRIS, 40), source="s", incident_id=flood.incident_id)
    return ctx


def placed(ctx: Context) -> set[str]:
    return {a.adjuster_id for a in allocation.propose(ctx).plan.assignments}


def test_somebody_lent_today_is_in_the_very_next_proposal(flooded: Context) -> None:
    assert placed(flooded) == {"H-1", "H-2", "H-3", "H-4"}
    people_entry.enter(flooded, replace(ANA, registration="R-77", authority_minor=5_000_000, language="es"))
    assert placed(flooded) == {"H-1", "H-2", "H-3", "H-4", "X-001"}
    (one,) = [m for m in people_entry.members(flooded) if m.person.adjuster_id == "X-001"]
    assert (one.entered_by, one.person.lender, one.person.authority_minor) == ("chen", "Gulf Mutual", 5_000_000)
    assert "people.enter" in {e.action for e in journal_entries(flooded)}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "resting"}, "status today: resting"),
        ({"status": "off"}, "status today: off duty"),
        ({"lent_until": "2017-08-28"}, "was lent until 2017-08-28 only"),
        # 29 August 2017 is a Tuesday, and the fifth day of a turn that began on the 25th.
        ({"pattern": "four_two", "pattern_from": "2017-08-25"}, "off shift today: four days on, two off"),
        ({"rest_until_us": 1_504_083_600_000_000}, "rests until 2017-08-30 04:00"),
    ],
)
def test_who_is_at_rest_or_off_shift_is_not_proposed_and_the_reason_is_said(
    flooded: Context, change: dict[str, object], why: str
) -> None:
    people_entry.enter(flooded, replace(ANA, **change))  # type: ignore[arg-type]
    assert str(roster_now(flooded).out["X-001"]) == why
    draft = allocation.propose(flooded)
    assert "X-001" not in {a.adjuster_id for a in draft.plan.assignments}
    with flooded.store.read() as connection:
        kept = plans.get(connection, draft.plan_id)
    assert kept and list(kept["body"]["out"]) == ["X-001"], "the plan remembers who was left out, and why"


def test_a_turn_that_works_today_is_no_reason(flooded: Context) -> None:
    people_entry.enter(flooded, replace(ANA, pattern="four_two", pattern_from="2017-08-26"))
    people_entry.enter(flooded, replace(ANA, adjuster_id="X-002", name="Bo Lee", pattern="weekdays"))
    assert roster_now(flooded).out == {}


def test_six_days_in_a_row_end_in_a_day_of_rest(flooded: Context) -> None:
    day = date(2017, 8, 29)
    with flooded.store.write() as connection:
        plan = plans.add_draft(connection, shift="x", based_on=None, created=flooded.now(), actor="x", body={})
        for who, days in (("H-1", (1, 2, 3, 4, 5, 6)), ("H-2", (1, 2, 4, 5, 6, 7))):
            slot = {"adjuster_id": who, "incident_id": "i", "region": HARRIS, "line": "property"}
            slot |= {"plan_id": plan, "cell_id": "c", "minutes": 0}
            plans.hold(connection, [slot | {"shift": (day - timedelta(days=n)).isoformat()} for n in days])
    assert {who: str(why) for who, why in roster_now(flooded).out.items()} == {
        "H-1": "has worked 6 days in a row; one day of rest is due"
    }


def test_status_of_several_is_set_at_once_and_taken_back(flooded: Context) -> None:
    versions = {m.person.adjuster_id: m.version for m in people_entry.members(flooded)}
    two = {who: versions[who] for who in ("H-1", "H-2")}
    before = people_entry.set_status(flooded, two, "off")
    assert placed(flooded) == {"H-3", "H-4"}
    with pytest.raises(Conflict, match=r"somebody changed H-1 \(Houston 1, off duty\)"):
        people_entry.set_status(flooded, two, "resting")
    people_entry.put_back(flooded, before)
    assert placed(flooded) == {"H-1", "H-2", "H-3", "H-4"}


def test_nobody_at_all_to_send_is_said(flooded: Context) -> None:
    versions = {m.person.adjuster_id: m.version for m in people_entry.members(flooded)}
    people_entry.set_status(flooded, versions, "off")
    with pytest.raises(Refused, match="nobody of the 5 people can be sent out today"):
        allocation.propose(flooded)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "give an id and a name"),
        ({"skills": ()}, "choose at least one skill"),
        ({"skills": ("magic",)}, "choose at least one skill"),
        ({"base_id": "NYC"}, "choose a base: HOU, LCH"),
        ({"lender": ""}, "say who sends them"),
        ({"pattern": "moonshine"}, "choose a turn of: weekdays"),
        ({"authority_minor": None}, "enter the authority limit they have in this house; 0 where"),
        ({"language": "es;xx"}, "“xx” is no language known here; use en English, es Spanish, zh Mandarin"),
    ],
)
def test_a_row_that_is_not_whole_is_refused_with_what_is_allowed(
    ctx: Context, change: dict[str, object], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        people_entry.enter(ctx, replace(ANA, **change))  # type: ignore[arg-type]


def test_an_id_stands_once_and_a_change_is_made_against_what_was_looked_at(ctx: Context) -> None:
    people_entry.enter(ctx, ANA)
    with pytest.raises(Conflict, match="X-001 is Ana Ruiz already"):
        people_entry.enter(ctx, replace(ANA, name="Other"))
    before = people_entry.change(ctx, replace(ANA, note="speaks Spanish"), version=1)
    assert before == ANA
    with pytest.raises(Conflict, match="somebody changed X-001"):
        people_entry.change(ctx, replace(ANA, note="too late"), version=1)


def test_who_holds_a_shift_is_not_taken_off_the_roster(flooded: Context) -> None:
    from emergency.service import dispatching

    people_entry.enter(flooded, ANA)
    dispatching.commit(flooded, allocation.propose(flooded).plan_id)
    with pytest.raises(Refused, match="X-001 holds a shift of today"):
        people_entry.remove(flooded, "X-001")
    dispatching.withdraw(flooded, 1)
    people_entry.remove(flooded, "X-001")
    with pytest.raises(Refused, match="nobody with the id X-001"):
        people_entry.remove(flooded, "X-001")


def test_a_free_id_is_the_next_number() -> None:
    assert people_entry.next_id({"X-001", "X-002", "P-001"}, "X") == "X-003"


At = Callable[[Context, str], Context]


def test_rest_until_an_instant_ends_by_itself(flooded: Context, at: At) -> None:
    people_entry.set_status(flooded, {"H-1": 1}, "available", at(flooded, "2017-08-29T18:00:00-05:00").now())
    assert "H-1" in roster_now(flooded).out
    assert "H-1" not in roster_now(at(flooded, "2017-08-29T18:00:01-05:00")).out


def test_the_same_person_is_not_entered_twice(ctx: Context) -> None:
    people_entry.enter(ctx, replace(ANA, registration="R-77"))
    for twice, said in (
        (
            {"name": "A. Ruiz", "registration": "ｒ-77"},
            r"number R-77 is X-001 Ana Ruiz \(Gulf Mutual\) already; change",
        ),
        ({"name": "ana  ruiz"}, r"Ana Ruiz \(Gulf Mutual\) is on the roster already as X-001; change that entry"),
    ):
        with pytest.raises(Refused, match=said):
            people_entry.enter(ctx, replace(ANA, adjuster_id="X-002", **twice))  # type: ignore[arg-type]
    assert "X-002" not in {m.person.adjuster_id for m in people_entry.members(ctx)}


def test_a_namesake_of_another_sender_or_with_a_number_of_their_own_is_somebody_else(ctx: Context) -> None:
    people_entry.enter(ctx, replace(ANA, registration="R-77"))
    people_entry.enter(ctx, replace(ANA, adjuster_id="X-002", lender="Bayou Mutual"))
    people_entry.enter(ctx, replace(ANA, adjuster_id="X-003", registration="R-78"))
    mine = replace(ANA, adjuster_id="X-003", registration="R-78", note="drives")
    people_entry.change(ctx, mine, version=1)
    with pytest.raises(Refused, match="number R-77 is X-001"):
        people_entry.change(ctx, replace(mine, registration="R-77"), version=2)


def test_one_s_own_need_no_limit_and_a_language_of_the_roster_or_of_iso_639_is_taken(ctx: Context) -> None:
    own = replace(ANA, origin="own", lender="", authority_minor=None)
    for number, language in enumerate(("fr", "西班牙语", "en；粤语", "")):
        people_entry.enter(ctx, replace(own, adjuster_id=f"P-{number}", name=f"P {number}", language=language))
