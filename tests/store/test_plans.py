from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emergency.store import plans
from emergency.store.incidents import Conflict
from emergency.store.store import Store, Workspaces

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def draft(store: Store) -> int:
    with store.write() as connection:
        return plans.add_draft(connection, shift="2026-07-01", based_on=None, created=NOON, actor="chen", body={})


def slot(plan_id: int, adjuster: str, shift: str = "2026-07-01") -> dict[str, object]:
    return {
        "adjuster_id": adjuster,
        "shift": shift,
        "plan_id": plan_id,
        "cell_id": "c",
        "incident_id": "i",
        "region": "48201",
        "line": "property",
        "minutes": 0,
    }


def hold(store: Store, *slots: dict[str, object]) -> None:
    with store.write() as connection:
        plans.hold(connection, slots)


def held(store: Store) -> list[tuple[str, int]]:
    with store.read() as connection:
        return [(s["adjuster_id"], s["plan_id"]) for s in plans.slots(connection)]


def test_one_person_cannot_be_in_two_plans_in_one_shift(store: Store) -> None:
    first, second = draft(store), draft(store)
    hold(store, slot(first, "A-1"))
    with pytest.raises(Conflict, match=rf"A-1 \(2026-07-01, #{first}\)"):
        hold(store, slot(second, "A-1"))
    assert held(store) == [("A-1", first)]


def test_a_plan_that_cannot_hold_all_its_slots_holds_none(store: Store) -> None:
    first, second = draft(store), draft(store)
    hold(store, slot(first, "A-2"))
    with pytest.raises(Conflict):
        hold(store, slot(second, "A-1"), slot(second, "A-2"), slot(second, "A-3"))
    assert held(store) == [("A-2", first)]


def test_the_next_shift_is_another_slot(store: Store) -> None:
    first = draft(store)
    hold(store, slot(first, "A-1"), slot(first, "A-1", "2026-07-02"))
    assert len(held(store)) == 2


def test_a_released_slot_can_be_held_again(store: Store) -> None:
    first, second = draft(store), draft(store)
    hold(store, slot(first, "A-1"))
    with store.write() as connection:
        assert plans.release(connection, first) == 1
    hold(store, slot(second, "A-1"))
    assert held(store) == [("A-1", second)]


def test_a_fork_takes_people_along_and_leaves_the_past_behind(workspaces: Workspaces, store: Store) -> None:
    from emergency.store import pool

    with store.write() as connection:
        pool.replace(
            connection,
            bases=[{"base_id": "b", "name": "Bryan", "name_zh": "", "region": "48041", "lon": -96.3, "lat": 30.7}],
            adjusters=[
                {"adjuster_id": "A-1", "name": "n", "base_id": "b", "skills": ["motor"], "licences": [], "slots": 1}
            ],
            goods=[{"depot": "b", "kind": "drone", "total": 2}],
        )
    hold(store, slot(draft(store), "A-1"))
    fork = workspaces.fork("drill-x", store)
    with fork.read() as connection:
        assert [a["adjuster_id"] for a in pool.adjusters(connection)] == ["A-1"]
        assert plans.slots(connection) == []
    hold(fork, slot(draft(fork), "A-1"))
    assert len(held(store)) == 1
    workspaces.drop("drill-x")
    assert workspaces.names() == ["live"]
