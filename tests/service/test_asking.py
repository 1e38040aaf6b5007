"""Harris has 16 ordinary claims and 4 large ones; limits and languages of the Houston four decide who goes to which."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from emergency.domain.incident import Incident
from emergency.service import allocation, asking, dispatching, gaps, moving
from emergency.service.context import Context, Refused
from emergency.service.importing import receive
from emergency.service.planning import plan_figures, why
from emergency.service.records import journal_entries, messages
from emergency.service.slot_course import courses
from emergency.store import plans
from emergency.store.tables import adjuster
from emergency.texts import speaker
from tests.service.worlds import claims

HARRIS = "48201"
LOW, HIGH = 2_500_000, 10_000_000  # minor units: 25,000 and 100,000 dollars


@pytest.fixture
def world(ctx: Context, flood: Incident) -> Context:
    """H-1 and H-2 may settle 25,000 dollars, H-3 and H-4 100,000; H-4 speaks Spanish."""
    receive(ctx, claims(HARRIS, 16), source="s", incident_id=flood.incident_id)
    receive(ctx, claims(HARRIS, 4, minor=5_000_000, prefix="L"), source="s", incident_id=flood.incident_id)
    people = (("H-1", LOW, ""), ("H-2", LOW, "en"), ("H-3", HIGH, "en"), ("H-4", HIGH, "en; Spanish"))
    with ctx.store.write() as connection:
        for who, limit, language in people:
            row = update(adjuster).where(adjuster.c.adjuster_id == who)
            connection.execute(row.values(authority_minor=limit, language=language))
    return ctx


def stored(ctx: Context, plan_id: int) -> dict:
    with ctx.store.read() as connection:
        found = plans.get(connection, plan_id)
    assert found is not None
    return found


def by_cell(draft: allocation.Draft) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for a in draft.plan.assignments:
        found.setdefault(a.cell_id.removeprefix("FLOOD-1/48201/property"), []).append(a.adjuster_id)
    return found


def test_large_losses_are_a_cell_of_their_own_for_those_who_may_settle_them(world: Context) -> None:
    draft = allocation.propose(world)
    assert [(c.cell_id, c.slots, c.above_minor) for c in draft.cells] == [
        ("FLOOD-1/48201/property@25000", 1, LOW),
        ("FLOOD-1/48201/property", 2, None),
    ]
    found = by_cell(draft)
    assert set(found["@25000"]) < {"H-3", "H-4"}
    (who,) = found["@25000"]
    told = [str(m) for m in why(world, stored(world, draft.plan_id), who)]
    assert f"Claims there lie above $25.00 k; {who} has the authority to settle them." in told


def test_where_nobody_may_settle_them_they_are_referred_and_the_room_can_say_who_is_missing(world: Context) -> None:
    for who in ("H-3", "H-4"):
        with world.store.write() as connection:
            row = update(adjuster).where(adjuster.c.adjuster_id == who)
            connection.execute(row.values(status="off"))
    draft = allocation.propose(world)
    body = stored(world, draft.plan_id)
    (referral,) = body["body"]["referrals"]
    assert (referral["slots"], referral["minutes"]) == (1, 4 * 30)
    assert plan_figures(world, body, None)["referred"] == 1
    cell_id = "FLOOD-1/48201/property@25000"
    told = [str(m) for m in gaps.answers(world, body, cell_id)]
    assert told[0].startswith("1 referred: 1 more for property with authority above $25.00 k would settle on the spot")
    assert told[1].startswith("One more with authority above $25.00 k, from Harris")
    chinese = speaker("zh_CN")
    assert "核损权限高于" in chinese(gaps.answers(world, body, cell_id)[0])
    (sent,) = [a.adjuster_id for a in draft.plan.assignments if a.cell_id == cell_id]
    assert any("referring them counts 120 minutes" in str(m) for m in why(world, body, sent))


def test_what_lies_above_the_highest_limit_of_the_house_is_referred_though_its_best_people_go(
    world: Context,
) -> None:
    receive(world, claims(HARRIS, 3, minor=HIGH + 1, prefix="X"), source="s", incident_id="FLOOD-1")
    with world.store.write() as connection:
        connection.execute(update(adjuster).where(adjuster.c.authority_minor.is_(None)).values(authority_minor=LOW))
    draft = allocation.propose(world)
    body = stored(world, draft.plan_id)
    assert next((c.cell_id[-7:], c.slots, c.referral_minutes) for c in draft.cells) == ("@100000", 1, 0)
    (referral,) = body["body"]["referrals"]
    assert (referral["cell_id"][-7:], referral["slots"], referral["minutes"]) == ("@100000", 1, 0)
    assert plan_figures(world, body, None)["referred"] == 1
    (told,) = gaps.answers(world, body, referral["cell_id"])
    assert str(told).startswith("1 referred: nobody in the house may settle claims above $100.00 k")
    (who,) = [a.adjuster_id for a in draft.plan.assignments if a.cell_id == referral["cell_id"]]
    assert any("nobody in the house may settle them" in str(m) for m in why(world, body, who))


def test_a_language_is_asked_with_a_reason_kept_in_the_journal_and_taken_back(world: Context) -> None:
    asking.ask_for_language(world, HARRIS, "property", "Spanish", 1, "many families of the east side")
    (wish,) = asking.languages_asked(world)
    assert (wish.language, wish.people, wish.by) == ("es", 1, "chen")
    assert by_cell(allocation.propose(world))["+es"] == ["H-4"]
    assert "pool.language" in {e.action for e in journal_entries(world)}
    asking.ask_for_language(world, HARRIS, "property", "vi", 1, "a fishing town")
    draft = allocation.propose(world)
    short = {s.cell_id[-3:]: str(s.reason) for s in draft.plan.shortages}
    assert short["+vi"].startswith("1 more for property speaking Vietnamese: people who could serve: 4, none speaks")
    for language in ("es", "vi"):
        asking.ask_for_language(world, HARRIS, "property", language, 0, "they have interpreters now")
    assert asking.languages_asked(world) == ()
    assert not any(c.language for c in allocation.propose(world).cells)


@pytest.mark.parametrize(
    ("region", "line", "language", "people", "reason"),
    [
        ("99999", "property", "es", 1, "x"),
        (HARRIS, "sleep", "es", 1, "x"),
        (HARRIS, "property", "es, vi", 1, "x"),
        (HARRIS, "property", "", 1, "x"),
        (HARRIS, "property", "es", -1, "x"),
        (HARRIS, "property", "es", 1, " "),
    ],
)
def test_a_wish_without_head_or_tail_is_refused(
    world: Context, region: str, line: str, language: str, people: int, reason: str
) -> None:
    with pytest.raises(Refused):
        asking.ask_for_language(world, region, line, language, people, reason)
    assert asking.languages_asked(world) == ()


def test_who_takes_over_large_losses_of_their_own_place_is_neither_moved_nor_called_again(world: Context) -> None:
    receive(world, claims(HARRIS, 8, prefix="M"), source="s", incident_id="FLOOD-1")
    first = allocation.propose(world)
    dispatching.commit(world, first.plan_id)
    now = stored(world, first.plan_id)
    asking.ask_for_language(world, HARRIS, "property", "es", 1, "many families of the east side")
    second = allocation.propose(world)
    assert second.plan.moves == ()
    dispatching.commit(world, second.plan_id)
    found = {c.adjuster_id: (c.cell_id, c.state) for c in courses(world, second.plan_id)}
    assert found == {a.adjuster_id: (a.cell_id, "called") for a in second.plan.assignments}
    assert [m["audience"] for m in messages(world)] == ["adjusters"], "nobody is called again"
    assert plan_figures(world, stored(world, second.plan_id), now)["broken"] == 0


def test_people_are_moved_to_the_large_losses_by_hand_as_to_any_place(world: Context) -> None:
    draft = allocation.propose(world)
    body = stored(world, draft.plan_id)
    group = next(g for g in moving.groups(world, body) if not g.idle)
    cell_id = "FLOOD-1/48201/property@25000"
    here = set(by_cell(draft)["@25000"])
    others = [p for p in group.people if p not in here]
    assert [who for who, _ in moving.able(world, body, others, cell_id)] == sorted(others)
