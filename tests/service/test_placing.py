"""Claims without a place wait until a coordinator says where they are; every act can be taken back."""

from __future__ import annotations

import pandas as pd
import pytest

from emergency.service import placing
from emergency.service.context import Context, Refused
from emergency.service.importing import receive
from emergency.service.records import journal_entries
from emergency.store.tables import claim
from tests.service.worlds import claims


def placeless(*addresses: str | None, prefix: str = "P", **more: object) -> pd.DataFrame:
    frame = claims("48201", len(addresses), prefix=prefix)
    frame["region_given"] = None
    frame["place"] = list(addresses)
    return frame.assign(**more)


def take(ctx: Context, frame: pd.DataFrame) -> None:
    receive(ctx, frame, source="s", incident_id=None)


def rows(ctx: Context) -> dict[str, tuple[str | None, str, int]]:
    with ctx.store.read() as connection:
        found = connection.execute(claim.select())
        return {r.report_no[-1]: (r.region, r.precision, r.version) for r in found}


def ids(ctx: Context) -> list[int]:
    return [w.claim_id for w in placing.queue(ctx)[0]]


def test_the_queue_shows_what_waits_with_persons_masked_and_the_region_its_address_names(ctx: Context) -> None:
    take(ctx, placeless("1 Main St, Harris County, TX 77004, call 13812345678", None))
    take(ctx, claims("48201", 3))
    waiting, total = placing.queue(ctx)
    assert total == 2
    assert [w.suggested for w in waiting] == ["48201", None]
    assert waiting[0].place.endswith("138****5678")


def test_a_placed_claim_leaves_the_queue_with_its_precision_and_a_line_in_the_journal(ctx: Context) -> None:
    take(ctx, placeless("a", "b", "c"))
    first, second, third = ids(ctx)
    placing.place_in(ctx, [first], "48201")
    placing.place_in(ctx, [second], "48")
    placing.place_at(ctx, [third], -95.37, 29.76)
    assert rows(ctx) == {"0": ("48201", "region", 2), "1": ("48", "parent", 2), "2": ("48201", "point", 2)}
    assert placing.queue(ctx) == ([], 0)
    newest = journal_entries(ctx)[0]
    assert (newest.action, newest.facts()["how"], newest.facts()["precision"]) == ("claims.place", "map", {"point": 1})


def test_every_address_that_names_a_region_is_placed_at_once_and_taken_back_at_once(ctx: Context) -> None:
    take(ctx, placeless("Harris County, TX", "Galveston, TX", "by the river"))
    done = placing.place_by_address(ctx)
    assert done.claims == 2
    assert [w.place for w in placing.queue(ctx)[0]] == ["by the river"]
    assert [a.seq for a in placing.acts(ctx)] == [done.seq]
    assert placing.undo(ctx, done.seq) == (2, 0)
    assert placing.queue(ctx)[1] == 3
    assert placing.acts(ctx) == []
    with pytest.raises(Refused, match="cannot be taken back"):
        placing.undo(ctx, done.seq)


def test_what_changed_since_is_left_alone_by_the_undo(ctx: Context) -> None:
    take(ctx, placeless("a"))
    done = placing.place_in(ctx, ids(ctx), "48201")
    take(ctx, placeless("a").assign(region_given="48167"))
    assert rows(ctx)["0"][0] == "48167"
    assert placing.undo(ctx, done.seq) == (0, 1)
    assert rows(ctx)["0"][0] == "48167"


def test_the_same_file_again_does_not_unplace_and_a_correction_without_a_place_keeps_it(ctx: Context) -> None:
    take(ctx, placeless("a"))
    placing.place_in(ctx, ids(ctx), "48201")
    take(ctx, placeless("a"))
    assert rows(ctx) == {"0": ("48201", "region", 2)}
    take(ctx, placeless("a", estimated_minor=5))
    assert rows(ctx) == {"0": ("48201", "region", 3)}


@pytest.mark.parametrize(
    ("region", "says"),
    [
        ("99999", "99999 is no region of this workspace's map .United States: states and counties."),
        ("48201", "none of these claims"),
    ],
)
def test_what_cannot_be_placed_is_refused(ctx: Context, region: str, says: str) -> None:
    take(ctx, claims("48201", 1))
    with pytest.raises(Refused, match=says):
        placing.place_in(ctx, [1], region)
    with pytest.raises(Refused, match="lies in no region"):
        placing.place_at(ctx, [1], 0.0, 0.0)
    assert journal_entries(ctx)[0].action != "claims.place"
